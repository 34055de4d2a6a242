"""PER and TX: Periodic and Transmit."""

from itertools import pairwise
from random import Random
from typing import Any

import pytest

from lacp.lacp_harness import Dut, bond, cd, dut, flags, port
from pyiccp._sansio import milliseconds, seconds
from pyiccp.lacp import LacpCore
from pyiccp.lacp.events import TransmitFailed


@pytest.mark.check("PER-01")
def test_per_01_partner_wants_short() -> None:
    """60 s: 60 PDUs, spacing 1 s, no drift (k-th at k * 1.0)."""
    device = cd()
    grid = device.core.clock.timers.get(device.core.ports["p1"].periodic)
    assert grid is not None
    device.run((grid - device.now) / 1e9 - 1e-9).forget()
    for _ in range(60):
        device.hear(1, device.peer(1))
        device.run(1)
    assert [at - grid / 1e9 for at in device.times(1)] == pytest.approx([float(k) for k in range(60)])


@pytest.mark.check("PER-01")
def test_per_01_late_wake_ups_do_not_drift() -> None:
    """A driver that is 0.3 s late each time still sends on the grid."""
    device = dut(1).up(1)
    grid = device.core.deadline
    assert grid == seconds(1)
    for k in range(1, 3):
        assert device.core.deadline == seconds(k)
        device.now = seconds(k) + milliseconds(300)
        device.core.advance(device.now)


@pytest.mark.check("PER-02")
def test_per_02_partner_wants_long() -> None:
    """300 s: 10 PDUs, spacing 30 s."""
    device = cd(ports={1: {"short_timeout": False}})
    device.hear(1, device.peer(1, state="AGSCD"))
    device.run(1).forget()
    for _ in range(10):
        device.hear(1, device.peer(1, state="AGSCD"))
        device.run(30)
    times = device.times(1)
    assert len(times) == 10
    assert [late - early for early, late in pairwise(times)] == pytest.approx([30.0] * 9)


@pytest.mark.check("PER-03", choice="the first PDU leaves at 0 s (NTT on EXPIRED, as 802.1AX-2014 Cor-1)")
def test_per_03_active_and_nobody_there() -> None:
    """First PDU at 0 s, then 1 Hz until DEFAULTED at 3 s, then every 30 s."""
    device = dut(1).up(1).run(100)
    assert device.times(1) == [0, 1, 2, 3, 33, 63, 93]
    assert device.letters(1)[:4] == ["ATGFE", "ATGFE", "ATGFE", "ATGF"]


@pytest.mark.check("PER-03")
def test_per_03_with_an_administrative_partner_that_wants_short() -> None:
    """After DEFAULTED partner_admin's Timeout sets the period."""
    device = dut(1, ports={1: {"partner": dut(1).peer(1, state="AT").actor}}).up(1).run(10)
    assert device.times(1) == list(range(11))


@pytest.mark.check("PER-04")
def test_per_04_passive_and_nobody_there() -> None:
    """No PDU ever."""
    device = dut(1, ports={1: {"active": False}}).up(1).run(1000)
    assert not device.sent(1)


@pytest.mark.check("PER-05")
def test_per_05_passive_with_an_active_partner() -> None:
    """Answers at once and then periodically."""
    device = dut(1, ports={1: {"active": False}}).up(1).run(10)
    device.hear(1, device.peer(1))
    assert device.times(1) == [10.0]
    device.forget().run(2)
    assert len(device.sent(1)) >= 2


@pytest.mark.check("PER-06")
def test_per_06_both_become_passive() -> None:
    """Transmission stops; NTT cleared."""
    device = cd()
    device.configure(1, active=False)
    device.hear(1, device.peer(1, state="TGSCD"))
    device.forget()
    for _ in range(10):
        device.hear(1, device.peer(1, state="TGSCD", view={"key": 9}))
        device.run(1)
    assert not device.sent(1) and not device.core.ports["p1"].NTT


@pytest.mark.check("PER-07")
def test_per_07_partner_turns_to_short() -> None:
    """PDU at once, then every 1 s."""
    device = dut(1).up(1).keep_hearing(4, 1, state="AGSCD")
    device.run(0.5).forget()
    start = device.now
    device.keep_hearing(3.5, 1)
    assert device.times(1, start) == pytest.approx([0, 1, 2, 3])


@pytest.mark.check("PER-08")
def test_per_08_partner_turns_to_long() -> None:
    """No immediate PDU because of it; the next after 30 s."""
    device = cd()
    device.run(0.5).forget()
    start = device.now
    device.hear(1, device.peer(1, state="AGSCD"))
    device.run(2).hear(1, device.peer(1, state="AGSCD"))
    device.configure(1, short_timeout=True)
    for _ in range(16):
        device.hear(1, device.peer(1, state="AGSCD"))
        device.run(2)
    assert device.times(1, start) == pytest.approx([30.0])


@pytest.mark.check("PER-09")
@pytest.mark.parametrize("why", ["LACP disabled", "link down"])
def test_per_09_not_operational(why: str) -> None:
    """100 s: no PDU."""
    device = cd()
    if why == "link down":
        device.down(1)
    else:
        device.configure(1, enabled=False)
    device.run(100)
    assert not device.sent(1)


def most_in_a_second(times: list[float]) -> int:
    return max(sum(start <= at < start + 1 - 1e-9 for at in times) for start in times)


