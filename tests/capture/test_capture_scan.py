"""The scan finds what a plain walk finds, whatever the payloads hold and wherever the file breaks off."""

import gzip
import io
import random
import struct
import threading
from pathlib import Path

import pytest

from pyiccp.capture import Packet, PcapngWriter, PcapWriter, read, scan
from pyiccp.capture import _lanes as lanes
from pyiccp.capture import _scanning as scan_module
from pyiccp.capture._control import is_control
from pyiccp.capture._guesses import guesses
from pyiccp.capture._lanes import find
from pyiccp.capture._packet import SECOND
from pyiccp.capture._pcap import HEADER, Head
from pyiccp.capture._scanning import Mapped
from pyiccp.capture._walk import walk

LACP = bytes.fromhex("0180C2000002 020000000001 8809 01") + bytes(109)
BPDU = bytes.fromhex("0180C2000000 020000000001 0026 424203") + bytes(35)
PVST = bytes.fromhex("01000CCCCCCD 020000000001 0032 AAAA0300000C010B") + bytes(42)
IPV4 = bytes.fromhex("020000000002 020000000001 0800 45") + bytes(60)
TAG, SERVICE = bytes.fromhex("8100000A"), bytes.fromhex("88A80064")
CONTROL = (LACP, BPDU, PVST, LACP[:12] + TAG + LACP[12:], BPDU[:12] + SERVICE + TAG + BPDU[12:])
OTHER = (IPV4, IPV4[:12] + TAG + IPV4[12:], b"\xff" * 60, LACP[:13], b"", LACP[:12] + TAG * 3)


@pytest.mark.parametrize("frame", [*CONTROL, LACP[:12] + TAG * 9 + LACP[12:], b"\2" + LACP[1:]])
def test_control_frames_are_told_by_their_type_behind_any_tags(frame: bytes) -> None:
    assert is_control(frame)


@pytest.mark.parametrize("frame", [*OTHER, BPDU[:16], bytes.fromhex("0180C2000000 020000000001 0026 AAAA03")])
def test_what_only_looks_like_one(frame: bytes) -> None:
    assert not is_control(frame)


def capture(rng: random.Random, depth: int = 0) -> bytes:
    """A pcap file whose payloads hold control frames, records and whole files."""
    order, nanoseconds = rng.choice("<>"), rng.random() < 0.5
    file = io.BytesIO()
    writer = PcapWriter(file, order=order, nanoseconds=nanoseconds)
    for number in range(rng.randrange(1, 120 >> 2 * depth)):
        draw = rng.random()
        if draw < 0.2:
            octets = rng.choice(CONTROL)
        elif draw < 0.5:
            octets = rng.choice(OTHER) + rng.randbytes(rng.randrange(200))
        elif draw < 0.8 or depth == 2:
            record = struct.Struct(order + "IIII").pack
            frames = [rng.choice(CONTROL) for _ in range(rng.randrange(12))]
            decoys = [record(1_700_000_000, rng.randrange(10**6), len(f), len(f)) + f for f in frames]
            octets = IPV4 + rng.randbytes(rng.randrange(40)) + b"".join(decoys)
        else:
            octets = IPV4 + capture(rng, depth + 1)[rng.choice((0, HEADER)) :]
        at = (1_700_000_000 + rng.choice((0, 1, 90_000)) * number) * SECOND + rng.randrange(SECOND)
        writer.write(Packet(number + 1, at, 0, octets, len(octets)))
    return file.getvalue()


def broken(rng: random.Random, octets: bytes) -> bytes:
    """*octets* as they are, cut short, or with a few of them changed."""
    draw = rng.random()
    if draw < 0.4:
        return octets
    if draw < 0.7:
        return octets[: rng.randrange(HEADER, len(octets) + 1)]
    changed = bytearray(octets)
    for _ in range(rng.randrange(1, 6)):
        changed[rng.randrange(HEADER, len(changed))] = rng.choice((0, 1, 0x7F, 0xFF, rng.randrange(256)))
    return bytes(changed)


def plainly(octets: bytes) -> tuple[list[Packet], int, object]:
    """The control frames, found by the reader of files: another program than the two under test."""
    reading = read(io.BytesIO(octets))
    packets = list(reading)
    return [packet for packet in packets if is_control(packet.octets)], len(packets), reading.stopped


