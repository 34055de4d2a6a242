"""The host table, the only one: who is where, learned here and told by the peer (802.1Q 8.7, 8.8; mlag.md M10).

Both nodes converge on one table because every entry has a rank (M10.1) and the higher rank wins wherever two meet.
An entry leaves the table in one of three ways: whoever can see the host has aged it; a flush; the end of the session.
Ageing takes two steps, so that nothing older can come in from behind: the node that ages announces AGED and keeps the
entry as memory; the other answers REMOVED unless it sees the host itself; a sighting in between takes a new sequence,
which overrules both. What the peer says is applied in `received.py`, what befalls many hosts at once in `orders.py`.
"""

from typing import Any

from pyiccp.bridge.ageing import Ageing
from pyiccp.bridge.announcements import Announcements
from pyiccp.bridge.config import BridgeConfig
from pyiccp.bridge.flushes import Flushes
from pyiccp.bridge.host import (
    AGED,
    AGED_THERE,
    GONE,
    LAST_SEQUENCE,
    ORPHAN,
    OURS,
    OWN,
    PRIVATE,
    SEEN,
    STATIC,
    Crowd,
    Entry,
    Host,
)
from pyiccp.bridge.orders import CleanUp, EndSession, Flush, FlushPlace, ForgetPort, Order, Sweep
from pyiccp.bridge.vlans import Vlans
from pyiccp.sansio import Instant
from pyiccp.wire.mac import Mac, mac_text

NEVER = -1
"""What is `done` on a crowd that is gone: it is never up to date, so `get` meets it."""
SLICE = 1024
"""Hosts that a sweep looks at in one call."""


