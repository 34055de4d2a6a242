"""Arrows that no check of the list holds by itself: most enter the box again that a port is in already.

Each was found by deleting it (tests/rstp/mutants.py): what a user would have seen is told here.
"""

import pytest
from rstp_harness import BEST, INF, SUP, WORSE, C, D, Dut

from pyiccp._sansio import seconds
from pyiccp.rstp import Role
from pyiccp.rstp.events import Transmit
from pyiccp.wire._bpdu import BridgeId
from pyiccp.wire._mac import mac

NO_EDGE = {"auto_edge": False}
OTHER = BridgeId(0x2000, mac("02:00:00:00:00:03"))
THIRD = BridgeId(0x3000, mac("02:00:00:00:00:04"))


def test_a_port_without_a_link_waits_for_nothing() -> None:
    """PRX DISCARD and PPM CHECKING_RSTP: what counted while the link was up stands still, nothing wakes the bridge."""
    dut = Dut(1).up().run(1).down(1)
    port = dut.core.bridge.ports["p1"]
    assert [timer.name for timer in port.timers if dut.core.clock.timers.get(timer) is not None] == []
    assert dut.core.deadline is None


def test_a_link_that_bounces_has_three_seconds_of_rst_again() -> None:
    """PPM CHECKING_RSTP. 1. Up for a second, down for one, up. 2. Four seconds after the first up a legacy bridge
    speaks: the three seconds of the second up are not over."""
    dut = Dut(port=NO_EDGE).up(1).run(1).down(1).run(1).up(1).run(2)
    dut.hear(1, C(INF, bridge=WORSE))
    assert dut.view(1).send_rstp
    dut.run(1.1).hear(1, C(INF, bridge=WORSE))
    assert not dut.view(1).send_rstp


def test_an_edge_by_silence_is_none_when_the_link_returns() -> None:
    """BDM EDGE: 1. Silence made p1 an edge. 2. The link bounces: p1 asks anew before it forwards."""
    dut = Dut().up(1).run(4)
    assert (dut.view(1).oper_edge, dut.open) == (True, "1")
    dut.down(1).run(1).up(1)
    assert (dut.view(1).oper_edge, dut.open) == (False, "")


def test_a_neighbour_that_falls_silent_twice_is_isolated_twice() -> None:
    """BDM ISOLATED: 1. Silence isolates p1. 2. A BPDU ends that. 3. Silence again: isolated again."""
    dut = Dut(port={"auto_edge": False, "auto_isolate": True}).up(1)
    for _ in range(2):
        dut.keep(10, p1=D(SUP))
        assert not dut.view(1).isolated
        dut.run(20)
        assert dut.view(1).isolated


def test_the_bpdu_that_proves_the_link_is_heard() -> None:
    """PIM DISABLED: 1. The link event is late. 2. The BPDU that proves the link is answered, not only counted."""
    dut = Dut()
    actions = dut.hear(1, D(SUP, "P:D"))
    assert dut.role(1) is Role.Root
    assert any(isinstance(action, Transmit) and action.bpdu.flags.agreement for action in actions)


def test_a_port_that_ages_waits_by_its_own_delay() -> None:
    """PIM AGED: 1. A legacy root with a forward delay of 30 s falls silent before its port has opened. 2. The bridge is
    the root now: it waits for its own 15 s, as it tells its neighbours."""
    dut = Dut(1, port=NO_EDGE, force_version=0).up()
    dut.hear(1, C(SUP, delay=30))
    assert dut.role(1) is Role.Root
    aged = dut.run(6).now / 1e9
    assert dut.role(1) is Role.Designated
    dut.run(60)
    ((learned, _),) = dut.learned(1)
    assert learned - aged == pytest.approx(15, abs=0.01)


def test_a_link_that_was_lost_before_it_opened_waits_in_full_when_it_returns() -> None:
    """PRT DISABLE_PORT: 1. Up for a second, then down for a minute. 2. Up: nothing of the wait has passed meanwhile."""
    dut = Dut(1, port=NO_EDGE).up().run(1).down(1).run(60)
    up = dut.up().now / 1e9
    dut.run(60)
    ((learned, _),) = dut.learned(1)
    assert learned - up >= 15


def test_a_port_without_a_link_forgets_that_others_were_to_reroot() -> None:
    """PRT DISABLED_PORT. 1. p3 is down while p1 becomes the root port and asks all to re-root. 2. p3 hears a better
    root: it becomes the root port in one step, and asks the others anew; it opens at once."""
    dut = Dut(port=NO_EDGE).up(1)
    dut.hear(1, D(SUP, "P:D"))
    assert dut.open == "1"
    dut.hear(3, D(BEST, "P:D", bridge=OTHER))
    assert dut.role(3) is Role.Root
    assert dut.open == "3"


def shared_root() -> Dut:
    """p1 is the root port on a shared segment, and has opened by the clock."""
    dut = Dut(port=NO_EDGE)
    dut.up(1, point_to_point=False)
    dut.keep(40, p1=D(SUP))
    assert (dut.role(1), dut.open) == (Role.Root, "1")
    return dut


