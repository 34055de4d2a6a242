"""Capture files: what is written reads back, whatever carries it; what is broken says where."""

import gzip
import io
import os
import struct
import threading
from collections.abc import Callable
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyiccp.capture import CaptureError, Interface, Packet, PcapngWriter, PcapWriter, read

FRAMES = (b"\x01\x80\xc2\0\0\2" + bytes(54), b"", b"\xff" * 61)
AT = 1_700_000_000_123_456_789

Read = tuple[list[Packet], str]


def reading(octets: bytes) -> Read:
    capture = read(io.BytesIO(octets))
    packets = list(capture)
    return packets, str(capture.stopped or "")


def pcap(order: str = "<", nanoseconds: bool = True) -> bytes:
    file = io.BytesIO()
    writer = PcapWriter(file, order=order, nanoseconds=nanoseconds)
    for number, octets in enumerate(FRAMES, 1):
        writer.write(Packet(number, AT, 0, octets, len(octets) + 7))
    return file.getvalue()


def pcapng() -> bytes:
    file = io.BytesIO()
    writer = PcapngWriter(file, (Interface("east"), Interface("west", snaplen=96)), "a test")
    for number, octets in enumerate(FRAMES, 1):
        packet = Packet(number, AT, number % 2, octets, len(octets) + 7, "üb" if number == 2 else None, number != 1)
        writer.write(packet)
    return file.getvalue()


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("nanoseconds", [True, False])
def test_pcap_comes_back(order: str, nanoseconds: bool) -> None:
    packets, stopped = reading(pcap(order, nanoseconds))
    at = AT if nanoseconds else AT // 1000 * 1000
    assert packets == [Packet(n, at, 0, octets, len(octets) + 7) for n, octets in enumerate(FRAMES, 1)]
    assert stopped == ""


def test_pcapng_comes_back_with_interfaces_comments_and_directions() -> None:
    capture = read(io.BytesIO(pcapng()))
    packets = list(capture)
    assert capture.interfaces == [Interface("east"), Interface("west", snaplen=96)]
    assert [packet.octets for packet in packets] == list(FRAMES)
    assert [packet.interface for packet in packets] == [1, 0, 1]
    assert [packet.comment for packet in packets] == [None, "üb", None]
    assert [packet.outbound for packet in packets] == [False, True, True]
    assert {packet.time_ns for packet in packets} == {AT}
    assert capture.stopped is None


@pytest.mark.parametrize("make", [pcap, pcapng])
def test_gzip_and_pipes(make: Callable[[], bytes]) -> None:
    octets = make()
    plain = reading(octets)
    packed = gzip.compress(octets[:40]) + gzip.compress(octets[40:])
    assert reading(packed) == plain, "members follow one another"
    ours, theirs = os.pipe()

    def send() -> None:
        with open(theirs, "wb", buffering=0) as file:
            for at in range(0, len(octets), 7):
                file.write(octets[at : at + 7])

    sender = threading.Thread(target=send)
    sender.start()
    with open(ours, "rb") as file:
        capture = read(file)
        assert list(capture) == plain[0]
    sender.join()


@pytest.mark.parametrize("make", [pcap, pcapng])
def test_a_file_cut_anywhere_gives_what_is_there_and_says_where_it_stopped(make: Callable[[], bytes]) -> None:
    octets = make()
    whole, _ = reading(octets)
    clean = 0
    for cut in range(24, len(octets)):
        packets, stopped = reading(octets[:cut])
        assert packets == whole[: len(packets)]
        assert stopped or cut < len(octets)
        clean += not stopped
        if stopped:
            assert int(stopped.split("octet ")[1].split(":")[0]) <= cut
    assert clean == len(whole) if make is pcap else clean >= len(whole), "only between records is a cut invisible"


