"""HSK: proposal, agreement, sync."""

import pytest
from rstp_harness import BEST, INF, SUP, US, WORSE, D, Dut, T, told

from pyiccp._sansio import seconds
from pyiccp.rstp import Role
from pyiccp.rstp.events import PortStateApplied, SetForwarding, Transmit
from pyiccp.wire._bpdu import BridgeId

check = pytest.mark.check
NO_EDGE = {"auto_edge": False}


@check("HSK-1")
def test_an_agreement_opens_the_port() -> None:
    dut = Dut().up(1)
    assert dut.said(1) == ["P:D"]
    dut.agree(1)
    assert dut.view(1).forwarding
    assert dut.said(1)[-1] == "FLT:D"


@check("HSK-2")
def test_an_agreement_of_an_alternate_port_opens_it_as_well() -> None:
    dut = Dut().up(1)
    dut.agree(1, "A:B")
    assert dut.open == "1"
    assert dut.said(1)[-1] == "FLT:D"


@check("HSK-3")
def test_an_agreement_that_is_better_is_none() -> None:
    dut = Dut().up(1)
    dut.hear(1, D(SUP, "AFL:R", cost=0))
    assert not dut.view(1).forwarding
    assert not dut.view(1).agreed


@check("HSK-4", choice="an agreement that names another root is not accepted, even a worse one")
def test_an_agreement_for_another_root() -> None:
    dut = Dut().up(1)
    dut.hear(1, D(INF, "AFL:R", bridge=WORSE))
    assert not dut.view(1).agreed
    assert dut.open == ""
    dut.agree(1)
    assert dut.open == "1"


@check("HSK-5")
def test_no_agreement_on_a_shared_link() -> None:
    dut = Dut(port=NO_EDGE)
    dut.up(1, point_to_point=False)
    dut.agree(1)
    assert not dut.view(1).agreed
    dut.run(30)
    assert dut.learned(1) == [(20.0, True)]
    assert dut.switched(1) == [(22.0, True)]


@check("HSK-6")
def test_nobody_answers() -> None:
    dut = Dut(port=NO_EDGE).up(1).run(30)
    assert dut.learned(1) == [(20.0, True)]
    assert dut.switched(1) == [(22.0, True)]


@check("HSK-7")
@pytest.mark.parametrize("at_once", [True, False])
def test_a_proposal_shuts_what_is_not_in_step_before_the_agreement_leaves(at_once: bool) -> None:
    dut = Dut(port=NO_EDGE, applied_at_once=at_once).up(2, 3).run(30)
    assert dut.open == "23"
    dut.up(1)
    # What opened by the clock alone counts as agreed (17.29.3); a worse root takes that away.
    dut.hear(1, D(SUP, "FL:D"))
    dut.hear(1, D(SUP, "FL:D", cost=90000))
    assert dut.open == "123"
    actions = list(dut.hear(1, D(SUP, "P:D", cost=90000)))
    if not at_once:
        assert not [a for a in actions if isinstance(a, Transmit) and a.bpdu.flags.agreement]
        assert not [a for a in dut.applied(2) if isinstance(a, Transmit) and a.bpdu.flags.agreement]
        actions += dut.applied(3)
    commands = told(actions)
    shut = [commands.index(("forward", name, False)) for name in ("p2", "p3")]
    unlearn = [commands.index(("learn", name, False)) for name in ("p2", "p3")]
    (agreement,) = [
        n for n, a in enumerate(actions) if isinstance(a, Transmit) and a.port == "p1" and a.bpdu.flags.agreement
    ]
    assert max(shut + unlearn) < agreement
    assert dut.view(1).forwarding


@check("HSK-8")
def test_edge_ports_go_on() -> None:
    dut = Dut()
    dut.configure(2, admin_edge=True)
    dut.up(1, 2).run(1)
    dut.hear(1, D(SUP, "P:D"))
    assert dut.said(1)[-1].startswith("A")
    assert dut.switched(2) == [(0.0, True)]


@check("HSK-9")
def test_ports_that_have_an_agreement_go_on() -> None:
    dut = Dut(port=NO_EDGE).up()
    dut.hear(1, D(SUP, "FL:D"))
    dut.agree(2)
    assert dut.view(2).forwarding
    dut.hear(1, D(SUP, "P:D"))
    assert dut.said(1)[-1].startswith("A")
    assert dut.switched(2) == [(0.0, True)]


@check("HSK-10")
def test_a_proposal_on_an_alternate_port_is_agreed_to() -> None:
    dut = Dut().up()
    dut.hear(1, D(cost=0))
    dut.hear(2, D(SUP, "P:D", cost=10, port=0x8002))
    assert dut.said(2)[-1] == "A:B"
    assert dut.role(2) is Role.Alternate
    assert not dut.view(2).forwarding
    assert not dut.view(2).learning


