"""Plain switches with spanning tree in the lab: RouterOS configurations, rings, and what their monitors say."""

import json
from pathlib import Path

import msgspec
import pytest

from pyiccp._node.config import ConfigError
from pyiccp._node.node import Node
from pyiccp._node.status import BridgePortStatus
from pyiccp._routeros.monitor import bridge_monitor, duration, port_monitor
from pyiccp._sansio import seconds
from pyiccp.lab._network import Network
from pyiccp.lab._result import Result, result_of
from pyiccp.lab._run import prepare
from pyiccp.lab._scenario import parse

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


def port_of(network: Network, name: str) -> BridgePortStatus:
    node, port = name.split(":")
    device = network.devices[node].node
    assert isinstance(device, Node)
    return device.status(network.now).bridges["bridge1"].ports[port]


def test_port_monitor_of_a_port_that_does_not_forward_says_why() -> None:
    network = ring(until=8)
    text = port_monitor(port_of(network, "C:ether2"))
    assert text.split("\n")[:11] == [
        "               interface: ether2",
        "                  status: in-bridge",
        "                 port-id: 0x80.2",
        "                    role: alternate-port",
        "               edge-port: no",
        "     edge-port-discovery: yes",
        "     point-to-point-port: yes",
        "            sending-rstp: yes",
        "                learning: no",
        "              forwarding: no",
        "  not-forwarding-because: alternate port: another port leads to the root",
    ]
    rest = dict(line.strip().split(": ", 1) for line in text.split("\n")[11:])
    assert list(rest) == [
        *("actual-path-cost", "root-path-cost", "designated-bridge-id", "designated-cost", "designated-port-id"),
        *("designated-message-age", "designated-max-age", "tx-rx-bpdu", "discard-transitions", "forward-transitions"),
        *("tx-rx-tc", "topology-changes", "last-topology-change"),
    ]


def test_port_monitor_follows_what_is_heard() -> None:
    network = ring(until=8)
    root, client = port_of(network, "A:ether1"), port_of(network, "B:ether2")
    assert root.tree is not None
    assert client.tree is not None
    assert client.tree.designated_bridge_id == "0x8000.02:00:00:00:01:00"
    assert client.tree.designated_port_id == root.tree.port_id
    assert client.tree.root_path_cost == client.tree.actual_path_cost
    assert (root.tree.root_path_cost, client.tree.designated_max_age) == (0, 20)
    assert client.tree.rx_bpdu >= 4
    assert client.tree.forward_transitions == 1
    said = port_monitor(port_of(network, "B:ether3"))
    assert "edge-port: yes" in said
    assert "not-forwarding" not in said


def test_the_reason_is_in_the_json_as_a_code_too() -> None:
    port = json.loads(msgspec.json.encode(port_of(ring(until=8), "C:ether2"), enc_hook=str))
    assert (port["reason-code"], port["role"]) == ("alternate", "alternate-port")
    assert port["tree"]["port-id"] == "0x80.2"
    assert port["tree"]["last-topology-change"] == pytest.approx(8, abs=0.001), "it was the root port for a moment"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (0.9, "0s"), (125, "2m5s"), (3600, "1h"), (788_645, "1w2d3h4m5s")]
)
def test_durations_are_written_as_routeros_does(seconds: float, text: str) -> None:
    assert duration(seconds) == text
