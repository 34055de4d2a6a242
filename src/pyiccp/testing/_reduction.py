"""Smaller inputs that do the same: what is left of a mutant, of octets, of a list, when nothing more can go."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pyiccp.testing._mutation import Mutant

T = TypeVar("T")
MOST_TRIES = 2000
"""Questions asked at most; a device that has to restart for each of them wants fewer."""


def fewest(things: Sequence[T], still: Callable[[list[T]], bool], tries: int = MOST_TRIES) -> list[T]:
    """A part of *things*, in order, that is *still* of interest; no single one of them could go if *tries* suffice.

    *still(things)* is taken for granted. Halves go first, then quarters, and so on: a few hundred questions for a
    thousand things of which three matter.
    """
    left, size = list(things), max(len(things) // 2, 1)
    while left and tries > 0:
        at, gone = 0, False
        while at < len(left) and tries > 0:
            shorter = left[:at] + left[at + size :]
            tries -= 1
            if still(shorter):
                left, gone = shorter, True
            else:
                at += size
        if size > 1:
            size //= 2
        elif not gone:
            break
    return left


def shrink(mutant: Mutant, still: Callable[[bytes], bool], tries: int = MOST_TRIES) -> Mutant:
    """The mutant without the changes that do not matter."""
    changes = fewest(mutant.changes, lambda some: still(Mutant(mutant.base, some).octets), tries)
    return Mutant(mutant.base, changes)


def minimise(octets: bytes, still: Callable[[bytes], bool], tries: int = MOST_TRIES) -> bytes:
    """Octets that are *still* of interest: as few as can be found, then as many zeros among them as can be."""
    asked = 0

    def counted(some: Sequence[int]) -> bool:
        nonlocal asked
        asked += 1
        return still(bytes(some))

    left = fewest(octets, counted, tries)
    for at, octet in enumerate(left):
        if asked >= tries:
            break
        if octet and counted([*left[:at], 0, *left[at + 1 :]]):
            left[at] = 0
    return bytes(left)