@check("HSK-11")
def test_every_proposal_is_answered() -> None:
    dut = Dut().up(1)
    for _ in range(5):
        since = dut.now
        dut.hear(1, D(SUP, "P:D"))
        assert dut.said(1, since)[-1].startswith("A")
        dut.run(1.5)


@check("HSK-12")
@pytest.mark.parametrize("at_once", [True, False])
def test_the_old_root_port_shuts_before_the_new_one_opens(at_once: bool) -> None:
    dut = Dut(applied_at_once=at_once, port=NO_EDGE).up(1)
    dut.hear(1, D())
    assert dut.open == "1"
    dut.up(2)
    actions = list(dut.hear(2, D(BEST, "P:D", bridge=BEST)))
    assert dut.roles == "DRD"
    if not at_once:
        assert ("forward", "p2", True) not in told(actions)
        actions += dut.applied(1)
    assert told(actions).index(("forward", "p1", False)) < told(actions).index(("forward", "p2", True))
    assert dut.open == "2"


@check("HSK-13")
def test_a_dispute() -> None:
    dut = Dut(port=NO_EDGE).opened(1).run(1)
    heard = dut.now / 1e9
    dut.hear(1, D(INF, "L:D", bridge=WORSE))
    assert not dut.view(1).forwarding
    assert not dut.view(1).learning
    assert dut.said(1)[-1].startswith("P")
    dut.run(10)
    (opened,) = [at for at, on in dut.switched(1) if on and at > heard]
    assert opened - heard == pytest.approx(4)
    (learned,) = [at for at, on in dut.learned(1) if on and at > heard]
    assert learned - heard == pytest.approx(2)


@check("HSK-14")
def test_inferior_without_learning_disputes_nothing() -> None:
    dut = Dut(port=NO_EDGE).opened(1).run(1)
    dut.hear(1, D(INF, "P:D", bridge=WORSE))
    assert dut.run(5).switched(1) == [(0.0, True)]


@check("HSK-15")
def test_one_way_link() -> None:
    dut = Dut().up().keep(60, p1=D(SUP, "P:D"))
    assert dut.switched(1) == [(0.0, True)]
    assert dut.role(1) is Role.Root


@check("HSK-16")
def test_agreement_after_the_root_got_worse() -> None:
    dut = Dut(port=NO_EDGE).up(1)
    dut.hear(1, D(SUP, "FL:D"))
    dut.opened(2).run(5)
    dut.hear(1, D(SUP, "FL:D", cost=50000))
    assert dut.view(2).forwarding
    assert not dut.view(2).agreed
    since = dut.now = dut.now + seconds(2)
    dut.hear(1, D(SUP, "P:D", cost=50000))
    assert dut.said(1, since)[-1].startswith("A")


@check("HSK-17")
def test_alternate_takes_over() -> None:
    dut = Dut().up()
    dut.hear(1, D(cost=0, port=0x8001))
    dut.hear(2, D(cost=0, port=0x8002))
    dut.run(1)
    dut.down(1)
    assert dut.role(2) is Role.Root
    assert dut.open[0] == "2"
    assert all(dut.core.bridge.ports[name].rrWhile.zero for name in ("p1", "p3"))


@check("HSK-18")
def test_a_recent_backup_port_waits() -> None:
    dut = Dut(2, port=NO_EDGE).up()
    dut.hear(2, D(US, cost=0, bridge=US, port=0x8001))
    assert dut.role(2) is Role.Backup
    dut.run(1)
    became = dut.now / 1e9
    dut.hear(2, D(SUP, "FL:D"))
    assert dut.role(2) is Role.Root
    dut.keep(6, p2=D(SUP, "FL:D"))
    ((learned, _),) = dut.learned(2)
    assert learned - became == pytest.approx(2)  # the forward delay (one hello) it had as Backup, within rbWhile = 4 s
    ((opened, _),) = dut.switched(2)
    assert opened - became == pytest.approx(4)


def test_a_late_answer_is_not_taken_for_the_answer_to_a_later_command() -> None:
    dut = Dut(port=NO_EDGE, applied_at_once=False).opened(1).run(1)
    dut.hear(1, D(INF, "L:D", bridge=WORSE))
    assert dut.view(1).forwarding, "until the data plane says otherwise"
    dut.agree(1)
    assert ("forward", "p1", True) not in told(dut.last)
    actions = dut.do(PortStateApplied("p1"))
    assert [a.on for a in actions if isinstance(a, SetForwarding)] == [True]
    dut.do(PortStateApplied("p1"))
    assert dut.view(1).forwarding


def test_tester_is_not_us() -> None:
    assert BridgeId(T.priority, T.mac) != US