def test_a_root_port_that_was_retired_forwards_on_as_designated() -> None:
    """PRT REROOTED: 1. p1 opened as root port, on a shared segment: all had been told to re-root, p1 too. 2. The bridge
    itself becomes the root. Nothing of the old request is left on p1: it forwards on."""
    dut = shared_root()
    dut.reconfigure(priority=0)
    assert dut.role(1) is Role.Designated
    assert dut.open == "1"
    assert [on for _, on in dut.switched(1)] == [True]


@pytest.mark.parametrize(("later", "forwards_on"), [(20, False), (31, True)])
def test_a_recent_root_is_recent_for_the_delay_of_its_last_root(later: float, forwards_on: bool) -> None:
    """PRT ROOT_PORT: 1. p1 is the root port; its root's forward delay changes from 15 s to 30 s. 2. The bridge becomes
    the root, p1 forwards on. 3. Twenty seconds later p2 comes up as root port: p1 was root port too recently."""
    dut = shared_root()
    dut.hear(1, D(SUP, delay=30))
    dut.reconfigure(priority=0)
    dut.run(later)
    dut.hear(2, D(BEST, bridge=OTHER))
    assert (dut.role(1), dut.role(2)) == (Role.Designated, Role.Root)
    assert [on for _, on in dut.switched(1)] == ([True] if forwards_on else [True, False])


def test_an_alternate_port_syncs_before_it_agrees() -> None:
    """PRT ALTERNATE_PROPOSED: 1. p3 forwards to a legacy bridge. The way to the root gets longer, and that bridge
    cannot agree. 2. p2 comes up as Alternate port and is asked: p3 shuts first, then p2 agrees."""
    dut = Dut(port=NO_EDGE).up(1, 3).run(4)
    dut.keep(40, p1=D(SUP), p3=C(INF, bridge=WORSE))
    dut.hear(1, D(SUP, cost=20500))
    dut.up(2)
    dut.hear(2, D(SUP, cost=21000, bridge=OTHER))
    assert (dut.roles, dut.open) == ("RAD", "13")
    assert not any(bpdu.flags.agreement for bpdu in dut.out(2))
    actions = dut.hear(2, D(SUP, "P:D", cost=21000, bridge=OTHER))
    assert dut.open == "1"
    assert [a.bpdu.flags.agreement for a in actions if isinstance(a, Transmit) and a.port == "p2"] == [True]


def test_an_alternate_port_counts_from_the_delay_of_its_neighbour() -> None:
    """PRT ALTERNATE_PORT: 1. p1 is Alternate towards a rapid bridge, which is then replaced by a legacy one. 2. p1
    becomes Designated. It opens by the forward delay, not by the hello time."""
    dut = Dut(port=NO_EDGE).up(1, 2).keep(4, p1=D(SUP), p2=D(SUP, cost=19000, bridge=OTHER))
    assert dut.roles[:2] == "AR"
    dut.keep(4, p1=C(SUP), p2=D(SUP, cost=19000, bridge=OTHER))
    assert not dut.view(1).send_rstp
    became = dut.now / 1e9
    dut.hear(2, D(SUP, cost=0, bridge=SUP))
    dut.keep(40, p2=D(SUP, cost=0, bridge=SUP))
    assert dut.role(1) is Role.Designated
    learned = dut.learned(1)[-1]
    assert learned == (pytest.approx(became + 15, abs=0.01), True)


def test_an_alternate_port_forgets_that_others_were_to_reroot() -> None:
    """PRT ALTERNATE_PORT: 1. p2 is Alternate while p3, on a shared segment, comes up as the new root port and asks all
    to re-root. 2. p1 goes, p3 hears something worse. p2 becomes the root port: it asks p3 anew, and opens at once."""
    dut = Dut(port=NO_EDGE).up(1, 2).keep(4, p1=D(SUP), p2=D(SUP, cost=21000, bridge=OTHER))
    assert (dut.roles[:2], dut.open) == ("RA", "1")
    dut.up(3, point_to_point=False)
    dut.hear(3, D(SUP, cost=19500, bridge=THIRD))
    assert (dut.roles, dut.open) == ("AAR", "3")
    dut.down(1).hear(3, D(SUP, cost=30000, bridge=THIRD))
    assert (dut.role(2), dut.role(3)) == (Role.Root, Role.Designated)
    assert dut.open == "2"


def test_a_backup_port_waits_by_the_hello_time_as_it_is_now() -> None:
    """PRT BACKUP_PORT: 1. p2 is Backup while the bridge's hello time changes from 2 s to 1 s. 2. p2 becomes the root
    port: it waits by the new hello time before it opens."""
    dut = Dut(2, port=NO_EDGE).up()
    dut.hear(2, dut.out(1)[-1])
    assert dut.role(2) is Role.Backup
    dut.reconfigure(hello_time=seconds(1))
    assert dut.role(2) is Role.Backup
    became = dut.run(0.5).now / 1e9
    dut.hear(2, D(BEST, bridge=OTHER))
    assert dut.role(2) is Role.Root
    dut.keep(6, p2=D(BEST, bridge=OTHER))
    assert dut.switched(2) == [(pytest.approx(became + 2), True)]
