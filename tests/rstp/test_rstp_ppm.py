"""PPM: neighbours that speak STP."""

from itertools import pairwise

import pytest
from rstp_harness import INF, SUP, US, WORSE, C, D, Dut, letters

from pyiccp._sansio import seconds
from pyiccp.rstp import Role
from pyiccp.rstp.events import MigrationChecked
from pyiccp.wire._bpdu import ConfigBpdu, RstBpdu, TcnBpdu

check = pytest.mark.check
BELOW = C(INF, bridge=WORSE)


def kinds(dut: Dut, number: int, since: int = 0) -> str:
    """C, R or T for every BPDU that left."""
    return "".join({ConfigBpdu: "C", RstBpdu: "R", TcnBpdu: "T"}[type(bpdu)] for bpdu in dut.out(number, since))


@check("PPM-1")
def test_configuration_bpdu_turns_one_port_to_stp() -> None:
    dut = Dut().up().run(5)
    since = dut.now
    dut.hear(1, BELOW)
    assert kinds(dut, 1, since) == "C"
    dut.run(10)
    assert set(kinds(dut, 1, since)) == {"C"}
    assert set(kinds(dut, 2, since)) == {"R"}


@check("PPM-2")
def test_within_three_seconds_of_link_up_rst_goes_on() -> None:
    dut = Dut().up()
    for _ in range(11):
        dut.hear(1, BELOW)
        dut.run(0.25)
    assert set(kinds(dut, 1)) == {"R"}
    dut.run(1.5).hear(1, BELOW)
    assert kinds(dut, 1)[-1] == "C"


@check("PPM-3")
def test_rst_bpdu_turns_it_back() -> None:
    dut = Dut().up().run(5)
    dut.hear(1, BELOW)
    dut.run(3.5)
    since = dut.now
    dut.hear(1, D(INF, "P:D", bridge=WORSE))
    assert kinds(dut, 1, since) == "R"


@check("PPM-4")
def test_at_most_one_switch_in_three_seconds() -> None:
    dut = Dut().up().run(5)
    switches: list[float] = []
    for n in range(60):
        before = dut.view(1).send_rstp
        dut.hear(1, BELOW if n % 2 else D(INF, "P:D", bridge=WORSE))
        if dut.view(1).send_rstp != before:
            switches.append(dut.now / 1e9)
        dut.run(1)
    assert len(switches) > 5
    assert all(b - a >= 3 for a, b in pairwise(switches))


@check("PPM-5")
def test_mcheck() -> None:
    dut = Dut().up().run(5)
    dut.hear(1, BELOW)
    dut.run(5)
    since = dut.now
    dut.do(MigrationChecked("p1"))
    dut.keep(2.9, 0.5, p1=BELOW)
    assert set(kinds(dut, 1, since)) == {"R"}
    dut.run(0.2).hear(1, BELOW)
    dut.run(2)
    assert kinds(dut, 1)[-1] == "C"


@check("PPM-6")
def test_designated_towards_stp_climbs_the_ladder() -> None:
    dut = Dut(port={"auto_edge": False}).up(1).run(5)
    dut.hear(1, BELOW)
    dut.down(1)
    dut.run(1).up(1)
    up = dut.now / 1e9
    dut.keep(40, p1=BELOW)
    # The first 3 s are RST: the ladder begins with the MaxAge of a disabled port, and ends with FwdDelay.
    assert [round(at - up, 6) for at, _ in dut.learned(1)] == [20]
    assert [round(at - up, 6) for at, _ in dut.switched(1)] == [35]


@check("PPM-6")
def test_after_a_dispute_each_rung_is_a_forward_delay() -> None:
    dut = Dut(port={"auto_edge": False}, force_version=0).up(1, 2)
    dut.hear(1, C(SUP))
    dut.hear(2, C(SUP, cost=19000, port=0x8002))
    assert dut.role(1) is Role.Alternate
    at = dut.now / 1e9
    dut.hear(1, C(INF, bridge=WORSE))
    dut.hear(1, C(SUP, cost=90000))
    assert dut.role(1) is Role.Designated
    dut.keep(31, p2=C(SUP, cost=19000, port=0x8002))
    assert [t - at for t, _ in dut.learned(1)] == [15]
    assert [t - at for t, _ in dut.switched(1)] == [30]


@check("PPM-7")
def test_tcn_on_a_designated_stp_port() -> None:
    dut = Dut(port={"auto_edge": False}).opened(1, 2).run(10)
    dut.hear(1, BELOW)
    since = dut.now
    dut.hear(1, TcnBpdu())
    dut.run(2)
    assert dut.out(1, since)[-1].flags.topology_change_ack
    dut.keep(60, p1=BELOW)
    acks = [b for b in dut.out(1, since) if isinstance(b, ConfigBpdu) and b.flags.topology_change_ack]
    assert len(acks) == 1
    flagged = [at - since / 1e9 for at, b in dut.timed(1, since) if b.flags.topology_change]
    assert 33 <= max(flagged) <= 35
    assert any(b.flags.topology_change and isinstance(b, RstBpdu) for b in dut.out(2, since))


@check("PPM-8")
def test_tcn_until_it_is_acknowledged() -> None:
    dut = Dut(port={"auto_edge": False}).up(1).keep(10, p1=C(SUP))
    dut.up(2)
    dut.keep(25, p1=C(SUP))
    assert dut.view(2).forwarding
    tcn = [at for at, b in dut.timed(1) if isinstance(b, TcnBpdu)]
    assert len(tcn) >= 2
    assert all(abs(b - a - 2) < 1e-6 for a, b in pairwise(tcn))
    acknowledged = dut.now / 1e9
    dut.hear(1, C(SUP, "K"))
    dut.keep(10, p1=C(SUP))
    assert not [at for at, b in dut.timed(1) if isinstance(b, TcnBpdu) and at > acknowledged]


@check("PPM-8")
def test_every_change_is_told_until_it_is_acknowledged() -> None:
    dut = Dut(port={"auto_edge": False}).up(1).keep(10, p1=C(SUP))
    for _ in range(2):
        since = dut.now
        dut.up(2).keep(35, p1=C(SUP))
        assert dut.view(2).forwarding
        assert len([at for at, b in dut.timed(1, since) if isinstance(b, TcnBpdu)]) >= 2
        dut.hear(1, C(SUP, "K"))
        since = dut.now + 1
        dut.down(2)
        dut.keep(10, p1=C(SUP))
        assert not [at for at, b in dut.timed(1, since) if isinstance(b, TcnBpdu)]


@check("PPM-9")
def test_a_link_that_bounces_starts_with_rst() -> None:
    dut = Dut().up().run(5)
    dut.hear(1, BELOW)
    dut.down(1).run(1)
    since = dut.now
    dut.up(1)
    assert kinds(dut, 1, since) == "R"


@check("PPM-10")
def test_stp_compatible_mode() -> None:
    dut = Dut(2, force_version=0, port={"auto_edge": False}).up()
    dut.hear(1, D(SUP))
    assert dut.core.view().root == US
    assert dut.view(1).counters["rx_discarded"] == 1
    dut.hear(1, D(INF, "AFL:R", bridge=WORSE))
    assert not dut.view(1).agreed
    dut.hear(1, C(SUP))
    dut.keep(40, p1=C(SUP))
    ((learned, _),) = dut.learned(1)
    ((opened, _),) = dut.switched(1)
    assert opened - learned == pytest.approx(15)
    assert opened >= 30
    assert seconds(opened) <= dut.now


def test_letters() -> None:
    assert letters(D().flags) == "FL:D"
