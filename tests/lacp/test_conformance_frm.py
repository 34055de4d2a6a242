"""FRM: frames."""

from random import Random

import pytest

from lacp.lacp_harness import Dut, cd, dut, flags
from lacp.pcapng import VECTORS, read
from pyiccp._sansio import seconds
from pyiccp.lacp._frames import classify, frame_octets
from pyiccp.lacp.events import IllegalReceived, LacpduReceived, UnknownReceived
from pyiccp.wire._lacpdu import Lacpdu
from pyiccp.wire._mac import mac
from pyiccp.wire._malformed import Malformed
from pyiccp.wire._marker import Marker

OURS, THEIRS = mac("02:00:00:00:01:01"), mac("02:00:00:00:fa:01")
SLOW = bytes.fromhex("0180C2000002")
RESERVED = {"actor": (19, 3), "partner": (39, 3), "collector": (46, 12), "trailing": (60, 50)}
TYPES, LENGTHS = (2, 22, 42, 58), (3, 23, 43, 59)


def incoming(device: Dut, **over: object) -> bytes:
    """The partner's frame to port 1, as it comes off the wire."""
    return frame_octets(THEIRS, device.peer(1, **over))


def poke(frame: bytes, at: int, octets: bytes) -> bytes:
    """*frame* with the octets at offset *at* of the PDU replaced."""
    return frame[: 14 + at] + octets + frame[14 + at + len(octets) :]


def taken_as_valid(device: Dut, frame: bytes) -> bool:
    """The frame was recorded and restarted current_while, and counted as an LACPDU."""
    before = device.counters(1)["LACPDUsRx"]
    device.frame(1, frame)
    timer = device.core.ports["p1"].current_while
    return (
        device.core.clock.timers.get(timer) == device.now + seconds(3)
        and device.view(1).rx == "CURRENT"
        and device.counters(1)["LACPDUsRx"] == before + 1
    )


def refused(device: Dut, frame: bytes, counter: str | None) -> bool:
    """Nothing but *counter* changed."""
    before, counters = device.core.fingerprint(device.now), device.counters(1)
    device.frame(1, frame)
    changed = {name for name, count in device.counters(1).items() if count != counters[name]}
    return device.core.fingerprint(device.now) == before and changed == ({counter} if counter else set())


def later(device: Dut) -> Dut:
    """A moment in which current_while has begun to run out."""
    return device.run(0.5)


@pytest.mark.check("FRM-01")
def test_frm_01_first_frame() -> None:
    """124 octets: destination …02, the port's own source, type 8809, the four TLVs, reserved octets 0, version 1."""
    device = dut(1).up(1)
    frame = frame_octets(OURS, device.sent(1)[0][1])
    pdu = frame[14:]
    assert len(frame) == 124 and len(pdu) == 110
    assert frame[:6] == SLOW and frame[6:12] == OURS and frame[12:14] == b"\x88\x09"
    assert pdu[:2] == b"\x01\x01"
    assert [pdu[at : at + 2] for at in TYPES] == [b"\x01\x14", b"\x02\x14", b"\x03\x10", b"\x00\x00"]
    assert all(pdu[at : at + size] == bytes(size) for at, size in RESERVED.values())


@pytest.mark.check("FRM-02")
def test_frm_02_actor_fields() -> None:
    """Actor_* are the configuration, big-endian; Actor_Port is never 0."""
    device = dut(1, ports={1: {"priority": 0x1234, "number": 0x0ABC}}, system_priority=0x0102, key=0x0304).up(1)
    pdu = frame_octets(OURS, device.sent(1)[0][1])[14:]
    assert pdu[4:19].hex() == "0102" + "020000000001" + "0304" + "1234" + "0abc" + "c7"
    with pytest.raises(ValueError, match="number"):
        dut(1, ports={1: {"number": 0}})


@pytest.mark.check("FRM-03")
@pytest.mark.parametrize("version", [0, 2, 255])
def test_frm_03_any_version_is_version_1(version: int) -> None:
    """Handled exactly as version 1: stays CURRENT, timer restarted."""
    device, twin = later(cd()), later(cd())
    assert taken_as_valid(device, poke(incoming(device), 1, bytes([version])))
    assert taken_as_valid(twin, incoming(twin))
    assert device.state(1) == "ATGSCD" and device.log == twin.log


@pytest.mark.check("FRM-04")
@pytest.mark.parametrize("where", RESERVED)
def test_frm_04_reserved_octets_are_ignored(where: str) -> None:
    """Each reserved field in turn filled with EE: as valid."""
    device = later(cd())
    at, size = RESERVED[where]
    assert taken_as_valid(device, poke(incoming(device), at, b"\xee" * size)) and device.state(1) == "ATGSCD"


@pytest.mark.check("FRM-05")
@pytest.mark.parametrize("at", TYPES)
def test_frm_05_tlv_types_are_not_validated(at: int) -> None:
    """Each TLV type in turn 77: as valid."""
    device = later(cd())
    assert taken_as_valid(device, poke(incoming(device), at, b"\x77")) and device.state(1) == "ATGSCD"


@pytest.mark.check("FRM-06", choice="(a) accepted: the four Length octets are not validated either")
@pytest.mark.parametrize("at", LENGTHS)
@pytest.mark.parametrize("length", [0, 1, 0x21, 255])
def test_frm_06_lengths(at: int, length: int) -> None:
    """Accepted whole; never a crash, never half-recorded."""
    device = later(cd())
    assert taken_as_valid(device, poke(incoming(device), at, bytes([length])))
    assert device.view(1).partner == device.peer(1).actor and device.state(1) == "ATGSCD"


