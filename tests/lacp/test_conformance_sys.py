"""SYS: two or three systems wired together. SYS-19 is in test_lacp_faults, SYS-17 and -18 are in test_lacp_replay."""

from typing import Any

import pytest

from lacp.lacp_harness import Wires, bond, port
from pyiccp._sansio import milliseconds
from pyiccp.lacp import LacpCore, Reason
from pyiccp.lacp.events import IdentityChanged, Incident, OutOfSyncHeld, PeerHeard, ReportIncident, ReportPort
from pyiccp.wire._lacpdu import Lacpdu
from pyiccp.wire._mac import mac

A, B, C, SHARED = (mac(f"02:00:00:00:00:{last}") for last in ("0a", "0b", "0c", "4d"))
BEST = mac("02:00:00:00:00:00")
NODE: dict[str, Any] = {"independent": True, "collect_early": True, "echo_guard": milliseconds(250), "key": 100}


def system(address: Any, *numbers: int, ports: dict[str, Any] | None = None, **over: Any) -> LacpCore:
    return LacpCore((bond(system=address, **over),), tuple(port(n, **(ports or {})) for n in numbers or (1, 2)))


def pair(a: dict[str, Any] | None = None, b: dict[str, Any] | None = None, delay: float = 50e-6, **over: Any) -> Wires:
    """A-B, two links, not connected yet; *a* and *b* configure the ports, *over* both aggregators."""
    cores = {"a": system(A, ports=a, **over), "b": system(B, ports=b, key=2)}
    return Wires(cores, [("a:p1", "b:p1"), ("a:p2", "b:p2")], delay)


def active(wires: Wires, name: str) -> tuple[str, ...]:
    return wires[name].core.aggregator("bond").active_ports


BOTH = ("p1", "p2")
LONG, PASSIVE = {"short_timeout": False}, {"active": False}


@pytest.mark.check("SYS-01")
def test_sys_01_cold_start() -> None:
    """Both carry data within 2.0 s + 2 PDUs; at most 8 PDUs per link and direction until steady."""
    wires = pair().connect().run(2.001)
    assert active(wires, "a") == active(wires, "b") == BOTH
    for name in "ab":
        for n in (1, 2):
            assert len(wires[name].sent(n)) <= 8


@pytest.mark.check("SYS-02")
def test_sys_02_slow_and_slow() -> None:
    """The same 2 s; then 1 PDU / 30 s."""
    wires = pair(LONG, LONG).connect().run(2.001)
    assert active(wires, "a") == active(wires, "b") == BOTH
    wires.run(31)
    for name in "ab":
        wires[name].forget()
    wires.run(300)
    assert len(wires["a"].sent(1)) == len(wires["b"].sent(1)) == 10


@pytest.mark.check("SYS-03")
def test_sys_03_fast_asks_slow_asks() -> None:
    """A (asks fast) receives 1/s and sends 1/30 s."""
    wires = pair({}, LONG).connect().run(35)
    for name in "ab":
        wires[name].forget()
    wires.run(60)
    assert len(wires["a"].sent(1)) == 2 and len(wires["b"].sent(1)) == 60


@pytest.mark.check("SYS-04")
def test_sys_04_active_and_passive() -> None:
    """Active/passive comes up; passive/passive: never."""
    assert active(pair({}, PASSIVE).connect().run(4), "b") == BOTH
    wires = pair(PASSIVE, PASSIVE).connect().run(300)
    assert not wires["a"].sent(1) and not wires["b"].sent(1) and active(wires, "a") == ()


@pytest.mark.check("SYS-05")
def test_sys_05_one_link_cut() -> None:
    """The other link keeps C/D; removed at once; back after 2 s."""
    wires = pair().connect().run(5)
    for name in "ab":
        wires[name].forget()
    wires.cut("a:p1")
    assert active(wires, "a") == active(wires, "b") == ("p2",)
    wires.run(1).connect("a:p1").run(1.99)
    assert active(wires, "a") == ("p2",)
    wires.run(0.02)
    assert active(wires, "a") == active(wires, "b") == BOTH
    assert not wires["a"].gates(2) and not wires["b"].gates(2)


