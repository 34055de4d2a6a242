"""The ports of the pair's spanning tree and the halves that each node has of them (M9.2, M9.3).

The log knows nodes and halves, the spanning tree behind `Copy` knows ports: what an entry is to the tree is decided
here. Both nodes call this with the same entries, so `marks` are equal on both.
"""

from pyiccp._mlag.identity import is_orphan_of
from pyiccp._mlag.stp_copy import Copy, Deed, Mark
from pyiccp._sansio import Instant
from pyiccp.wire.iccp._pdu import TlvValue
from pyiccp.wire.iccp._tree import (
    TreeApplied,
    TreeBpdu,
    TreeGuardCleared,
    TreeIdentity,
    TreeLinkDown,
    TreeLinkUp,
    TreeMark,
    TreePort,
)


class Halves:
    """What changes of nodes are to the ports of *copy*."""

    def __init__(self, copy: Copy) -> None:
        self.copy = copy
        self.marks: dict[int, Mark] = {}

    def __contains__(self, port: int) -> bool:
        return port in self.marks

    def has(self, port: int, node: int) -> bool:
        """*node* has a half of *port*."""
        mark = self.marks.get(port)
        return mark is not None and mark.has[node]

    def orphan(self, port: int, node: int) -> bool:
        """*port* is *node*'s alone."""
        return self.has(port, node) and not self.has(port, 1 - node)

    def up(self, port: int, node: int) -> bool:
        """*node* has a half of *port*, and its link is up."""
        mark = self.marks.get(port)
        return mark is not None and mark.up[node]

    def told(self) -> tuple[TreeMark, ...]:
        """Every mark as the peer is told, and as copies are compared."""
        return tuple(mark.told_as(port) for port, mark in self.marks.items())

    def adopt(self, marks: list[TreeMark], node: int) -> None:
        """The primary's marks are ours; ValueError where they name a port that *node*, ours, has, or that the primary
        cannot have: after a session nobody would take such a port down."""
        heard = {mark.port: Mark.heard(mark) for mark in marks}
        for port, mark in heard.items():
            if mark.has[node] or mark.up[node] or not mark.has[1 - node] or is_orphan_of(node, port):
                raise ValueError(f"port {port} is not its own")
        self.marks = heard

    def swap(self) -> None:
        """This node is the other one from now on."""
        for mark in self.marks.values():
            for pair in (mark.has, mark.up, mark.applied):
                pair.reverse()

    def fold(self, node: int, change: TlvValue, at: Instant) -> list[Deed]:
        """What *change* of one *node* is to the port that both may have."""
        if isinstance(change, TreePort):
            return self._has(node, change, at)
        if isinstance(change, TreeIdentity):
            return self.copy.apply(change, at)
        mark = self.marks.get(getattr(change, "port", 0))
        if mark is None or not mark.has[node]:
            return []
        before = any(mark.up)
        match change:
            case TreeLinkUp():
                mark.up[node] = True
                return [] if before else self.copy.apply(change, at)
            case TreeLinkDown():
                mark.up[node] = False
                return self.copy.apply(change, at) if before and not any(mark.up) else []
            case TreeBpdu():
                # What a half hears before it is up its node keeps for then; this one went down meanwhile.
                return self.copy.apply(change, at) if before else []
            case TreeGuardCleared():
                return self.copy.apply(change, at)
            case TreeApplied(port, number):
                mark.applied[node] = max(mark.applied[node], number)
                return self._tell_done(port, mark, at)
        return []

    def populate(self, node: int, at: Instant) -> list[Deed]:
        """The ports of *node*, our own, are in the tree; after a session that ended before the snapshot came they are
        not."""
        if self.marks:
            return []
        own = self.copy.own()
        for change in own:
            mark = self.marks.setdefault(change.port, Mark.new())
            mark.has[node] = True
            mark.up[node] = isinstance(change, TreeLinkUp)
        return self.copy.populate(own, at)

    def drop(self, node: int, at: Instant) -> list[Deed]:
        """M9.7: orphans and halves of *node* are down, all at once."""
        gone: list[int] = []
        down: list[int] = []
        for port, mark in list(self.marks.items()):
            was_up = any(mark.up)
            mark.has[node] = mark.up[node] = False
            if not any(mark.has):
                del self.marks[port]
                gone.append(port)
            elif was_up and not any(mark.up):
                down.append(port)
        deeds = self.copy.part(gone, down, at)
        for port, mark in self.marks.items():
            deeds += self._tell_done(port, mark, at)
        return deeds

    def _has(self, node: int, change: TreePort, at: Instant) -> list[Deed]:
        mark = self.marks.get(change.port)
        known = mark is not None
        if mark is None:
            mark = self.marks[change.port] = Mark.new()
        mark.has[node] = True
        mark.applied[node] = mark.told
        return [] if known else self.copy.apply(change, at)

    def _tell_done(self, port: int, mark: Mark, at: Instant) -> list[Deed]:
        """M9.3: a command is carried out when every node that has the port says so."""
        if mark.done <= mark.told:
            return []
        mark.told = mark.done
        return self.copy.applied(port, mark.told, at)
