"""MRK: Markers."""

import pytest

from lacp.lacp_harness import PEER, US, Dut, cd, dut
from pyiccp.lacp._frames import frame_octets
from pyiccp.lacp.events import MarkerRequested, ReportMarker, Transmit
from pyiccp.wire._mac import mac
from pyiccp.wire._marker import INFORMATION, RESPONSE, Marker

PORT_MAC, THEIRS = mac("02:00:00:00:01:01"), mac("02:00:00:00:fa:01")
ASKED = Marker(requester_port=5, requester_system=PEER, requester_transaction_id=0x01020304)


def answer(device: Dut, frame: bytes) -> list[bytes]:
    """The frames that answer *frame*."""
    return [frame_octets(PORT_MAC, action.pdu) for action in device.frame(1, frame) if isinstance(action, Transmit)]


@pytest.mark.check("MRK-01")
def test_mrk_01_response() -> None:
    """On the same port: only TLV type 1->2 changed; destination slow multicast; source own."""
    device = cd()
    frame = frame_octets(THEIRS, ASKED)
    assert answer(device, frame) == [frame[:6] + PORT_MAC + frame[12:16] + b"\x02" + frame[17:]]
    assert [action.port for _, action in device.of(Transmit)] == ["p1"]
    counters = device.counters(1)
    assert counters["MarkerPDUsRx"] == counters["MarkerResponsePDUsTx"] == 1


@pytest.mark.check("MRK-02")
def test_mrk_02_everything_else_is_echoed() -> None:
    """Version 9, pad ABCD, reserved octets non-zero: unchanged."""
    device = cd()
    pdu = bytearray(ASKED.encode())
    pdu[1], pdu[16:18], pdu[20:] = 9, b"\xab\xcd", b"\xee" * 90
    frame = frame_octets(THEIRS, ASKED)[:14] + bytes(pdu)
    pdu[2] = 2
    assert answer(device, frame) == [frame[:6] + PORT_MAC + frame[12:14] + bytes(pdu)]


@pytest.mark.check("MRK-03", choice="both answered: the length of the marker TLV is not validated (Linux sends 22)")
@pytest.mark.parametrize("length", [16, 22])
def test_mrk_03_length(length: int) -> None:
    """Both answered."""
    device = cd()
    frame = frame_octets(THEIRS, Marker(length=length, requester_port=5))
    assert len(answer(device, frame)) == 1 and device.counters(1)["IllegalRx"] == 0


@pytest.mark.check("MRK-04")
def test_mrk_04_unsolicited_response() -> None:
    """No answer, MarkerResponsePDUsRx+1."""
    device = cd()
    assert answer(device, frame_octets(THEIRS, Marker(tlv_type=RESPONSE))) == []
    assert device.counters(1)["MarkerResponsePDUsRx"] == 1 and not device.of(ReportMarker)


@pytest.mark.check("MRK-05")
def test_mrk_05_unknown_tlv() -> None:
    """No answer."""
    device = cd()
    assert answer(device, frame_octets(THEIRS, Marker(tlv_type=7))) == []
    assert device.counters(1)["UnknownRx"] == 1


@pytest.mark.check("MRK-06", choice="answered in every state of Receive and Mux while the link is up")
def test_mrk_06_out_of_the_aggregate() -> None:
    """DETACHED and EXPIRED ports answer; a port without link does not."""
    device = dut(1).up(1)
    assert device.view(1).mux == "DETACHED" and device.view(1).rx == "EXPIRED"
    assert len(answer(device, frame_octets(THEIRS, ASKED))) == 1
    device.down(1)
    assert answer(device, frame_octets(THEIRS, ASKED)) == []


@pytest.mark.check("MRK-07")
def test_mrk_07_a_hundred_markers_in_a_second() -> None:
    """At most ten answered in any second; LACPDUs not starved."""
    device = cd()
    answered = []
    for _ in range(300):
        answered += [device.now] * len(answer(device, frame_octets(THEIRS, ASKED)))
        device.hear(1, device.peer(1, view={"key": 9}))
        device.run(0.01)
    assert len(answered) == 30
    assert all(late - early >= 10**9 for early, late in zip(answered, answered[10:], strict=False))
    assert len(device.sent(1)) >= 9


@pytest.mark.check("MRK-08")
def test_mrk_08_generator() -> None:
    """Requester = own, transaction id increments; completes on the matching response, times out otherwise."""
    device = cd()
    requests = []
    for _ in range(2):
        (action,) = device.do(MarkerRequested("p1"))
        requests.append(action.pdu)
    assert [marker.requester_transaction_id for marker in requests] == [1, 2]
    assert {(marker.requester_system, marker.requester_port, marker.tlv_type) for marker in requests} == {
        (US, 1, INFORMATION)
    }
    for wrong in (
        Marker(tlv_type=RESPONSE, requester_port=1, requester_system=US, requester_transaction_id=1),
        Marker(tlv_type=RESPONSE, requester_port=2, requester_system=US, requester_transaction_id=2),
        Marker(tlv_type=RESPONSE, requester_port=1, requester_system=PEER, requester_transaction_id=2),
    ):
        assert device.marker(1, wrong) == []
    right = Marker(tlv_type=RESPONSE, requester_port=1, requester_system=US, requester_transaction_id=2)
    assert device.marker(1, right) == [ReportMarker("p1", 2, True)]
    assert device.marker(1, right) == []
    device.do(MarkerRequested("p1"))
    device.keep_hearing(0.999, 1)
    assert [action.answered for _, action in device.of(ReportMarker)] == [True]
    device.run(0.001)
    assert device.of(ReportMarker)[-1][1] == ReportMarker("p1", 3, False)