def test_a_truncated_gzip_stream_gives_what_is_there() -> None:
    octets = b"".join(bytes([n]) * 300 for n in range(200))
    file = io.BytesIO()
    writer = PcapWriter(file)
    for number in range(200):
        writer.write(Packet(number + 1, AT, 0, os.urandom(300), 300))
    packed = gzip.compress(file.getvalue())
    packets, stopped = reading(packed[: len(packed) // 2])
    assert 50 < len(packets) < 150
    assert "the compressed data end early" in stopped
    damaged = bytearray(packed)
    damaged[len(packed) // 2 :] = octets[: len(packed) - len(packed) // 2]
    packets, stopped = reading(bytes(damaged))
    assert 50 < len(packets) < 200
    assert "breaks off" in stopped


def test_a_record_too_long_to_be_one() -> None:
    octets = pcap() + struct.pack("<IIII", 0, 0, 0xFFFFFFF0, 60) + bytes(60)
    packets, stopped = reading(octets)
    assert len(packets) == 3
    assert stopped == f"the file breaks off at octet {len(pcap())}: a record of 4294967280 octets; 262144 is the most"


def block(kind: int, body: bytes, order: str = "<", end: int | None = None) -> bytes:
    total = len(body) + 12
    return struct.pack(order + "II", kind, total) + body + struct.pack(order + "I", end or total)


def section(order: str = "<") -> bytes:
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(order: str = "<", options: bytes = b"", snaplen: int = 0) -> bytes:
    return block(1, struct.pack(order + "HHI", 1, 0, snaplen) + options, order)


def test_sections_of_either_byte_order_number_their_own_interfaces() -> None:
    octets = b""
    for order in "<>":
        octets += section(order) + interface(order) + interface(order)
        octets += block(5, bytes(12), order)  # statistics: nobody asked
        octets += block(6, struct.pack(order + "IIIII", 1, 0, 5_000_000, 4, 4) + b"abcd", order)
    packets, stopped = reading(octets)
    assert stopped == ""
    assert [(packet.interface, packet.time_ns, packet.octets) for packet in packets] == [
        (1, 5_000_000_000, b"abcd"),
        (3, 5_000_000_000, b"abcd"),
    ]


@pytest.mark.parametrize(
    ("option", "units", "nanoseconds"),
    [
        (struct.pack("<HH4s", 9, 1, b"\x06"), 1_500_000, 1_500_000_000),
        (struct.pack("<HH4s", 9, 1, b"\x0c"), 1_500_000_000_000, 1_500_000_000),
        (struct.pack("<HH4s", 9, 1, b"\x8a"), 1536, 1_500_000_000),
        (struct.pack("<HHq", 14, 8, -1), 1_500_000, 500_000_000),
    ],
)
def test_units_of_time(option: bytes, units: int, nanoseconds: int) -> None:
    octets = section() + interface(options=option)
    octets += block(6, struct.pack("<IIIII", 0, units >> 32, units & 0xFFFFFFFF, 0, 0))
    packets, stopped = reading(octets)
    assert (packets[0].time_ns, stopped) == (nanoseconds, "")


def test_simple_and_obsolete_packets() -> None:
    octets = section() + interface(snaplen=3)
    octets += block(3, struct.pack("<I", 9) + b"abc\0")
    octets += block(2, struct.pack("<HHIIII", 0, 0, 0, 7, 2, 2) + b"ab\0\0")
    packets, stopped = reading(octets)
    assert stopped == ""
    assert packets == [Packet(1, None, 0, b"abc", 9), Packet(2, 7000, 0, b"ab", 2)]


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (block(6, struct.pack("<IIIII", 3, 0, 0, 0, 0)), "interface 3, which nobody described"),
        (block(6, struct.pack("<IIIII", 0, 0, 0, 99, 99)), "a packet of 99 octets in a block with room for 0"),
        (block(3, b""), "a block's body of 0 octets where 4 is the least"),
        (block(6, struct.pack("<IIIII", 0, 0, 0, 0, 0), end=36), "that ends as one of 36"),
        (struct.pack("<II", 6, 11), "a block of 11 octets"),
        (struct.pack("<II", 6, 0xFFFFFFFC), "a block of 4294967292 octets"),
        (b"\n\r\r\n\x1c\0\0\0\1\2\3\4", "byte order 01020304"),
    ],
)
def test_broken_blocks(broken: bytes, why: str) -> None:
    good = section() + interface() + block(6, struct.pack("<IIIII", 0, 0, 0, 0, 0))
    packets, stopped = reading(good + broken)
    assert len(packets) == 1
    assert why in stopped
    assert f"octet {len(good)}:" in stopped


@pytest.mark.parametrize("octets", [b"", b"GET / HTTP/1.1\r\n", b"\x1f\x8b", b"\x1f\x8b\x08\x00" + bytes(30)])
def test_what_is_no_capture(octets: bytes) -> None:
    with pytest.raises(CaptureError):
        read(io.BytesIO(octets))


@given(st.sampled_from((pcap(), pcapng(), gzip.compress(pcap()))), st.data())
def test_noise_never_raises(octets: bytes, data: st.DataObject) -> None:
    noisy = bytearray(octets)
    for _ in range(data.draw(st.integers(1, 4))):
        noisy[data.draw(st.integers(4, len(noisy) - 1))] = data.draw(st.integers(0, 255))
    file: BinaryIO = io.BytesIO(bytes(noisy))
    try:
        capture = read(file)
    except CaptureError:
        return
    assert sum(len(packet.octets) for packet in capture) <= 10 * len(octets)