@pytest.mark.check("TX-01")
@pytest.mark.parametrize("limit", [3, 10])
def test_tx_01_thirty_stale_views_in_three_seconds(limit: int) -> None:
    """At most 3 tx in any second (10 as in 2020); the last tx carries the newest values."""
    device = cd(tx_limit=limit)
    device.run(0.5).forget()
    for _ in range(30):
        device.hear(1, device.peer(1, view={"key": 9}))
        device.run(0.1)
    device.configure(1, priority=3)
    device.run(1)
    times = device.times(1)
    assert most_in_a_second(times) == limit
    assert len(times) >= 3 * limit
    assert device.sent(1)[-1][1].actor.port_priority == 3


@pytest.mark.check("TX-02")
def test_tx_02_four_causes_in_a_tenth_of_a_second() -> None:
    """3 PDUs now, the 4th when the window ends."""
    device = dut(1).up(1).keep_hearing(4, 1, state="AGSCD")
    device.run(1.5).forget()
    start = device.now
    for _ in range(4):
        device.hear(1, device.peer(1, state="AGSCD", view={"key": 9}))
        device.run(0.03)
    device.run(1)
    assert device.times(1, start) == pytest.approx([0, 0.03, 0.06, 1.0])


@pytest.mark.check("TX-03")
def test_tx_03_cause_gone_before_the_delayed_pdu() -> None:
    """It is still sent, with current values."""
    device = dut(1).up(1).keep_hearing(4, 1, state="AGSCD")
    device.run(1.5).forget()
    start = device.now
    for priority in (1, 2, 3, 4, 0x80):
        device.configure(1, priority=priority)
    device.run(1.2)
    assert device.times(1, start) == pytest.approx([0, 0, 0, 1.0])
    assert [pdu.actor.port_priority for _, pdu in device.sent(1)] == [1, 2, 3, 0x80]


@pytest.mark.check("TX-04")
def test_tx_04_send_failure() -> None:
    """NTT kept, retried, within the rate limit."""
    device = dut(1).up(1).keep_hearing(4, 1, state="AGSCD")
    device.run(1.5).forget()
    start = device.now
    device.configure(1, priority=1)
    for _ in range(3):
        device.do(TransmitFailed("p1"))
    assert len(device.sent(1)) == 3 and device.core.ports["p1"].NTT
    device.run(1.2)
    assert device.times(1, start) == pytest.approx([0, 0, 0, 1.0])


@pytest.mark.check("TX-05")
@pytest.mark.parametrize("jump", [100, 1000])
def test_tx_05_clock_jumps(jump: int) -> None:
    """One PDU, correct state (EXPIRED, then DEFAULTED), no burst."""
    device = cd()
    device.now += seconds(jump)
    device._note(device.core.advance(device.now))
    assert len(device.sent(1)) == 1 and device.view(1).rx == "EXPIRED" and device.letters(1) == ["ATGSE"]
    device.run(2.99)
    assert len(device.sent(1)) <= 4
    device.run(0.01)
    assert device.visited(1, "receive") == ["EXPIRED", "DEFAULTED"] and device.state(1) == "ATGF"


@pytest.mark.check("TX-06")
def test_tx_06_deadline_is_the_least_and_never_wakes_for_nothing() -> None:
    """Equals the least over all timers; each wake-up expires at least one; an early call does nothing."""
    random = Random(6)
    device = cd(on=(1, 2), independent=True, echo_guard=milliseconds(250))
    wakes = 0
    for _ in range(2000):
        timers = device.core.clock.timers
        left = [span for _, _, span in device.core.fingerprint(device.now)[-1]]
        assert device.core.deadline == (device.now + min(left) if left else None)
        if random.random() < 0.4:
            n = random.choice((1, 2))
            stimulus: Any = random.choice((device.up, device.up, device.down))
            stimulus(n) if random.random() < 0.1 else device.hear(n, device.peer(n))
        due = device.core.deadline
        if due is None:
            device.up(1)
            continue
        step = random.choice((0.1, 0.5, 3.0))
        if due > device.now + seconds(step):
            before = device.core.fingerprint(device.now)
            assert not device.core.advance(device.now) and device.core.fingerprint(device.now) == before
            device.now += seconds(step)
        else:
            running = len(timers), sum(timer.expired for timer in all_timers(device))
            device.now = due
            wakes += 1
            actions = device.core.advance(due)
            after = len(timers), sum(timer.expired for timer in all_timers(device))
            assert actions or after != running, "woken for nothing"
            assert device.core.deadline is None or device.core.deadline > due
    assert wakes > 300


def all_timers(device: Dut) -> list[Any]:
    return [value for port in device.core.ports.values() for value in vars(port).values() if hasattr(value, "expired")]


def test_idle_ports_want_no_wake_up() -> None:
    """A system without a link sleeps for ever; one whose partner asks for long wakes twice a minute."""
    core = LacpCore((bond(),), tuple(port(n) for n in range(1, 65)))
    assert core.deadline is None
    device = dut(1, ports={1: {"short_timeout": False}}).up(1).keep_hearing(10, 1, state="AGSCD")
    device.wakes = 0
    device.keep_hearing(600, 1, every=30, state="AGSCD")
    assert device.wakes == 20 and device.view(1).actor.state is flags("AGSCD")
