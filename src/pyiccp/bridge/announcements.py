"""What the peer has not been told yet, and the pace at which it is told (M10.1, M10.6).

Nothing is queued but keys: a host that changes ten times before the carrier takes anything is announced once, as it is
then. So memory is bounded by the table, and a slow peer never grows it. The whole table of a new session is walked
VLAN by VLAN as the carrier pulls, never copied.
"""

from collections.abc import Sequence
from typing import Any

from pyiccp.bridge.events import AnnounceEnd, AnnounceHosts
from pyiccp.bridge.host import AGED, GONE, ORPHAN, PRIVATE, STATIC, Host, Key
from pyiccp.sansio import Instant, Timers, milliseconds
from pyiccp.wire.iccp.fdb import HostBatch, HostKind

Told = AnnounceHosts | AnnounceEnd

OVERHEAD = 64
"""Octets of a batch besides its addresses, generously: TLV and message headers and the fixed fields."""
BATCH = 512
"""Hosts in one batch at most; its TLV stays within an LDP message of 4,096 octets."""
MOVE_INTERVAL = milliseconds(100)
"""Moves of one host are announced at most 10 times a second."""
REMEMBERED_REMOVALS = 1 << 18
"""Beyond so many untold keys an answer to the peer about a host that is not here is dropped."""


class Announcements:
    """The sending side of the host table's synchronisation."""

    def __init__(self, tables: dict[int, dict[bytes, Host]]) -> None:
        self.tables = tables
        """VLAN -> address -> host: the table itself, only read here."""
        self.session = 0
        """Number of the session, from 1; `running` while it lasts."""
        self.running = False
        self.node = 0
        self.epoch = 0
        """The newest flush of the peer's that was carried out: the tag of our batches (M10.3)."""
        self.window = 0
        self.dirty: dict[Key, Host] = {}
        """To be told: hosts as they are by then, or the dead body (GONE) of a removed one."""
        self.moved: dict[Key, None] = {}
        """Which of `dirty` are moves."""
        self.paced: Timers[Key] = Timers()
        """Hosts whose move was told less than MOVE_INTERVAL ago."""
        self.held: dict[Key, Host] = {}
        """To be told when `paced` lets them."""
        self.asked: dict[Key, None] = {}
        """Hosts of which the peer is to tell again."""
        self.walk: list[int] = []
        """VLANs of the whole table still to be walked, last first."""
        self.walking: list[Host] = []
        """Hosts of the VLAN being walked."""
        self.end_due = False

    def start(self, node: int) -> None:
        """A session begins: everything is to be told."""
        self.stop()
        self.session += 1
        self.running = True
        self.node = node
        self.walk = sorted(self.tables, reverse=True)
        self.end_due = True

    def stop(self) -> None:
        """The session is over, and with it what was to be told in it."""
        self.running = self.end_due = False
        self.epoch = 0
        self.dirty = {}
        self.moved = {}
        self.paced = Timers()
        self.held = {}
        self.asked = {}
        self.walk = []
        self.walking = []

    # --- what is to be told

    def mark(self, host: Host, move: bool = False) -> bool:
        """*host* is new or has changed; False when its moves have to be held back."""
        if not self.running or host.flags & PRIVATE:
            return True
        key = host.key
        if key in self.paced:
            self.held[key] = host
            return not move
        self.dirty[key] = host
        if move:
            self.moved[key] = None
        return True

    def answer(self, body: Host) -> None:
        """Tell the peer that *body*, which is GONE, is not in our table."""
        if self.running and (body.key in self.dirty or len(self.dirty) < REMEMBERED_REMOVALS):
            self.drop(body.key)
            self.dirty[body.key] = body

    def ask(self, key: Key) -> None:
        """Have the peer tell again what it knows of *key*."""
        if self.running:
            self.asked[key] = None

    def drop(self, key: Key) -> None:
        """Nothing is to be told of *key* any more."""
        if key in self.dirty:
            del self.dirty[key]
            self.moved.pop(key, None)
        if self.held:
            self.held.pop(key, None)

    def body(self, key: Key) -> Host | None:
        """The dead body of *key*, while the peer has not been told."""
        host = self.dirty.get(key) or self.held.get(key)
        return host if host is not None and host.flags & GONE else None

    def bodies(self) -> list[Host]:
        """The dead bodies that the peer is still to be told of."""
        return [host for hosts in (self.dirty, self.held) for host in hosts.values() if host.flags & GONE]

    # --- telling it

    def release(self, now: Instant) -> None:
        """Hosts held back until *now* may be told."""
        for key in self.paced.due(now):
            host = self.held.pop(key, None)
            if host is not None:
                self.dirty[key] = host
                self.moved[key] = None

    def pull(self, now: Instant) -> Sequence[Told]:
        """As much as the carrier takes now."""
        if not (self.dirty or self.end_due or self.asked) or not self.running:
            return ()
        told: list[Told] = [self._question(vid, address) for vid, address in self.asked]
        self.asked.clear()
        if self.dirty:
            told += self._deltas(now)
        if self.end_due and not self.dirty:
            told += self._snapshot()
        return tuple(told)

    def _question(self, vid: int, address: bytes) -> AnnounceHosts:
        """REMOVED with sequence 0, which no entry has: not here, whatever there was."""
        batch = HostBatch(
            kind=HostKind.REMOVED,
            vid=vid,
            place=ORPHAN,
            sequence=0,
            node=self.node,
            epoch=self.epoch,
            addresses=address,
        )
        return AnnounceHosts(batch)

    def fingerprint(self, now: Instant) -> tuple[Any, ...]:
        """What is to be told, in the order in which it would be."""
        return (
            (self.running, self.node, self.epoch, self.window, self.end_due),
            tuple((key, host.flags, host.sequence, key in self.moved) for key, host in self.dirty.items()),
            tuple((key, host.flags, host.sequence) for key, host in self.held.items()),
            self.paced.fingerprint(now),
            tuple(self.walk),
            tuple(host.key for host in self.walking),
        )

    def _deltas(self, now: Instant) -> list[Told]:
        batches = _Batches(self)
        done = 0
        for key, host in self.dirty.items():
            if not batches.add(host):
                break
            done += 1
            if self.moved and key in self.moved:
                del self.moved[key]
                self.paced.set(key, now + MOVE_INTERVAL)
        if done == len(self.dirty):
            self.dirty.clear()
        else:
            for key in list(self.dirty)[:done]:
                del self.dirty[key]
        return batches.finish(snapshot=False)

    def _snapshot(self) -> list[Told]:
        batches = _Batches(self)
        session = self.session
        while True:
            while self.walking:
                host = self.walking[-1]
                if host.known != session and not host.flags & (GONE | PRIVATE) and not batches.add(host):
                    return batches.finish(snapshot=True)
                self.walking.pop()
            if not self.walk:
                break
            self.walking = list(self.tables.get(self.walk.pop(), {}).values())
            self.walking.reverse()
        told = batches.finish(snapshot=True)
        self.end_due = False
        told.append(AnnounceEnd())
        return told


