"""Prepare, Closed and Down: how a half of a bond opens and closes so that nothing is delivered twice (M4.1-M4.6).

Per bond there are two independent conversations. **Ours**: this node's half wants to distribute, so it sends Prepare,
keeps copies, and opens at Closed; when it stops it says Down. **Theirs**: the peer's Prepare closes our filter, its
Down opens it. A fence is repeated, each time under the next number, until it is answered.
"""

import msgspec

from pyiccp._mlag.events import (
    Action,
    BondConfig,
    DropCopies,
    HoldDistribution,
    KeepCopies,
    ReleaseCopies,
    SendFence,
    SetEnvelope,
    SetFilter,
    Tell,
)
from pyiccp._sansio import Instant, Timers, milliseconds
from pyiccp.wire._link import Fence, FenceKind
from pyiccp.wire.iccp._mlag import FenceAnswer

FIRST_REPEAT = milliseconds(10)
LAST_REPEAT = milliseconds(320)


class Half(msgspec.Struct):
    """One dual-homed bond: this node's half, and what is known of the peer's."""

    bond: str
    mlag_id: int
    ready: bool = False
    """M4.2 (i) holds."""
    distributing: bool = False
    confirmed: bool = False
    """The peer keeps its traffic off this bond: it counts our half as up."""
    number: int = 0
    """The newest fence number of ours in this session."""
    prepared: int = 0
    """The first Prepare since our last Down."""
    waiting: FenceKind | None = None
    """The kind of our newest fence while it is unanswered."""
    repeat: Instant = FIRST_REPEAT
    peer_number: int = 0
    """The newest fence number of the peer in this session."""
    peer_down: tuple[str, ...] = ()
    """Members of the peer port on which the peer's Down is the newest fence; () = its half counts as up."""


