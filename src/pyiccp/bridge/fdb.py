"""The host table, the only one: who is where, learned here and told by the peer (802.1Q 8.7, 8.8; mlag.md M10).

Both nodes converge on one table because every entry has a rank (M10.1) and the higher rank wins wherever two meet.
An entry leaves the table in one of three ways: whoever can see the host has aged it; a flush; the end of the session.
Ageing takes two steps, so that nothing older can come in from behind: the node that ages announces AGED and keeps the
entry as memory; the other answers REMOVED unless it sees the host itself; a sighting in between takes a new sequence,
which overrules both. What the peer says is applied in `received.py`.
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
    OWN,
    PRIVATE,
    SEEN,
    STATIC,
    Host,
)
from pyiccp.bridge.vlans import Vlans
from pyiccp.sansio import Instant
from pyiccp.wire.mac import Mac, mac_text


class HostTable:
    """Entries, and this node's part in keeping them equal to the peer's."""

    def __init__(self, config: BridgeConfig, vlans: Vlans) -> None:
        self.tables: dict[int, dict[bytes, Host]] = {}
        """VLAN -> address -> host."""
        self.ageing = Ageing(config.ageing_time)
        self.announcements = Announcements(self.tables)
        self.flushes = Flushes()
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

    def find(self, vid: int, address: bytes) -> Host | None:
        """Where frames for *address* go; None = unknown. An aged entry of an orphan port is memory only."""
        host = self.get(vid, address)
        if host is not None and host.flags & AGED and host.place == ORPHAN:
            return None
        return host

    def get(self, vid: int, address: bytes) -> Host | None:
        """The entry of *address*, memory included."""
        table = self.tables.get(vid)
        return None if table is None else table.get(address)

    def hosts(self) -> list[Host]:
        """Every entry, memory included."""
        return [host for table in self.tables.values() for host in table.values()]

    def node_of(self, host: Host) -> int:
        """The number of the node whose sighting an entry is."""
        node = self.announcements.node
        return node if host.ours else 1 - node

    # --- this node sees hosts

    def sight(self, vid: int, address: Mac, port: str, now: Instant) -> None:
        """A frame from *address* entered by *port* (never the peer port, M3.3)."""
        host = self.get(vid, address)
        if host is None:
            self._learn(vid, address, port, now)
        elif host.flags & STATIC:
            return
        elif host.port == port and host.flags & SEEN:
            host.seen = now
        elif host.place == self.place_of[port] and (host.place != ORPHAN or host.ours):
            self._see_again(host, port, now)
        else:
            self._move(host, port, now)

    def _learn(self, vid: int, address: Mac, port: str, now: Instant) -> None:
        if now < self.refused_until or self.full():
            self.counters["refused"] += 1
            return
        host = Host(address, vid, port, self.place_of[port], self.after(0), True, SEEN, now)
        body = self.announcements.body((vid, address))
        if body is not None:
            # A removal that the peer has not heard of is memory too: the new entry has to overrule it.
            host.sequence, host.known = self.after(body.sequence), self.announcements.session
        self.add(host)
        self.ageing.file(host)
        self.counters["learned"] += 1
        self.announcements.mark(host)

    def _see_again(self, host: Host, port: str, now: Instant) -> None:
        """At the same place: a refresh, unless the peer was told that the host aged (M10.2). Another orphan port of
        this node is the same place: the peer has nothing to learn from it."""
        if host.port != port or host.flags & AGED:
            host.port = port
            self.changed = True
        host.seen = now
        self.ageing.file(host)
        if host.flags & AGED:
            host.sequence, host.ours, host.flags = self.after(host.sequence), True, SEEN
            self.announcements.mark(host)
        else:
            host.flags |= SEEN

    def _move(self, host: Host, port: str, now: Instant) -> None:
        host.port, host.place = port, self.place_of[port]
        host.sequence, host.ours = self.after(host.sequence), True
        host.flags, host.seen = SEEN, now
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
        self.alarms["full"] = f"the host table has its {self.limit} max-learned-entries; no more hosts are learned"
        return True

    def after(self, sequence: int) -> int:
        """The sequence of a sighting that overrules *sequence* and whatever has been removed."""
        sequence = min(max(sequence, self.floor) + 1, LAST_SEQUENCE)
        self.highest = max(self.highest, sequence)
        return sequence

    # --- ageing and forgetting

    def expire(self, now: Instant) -> None:
        """Age what was not seen for the ageing time."""
        for host in self.ageing.due(now):
            self.counters["aged"] += 1
            self.forget(host)

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

    def forget_port(self, port: str, vid: int = 0) -> None:
        """The hosts of *port* (in VLAN *vid*, 0 = in all) are somewhere else, or nowhere."""
        for host in self.hosts():
            if host.port != port or host.flags & STATIC or vid not in (0, host.vid):
                continue
            if host.place != ORPHAN:
                self.bury(host)
            elif host.flags & SEEN:
                self.forget(host)

    def bury(self, host: Host) -> None:
        """Take *host* out on both nodes, wherever it is: as if it had moved to an orphan port of this node and aged
        there at once, so that it is memory here until the peer has taken it out."""
        told = self.announcements
        if not told.running or host.known != told.session:
            self.remove(host)
            return
        self.ageing.unfile(host)
        host.place, host.ours, host.flags = ORPHAN, True, AGED
        host.sequence = self.after(host.sequence)
        self.changed = True
        told.mark(host)

    def flush(self, vid: int, sequence: int) -> None:
        """Remove the learned entries of VLAN *vid* (0 = of all) up to *sequence*, and what the peer was to be told of
        such (M10.3)."""
        for host in (*self.hosts(), *self.announcements.bodies()):
            if host.flags & STATIC or host.sequence > sequence or vid not in (0, host.vid):
                continue
            if host.flags & GONE:
                self.announcements.drop(host.key)
            else:
                self.remove(host)

    def flush_place(self, place: int, vid: int, node: int, sequence: int) -> None:
        """The same for one place; node *node*'s, when it is ORPHAN."""
        for host in self.hosts():
            if (
                not host.flags & STATIC
                and host.sequence <= sequence
                and host.place == place
                and (place != ORPHAN or node == self.node_of(host))
                and vid in (0, host.vid)
            ):
                self.bury(host)

    # --- sessions

    def start(self, node: int) -> None:
        """A session begins; this node is number *node*."""
        self.flushes = Flushes()
        self.announcements.start(node)

    def end(self, now: Instant) -> None:
        """The session is over (M10.4): what only the peer could reach goes at once, bonds get a fresh ageing time."""
        self.announcements.stop()
        self.flushes = Flushes()
        self.refused_until = 0
        for host in self.hosts():
            if host.flags & STATIC and host.ours:
                continue
            if host.port == self.peer_port or host.flags & STATIC or (host.place == ORPHAN and host.flags & AGED):
                self.remove(host)
            elif host.place != ORPHAN:
                host.flags, host.seen = SEEN, now
                self.ageing.file(host)

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
        host = self.tables[vid][address]
        if address in self.own:
            host.flags &= ~PRIVATE
            self.announcements.mark(host)
        else:
            self.remove(host)
            # Whatever the peer said of it meanwhile was not heard.
            self.announcements.ask(host.key)

    def _make_private(self, vid: int, address: Mac) -> None:
        host = self.tables.get(vid, {}).get(address)
        if host is not None:
            self.remove(host)
            if host.ours and host.known == self.announcements.session:
                self.announcements.answer(host)
        self._fix(vid, address, self.bridge, STATIC | OWN | PRIVATE)

    def _fix(self, vid: int, address: Mac, port: str, flags: int) -> None:
        self.add(Host(address, vid, port, self.place_of[port], 1, True, flags))

    # --- entries come and go

    def add(self, host: Host) -> None:
        """Put a new entry in."""
        self.tables.setdefault(host.vid, {})[host.address] = host
        self._count(host, 1)
        self.highest = max(self.highest, host.sequence)
        self.changed = True

    def remove(self, host: Host) -> None:
        """Take an entry out; what was to be told of it is not told."""
        del self.tables[host.vid][host.address]
        self._count(host, -1)
        self.floor = max(self.floor, host.sequence)
        self.ageing.unfile(host)
        self.announcements.drop(host.key)
        host.flags |= GONE
        self.changed = True

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
                    *(vid, host.address, host.port, host.place, host.sequence, host.ours, host.flags),
                    *(now - host.seen if host.flags & SEEN else 0, told.running and host.known == told.session),
                )
                for vid, table in sorted(self.tables.items())
                for _, host in sorted(table.items())
            ),
            (self.highest, self.floor),
            max(0, self.refused_until - now),
            self.shared,
            self.flushes.fingerprint(),
            told.fingerprint(now),
        )
