"""A planned stop: drain the bonds, say goodbye, go (M5)."""

from pyiccp.mlag import events as ev
from pyiccp.mlag.events import Action, Notice, Tell
from pyiccp.mlag.pair import STOP, Pair
from pyiccp.sansio import Instant, milliseconds
from pyiccp.wire.iccp.mlag import Goodbye

GOODBYE_TIME = milliseconds(50)
"""How long the goodbye has to reach the peer before the node is gone."""


def stop(pair: Pair, event: ev.StopRequested, now: Instant) -> list[Action]:
    """M5.1: stop distributing (the fence follows), S=0, keep collecting until the client has seen it."""
    if pair.stopping:
        return []
    pair.stopping = True
    pair.draining = tuple(pair.fences.halves)
    actions: list[Action] = [Notice("planned stop")]
    actions += leave(pair, now)
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
    pair.timers.set(STOP, now + GOODBYE_TIME)
    return [] if pair.session is None else [Tell(Goodbye())]


def stop_due(pair: Pair, now: Instant) -> list[Action]:
    """Nothing is left to do."""
    return [ev.Stopped()]
