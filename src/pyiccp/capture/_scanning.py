"""The control frames of a capture, near the speed of memory where that is possible.

A regular file of classic pcap is mapped and walked in lanes (NumPy) or record by record; pcapng, gzip and pipes are
read as they come. The answer is the same: `is_control` decides about every frame that could be one.
"""

import mmap
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from itertools import chain
from threading import Thread
from typing import BinaryIO

from pyiccp.capture import _lanes as lanes
from pyiccp.capture._control import is_control
from pyiccp.capture._files import Capture, read
from pyiccp.capture._packet import SECOND, Interface, Packet, Stopped
from pyiccp.capture._pcap import HEADER, MAGICS, RECORD, Head
from pyiccp.capture._walk import Buffer, walk

_ROOM = 1 << 26
"""Octets of control frames that are copied out of a mapped file at once, which is then unmapped beside other work:
that takes as long as all of them do to be decoded."""
_AT_ONCE = 1024
_Cut = tuple[int, bytes]
"""Number and octets of a record, header and all."""


def scan(file: BinaryIO) -> "Scan":
    """The control frames of the capture in *file*. Raises CaptureError when it is none."""
    return mapped(file) or Streamed(read(file))


class Scan:
    """Control frames in the order of the file; a Capture."""

    interfaces: list[Interface]
    stopped: Stopped | None = None
    frames = 0
    """All frames of the file, once they have been looked at."""
    start_ns: int | None = None
    """When the first of them was seen."""

    def __iter__(self) -> Iterator[Packet]:
        raise NotImplementedError


class Streamed(Scan):
    """Out of whatever can be read."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self.interfaces = capture.interfaces

    def __iter__(self) -> Iterator[Packet]:
        for packet in self._capture:
            if not self.frames:
                self.start_ns = packet.time_ns
            self.frames = packet.number
            if is_control(packet.octets):
                yield packet
        self.stopped = self._capture.stopped


class Mapped(Scan):
    """Out of a classic pcap in memory. Walked once: a mapping is given back as soon as it is not needed."""

    def __init__(self, buffer: Buffer, *, in_lanes: bool | None = None) -> None:
        self._buffer = buffer
        self._head = Head(buffer[:HEADER])
        self._in_lanes = len(buffer) >= 2 * lanes.CHUNK and bool(find_spec("numpy")) if in_lanes is None else in_lanes
        self.interfaces = [self._head.interface]

    def __iter__(self) -> Iterator[Packet]:
        buffer, head = self._buffer, self._head
        if self._in_lanes:
            hits, self.frames, self.stopped = lanes.find(buffer, head)
        else:
            found, self.frames, _, self.stopped = walk(buffer, head, HEADER, len(buffer))
            hits = [(index + 1, at, after) for index, at, after in found]
        if self.frames:
            seconds, fraction, _, _ = head.record.unpack_from(buffer, HEADER)
            self.start_ns = seconds * SECOND + fraction * head.unit
        batches = (_cut(buffer, hits[at : at + _AT_ONCE]) for at in range(0, len(hits), _AT_ONCE))
        if not isinstance(buffer, mmap.mmap):
            return self._packets(chain.from_iterable(batches))
        early: list[_Cut] = []
        room = _ROOM
        for some in batches:
            early += some
            room -= sum([len(record) for _, record in some])
            if room <= 0:
                return self._packets(chain(early, chain.from_iterable(batches)))
        unmapping = Thread(target=buffer.close, name="pyiccp-scan-unmap")
        unmapping.start()
        return self._packets(early, unmapping.join)

    def _packets(self, cuts: Iterable[_Cut], at_last: Callable[[], None] = lambda: None) -> Iterator[Packet]:
        unpack, unit = self._head.record.unpack_from, self._head.unit
        for number, record in cuts:
            octets = record[RECORD:]
            if is_control(octets):
                seconds, fraction, _, length = unpack(record)
                yield Packet(number, seconds * SECOND + fraction * unit, 0, octets, length)
        at_last()


def _cut(buffer: Buffer, hits: list[tuple[int, int, int]]) -> list[_Cut]:
    return [(number, buffer[at:after]) for number, at, after in hits]


def mapped(file: BinaryIO) -> Mapped | None:
    """A scan of *file* in memory if it is a regular file of classic pcap, not yet read from; None otherwise."""
    try:
        number = file.fileno()
        if not stat.S_ISREG(os.fstat(number).st_mode) or file.tell() or os.fstat(number).st_size < HEADER:
            return None
    except (OSError, ValueError):
        return None
    octets = mmap.mmap(number, 0, access=mmap.ACCESS_READ)
    return Mapped(octets) if octets[:4] in MAGICS else None
