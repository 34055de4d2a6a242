"""Two cores and what is on its way between them, which a fuzzer may lose, repeat, reorder and damage."""

from collections import deque
from collections.abc import Callable
from typing import Any

from fuzz import pools
from fuzz.data import Data
from fuzz.drive import Drive

MOST = 400
"""Deliveries at most until all is quiet."""


class Wire:
    """*ends* exchange values: `deliver(end, value)` is what its arrival does and gives the values that it answers."""

    def __init__(self, ends: tuple[Drive, Drive], deliver: Callable[[int, Any], list[Any]]) -> None:
        self.ends = ends
        self._deliver = deliver
        self.flying: tuple[deque[Any], deque[Any]] = (deque(maxlen=256), deque(maxlen=256))
        """To each end."""

    def send(self, end: int, values: list[Any]) -> None:
        """*end* says *values* to the other."""
        self.flying[1 - end].extend(values)

    def arrive(self, end: int, value: Any) -> None:
        self.send(end, self._deliver(end, value))

    def settle(self) -> None:
        """Everything arrives."""
        for _ in range(MOST):
            if not any(self.flying):
                return
            end = 0 if self.flying[0] else 1
            self.arrive(end, self.flying[end].popleft())

    def mischief(self, data: Data) -> None:
        """The first on its way to one end: it arrives, damaged, twice, late, or not at all."""
        end = data.number() % 2
        if not self.flying[end]:
            return
        value = self.flying[end].popleft()
        match data.number() % 5:
            case 0:
                self.arrive(end, value)
            case 1:
                self.arrive(end, value)
                self.arrive(end, value)
            case 2:
                self.flying[end].append(value)
            case 3:
                if (other := pools.damaged(value, data)) is not None:
                    self.arrive(end, other)
