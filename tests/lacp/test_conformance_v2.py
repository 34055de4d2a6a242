"""V2: later versions of the LACPDU."""

from typing import Any

import pytest
from msgspec.structs import replace

from lacp.lacp_harness import Dut, cd, dut
from pyiccp.lacp import Conversations
from pyiccp.lacp._frames import frame_octets
from pyiccp.lacp.events import Incident
from pyiccp.wire._lacp_extension import ConversationDigest, PortAlgorithm, RetryCount, ServiceMapping
from pyiccp.wire._lacpdu import Lacpdu
from pyiccp.wire._mac import mac

OURS, THEIRS = mac("02:00:00:00:01:01"), mac("02:00:00:00:fa:01")
SAYS = Conversations(algorithm=PortAlgorithm(algorithm=1), link_number=5, digest=b"D" * 16, service_digest=b"S" * 16)
LONG = replace(SAYS, mask_state=1, masks=(b"a" * 128, b"b" * 128, b"c" * 128, b"d" * 128))
THEY = Conversations(algorithm=PortAlgorithm(algorithm=5), link_number=9, digest=b"d" * 16, service_digest=b"s" * 16)


def v2(**over: Any) -> Dut:
    """The CD set-up with version 2 on."""
    return cd(ports={1: {"version2": SAYS, **over}})


def hear(device: Dut, tlvs: bytes, version: int = 2) -> Conversations | None:
    """An LACPDU with these octets from offset 58 on; what is recorded of it."""
    octets = bytearray(device.peer(1).encode())
    octets[1] = version
    octets[58 : 58 + len(tlvs)] = tlvs
    device.frame(1, frame_octets(THEIRS, device.peer(1))[:14] + bytes(octets))
    assert device.view(1).rx == "CURRENT" and device.state(1) == "ATGSCD"
    return device.core.ports["p1"].partner_conversations


@pytest.mark.check("V2-01")
def test_v2_01_default() -> None:
    """Version 1, no TLV after the collector."""
    device = cd()
    device.run(1)
    for _, pdu in device.sent(1):
        assert pdu.version == 1 and pdu.encode()[58:] == bytes(52)


@pytest.mark.check("V2-02")
def test_v2_02_version_2_on() -> None:
    """Version 2, TLVs 04 05 0A between offset 58 and a (0,0) terminator, total >= 110."""
    device = dut(1, ports={1: {"version2": SAYS}}).up(1)
    octets = device.sent(1)[0][1].encode()
    assert octets[1] == 2 and len(octets) >= 110
    assert octets[58:64] == b"\x04\x06\x00\x80\xc2\x01"
    assert octets[64:84] == b"\x05\x14\x00\x05" + b"D" * 16
    assert octets[84:102] == b"\x0a\x12" + b"S" * 16
    assert octets[102:] == bytes(len(octets) - 102)


@pytest.mark.check("V2-03")
def test_v2_03_peer_of_version_2_without_tlvs() -> None:
    """Defaults recorded (the link number is our own), no drop."""
    assert hear(v2(), b"") == Conversations(link_number=5)


@pytest.mark.check("V2-04")
def test_v2_04_peer_of_version_1_carrying_tlvs() -> None:
    """TLVs ignored."""
    tlvs = b"\x04\x06\x00\x80\xc2\x05\x05\x14\x00\x09" + b"d" * 16
    assert hear(v2(), tlvs, version=1) == Conversations(link_number=5)
    assert hear(cd(), tlvs) is None, "our own version is 1"


@pytest.mark.check("V2-05")
def test_v2_05_long_ones_only_to_version_2() -> None:
    """Never a long PDU to a version 1 peer; to a version 2 peer all four masks."""
    device = cd(ports={1: {"version2": LONG, "long_lacpdus": True}})
    device.run(1)
    assert all(len(pdu.encode()) == 110 for _, pdu in device.sent(1))
    device.hear(1, replace(device.peer(1), version=2, tlvs=THEY.tlvs(False)))
    device.forget().run(1)
    octets = device.sent(1)[0][1].encode()
    assert len(octets) == 58 + 6 + 20 + 131 + 3 * 130 + 18 + 2
    short = cd(ports={1: {"version2": LONG}})
    short.hear(1, replace(short.peer(1), version=2, tlvs=THEY.tlvs(False)))
    short.forget().run(1)
    assert len(short.sent(1)[0][1].encode()) == 110, "long ones are opt-in"


