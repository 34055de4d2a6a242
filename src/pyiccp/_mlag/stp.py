"""One spanning tree over two chassis: a log of everything that happens to it, and a copy of it on each node (M9).

The primary puts all changes in order - its own, those that the secondary relays, the passing of time - and tells that
order as entries; both nodes apply every entry to their copy, and each carries out what the copy wants of its own ports.
Copies are deterministic, so they are equal at every entry. What they are is behind `Copy`: this file knows nodes and
halves of ports, the spanning tree knows ports.

A port that both nodes have (a dual-homed bond) is up while any half is; its BPDUs leave by one half; what it is told
to do is done when both halves have done it (M9.2, M9.3).

Log time is the primary's clock. Each node keeps the distance to its own, and goes on from there when it is left alone.
"""

from enum import Enum
from typing import Any
from zlib import crc32

from pyiccp._mlag.events import EndSession, Tell, TreeCarriedOut, TreeReady
from pyiccp._mlag.identity import may_have
from pyiccp._mlag.stp_copy import Copy, Deed, Kind
from pyiccp._mlag.stp_events import Changed, Event, Heard, Held, Observer, Released, Started
from pyiccp._mlag.stp_halves import Halves
from pyiccp._mlag.stp_incoming import Incoming, fault_of, pieces
from pyiccp._sansio import Instant, Timers, milliseconds, seconds
from pyiccp.wire.iccp._pdu import TlvValue
from pyiccp.wire.iccp._tree import (
    TreeBegin,
    TreeEntry,
    TreeIdentity,
    TreeLinkDown,
    TreeLinkUp,
    TreeMarks,
    TreePort,
    TreeSnapshot,
)

QUIET = milliseconds(20)
"""M3.1: a frame has left every neighbour by then."""
PATIENCE = seconds(2.5)
"""M9.4: a hello is overdue."""
HELLO = seconds(2)
COMING_BACK = seconds(3)
"""A client's link has waited for two seconds by then, and the echo guard is over (M1.8)."""
HANDING_OVER = milliseconds(300)
"""A client has seen our new identity by then, and taken the peer's half, which has waited for it (M1.2)."""
READY, SILENT, PICTURE = "ready", "silent", "picture"


class Role(Enum):
    """A node's part in the log."""

    ALONE = "alone"
    PRIMARY = "primary"
    JOINING = "joining"
    """A secondary that waits for the snapshot."""
    SECONDARY = "secondary"