@pytest.mark.long
def test_lanes_walk_and_reader_agree_on_adversarial_captures() -> None:
    rng = random.Random(7275)
    wrong = 0
    for _ in range(400):
        octets = broken(rng, capture(rng))
        head = Head(octets)
        expected, frames, stopped = plainly(octets)
        walked = walk(octets, head, HEADER, len(octets))
        assert (walked.records, walked.stopped) == (frames, stopped)
        assert [index + 1 for index, *_ in walked.hits] == [packet.number for packet in expected]
        many, chunk = rng.choice((2, 5, 64, 1024)), rng.choice((40, 200, 1000))
        found = find(octets, head, many, chunk)
        assert (found.frames, found.stopped) == (frames, stopped)
        assert all(after == at + 16 + kept(head, octets, at) for _, at, after in found.hits)
        exact = [hit for hit in found.hits if is_control(octets[hit[1] + 16 : hit[2]])]
        assert exact == [(index + 1, at, after) for index, at, after in walked.hits]
        starts = guesses(octets, head, min(many, len(octets) // chunk))
        wrong += any(start not in boundaries(octets, head) for start in starts)
    assert wrong > 50, "the captures must mislead the guesses, or they prove nothing"


def kept(head: Head, octets: bytes, at: int) -> int:
    return int(head.record.unpack_from(octets, at)[2])


def boundaries(octets: bytes, head: Head) -> set[int]:
    """Where records start."""
    found, at = set(), HEADER
    while at <= len(octets):
        found.add(at)
        if at > len(octets) - 16:
            break
        at += 16 + kept(head, octets, at)
    return found


def test_every_way_to_carry_a_capture_gives_the_same(tmp_path: Path) -> None:
    rng = random.Random(1)
    frames = [rng.choice(CONTROL + OTHER) + rng.randbytes(rng.randrange(100)) for _ in range(3000)]
    packets = [Packet(n, n * SECOND, 0, frame, len(frame)) for n, frame in enumerate(frames, 1)]
    expected = [packet for packet in packets if is_control(packet.octets)]
    classic, modern, packed = tmp_path / "c.pcap", tmp_path / "c.pcapng", tmp_path / "c.pcap.gz"
    with classic.open("wb") as one, modern.open("wb") as two:
        writers = (PcapWriter(one), PcapngWriter(two))
        for packet in packets:
            for writer in writers:
                writer.write(packet)
    packed.write_bytes(gzip.compress(classic.read_bytes()))
    assert classic.stat().st_size >= 2 * lanes.CHUNK, "big enough for lanes"
    for path in (classic, modern, packed):
        with path.open("rb") as file:
            found = scan(file)
            assert list(found) == expected
            assert (found.frames, found.stopped) == (3000, None)
    plain = Mapped(classic.read_bytes(), in_lanes=False)
    assert list(plain) == expected
    assert plain.frames == 3000


def big(path: Path) -> list[Packet]:
    """A file that is big enough for lanes, and its control frames."""
    frames = [CONTROL[number % 5] if number % 7 == 0 else IPV4 for number in range(3000)]
    packets = [Packet(number, number * SECOND, 0, frame, len(frame)) for number, frame in enumerate(frames, 1)]
    with path.open("wb") as file:
        writer = PcapWriter(file)
        for packet in packets:
            writer.write(packet)
    return [packet for packet in packets if is_control(packet.octets)]


def unmapped() -> None:
    for thread in threading.enumerate():
        if thread.name == "pyiccp-scan-unmap":
            thread.join(10)


def test_a_scan_gives_its_mapping_back_when_the_control_frames_are_out(tmp_path: Path) -> None:
    expected = big(tmp_path / "c.pcap")
    with (tmp_path / "c.pcap").open("rb") as file:
        found = scan(file)
        assert isinstance(found, Mapped)
        packets = iter(found)
        unmapped()
        with pytest.raises(ValueError, match="closed"):
            found._buffer[0]
        assert list(packets) == expected


def test_a_scan_is_over_when_the_mapping_is_gone(tmp_path: Path) -> None:
    """Whoever measures it has waited for all of it."""
    expected = big(tmp_path / "c.pcap")
    with (tmp_path / "c.pcap").open("rb") as file:
        found = scan(file)
        assert isinstance(found, Mapped)
        assert list(found) == expected
        with pytest.raises(ValueError, match="closed"):
            found._buffer[0]


def test_a_scan_of_more_control_frames_than_there_is_room_for_stays_mapped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = big(tmp_path / "c.pcap")
    monkeypatch.setattr(scan_module, "_ROOM", 1000)
    monkeypatch.setattr(scan_module, "_AT_ONCE", 10)
    with (tmp_path / "c.pcap").open("rb") as file:
        found = scan(file)
        assert isinstance(found, Mapped)
        assert list(found) == expected
        assert len(found._buffer[:4]) == 4, "not closed"


def test_without_numpy_the_plain_walk_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "c.pcap"
    with path.open("wb") as file:
        writer = PcapWriter(file)
        for number in range(1, 2000):
            writer.write(Packet(number, 0, 0, LACP, len(LACP)))
    monkeypatch.setattr(scan_module, "find_spec", lambda name: None)
    monkeypatch.setattr(lanes, "find", None)
    with path.open("rb") as file:
        assert len(list(scan(file))) == 1999


def test_a_trunk_of_years_and_one_without_times() -> None:
    for step in (0, 40_000, 10**7):
        file = io.BytesIO()
        writer = PcapWriter(file)
        for number in range(400):
            frame = CONTROL[number % 5]
            writer.write(Packet(number + 1, number * step * SECOND, 0, frame, len(frame)))
        octets = file.getvalue()
        found = find(octets, Head(octets), 64, 100)
        assert (len(found.hits), found.frames, found.stopped) == (400, 400, None)