@pytest.mark.check("FRM-07")
@pytest.mark.parametrize("size", [109, 60, 46, 14, 1, 0])
def test_frm_07_short_pdus(size: int) -> None:
    """Dropped, IllegalRx+1, partner unchanged, current_while not restarted."""
    device = later(cd())
    assert refused(device, incoming(device, key=9)[: 14 + size], "IllegalRx")


@pytest.mark.check("FRM-08")
@pytest.mark.parametrize("more", [1, 1390])
def test_frm_08_trailing_octets(more: int) -> None:
    """Accepted."""
    device = later(cd())
    assert taken_as_valid(device, incoming(device) + b"\xaa" * more) and device.state(1) == "ATGSCD"


@pytest.mark.check("FRM-09")
@pytest.mark.parametrize("subtype", [0, 11, 255])
def test_frm_09_illegal_subtypes(subtype: int) -> None:
    """Dropped, IllegalRx+1."""
    device = later(cd())
    assert refused(device, poke(incoming(device), 0, bytes([subtype])), "IllegalRx")


@pytest.mark.check("FRM-10")
@pytest.mark.parametrize("subtype", [3, 4, 9, 10])
def test_frm_10_subtypes_of_others(subtype: int) -> None:
    """Dropped, UnknownRx+1, no LACP effect."""
    device = later(cd())
    assert refused(device, poke(incoming(device), 0, bytes([subtype])), "UnknownRx")


@pytest.mark.check("FRM-11")
def test_frm_11_other_destinations() -> None:
    """Not processed. A frame to our address that is no slow-protocols frame is the one that counts as unknown."""
    device = later(cd())
    frame = incoming(device, key=9)
    for destination in (OURS, mac("01:80:C2:00:00:00"), mac("01:80:C2:00:00:03")):
        assert refused(device, destination + frame[6:], None)
    assert refused(device, frame[:12] + b"\x88\x0a" + frame[14:], "UnknownRx")


@pytest.mark.check("FRM-12")
def test_frm_12_another_protocol_destination() -> None:
    """Tx uses …03; rx accepts …03 and not …02."""
    other = mac("01:80:C2:00:00:03")
    device = later(cd())
    frame = frame_octets(THEIRS, device.peer(1), other)
    assert frame[:6] == other
    assert isinstance(classify("p1", frame, other), LacpduReceived)
    assert classify("p1", SLOW + frame[6:], other) is None


@pytest.mark.check("FRM-13")
@pytest.mark.parametrize("tag", ["81000014", "81000000", "88A80014"])
def test_frm_13_tagged_frames(tag: str) -> None:
    """VLAN- or priority-tagged: not processed."""
    device = later(cd())
    frame = incoming(device, key=9)
    assert refused(device, frame[:12] + bytes.fromhex(tag) + frame[12:], "UnknownRx")


@pytest.mark.check("FRM-14")
@pytest.mark.parametrize("why", ["link down", "LACP disabled"])
def test_frm_14_not_operational(why: str) -> None:
    """No state change, timers not started."""
    device = dut(1)
    if why == "LACP disabled":
        device.configure(1, enabled=False)
        device.up(1)
    before = device.core.fingerprint(device.now)
    device.frame(1, incoming(device))
    assert device.core.fingerprint(device.now) == before and device.core.deadline is None


@pytest.mark.check("FRM-15")
def test_frm_15_real_frames_encode_to_the_same_octets() -> None:
    """encode(decode(x)) == x for every 110-octet frame of version 1 in the captures."""
    seen = 0
    for capture in sorted(VECTORS.glob("*.pcapng")):
        if capture.name.startswith("p01"):
            continue  # odd on purpose: reserved octets and types that a value does not keep
        for _, _, frame in read(capture.name):
            if frame[12:14] != b"\x88\x09" or len(frame) != 124:
                continue
            value = (Lacpdu if frame[14] == 1 else Marker).decode(frame[14:])
            assert value.encode() == frame[14:]
            seen += 1
    assert seen > 500


@pytest.mark.check("FRM-16")
def test_frm_16_a_hundred_thousand_mutated_frames() -> None:
    """No exception; no state change for frames that fail FRM-07 to FRM-13."""
    random = Random(16)
    device = later(cd())
    good = [incoming(device), frame_octets(THEIRS, Marker()), incoming(device, key=9)]
    fingerprint = device.core.fingerprint(device.now)
    for count in range(100_000):
        frame = bytearray(random.choice(good))
        for _ in range(random.randint(0, 3)):
            frame[random.randrange(len(frame))] = random.randrange(256)
        if random.random() < 0.3:
            del frame[random.randrange(len(frame)) :]
        octets = bytes(frame)
        event = classify("p1", octets)
        if isinstance(event, LacpduReceived):
            if count % 20 == 0:
                device.do(event)
                device.run(0.001)
                device.log.clear()
                fingerprint = device.core.fingerprint(device.now)
        elif isinstance(event, IllegalReceived | UnknownReceived):
            device.do(event)
            assert count % 50 or device.core.fingerprint(device.now) == fingerprint
    assert device.counters(1)["IllegalRx"] > 1000 and device.counters(1)["UnknownRx"] > 10


def test_every_pdu_length_decodes_or_is_malformed() -> None:
    octets = cd().peer(1).encode()
    for size in range(110):
        with pytest.raises(Malformed):
            Lacpdu.decode(octets[:size])
    assert Lacpdu.decode(octets).actor.state is flags("ATGSCD")
