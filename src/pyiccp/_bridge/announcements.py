"""What the peer has not been told yet, and the pace at which it is told (M10.1, M10.6).

Nothing is queued but hosts: one that changes ten times before the carrier takes anything is announced once, as it is
then. So memory is bounded by the table, and a slow peer never grows it. The whole table of a new session is walked
shelf by shelf as the carrier pulls.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from pyiccp._bridge.batches import CHUNK, Batches
from pyiccp._bridge.events import AnnounceEnd, AnnounceHosts
from pyiccp._bridge.host import ORPHAN, PRIVATE, Host, Key
from pyiccp._bridge.orders import LISTED
from pyiccp._bridge.walk import Walk, vid_of
from pyiccp._sansio import Instant, Timers, milliseconds
from pyiccp.wire.iccp._fdb import HostBatch, HostKind

if TYPE_CHECKING:
    from pyiccp._bridge.fdb import HostTable

Told = AnnounceHosts | AnnounceEnd

MOVE_INTERVAL = milliseconds(100)
"""Moves of one host are announced at most 10 times a second."""
EFFORT = 2
"""Slices of hosts that the walk looks at one by one in a call: not all that it looks at use the window up, those that
an order takes do not."""
CHUNKED = 8
"""So many that are taken in chunks cost as much as one of those."""
REMEMBERED_REMOVALS = 1 << 16
"""Beyond so many untold keys an answer to the peer about a host that is not here is dropped."""


class Announcements:
    """The sending side of the host table's synchronisation."""

    def __init__(self, table: HostTable) -> None:
        self.table = table
        self.session = 0
        """Number of the session, from 1; `running` while it lasts."""
        self.running = False
        self.node = 0
        self.epoch = 0
        """The newest flush of the peer's that was carried out: the tag of our batches (M10.3)."""
        self.window = 0
        self.dirty: dict[Host, None] = {}
        """To be told, as they are by then."""
        self.bodies: dict[Key, Host] = {}
        """Hosts that are gone (GONE) and of which the peer is to be told just that."""
        self.moved: dict[Host, None] = {}
        """Which of `dirty` are moves."""
        self.paced: Timers[Key] = Timers()
        """Hosts whose move was told less than MOVE_INTERVAL ago."""
        self.held: dict[Key, Host] = {}
        """To be told when `paced` lets them."""
        self.asked: dict[Key, None] = {}
        """Hosts of which the peer is to tell again."""
        self.walk = Walk()
        """Through the whole table, when a session begins."""
        self.end_due = False
        self.more = False
        """The walk goes on in the next call, though the window is not used up: that was enough for one."""

    def start(self, node: int) -> None:
        """A session begins: everything is to be told."""
        self.stop()
        self.session += 1
        self.running = True
        self.node = node
        self.walk.begin(self.table.vlans)
        self.end_due = True
        self.more = True  # the call in which a session begins has enough to do

    def stop(self) -> None:
        """The session is over, and with it what was to be told in it."""
        self.running = self.end_due = self.more = False
        self.epoch = 0
        self.dirty = {}
        self.bodies = {}
        self.moved = {}
        self.paced = Timers()
        self.held = {}
        self.asked = {}
        self.walk = Walk()

    # --- what is to be told

    def mark(self, host: Host, move: bool = False) -> bool:
        """*host* is new or has changed; False when its moves have to be held back."""
        if not self.running or host.flags & PRIVATE:
            return True
        if self.bodies:
            self.bodies.pop(host.key, None)
        if self.paced.next is not None and host.key in self.paced:
            self.held[host.key] = host
            return not move
        self.dirty[host] = None
        if move:
            self.moved[host] = None
        return True

    def answer(self, body: Host) -> None:
        """Tell the peer that *body*, which is GONE, is not in our table."""
        key = body.key
        if not self.running or (key not in self.bodies and len(self.bodies) >= REMEMBERED_REMOVALS):
            return
        self.held.pop(key, None)
        self.bodies[key] = body

    def ask(self, key: Key) -> None:
        """Have the peer tell again what it knows of *key*."""
        if self.running:
            self.asked[key] = None

    def drop(self, host: Host) -> None:
        """Nothing is to be told of *host* any more."""
        if host in self.dirty:
            del self.dirty[host]
            self.moved.pop(host, None)
        if self.held or self.bodies:
            self.drop_key(host.key)

    def drop_key(self, key: Key) -> None:
        """Neither of what is held back of *key*, nor of its removal."""
        self.held.pop(key, None)
        self.bodies.pop(key, None)

    def body(self, key: Key) -> Host | None:
        """The dead body of *key*, while the peer has not been told."""
        return self.bodies.get(key) if self.bodies else None

    def flush(self, vid: int, sequence: int) -> None:
        """A flush of VLAN *vid* (0 = of all) says all there is to say of bodies up to *sequence*."""
        for key, body in list(self.bodies.items()):
            if body.sequence <= sequence and vid in (0, body.vid):
                del self.bodies[key]

    # --- telling it

    def release(self, now: Instant) -> None:
        """Hosts held back until *now* may be told."""
        for key in self.paced.due(now):
            host = self.held.pop(key, None)
            if host is not None:
                self.dirty[host] = None
                self.moved[host] = None

    def pull(self, now: Instant, rested: bool = False) -> Sequence[Told]:
        """As much as the carrier takes now. A walk that has had enough goes on only when *rested*: many events may come
        in within one call of the node."""
        enough = self.more and not rested
        self.more = enough
        if not (self.dirty or self.bodies or self.end_due or self.asked) or not self.running:
            return ()
        batches = [self._question(vid, address) for vid, address in self.asked]
        self.asked.clear()
        if self.dirty or self.bodies:
            batches += self._deltas(now)
        snapshot = self.end_due and not self.dirty and not self.bodies and not enough
        if snapshot:
            batches += self._snapshot()
        told: list[Told] = [AnnounceHosts(tuple(batches))] if batches else []
        if snapshot and self.walk.over:
            self.end_due = False
            told.append(AnnounceEnd())
        return told

    def _question(self, vid: int, address: bytes) -> HostBatch:
        """REMOVED with sequence 0, which no entry has: not here, whatever there was."""
        return HostBatch(
            kind=HostKind.REMOVED,
            vid=vid,
            place=ORPHAN,
            sequence=0,
            node=self.node,
            epoch=self.epoch,
            addresses=address,
        )

    def _deltas(self, now: Instant) -> list[HostBatch]:
        batches = Batches(self)
        most = self.window // 6 + 1
        for key, body in list(islice(self.bodies.items(), most)):
            if not batches.add(body, key[1]):
                return batches.finish()
            del self.bodies[key]
        for host in list(islice(self.dirty, most)):
            if not self._is_current(host):
                continue
            if not batches.add(host, host.address):
                break
            del self.dirty[host]
            if self.moved and host in self.moved:
                del self.moved[host]
                self.paced.set(host.key, now + MOVE_INTERVAL)
        return batches.finish()

    def _is_current(self, host: Host) -> bool:
        """Up to date, and still in the table; what an order takes out of that is dropped from here too."""
        table = self.table
        return host.done == table.sweep.issued or table.get(host.vid, host.address) is host

    def _snapshot(self) -> list[HostBatch]:
        batches = Batches(self)
        table, walk = self.table, self.walk
        issued = table.sweep.issued
        effort = EFFORT * table.slice
        while not walk.over:
            if effort <= 0:
                self.more = True
                break
            if not walk.addresses:
                walk.go_on(table.tables)
                effort -= 1 + len(walk.addresses) // LISTED
                continue
            vid, addresses = vid_of(walk.shelf), walk.addresses
            get = table.tables.get(walk.shelf, {}).get
            if batches.roomy and batches.add_chunk(vid, addresses[: -CHUNK - 1 : -1], get, issued):
                del addresses[-CHUNK:]
                effort -= CHUNK // CHUNKED
            elif all(self._tell(batches, vid, addresses) for _ in range(min(CHUNK, len(addresses)))):
                effort -= CHUNK
            else:
                break
        return batches.finish()

    def _tell(self, batches: Batches, vid: int, addresses: list[bytes]) -> bool:
        """The next of *addresses*, unless the peer has heard of it; False when the window is used up."""
        address, table = addresses[-1], self.table
        entry = table.get(vid, address)
        untold = entry is not None and entry.known != self.session and not entry.flags & PRIVATE
        if entry is not None and untold and not batches.add(table.single(vid, address, entry), address):
            return False
        addresses.pop()
        return True

    def fingerprint(self, now: Instant) -> tuple[Any, ...]:
        """What is to be told, in the order in which it would be."""
        return (
            (self.running, self.node, self.epoch, self.window, self.end_due, self.more),
            tuple((host.key, host.flags, host.sequence, host in self.moved) for host in self.dirty),
            tuple((key, host.flags, host.sequence) for key, host in self.bodies.items()),
            tuple((key, host.flags, host.sequence) for key, host in self.held.items()),
            self.paced.fingerprint(now),
            self.walk.fingerprint(),
        )
