"""A node's copy of the pair's spanning tree as the log needs it, and what the log knows of each of its ports (M9)."""

from collections.abc import Sequence
from enum import Enum
from typing import Any, NamedTuple, Protocol

import msgspec

from pyiccp._sansio import Instant
from pyiccp.wire.iccp._pdu import TlvValue
from pyiccp.wire.iccp._tree import TreeLinkUp, TreeMark, TreePort


class Kind(Enum):
    """What a deed is to the log."""

    SEND = "send a BPDU"
    OPEN = "learn or forward"
    SHUT = "no longer learn or forward"
    OTHER = "anything else"


class Deed(NamedTuple):
    """Something that the tree wants done."""

    port: int
    """0 = not a port's."""
    kind: Kind
    action: Any
    number: int = 0
    """Of the command, for SHUT."""


class Copy(Protocol):
    """A node's copy of the tree. It names deeds of ports that this node has, and of the bridge; no others."""

    @property
    def deadline(self) -> Instant | None:
        """When a timer fires, in log time."""

    def refusal(self, change: TlvValue) -> str:
        """Why *change* cannot be applied, or ''."""

    def apply(self, change: TlvValue, at: Instant) -> list[Deed]:
        """*change* happened at *at*."""

    def applied(self, port: int, number: int, at: Instant) -> list[Deed]:
        """Every command to *port* up to *number* is carried out."""

    def part(self, gone: Sequence[int], down: Sequence[int], at: Instant) -> list[Deed]:
        """At once: the ports *gone* are no more, and do not forward; the links of the ports *down* are down."""

    def populate(self, changes: Sequence[TreePort | TreeLinkUp], at: Instant) -> list[Deed]:
        """All *changes* at once."""

    def advance(self, at: Instant) -> list[Deed]:
        """Time has passed."""

    def own(self) -> list[TreePort | TreeLinkUp]:
        """The ports that this node has, in the tree or not, and those of their links that are up."""

    def stand(self) -> list[Deed]:
        """What the data plane of each of this node's ports should be doing now."""

    def shut(self, port: int) -> list[Deed]:
        """The data plane shuts this port of ours, whatever the tree has it doing."""

    def resign(self, at: Instant) -> list[Deed]:
        """Whatever this bridge has claimed to be, it is the worst of all."""

    def clear(self) -> list[Deed]:
        """Forget everything: a bridge without ports; the data plane shuts them."""

    def document(self, at: Instant) -> bytes:
        """Every variable of every port."""

    def restore(self, document: bytes, at: Instant) -> set[int]:
        """Be what *document* says, and name the ports; ValueError when nothing can be that."""

    def fingerprint(self, at: Instant) -> tuple[Any, ...]:
        """See sansio.Core."""


class Mark(msgspec.Struct):
    """One port: which nodes have it, and how far each has come."""

    has: list[bool]
    up: list[bool]
    applied: list[int]
    told: int = 0

    @classmethod
    def new(cls) -> "Mark":
        return cls([False, False], [False, False], [0, 0])

    @classmethod
    def heard(cls, mark: TreeMark) -> "Mark":
        """As the primary has it."""
        has, up = [mark.has_0, mark.has_1], [mark.up_0, mark.up_1]
        return cls(has, up, [mark.applied_0, mark.applied_1], mark.told)

    def told_as(self, port: int) -> TreeMark:
        """For the peer."""
        (has_0, has_1), (up_0, up_1), (applied_0, applied_1) = self.has, self.up, self.applied
        return TreeMark(port, has_0, has_1, up_0, up_1, applied_0, applied_1, self.told)

    @property
    def done(self) -> int:
        """The newest command that every node that has the port has carried out."""
        return min((self.applied[node] for node in (0, 1) if self.has[node]), default=0)
