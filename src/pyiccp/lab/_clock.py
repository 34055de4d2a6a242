"""Virtual time: an agenda of plain tuples, so that a network can be pickled at any instant and goes on the same."""

from heapq import heappush
from typing import Any

from pyiccp._sansio import Instant

Entry = tuple[Instant, int, int, Any, Any, int]
"""(at, order of entry, kind, subject, payload, stamp). The first two decide; nothing behind them is ever compared."""

DELIVER, WAKE, TICK, SERVE, DATAGRAM, FAULT, DARK, PLUG = range(8)
"""Frames arrive; a device's deadline; flows send; a queue's wire is free; a keepalive arrives; an event of the
scenario; the ports of a stopped device go dark; a host's cable is plugged in."""


class Agenda:
    """What is to happen when; equal instants come in the order in which they were entered."""

    __slots__ = ("count", "heap", "now")

    def __init__(self) -> None:
        self.now: Instant = 0
        self.count = 0
        self.heap: list[Entry] = []

    def add(self, at: Instant, kind: int, subject: Any, payload: Any = None, stamp: int = 0) -> None:
        """*kind* is to happen to *subject* at *at*."""
        self.count += 1
        heappush(self.heap, (at, self.count, kind, subject, payload, stamp))
