"""A cable that loses, delays, repeats and reorders what arrives by it, from a seed."""

from collections.abc import Sequence
from heapq import heappop, heappush
from random import Random

import trio

from pyiccp.transports._around import Around
from pyiccp.transports._base import BATCH, Transport


class Faulty(Around):
    """Wraps the receiving side of any transport; wrap both ends for both ways.

    *loss*, *duplicate* and *reorder* are probabilities of a frame, *delay* and *jitter* seconds. A reordered frame
    arrives up to *jitter* later than its neighbours, the others keep their order.
    """

    def __init__(
        self,
        inner: Transport,
        random: Random,
        *,
        loss: float = 0.0,
        duplicate: float = 0.0,
        reorder: float = 0.0,
        delay: float = 0.0,
        jitter: float = 0.0,
    ) -> None:
        super().__init__(inner)
        self.random = random
        self.loss, self.duplicate, self.reorder = loss, duplicate, reorder
        self.delay, self.jitter = delay, jitter
        self.lost = 0
        self._under_way: list[tuple[float, int, bytes]] = []
        self._number = 0

    def discard(self) -> None:
        self._under_way.clear()
        super().discard()

    async def receive_many(self) -> Sequence[bytes]:
        while True:
            due = self._under_way[0][0] if self._under_way else float("inf")
            with trio.CancelScope(deadline=due):
                for frame in await self.inner.receive_many():
                    self._take(frame, trio.current_time())
            arrived = self._arrived(trio.current_time())
            if arrived:
                return arrived

    def _take(self, frame: bytes, now: float) -> None:
        if self.random.random() < self.loss:
            self.lost += 1
            return
        late = self.jitter * self.random.random() if self.random.random() < self.reorder else 0.0
        for _ in range(1 + (self.random.random() < self.duplicate)):
            self._number += 1
            heappush(self._under_way, (now + self.delay + late, self._number, frame))

    def _arrived(self, now: float) -> list[bytes]:
        frames: list[bytes] = []
        while self._under_way and self._under_way[0][0] <= now and len(frames) < BATCH:
            frames.append(heappop(self._under_way)[2])
        return frames
