"""What the peer says of hosts, applied to the table (M10.1-M10.3, M10.5)."""

import struct
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from pyiccp._bridge.fdb import HostTable
from pyiccp._bridge.host import (
    AGED,
    AGED_THERE,
    EVERYWHERE,
    GONE,
    ORPHAN,
    OURS,
    SEEN,
    STATIC,
    Entry,
    Host,
    Rank,
    rank,
)
from pyiccp._bridge.walk import SHELF_BITS, SHELF_MASK
from pyiccp._sansio import Instant, seconds
from pyiccp.wire._mac import Mac
from pyiccp.wire.iccp._fdb import HostBatch, HostFlush, HostKind

REFUSAL = seconds(1)
"""How long nothing is learned after the peer had no room for a host of ours (M10.5)."""

PEERS_STATIC = 1 << 16
"""Static and own addresses of the peer that are taken at most; they do not count against the limit."""


_SINGLE = bytes(range(0, 256, 2))
"""First octets of addresses that are not of a group."""
_NOBODY: Mapping[bytes, Entry] = MappingProxyType({})


@lru_cache(maxsize=1024)
def _splitter(count: int) -> struct.Struct:
    return struct.Struct("6s" * count)


def split(addresses: bytes) -> tuple[bytes, ...]:
    """The addresses of a batch; what is left of the last one is not one."""
    count = len(addresses) // 6
    found: tuple[bytes, ...] = _splitter(count).unpack_from(addresses)
    return found


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
        self.ours = OURS if batch.node == table.announcements.node else 0
        self.rank: Rank = rank(batch.sequence, batch.node, batch.place)
        # What is on a bond that this node does not have is reached like the peer's orphans.
        self.port = table.bond_at.get(batch.place) or table.peer_port or ""

    def apply(self) -> None:
        kind, octets = self.batch.kind, self.batch.addresses
        addresses = split(octets)
        if octets[::6].translate(None, _SINGLE):
            addresses = tuple(address for address in addresses if not address[0] & 1)
        if kind == HostKind.SEEN:
            addresses = self._seen_first(addresses)
        apply = {
            HostKind.SEEN: self._seen,
            HostKind.AGED: self._aged,
            HostKind.REMOVED: self._removed,
            HostKind.STATIC: self._static,
        }[kind]
        get, vid = self.table.get, self.batch.vid
        for address in addresses:
            apply(Mac(address), get(vid, address))

    def _seen_first(self, addresses: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Put in at once those that are new here, which are all of them at the start of a session; the others are
        left for one by one."""
        table, vid = self.table, self.batch.vid
        shelves = table.tables.get
        base = vid << SHELF_BITS
        left = tuple(address for address in addresses if address in shelves(base | address[5] & SHELF_MASK, _NOBODY))
        if left:
            known = frozenset(left)
            new = tuple(address for address in addresses if address not in known)
        else:
            new = addresses
        if table.limit is not None and table.learned + len(new) > table.limit:
            return addresses
        told = table.announcements
        if told.bodies:
            for address in new:
                told.drop_key((vid, address))
        if new:
            batch = self.batch
            crowd = table.crowd(vid, self.port, batch.place, batch.sequence, self.ours, self.session)
            table.add_crowd(new, crowd)
        return left

    def _rank_of(self, entry: Entry) -> Rank:
        return rank(entry.sequence, self.table.node_of(entry), entry.place)

    def _same_place(self, entry: Entry) -> bool:
        return entry.place == self.batch.place and (entry.place != ORPHAN or entry.flags & OURS == self.ours)

    def _overruled(self, address: Mac, entry: Entry) -> bool:
        """Whether our entry wins; then the peer hears of it, if it has not yet."""
        if not (entry.flags & STATIC and entry.flags & OURS) and self._rank_of(entry) <= self.rank:
            return False
        if entry.known != self.session:
            host = self._single(address, entry)
            host.known = self.session
            self.table.announcements.mark(host)
        return True

    def _seen(self, address: Mac, entry: Entry | None) -> None:
        if entry is None:
            self._seen_new(address)
        elif self._overruled(address, entry):
            return
        elif entry.flags & STATIC:
            self.table.remove(self._single(address, entry))
            self._seen_new(address)
        else:
            host = self._single(address, entry)
            host.known = self.session
            if host.flags & AGED and self._rank_of(host) == self.rank:
                # Sent before the peer heard, or will hear, that it aged here.
                return
            self.table.announcements.drop(host)
            if self._same_place(host):
                host.sequence = self.batch.sequence
                host.flags = host.flags & ~(AGED_THERE | OURS) | self.ours
            else:
                self._put(host)

    def _seen_new(self, address: Mac) -> None:
        table = self.table
        if table.full():
            table.counters["refused"] += 1
            self._answer(address)
        else:
            table.announcements.drop_key((self.batch.vid, address))
            self._add(address, 0)

    def _aged(self, address: Mac, entry: Entry | None) -> None:
        if entry is None:
            self._answer(address)
        elif self._overruled(address, entry):
            return
        else:
            host = self._single(address, entry)
            if self._same_place(host) and host.flags & SEEN:
                self.table.announcements.drop(host)
                host.known = self.session
                host.sequence = self.batch.sequence
                host.flags = host.flags & ~OURS | AGED_THERE | self.ours
            else:
                self.table.remove(host)
                self._answer(address)

    def _removed(self, address: Mac, entry: Entry | None) -> None:
        table = self.table
        if entry is None:
            return
        if self.batch.sequence == 0:
            table.announcements.mark(self._single(address, entry))
            return
        if (entry.flags & STATIC and entry.flags & OURS) or self._rank_of(entry) > self.rank:
            return
        if entry.flags & SEEN and self._rank_of(entry) == self.rank:
            # Nothing but a full table removes what we see: a second sighting after AGED has a higher sequence.
            table.counters["refused-by-peer"] += 1
            table.refused_until = self.now + REFUSAL
            table.alarms["peer-full"] = "the peer's host table is full; hosts are learned on neither node"
        table.remove(self._single(address, entry))

    def _static(self, address: Mac, entry: Entry | None) -> None:
        table = self.table
        if entry is not None and entry.flags & STATIC and entry.flags & OURS:
            self._overruled(address, entry)
            return
        if entry is not None:
            table.remove(self._single(address, entry))
        if table.peers_static < PEERS_STATIC:
            table.announcements.drop_key((self.batch.vid, address))
            self._add(address, STATIC)

    def _single(self, address: Mac, entry: Entry) -> Host:
        return self.table.single(self.batch.vid, address, entry)

    def _add(self, address: Mac, flags: int) -> None:
        batch, table = self.batch, self.table
        table.add(
            Host(
                *(batch.vid, self.port, batch.place, batch.sequence, flags | self.ours),
                *(self.session, table.sweep.issued),
                address=address,
            )
        )

    def _put(self, host: Host) -> None:
        """The host is where the peer says."""
        batch = self.batch
        self.table.ageing.unfile(host)
        host.port, host.place = self.port, batch.place
        host.sequence, host.flags = batch.sequence, self.ours
        self.table.changed = True

    def _answer(self, address: Mac) -> None:
        """Tell the peer that its entry is not in our table."""
        batch, table = self.batch, self.table
        table.floor = max(table.floor, batch.sequence)
        table.announcements.answer(
            Host(batch.vid, self.port, batch.place, batch.sequence, GONE | self.ours, address=address)
        )
