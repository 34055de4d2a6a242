"""The two copies of a pair's spanning tree must be equal at every entry of their log (M9.1): the lab looks, always."""

from typing import Any, Protocol, runtime_checkable

KEPT = 4096
"""Entries remembered until the other node has applied them; one that never does (its session is lost) ages out."""


@runtime_checkable
class HasTree(Protocol):
    """A node that can show its copy."""

    def observe_tree(self, observer: Any) -> None: ...


class CopiesDifferError(AssertionError):
    """A defect: two nodes applied the same entry and are not the same."""


class Copies:
    """Compares what both nodes of a pair show of the same entry."""

    def __init__(self) -> None:
        self.compared = 0
        self._seen: dict[tuple[Any, int], Any] = {}

    def see(self, session: Any, sequence: int, whole: Any) -> None:
        """A node has applied entry *sequence* of *session*; 0 = the snapshot."""
        other = self._seen.pop((session, sequence), None)
        if other is None:
            self._seen[session, sequence] = whole
            if len(self._seen) > KEPT:
                del self._seen[next(iter(self._seen))]
            return
        self.compared += 1
        if other != whole:
            where, one, two = _difference(other, whole, "copy")
            raise CopiesDifferError(f"entry {sequence}: {where} is {one!r} on one node and {two!r} on the other")


def _difference(one: Any, two: Any, where: str) -> tuple[str, Any, Any]:
    """The innermost part that differs."""
    if isinstance(one, tuple) and isinstance(two, tuple) and len(one) == len(two):
        for index, (left, right) in enumerate(zip(one, two, strict=True)):
            if left != right:
                return _difference(left, right, f"{where}[{index}]")
    return where, one, two
