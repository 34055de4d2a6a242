"""TCM: topology change."""

import itertools

import pytest
from rstp_harness import INF, SUP, US, WORSE, C, D, Dut
from rstp_network import Network

from pyiccp._sansio import seconds
from pyiccp.rstp.events import SetAgeing
from pyiccp.wire._bpdu import TcnBpdu

check = pytest.mark.check
NO_EDGE = {"auto_edge": False}


def between() -> Dut:
    """p1 leads to the root, p2 and p3 forward and are no edges, all is quiet."""
    dut = Dut(port=NO_EDGE).up()
    dut.hear(1, D())
    dut.agree(2)
    dut.agree(3)
    dut.keep(10, p1=D())
    assert dut.open == "123"
    dut.run(1)
    return dut


@check("TCM-1")
def test_a_port_that_starts_to_forward() -> None:
    dut = Dut(port=NO_EDGE).up(1)
    dut.hear(1, D())
    dut.keep(10, p1=D())
    dut.run(0.3)
    since = dut.now
    dut.up(2)
    dut.agree(2)
    dut.run(1.7).keep(8, p1=D())
    for number in (1, 2):
        flagged = [round(at - since / 1e9, 6) for at, b in dut.timed(number, since) if b.flags.topology_change]
        assert flagged == [0.0, 2.0]


@check("TCM-2")
def test_change_told_by_the_root_port() -> None:
    dut = between()
    since = dut.now
    dut.hear(1, D(SUP, "FLT:D"))
    for number in (2, 3):
        assert dut.said(number, since) == ["FLT:D"]
    assert sorted(dut.flushes(since)) == ["p2", "p3"]
    dut.keep(5, p1=D())
    assert not any("T" in said for said in dut.said(1, since))
    for number in (2, 3):
        flagged = [at - since / 1e9 for at, b in dut.timed(number, since) if b.flags.topology_change]
        assert len(flagged) >= 2
        assert max(flagged) <= 3


@check("TCM-3")
def test_edge_ports_neither_tell_nor_flush() -> None:
    dut = Dut()
    dut.configure(2, admin_edge=True)
    dut.up()
    dut.hear(1, D())
    dut.agree(3)
    dut.keep(10, p1=D()).run(1)
    since = dut.now
    dut.hear(1, D(SUP, "FLT:D"))
    dut.run(5)
    assert dut.flushes(since) == ["p3"]
    assert not any("T" in said for said in dut.said(2, since))


@check("TCM-4")
def test_change_told_by_an_alternate_port() -> None:
    dut = between()
    dut.hear(2, D(cost=20001, port=0x8002))
    assert dut.roles == "RAD"
    dut.keep(10, p1=D(), p2=D(cost=20001, port=0x8002))
    since = dut.now + 1
    dut.run(0.5).hear(2, D(SUP, "FLT:D", cost=20001, port=0x8002))
    dut.run(1)
    assert not dut.flushes(since)
    assert not any("T" in said for n in (1, 2, 3) for said in dut.said(n, since))


@check("TCM-5")
def test_change_told_by_an_inferior_port() -> None:
    dut = between()
    since = dut.now
    dut.hear(2, D(INF, "T:D", bridge=WORSE))
    dut.run(0.9)
    assert not dut.flushes(since)
    assert not any("T" in said for n in (1, 2, 3) for said in dut.said(n, since))


@check("TCM-6")
def test_link_down_is_no_change() -> None:
    dut = between()
    since = dut.now
    dut.down(2)
    assert dut.flushes(since) == ["p2"]
    dut.keep(5, p1=D())
    assert not any("T" in said for n in (1, 3) for said in dut.said(n, since))


@check("TCM-7")
def test_change_every_second() -> None:
    dut = between()
    since = dut.now
    for n in range(60):
        dut.hear(1, D(SUP, "FLT:D"))
        dut.run(0.5)
        assert dut.core.bridge.ports["p2"].tcWhile.left(dut.now) <= seconds(3)
        dut.run(0.5)
        if n % 2:
            dut.hear(1, D())
    times = [at for at, _ in dut.timed(2, since)]
    assert len(times) <= 60
    assert all(b - a <= 2.001 for a, b in itertools.pairwise(times))


@check("TCM-8")
def test_restricted_tcn() -> None:
    dut = between()
    dut.configure(1, restricted_tcn=True)
    since = dut.now
    dut.hear(1, D(SUP, "FLT:D"))
    dut.run(5)
    assert not dut.flushes(since)
    assert not any("T" in said for n in (2, 3) for said in dut.said(n, since))


@check("TCM-9")
def test_one_change_in_a_ring_dies_out() -> None:
    network = Network("A.1-B.1 B.2-C.1 C.2-A.2 B.3-D.1", every_port=NO_EDGE).up("A.1", "B.2", "C.2").run(30)
    since = network.now
    network.up("B.3")
    network.run(20)
    flagged = [at - since for at, _, _, bpdu in network.sent if at >= since and bpdu.flags.topology_change]
    assert flagged
    assert max(flagged) <= seconds(2 * (2 + 1))


@check("TCM-10")
def test_stp_mode_ages_quickly_instead() -> None:
    dut = Dut(force_version=0, port=NO_EDGE).up()
    dut.hear(1, C(SUP))
    dut.keep(60, p1=C(SUP))
    since = dut.now
    dut.hear(1, C(SUP, "T"))
    dut.keep(30, p1=C(SUP))
    ageing = [(at - since, action.span) for at, action in dut.log if isinstance(action, SetAgeing) and at >= since]
    assert ageing == [(0, seconds(15)), (seconds(15), None)]
    assert not dut.flushes(since)
    dut.hear(2, TcnBpdu())
    assert dut.core.view().bridge == US


@check("TCM-2")
def test_every_change_is_told_on_not_only_the_first() -> None:
    dut = between()
    for _ in range(3):
        since = dut.now
        dut.hear(1, D(SUP, "FLT:D"))
        assert [dut.said(number, since) for number in (2, 3)] == [["FLT:D"], ["FLT:D"]]
        assert sorted(dut.flushes(since)) == ["p2", "p3"]
        dut.keep(10, p1=D()).run(1)


@check("TCM-1")
def test_what_a_port_hears_before_it_forwards_is_nothing() -> None:
    """A notification of a bridge below while the port learns is neither acknowledged nor remembered."""
    dut = Dut(port=NO_EDGE).up(1).run(10)
    dut.hear(1, C(INF, bridge=WORSE))
    dut.run(11)
    assert dut.view(1).learning
    assert not dut.view(1).forwarding
    dut.hear(1, TcnBpdu())
    since = dut.now
    dut.run(30)
    assert dut.view(1).forwarding
    assert not any(bpdu.flags.topology_change_ack for bpdu in dut.out(1, since))
