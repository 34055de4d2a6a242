"""The MLAG core of one node: events in, actions out."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pyiccp._mlag import events as ev
from pyiccp._mlag import joining, losing, stopping
from pyiccp._mlag.events import Action, Event, MlagConfig, Mode, Notice, Remember, Tell
from pyiccp._mlag.pair import (
    ALONE,
    ASK,
    BOTH_HELD,
    FOREIGN,
    FOREIGN_BRIDGE,
    LEASE,
    MOVE,
    POLLING,
    RECOVERY,
    RELEASE,
    SILENCE,
    STOP,
    Pair,
)
from pyiccp._mlag.partners import PART
from pyiccp._mlag.store import Store
from pyiccp._sansio import Instant, seconds
from pyiccp.wire._mac import Mac, mac_text
from pyiccp.wire.iccp._mlag import BondUp

FOREIGN_SILENCE = seconds(6)
"""Three hellos of a bridge that must not be there."""


class MlagCore:
    """One node of a pair; see sansio.Core. `start` comes before everything else."""

    def __init__(self, config: MlagConfig, store: Store) -> None:
        self.config = config
        self.pair = Pair(config, store)

    # --- what others read

    @property
    def connected(self) -> bool:
        """The session is up and the roles are known."""
        return self.primary is not None

    @property
    def primary(self) -> bool | None:
        """The role; None unless connected."""
        session = self.pair.session
        return session.outcome.primary if session is not None and session.outcome is not None else None

    @property
    def system_id(self) -> Mac | None:
        """The pair identity; None unless connected (M2.3)."""
        return self.pair.store.system if self.connected else None

    @property
    def gate(self) -> bool:
        """This end of the peer port carries data."""
        return self.pair.session is not None and self.pair.session.gate and not self.pair.problem

    @property
    def status(self) -> str:
        """`connecting`, `connected` or an error text (M2.3)."""
        return self.config.blocked or self.pair.problem or ("connected" if self.connected else "connecting")

    # --- the core interface

    @property
    def deadline(self) -> Instant | None:
        """When `advance` is next due."""
        if self._unfinished:
            return self.pair.seen
        ours, fences = self.pair.timers.next, self.pair.fences.timers.next
        if ours is None or fences is None:
            return fences if ours is None else ours
        return min(ours, fences)

    def start(self, now: Instant) -> Sequence[Action]:
        """The node begins: its bonds are held, its peer port is shut, its incarnation is stored first."""
        pair = self.pair
        pair.seen = now
        pair.timers.set(LEASE, now + self.config.liveness)
        pair.timers.set(ALONE, now + self.config.init_delay)
        actions: list[Action] = [Remember(pair.store), pair.bridge_identity()]
        if pair.mode is Mode.ISOLATED:
            actions += pair.suspend_orphans(True)
        if pair.copied is not None:
            whose = f"what was remembered is the node's with bridge MAC {mac_text(pair.copied)}"
            actions.insert(0, Notice(f"{whose}, a copied disk: starting as a fresh node"))
        return [*actions, *losing.poll(pair, now)] if self.config.keepalive else actions

    def handle(self, event: Event, now: Instant) -> Sequence[Action]:
        """See sansio.Core. With a configuration error of type 1 MLAG stays as it began: held."""
        actions = self.lease(now)
        if self.config.blocked and not isinstance(event, ev.StopRequested):
            return actions
        actions += _HANDLERS[type(event)](self.pair, event, now)
        actions += self.pair.partners.settle(self.pair.chooser)
        # A message may bring hundreds of events in one call of the node.
        few = len(self.pair.partners.owed) <= PART
        return [*actions, *self.pair.partners.require()] if few else actions

    def advance(self, now: Instant) -> Sequence[Action]:
        """See sansio.Core."""
        actions = [*self.lease(now), *self.pair.fences.advance(now)]
        while (key := self.pair.timers.pop(now)) is not None:
            actions += _TIMEOUTS[key](self.pair, now)
        unfinished = self._unfinished
        if self.pair.steps:
            actions += self.pair.next_step()
        actions += [*self.pair.partners.settle(self.pair.chooser), *self.pair.partners.require()]
        return [*actions, *joining.go_on(self.pair, now)] if unfinished else actions

    def lease(self, now: Instant) -> list[Action]:
        """M2.4: comes before anything else at *now*. A node that slept does not trust what it knew."""
        pair = self.pair
        slept = now - pair.seen > 2 * self.config.liveness
        pair.seen = now
        if not slept or self.config.blocked:
            return []
        actions: list[Action] = [Notice("frozen: nothing was handled for more than two heartbeats; starting over")]
        pair.mode = Mode.HOLD
        pair.deciding = False
        actions += pair.hold_bonds()
        if pair.session is not None:
            actions += [*pair.end_session(open_halves=False), ev.EndSession("frozen")]
        for key in (ASK, RECOVERY, BOTH_HELD, RELEASE):
            pair.timers.cancel(key)
        pair.timers.set(LEASE, now + self.config.liveness)
        pair.timers.set(ALONE, now + self.config.init_delay)
        return [*actions, *pair.present(pair.solo_identity), *pair.release_tree(), ev.DropEverything()]

    @property
    def _unfinished(self) -> bool:
        """The calls to come, due at once, go on with what this one began."""
        return bool(self.pair.steps or self.pair.partners.owed)

    def fingerprint(self, now: Instant) -> tuple[Any, ...]:
        """See sansio.Core."""
        return self.pair.fingerprint(now)


def _half_changed(pair: Pair, event: ev.HalfChanged, now: Instant) -> list[Action]:
    return pair.fences.ready_changed(event.bond, event.ready, now)


def _distributing_changed(pair: Pair, event: ev.DistributingChanged, now: Instant) -> list[Action]:
    actions = pair.fences.distributing_changed(event.bond, event.on, now)
    if pair.session is not None:
        actions.append(Tell(BondUp(pair.fences.halves[event.bond].mlag_id, event.on)))
    elif pair.deciding and not event.on:
        actions.append(ev.HoldDistribution(event.bond, True))
    return actions


def _partners_changed(pair: Pair, event: ev.PartnersChanged, now: Instant) -> list[Action]:
    connected = pair.session is not None and pair.session.outcome is not None
    return pair.partners.heard(event.bond, event.partners, connected)


def _fence_received(pair: Pair, event: ev.FenceReceived, now: Instant) -> list[Action]:
    if pair.session is None:
        return []
    return pair.fences.received(event.member, event.fence, pair.members)


def _pair_checked(pair: Pair, event: ev.PairChecked, now: Instant) -> list[Action]:
    before = pair.holds
    pair.mismatch = event
    return pair.hold_changed(before)


def _members_changed(pair: Pair, event: ev.MembersChanged, now: Instant) -> list[Action]:
    pair.members = event.members
    return [] if pair.session is None else pair.fences.members_changed(event.members)


def _peer_refused(pair: Pair, event: ev.PeerRefused, now: Instant) -> list[Action]:
    return _refuse(pair, event.why)


def _peer_start_heard(pair: Pair, event: ev.PeerStartHeard, now: Instant) -> list[Action]:
    return [pair.remember(replay=event.start)]


def _refuse(pair: Pair, why: str) -> list[Action]:
    """M3.2: an error state, shown, and the gate is shut as long as it lasts; one end doing so is enough."""
    changed = bool(pair.problem) != bool(why)
    pair.problem = why
    session = pair.session
    if session is None or not session.gate or not changed:
        return []
    return [ev.SetGate(not why), *([ev.DropPeerQueue()] if why else [])]


def _bridge_heard(pair: Pair, event: ev.BridgeHeard, now: Instant) -> list[Action]:
    pair.timers.set(FOREIGN, now + FOREIGN_SILENCE)
    if pair.problem:
        return []
    return [*_refuse(pair, FOREIGN_BRIDGE), Notice(FOREIGN_BRIDGE)]


def _foreign_due(pair: Pair, now: Instant) -> list[Action]:
    return _refuse(pair, "") if pair.problem == FOREIGN_BRIDGE else []


def _lease_due(pair: Pair, now: Instant) -> list[Action]:
    pair.timers.set(LEASE, now + pair.config.liveness)
    return []


_HANDLERS: Mapping[type, Callable[[Pair, Any, Instant], list[Action]]] = MappingProxyType(
    {
        ev.SessionCameUp: joining.session_up,
        ev.SessionWentDown: losing.session_down,
        ev.PeerSaid: joining.peer_said,
        ev.HostsSynchronized: joining.hosts_synchronized,
        ev.TreeSynchronized: joining.tree_synchronized,
        ev.PairChecked: _pair_checked,
        ev.HalfChanged: _half_changed,
        ev.DistributingChanged: _distributing_changed,
        ev.PartnersChanged: _partners_changed,
        ev.DrainFinished: stopping.drained,
        ev.FenceReceived: _fence_received,
        ev.MembersChanged: _members_changed,
        ev.PeerStartHeard: _peer_start_heard,
        ev.KeepaliveReceived: losing.keepalive,
        ev.PeerRefused: _peer_refused,
        ev.BridgeHeard: _bridge_heard,
        ev.StopRequested: stopping.stop,
        ev.MaintenanceRequested: stopping.maintain,
    }
)
_TIMEOUTS: Mapping[str, Callable[[Pair, Instant], list[Action]]] = MappingProxyType(
    {
        LEASE: _lease_due,
        POLLING: losing.poll,
        ASK: losing.ask_due,
        ALONE: losing.alone_due,
        BOTH_HELD: losing.both_held_due,
        RECOVERY: losing.recovery_due,
        SILENCE: losing.silence_due,
        STOP: stopping.stop_due,
        MOVE: joining.move_due,
        RELEASE: losing.release_due,
        FOREIGN: _foreign_due,
    }
)
