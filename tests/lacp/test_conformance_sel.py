"""SEL: Selection."""

from random import Random
from typing import Any

import pytest

from lacp.lacp_harness import BETTER, PEER, US, WORSE, Dut, Wires, bond, cd, dut, flags, port
from pyiccp.lacp import LacpCore, Policy, Reason
from pyiccp.lacp._variables import Selected
from pyiccp.lacp.events import IdentityChanged, Incident, LacpduReceived, LinkCameUp, PartnerRequired, Transmit
from pyiccp.wire._lacpdu import Participant
from pyiccp.wire._mac import mac


def active(device: Dut) -> tuple[str, ...]:
    return device.core.aggregator("bond").active_ports


def hear_both(device: Dut, span: float, one: dict[str, Any], two: dict[str, Any]) -> Dut:
    """Both partners speak every second; *span* in whole seconds and a rest."""
    for _ in range(int(span)):
        device.hear(1, device.peer(1, **one))
        device.hear(2, device.peer(2, **two))
        device.run(1)
    return device.run(span - int(span))


@pytest.mark.check("SEL-01")
def test_sel_01_same_partner_on_both() -> None:
    """One aggregator with both."""
    device = cd(on=(1, 2))
    assert active(device) == ("p1", "p2")


@pytest.mark.check("SEL-02")
@pytest.mark.parametrize("first", [1, 2])
def test_sel_02_different_partner_keys(first: int) -> None:
    """Two LAGs; only one drives the aggregator, the other is not IN_SYNC with it (S=0)."""
    device = dut().up(1, 2)
    keys = ({"key": 7}, {"key": 8})
    hear_both(device, 5, keys[first - 1], keys[2 - first])
    assert len(active(device)) == 1
    other = 2 if active(device) == ("p1",) else 1
    assert "S" not in device.state(other) and all("S" not in letters for letters in device.letters(other))
    assert device.view(other).reason is Reason.DIFFERENT_PARTNER
    assert device.sent(other)[-1][0] >= 4, "it keeps talking"


@pytest.mark.check("SEL-03")
def test_sel_03_different_partner_systems() -> None:
    """As SEL-02; the better system wins."""
    device = hear_both(dut().up(1, 2), 5, {}, {"system": BETTER})
    assert active(device) == ("p2",) and "S" not in device.state(1)


@pytest.mark.check("SEL-04")
def test_sel_04_same_address_other_priority() -> None:
    """Different LAGs."""
    device = hear_both(dut().up(1, 2), 5, {}, {"system_priority": 0x7FFF})
    assert active(device) == ("p2",) and "S" not in device.state(1)


@pytest.mark.check("SEL-05")
def test_sel_05_own_keys_differ() -> None:
    """Never aggregated: ports of aggregators with different keys form two LAGs towards the same partner."""
    core = LacpCore((bond(), bond("other", key=2)), (port(1), port(2, aggregator="other")))
    device = Dut(core).up(1, 2)
    hear_both(device, 5, {}, {})
    assert core.aggregator("bond").active_ports == ("p1",)
    assert core.aggregator("other").active_ports == ("p2",)
    assert {device.sent(n)[-1][1].actor.key for n in (1, 2)} == {1, 2}


@pytest.mark.check("SEL-06")
def test_sel_06_individual_partners() -> None:
    """Individual LAGs: at most one port per aggregator."""
    device = hear_both(dut().up(1, 2), 5, {"state": "ATSCD"}, {"state": "ATSCD"})
    assert len(active(device)) == 1


@pytest.mark.check("SEL-07")
@pytest.mark.parametrize("partner", ["ATGSCD", "ATSCD"])
def test_sel_07_own_port_individual(partner: str) -> None:
    """Individual; tx Aggregation=0; the peer's Aggregation is irrelevant."""
    ports: dict[int, dict[str, Any]] = {n: {"aggregatable": False} for n in (1, 2)}
    device = hear_both(dut(ports=ports).up(1, 2), 5, {"state": partner}, {"state": partner})
    assert len(active(device)) == 1
    assert all("G" not in letters for n in (1, 2) for letters in device.letters(n))


PRIORITIES: dict[int, dict[str, Any]] = {1: {"priority": 0x90}, 2: {"priority": 0x80}}


def standby(**over: Any) -> Dut:
    """SEL-08: one link at most, two good ports; ours is the better system and prefers port 2."""
    device = dut(ports=PRIORITIES, max_links=1, **over).up(1, 2)
    return hear_both(device, 4, {"port_priority": 1}, {"port_priority": 2})


