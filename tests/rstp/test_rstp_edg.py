"""EDG: edge ports and guards."""

import pytest
from rstp_harness import INF, SUP, US, WORSE, C, D, Dut
from rstp_network import Network

from pyiccp._sansio import seconds
from pyiccp.rstp import Reason, Role
from pyiccp.rstp.events import GuardCleared, Incident, ReportIncident
from pyiccp.wire._bpdu import ConfigBpdu

check = pytest.mark.check


def edge(**over: object) -> Dut:
    dut = Dut()
    dut.configure(1, admin_edge=True, **over)
    return dut


@check("EDG-1")
def test_admin_edge_forwards_before_it_speaks() -> None:
    dut = edge().up(1).run(4)
    assert dut.said(1) == ["FL:D"] * 3
    assert dut.switched(1) == [(0.0, True)]


@check("EDG-2")
def test_silence_makes_an_edge() -> None:
    dut = Dut().up(1).run(10)
    ((opened, _),) = dut.switched(1)
    assert 3 <= opened <= 4
    assert dut.view(1).oper_edge
    assert not any("T" in said for said in dut.said(1))


@check("EDG-3")
@pytest.mark.parametrize("bpdu", [D(INF, "P:D", bridge=WORSE), D(INF, "FL:D", bridge=WORSE), C(INF, bridge=WORSE)])
def test_a_bpdu_ends_the_edge(bpdu: object) -> None:
    dut = edge().up(1).run(5)
    dut.hear(1, bpdu)  # type: ignore[arg-type]
    assert not dut.view(1).oper_edge
    assert dut.role(1) is Role.Designated
    assert not dut.view(1).forwarding
    assert dut.said(1)[-1] == (":U" if isinstance(bpdu, ConfigBpdu) else "P:D")


@check("EDG-3")
def test_a_superior_bpdu_ends_the_edge_as_well() -> None:
    dut = edge().up(1).run(5)
    dut.hear(1, D(SUP))
    assert not dut.view(1).oper_edge
    assert dut.role(1) is Role.Root


@check("EDG-4")
@pytest.mark.parametrize("bpdu", [D(INF, "P:D", bridge=WORSE), D(SUP)])
def test_silence_makes_it_an_edge_again(bpdu: D) -> None:  # type: ignore[valid-type]
    dut = Dut().up(1).run(5)
    assert dut.view(1).oper_edge
    dut.hear(1, bpdu)
    assert not dut.view(1).oper_edge
    dut.run(3 * 2 + 3.001)
    assert dut.view(1).oper_edge
    assert dut.view(1).forwarding


@check("EDG-5")
def test_admin_edge_comes_back_with_the_link() -> None:
    dut = edge(auto_edge=False).up(1)
    dut.hear(1, D(INF, "P:D", bridge=WORSE))
    assert not dut.run(10).view(1).oper_edge
    dut.down(1).up(1)
    assert dut.view(1).oper_edge
    assert dut.view(1).forwarding
    assert dut.said(1)[-1] == "FL:D"


@check("EDG-6")
def test_auto_edge_on_a_shared_link_takes_max_age() -> None:
    dut = Dut()
    dut.up(1, point_to_point=False).run(19.9)
    assert not dut.view(1).oper_edge
    assert dut.run(0.2).view(1).oper_edge


@check("EDG-7")
def test_edge_ports_tell_of_no_change() -> None:
    dut = edge()
    dut.opened(2).run(10)
    since = dut.now
    for _ in range(10):
        dut.up(1).run(1).down(1).run(1)
    assert not any("T" in said for n in (1, 2) for said in dut.said(n, since))


@check("EDG-8")
def test_bpdu_guard() -> None:
    dut = edge(bpdu_guard=True).up()
    dut.agree(2)
    actions = dut.hear(1, D(INF, bridge=WORSE))
    assert ReportIncident("p1", Incident.BPDU_GUARD) in actions
    view = dut.view(1)
    assert (view.role, view.forwarding, view.guarded, view.reason) == (Role.Disabled, False, True, Reason.BPDU_GUARD)
    assert dut.view(2).forwarding
    since = dut.now + 1
    dut.run(100).hear(1, D(INF, bridge=WORSE))
    assert not dut.out(1, since)
    assert dut.role(1) is Role.Disabled
    dut.do(GuardCleared("p1"))
    assert dut.view(1).forwarding
    assert dut.switched(2) == [(0.0, True)]


@check("EDG-8")
def test_bpdu_guard_lets_go_by_an_operator_or_by_its_timer() -> None:
    dut = edge(bpdu_guard=True, guard_recovery=seconds(30)).up(1)
    dut.hear(1, D(INF, bridge=WORSE))
    assert dut.run(29.9).view(1).guarded
    assert dut.run(0.2).view(1).forwarding
    dut.hear(1, D(INF, bridge=WORSE))
    dut.configure(1, enabled=False)
    assert dut.view(1).reason is Reason.PORT_DISABLED
    dut.configure(1, enabled=True)
    assert dut.view(1).forwarding


@check("EDG-9")
def test_bpdu_filter() -> None:
    dut = Dut()
    dut.configure(1, bpdu_filter=True)
    dut.up().keep(10, p1=D(SUP))
    assert dut.roles == "DDD"
    assert dut.out(1) == []
    assert dut.view(1).oper_edge
    assert len(dut.out(2)) == 6


@check("EDG-10")
@pytest.mark.parametrize("settings", [{}, {"admin_edge": True}])
def test_a_cable_between_two_own_ports(settings: dict[str, object]) -> None:
    network = Network("A.1-A.2 A.3-B.1", every_port=settings).up()
    network.run(0.001)
    for _ in range(60):
        network.run(0.5)
        views = [network.cores["A"].port(name) for name in ("A.1", "A.2")]
        assert [view.role.name for view in views] == ["Designated", "Backup"]
        assert not views[1].forwarding
        assert not any(view.oper_edge for view in views)


@check("EDG-11")
def test_a_port_that_hears_itself() -> None:
    dut = Dut().up(1)
    for _ in range(240):
        before = len(dut.out(1))
        dut.run(0.25)
        for bpdu in dut.out(1)[before:]:
            dut.hear(1, bpdu)
        assert not dut.view(1).oper_edge
        assert not dut.view(1).forwarding
    assert len(dut.out(1)) < 90
    assert dut.out(1)[0].bridge == US


@check("EDG-12")
def test_auto_isolate_keeps_a_silent_link_shut() -> None:
    dut = Dut(port={"auto_edge": False, "auto_isolate": True}).up(1).keep(10, p1=D(SUP))
    assert dut.view(1).forwarding
    dut.run(60)
    view = dut.view(1)
    assert (view.role, view.forwarding, view.isolated, view.reason) == (
        Role.Designated,
        False,
        True,
        Reason.ISOLATED,
    )
    assert not [at for at, on in dut.switched(1) if on and at > 10]
    dut.hear(1, D(SUP))
    assert dut.view(1).forwarding
    fresh = Dut(port={"auto_edge": False, "auto_isolate": True}).up(1).run(100)
    assert fresh.switched(1) == []
