"""Flushes, and the learns that cross them (M10.3).

A flush names a scope and the highest sequence its sender knows; entries of the scope up to that sequence go, on both
nodes. What the peer announced before it heard of the flush is still on its way: its batches carry, as `epoch`, the
newest of *our* flushes that it has carried out, so such a learn can be told from a later one and meets the same fate
as the entry that it would have made. What either node sees after it has carried out a flush gets a higher sequence
than the flush names, so nothing of the time before overrules it.
"""

from typing import Any

import msgspec

from pyiccp.bridge.host import EVERYWHERE, ORPHAN
from pyiccp.wire.iccp.fdb import HostBatch, HostFlush


class Scope(msgspec.Struct, frozen=True, gc=False):
    """Which entries a flush concerns."""

    place: int = EVERYWHERE
    vid: int = 0
    """0 = every VLAN."""
    node: int = 0
    """Whose orphan ports, when the place is ORPHAN."""

    def covers(self, vid: int, place: int, node: int) -> bool:
        """Whether an entry of *vid* at *place*, last sighted by *node*, is concerned."""
        if self.vid not in (0, vid):
            return False
        return self.place in (EVERYWHERE, place) and (self.place != ORPHAN or self.node == node)


class Flushes:
    """This node's flushes of this session that the peer may not have carried out yet."""

    def __init__(self) -> None:
        self.epoch = 0
        self.newest: dict[Scope, HostFlush] = {}
        """The newest flush of each scope: it removes all that an earlier one did."""

    def make(self, scope: Scope, sequence: int) -> HostFlush:
        """A flush to announce."""
        self.epoch += 1
        flush = HostFlush(place=scope.place, vid=scope.vid, node=scope.node, sequence=sequence, epoch=self.epoch)
        self.newest[scope] = flush
        return flush

    def remove(self, batch: HostBatch) -> bool:
        """Whether *batch* was sent before the peer heard of a flush that removes its hosts."""
        if not self.newest:
            return False
        if batch.epoch >= self.epoch:
            self.newest.clear()
            return False
        return any(
            batch.epoch < flush.epoch
            and batch.sequence <= flush.sequence
            and scope.covers(batch.vid, batch.place, batch.node)
            for scope, flush in self.newest.items()
        )

    def fingerprint(self) -> tuple[Any, ...]:
        return self.epoch, tuple(self.newest.items())
