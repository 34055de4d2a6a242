"""One bridge: the host table, the forwarding rules, and the door for data frames (mlag.md M3, M4, M10).

Control goes through `handle` and `advance` as in every core. Data frames go through `lookup`, which answers for most of
them, and `forward` for the rest: it learns, decides and remembers the verdict. Whatever may make a verdict wrong - host
table, port, gate, filter, envelope - forgets all of them, so a hit never differs from deciding anew (a property test
holds that).
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from pyiccp._bridge import events
from pyiccp._bridge.config import BridgeConfig
from pyiccp._bridge.events import Action, AnnounceFlush, Event, Warn
from pyiccp._bridge.fdb import HostTable
from pyiccp._bridge.forwarding import Forwarding
from pyiccp._bridge.host import AGED, AGED_THERE, ORPHAN, OURS, OWN, PRIVATE, SEEN, STATIC, Entry, Host
from pyiccp._bridge.memory import Kept, Memory
from pyiccp._bridge.received import apply_batch, apply_flush
from pyiccp._bridge.verdicts import DROPPED, DropReason, Verdict
from pyiccp._bridge.vlans import Vlans
from pyiccp._sansio import Instant, seconds
from pyiccp.wire._ethernet import Header
from pyiccp.wire._mac import ZERO, Mac, is_group

EARLY = 4096
"""What the peer said before this node's session began: so many events are kept at most."""
QUIET = seconds(60)
"""A warning of one cause comes at most once in this time."""


class HostView(msgspec.Struct, frozen=True, gc=False):
    """One line of `/interface bridge host print`."""

    address: Mac
    vid: int | None
    """None on a bridge without VLAN filtering."""
    interface: str
    """By which frames to it leave: its port or bond, or the peer port."""
    flags: str
    """D dynamic, L own address, E known only from the peer, A aged here, a aged at the peer."""


