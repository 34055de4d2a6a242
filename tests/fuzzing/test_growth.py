"""Work and memory of every parser grow with the octets, not faster: counted in lines of Python and octets allocated.

Twice the input may cost twice the work and a little more; a parser that looks at everything again for each part costs
four times. Counting knows no clock, so it says the same on any machine.
"""

import gzip
import struct
import sys
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from io import BytesIO
from random import Random
from types import FrameType
from typing import Any

import pytest

from pyiccp._node.config import ConfigError
from pyiccp._routeros.config import parse_config
from pyiccp._service.control import Control
from pyiccp.capture import read, scan
from pyiccp.capture._annotated import dump
from pyiccp.capture._decoder import Decoder
from pyiccp.capture._hexfile import HexReader
from pyiccp.capture._packet import Packet
from pyiccp.capture._pcap import PcapWriter
from pyiccp.capture._pcapng import PcapngWriter
from pyiccp.capture._records import records
from pyiccp.capture._scanning import Mapped
from pyiccp.testing._protocols import PROTOCOLS
from pyiccp.wire._dissect import dissect
from pyiccp.wire._hexdump import hexdump
from pyiccp.wire._lacpdu import Lacpdu, Participant
from pyiccp.wire._link import Data, Segment
from pyiccp.wire._malformed import Malformed
from pyiccp.wire.iccp._pdu import IccpPdu, Message
from pyiccp.wire.iccp._stream import PduStream, SonicStream
from pyiccp.wire.iccp._tlv import UnknownTlv
from pyiccp.wire.iccp.rg import RgId
from pyiccp.wire.iccp.sonic import SonicMessage

SMALL = 60
MOST_GROWTH = 2.3
"""Of work, for twice the octets."""
MOST_OCTETS = 400
"""Allocated at most for each octet of input, above a fixed sum."""
FIXED = 400_000


def pdu(count: int) -> bytes:
    tlvs = tuple(UnknownTlv(0x2FFF, b"12345678", True) for _ in range(count))
    return IccpPdu(1, 0, (Message(0x703, 1, (RgId(1), *tlvs)),)).encode()


def messages(count: int) -> bytes:
    return IccpPdu(1, 0, tuple(Message(0x201, n + 1) for n in range(count))).encode()


def nested(count: int) -> bytes:
    """TLVs that announce more than there is, one in another."""
    inner = b""
    for _ in range(count):
        inner = b"\x00\x02" + min(len(inner) + 8, 0xFFFF).to_bytes(2, "big") + bytes(8) + inner
    return (
        b"\0\1"
        + (len(inner) + 18).to_bytes(2, "big")
        + bytes(6)
        + b"\7\2"
        + (len(inner) + 8).to_bytes(2, "big")
        + (b"\0\0\0\1\0\5\0\4\0\0\0\1" + inner)[: len(inner) + 8]
    )


def long_lacpdu(count: int) -> bytes:
    """Version 2 with TLVs that nobody knows, two octets each."""
    octets = bytearray(Lacpdu(Participant(), Participant()).encode())
    octets[1] = 2
    return bytes(octets[:58]) + b"\x7f\x02" * count + bytes(110)


def capture(count: int) -> bytes:
    file, frame = BytesIO(), PROTOCOLS["lacp"].frame(Lacpdu(Participant(), Participant()).encode(), 0)
    writer = PcapWriter(file)
    for number in range(count):
        writer.write(Packet(number + 1, number, 0, frame, len(frame)))
    return file.getvalue()


def segments(count: int) -> bytes:
    """TCP segments of one LDP stream, the first one missing: everything waits."""
    file, octets = BytesIO(), messages(3)
    writer = PcapWriter(file)
    for number in range(count, 0, -1):
        frame = bytearray(PROTOCOLS["iccp"].frame(octets, 1))
        frame[38:42] = (1 + number * len(octets)).to_bytes(4, "big")
        writer.write(Packet(1, 0, 0, bytes(frame), len(frame)))
    return file.getvalue()


def decoded(octets: bytes) -> None:
    found = read(BytesIO(octets))
    for one in Decoder(found.interfaces).decode(found):
        list(records(one))


def scanned(octets: bytes) -> None:
    found = scan(BytesIO(octets))
    for one in Decoder(found.interfaces).decode(found):
        list(records(one))


def parsed(octets: bytes) -> None:
    try:
        parse_config(octets.decode())
    except ConfigError as error:
        str(error)


def stream(octets: bytes) -> None:
    reader = PduStream()
    for at in range(len(octets)):
        reader.feed(octets[at : at + 1])


def decode(octets: bytes) -> None:
    try:
        IccpPdu.decode(octets)
    except Malformed as malformed:
        str(malformed)


def hexed(octets: bytes) -> None:
    list(HexReader(octets.decode()))


def sonic(count: int) -> bytes:
    return SonicMessage(0x703, 1, tuple(UnknownTlv(0x2FFF, b"12345678", True) for _ in range(count))).encode()