@pytest.mark.check("SYS-06")
@pytest.mark.parametrize(("independent", "bound"), [(True, 3.01), (False, 6.01)])
def test_sys_06_one_way_dead(independent: bool, bound: float) -> None:
    """B expires at 3 s; A stops distributing at <= 3 s (independent) / <= 6 s (coupled)."""
    wires = pair(independent=independent).connect().run(4.5)
    wires.lose = lambda end, pdu: end == "a:p1"
    for name in "ab":
        wires[name].forget()
    start = wires.now
    wires.run(bound)
    expired = [
        at for at, name, machine, box in wires["b"].boxes if (name, machine, box) == ("p1", "receive", "EXPIRED")
    ]
    assert 2 <= (expired[0] - start) / 1e9 <= 3 and not wires["a"].view(1).distributing
    assert active(wires, "a") == active(wires, "b") == ("p2",)
    wires.lose = lambda end, pdu: False
    wires.run(5)
    assert active(wires, "a") == active(wires, "b") == BOTH


@pytest.mark.check("SYS-07")
@pytest.mark.parametrize("silent", [True, False], ids=["carrier stays", "carrier drops"])
def test_sys_07_cables_swapped(silent: bool) -> None:
    """Re-converges; no loop, no double distribution: who has heard the new cable distributes to nobody else."""
    wires = pair().connect().run(5)
    if not silent:
        wires.cut("a:p1", "a:p2")
    wires.other = {"a:p1": "b:p2", "b:p2": "a:p1", "a:p2": "b:p1", "b:p1": "a:p2"}
    if not silent:
        wires.connect()
    wires.run(1.01)  # by now each port has heard who is there
    for _ in range(500):
        wires.run(0.01)
        for name in "ab":
            for n in (1, 2):
                view = wires[name].view(n)
                assert not view.distributing or view.partner.port == 3 - n
    assert active(wires, "a") == active(wires, "b") == BOTH
    assert wires["a"].view(1).partner.port == 2 and wires["a"].view(2).partner.port == 1
    for name in "ab":
        wires[name].forget()
    wires.run(60)
    assert not any(wires[name].gates(n) for name in "ab" for n in (1, 2)), "no flapping"


@pytest.mark.check("SYS-08")
def test_sys_08_silent_restart_within_the_timeout() -> None:
    """First B PDU (zero view): A leaves C_D (view mismatch), re-converges."""
    wires = pair(LONG, LONG).connect().run(5)
    wires["a"].forget()
    wires["b"].core = system(B, ports=LONG, key=2)
    for end in wires.live:
        wires.live[end] = False
    a_ports = wires["a"].core.ports
    wires.live.update(dict.fromkeys(("a:p1", "a:p2"), True))
    wires.connect("b:p1", "b:p2")
    assert a_ports["p1"].port_enabled
    wires.run(0.1)
    assert wires["a"].gates(1)[:2] == ["-d", "-c"]
    wires.run(4)
    assert active(wires, "a") == active(wires, "b") == BOTH


@pytest.mark.check("SYS-09")
def test_sys_09_each_pdu_takes_0_9_s() -> None:
    """Comes up, stays up."""
    wires = pair(delay=0.9).connect().run(10)
    assert active(wires, "a") == active(wires, "b") == BOTH
    for name in "ab":
        wires[name].forget()
    wires.run(120)
    assert not any(wires[name].gates(n) for name in "ab" for n in (1, 2))


def chassis(c: dict[str, Any] | None = None, same_base: bool = False, **client: Any) -> Wires:
    """Client A with one link to B and one to C, which share an identity; not connected yet."""
    shared = {**NODE, "system": SHARED, "system_priority": 1000}
    cores = {
        "a": system(A, **client),
        "b": LacpCore((bond(**{**shared, "port_base": 0x8000}),), (port(1),)),
        "c": LacpCore((bond(**{**shared, "port_base": 0x8000 if same_base else 0x9000, **(c or {})}),), (port(1),)),
    }
    return Wires(cores, [("a:p1", "b:p1"), ("a:p2", "c:p1")])


@pytest.mark.check("SYS-10")
@pytest.mark.parametrize("independent", [True, False])
def test_sys_10_one_lag_over_two_nodes(independent: bool) -> None:
    """A builds ONE LAG over both nodes."""
    wires = chassis(independent=independent).connect().run(4)
    assert active(wires, "a") == BOTH and active(wires, "b") == active(wires, "c") == ("p1",)
    view = wires["a"].core.aggregator("bond").partner
    assert view is not None and (view.system, view.system_priority, view.key) == (SHARED, 1000, 100)
    assert {wires["a"].view(n).partner.port for n in (1, 2)} == {0x8001, 0x9001}


def revert(wires: Wires, address: Any, priority: int) -> None:
    wires.do("c", IdentityChanged("bond", address, priority, 100, 0x9000))