class BridgeCore:
    """A VLAN-aware learning bridge that shares its host table with a peer."""

    def __init__(self, config: BridgeConfig) -> None:
        self.config = config
        self.vlans = Vlans(config)
        self.table = HostTable(config, self.vlans)
        self.forwarding = Forwarding(config, self.vlans, self.table)
        self.memory = Memory()
        self.drops = [0] * len(DropReason)
        """Frames dropped, by reason."""
        self.warned: dict[str, Instant] = {}
        self.early: list[events.HostsReceived | events.FlushReceived] = []
        self.called_at: Instant = 0

    # --- the core

    @property
    def deadline(self) -> Instant | None:
        """When a host may have aged, or a move that was held back may be told; at once while there is a rest of
        something to be carried out."""
        if self.table.busy:
            return self.called_at
        ageing, paced = self.table.ageing.deadline, self.table.announcements.paced.next
        if ageing is None or paced is None:
            return paced if ageing is None else ageing
        return min(ageing, paced)

    def handle(self, event: Event, now: Instant) -> Sequence[Action]:
        """Ports, gate, filter, session and what the peer says."""
        self.called_at = now
        table, rules = self.table, self.forwarding
        actions: Sequence[Action] = ()
        match event:
            case events.HostsReceived() | events.FlushReceived():
                self._hear(event, now)
            case events.HostsWanted(octets):
                table.announcements.window = octets
            case events.FlushRequested(port, vid):
                actions = self._flush(port, vid)
            case events.SessionStarted(node):
                early, self.early = self.early, []
                if table.announcements.running:
                    table.end(now)
                table.start(node)
                for said in early:
                    self._hear(said, now)
            case events.SessionEnded():
                self.early = []
                table.end(now)
                table.announcements.window = 0
            case events.SharedAddressChanged(address):
                table.share(address)
            case events.GateChanged(is_open):
                rules.gate_open = is_open
                table.changed = True
            case _:
                self._port_event(event)
        return (*actions, *self._finish(now))

    def advance(self, now: Instant) -> Sequence[Action]:
        """Age hosts, and carry out orders, a bounded number in one call; tell of moves that were held back."""
        self.called_at = now
        self.table.expire(now)
        self.table.tidy()
        self.table.announcements.release(now)
        return self._finish(now, rested=True)

    def _hear(self, event: events.HostsReceived | events.FlushReceived, now: Instant) -> None:
        """The peer's session may begin a little before ours: what it says till then is kept for us."""
        if not self.table.announcements.running:
            if len(self.early) < EARLY:
                self.early.append(event)
            else:
                self.table.counters["ignored"] += 1
        elif isinstance(event, events.HostsReceived):
            apply_batch(self.table, event.batch, now)
        else:
            apply_flush(self.table, event.flush)

    def _port_event(
        self,
        event: events.PortStateChanged
        | events.SpanningTreeChanged
        | events.FilterChanged
        | events.EnvelopeChanged
        | events.CopiesChanged,
    ) -> None:
        port = self.forwarding.ports[event.port]
        self.table.changed = True
        match event:
            case events.PortStateChanged(name, receiving, sending):
                gone = port.receiving and not receiving
                port.receiving, port.sending = receiving, sending
                if gone and port.mlag_id is None:
                    self.table.forget_port(name)
            case events.SpanningTreeChanged(_, learning, forwarding):
                port.learning, port.forwarding = learning, forwarding
            case events.FilterChanged(_, is_open):
                port.filter_open = is_open
            case events.EnvelopeChanged(_, on):
                port.envelope = on
            case events.CopiesChanged(_, on):
                port.copies = on

    def _flush(self, port: str | None, vid: int) -> Sequence[Action]:
        """Forget learned hosts; the peer hears of it before anything learned later (M10.3)."""
        table = self.table
        if port is not None:
            table.forget_port(port, vid)
            return ()
        sequence = table.highest
        table.flush(vid, sequence)
        told = table.announcements
        return (AnnounceFlush(table.flushes.make(vid, told.node, sequence)),) if told.running else ()

    def _finish(self, now: Instant, rested: bool = False) -> Sequence[Action]:
        table = self.table
        if table.changed:
            table.changed = False
            self.memory.forget()
        told = table.announcements.pull(now, rested)
        if not table.alarms:
            return told
        actions: list[Action] = list(told)
        for cause, text in table.alarms.items():
            last = self.warned.get(cause)
            if last is None or now - last >= QUIET:
                self.warned[cause] = now
                actions.append(Warn(text))
        table.alarms.clear()
        return actions

    # --- data frames

    def lookup(self, ingress: str, frame: bytes, now: Instant, origin: int | None = None) -> Kept | None:
        """What is remembered of *frame* (18 octets or more), or None: then `forward` decides. *origin* is the mlag-id
        of the envelope that *frame* came in."""
        known = self.memory.door(ingress, origin).get(frame[6:16])
        if known is None:
            return None
        host, lane = known
        kept = lane.get(frame[:6])
        if kept is None:
            return None
        if host is not None:
            host.seen = now
        if kept.verdict.dropped is not None:
            self.drops[kept.verdict.dropped] += 1
        return kept

    def forward(
        self, ingress: str, frame: bytes, header: Header, now: Instant, origin: int | None = None
    ) -> tuple[Kept, Sequence[Action]]:
        """Learn from *frame*, whose header is *header*, decide on it and remember the verdict."""
        actions = self.learn(ingress, header, now)
        verdict = self.decide(ingress, header, origin)
        if verdict.dropped is not None:
            self.drops[verdict.dropped] += 1
        vid = self._learns_in(ingress, header)
        host = None if vid is None else self.table.get(vid, header.source)
        if (vid is not None and host is None) or verdict.dropped is DropReason.RESERVED_ADDRESS:
            # There was no room for it: tried again with each of its frames. Or: nothing is learned from this frame,
            # but from the next of the same source, if that goes elsewhere.
            return Kept(verdict), actions
        marked = host if isinstance(host, Host) and not host.flags & STATIC else None
        return self.memory.keep(ingress, origin, frame, self._lane(ingress, frame, header), marked, verdict), actions

    def _lane(self, ingress: str, frame: bytes, header: Header) -> tuple[Any, ...]:
        """What a verdict depends on besides the port and the destination."""
        port = self.forwarding.ports.get(ingress)
        tag = b"" if header.vid is None else frame[12:16]
        valid = not is_group(header.source) and header.source != ZERO
        if port is None or not port.peer:
            return tag, valid
        vid, _ = self.forwarding.admit(port, header)
        source = self.table.find(vid, header.source)
        return tag, valid, None if source is None else source.port

    def decide(self, ingress: str, header: Header, origin: int | None = None) -> Verdict:
        """The verdict on a frame; changes nothing."""
        port = self.forwarding.ports.get(ingress)
        if port is None:
            return DROPPED[DropReason.UNKNOWN_PORT]
        vid, reason = self.forwarding.admit(port, header)
        return self.forwarding.decide(port, vid, header, origin) if reason is None else DROPPED[reason]

    def learn(self, ingress: str, header: Header, now: Instant) -> Sequence[Action]:
        """The source of a frame is at *ingress*, if that port learns; not the peer port (M3.3)."""
        vid = self._learns_in(ingress, header)
        if vid is None:
            return ()
        host = self.table.get(vid, header.source)
        if isinstance(host, Host) and host.port == ingress and host.flags & SEEN:
            host.seen = now
            return ()
        self.table.sight(vid, header.source, ingress, now)
        return self._finish(now)

    def _learns_in(self, ingress: str, header: Header) -> int | None:
        """The VLAN in which the source of a frame is learned, or None."""
        port = self.forwarding.ports.get(ingress)
        if port is None or port.peer or not port.config.learn or not port.learning:
            return None
        vid, reason = self.forwarding.admit(port, header)
        return vid if reason is None else None

    # --- what a person sees

    def hosts(self) -> Iterator[HostView]:
        """The host table, by VLAN and address."""
        for vid, address, entry in self.table.logical():
            if not (entry.place == ORPHAN and entry.flags & AGED):
                yield HostView(Mac(address), vid if self.vlans.filtering else None, self._exit(entry), _letters(entry))

    def _exit(self, host: Entry) -> str:
        """M4.7: a dual-homed host is re-pointed to the peer port while the local half does not send."""
        port, peer = self.forwarding.ports[host.port], self.forwarding.peer
        away = port.mlag_id is not None and not port.sending and peer is not None and self.forwarding.gate_open
        return peer.name if away and peer is not None else port.name

    def shared_table(self) -> tuple[tuple[int, Mac, int, int, int, bool], ...]:
        """(VLAN, address, place, sequence, node, static) of what both nodes hold: equal on both while a session is up
        and nothing is on its way (M13)."""
        return tuple(
            (vid, Mac(address), entry.place, entry.sequence, self.table.node_of(entry), bool(entry.flags & STATIC))
            for vid, address, entry in self.table.logical()
            if not entry.flags & PRIVATE
        )

    def fingerprint(self, now: Instant) -> tuple[Any, ...]:
        """The state as a canonical tuple."""
        rules = self.forwarding
        return (
            tuple((name, *port.state) for name, port in rules.ports.items()),
            rules.gate_open,
            self.table.fingerprint(now),
            tuple(self.early),
            tuple(sorted((cause, now - last) for cause, last in self.warned.items() if now - last < QUIET)),
        )


def _letters(host: Entry) -> str:
    """Flags as RouterOS prints them."""
    flags = host.flags
    letters = "" if flags & STATIC and flags & OURS and not flags & OWN else "D"
    if flags & OWN:
        letters += "L"
    if not flags & (SEEN | AGED) and not (flags & STATIC and flags & OURS):
        letters += "E"
    return letters + ("A" if flags & AGED else "") + ("a" if flags & AGED_THERE else "")