@pytest.mark.check("SEL-08")
def test_sel_08_one_link_at_most() -> None:
    """The better Port ID of the better system is SELECTED; the other STANDBY: S=0, keeps sending PDUs."""
    device = standby()
    assert active(device) == ("p2",)
    assert device.view(1).selected is Selected.STANDBY and device.view(1).reason is Reason.STANDBY
    assert all("S" not in letters for letters in device.letters(1))
    device.forget()
    hear_both(device, 10, {}, {})
    assert len(device.sent(1)) >= 10


@pytest.mark.check("SEL-09")
def test_sel_09_the_better_system_ranks() -> None:
    """The partner has the better System ID: its ranking wins."""
    device = dut(ports=PRIORITIES, max_links=1).up(1, 2)
    hear_both(device, 4, {"system": BETTER, "port_priority": 1}, {"system": BETTER, "port_priority": 2})
    assert active(device) == ("p1",)


@pytest.mark.check("SEL-10")
def test_sel_10_active_link_fails() -> None:
    """STANDBY becomes SELECTED and attaches (2 s wait_while)."""
    device = standby()
    device.forget().down(2)
    assert device.view(1).selected is Selected.SELECTED and "S" not in device.state(1)
    start = device.now
    device.keep_hearing(1.999, 1)
    assert "S" not in device.state(1)
    device.run(0.002)
    assert active(device) == ("p1",)
    first = next(at for at, pdu in device.sent(1) if pdu.actor.state.synchronization)
    assert first - start / 1e9 == pytest.approx(2.0)


@pytest.mark.check("SEL-11")
@pytest.mark.parametrize("revertive", [True, False])
def test_sel_11_failed_link_returns(revertive: bool) -> None:
    """Revertive preempts, non-revertive does not; the running port goes on until the better one may attach."""
    device = standby(revertive=revertive)
    device.down(2).keep_hearing(5, 1)
    assert active(device) == ("p1",)
    device.forget().up(2)
    hear_both(device, 1.9, {}, {})
    assert active(device) == ("p1",) and not device.gates(1)
    hear_both(device, 3, {}, {})
    assert active(device) == (("p2",) if revertive else ("p1",))
    assert device.gates(1) == (["-d", "-c"] if revertive else [])


@pytest.mark.check("SEL-12", choice="below min-links all ports are STANDBY: S=0, so the partner sends nothing either")
def test_sel_12_two_links_at_least() -> None:
    """With one good port no S, C, D and a reason; with the second both carry data; without it neither."""
    device = dut(min_links=2).up(1)
    device.keep_hearing(5, 1)
    assert device.state(1) == "ATG" and device.view(1).reason is Reason.TOO_FEW_LINKS
    device.up(2)
    hear_both(device, 3, {}, {})
    assert active(device) == ("p1", "p2")
    device.down(2)
    assert active(device) == () and device.state(1) == "ATG"


@pytest.mark.check("SEL-13")
def test_sel_13_partner_key_changes() -> None:
    """UNSELECTED: S=C=D=0 in one PDU, then WAITING 2 s, re-attach under the new LAG."""
    device = cd()
    device.run(0.5).forget()
    start = device.now
    device.hear(1, device.peer(1, key=8))
    assert device.letters(1) == ["ATG"] and device.gates(1) == ["-d", "-c"]
    assert device.visited(1, "mux") == ["ATTACHED", "DETACHED", "WAITING"]
    device.run(1).hear(1, device.peer(1, key=8))
    device.run(1.1)
    attached = next(at for at, pdu in device.sent(1) if pdu.actor.state.synchronization)
    assert attached - start / 1e9 == pytest.approx(2.0)
    device.hear(1, device.peer(1, key=8))
    assert active(device) == ("p1",) and device.core.aggregator("bond").partner == Participant(0x8000, PEER, 8)


@pytest.mark.check("SEL-14")
@pytest.mark.check("SEL-15")
@pytest.mark.parametrize("change", [{"port": 77}, {"port_priority": 1}], ids=["port number", "port priority"])
def test_sel_14_15_partner_port_changes(change: dict[str, Any]) -> None:
    """UNSELECTED and re-attach, same aggregator."""
    device = cd()
    lag = device.core.aggregators["bond"].lag
    device.hear(1, device.peer(1, **change))
    assert device.visited(1, "mux") == ["ATTACHED", "DETACHED", "WAITING"]
    device.keep_hearing(2.1, 1, **change)
    assert active(device) == ("p1",) and device.core.aggregators["bond"].lag == lag


