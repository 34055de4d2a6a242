"""RX: the Receive machine."""

from typing import Any

import pytest

from lacp.lacp_harness import BETTER, PEER, Dut, Wires, bond, cd, dut, flags, port
from pyiccp._sansio import seconds
from pyiccp.lacp import Defaulted, LacpCore
from pyiccp.lacp._variables import Selected
from pyiccp.lacp.events import Incident, PeerHeard, ReportIncident, Transmit
from pyiccp.wire._lacpdu import Participant

SILENT = Participant()


@pytest.mark.check("RX-01")
def test_rx_01_link_down_after_begin() -> None:
    """PORT_DISABLED; partner Sync 0; no tx."""
    device = dut().run(100)
    assert device.view(1).rx == "PORT_DISABLED"
    assert not device.view(1).partner.state.synchronization
    assert not device.log


@pytest.mark.check("RX-02")
def test_rx_02_link_up_after_begin() -> None:
    """EXPIRED; tx state has E=1 and F=1, partner Timeout bit 1, partner Sync 0."""
    device = dut(1).up(1)
    assert device.view(1).rx == "EXPIRED"
    pdu = device.sent(1)[0][1]
    assert pdu.actor.state is flags("ATGFE")
    assert pdu.partner.state.timeout and not pdu.partner.state.synchronization


@pytest.mark.check("RX-03")
def test_rx_03_defaulted_after_three_seconds() -> None:
    """DEFAULTED at 3.0 s: F=1, E=0; partner = partner_admin."""
    device = dut(1).up(1).run(2.999999999)
    assert device.view(1).rx == "EXPIRED"
    device.run(1e-9)
    assert device.view(1).rx == "DEFAULTED"
    assert device.state(1) == "ATGF"
    assert device.view(1).partner == SILENT


@pytest.mark.check("RX-04")
def test_rx_04_partner_at_the_last_moment() -> None:
    """CURRENT; F=E=0; partner recorded."""
    device = dut(1).up(1).run(2.9)
    pdu = device.peer(1)
    device.hear(1, pdu)
    assert device.view(1).rx == "CURRENT"
    assert device.state(1) == "ATG"
    assert device.view(1).partner == pdu.actor


@pytest.mark.check("RX-05")
def test_rx_05_partner_after_default() -> None:
    """CURRENT."""
    device = dut(1).up(1).run(10)
    device.hear(1, device.peer(1))
    assert device.view(1).rx == "CURRENT"


@pytest.mark.check("RX-06")
def test_rx_06_silence_with_short_timeout() -> None:
    """EXPIRED 3 s after the last PDU, DEFAULTED 3 s later."""
    device = cd()
    device.hear(1, device.peer(1))
    device.run(2.999).forget()
    device.run(0.001)
    assert device.visited(1, "receive") == ["EXPIRED"]
    device.run(2.999)
    assert device.visited(1, "receive") == ["EXPIRED"]
    device.run(0.001)
    assert device.visited(1, "receive") == ["EXPIRED", "DEFAULTED"]


def silence_with_long_timeout(device: Dut) -> list[float]:
    """When EXPIRED and DEFAULTED are entered, in seconds after the last LACPDU."""
    device.hear(1, device.peer(1))
    start = device.now
    device.forget()
    device.run(100)
    return [(at - start) / 1e9 for at, _, machine, _ in device.boxes if machine == "receive"]


@pytest.mark.check("RX-07")
def test_rx_07_silence_with_long_timeout() -> None:
    """EXPIRED at 90 s, DEFAULTED at 93 s."""
    device = dut(1, ports={1: {"short_timeout": False}}).up(1).keep_hearing(4, 1)
    assert device.state(1) == "AGSCD"
    assert silence_with_long_timeout(device) == [90, 93]
    assert device.visited(1, "receive") == ["EXPIRED", "DEFAULTED"]


@pytest.mark.check("RX-08")
def test_rx_08_long_with_a_partner_that_wants_short() -> None:
    """As RX-07; keeps sending every 1 s: the period follows the partner."""
    device = dut(1, ports={1: {"short_timeout": False}}).up(1).keep_hearing(4, 1, state="ATGSCD")
    start = device.now
    assert silence_with_long_timeout(device) == [90, 93]
    ticks = [round(t, 6) for t in device.times(1, start) if t < 89.5]
    assert ticks == [float(k) for k in range(1, 90)]