def blocks(count: int) -> bytes:
    """pcapng: every other block is one that nobody knows."""
    file, frame = BytesIO(), PROTOCOLS["lacp"].frame(Lacpdu(Participant(), Participant()).encode(), 0)
    writer = PcapngWriter(file)
    for number in range(count):
        writer.write(Packet(number + 1, number, 0, frame, len(frame)))
        file.write(struct.pack("<III", 0x0BAD, 12, 12))
    return file.getvalue()


def annotated(octets: bytes) -> None:
    found = read(BytesIO(octets))
    for one in Decoder(found.interfaces).decode(found):
        dump(one)


def walked(octets: bytes, in_lanes: bool) -> None:
    list(Mapped(octets, in_lanes=in_lanes))


def sonic_stream(octets: bytes) -> None:
    reader = SonicStream()
    for at in range(len(octets)):
        reader.feed(octets[at : at + 1])


def refused(decode: Callable[[bytes], Any], octets: bytes) -> None:
    with suppress(Malformed):
        decode(octets)


def tail(seed: bytes, count: int) -> bytes:
    return seed + bytes(20 * count)


def link_data(count: int) -> bytes:
    return PROTOCOLS["pyiccp-link"].frame(Segment(1, 2, 3, Data(0, 1, 0, False, messages(count)[10:])).encode(), 0)


PARSERS: dict[str, tuple[Callable[[bytes], Any], Callable[[int], bytes]]] = {
    "PDU of many TLVs": (decode, pdu),
    "PDU of many messages": (decode, messages),
    "TLVs that lie about their length": (decode, nested),
    "LACPDU of many TLVs": (Lacpdu.decode, long_lacpdu),
    "tree of a frame": (dissect, link_data),
    "stream, octet by octet": (stream, lambda count: messages(3) * count),
    "stream of a PDU that never ends": (stream, lambda count: b"\0\1\x0f\xff" + bytes(20 * count)),
    "capture": (decoded, capture),
    "capture, scanned": (scanned, capture),
    "TCP segments out of order": (decoded, segments),
    "hexadecimal dump": (hexed, lambda count: (hexdump(bytes(200)) * count).encode()),
    "configuration of many lines": (
        parsed,
        lambda count: b"/interface bridge port\n" + b"".join(b"add bridge=b interface=e%d\n" % n for n in range(count)),
    ),
    "one line of many words": (parsed, lambda count: b"/interface bridge add name=b" + b" comment=x" * count),
    "brackets": (parsed, lambda count: b"/interface bridge set " + b"[ find " * count),
    "quotes": (parsed, lambda count: b"/interface bridge add name=" + b'"a\\"' * count),
    "request to the control socket": (Control({})._reply, lambda count: b'{"a": ' + b"[1, " * count),
    "pcapng": (decoded, blocks),
    "compressed capture": (decoded, lambda count: gzip.compress(capture(count))),
    "scan of a capture in memory": (partial(walked, in_lanes=False), capture),
    "scan in lanes": (partial(walked, in_lanes=True), capture),
    "annotated dump": (annotated, capture),
    "SONiC message of many TLVs": (partial(refused, SonicMessage.decode), sonic),
    "SONiC stream, octet by octet": (sonic_stream, lambda count: sonic(3) * count),
    **{
        f"{name} with a long tail": (partial(refused, protocol.decode), partial(tail, protocol.seed(Random(1)).octets))
        for name, protocol in PROTOCOLS.items()
    },
}


def work(body: Callable[[], Any]) -> int:
    """Lines of Python that run."""
    lines = 0

    def traced(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return traced

    before = sys.gettrace()
    sys.settrace(traced)
    try:
        body()
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize("name", PARSERS)
def test_twice_the_octets_are_twice_the_work(name: str) -> None:
    parse, made = PARSERS[name]
    parse(made(2))  # engines are derived, caches are filled
    counts = [work(partial(parse, made(size))) for size in (SMALL, 2 * SMALL, 4 * SMALL)]
    assert counts[1] <= MOST_GROWTH * counts[0] + 200, counts
    assert counts[2] <= MOST_GROWTH * counts[1] + 200, counts


@pytest.mark.parametrize("name", PARSERS)
def test_memory_is_bounded_by_the_octets(name: str) -> None:
    parse, made = PARSERS[name]
    octets = made(4 * SMALL)
    parse(made(2))
    tracemalloc.start()
    try:
        parse(octets)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak <= FIXED + MOST_OCTETS * len(octets), (peak, len(octets))


def test_the_count_sees_what_is_quadratic() -> None:
    """The measure itself: a parser that starts again for each part is caught."""

    def slow(octets: bytes) -> None:
        for end in range(len(octets)):
            for _ in octets[:end]:
                pass

    counts = [work(lambda size=size: slow(bytes(size))) for size in (SMALL, 2 * SMALL)]
    assert counts[1] > MOST_GROWTH * counts[0] + 200
