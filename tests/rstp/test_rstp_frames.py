"""SCN-2 to SCN-5 counted in frames at hosts: whole switches from RouterOS configuration, in the lab, 1 ms flows."""

import pytest

from lab.test_switches import good, ring, roles
from pyiccp._node.events import Transmit
from pyiccp._node.node import Node
from pyiccp._sansio import seconds
from pyiccp.lab._result import result_of
from pyiccp.rstp._frames import BRIDGE_GROUP

check = pytest.mark.check
LINKS = ["A:ether1", "B:ether1", "C:ether1"]


@check("ENC-2")
def test_the_source_address_is_individual_and_differs_by_port() -> None:
    device = ring(until=5).devices["A"]
    assert isinstance(device.node, Node)
    sources = {
        action.port: action.frame[6:12]
        for action in device.node.advance(seconds(7.5))
        if isinstance(action, Transmit) and action.frame[:6] == BRIDGE_GROUP
    }
    assert set(sources) >= {"ether1", "ether2"}
    assert len(set(sources.values())) == len(sources)
    assert not any(source[0] & 1 for source in sources.values())


@check("SCN-2")
def test_a_cold_ring_repeats_no_frame() -> None:
    """Flows run from the first millisecond on."""
    network = ring(until=6, start="1ms")
    good(result_of(network))
    assert roles(network)["C:ether2"] == "alternate-port"


@check("SCN-3")
@pytest.mark.parametrize("link", LINKS)
def test_carrier_loss_costs_at_most_fifty_frames(link: str) -> None:
    result = result_of(ring(f"6s cut {link}", until=9))
    good(result)
    assert max(flow.lost for flow in result.flows) <= 50


@check("SCN-4")
@pytest.mark.parametrize("link", LINKS)
def test_a_link_that_returns_costs_at_most_fifty_frames(link: str) -> None:
    result = result_of(ring(f"6s cut {link}", f"9s mend {link}", until=13, start="8s"))
    good(result)
    assert max(flow.lost for flow in result.flows) <= 50


@check("SCN-5")
@pytest.mark.parametrize("link", LINKS)
def test_a_silent_link_costs_at_most_six_seconds(link: str) -> None:
    result = result_of(ring(f"6s silence {link}", until=15))
    good(result)
    assert max(flow.lost for flow in result.flows) <= 6050
