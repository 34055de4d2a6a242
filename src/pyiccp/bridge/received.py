"""What the peer says of hosts, applied to the table (M10.1-M10.3, M10.5)."""

from pyiccp.bridge.fdb import HostTable
from pyiccp.bridge.host import AGED, AGED_THERE, EVERYWHERE, GONE, ORPHAN, SEEN, STATIC, Host, Rank, rank
from pyiccp.sansio import Instant, seconds
from pyiccp.wire.iccp.fdb import HostBatch, HostFlush, HostKind
from pyiccp.wire.mac import Mac

REFUSAL = seconds(1)
"""How long nothing is learned after the peer had no room for a host of ours (M10.5)."""

PEERS_STATIC = 1 << 16
"""Static and own addresses of the peer that are taken at most; they do not count against the limit."""


def apply_flush(table: HostTable, flush: HostFlush) -> None:
    """The peer flushed its table: the same entries go here; what we say from now on is newer than the flush."""
    if flush.node not in (0, 1):
        table.counters["ignored"] += 1
        return
    table.announcements.epoch = max(table.announcements.epoch, flush.epoch)
    if flush.place == EVERYWHERE:
        table.flush(flush.vid, flush.sequence)
    else:
        table.flush_place(flush.place, flush.vid, flush.node, flush.sequence)


def apply_batch(table: HostTable, batch: HostBatch, now: Instant) -> None:
    """The peer told of hosts."""
    if not _plausible(table, batch):
        table.counters["ignored"] += 1
        return
    if table.flushes.cross(batch) and batch.kind in (HostKind.SEEN, HostKind.AGED):
        return
    table.highest = max(table.highest, batch.sequence)
    _Batch(table, batch, now).apply()


def _plausible(table: HostTable, batch: HostBatch) -> bool:
    told = table.announcements
    if batch.node not in (0, 1) or not 0 <= batch.vid <= 4094:
        return False
    # Nobody but this node knows what is on its orphan ports; an answer names our own sighting, though.
    return batch.place != ORPHAN or batch.node != told.node or batch.kind == HostKind.REMOVED


class _Batch:
    """One batch being applied."""

    def __init__(self, table: HostTable, batch: HostBatch, now: Instant) -> None:
        self.table = table
        self.batch = batch
        self.now = now
        self.session = table.announcements.session
        self.ours = batch.node == table.announcements.node
        self.rank: Rank = rank(batch.sequence, batch.node, batch.place)
        # What is on a bond that this node does not have is reached like the peer's orphans.
        self.port = table.bond_at.get(batch.place) or table.peer_port or ""

    def apply(self) -> None:
        apply = {
            HostKind.SEEN: self._seen,
            HostKind.AGED: self._aged,
            HostKind.REMOVED: self._removed,
            HostKind.STATIC: self._static,
        }[self.batch.kind]
        addresses = self.batch.addresses
        hosts = self.table.tables.setdefault(self.batch.vid, {})
        get = hosts.get
        for start in range(0, len(addresses) - 5, 6):
            address = Mac(addresses[start : start + 6])
            if not address[0] & 1:
                apply(address, get(address))

    def _rank_of(self, host: Host) -> Rank:
        return rank(host.sequence, self.table.node_of(host), host.place)

    def _same_place(self, host: Host) -> bool:
        return host.place == self.batch.place and (host.place != ORPHAN or host.ours == self.ours)

    def _overruled(self, host: Host) -> bool:
        """Whether our entry wins; then the peer hears of it, if it has not yet."""
        if not (host.flags & STATIC and host.ours) and self._rank_of(host) <= self.rank:
            return False
        if host.known != self.session:
            host.known = self.session
            self.table.announcements.mark(host)
        return True

    def _seen(self, address: Mac, host: Host | None) -> None:
        if host is None:
            self._seen_first(address)
        elif self._overruled(host):
            return
        elif host.flags & STATIC:
            self.table.remove(host)
            self._seen_first(address)
        else:
            host.known = self.session
            if host.flags & AGED and self._rank_of(host) == self.rank:
                # Sent before the peer heard, or will hear, that it aged here.
                return
            self.table.announcements.drop(host.key)
            if self._same_place(host):
                host.sequence, host.ours = self.batch.sequence, self.ours
                host.flags &= ~AGED_THERE
            else:
                self._put(host)

    def _seen_first(self, address: Mac) -> None:
        table, key = self.table, (self.batch.vid, address)
        if table.full():
            table.counters["refused"] += 1
            self._answer(address)
        else:
            table.announcements.drop(key)
            self._add(address, 0)

    def _aged(self, address: Mac, host: Host | None) -> None:
        if host is None:
            self._answer(address)
        elif self._overruled(host):
            return
        elif self._same_place(host) and host.flags & SEEN:
            self.table.announcements.drop(host.key)
            host.known = self.session
            host.sequence, host.ours = self.batch.sequence, self.ours
            host.flags |= AGED_THERE
        else:
            self.table.remove(host)
            self._answer(address)

    def _removed(self, address: Mac, host: Host | None) -> None:
        table = self.table
        if host is None:
            return
        if self.batch.sequence == 0:
            table.announcements.mark(host)
            return
        if (host.flags & STATIC and host.ours) or self._rank_of(host) > self.rank:
            return
        if host.flags & SEEN and self._rank_of(host) == self.rank:
            # Nothing but a full table removes what we see: a second sighting after AGED has a higher sequence.
            table.counters["refused-by-peer"] += 1
            table.refused_until = self.now + REFUSAL
            table.alarms["peer-full"] = "the peer's host table is full; hosts are learned on neither node"
        table.remove(host)

    def _static(self, address: Mac, host: Host | None) -> None:
        table = self.table
        if host is not None and host.flags & STATIC and host.ours:
            self._overruled(host)
            return
        if host is not None:
            table.remove(host)
        if table.peers_static < PEERS_STATIC:
            table.announcements.drop((self.batch.vid, address))
            self._add(address, STATIC)

    def _add(self, address: Mac, flags: int) -> None:
        batch = self.batch
        self.table.add(
            Host(address, batch.vid, self.port, batch.place, batch.sequence, self.ours, flags, 0, -1, self.session)
        )

    def _put(self, host: Host) -> None:
        """The host is where the peer says."""
        batch = self.batch
        self.table.ageing.unfile(host)
        host.port, host.place = self.port, batch.place
        host.sequence, host.ours, host.flags = batch.sequence, self.ours, 0
        self.table.changed = True

    def _answer(self, address: Mac) -> None:
        """Tell the peer that its entry is not in our table."""
        batch, told = self.batch, self.table.announcements
        self.table.floor = max(self.table.floor, batch.sequence)
        told.answer(Host(address, batch.vid, self.port, batch.place, batch.sequence, self.ours, GONE))
