"""Two cores wired together: the stories that a pair and its clients live by."""

import pickle

import pytest

from lacp.lacp_harness import PEER, US, WORSE, Wires, bond, cd, dut, port
from pyiccp._sansio import milliseconds
from pyiccp.lacp import LacpCore, Reason
from pyiccp.lacp.events import (
    DistributionHeld,
    DrainRequested,
    IdentityChanged,
    OutOfSyncHeld,
    ReportDrained,
    ReportHalf,
    ReportPort,
    SetCollecting,
    SetDistributing,
    Transmit,
)
from pyiccp.wire._mac import mac

PAIR = {"independent": True, "collect_early": True, "echo_guard": milliseconds(250)}


def system(last: int, *numbers: int, fast: bool = True, active: bool = True, **over: object) -> LacpCore:
    """A system …0X with key X and these ports."""
    config = bond(**{"system": mac(f"02:00:00:00:00:{last:02x}"), "key": last, **over})
    return LacpCore((config,), tuple(port(n, short_timeout=fast, active=active) for n in numbers or (1, 2)))


def two(fast: bool = True, **over: object) -> Wires:
    cores = {"a": system(1, fast=fast, **over), "b": system(2, fast=fast)}
    return Wires(cores, [("a:p1", "b:p1"), ("a:p2", "b:p2")]).connect()


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("independent", [True, False])
def test_cold_start_carries_data_at_two_seconds(fast: bool, independent: bool) -> None:
    wires = two(fast, independent=independent).run(2.01)
    for name in "ab":
        assert [at for at, _ in wires[name].of(SetDistributing)] == pytest.approx([2.0, 2.0], abs=0.001)
        assert wires[name].state(1) == ("ATGSCD" if fast else "AGSCD")
        assert len(wires[name].sent(1)) <= 8
        assert wires[name].core.aggregator("bond").active_ports == ("p1", "p2")
    before = len(wires["a"].sent(1))
    wires.run(30)
    assert len(wires["a"].sent(1)) - before == (30 if fast else 1)


def test_a_cut_link_leaves_the_other_alone_and_comes_back_after_two_seconds() -> None:
    wires = two().run(5)
    wires["a"].forget()
    wires.cut("a:p1").run(1)
    assert wires["a"].gates(1) == ["-d", "-c"] and wires["a"].gates(2) == []
    assert wires["a"].view(1).reason is Reason.NO_LINK
    assert not wires["a"].times(1)
    wires.connect("a:p1").run(1.99)
    assert not wires["a"].view(1).distributing
    wires.run(0.02)
    assert wires["a"].gates(1) == ["-d", "-c", "+c", "+d"] and wires["a"].gates(2) == []


def test_silence_expires_then_defaults() -> None:
    wires = two().run(5)
    wires.lose = lambda end, pdu: end.startswith("b:")
    wires["a"].forget()
    wires.run(3.1)
    assert wires["a"].state(1) == "ATGSE" and wires["a"].view(1).reason is Reason.EXPIRED
    wires.run(3)
    assert wires["a"].state(1) == "ATGF" and wires["a"].view(1).reason is Reason.DEFAULTED


def test_identity_change_speaks_at_once_everywhere_and_never_mixes() -> None:
    """1 both links carry. 2 the system changes. 3 at that instant both ports have said the new one, S=0.
    4 the partner detaches, echoes, and all comes back 2 s later."""
    wires = two(**PAIR).run(5)
    a, new = wires["a"], mac("02:00:00:00:00:aa")
    a.forget()
    start = wires.now
    wires.do("a", IdentityChanged("bond", new, 100, 9, 0x8000))
    assert a.times(1, start) == a.times(2, start) == [0.0]
    assert a.gates(1) == a.gates(2) == ["-d", "-c"]
    wires.run(1.9)
    for n in (1, 2):
        for _, pdu in a.sent(n):
            assert (pdu.actor.system, pdu.actor.system_priority, pdu.actor.key, pdu.actor.port) == (
                new,
                100,
                9,
                0x8000 + n,
            )
            assert not pdu.actor.state.synchronization
    wires.run(0.2)
    assert a.core.aggregator("bond").active_ports == ("p1", "p2")
    assert wires["b"].view(1).partner.system == new


def test_echo_guard_keeps_s_at_zero_until_the_partner_echoes_the_new_identity() -> None:
    """The partner goes on with its old view for 3 s: wait_while is long over, S still 0, nothing is collected."""
    device = cd(**PAIR)
    old = device.view(1).actor
    device.do(IdentityChanged("bond", US, 0x8000, 5, 0))
    for _ in range(3):
        device.run(1)
        device.hear(1, device.peer(1, view={"key": old.key}))
    assert device.view(1).reason is Reason.AWAITING_ECHO and not device.view(1).collecting
    device.hear(1, device.peer(1))
    device.run(0.24)
    assert "S" not in device.state(1) and not device.view(1).collecting
    device.run(0.02)
    assert "S" in device.state(1)