@pytest.mark.check("SEL-16")
@pytest.mark.parametrize("state", ["AGSCD", "TGSCD"])
def test_sel_16_partner_timeout_or_activity_changes(state: str) -> None:
    """No detach."""
    device = cd()
    device.hear(1, device.peer(1, state=state))
    assert not device.visited(1, "mux") and device.state(1) == "ATGSCD"


@pytest.mark.check("SEL-17")
def test_sel_17_own_key_changes() -> None:
    """Detach, NTT at once, re-attach after the partner echoes it."""
    device = cd()
    device.do(IdentityChanged("bond", US, 0x8000, 5, 0))
    assert [(pdu.actor.key, pdu.actor.state) for _, pdu in device.sent(1)] == [(5, flags("ATG"))]
    assert device.gates(1) == ["-d", "-c"]
    device.keep_hearing(4, 1, view={"key": 1})
    assert device.gates(1) == ["-d", "-c"]
    device.hear(1, device.peer(1))
    assert device.gates(1) == ["-d", "-c", "+c", "+d"]


@pytest.mark.check("SEL-18")
def test_sel_18_own_system_changes() -> None:
    """All ports: NTT within 0 s, S=0, then re-attach; no PDU mixes old and new identity."""
    device = cd(on=(1, 2))
    start, new = device.now, mac("02:00:00:00:00:aa")
    device.do(IdentityChanged("bond", new, 7, 9, 0x9000))
    assert device.times(1, start) == device.times(2, start) == [0.0]
    hear_both(device, 3, {}, {})
    assert active(device) == ("p1", "p2")
    for n in (1, 2):
        assert device.letters(n)[0] == "ATG"
        assert {pdu.actor.system for _, pdu in device.sent(n)} == {new}
        assert {(pdu.actor.system_priority, pdu.actor.key, pdu.actor.port) for _, pdu in device.sent(n)} == {
            (7, 9, 0x9000 + n)
        }


@pytest.mark.check("SEL-18")
def test_sel_18_even_when_the_rate_limit_is_used_up() -> None:
    """M1.8 goes before the limit: the new identity is on the wire at once."""
    device = cd()
    for _ in range(5):
        device.hear(1, device.peer(1, view={"key": 9}))
        device.run(0.001)
    device.forget()
    device.do(IdentityChanged("bond", WORSE, 1, 1, 0))
    assert [pdu.actor.system for _, pdu in device.sent(1)] == [WORSE]


@pytest.mark.check("SEL-19")
def test_sel_19_own_port_priority_changes() -> None:
    """NTT, no detach."""
    device = cd()
    device.run(0.5).forget()
    device.configure(1, priority=1)
    assert [pdu.actor.port_priority for _, pdu in device.sent(1)] == [1]
    assert not device.visited(1, "mux") and device.state(1) == "ATGSCD"


@pytest.mark.check("SEL-20")
def test_sel_20_port_1_cabled_to_port_2() -> None:
    """Never aggregated; event "loopback"; no distribution."""
    wires = Wires({"a": LacpCore((bond(),), (port(1), port(2)))}, [("a:p1", "a:p2")]).connect().run(10)
    device = wires["a"]
    for n in (1, 2):
        assert device.incidents(n)[0] is Incident.LOOPBACK and not device.gates(n)
        assert device.view(n).reason is Reason.LOOPBACK
        assert all("S" not in letters for letters in device.letters(n))


@pytest.mark.check("SEL-21", choice="refused: a partner with our own MAC is a loop whatever priority it names")
def test_sel_21_own_address_with_another_priority() -> None:
    """Refused, with the event."""
    device = dut(1).up(1)
    device.keep_hearing(5, 1, system=US, system_priority=1)
    assert device.incidents(1) == [Incident.LOOPBACK] and not device.gates(1) and "S" not in device.state(1)


def competition(policy: Policy) -> Dut:
    """Port 1 hears the worse system, ports 2 and 3 the better one; port 1 is the fastest and has the best priority."""
    ports: dict[int, dict[str, Any]] = {
        1: {"speed": 100000, "priority": 1},
        2: {"speed": 10000},
        3: {"speed": 10000},
    }
    return dut(1, 2, 3, ports=ports, policy=policy)


