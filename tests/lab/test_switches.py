"""Plain switches with spanning tree in the lab: RouterOS configurations, rings, and what their monitors say."""

from pathlib import Path

import pytest

from pyiccp.lab.network import Network
from pyiccp.lab.result import Result, result_of
from pyiccp.lab.run import prepare
from pyiccp.lab.scenario import parse
from pyiccp.node.config import ConfigError
from pyiccp.node.node import Node
from pyiccp.routeros.monitor import bridge_monitor
from pyiccp.sansio import seconds

SWITCH = """
[node.{name}]
script = '''
/interface bridge add name=bridge1 protocol-mode={mode}
/interface bridge port add bridge=bridge1 interface=ether1
/interface bridge port add bridge=bridge1 interface=ether2
/interface bridge port add bridge=bridge1 interface=ether3 edge=yes
'''
mac = "02:00:00:00:0{number}:00"
[host.h{number}]
on = "{name}:ether3"
"""
RING = "".join(f'[[link]]\nends = ["{a}:ether1", "{b}:ether2"]\n' for a, b in (("A", "B"), ("B", "C"), ("C", "A")))
FLOWS = """
[[flow]]
from = "h1"
to = "h2"
start = "{start}"
[[flow]]
from = "h2"
to = "h3"
start = "{start}"
broadcast = true
every = "10ms"
"""


def ring(*events: str, until: float, mode: str = "rstp", start: str = "4s") -> Network:
    listed = ", ".join(f'"{event}"' for event in events)
    nodes = "".join(SWITCH.format(name=name, number=number, mode=mode) for number, name in enumerate("ABC", 1))
    text = f'[lab]\nuntil = "{until}s"\nevents = [{listed}]\n' + nodes + RING + FLOWS.format(start=start)
    network = prepare(parse(text, "ring.toml", Path()))
    network.run(seconds(until))
    return network


def roles(network: Network) -> dict[str, str | None]:
    return {
        f"{name}:{port}": status.role
        for name, device in network.devices.items()
        if isinstance(device.node, Node)
        for port, status in device.node.status(network.now).bridges["bridge1"].ports.items()
        if port != "ether3"
    }


def good(result: Result) -> None:
    assert not result.loops
    for flow in result.flows:
        assert not flow.duplicated
        assert not flow.reflected


def test_a_ring_of_three_blocks_one_port_and_carries_everything() -> None:
    network = ring(until=8)
    assert roles(network) == {
        "A:ether1": "designated-port",
        "A:ether2": "designated-port",
        "B:ether1": "designated-port",
        "B:ether2": "root-port",
        "C:ether1": "root-port",
        "C:ether2": "alternate-port",
    }
    result = result_of(network)
    good(result)
    assert max(flow.lost for flow in result.flows) == 0


def test_when_a_link_fails_the_alternate_port_takes_over_at_once() -> None:
    network = ring("6s cut A:ether2", until=9)
    result = result_of(network)
    good(result)
    assert roles(network)["C:ether2"] == "root-port"
    assert max(flow.lost for flow in result.flows) <= 2
    healed = ring("6s cut A:ether2", "8s mend A:ether2", until=13)
    good(result_of(healed))
    assert roles(healed)["C:ether2"] == "alternate-port"


def test_legacy_stp_listens_for_max_age_and_learns_for_forward_delay() -> None:
    """20 s and 15 s (17.29.1, 17.20.4): what edge ports and proposals spare RSTP."""
    network = ring(until=39, mode="stp", start="36s")
    notices = [(moment.at, moment.what) for moment in network.timeline if moment.node == "A"]
    assert (seconds(20), "ether1: designated port, learning") in notices
    assert (seconds(35), "ether1: designated port, forwarding") in notices
    result = result_of(network)
    good(result)
    assert max(flow.lost for flow in result.flows) == 0
    assert roles(network)["C:ether2"] == "alternate-port"


def test_a_topology_change_in_stp_mode_leaves_no_black_hole() -> None:
    """1. The ring carries. 2. A link fails; the blocked port takes over after 2 x forward-delay. 3. Hosts learned on
    the old way are forgotten, so every flow goes on as soon as the port forwards."""
    network = ring("40s cut A:ether2", until=75, mode="stp", start="71s")
    result = result_of(network)
    good(result)
    assert max(flow.lost for flow in result.flows) == 0
    assert roles(network)["C:ether2"] == "root-port"


def test_mstp_on_a_plain_bridge_is_refused_with_what_is_supported() -> None:
    with pytest.raises(ConfigError, match="use protocol-mode=rstp or stp"):
        ring(until=1, mode="mstp")


def test_the_monitor_in_the_document_s_order() -> None:
    network = ring(until=4)
    node = network.devices["B"].node
    assert isinstance(node, Node)
    text = bridge_monitor(node.status(network.now).bridges["bridge1"])
    assert [line.split(":")[0].strip() for line in text.splitlines()] == [
        "state",
        "current-mac-address",
        "bridge-id",
        "root-bridge",
        "root-bridge-id",
        "root-path-cost",
        "root-port",
        "port-count",
        "designated-port-count",
        "fast-forward",
    ]
    assert "root-bridge-id: 0x8000.02:00:00:00:01:00" in text
    assert "root-path-cost: 2000" in text
    assert "root-port: ether2" in text
