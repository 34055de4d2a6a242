"""Flushes of a VLAN or of everything, and the learns that cross them (M10.3).

A flush names a VLAN (or all) and the highest sequence its sender knows; entries up to that sequence go, on both nodes.
What the peer announced before it heard of the flush is still on its way: its batches carry, as `epoch`, the newest of
*our* flushes that it has carried out, so such a learn can be told from a later one and meets the same fate as the
entry that it would have made.

Hosts of a single place are never flushed this way: an entry there may have overruled an older one of another place,
which would come back. `HostTable.bury` takes those out one by one.
"""

from typing import Any

from pyiccp._bridge.host import EVERYWHERE
from pyiccp.wire.iccp._fdb import HostBatch, HostFlush


class Flushes:
    """This node's flushes of this session that the peer may not have carried out yet."""

    def __init__(self) -> None:
        self.epoch = 0
        self.newest: dict[int, HostFlush] = {}
        """The newest flush of each VLAN, 0 = of all: it removes all that an earlier one did."""

    def make(self, vid: int, node: int, sequence: int) -> HostFlush:
        """A flush to announce."""
        self.epoch += 1
        flush = HostFlush(place=EVERYWHERE, vid=vid, node=node, sequence=sequence, epoch=self.epoch)
        self.newest[vid] = flush
        return flush

    def cross(self, batch: HostBatch) -> bool:
        """Whether *batch* was sent before the peer heard of a flush that removes its hosts."""
        if not self.newest:
            return False
        if batch.epoch >= self.epoch:
            self.newest.clear()
            return False
        flushes = (self.newest.get(0), self.newest.get(batch.vid))
        return any(
            flush is not None and batch.epoch < flush.epoch and batch.sequence <= flush.sequence for flush in flushes
        )

    def fingerprint(self) -> tuple[Any, ...]:
        return self.epoch, tuple(self.newest.items())