def compete(device: Dut, seconds: int, *numbers: int) -> Dut:
    for _ in range(seconds):
        for n in numbers:
            device.hear(n, device.peer(n, system=WORSE if n == 1 else PEER))
        device.run(1)
    return device


@pytest.mark.check("SEL-22")
@pytest.mark.parametrize(
    ("policy", "winner", "returned"),
    [
        (Policy.STABLE, ("p2", "p3"), ("p1",)),
        (Policy.COUNT, ("p2", "p3"), ("p2", "p3")),
        (Policy.BANDWIDTH, ("p1",), ("p1",)),
        (Policy.PRIORITY, ("p1",), ("p1",)),
    ],
)
def test_sel_22_policies(policy: Policy, winner: tuple[str, ...], returned: tuple[str, ...]) -> None:
    """The expected winner per policy, after loss of the winner's links, and after their return."""
    device = compete(competition(policy).up(1, 2, 3), 4, 1, 2, 3)
    assert active(device) == winner
    lost = [int(name[1]) for name in winner]
    left = [n for n in (1, 2, 3) if n not in lost]
    device.down(*lost)
    assert active(device) == tuple(f"p{n}" for n in left), "ports that waited attach at once"
    compete(device, 2, *left)
    device.up(*lost)
    compete(device, 4, 1, 2, 3)
    assert active(device) == returned


@pytest.mark.check("SEL-22")
def test_sel_22_stable_never_moves_while_in_sync() -> None:
    """A better partner that comes later, and half the winner's links gone, move nothing."""
    device = compete(competition(Policy.STABLE).up(1), 4, 1)
    assert active(device) == ("p1",)
    device.forget().up(2, 3)
    compete(device, 10, 1, 2, 3)
    assert active(device) == ("p1",) and not device.gates(1)


@pytest.mark.check("SEL-22")
def test_sel_22_stable_moves_at_once_when_the_last_port_expires() -> None:
    """The other LAG's port has waited and is in sync with us: no second wait."""
    device = compete(competition(Policy.STABLE).up(1), 4, 1)
    device.up(2)
    compete(device, 4, 1, 2)
    device.hear(1, device.peer(1, system=WORSE))
    start = device.now
    device.forget()
    compete(device, 4, 2)
    moved = next(
        at
        for at, action in device.log
        if isinstance(action, Transmit) and action.port == "p2" and action.pdu.actor.state.synchronization
    )
    assert (moved - start) / 1e9 == pytest.approx(3.0) and active(device) == ("p2",)


@pytest.mark.check("SEL-23")
@pytest.mark.parametrize("policy", [Policy.PRIORITY, Policy.BANDWIDTH, Policy.COUNT])
def test_sel_23_sixty_four_ports_in_any_order(policy: Policy) -> None:
    """The final assignment does not depend on the order for deterministic policies."""
    systems = [mac(f"02:00:00:00:10:{n:02x}") for n in range(4)]
    results = set()
    for seed in range(4):
        random = Random(seed)
        ports = tuple(port(n, priority=(n * 7) % 64, speed=1000 * (n % 5 + 1)) for n in range(1, 65))
        device = Dut(LacpCore((bond(policy=policy, max_links=8),), ports))
        order = list(range(1, 65))
        random.shuffle(order)
        for n in order:
            device.do(LinkCameUp(f"p{n}"))
        for _ in range(8):
            random.shuffle(order)
            for n in order:
                device.do(LacpduReceived(f"p{n}", device.peer(n, system=systems[n % 4])))
                device.run(0.01)
            device.run(0.36)
        results.add(active(device))
    assert len(results) == 1 and len(results.pop()) == 8


@pytest.mark.check("SEL-24")
def test_sel_24_a_third_port_joins() -> None:
    """The first two keep C and D."""
    device = cd(1, 2, 3, on=(1, 2))
    device.up(3).keep_hearing(3, 1, 2, 3)
    assert active(device) == ("p1", "p2", "p3")
    assert device.gates(1) == device.gates(2) == []


def test_partner_required_keeps_others_out() -> None:
    """M11: the pair has chosen another client for this bond."""
    device = cd()
    device.do(PartnerRequired("bond", Participant(0x8000, WORSE, 7)))
    assert device.state(1) == "ATG" and device.view(1).reason is Reason.PARTNER_MISMATCH
    device.do(PartnerRequired("bond", Participant(0x8000, PEER, 7)))
    device.keep_hearing(2.1, 1)
    assert device.state(1) == "ATGSCD"