@pytest.mark.check("V2-06")
def test_v2_06_unknown_tlv() -> None:
    """Skipped by its length, the next one read."""
    recorded = hear(v2(), b"\x99\x05abc" + b"\x05\x14\x00\x09" + b"d" * 16)
    assert recorded == Conversations(link_number=9, digest=b"d" * 16)


@pytest.mark.check("V2-07")
@pytest.mark.parametrize("bad", [b"\x05\x00", b"\x05\x01", b"\x05\xf0", b"\x99\x00"])
def test_v2_07_broken_length(bad: bytes) -> None:
    """The walk stops; the version 1 part and what came before are kept."""
    recorded = hear(v2(), b"\x04\x06\x00\x80\xc2\x03" + bad + b"\x0a\x12" + b"s" * 16)
    assert recorded == Conversations(link_number=5, algorithm=PortAlgorithm(algorithm=3))


@pytest.mark.check("V2-08", choice="treated as version 1; the retry counts are decoded (`tlvs`) and not acted on")
def test_v2_08_sonic() -> None:
    """Version F1: treated as version 1 also by a speaker of version 2; its retry counts can be read."""
    tlvs = b"\x80\x04\x05\x00\x81\x04\x03\x00"
    device = v2()
    assert hear(device, tlvs, version=0xF1) == Conversations(link_number=5)
    assert device.core.ports["p1"].partner_version == 1
    octets = bytearray(device.peer(1).encode())
    octets[1], octets[58:66] = 0xF1, tlvs
    assert Lacpdu.decode(bytes(octets)).tlvs == (RetryCount(0x80, 5), RetryCount(0x81, 3))


@pytest.mark.check("V2-09")
def test_v2_09_falls_back_when_version_2_is_not_answered() -> None:
    """9 s without an echo: version 1 and an event; a partner that speaks version 2 itself brings it back."""
    device = dut(1, ports={1: {"version2": SAYS}}).up(1)
    blind = {"system": bytes(6), "system_priority": 0, "key": 0, "port": 0, "port_priority": 0}
    device.keep_hearing(8.9, 1, view=blind, state="ATGFE")
    assert {pdu.version for _, pdu in device.sent(1)} == {2} and not device.incidents(1)
    device.forget().keep_hearing(20, 1, view=blind, state="ATGFE")
    assert device.incidents(1) == [Incident.VERSION_FALLBACK]
    assert [pdu.version for at, pdu in device.sent(1) if at > 9.01] == [1] * len(
        [at for at, _ in device.sent(1) if at > 9.01]
    )
    device.keep_hearing(3, 1)
    assert device.state(1) == "ATGSCD"
    device.hear(1, replace(device.peer(1), version=2))
    device.forget().run(1)
    assert {pdu.version for _, pdu in device.sent(1)} == {2}


@pytest.mark.check("V2-09")
def test_v2_09_an_echo_proves_version_2() -> None:
    """A version 1 partner that takes our version 2 is left alone, slow ones too."""
    device = dut(1, ports={1: {"version2": SAYS, "short_timeout": False}}).up(1)
    device.keep_hearing(120, 1, every=30, state="AGSCD")
    assert {pdu.version for _, pdu in device.sent(1)} == {2} and not device.incidents(1)


def test_what_is_said_is_what_is_heard() -> None:
    for said in (SAYS, LONG):
        tlvs = said.tlvs(True)
        device = v2()
        device.hear(1, Lacpdu.decode(replace(device.peer(1), version=2, tlvs=tlvs).encode()))
        assert device.core.ports["p1"].partner_conversations == said
    assert ConversationDigest(5, b"D" * 16) in SAYS.tlvs(False) and ServiceMapping(b"S" * 16) in SAYS.tlvs(False)