def test_out_of_sync_held_waits_and_attaches_at_once_when_released() -> None:
    device = dut(1, hold_out_of_sync=True).up(1)
    device.keep_hearing(5, 1)
    assert device.view(1).mux == "WAITING" and device.view(1).reason is Reason.HELD
    assert len(device.times(1)) >= 5
    device.do(OutOfSyncHeld("bond", False))
    assert device.state(1) == "ATGSCD"
    device.forget()
    device.run(0.5)
    device.forget()
    device.do(OutOfSyncHeld("bond", True))
    assert device.gates(1) == ["-d", "-c"] and device.state(1) == "ATG"
    assert [pdu.actor.state.text for _, pdu in device.sent(1)] in ([], ["ATG-----"])


def test_distribution_held_collects_and_waits() -> None:
    device = dut(1, hold_distribution=True, **PAIR).up(1)
    device.keep_hearing(3, 1)
    assert device.state(1) == "ATGSC" and device.gates(1) == ["+c"]
    assert device.view(1).reason is Reason.DISTRIBUTION_HELD
    assert device.of(ReportHalf) and device.of(ReportHalf)[-1][1] == ReportHalf("bond", True)
    device.do(DistributionHeld("bond", False))
    assert device.state(1) == "ATGSCD" and device.gates(1) == ["+c", "+d"]
    device.do(DistributionHeld("bond", True))
    assert device.state(1) == "ATGSC" and device.gates(1) == ["+c", "+d", "-d"]


def test_half_is_ready_only_when_the_echo_has_our_s_and_the_partner_collects() -> None:
    device = dut(1, hold_distribution=True, **PAIR).up(1)
    device.keep_hearing(2.5, 1, state="ATGS")
    assert device.view(1).collecting and not device.of(ReportHalf)
    device.hear(1, device.peer(1, view={"state": device.view(1).actor.state.replace(synchronization=False)}))
    assert not device.of(ReportHalf)
    device.hear(1, device.peer(1))
    assert [action.ready for _, action in device.of(ReportHalf)] == [True]
    device.hear(1, device.peer(1))
    device.hear(1, device.peer(1, state="ATG"))
    device.hear(1, device.peer(1, state="ATG"))
    assert [action.ready for _, action in device.of(ReportHalf)] == [True, False]
    order = [type(action) for _, action in device.log if isinstance(action, SetDistributing | Transmit | ReportHalf)]
    assert order[-1] is ReportHalf


def test_a_second_link_waits_for_its_own_echo_when_the_half_is_up_by_the_first() -> None:
    """M4.2 (i) is about each link. 1. Link 1 carries and the hold is off. 2. Link 2's partner says S=1 and C=1 before
    it has seen our S=1 there: we collect, and do not send yet. 3. Its echo comes."""
    device = dut(1, 2, hold_distribution=True, **PAIR).up(1)
    device.keep_hearing(3, 1)
    device.do(DistributionHeld("bond", False))
    device.up(2).forget()
    late = device.view(2).actor.state.replace(synchronization=False)
    device.hear(2, device.peer(2, view={"state": late}))
    for _ in range(3):
        device.keep_hearing(0.9, 1)
        device.hear(2, device.peer(2, view={"state": late}))
    assert device.state(2) == "ATGSC" and device.gates(2) == ["+c"] and not device.view(2).ready
    device.hear(2, device.peer(2))
    assert device.state(2) == "ATGSCD" and device.gates(2) == ["+c", "+d"]
    device.hear(2, device.peer(2, view={"state": late}))
    assert device.state(2) == "ATGSCD", "a link that carries goes on"


def test_a_lag_that_fell_silent_gives_way_to_one_that_is_ready() -> None:
    """1. Link 1 carries; link 2 has another, worse partner (the survivor of a pair under its solo identity) and waits.
    2. Link 1 falls silent: EXPIRED after three seconds, and for three more it is still attached. 3. Link 2's partner
    comes into sync: the client follows at once, and not two seconds of loss later."""
    device = cd(1, 2)
    device.up(2)
    for _ in range(35):
        device.hear(2, device.peer(2, system=WORSE, state="ATG"))
        device.run(0.1)
    assert device.view(1).rx == "EXPIRED" and device.view(1).mux == "ATTACHED"
    device.hear(2, device.peer(2, system=WORSE, state="ATGS")).clear()
    device.hear(2, device.peer(2, system=WORSE))
    assert device.view(2).state == "collecting and distributing"
    assert not device.view(1).distributing and device.view(1).rx == "EXPIRED"


