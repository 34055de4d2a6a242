"""Maintenance (M5.3): out of service without stopping, and back as after a restart (M8)."""

from mlag.pairs import LOW, Couple
from mlag.test_pair import joined
from pyiccp._mlag import events as ev
from pyiccp._mlag.events import Mode


def drained() -> Couple:
    """Node 0 has carried the bond, and is in maintenance now."""
    pair = joined(keepalive=True)
    pair.say(0, ev.DistributingChanged("bond", True))
    pair.say(0, ev.MaintenanceRequested(True))
    assert ev.Drain("bond") in pair.sides[0].log and pair.sides[0].distribution_held
    pair.say(0, ev.DistributingChanged("bond", False))
    pair.say(0, ev.DrainFinished("bond"))
    pair.run(1.0)
    return pair


def test_the_bonds_stay_out_and_the_node_stays() -> None:
    pair = drained()
    assert pair.sides[0].held
    assert ev.Stopped() not in pair.sides[0].log
    assert pair.sides[0].core.connected and pair.sides[0].gate
    pair.run(60.0)
    assert pair.sides[0].held


def test_the_peer_was_told_so_the_node_may_be_switched_off() -> None:
    pair = drained()
    pair.crash(0)
    assert not pair.sides[1].core.pair.deciding
    assert pair.sides[1].identity is not None and pair.sides[1].identity.system == LOW


def test_a_session_that_comes_anew_takes_nothing_in_and_tells_the_peer_again() -> None:
    pair = drained()
    pair.disconnect()
    pair.run(1.0)
    pair.connect()
    pair.run(60.0)
    assert pair.sides[0].held
    pair.crash(0)
    assert not pair.sides[1].core.pair.deciding


def test_leaving_is_a_return() -> None:
    pair = drained()
    pair.say(0, ev.MaintenanceRequested(False))
    assert ev.EndSession("maintenance is over") in pair.sides[0].log
    assert pair.sides[0].core.pair.mode is Mode.HOLD and pair.sides[0].held
    pair.disconnect()
    pair.connect()
    pair.run(1.0)
    assert not pair.sides[0].held
    assert pair.sides[0].core.pair.mode is Mode.NORMAL
    assert not pair.sides[1].core.pair.session.goodbye  # type: ignore[union-attr]


def test_asked_twice_or_while_stopping_nothing_more_is_done() -> None:
    pair = drained()
    said = len(pair.sides[0].log)
    pair.say(0, ev.MaintenanceRequested(True))
    assert len(pair.sides[0].log) == said
    pair.say(0, ev.StopRequested())
    pair.say(0, ev.MaintenanceRequested(False))
    assert pair.sides[0].core.pair.maintenance
