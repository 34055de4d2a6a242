"""The host table, the only one: who is where, learned here and told by the peer (802.1Q 8.7, 8.8; mlag.md M10).

Both nodes converge on one table because every entry has a rank (M10.1) and the higher rank wins wherever two meet.
An entry leaves the table in one of three ways: whoever can see the host has aged it; a flush; the end of the session.
Ageing takes two steps, so that nothing older can come in from behind: the node that ages announces AGED and keeps the
entry as memory; the other answers REMOVED unless it sees the host itself; a sighting in between takes a new sequence,
which overrules both. What the peer says is applied in `received.py`, what befalls many hosts at once in `orders.py`.
"""

from typing import Any

from pyiccp._bridge.announcements import Announcements
from pyiccp._bridge.config import BridgeConfig
from pyiccp._bridge.entries import Entries
from pyiccp._bridge.flushes import Flushes
from pyiccp._bridge.host import (
    AGED,
    AGED_THERE,
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
from pyiccp._bridge.orders import CleanUp, EndSession, Flush, FlushPlace, ForgetPort, Order
from pyiccp._bridge.vlans import Vlans
from pyiccp._sansio import Instant
from pyiccp.wire._mac import Mac, mac_text


class HostTable(Entries):
    """Entries, and this node's part in keeping them equal to the peer's."""

    def __init__(self, config: BridgeConfig, vlans: Vlans) -> None:
        super().__init__(config.ageing_time)
        self.announcements = Announcements(self)
        self.flushes = Flushes()
        self.bridge = config.name
        self.peer_port = config.peer_port
        self.place_of = {port.name: ORPHAN if port.mlag_id is None else port.mlag_id + 1 for port in config.ports}
        self.place_of[config.name] = ORPHAN
        self.bond_at = {place: name for name, place in self.place_of.items() if place != ORPHAN}
        self.vlans_of_bridge = vlans.of_port(config.name)
        self.limit = config.max_learned_entries
        self.highest = 0
        """The highest sequence ever known: up to there a flush of this node's removes."""
        self.floor = 0
        """The highest sequence ever removed or refused. What is seen later has a higher one: nothing that is still on
        its way about a removed entry can be taken to mean the new one."""
        self.refused_until: Instant = 0
        """Nothing is learned before: the peer had no room for a host of ours (M10.5)."""
        self.shared: Mac | None = None
        self.alarms: dict[str, str] = {}
        """Cause -> what a person should know; the core takes them out."""
        self.counters = dict.fromkeys(("learned", "moved", "aged", "refused", "refused-by-peer", "ignored"), 0)
        self.own = tuple(static.address for static in config.hosts if static.own and static.port == config.name)
        for static in config.hosts:
            for vid in (static.vid,) if static.vid is not None and vlans.filtering else vlans.of_port(static.port):
                self._fix(vid, static.address, static.port, STATIC | OWN if static.own else STATIC)

    def node_of(self, entry: Entry) -> int:
        """The number of the node whose sighting an entry is."""
        node = self.announcements.node
        return node if entry.flags & OURS else 1 - node

    @property
    def busy(self) -> bool:
        """There is a rest of something to be done: `BridgeCore.advance` does."""
        return super().busy or self.announcements.more

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
        self.order(CleanUp())

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
        self.order(ForgetPort(port, vid))

    def flush(self, vid: int, sequence: int) -> None:
        """Remove the learned entries of VLAN *vid* (0 = of all) up to *sequence*, and what the peer was to be told of
        such (M10.3)."""
        self.announcements.flush(vid, sequence)
        self.order(Flush(vid, sequence))

    def flush_place(self, place: int, vid: int, node: int, sequence: int) -> None:
        """The same for one place; node *node*'s, when it is ORPHAN."""
        self.order(FlushPlace(place, vid, node == self.announcements.node, sequence))

    def carry_out(self, order: Order, entry: Entry) -> None:
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
        self.order(EndSession(self.peer_port, now))

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

    def add(self, host: Host) -> None:
        """Put a new entry in."""
        super().add(host)
        self.highest = max(self.highest, host.sequence)

    def remove(self, host: Host) -> None:
        """Take an entry out; what was to be told of it is not told."""
        self.take_out(host)
        self.floor = max(self.floor, host.sequence)
        self.announcements.drop(host)

    def _disband(self, crowd: Crowd) -> None:
        """Take all of *crowd* out."""
        self.disband(crowd)
        self.floor = max(self.floor, crowd.sequence)

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
                for vid, address, entry in self.ordered()
            ),
            (self.highest, self.floor),
            max(0, self.refused_until - now),
            self.shared,
            self.flushes.fingerprint(),
            self.sweep.fingerprint(now),
            told.fingerprint(now),
        )
