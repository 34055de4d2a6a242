"""What the primary tells of the spanning tree: its copy, in pieces, to a node that joins (M9.6), and entry by entry."""

from collections.abc import Callable, Iterator

from pyiccp.wire._mac import is_group
from pyiccp.wire.iccp._pdu import TlvValue
from pyiccp.wire.iccp._tlv import UnknownTlv
from pyiccp.wire.iccp._tree import (
    CHUNK,
    MARKS,
    TreeBegin,
    TreeEntry,
    TreeIdentity,
    TreeMark,
    TreeMarks,
    TreePort,
    TreeSnapshot,
)

LARGEST = 1 << 22
"""Octets of a snapshot at most: more than a thousand ports."""
MOST_MARKS = 0xFFF
LATEST = 1 << 62
"""No log time is later."""


def pieces(time: int, marks: tuple[TreeMark, ...], document: bytes) -> Iterator[TlvValue]:
    """The snapshot of log time *time* as it is told."""
    yield TreeBegin(time, len(document))
    for start in range(0, len(marks), MARKS):
        yield TreeMarks(marks[start : start + MARKS])
    for start in range(0, len(document), CHUNK):
        yield TreeSnapshot(document[start : start + CHUNK])


class Incoming:
    """A snapshot that arrives. ValueError, always with a reason, for one that cannot be."""

    def __init__(self, begin: TreeBegin) -> None:
        if begin.size > LARGEST or begin.time > LATEST:
            raise ValueError("the peer's spanning tree is too large")
        self.time = begin.time
        self.size = begin.size
        self.marks: list[TreeMark] = []
        self.document = bytearray()

    def add(self, piece: TreeMarks | TreeSnapshot) -> bool:
        """True when it is whole."""
        if isinstance(piece, TreeMarks):
            self.marks += piece.marks
        else:
            self.document += piece.octets
        if len(self.document) > self.size or len(self.marks) > MOST_MARKS:
            raise ValueError("the peer's spanning tree is larger than it said")
        return len(self.document) >= self.size


def fault_of(entry: TreeEntry, after: int, newest: int, refusal: Callable[[TreePort], str]) -> str:
    """Why *entry* cannot come next after number *after* and log time *newest*; empty if it can."""
    good = entry.sequence == after + 1 and newest <= entry.time <= LATEST and entry.node in (0, 1)
    if not good or len(entry.changes) > 1:
        return "the peer's log of the spanning tree is out of order"
    for change in entry.changes:
        if isinstance(change, UnknownTlv):
            return f"the peer's log of the spanning tree has a change of type {change.type:#06x}"
        if isinstance(change, TreeIdentity) and is_group(change.mac):
            return "the peer's log of the spanning tree: an identity that no bridge can have"
        if isinstance(change, TreePort) and (why := refusal(change)):
            return f"the peer's log of the spanning tree: {why}"
    return ""
