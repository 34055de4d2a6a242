"""Seeds: octets, and from their tree the places where a mutator can do harm."""

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from pyiccp.wire._catalogue import every
from pyiccp.wire._codec import Format
from pyiccp.wire._dissect import dissect
from pyiccp.wire._ethernet import TYPE
from pyiccp.wire._tree import TreeNode

_FORMATS = every()
LENGTHS = frozenset(
    {form.bound.field for form in _FORMATS if form.bound} | {"length", "total_length", "payload_length"}
)
"""Names of fields that say how long something is."""
COUNTS = frozenset(form.count for form in _FORMATS if form.count)
"""Names of fields that say how many there are."""
FIXED = frozenset(
    field.name
    for form in _FORMATS
    if form.layout
    for field in form.layout.fields
    if field.const is not None or field.default is not None or "reserved" in field.name
)
"""Names of fields whose value a sender has no choice about, reserved ones too."""
TYPES = (
    *sorted({code for form in _FORMATS for code in form.codes}),
    *(0, 1, 0x3FFF, 0x7FFF, 0x8000, 0xC000, 0xFFFF),
)
"""Type words of TLVs that mean something somewhere, and some that do not."""
_LONGEST_8023 = 1500
_WIDEST = 8


class Slot(NamedTuple):
    """A number in the octets."""

    offset: int
    width: int
    value: int
    path: str
    counts: bool = False
    """It counts items, not octets."""


class Place(NamedTuple):
    """A part that has neighbours of its kind: a TLV, a message, an item."""

    start: int
    end: int
    path: str
    around: tuple[Slot, ...]
    """The lengths and counts that hold it."""
    own: tuple[Slot, ...]
    """Its own length."""


class Seed:
    """Valid octets, or nearly so, and the tree of what they are."""

    def __init__(self, octets: bytes, nodes: Iterable[TreeNode] = ()) -> None:
        """*nodes*: spans of *octets* in order, as `Format.nodes`, `dissect(…).children` or a parser of yours gives
        them: a leaf is a field, a node with children is a part. Fields are known by the last word of their name:
        `length`, `count`, `type` and the like (see LENGTHS, COUNTS)."""
        self.octets = bytes(octets)
        self.nodes = tuple(nodes)

    @classmethod
    def of_frame(cls, frame: bytes) -> "Seed":
        """A whole Ethernet frame with anything in it that pyiccp knows."""
        return cls(frame, dissect(frame).children)

    @classmethod
    def of_format(cls, form: Format, octets: bytes) -> "Seed":
        """Octets of one format of `pyiccp.wire._catalogue`."""
        return cls(octets, form.nodes(octets, 0, len(octets)))

    @classmethod
    def of_unknown(cls, octets: bytes) -> "Seed":
        """Octets of which nothing is known: every one is a field."""
        return cls(octets, (TreeNode(at, 1, "octet", value) for at, value in enumerate(octets)))

    @cached_property
    def _found(self) -> "_Found":
        found = _Found(self.octets)
        found.visit(self.nodes, "", ())
        return found

    @cached_property
    def numbers(self) -> tuple[Slot, ...]:
        """Every field of at most eight octets."""
        return tuple(self._found.numbers)

    @cached_property
    def lengths(self) -> tuple[Slot, ...]:
        """Fields that say how long or how many."""
        return tuple(self._found.lengths)

    @cached_property
    def fixed(self) -> tuple[Slot, ...]:
        """Fields that are always the same, reserved ones too."""
        return tuple(slot for slot in self.numbers if _last(slot.path) in FIXED)

    @cached_property
    def types(self) -> tuple[tuple[Slot, tuple[int, ...]], ...]:
        """Type words, and what they could be instead."""
        return tuple(
            (slot, tuple(code for code in TYPES if code < 1 << 8 * slot.width))
            for slot in self.numbers
            if _last(slot.path) in ("type", "tlv_type")
        )

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Parts that can be moved about."""
        return tuple(self._found.places)

    @cached_property
    def edges(self) -> tuple[int, ...]:
        """Where fields start and end."""
        return tuple(sorted({slot.offset for slot in self.numbers} | {0, len(self.octets)}))


class _Found:
    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.numbers: list[Slot] = []
        self.lengths: list[Slot] = []
        self.places: list[Place] = []

    def visit(self, nodes: Iterable[TreeNode], path: str, around: tuple[Slot, ...]) -> tuple[Slot, ...]:
        """Take in *nodes*, which the lengths *around* hold; the lengths among them hold what comes after."""
        own: tuple[Slot, ...] = ()
        for number, node in enumerate(nodes):
            here = f"{path}{node.name}"
            if node.children:
                inner = self.visit(node.children, f"{here}[{number}].", around + own)
                self.places.append(Place(node.offset, node.offset + node.length, here, around + own, inner))
            elif 0 < node.length <= _WIDEST:
                slot = self._slot(node, here)
                if _says_how_much(slot):
                    self.lengths.append(slot)
                    own += (slot,)
        return own

    def _slot(self, node: TreeNode, path: str) -> Slot:
        value = int.from_bytes(self.octets[node.offset : node.offset + node.length], "big")
        slot = Slot(node.offset, node.length, value, path, _last(path) in COUNTS)
        self.numbers.append(slot)
        return slot


def _last(path: str) -> str:
    return path.rpartition(".")[2].rpartition(" ")[2]


def _says_how_much(slot: Slot) -> bool:
    if slot.path.startswith(TYPE.name) and slot.value > _LONGEST_8023:
        return False
    name = _last(slot.path)
    return slot.counts or name in LENGTHS or name.endswith("_length")


def nodes_of_message(octets: bytes, form: Format) -> tuple[TreeNode, ...]:
    """The tree of a TLV or message that stands alone: type, length, and what *form* says of the rest."""
    head = tuple(
        TreeNode(at, 2, name, int.from_bytes(octets[at : at + 2], "big")) for at, name in ((0, "type"), (2, "length"))
    )
    return (*head, *form.nodes(octets, 4, len(octets)))