@pytest.mark.check("RX-09")
def test_rx_09_every_2_9_seconds_is_enough() -> None:
    """Never EXPIRED."""
    device = cd()
    device.keep_hearing(600, 1, every=2.9)
    assert "EXPIRED" not in device.visited(1, "receive")
    assert device.state(1) == "ATGSCD"


@pytest.mark.check("RX-10")
def test_rx_10_short_break_of_the_link() -> None:
    """PORT_DISABLED then EXPIRED; the old partner in the first tx; the first PDU -> CURRENT, same aggregator."""
    device = cd()
    lag = device.core.aggregators["bond"].lag
    device.down(1).run(0.1).up(1)
    assert device.visited(1, "receive") == ["PORT_DISABLED", "EXPIRED"]
    partner = device.sent(1)[0][1].partner
    assert (partner.system, partner.key, partner.port) == (PEER, 7, 1)
    device.hear(1, device.peer(1))
    assert device.view(1).rx == "CURRENT" and device.view(1).selected is Selected.SELECTED
    assert device.core.aggregators["bond"].lag == lag
    device.keep_hearing(2.1, 1)
    assert device.state(1) == "ATGSCD"


@pytest.mark.check("RX-11")
def test_rx_11_lacp_disabled_and_enabled() -> None:
    """Via PORT_DISABLED to LACP_DISABLED: UNSELECTED, defaults, partner Aggregation 0, no tx; enable -> EXPIRED."""
    admin = Participant(state=flags("G"))
    device = cd(ports={1: {"partner": admin}})
    device.configure(1, enabled=False)
    assert device.visited(1, "receive") == ["PORT_DISABLED", "LACP_DISABLED"]
    assert device.view(1).selected is Selected.UNSELECTED
    assert device.view(1).actor.state.defaulted and not device.view(1).partner.state.aggregation
    assert device.gates(1) == ["-d", "-c"]
    device.run(100)
    assert not device.sent(1)
    device.configure(1, enabled=True)
    assert device.view(1).rx == "EXPIRED" and device.sent(1)


@pytest.mark.check("RX-11")
@pytest.mark.parametrize(("after", "box"), [(1, "EXPIRED"), (10, "DEFAULTED")])
def test_rx_11_also_without_a_partner(after: float, box: str) -> None:
    """The same from EXPIRED and from DEFAULTED."""
    device = dut(1).up(1).run(after)
    assert device.view(1).rx == box
    device.forget().configure(1, enabled=False)
    assert device.visited(1, "receive") == ["PORT_DISABLED", "LACP_DISABLED"]
    device.run(100)
    assert not device.sent(1)


@pytest.mark.check("RX-12")
def test_rx_12_own_timeout_becomes_long() -> None:
    """Running timer unchanged; NTT; the next PDU restarts current_while at 90 s."""
    device = cd()
    device.run(0.5).forget()
    timer = device.core.ports["p1"].current_while
    before = device.core.clock.timers.get(timer)
    device.configure(1, short_timeout=False)
    assert device.core.clock.timers.get(timer) == before
    assert device.letters(1) == ["AGSCD"]
    device.hear(1, device.peer(1))
    assert device.core.clock.timers.get(timer) == device.now + seconds(90)


WRONG_VIEWS: list[dict[str, Any]] = [
    {"system": BETTER},
    {"system_priority": 1},
    {"key": 9},
    {"port": 99},
    {"port_priority": 1},
    {"state": "AT"},
]


@pytest.mark.check("RX-13")
@pytest.mark.parametrize("wrong", WRONG_VIEWS, ids=lambda wrong: next(iter(wrong)))
def test_rx_13_partner_sees_us_wrongly(wrong: dict[str, Any]) -> None:
    """Partner recorded but its Sync is treated as 0: stays ATTACHED, S=1, C=D=0; NTT: one PDU."""
    device = dut(1).up(1)
    wrong = {**wrong, "state": flags(wrong["state"])} if "state" in wrong else wrong
    device.keep_hearing(4, 1, view=wrong)
    assert device.view(1).partner.system == PEER and device.view(1).partner.key == 7
    assert device.view(1).mux == "ATTACHED" and device.state(1) == "ATGS"
    device.run(0.5).forget()
    device.hear(1, device.peer(1, view=wrong))
    assert device.letters(1) == ["ATGS"]