class _Batches:
    """Hosts grouped by everything but their address, within the window."""

    def __init__(self, owner: Announcements) -> None:
        self.owner = owner
        self.groups: dict[tuple[HostKind, int, int, int, bool], list[bytes]] = {}

    def add(self, host: Host) -> bool:
        """Take *host*; False when the window is used up."""
        kind = _kind(host.flags)
        group = (kind, host.vid, host.place, host.sequence, host.ours)
        addresses = self.groups.get(group)
        owner = self.owner
        if addresses is None:
            if owner.window < OVERHEAD + 6:
                return False
            owner.window -= OVERHEAD
            addresses = self.groups[group] = []
        elif len(addresses) % BATCH == 0:
            if owner.window < OVERHEAD + 6:
                return False
            owner.window -= OVERHEAD
        elif owner.window < 6:
            return False
        owner.window -= 6
        addresses.append(host.address)
        if kind is not HostKind.REMOVED:
            host.known = owner.session
        return True

    def finish(self, *, snapshot: bool) -> list[Told]:
        """The batches, in the order in which their first hosts came."""
        node, epoch = self.owner.node, self.owner.epoch
        return [
            AnnounceHosts(
                HostBatch(
                    kind=kind,
                    vid=vid,
                    place=place,
                    sequence=sequence,
                    node=node if ours else 1 - node,
                    epoch=epoch,
                    addresses=b"".join(addresses[start : start + BATCH]),
                ),
                snapshot,
            )
            for (kind, vid, place, sequence, ours), addresses in self.groups.items()
            for start in range(0, len(addresses), BATCH)
        ]


def _kind(flags: int) -> HostKind:
    if flags & GONE:
        return HostKind.REMOVED
    if flags & STATIC:
        return HostKind.STATIC
    return HostKind.AGED if flags & AGED else HostKind.SEEN
