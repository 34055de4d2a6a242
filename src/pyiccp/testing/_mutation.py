"""A structure-aware mutator: it knows from the layout tables where fields, lengths and TLVs are, and lies about them.

A `Seed` is octets and the tree of what they are (`pyiccp.wire.TreeNode`, of ours or of your own making). A `Mutator`
makes `Mutant`s of seeds: valid octets with a few `Change`s, each of one of the kinds below. Equal seeds and an equal
`Random` give equal mutants, for ever. A mutant keeps its changes apart, so that `pyiccp.testing._reduction` can take
away those that do not matter.

    boundary   a number becomes 0, 1, its neighbour, its largest, its sign bit
    length     a length or a count lies: one off, nothing, everything, twice
    constant   what receivers must check, or must not, is something else; reserved bits are set
    type       a TLV says that it is another one
    remove, repeat, swap, nest, splice
               TLVs, messages and items go, come twice, change places, slip into one another, come from another seed;
               the lengths around them are made right again, or (one time in four) are not
    cut, pad   octets are missing at the end, or too many
    noise      octets in the middle are something else
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from random import Random
from typing import NamedTuple, TypeVar

from pyiccp.testing._tree import Place, Seed, Slot

HONEST = 0.75
"""How often lengths follow what a change of structure did."""
MOST_CHANGES = 3
T = TypeVar("T")


class Edit(NamedTuple):
    """*removed* octets at *offset* of the seed become *octets*."""

    offset: int
    removed: int
    octets: bytes


class Change(NamedTuple):
    """One kind of damage, as edits of the seed's octets."""

    what: str
    edits: tuple[Edit, ...]


class Mutant:
    """Octets made of a seed; `octets` is what to feed, `str()` says how they came to be."""

    def __init__(self, base: bytes, changes: Sequence[Change]) -> None:
        self.base = base
        self.changes = tuple(changes)

    @cached_property
    def octets(self) -> bytes:
        """The seed with all changes made, from the last octet to the first."""
        edits = [edit for change in self.changes for edit in change.edits]
        edits.sort(key=_offset, reverse=True)
        octets = self.base
        for offset, removed, new in edits:
            octets = octets[:offset] + new + octets[offset + removed :]
        return octets

    def __str__(self) -> str:
        return "; ".join(change.what for change in self.changes) or "as it was"


def _offset(edit: Edit) -> int:
    return edit.offset