class Fences:
    """Both conversations of every dual-homed bond. Without a session halves open freely."""

    def __init__(self, bonds: tuple[BondConfig, ...]) -> None:
        self.halves = {bond.name: Half(bond.name, bond.mlag_id) for bond in bonds}
        self.session = False
        self.timers: Timers[str] = Timers()

    @property
    def outstanding(self) -> bool:
        """Some fence of ours is unanswered."""
        return any(half.waiting is not None for half in self.halves.values())

    def begin(self, now: Instant) -> list[Action]:
        """A session is up: every half counts as up (M4.1); ours that do not distribute say Down."""
        self.session = True
        actions: list[Action] = []
        for half in self.halves.values():
            half.number = half.peer_number = 0
            half.peer_down = ()
            half.waiting = None
            half.confirmed = half.distributing
            actions.append(SetFilter(half.bond, False))
            if not half.distributing:
                actions += [*self.wait_for_closed(half), *self._down(half, now)]
                if half.ready:
                    actions += self._prepare(half, now)
        return actions

    def end(self, open_halves: bool) -> list[Action]:
        """The session is over, its gate is shut. Copies go: the peer may have delivered the originals."""
        self.session = False
        actions: list[Action] = []
        for half in self.halves.values():
            self.timers.cancel(half.bond)
            if half.waiting is FenceKind.PREPARE:
                actions.append(DropCopies(half.bond))
            half.waiting = None
            half.confirmed = False
            half.peer_down = ()
            actions += [SetFilter(half.bond, False), SetEnvelope(half.bond, False)]
        return actions + (self.open() if open_halves else self.keep_shut())

    def open(self) -> list[Action]:
        """Nobody else carries these bonds: halves open as LACP lets them (M4.2, second alternative of ii)."""
        return [HoldDistribution(half.bond, False) for half in self.halves.values()]

    def keep_shut(self) -> list[Action]:
        """Change nothing and open nothing (M6.1)."""
        return [HoldDistribution(half.bond, True) for half in self.halves.values() if not half.distributing]

    def ready_changed(self, bond: str, ready: bool, now: Instant) -> list[Action]:
        """M4.2 (i) began or ended."""
        half = self.halves[bond]
        half.ready = ready
        if not self.session or half.distributing:
            return []
        if ready:
            return self._prepare(half, now)
        if half.waiting is FenceKind.PREPARE or half.confirmed:
            return self._down(half, now)
        return []

    def distributing_changed(self, bond: str, on: bool, now: Instant) -> list[Action]:
        """Members of this half began or ceased to distribute. It has stopped before it says Down (M4.3)."""
        half = self.halves[bond]
        half.distributing = on
        if not self.session or on:
            return []
        actions: list[Action] = [*self.wait_for_closed(half), *self._down(half, now)]
        if half.ready:
            actions += self._prepare(half, now)
        return actions

    def answered(self, answer: FenceAnswer) -> list[Action]:
        """The peer has closed its filter at this Prepare, and no later one opens it: any since our last Down will do,
        with the copies made since that one. Of a Down only the newest number counts."""
        half = self._by_id(answer.mlag_id)
        if half is None or half.waiting is None or answer.kind != half.waiting:
            return []
        oldest = half.prepared if half.waiting is FenceKind.PREPARE else half.number
        if not oldest <= answer.number <= half.number:
            return []
        kind, half.waiting = half.waiting, None
        self.timers.cancel(half.bond)
        if kind is FenceKind.DOWN:
            return []
        half.confirmed = True
        released = ReleaseCopies(half.bond, answer.number)
        return [released, SetEnvelope(half.bond, False), HoldDistribution(half.bond, False)]

    def received(self, member: str, fence: Fence, members: tuple[str, ...]) -> list[Action]:
        """A fence of the peer arrived on *member*; *members* of the peer port deliver (M3.4, M4.4)."""
        answer = Tell(FenceAnswer(fence.kind, fence.mlag_id, fence.number))
        half = self._by_id(fence.mlag_id)
        if half is None:
            return [answer]
        if self.stale(half, fence):
            return []
        half.peer_number = fence.number
        if fence.kind is FenceKind.PREPARE:
            half.peer_down = ()
            return [SetFilter(half.bond, False), answer]
        if member not in half.peer_down:
            half.peer_down += (member,)
        if all(other in half.peer_down for other in members):
            return [SetFilter(half.bond, True), answer]
        return []

    def members_changed(self, members: tuple[str, ...]) -> list[Action]:
        """A Down that a member which has left would have brought is waited for no longer (M3.4)."""
        return [
            SetFilter(half.bond, True)
            for half in self.halves.values()
            if half.peer_down and all(other in half.peer_down for other in members)
        ]

    def stale(self, half: Half, fence: Fence) -> bool:
        """M4.4: a fence that a later one has overtaken means nothing."""
        return fence.number < half.peer_number

    def wait_for_closed(self, half: Half) -> list[Action]:
        """M4.2: a half opens when the peer has closed its filter, not when LACP would let it."""
        return [HoldDistribution(half.bond, True)]

    def in_envelopes(self, half: Half) -> list[Action]:
        """M4.5: what enters by a half that counts as down says so when it crosses the peer port."""
        return [SetEnvelope(half.bond, True)]

    def known(self, mlag_ids: tuple[int, ...]) -> list[Action]:
        """The peer has named all its bonds: those of ours that are not among them have no other half that could
        deliver a second copy. Should the peer get one in this session, its Prepare comes first."""
        return [SetFilter(half.bond, True) for half in self.halves.values() if half.mlag_id not in mlag_ids]

    def advance(self, now: Instant) -> list[Action]:
        """Repeat what is unanswered, under a new number."""
        actions: list[Action] = []
        while (bond := self.timers.pop(now)) is not None:
            half = self.halves[bond]
            if half.waiting is not None:
                half.repeat = min(2 * half.repeat, LAST_REPEAT)
                actions += self._send(half, half.waiting, now)
        return actions

    def fingerprint(self, now: Instant) -> tuple[object, ...]:
        """Numbers are left out: only their order matters, and that is the pair's own."""
        return (
            self.session,
            tuple(
                (h.bond, h.ready, h.distributing, h.confirmed, h.waiting, h.repeat, h.peer_down)
                for h in self.halves.values()
            ),
            self.timers.fingerprint(now),
        )

    def _prepare(self, half: Half, now: Instant) -> list[Action]:
        half.repeat = FIRST_REPEAT
        return self._send(half, FenceKind.PREPARE, now)

    def _down(self, half: Half, now: Instant) -> list[Action]:
        actions: list[Action] = [DropCopies(half.bond)] if half.waiting is FenceKind.PREPARE else []
        half.confirmed = False
        half.repeat = FIRST_REPEAT
        return [*actions, *self.in_envelopes(half), *self._send(half, FenceKind.DOWN, now)]

    def _send(self, half: Half, kind: FenceKind, now: Instant) -> list[Action]:
        """Every fence, repeated ones too, has the next number."""
        half.number += 1
        if kind is FenceKind.PREPARE and half.waiting is not FenceKind.PREPARE:
            half.prepared = half.number
        half.waiting = kind
        self.timers.set(half.bond, now + half.repeat)
        fence = SendFence(Fence(kind, half.mlag_id, half.number))
        return [fence, KeepCopies(half.bond, half.number)] if kind is FenceKind.PREPARE else [fence]

    def _by_id(self, mlag_id: int) -> Half | None:
        return next((half for half in self.halves.values() if half.mlag_id == mlag_id), None)