@pytest.mark.check("RX-14")
def test_rx_14_individual_partner_with_a_wrong_view() -> None:
    """Sync honoured."""
    device = dut(1).up(1)
    device.keep_hearing(2.5, 1, state="ATSCD", view={"key": 9})
    assert device.state(1) == "ATGSCD"


@pytest.mark.check("RX-15")
def test_rx_15_both_passive() -> None:
    """Sync not honoured; and silence."""
    device = dut(1, ports={1: {"active": False}}).up(1)
    device.keep_hearing(4, 1, state="TGSCD")
    assert not device.view(1).partner.state.synchronization
    assert not device.sent(1)


@pytest.mark.check("RX-16")
def test_rx_16_passive_partner_that_knows_us_active() -> None:
    """Sync honoured."""
    device = dut(1).up(1)
    device.keep_hearing(3, 1, state="TGSCD")
    assert device.view(1).partner.state.synchronization and device.state(1) == "ATGSCD"


@pytest.mark.check("RX-17")
def test_rx_17_passive_partner_that_thinks_us_passive() -> None:
    """Sync not honoured (active_link false); NTT."""
    device = dut(1).up(1)
    device.keep_hearing(4, 1, state="TGSCD", view={"state": flags("TG")})
    assert not device.view(1).partner.state.synchronization and device.state(1) == "ATGS"
    device.run(0.5).forget()
    device.hear(1, device.peer(1, state="TGSCD", view={"state": flags("TGS")}))
    assert len(device.sent(1)) == 1


@pytest.mark.check("RX-18")
@pytest.mark.parametrize("state", ["ATGSCDE", "ATGSCDF", "ATGSCDFE"])
def test_rx_18_partner_says_expired_or_defaulted(state: str) -> None:
    """No effect on Mux: the bits are informative."""
    device = cd()
    device.hear(1, device.peer(1, state=state))
    assert not device.visited(1, "mux") and device.state(1) == "ATGSCD"


@pytest.mark.check("RX-19")
def test_rx_19_partner_stops_collecting() -> None:
    """Coupled: stays COLLECTING_DISTRIBUTING. Independent: D drops, C stays."""
    coupled = cd()
    coupled.hear(1, coupled.peer(1, state="ATGS"))
    assert coupled.state(1) == "ATGSCD" and not coupled.gates(1)
    independent = cd(independent=True)
    independent.hear(1, independent.peer(1, state="ATGS"))
    assert independent.state(1) == "ATGSC" and independent.gates(1) == ["-d"]


@pytest.mark.check("RX-20")
def test_rx_20_partner_out_of_sync() -> None:
    """C=D=0, S=1 (ATTACHED), NTT."""
    device = cd()
    device.run(0.5).forget()
    device.hear(1, device.peer(1, state="ATG"))
    assert device.view(1).mux == "ATTACHED" and device.letters(1) == ["ATGS"]


@pytest.mark.check("RX-21")
@pytest.mark.parametrize("view", ["ATGSC", "ATGSD", "ATGS", "ATGSCDF", "ATGSCDE"])
def test_rx_21_bits_of_the_view_that_do_not_matter(view: str) -> None:
    """No NTT."""
    device = cd()
    device.run(0.5).forget()
    device.hear(1, device.peer(1, view={"state": flags(view)}))
    assert not device.sent(1) and not device.core.ports["p1"].NTT


@pytest.mark.check("RX-22")
@pytest.mark.parametrize("view", ["TGSCD", "AGSCD", "ATSCD", "ATGCD"])
def test_rx_22_bits_of_the_view_that_matter(view: str) -> None:
    """Activity, Timeout, Aggregation, Sync: NTT each, one PDU."""
    device = cd()
    device.run(0.5).forget()
    device.hear(1, device.peer(1, view={"state": flags(view)}))
    assert len(device.sent(1)) == 1


ADMIN = Participant(0x7000, BETTER, 9, 0x70, 4, flags("ATGSCD"))


@pytest.mark.check("RX-23")
def test_rx_23_administrative_partner_for_a_mute_one() -> None:
    """DEFAULTED with those values on the wire, port attaches and distributes."""
    device = dut(1, ports={1: {"partner": ADMIN}}, defaulted=Defaulted.AGGREGATE).up(1).run(6)
    assert device.view(1).rx == "DEFAULTED" and device.state(1) == "ATGSCDF"
    assert device.sent(1)[-1][1].partner == ADMIN
    assert device.gates(1) == ["+c", "+d"]


