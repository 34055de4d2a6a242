"""The primary's copy of the spanning tree on its way to a node that joins (M9.6): told in pieces, and put together."""

from collections.abc import Iterator

from pyiccp.wire.iccp.pdu import TlvValue
from pyiccp.wire.iccp.tree import CHUNK, MARKS, TreeBegin, TreeMark, TreeMarks, TreeSnapshot

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
