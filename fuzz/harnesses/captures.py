"""Any file is a capture or a CaptureError; its packets end where it breaks off, and all can be told as records."""

from collections.abc import Callable
from io import BytesIO
from random import Random
from typing import TypeVar

import msgspec

from fuzz.vectors import captures
from pyiccp.capture._annotated import dump
from pyiccp.capture._control import is_control
from pyiccp.capture._decoder import Decoder
from pyiccp.capture._files import read
from pyiccp.capture._hexfile import HexReader
from pyiccp.capture._lanes import find
from pyiccp.capture._packet import CaptureError
from pyiccp.capture._pcap import HEADER, MAGICS, RECORD, Head
from pyiccp.capture._records import records
from pyiccp.capture._scanning import Mapped, scan
from pyiccp.capture._table import row
from pyiccp.capture._words import line
from pyiccp.testing._corpus import cases
from pyiccp.testing._protocols import PROTOCOLS
from pyiccp.testing._tree import Seed

T = TypeVar("T")
MOST = 4000
"""Octets of a capture that starts a search."""
TAGS = (b"", b"", b"\x81\0\0\x0a", b"\x88\xa8\0\x64\x81\0\0\x0a")
LANES, CHUNK = 8, 100
"""Of a scan, so that a small capture has some."""


def capture(octets: bytes) -> None:
    """pcap and pcapng, gzip or not, and what `pyiccp decode` makes of it."""
    try:
        found = read(BytesIO(octets))
    except CaptureError:
        return
    for decoded in Decoder(found.interfaces).decode(found):
        dump(decoded)
        for record in records(decoded):
            msgspec.json.encode(record)
            row(record)
            line(record, 0)


def scanned(octets: bytes) -> None:
    """The scan of a classic pcap finds what reading it finds, in lanes or record by record, or both refuse it."""
    found, seen = _opened(read, octets), _opened(scan, octets)
    assert (found is None) == (seen is None)
    if found is None or seen is None or octets[:4] not in MAGICS:
        return
    whole = list(found)
    expected = [packet for packet in whole if is_control(packet.octets)]
    for one in (seen, Mapped(octets, in_lanes=False)):
        assert list(one) == expected
        assert (one.frames, one.stopped) == (len(whole), found.stopped)
    lanes = find(octets, Head(octets[:HEADER]), LANES, CHUNK)
    assert [number for number, at, end in lanes.hits if is_control(octets[at + RECORD : end])] == [
        packet.number for packet in expected
    ]
    assert (lanes.frames, lanes.stopped) == (len(whole), found.stopped)


def _opened(reader: Callable[[BytesIO], T], octets: bytes) -> T | None:
    try:
        return reader(BytesIO(octets))
    except CaptureError:
        return None


def text(octets: bytes) -> None:
    """A hexadecimal dump."""
    try:
        reader = HexReader(octets.decode("utf-8", "replace"))
    except CaptureError:
        return
    for decoded in Decoder(reader.interfaces).decode(reader):
        for record in records(decoded):
            line(record, None)


def _files(rng: Random) -> list[Seed]:
    return [Seed.of_unknown(path.read_bytes()[:MOST]) for path in captures()] + [_made(rng)]


def _classic(rng: Random) -> list[Seed]:
    magics = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
    starts = (path.read_bytes()[:MOST] for path in captures())
    return [*(Seed.of_unknown(start) for start in starts if start[:4] in magics), _made(rng)]


def _made(rng: Random) -> Seed:
    """A capture with mutants of every protocol."""
    from pyiccp.capture._packet import Packet
    from pyiccp.capture._pcap import PcapWriter

    file = BytesIO()
    writer = PcapWriter(file)
    for case in cases(tuple(PROTOCOLS), 40, int(rng.random() * 1000)):
        frame = case.frame[:12] + TAGS[case.number % len(TAGS)] + case.frame[12:]
        writer.write(Packet(case.number + 1, 0, 0, frame, len(frame)))
    return Seed.of_unknown(file.getvalue())


def _dumps(rng: Random) -> list[Seed]:
    from pyiccp.wire._hexdump import hexdump

    return [Seed.of_unknown(hexdump(case.frame).encode()) for case in cases(tuple(PROTOCOLS), 20, 1)]


HARNESSES = (
    ("capture", _files, capture, 200),
    ("capture-scan", _classic, scanned, 400),
    ("capture-hex", _dumps, text, 800),
)