@pytest.mark.check("RX-24")
def test_rx_24_administrative_partner_changes() -> None:
    """Re-recorded; UNSELECTED if LAG parameters changed."""
    device = dut(1, ports={1: {"partner": ADMIN}}, defaulted=Defaulted.AGGREGATE).up(1).run(6)
    device.forget()
    same = Participant(0x7000, BETTER, 9, 0x70, 4, flags("AGSCD"))
    device.configure(1, partner=same)
    assert device.visited(1, "receive") == ["DEFAULTED"] and device.view(1).partner == same
    assert not device.gates(1)
    other = Participant(0x7000, BETTER, 10, 0x70, 4, flags("AGSCD"))
    device.configure(1, partner=other)
    assert device.view(1).partner == other
    assert device.visited(1, "mux") == ["ATTACHED", "DETACHED", "WAITING"] and device.gates(1) == ["-d", "-c"]


@pytest.mark.check("RX-25")
def test_rx_25_partner_moves_to_another_port() -> None:
    """Port 1 gets port_moved -> INITIALIZE, defaults; port 2 takes over."""
    device = cd().up(2)
    device.forget()
    device.hear(2, device.peer(2, port=1))
    assert device.visited(1, "receive") == ["INITIALIZE", "PORT_DISABLED", "EXPIRED"]
    assert device.view(1).actor.state.defaulted and device.view(1).partner.system != PEER
    assert device.gates(1) == ["-d", "-c"] and device.incidents(1) == [Incident.PORT_MOVED]
    device.keep_hearing(2.1, 2, port=1)
    assert device.state(2) == "ATGSCD" and device.core.aggregator("bond").active_ports == ("p2",)


@pytest.mark.check("RX-25")
def test_rx_25_also_when_the_old_link_is_down() -> None:
    """A partner remembered on a port without link is forgotten there."""
    device = cd()
    device.down(1).up(2)
    device.hear(2, device.peer(2, port=1))
    assert device.visited(1, "receive") == ["PORT_DISABLED", "INITIALIZE", "PORT_DISABLED"]
    assert device.view(1).actor.state.defaulted


@pytest.mark.check("RX-26")
def test_rx_26_partner_that_the_peer_node_hears_too() -> None:
    """Event "partner moved"; the caller decides; no endless flapping."""
    device = cd()
    device.do(PeerHeard((device.peer(1).actor,)))
    assert device.incidents(1) == [Incident.PARTNER_MOVED]
    device.keep_hearing(30, 1)
    assert device.incidents(1) == [Incident.PARTNER_MOVED] and device.state(1) == "ATGSCD"
    device.do(PeerHeard(()))
    device.do(PeerHeard((device.peer(1).actor,)))
    assert len(device.of(ReportIncident)) == 2


@pytest.mark.check("RX-27")
def test_rx_27_burst_of_a_thousand_a_second() -> None:
    """Each restarts the timer; at most 3 tx a second."""
    device = cd()
    timer = device.core.ports["p1"].current_while
    for _ in range(3000):
        device.hear(1, device.peer(1, view={"key": 9}))
        assert device.core.clock.timers.get(timer) == device.now + seconds(3)
        device.run(0.001)
    times = device.times(1)
    assert all(late - early >= 1 for early, late in zip(times, times[3:], strict=False))
    assert 9 <= len(times) <= 12


def test_an_lacpdu_in_a_port_disabled_is_forgotten() -> None:
    """It comes in before the link; the link then starts from EXPIRED."""
    device = dut(1)
    device.hear(1, device.peer(1))
    device.up(1)
    assert device.view(1).rx == "EXPIRED" and device.view(1).partner.system != PEER


def test_two_cores_agree_on_who_is_heard() -> None:
    wires = Wires(
        {"a": LacpCore((bond(),), (port(1),)), "b": LacpCore((bond(system=PEER),), (port(1),))}, [("a:p1", "b:p1")]
    )
    wires.connect().run(3)
    assert wires["a"].view(1).partner == wires["b"].view(1).actor
    assert any(isinstance(action, Transmit) for _, action in wires["b"].log)
