"""Octets of a fuzzer as decisions: past their end every decision is the first one."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Data:
    """Reads decisions off *octets*, front to back."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    @property
    def more(self) -> bool:
        """Something is left."""
        return self._at < len(self._octets)

    def octets(self, count: int) -> bytes:
        """*count* octets, zeros where there are none."""
        found = self._octets[self._at : self._at + count]
        self._at += count
        return found.ljust(count, b"\0")

    def number(self, width: int = 1) -> int:
        return int.from_bytes(self.octets(width), "big")

    def flag(self) -> bool:
        return bool(self.number() & 1)

    def pick(self, things: Sequence[T]) -> T:
        """One of *things*, of which there are at most 256."""
        return things[self.number() % len(things)]

    def chunk(self) -> bytes:
        """As many octets as the next one says."""
        return self.octets(self.number())