class TreeLog:
    """One node's end of the log; see the head of this file."""

    def __init__(self, copy: Copy, node: int) -> None:
        self.copy = copy
        self.node = node
        self.role = Role.ALONE
        self.halves = Halves(copy)
        self.sequence = 0
        self.offset: Instant = 0
        """Log time minus ours."""
        self.newest: Instant = 0
        """Log time of the newest entry."""
        self.held = False
        self.entered = False
        """A secondary's ports are in the tree: as soon as both gates are open, as ports whose links come up (M9.7)."""
        self.spoken: dict[int, Any] = {}
        """The last BPDU of each of our ports."""
        self.shut_at: Instant = 0
        """When the data plane of a port of ours was last told to shut."""
        self.timers: Timers[str | int] = Timers()
        """READY, SILENT, PICTURE, or the number of a port that may come back."""
        self.incoming: Incoming | None = None
        self.dark: dict[int, int] = {}
        """Orphans of ours whose links went down, and how many entries that say so are still to come."""
        self.session = (0, 0)
        self.observer: Observer | None = None
        self.counters = {"refused": 0}
        self.halves.populate(node, 0)

    # --- the interface

    @property
    def deadline(self) -> Instant | None:
        """When `advance` is next due."""
        own = self.timers.next
        tree = self.copy.deadline if self.role in (Role.ALONE, Role.PRIMARY) else None
        if tree is None:
            return own
        return tree - self.offset if own is None else min(own, tree - self.offset)

    def handle(self, event: Event, now: Instant) -> list[Any]:
        """See sansio.Core."""
        match event:
            case Changed(change, patience):
                return self._wait(change, patience, now) if patience else self._changed(change, now)
            case Heard(value):
                return self._heard(value, now)
            case Started(primary, node):
                return self._start(primary, node, now)
            case Held():
                return self._hold(now)
            case Released():
                return self._release(now)

    def advance(self, now: Instant) -> list[Any]:
        """See sansio.Core."""
        actions: list[Any] = []
        while (key := self.timers.pop(now)) is not None:
            if isinstance(key, int):
                actions += self._changed(TreeLinkDown(key), now)
            else:
                due = {PICTURE: self._picture, READY: self._ready, SILENT: self._repeat}
                actions += due[key](now)
        if self.role in (Role.ALONE, Role.PRIMARY):
            next_tick = self.copy.deadline
            if next_tick is not None and next_tick <= now + self.offset:
                actions += self._enter(self.node, (), now)
        return actions

    def fingerprint(self, now: Instant) -> tuple[Any, ...]:
        """See sansio.Core."""
        return (
            self.copy.fingerprint(now + self.offset if self.role in (Role.ALONE, Role.PRIMARY) else self.newest),
            tuple((port, mark.has, mark.up, mark.done) for port, mark in self.halves.marks.items()),
            (self.node, self.role, self.held, self.entered, self.incoming is not None, tuple(self.dark.items())),
            self.timers.fingerprint(now),
        )

    # --- the order of things

    def _wait(self, change: TlvValue, patience: Instant, now: Instant) -> list[Any]:
        """A bond that changes its identity is the same cable to the same client. It is down until its client has taken
        the peer's half, or LACP has come up anew; for spanning tree it is not, unless that takes longer. When the other
        half is up there is nothing to bridge over."""
        match change:
            case TreeLinkDown(port) if port in self.halves and not self.halves.up(port, 1 - self.node):
                self.timers.set(port, now + patience)
                return []
        return self._changed(change, now)

    def _changed(self, change: TlvValue, now: Instant) -> list[Any]:
        """Something happened here: into the log, by way of the primary."""
        if isinstance(change, (TreeLinkUp, TreeLinkDown)):
            self.timers.cancel(change.port)
        match self.role:
            case Role.ALONE | Role.PRIMARY:
                return self._enter(self.node, (change,), now)
            case Role.SECONDARY if self.entered and not isinstance(change, TreeIdentity):
                return [*self._darken(change, now), Tell(change)]
        return []

    def _darken(self, change: TlvValue, now: Instant) -> list[Any]:
        """The link of an orphan went down: it may be back, with another neighbour, before the entry is."""
        if not isinstance(change, TreeLinkDown) or not self.halves.orphan(change.port, self.node):
            return []
        self.dark[change.port] = self.dark.get(change.port, 0) + 1
        self.shut_at = now
        return [deed.action for deed in self.copy.shut(change.port)]

    def _lighten(self, port: int) -> None:
        """The entry is here."""
        left = self.dark.pop(port, 0) - 1
        if left > 0:
            self.dark[port] = left

    def _enter(self, node: int, changes: tuple[TlvValue, ...], now: Instant) -> list[Any]:
        """Apply *changes* of *node*, and tell the peer that they come next."""
        at = self._log_time(now)
        if self.role is not Role.PRIMARY:
            return self._apply(node, changes, at, now)
        self.sequence += 1
        entry = Tell(TreeEntry(self.sequence, at, node, changes))
        return [entry, *self._apply(node, changes, at, now)]

    def _apply(self, node: int, changes: tuple[TlvValue, ...], at: Instant, now: Instant) -> list[Any]:
        """Both nodes do exactly this with every entry."""
        self.newest = at
        deeds = [] if changes else self.copy.advance(at)
        for change in changes:
            if node == self.node and isinstance(change, TreeLinkDown):
                self._lighten(change.port)
            deeds += self.halves.fold(node, change, at)
        if self.role is not Role.ALONE:
            self._show(at)
        actions = self._carry(deeds, now)
        for change in changes:
            actions += self._half_changed(node, change, now)
        return actions

    def _half_changed(self, node: int, change: TlvValue, now: Instant) -> list[Any]:
        """A half whose turn it is to speak speaks at once when it comes up, and when the other one is gone: to its
        neighbour the link may be new although the port is not. A half of the peer that comes up takes over from one of
        ours that is down but may come back."""
        ours = node == self.node
        match change:
            case TreeLinkUp(port) if not ours and port in self.timers:
                return self._changed(TreeLinkDown(port), now)
            case TreeLinkUp(port) if ours and port in self.spoken and self._speaks(port):
                return [self.spoken[port]]
            case TreeLinkDown(port) if not ours and port in self.spoken and self._speaks(port):
                return [self.spoken[port]]
        return []

    def _show(self, at: Instant) -> None:
        """What must be equal on both nodes."""
        if self.observer is not None:
            self.observer(self.session, self.sequence, (self.copy.fingerprint(at), self.halves.told()))

    def _carry(self, deeds: list[Deed], now: Instant) -> list[Any]:
        """Our part of what the tree wants done."""
        actions: list[Any] = []
        shut: dict[int, int] = {}
        for deed in deeds:
            if deed.kind is Kind.SEND:
                self.spoken[deed.port] = deed.action
                if not self._speaks(deed.port):
                    continue
            elif deed.kind is Kind.SHUT:
                shut[deed.port] = deed.number
                self.shut_at = now
            elif deed.kind is Kind.OPEN and (self.held or deed.port in self.dark):
                continue
            actions.append(deed.action)
        return actions + [TreeCarriedOut(port, number) for port, number in shut.items()]

    def _speaks(self, port: int) -> bool:
        """M9.2: a BPDU leaves by the primary's half if that is up, else by the secondary's."""
        if not self.halves.up(port, self.node):
            return False
        return self.role is not Role.SECONDARY or not self.halves.up(port, 1 - self.node)

    # --- sessions

    def _start(self, primary: bool, node: int, now: Instant) -> list[Any]:
        """M9.6: the primary's copy is the pair's. The secondary shuts its ports and throws its own away (M3.1)."""
        actions = self._carry(self._drop_peer(self._log_time(now)), now)
        if node != self.node:
            self.halves.swap()
            self.node = node
        self.sequence = 0
        self.entered = False
        self.dark.clear()
        self.timers.set(READY, now + QUIET)
        if primary:
            # In the next call. Until then this node goes on as it did alone: what changes is in the picture.
            self.role = Role.ALONE
            self.timers.set(PICTURE, now)
            return actions
        # Neighbours must not believe for another six seconds what this node has said as a bridge of its own.
        actions += self._carry(self.copy.resign(self._log_time(now)), now)
        self.role = Role.JOINING
        self.held = False
        self.halves.marks.clear()
        self.spoken.clear()
        return [*actions, *self._carry(self.copy.clear(), now)]

    def _picture(self, now: Instant) -> list[Any]:
        """The snapshot; from here on there are entries."""
        self.role = Role.PRIMARY
        at = self._log_time(now)
        actions = self._carry(self.copy.advance(at), now)
        self.newest = at
        document = self.copy.document(at)
        self.session = at, crc32(document)
        self._show(at)
        return [*actions, *map(Tell, pieces(at, self.halves.told(), document))]

    def _ready(self, now: Instant) -> list[Any]:
        """M3.1: what the tree does not have forwarding has been discarding long enough."""
        if self.role is Role.JOINING:
            self.timers.set(READY, now + QUIET)
            return []
        if now - self.shut_at < QUIET:
            self.timers.set(READY, self.shut_at + QUIET)
            return []
        return [TreeReady()]

    def _hold(self, now: Instant) -> list[Any]:
        """M9.4: go on from the last entry, never from BEGIN; M6.2: open nothing."""
        if self.role is Role.ALONE and PICTURE not in self.timers:
            return []
        for key in (PICTURE, READY, SILENT):
            self.timers.cancel(key)
        self.incoming = None
        entered, self.entered = self.entered, False
        self.role = Role.ALONE
        self.held = True
        return self._catch_up(now) if entered else []

    def _catch_up(self, now: Instant) -> list[Any]:
        """A primary that fell silent was told of links and ports of ours that it has not entered."""
        own, flapped = self.copy.own(), tuple(self.dark)
        self.dark.clear()
        up = {change.port for change in own if isinstance(change, TreeLinkUp)}
        over = [port for port in self.halves.marks if self.halves.up(port, self.node) and port not in up]
        down = dict.fromkeys((*flapped, *(port for port in over if port not in self.timers)))
        changes = [TreeLinkDown(port) for port in down]
        actions = [action for change in changes for action in self._enter(self.node, (change,), now)]
        for change in own:
            known = self.halves.up if isinstance(change, TreeLinkUp) else self.halves.has
            if not known(change.port, self.node):
                actions += self._enter(self.node, (change,), now)
        return actions

    def _release(self, now: Instant) -> list[Any]:
        """The peer's ports are shut, or it has shut them for this session: what is held may open."""
        if self.role is Role.SECONDARY and not self.entered:
            self.entered = True
            return [*map(Tell, self.copy.own()), *self._carry(self.copy.stand(), now)]
        if not self.held:
            return []
        self.held = False
        at = self._log_time(now)
        deeds = [*self._drop_peer(at), *self.halves.populate(self.node, at)] if self.role is Role.ALONE else []
        return self._carry([*deeds, *self.copy.stand()], now)

    def _drop_peer(self, at: Instant) -> list[Deed]:
        self.newest = at
        return self.halves.drop(1 - self.node, at)

    def _log_time(self, now: Instant) -> Instant:
        """Of what happens now; it never goes back."""
        return max(now + self.offset, self.newest)

    # --- what the peer says

    def _heard(self, value: TlvValue, now: Instant) -> list[Any]:
        match self.role:
            case Role.PRIMARY if not isinstance(value, (TreeEntry, TreeBegin, TreeMarks, TreeSnapshot, TreeIdentity)):
                return self._relayed(value, now)
            case Role.JOINING if isinstance(value, (TreeBegin, TreeMarks, TreeSnapshot)):
                return self._snapshot(value, now)
            case Role.SECONDARY if isinstance(value, TreeEntry):
                return self._entry(value, now)
        self.counters["refused"] += 1
        return []

    def _relayed(self, change: TlvValue, now: Instant) -> list[Any]:
        """M9.1: the secondary tells what happened there; from here on it has its place in the order."""
        if isinstance(change, TreePort):
            if not may_have(1 - self.node, change.port):
                return self._fail(f"peer's bridge port {change.name}: number {change.port} is not its own")
            if why := self._refusal(change):
                return self._fail(f"peer's bridge port {change.name}: {why}")
        return self._enter(1 - self.node, (change,), now)

    def _refusal(self, port: TreePort) -> str:
        """Why the tree cannot have *port*; what it has it can."""
        return "" if port.port in self.halves else self.copy.refusal(port)

    def _snapshot(self, value: TreeBegin | TreeMarks | TreeSnapshot, now: Instant) -> list[Any]:
        try:
            if isinstance(value, TreeBegin):
                self.incoming = Incoming(value)
                return []
            if self.incoming is None:
                self.counters["refused"] += 1
                return []
            return self._adopt(self.incoming, now) if self.incoming.add(value) else []
        except ValueError as error:
            return self._fail(str(error))

    def _adopt(self, whole: Incoming, now: Instant) -> list[Any]:
        """Be the peer's copy. Our ports are not in it yet."""
        self.incoming = None
        document = bytes(whole.document)
        try:
            self.halves.adopt(whole.marks, self.node)
            if self.copy.restore(document, whole.time) != set(self.halves.marks):
                raise ValueError("it has other ports")
        except ValueError as error:
            self.halves.marks.clear()
            return [*self._carry(self.copy.clear(), now), *self._fail(f"the peer's spanning tree cannot be: {error}")]
        self.role = Role.SECONDARY
        self.held = False
        self.newest = whole.time
        self.offset = whole.time - now
        self.timers.set(SILENT, now + PATIENCE)
        self.session = whole.time, crc32(document)
        self._show(whole.time)
        return self._carry(self.copy.stand(), now)

    def _entry(self, entry: TreeEntry, now: Instant) -> list[Any]:
        if why := fault_of(entry, self.sequence, self.newest, self._refusal):
            return self._fail(why)
        self.sequence = entry.sequence
        self.offset = entry.time - now
        self.timers.set(SILENT, now + PATIENCE)
        return self._apply(entry.node, entry.changes, entry.time, now)

    def _repeat(self, now: Instant) -> list[Any]:
        """M9.4: the primary is silent, neighbours must not notice: say again what was said last."""
        self.timers.set(SILENT, now + HELLO)
        return [said for port, said in self.spoken.items() if self.halves.up(port, self.node)]

    def _fail(self, why: str) -> list[Any]:
        self.counters["refused"] += 1
        return [EndSession(why)]