def test_a_partner_that_is_always_in_sync_is_asked_for_an_echo() -> None:
    """1. Open vSwitch with slow LACP claims S, C and D before it has heard anybody. 2. Two seconds later we say S=1;
    that is nothing to which it would answer, and without its echo we may not distribute (M4.2): 26 s without traffic
    in the lab. 3. So our view of it has the opposite Timeout bit; it answers. 4. After the echo the view is true."""
    device = dut(1, **PAIR, hold_distribution=True).up(1)
    device.hear(1, device.peer(1))
    device.hear(1, device.peer(1))
    device.forget().run(2.5)
    views = {pdu.partner.state.text for _, pdu in device.sent(1) if pdu.actor.state.synchronization}
    assert views == {"A-GSCD--"}
    assert not device.of(ReportHalf)
    device.hear(1, device.peer(1))
    assert [action.ready for _, action in device.of(ReportHalf)] == [True]
    device.run(1)
    assert device.sent(1)[-1][1].partner.state.text == "ATGSCD--"


def test_a_partner_that_has_nothing_to_say_is_asked_to_echo_a_new_identity() -> None:
    """1. A half under its solo identity is out of its client's bond: S=0 on both sides. 2. It returns to the pair's
    identity. Linux bonding takes the link back without a word, because our view of it (S=0) was right: with slow LACP
    its echo came up to 31 s later, and S stayed 0 so long (M1.8). 3. So our view has the opposite Timeout bit."""
    device = dut(1, **PAIR, hold_distribution=True).up(1)
    device.hear(1, device.peer(1, state="AG"))
    device.run(3).forget()
    device.do(IdentityChanged("bond", US, 1, 2, 0x8000))
    ((_, asking),) = device.sent(1)
    assert asking.actor.key == 2 and asking.partner.state.text == "ATG-----"
    device.hear(1, device.peer(1, state="AG"))
    device.run(2.5)
    assert device.sent(1)[-1][1].partner.state.text == "A-G-----" and "S" in device.state(1)


def test_without_a_pair_the_view_is_always_true() -> None:
    device = dut(1, independent=True, collect_early=True).up(1).keep_hearing(1.9, 1)
    device.forget().run(0.5)
    assert [pdu.partner.state.text for _, pdu in device.sent(1)] == ["ATGSCD--"] * len(device.sent(1)) != []


def test_collect_early_collects_before_the_c_bit() -> None:
    device = dut(1, **PAIR).up(1)
    device.keep_hearing(2.5, 1, state="ATG")
    assert device.state(1) == "ATGS" and device.gates(1) == ["+c"]
    first = next(i for i, (_, action) in enumerate(device.log) if isinstance(action, SetCollecting))
    first_s = next(
        i
        for i, (_, action) in enumerate(device.log)
        if isinstance(action, Transmit) and action.pdu.actor.state.synchronization
    )
    assert first < first_s


def test_drain_collects_until_250_ms_after_the_echo_of_s_0() -> None:
    device = cd(**PAIR)
    device.do(DrainRequested("bond"))
    assert device.gates(1) == ["-d"] and device.state(1) == "ATG" and device.view(1).collecting
    assert [pdu.actor.state.text for _, pdu in device.sent(1)] == ["ATG-----"]
    device.run(0.1)
    device.hear(1, device.peer(1, state="ATG"))
    device.run(0.24)
    assert not device.of(ReportDrained)
    device.run(0.02)
    assert device.gates(1) == ["-d", "-c"] and len(device.of(ReportDrained)) == 1
    device.keep_hearing(5, 1)
    assert "S" not in device.state(1), "held until released"


def test_drain_gives_up_after_three_seconds_and_is_done_at_once_when_nothing_collects() -> None:
    device = cd(**PAIR)
    start = device.now
    device.do(DrainRequested("bond"))
    device.run(4)
    assert [at - start / 1e9 for at, _ in device.of(ReportDrained)] == pytest.approx([3.0])
    idle = dut(1, **PAIR)
    assert idle.do(DrainRequested("bond")) == [ReportDrained("bond")]


def test_ports_are_reported_at_most_once_a_call_and_only_when_changed() -> None:
    device = cd()
    for _ in range(5):
        device.hear(1, device.peer(1))
        device.run(1)
    assert not device.of(ReportPort)
    actions = device.hear(1, device.peer(1, state="ATG"))
    assert actions.count(ReportPort("p1")) == 1


def test_pickled_at_any_instant_it_goes_on_the_same() -> None:
    device = cd(**PAIR)
    device.do(IdentityChanged("bond", PEER, 1, 2, 3))
    twin = pickle.loads(pickle.dumps(device.core))
    assert twin.fingerprint(device.now) == device.core.fingerprint(device.now)
    while device.core.deadline and device.core.deadline < device.now + 10**10:
        at = device.core.deadline
        assert twin.deadline == at
        assert list(twin.advance(at)) == list(device.core.advance(at))
