"""CHN: churn detection."""

import pytest

from lacp.lacp_harness import US, Dut, cd, dut
from pyiccp._sansio import milliseconds
from pyiccp.lacp.events import IdentityChanged, Incident, OutOfSyncHeld


def churn(device: Dut, number: int = 1) -> tuple[bool, bool]:
    view = device.view(number)
    return view.actor_churn, view.partner_churn


@pytest.mark.check("CHN-01")
def test_chn_01_no_partner() -> None:
    """Actor and partner churn TRUE at 60 s, count 1."""
    device = dut(1).up(1).run(59.999)
    assert churn(device) == (False, False)
    device.run(0.001)
    assert churn(device) == (True, True)
    device.run(1000)
    assert device.counters(1)["ActorChurnCount"] == device.counters(1)["PartnerChurnCount"] == 1
    assert device.incidents(1) == [Incident.ACTOR_CHURN, Incident.PARTNER_CHURN]


@pytest.mark.check("CHN-02")
def test_chn_02_sync_after_five_seconds() -> None:
    """NO_CHURN at 5 s, not at 60 s."""
    device = dut(1).up(1).run(3)
    device.keep_hearing(1.9, 1)
    assert device.core.ports["p1"].boxes["actor churn"] == "ACTOR_CHURN_MONITOR"
    device.run(0.1)
    assert device.core.ports["p1"].boxes["actor churn"] == "NO_ACTOR_CHURN"
    assert device.core.ports["p1"].boxes["partner churn"] == "NO_PARTNER_CHURN"
    device.keep_hearing(100, 1)
    assert not device.incidents(1)


@pytest.mark.check("CHN-03")
def test_chn_03_sync_lost_after_an_hour() -> None:
    """MONITOR now, CHURN 60 s later."""
    device = cd()
    for _ in range(1200):
        device.hear(1, device.peer(1))
        device.run(2.9)
    device.hear(1, device.peer(1, state="ATG"))
    assert device.core.ports["p1"].boxes["partner churn"] == "PARTNER_CHURN_MONITOR"
    for _ in range(20):
        device.run(2.999).hear(1, device.peer(1, state="ATG"))
    assert churn(device) == (False, False)
    device.run(0.02)
    assert churn(device) == (False, True)


@pytest.mark.check("CHN-03")
def test_chn_03_our_own_sync_lost() -> None:
    """The actor's copy: the partner never echoes our new identity, so we stay out of sync."""
    device = cd(echo_guard=milliseconds(250))
    device.do(IdentityChanged("bond", US, 1, 1, 0))
    assert device.core.ports["p1"].boxes["actor churn"] == "ACTOR_CHURN_MONITOR"
    device.keep_hearing(59.99, 1, view={"system_priority": 0x8000})
    assert churn(device) == (False, False)
    device.run(0.01)
    assert churn(device) == (True, True)


@pytest.mark.check("CHN-04")
def test_chn_04_sync_comes_back() -> None:
    """NO_CHURN at once."""
    device = dut(1).up(1).run(70)
    device.hear(1, device.peer(1))
    assert churn(device) == (True, False)
    device.run(2)
    assert churn(device) == (False, False)


@pytest.mark.check("CHN-05")
def test_chn_05_link_down_in_churn() -> None:
    """MONITOR, flag FALSE; 60 s count from the next link up."""
    device = dut(1).up(1).run(70).down(1)
    assert churn(device) == (False, False)
    assert device.core.ports["p1"].boxes["actor churn"] == "ACTOR_CHURN_MONITOR"
    device.run(100)
    assert churn(device) == (False, False) and device.core.deadline is None
    device.up(1).run(59)
    assert churn(device) == (False, False)
    device.run(1)
    assert churn(device) == (True, True)


@pytest.mark.check("CHN-06")
def test_chn_06_partner_never_in_sync() -> None:
    """Only partner churn."""
    device = dut(1).up(1)
    device.keep_hearing(62, 1, state="ATG")
    assert device.state(1) == "ATGS" and churn(device) == (False, True)
    assert device.incidents(1) == [Incident.PARTNER_CHURN]


@pytest.mark.check("CHN-07", choice="no churn of a STANDBY port: Selection wants it out of sync")
def test_chn_07_standby_port() -> None:
    """No event for STANDBY; the 60 s begin when it is SELECTED."""
    device = dut(max_links=1).up(1, 2)
    device.keep_hearing(100, 1, 2)
    assert device.view(2).mux == "WAITING" and churn(device, 2) == (False, False)
    assert not device.incidents(2)
    device.down(1).keep_hearing(1, 2)
    assert device.core.ports["p2"].actor_churn_timer.running


@pytest.mark.check("CHN-07")
@pytest.mark.parametrize("after", [30, 70])
def test_chn_07_becomes_standby(after: float) -> None:
    """A port that is held while it is watched, or in churn, is excused: flags FALSE, no later event."""
    device = dut(1).up(1).run(after)
    device.do(OutOfSyncHeld("bond", True))
    device.hear(1, device.peer(1, state="ATG"))
    assert device.view(1).mux == "WAITING" and churn(device) == (False, False)
    device.forget().keep_hearing(200, 1, state="ATG")
    assert churn(device) == (False, False) and not device.incidents(1)
