"""Cables in memory: two ends in one program, with a carrier that can be cut."""

from collections import deque
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import trio

from pyiccp.transports._base import BATCH, Carrier, Signal

ROOM = 1024
"""Frames that wait at an end for its reader; more are lost, as in a receive ring."""


class MemoryEnd:
    """One end of a cable in memory."""

    offloads = False
    missed = 0

    def __init__(self) -> None:
        self.lost = 0
        self._other: MemoryEnd = self
        self._inbox: deque[bytes] = deque()
        self._arrived = Signal()
        self._carrier = Carrier()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.set_carrier(False)

    def set_carrier(self, up: bool) -> None:
        """Plug the cable in, or pull it: what was under way is lost."""
        for end in (self, self._other):
            end._inbox.clear()
            end._carrier.set(up)

    async def link_change(self) -> bool:
        return await self._carrier.change()

    async def receive_many(self) -> Sequence[bytes]:
        await trio.lowlevel.checkpoint()
        while not self._inbox:
            await self._arrived.wait()
        return [self._inbox.popleft() for _ in range(min(BATCH, len(self._inbox)))]

    async def send_many(self, frames: Sequence[bytes]) -> None:
        await trio.lowlevel.checkpoint()
        other = self._other
        room = ROOM - len(other._inbox) if self._carrier.up else 0
        other._inbox.extend(frames[:room])
        self.lost += max(0, len(frames) - room)
        other._arrived.wake()

    def discard(self) -> None:
        self._inbox.clear()


def memory_cable(up: bool = True) -> tuple[MemoryEnd, MemoryEnd]:
    """Both ends of a new cable."""
    first, second = MemoryEnd(), MemoryEnd()
    first._other, second._other = second, first
    first.set_carrier(up)
    return first, second