@pytest.mark.check("SYS-11")
@pytest.mark.check("SYS-12")
def test_sys_11_12_c_leaves_and_comes_back() -> None:
    """A drops the link to C only; B untouched; C's PDU left at 0 s. Then the LAG is whole again; B never left."""
    wires = chassis(independent=True).connect().run(5)
    for name in "abc":
        wires[name].forget()
    start = wires.now
    revert(wires, BEST, 65535)
    assert wires["c"].times(1, start) == [0.0]
    wires.run(0.01)
    assert active(wires, "a") == ("p1",) and wires["a"].gates(2) == ["-d", "-c"]
    wires.run(10)
    assert active(wires, "a") == ("p1",) and wires["a"].view(2).reason is Reason.DIFFERENT_PARTNER
    revert(wires, SHARED, 1000)
    wires.run(4)
    assert active(wires, "a") == BOTH and active(wires, "c") == ("p1",)
    assert wires["a"].gates(1) == wires["b"].gates(1) == []


@pytest.mark.check("SYS-13")
def test_sys_13_c_has_another_key() -> None:
    """C's link out; both nodes can tell: their reports differ in our key towards one partner."""
    wires = chassis({"key": 200}).connect().run(5)
    assert active(wires, "a") == ("p1",) and active(wires, "b") == ("p1",) and active(wires, "c") == ()
    assert wires["c"].view(1).reason is Reason.PARTNER_OUT_OF_SYNC
    assert all(wires[name].of(ReportPort) for name in "bc")
    one, two = wires["b"].view(1), wires["c"].view(1)
    assert one.partner.system == two.partner.system and one.actor.key != two.actor.key


@pytest.mark.check("SYS-14")
def test_sys_14_same_port_number_on_both_nodes() -> None:
    """A strict client flaps for ever; each node is told, before it matters, that its peer hears the same end."""
    wires = chassis(same_base=True).connect().run(20)
    assert sum(action.incident is Incident.PORT_MOVED for _, action in wires["a"].of(ReportIncident)) > 3
    assert len(active(wires, "a")) < 2
    with pytest.raises(ValueError, match="number"):
        LacpCore((bond(),), (port(1), port(2, number=1)))


@pytest.mark.check("SYS-14")
def test_sys_14_a_client_with_equal_numbers_is_reported_to_both() -> None:
    """The client's end is heard by the peer too (RX-26)."""
    wires = chassis().connect().run(4)
    wires.do("b", PeerHeard((wires["b"].view(1).partner,)))
    assert wires["b"].incidents(1) == [Incident.PARTNER_MOVED]


@pytest.mark.check("SYS-15")
def test_sys_15_nodes_cabled_to_each_other() -> None:
    """Refused (SEL-20)."""
    wires = chassis()
    wires.other.update({"b:p1": "c:p1", "c:p1": "b:p1"})
    wires.connect("b:p1").run(10)
    for name in "bc":
        assert wires[name].incidents(1) == [Incident.LOOPBACK] and not wires[name].gates(1)
        assert "S" not in wires[name].state(1)


@pytest.mark.check("SYS-16")
@pytest.mark.parametrize("independent", [True, False])
def test_sys_16_c_in_standby(independent: bool) -> None:
    """A keeps only B in C_D; on switch-over C carries data within one PDU round trip."""
    wires = chassis({"hold_out_of_sync": True}, independent=independent).connect().run(6)
    assert active(wires, "a") == ("p1",) and wires["c"].view(1).reason is Reason.HELD
    wires.run(0.5)
    start = wires.now
    wires.do("c", OutOfSyncHeld("bond", False))
    wires.do("b", OutOfSyncHeld("bond", True))
    wires.run(0.0002 if independent else 0.00011)
    assert active(wires, "c") == ("p1",) and active(wires, "a") == ("p2",)
    assert wires.now - start <= 200_000


def test_no_pdu_of_the_change_mixes_identities() -> None:
    """Whatever C sends around a change of all four values is wholly old or wholly new."""
    wires = chassis().connect().run(3)
    wires.do("c", IdentityChanged("bond", BEST, 1, 2, 0x7000))
    wires.run(3)
    seen = {
        (pdu.actor.system, pdu.actor.system_priority, pdu.actor.key, pdu.actor.port)
        for _, pdu in wires["c"].sent(1)
        if isinstance(pdu, Lacpdu)
    }
    assert seen == {(SHARED, 1000, 100, 0x9001), (BEST, 1, 2, 0x7001)}
