"""TCP put together again, as far as a capture allows: order, repetitions, and what is missing (RFC 9293 3.4)."""

import heapq
from collections.abc import Iterator
from ipaddress import ip_address
from typing import NamedTuple

from pyiccp.wire._ip import SYN, Carried

WAITING = 1 << 20
"""Octets of one direction that may wait for a segment; more and it counts as missing."""
SEGMENTS = 1024
"""The same in segments."""
_SPACE = 1 << 32
_FAR = 1 << 31
_ACK = 0x10


class Chunk(NamedTuple):
    """Octets of one direction in order."""

    octets: bytes
    missing: int
    """Octets that the capture does not have, just before these."""
    start: bool
    """The connection starts here: its SYN was seen."""


class Direction:
    """What one end sends to the other. Sequence numbers are unwrapped: they go on above 2**32."""

    def __init__(self) -> None:
        self._next: int | None = None
        """Of the next octet in order; None before the first segment."""
        self._opened = False
        self._early: list[tuple[int, bytes]] = []
        """Segments that came before their turn; a heap."""
        self._waiting = 0

    def segment(self, sequence: int, syn: bool, octets: bytes) -> Iterator[Chunk]:
        """What a segment of this direction completes."""
        if syn:
            self._early.clear()
            self._waiting = 0
            self._next = sequence = sequence + 1
            self._opened = True
        elif self._next is None:
            self._next = sequence
        if octets:
            heapq.heappush(self._early, (self._unwrapped(sequence), octets))
            self._waiting += len(octets)
        yield from self._in_order()
        while self._waiting > WAITING or len(self._early) > SEGMENTS:
            yield from self._skip()

    def acknowledged(self, sequence: int) -> Iterator[Chunk]:
        """The other end has everything before *sequence*: what is not here by now never will be."""
        while self._early and self._next is not None and self._unwrapped(sequence) > self._next:
            yield from self._skip()

    def end(self) -> Iterator[Chunk]:
        """The capture is over."""
        while self._early:
            yield from self._skip()

    def _in_order(self, missing: int = 0) -> Iterator[Chunk]:
        """Everything that follows what has been given."""
        assert self._next is not None
        while self._early and self._early[0][0] <= self._next:
            start, octets = heapq.heappop(self._early)
            self._waiting -= len(octets)
            octets = octets[self._next - start :]
            if octets:
                self._next += len(octets)
                yield Chunk(octets, missing, self._opened)
                missing, self._opened = 0, False

    def _skip(self) -> Iterator[Chunk]:
        """Give up what is missing and go on behind it."""
        assert self._next is not None
        missing = self._early[0][0] - self._next
        self._next += missing
        yield from self._in_order(missing)

    def _unwrapped(self, sequence: int) -> int:
        """The number of 32 bits that is nearest to the next octet in order."""
        assert self._next is not None
        return self._next + (sequence - self._next + _FAR) % _SPACE - _FAR


class Endpoint(NamedTuple):
    """An IP address and a port."""

    address: bytes
    port: int

    def __str__(self) -> str:
        text = str(ip_address(self.address))
        return f"[{text}]:{self.port}" if len(self.address) == 16 else f"{text}:{self.port}"


class Ends(NamedTuple):
    """A direction of a connection."""

    source: Endpoint
    destination: Endpoint


def ends_of(carried: Carried) -> Ends:
    """Who sent it to whom."""
    return Ends(Endpoint(carried.source, carried.source_port), Endpoint(carried.destination, carried.destination_port))


class Connections:
    """Every direction of every connection that is of interest."""

    def __init__(self) -> None:
        self._directions: dict[Ends, Direction] = {}

    def segment(self, octets: bytes, carried: Carried) -> Iterator[tuple[Ends, Chunk]]:
        """What the segment in the frame *octets* completes, in its own direction or by what it acknowledges."""
        ends = ends_of(carried)
        back = Ends(ends.destination, ends.source)
        syn = bool(carried.flags & SYN)
        if carried.flags & _ACK and not syn and back in self._directions:
            at = carried.transport + 8
            for chunk in self._directions[back].acknowledged(int.from_bytes(octets[at : at + 4], "big")):
                yield back, chunk
        payload = octets[carried.start : carried.end]
        if payload or syn:
            direction = self._directions.setdefault(ends, Direction())
            for chunk in direction.segment(carried.sequence, syn, payload):
                yield ends, chunk

    def end(self) -> Iterator[tuple[Ends, Chunk]]:
        """What still waits when the capture is over."""
        for ends, direction in self._directions.items():
            for chunk in direction.end():
                yield ends, chunk