class Mutator:
    """Makes mutants of *seeds* with the randomness of *rng*."""

    def __init__(self, seeds: Iterable[Seed], rng: Random | int = 0) -> None:
        """*rng*: a `random.Random` of yours, or the number that one is seeded with."""
        self.seeds = tuple(seeds)
        if not self.seeds:
            raise ValueError("a mutator needs a seed")
        self._rng = Random(rng) if isinstance(rng, int) else rng

    def __iter__(self) -> Iterator[Mutant]:
        """Mutants without end."""
        while True:
            yield self.mutant()

    def mutant(self, seed: Seed | None = None) -> Mutant:
        """One mutant, of *seed* or of one of the seeds."""
        random = self._rng.random
        if seed is None:
            seed = self._one(self.seeds)
        times = 1 + int(random() * random() * MOST_CHANGES)
        return Mutant(seed.octets, [self._change(seed) for _ in range(times)])

    def _change(self, seed: Seed) -> Change:
        return self._one(_KINDS)(self, seed) or self._noise(seed) or self._pad(seed)

    # --- choosing

    def _one(self, things: Sequence[T]) -> T:
        return things[int(self._rng.random() * len(things))]

    def _honest(self) -> bool:
        return self._rng.random() < HONEST

    # --- fields

    def _boundary(self, seed: Seed) -> Change | None:
        if not seed.numbers:
            return None
        slot = self._one(seed.numbers)
        top = (1 << 8 * slot.width) - 1
        value = self._one((0, 1, slot.value - 1, slot.value + 1, top, top - 1, top >> 1, (top >> 1) + 1)) & top
        return _set(f"boundary: {slot.path} {slot.value} -> {value}", slot, value)

    def _lie(self, seed: Seed) -> Change | None:
        if not seed.lengths:
            return None
        slot = self._one(seed.lengths)
        top = (1 << 8 * slot.width) - 1
        left = len(seed.octets) - slot.offset
        guesses = (0, 1, slot.value - 1, slot.value + 1, 2 * slot.value, left, left + 1, top, slot.value - slot.width)
        value = self._one(guesses) & top
        return _set(f"length: {slot.path} {slot.value} -> {value}", slot, value)

    def _constant(self, seed: Seed) -> Change | None:
        if not seed.fixed:
            return None
        slot = self._one(seed.fixed)
        value = slot.value ^ 1 << int(self._rng.random() * 8 * slot.width)
        return _set(f"constant: {slot.path} {slot.value} -> {value}", slot, value)

    def _type(self, seed: Seed) -> Change | None:
        if not seed.types:
            return None
        slot, known = self._one(seed.types)
        value = self._one(known)
        return _set(f"type: {slot.path} {slot.value} -> {value}", slot, value)

    # --- structure

    def _remove(self, seed: Seed) -> Change | None:
        if not seed.places:
            return None
        place = self._one(seed.places)
        return self._moved(f"remove: {place.path}", seed, place, Edit(place.start, place.end - place.start, b""), -1)

    def _repeat(self, seed: Seed) -> Change | None:
        if not seed.places:
            return None
        place = self._one(seed.places)
        times = self._one((1, 1, 1, 2, 16))
        again = seed.octets[place.start : place.end] * times
        return self._moved(f"repeat: {place.path} {times}", seed, place, Edit(place.end, 0, again), times)

    def _swap(self, seed: Seed) -> Change | None:
        if len(seed.places) < 2:
            return None
        first, second = sorted((self._one(seed.places), self._one(seed.places)))
        if first.end > second.start:
            return None
        octets = seed.octets
        edits = [
            Edit(first.start, first.end - first.start, octets[second.start : second.end]),
            Edit(second.start, second.end - second.start, octets[first.start : first.end]),
        ]
        return Change(f"swap: {first.path}, {second.path}", tuple(edits))

    def _nest(self, seed: Seed) -> Change | None:
        if not seed.places:
            return None
        inner, outer = self._one(seed.places), self._one(seed.places)
        octets = seed.octets[inner.start : inner.end]
        edit = Edit(outer.end, 0, octets)
        return self._moved(f"nest: {inner.path} into {outer.path}", seed, outer, edit, 0, outer.own)

    def _splice(self, seed: Seed) -> Change | None:
        donor = self._one(self.seeds)
        if not (seed.places and donor.places):
            cut, start = self._one(seed.edges), self._one(donor.edges)
            return Change("splice: the end of another", (Edit(cut, len(seed.octets) - cut, donor.octets[start:]),))
        place, other = self._one(seed.places), self._one(donor.places)
        octets = donor.octets[other.start : other.end]
        edit = Edit(place.start, place.end - place.start, octets)
        return self._moved(f"splice: {other.path} for {place.path}", seed, place, edit, 0)

    def _moved(
        self, what: str, seed: Seed, place: Place, edit: Edit, items: int, more: tuple[Slot, ...] = ()
    ) -> Change:
        """A change of structure; the lengths and counts around *place* follow it, or do not."""
        if not self._honest():
            return Change(what + ", lengths as they were", (edit,))
        delta = len(edit.octets) - edit.removed
        edits = [edit]
        for slot in (*place.around, *more):
            value = slot.value + (items if slot.counts else delta)
            edits.append(Edit(slot.offset, slot.width, (value & (1 << 8 * slot.width) - 1).to_bytes(slot.width, "big")))
        return Change(what, tuple(edits))

    # --- octets

    def _cut(self, seed: Seed) -> Change:
        ends = seed.edges if self._rng.random() < 0.5 else range(len(seed.octets) + 1)
        at = self._one(ends)
        return Change(f"cut: at octet {at}", (Edit(at, len(seed.octets) - at, b""),))

    def _pad(self, seed: Seed) -> Change:
        octets = self._rng.randbytes(self._one((1, 2, 4, 64)))
        return Change(f"pad: {len(octets)} octets", (Edit(len(seed.octets), 0, octets),))

    def _noise(self, seed: Seed) -> Change | None:
        if not seed.octets:
            return None
        at = int(self._rng.random() * len(seed.octets))
        octets = self._one((b"\0", b"\xff", b"\x80", b"\x7f", self._rng.randbytes(1), self._rng.randbytes(4)))
        octets = octets[: len(seed.octets) - at]
        return Change(f"noise: {octets.hex()} at octet {at}", (Edit(at, len(octets), octets),))


def _set(what: str, slot: Slot, value: int) -> Change:
    return Change(what, (Edit(slot.offset, slot.width, value.to_bytes(slot.width, "big")),))


_Kind = Callable[[Mutator, Seed], Change | None]
_KINDS: tuple[_Kind, ...] = (
    Mutator._boundary,
    Mutator._boundary,
    Mutator._lie,
    Mutator._lie,
    Mutator._constant,
    Mutator._type,
    Mutator._remove,
    Mutator._repeat,
    Mutator._swap,
    Mutator._nest,
    Mutator._splice,
    Mutator._cut,
    Mutator._pad,
    Mutator._noise,
    Mutator._noise,
)