class HostTable:
    """Entries, and this node's part in keeping them equal to the peer's."""

    def __init__(self, config: BridgeConfig, vlans: Vlans) -> None:
        self.tables: dict[int, dict[bytes, Entry]] = {}
        """VLAN -> address -> entry; read it through `get`, which carries out the orders that are left."""
        self.crowds: dict[tuple[int, int, int, int], Crowd] = {}
        """(VLAN, place, sequence, flags) -> the crowd that hosts told of in this session can join."""
        self.ageing = Ageing(config.ageing_time)
        self.announcements = Announcements(self)
        self.flushes = Flushes()
        self.sweep = Sweep()
        self.slice = SLICE
        self.bridge = config.name
        self.peer_port = config.peer_port
        self.place_of = {port.name: ORPHAN if port.mlag_id is None else port.mlag_id + 1 for port in config.ports}
        self.place_of[config.name] = ORPHAN
        self.bond_at = {place: name for name, place in self.place_of.items() if place != ORPHAN}
        self.vlans_of_bridge = vlans.of_port(config.name)
        self.limit = config.max_learned_entries
        self.learned = 0
        """Entries that count against the limit: whoever saw them, not the static ones."""
        self.peers_static = 0
        self.highest = 0
        """The highest sequence ever known: up to there a flush of this node's removes."""
        self.floor = 0
        """The highest sequence ever removed or refused. What is seen later has a higher one: nothing that is still on
        its way about a removed entry can be taken to mean the new one."""
        self.refused_until: Instant = 0
        """Nothing is learned before: the peer had no room for a host of ours (M10.5)."""
        self.shared: Mac | None = None
        self.changed = False
        """A verdict may have become wrong; whoever caches verdicts clears this."""
        self.alarms: dict[str, str] = {}
        """Cause -> what a person should know; the core takes them out."""
        self.counters = dict.fromkeys(("learned", "moved", "aged", "refused", "refused-by-peer", "ignored"), 0)
        self.own = tuple(static.address for static in config.hosts if static.own and static.port == config.name)
        for static in config.hosts:
            for vid in (static.vid,) if static.vid is not None and vlans.filtering else vlans.of_port(static.port):
                self._fix(vid, static.address, static.port, STATIC | OWN if static.own else STATIC)

    # --- reading

    def find(self, vid: int, address: bytes) -> Entry | None:
        """Where frames for *address* go; None = unknown. An aged entry of an orphan port is memory only."""
        table = self.tables.get(vid)
        entry = None if table is None else table.get(address)
        if entry is None:
            return None
        if entry.done != self.sweep.issued:
            entry = self.get(vid, address)
            if entry is None:
                return None
        return None if entry.flags & AGED and entry.place == ORPHAN else entry

    def get(self, vid: int, address: bytes) -> Entry | None:
        """The entry of *address*, memory included, up to date."""
        table = self.tables.get(vid)
        entry = None if table is None else table.get(address)
        if entry is None or entry.done == self.sweep.issued:
            return entry
        return self._update(entry, vid, address)

    def single(self, vid: int, address: bytes, entry: Entry) -> Host:
        """The entry of *address* as one of its own, out of the crowd if it is in one."""
        if isinstance(entry, Host):
            return entry
        assert isinstance(entry, Crowd)
        host = Host(
            *(vid, entry.port, entry.place, entry.sequence, entry.flags, entry.known, entry.done, entry.seen),
            address=Mac(address),
        )
        self.tables[vid][address] = host
        self._thin(entry)
        if host.flags & SEEN:
            self.ageing.file(host)
        return host

    def logical(self) -> list[tuple[int, bytes, Entry]]:
        """(VLAN, address, entry) of every entry, memory included, by VLAN and address. Carries nothing out: an entry
        that an order takes is left out."""
        left = self.sweep.left
        return [
            (vid, address, entry)
            for vid, table in sorted(self.tables.items())
            for address, entry in sorted(table.items(), key=lambda item: item[0])
            if not entry.flags & GONE and not any(order.takes(entry) for order in left(entry))
        ]

    def node_of(self, entry: Entry) -> int:
        """The number of the node whose sighting an entry is."""
        node = self.announcements.node
        return node if entry.flags & OURS else 1 - node

    # --- this node sees hosts

    def sight(self, vid: int, address: Mac, port: str, now: Instant) -> None:
        """A frame from *address* entered by *port* (never the peer port, M3.3)."""
        entry = self.get(vid, address)
        if entry is None:
            self._learn(vid, address, port, now)
        elif entry.flags & STATIC:
            return
        elif isinstance(entry, Host) and entry.port == port and entry.flags & SEEN:
            entry.seen = now
        elif entry.place == self.place_of[port] and (entry.place != ORPHAN or entry.ours):
            self._see_again(self.single(vid, address, entry), port, now)
        else:
            self._move(self.single(vid, address, entry), port, now)

    def _learn(self, vid: int, address: Mac, port: str, now: Instant) -> None:
        if now < self.refused_until or self.full():
            self.counters["refused"] += 1
            return
        told = self.announcements
        sequence, known = self.after(0), 0
        body = told.body((vid, address))
        if body is not None:
            # A removal that the peer has not heard of is memory too: the new entry has to overrule it.
            sequence, known = self.after(body.sequence), told.session
        done = self.sweep.issued
        host = Host(vid, port, self.place_of[port], sequence, SEEN | OURS, known, done, now, address=address)
        self.add(host)
        self.ageing.file(host)
        self.counters["learned"] += 1
        told.mark(host)

    def _see_again(self, host: Host, port: str, now: Instant) -> None:
        """At the same place: a refresh, unless the peer was told that the host aged (M10.2). Another orphan port of
        this node is the same place: the peer has nothing to learn from it."""
        if host.port != port or host.flags & AGED:
            host.port = port
            self.changed = True
        host.seen = now
        self.ageing.file(host)
        if host.flags & AGED:
            host.sequence, host.flags = self.after(host.sequence), SEEN | OURS
            self.announcements.mark(host)
        else:
            host.flags |= SEEN

    def _move(self, host: Host, port: str, now: Instant) -> None:
        host.port, host.place = port, self.place_of[port]
        host.sequence, host.flags = self.after(host.sequence), SEEN | OURS
        host.seen = now
        self.ageing.file(host)
        self.changed = True
        self.counters["moved"] += 1
        if not self.announcements.mark(host, move=True):
            self.alarms["flap"] = (
                f"host {mac_text(host.address)} in VLAN {host.vid} moves more than 10 times a second, last to {port}"
            )

    def full(self) -> bool:
        """Whether one host more is too much (M10.5)."""
        if self.limit is None or self.learned < self.limit:
            return False
        if self.sweep.orders:
            self.sweep_slice()  # what is gone already may still be counted
            if self.learned < self.limit:
                return False
        self.alarms["full"] = f"the host table has its {self.limit} max-learned-entries; no more hosts are learned"
        return True

    def after(self, sequence: int) -> int:
        """The sequence of a sighting that overrules *sequence* and whatever has been removed."""
        sequence = min(max(sequence, self.floor) + 1, LAST_SEQUENCE)
        if sequence <= self.highest:
            # Hosts of one sequence share one int.
            return self.highest if sequence == self.highest else sequence
        self.highest = sequence
        return sequence

    # --- ageing and forgetting

    def expire(self, now: Instant) -> None:
        """Age what was not seen for the ageing time."""
        for entry in self.ageing.due(now):
            if isinstance(entry, Crowd):
                self._expire_crowd(entry)
                continue
            assert isinstance(entry, Host)
            if self.get(entry.vid, entry.address) is entry and entry.slot == -1 and entry.flags & SEEN:
                self.counters["aged"] += 1
                self.forget(entry)

    def _expire_crowd(self, crowd: Crowd) -> None:
        """Nobody of it was seen since its session ended, and the peer has not heard of it in a new one: both would
        have made its hosts entries of their own."""
        if crowd.done != self.sweep.issued:
            self.ageing.file(crowd)  # for as long as the sweep takes
            return
        self.counters["aged"] += crowd.count
        self._disband(crowd)
        self._order(CleanUp())

    def forget(self, host: Host) -> None:
        """This node does not see *host* any more (M10.2)."""
        told = self.announcements
        if not told.running or host.known != told.session:
            self.remove(host)
        elif host.flags & AGED_THERE:
            self.remove(host)
            told.answer(host)
        else:
            self.ageing.unfile(host)
            host.flags = host.flags & ~SEEN | AGED
            self.changed = True
            told.mark(host)

    def bury(self, host: Host) -> None:
        """Take *host* out on both nodes, wherever it is: as if it had moved to an orphan port of this node and aged
        there at once, so that it is memory here until the peer has taken it out."""
        told = self.announcements
        if not told.running or host.known != told.session:
            self.remove(host)
            return
        self.ageing.unfile(host)
        host.place, host.flags = ORPHAN, AGED | OURS
        host.sequence = self.after(host.sequence)
        self.changed = True
        told.mark(host)

    # --- many at once

    def forget_port(self, port: str, vid: int = 0) -> None:
        """The hosts of *port* (in VLAN *vid*, 0 = in all) are somewhere else, or nowhere."""
        self._order(ForgetPort(port, vid))

    def flush(self, vid: int, sequence: int) -> None:
        """Remove the learned entries of VLAN *vid* (0 = of all) up to *sequence*, and what the peer was to be told of
        such (M10.3)."""
        self.announcements.flush(vid, sequence)
        self._order(Flush(vid, sequence))

    def flush_place(self, place: int, vid: int, node: int, sequence: int) -> None:
        """The same for one place; node *node*'s, when it is ORPHAN."""
        self._order(FlushPlace(place, vid, node == self.announcements.node, sequence))

    def _order(self, order: Order) -> None:
        self.sweep.issue(order)
        self.changed = True
        self.sweep_slice()

    @property
    def busy(self) -> bool:
        """There is a rest of something to be carried out: `tidy` does."""
        return bool(self.sweep.orders) or self.ageing.tidying

    def tidy(self) -> None:
        """Carry out a slice of what is left."""
        if self.sweep.orders:
            self.sweep_slice()
        elif self.ageing.tidying:
            self.ageing.tidy(self.slice)

    def sweep_slice(self) -> None:
        """Carry out what is left of the orders, on a few hosts."""
        for vid, address in self.sweep.walk(self.tables, self.slice):
            self.get(vid, address)

    def _update(self, entry: Entry, vid: int, address: bytes) -> Entry | None:
        """Carry out on *entry* the orders that are left; None when it is gone."""
        for order in () if entry.flags & GONE else self.sweep.left(entry):
            if isinstance(entry, Crowd) and isinstance(order, FlushPlace | ForgetPort) and order.takes(entry):
                entry = self.single(vid, address, entry)
            entry.done += 1
            self._carry_out(order, entry)
            if entry.flags & GONE:
                break
        if not entry.flags & GONE:
            return entry
        # A crowd that has gone leaves its hosts behind, to be taken out one by one.
        self.tables[vid].pop(address, None)
        return None

    def _carry_out(self, order: Order, entry: Entry) -> None:
        taken = order.takes(entry)
        if isinstance(order, EndSession) and not taken:
            if entry.place != ORPHAN and not entry.flags & STATIC:
                entry.flags, entry.seen = SEEN | entry.flags & OURS, order.now
                self.ageing.file(entry)
        elif not taken:
            return
        elif isinstance(entry, Crowd):
            self._disband(entry)
        else:
            assert isinstance(entry, Host)
            if isinstance(order, Flush | EndSession):
                self.remove(entry)
            elif isinstance(order, FlushPlace) or entry.place != ORPHAN:
                self.bury(entry)
            else:
                self.forget(entry)

    # --- sessions

    def start(self, node: int) -> None:
        """A session begins; this node is number *node*."""
        self.flushes = Flushes()
        self.announcements.start(node)

    def end(self, now: Instant) -> None:
        """The session is over (M10.4): what only the peer could reach goes at once, bonds get a fresh ageing time."""
        self.announcements.stop()
        self.flushes = Flushes()
        self.crowds = {}
        self.refused_until = 0
        self._order(EndSession(self.peer_port, now))

    # --- own addresses

    def share(self, address: Mac | None) -> None:
        """*address* is the one that both nodes answer to: an own address here, told to nobody (M10.5)."""
        before, self.shared = self.shared, address
        if before == address:
            return
        for vid in self.vlans_of_bridge:
            if before is not None:
                self._unshare(vid, before)
            if address is not None:
                self._make_private(vid, address)

    def _unshare(self, vid: int, address: Mac) -> None:
        entry = self.get(vid, address)
        assert isinstance(entry, Host), "the address was made private in each of these VLANs"
        if address in self.own:
            entry.flags &= ~PRIVATE
            self.announcements.mark(entry)
        else:
            self.remove(entry)
            # Whatever the peer said of it meanwhile was not heard.
            self.announcements.ask(entry.key)

    def _make_private(self, vid: int, address: Mac) -> None:
        entry = self.get(vid, address)
        if entry is not None:
            host = self.single(vid, address, entry)
            self.remove(host)
            if host.ours and host.known == self.announcements.session:
                self.announcements.answer(host)
        self._fix(vid, address, self.bridge, STATIC | OWN | PRIVATE)

    def _fix(self, vid: int, address: Mac, port: str, flags: int) -> None:
        self.add(Host(vid, port, self.place_of[port], 1, flags | OURS, done=self.sweep.issued, address=address))

    # --- entries come and go

    def add(self, host: Host) -> None:
        """Put a new entry in."""
        self.tables.setdefault(host.vid, {})[host.address] = host
        self._count(host, 1)
        self.highest = max(self.highest, host.sequence)
        self.changed = True

    def add_crowd(self, vid: int, addresses: tuple[bytes, ...], crowd: Crowd) -> None:
        """Put hosts in that are not there yet, all with one entry."""
        fresh: dict[bytes, Entry] = dict.fromkeys(addresses, crowd)
        self.tables.setdefault(vid, {}).update(fresh)
        crowd.count += len(fresh)
        self.learned += len(fresh)
        self.changed = True

    def crowd(self, vid: int, port: str, place: int, sequence: int, flags: int) -> Crowd:
        """The entry of hosts that the peer tells of in these words."""
        key = (vid, place, sequence, flags)
        crowd = self.crowds.get(key)
        if crowd is None or crowd.flags & GONE or crowd.done != self.sweep.issued:
            session, done = self.announcements.session, self.sweep.issued
            crowd = self.crowds[key] = Crowd(vid, port, place, sequence, flags, session, done)
        return crowd

    def remove(self, host: Host) -> None:
        """Take an entry out; what was to be told of it is not told."""
        del self.tables[host.vid][host.address]
        self._count(host, -1)
        self.floor = max(self.floor, host.sequence)
        self.ageing.unfile(host)
        self.announcements.drop(host)
        host.flags |= GONE
        self.changed = True

    def _disband(self, crowd: Crowd) -> None:
        """Take all of *crowd* out. Its addresses are taken out of the dictionary when somebody comes across them."""
        self.learned -= crowd.count
        self.floor = max(self.floor, crowd.sequence)
        self._retire(crowd)
        self.changed = True

    def _thin(self, crowd: Crowd) -> None:
        """One of *crowd* has become an entry of its own."""
        crowd.count -= 1
        if not crowd.count:
            self._retire(crowd)

    def _retire(self, crowd: Crowd) -> None:
        self.ageing.unfile(crowd)
        crowd.flags |= GONE
        crowd.done = NEVER

    def _count(self, host: Host, change: int) -> None:
        if not host.flags & STATIC:
            self.learned += change
        elif not host.ours:
            self.peers_static += change

    def fingerprint(self, now: Instant) -> tuple[Any, ...]:
        """Entries by key, times as ages, and what the peer is still to be told."""
        told = self.announcements
        return (
            tuple(
                (
                    *(vid, address, entry.port, entry.place, entry.sequence, entry.flags),
                    *(now - entry.seen if entry.flags & SEEN else 0, told.running and entry.known == told.session),
                    self.sweep.issued - entry.done,
                )
                for vid, table in sorted(self.tables.items())
                for address, entry in sorted(table.items(), key=lambda item: item[0])
            ),
            (self.highest, self.floor),
            max(0, self.refused_until - now),
            self.shared,
            self.flushes.fingerprint(),
            self.sweep.fingerprint(now),
            told.fingerprint(now),
        )
