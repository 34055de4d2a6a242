"""Named deadlines with a constant-time answer to "what is next?"."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

from pyiccp._sansio.core import Instant

Key = TypeVar("Key")


class Timers(Generic[Key]):
    """Deadlines by key. Equal deadlines fire in the order in which they were set.

    A heap with lazy deletion: the entry at its top is always live, so `next` is O(1); dead entries below are swept
    when they outnumber the live ones, so memory is bounded by the number of keys.
    """

    __slots__ = ("_count", "_entries", "_heap")

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int, Key]] = []
        self._entries: dict[Key, tuple[Instant, int, Key]] = {}
        self._count = 0

    @property
    def next(self) -> Instant | None:
        """The earliest deadline, or None."""
        return self._heap[0][0] if self._heap else None

    def set(self, key: Key, deadline: Instant) -> None:
        """Start or restart *key*."""
        self._count += 1
        entry = (deadline, self._count, key)
        self._entries[key] = entry
        heappush(self._heap, entry)
        self._tidy()

    def cancel(self, key: Key) -> None:
        """Stop *key* if it runs."""
        if self._entries.pop(key, None) is not None:
            self._tidy()

    def get(self, key: Key) -> Instant | None:
        """The deadline of *key*, or None when it does not run."""
        entry = self._entries.get(key)
        return None if entry is None else entry[0]

    def pop(self, now: Instant) -> Key | None:
        """Stop and return the first key that is due at *now*, or None."""
        if not self._heap or self._heap[0][0] > now:
            return None
        key = heappop(self._heap)[2]
        del self._entries[key]
        self._tidy()
        return key

    def due(self, now: Instant) -> Iterator[Key]:
        """Every key due at *now*, in order; one that is set again to an instant already due comes again."""
        while (key := self.pop(now)) is not None:
            yield key

    def fingerprint(self, now: Instant) -> tuple[tuple[Key, Instant], ...]:
        """(key, time left) in firing order."""
        return tuple((key, deadline - now) for deadline, _, key in sorted(self._entries.values(), key=_order))

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def _tidy(self) -> None:
        heap, entries = self._heap, self._entries
        while heap and entries.get(heap[0][2]) is not heap[0]:
            heappop(heap)
        if len(heap) > 2 * len(entries) + 16:
            heap[:] = entries.values()
            heapify(heap)


def _order(entry: tuple[Instant, int, object]) -> tuple[Instant, int]:
    return entry[0], entry[1]
