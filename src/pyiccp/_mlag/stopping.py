"""A planned stop: drain the bonds, say goodbye, go; maintenance: the same, and stay (M5)."""

from pyiccp._mlag import events as ev
from pyiccp._mlag.events import Action, Mode, Notice, Tell
from pyiccp._mlag.pair import ALONE, STOP, Pair
from pyiccp._sansio import Instant, milliseconds
from pyiccp.wire.iccp._mlag import Goodbye

GOODBYE_TIME = milliseconds(50)
"""How long the goodbye has to reach the peer before the node is gone."""


def stop(pair: Pair, event: ev.StopRequested, now: Instant) -> list[Action]:
    """M5.1: stop distributing (the fence follows), S=0, keep collecting until the client has seen it."""
    if pair.stopping:
        return []
    pair.stopping = True
    return [Notice("planned stop"), *_drain(pair, now)]


def maintain(pair: Pair, event: ev.MaintenanceRequested, now: Instant) -> list[Action]:
    """M5.3. Who comes back does so as M8 says: in a new session, since the peer has been told goodbye in this one."""
    if event.on == pair.maintenance or pair.stopping:
        return []
    pair.maintenance = event.on
    if event.on:
        return [Notice("maintenance: the bonds are drained"), *_drain(pair, now)]
    pair.draining = ()
    said: list[Action] = [Notice("maintenance is over"), *pair.hold_bonds()]
    pair.mode = Mode.HOLD
    pair.timers.set(ALONE, now + pair.config.init_delay)
    if pair.session is None:
        return said
    return [*said, *pair.end_session(open_halves=False), ev.EndSession("maintenance is over")]


def _drain(pair: Pair, now: Instant) -> list[Action]:
    """Every half stops distributing and goes out of sync once its client has seen it."""
    pair.draining = tuple(pair.fences.halves)
    actions = leave(pair, now)
    return actions if pair.draining else [*actions, *_goodbye(pair, now)]


def leave(pair: Pair, now: Instant) -> list[Action]:
    """M4.3: first stop distributing - the fence follows -, then leave LACP."""
    actions: list[Action] = [ev.HoldDistribution(bond, True) for bond in pair.draining]
    return actions + [drain(bond) for bond in pair.draining]


def drain(bond: str) -> Action:
    """M5.1: S=0, and collect until the client has seen it."""
    return ev.Drain(bond)


def drained(pair: Pair, event: ev.DrainFinished, now: Instant) -> list[Action]:
    """One bond is out of use; when all are, goodbye."""
    if event.bond not in pair.draining:
        return []
    pair.draining = tuple(bond for bond in pair.draining if bond != event.bond)
    return [] if pair.draining else _goodbye(pair, now)


def _goodbye(pair: Pair, now: Instant) -> list[Action]:
    """M5.2: the peer keeps the pair identity."""
    said: list[Action] = [] if pair.session is None else [Tell(Goodbye())]
    if pair.stopping:
        pair.timers.set(STOP, now + GOODBYE_TIME)
        return said
    pair.mode = Mode.HOLD
    return [*said, *pair.hold_bonds(), Notice("maintenance: out of service")]


def stop_due(pair: Pair, now: Instant) -> list[Action]:
    """Nothing is left to do."""
    return [ev.Stopped()]
