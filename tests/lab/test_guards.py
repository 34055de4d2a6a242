"""BPDU guard in the lab: what it disables stays so until somebody clears it."""

from pathlib import Path

import pytest

from lab.third import network as third_network
from node.labs import node
from pyiccp._sansio import seconds
from pyiccp.lab._network import Network
from pyiccp.lab._result import result_of
from pyiccp.lab._run import prepare
from pyiccp.lab._scenario import parse
from pyiccp.lab._text import to_text

SCENARIO = """
[lab]
until = "60s"
events = ["10s clear-guards A", "20s cut B:ether1", "21s clear-guards A"]
[node.A]
script = '''
/interface bridge add name=bridge1 protocol-mode=rstp
/interface bridge port add bridge=bridge1 interface=ether1 edge=yes bpdu-guard=yes
'''
mac = "74:4D:28:00:00:01"
[node.B]
script = '''
/interface bridge add name=bridge1 protocol-mode=rstp
/interface bridge port add bridge=bridge1 interface=ether1
'''
mac = "74:4D:28:00:00:02"
[[link]]
ends = ["A:ether1", "B:ether1"]
"""


def test_a_guarded_port_is_cleared_by_an_event() -> None:
    """1. B's first BPDU disables A's port. 2. Cleared while B still speaks: disabled again by its next BPDU. 3. B is
    gone, cleared: no guard is left."""
    net = prepare(parse(SCENARIO, "guards.toml", Path()))
    tree = net.devices["A"].node.tree_of["ether1"]  # type: ignore[union-attr]
    seen = []
    for until in (9.9, 13, 20.5, 21.5):
        net.run(seconds(until))
        seen.append(tree.bridge.ports["ether1"].guarded)
    assert seen == [True, True, True, False]


def guarded(net: Network) -> dict[str, list[bool]]:
    """By node of the pair: whether the bond's and the third switch's ports are guarded, of those in the tree."""
    views = {
        name: [node(net, name).tree_view(port) for port in ("client-bond", "ether2")] for name in ("Peer1", "Peer2")
    }
    return {name: [view is not None and view.guarded for view in of] for name, of in views.items()}


def pair(*events: str, more: str = "") -> Network:
    """Both ports of the bond, and the ports towards the third switch, are guarded; the third is heard on both nodes."""
    return third_network(*events, edge=f"yes bpdu-guard=yes{more}", uplink=f"yes bpdu-guard=yes{more}")


@pytest.mark.long
def test_guards_of_a_pair_are_cleared_on_both_nodes() -> None:
    """1. The client is a bridge: its bond is disabled on both nodes, and so is each node's port to the third switch.
    2. Cleared on the secondary while they speak: disabled again. 3. Both are dead: what the secondary clears is the
    bond on both nodes, and its own port; the primary's port waits for the primary's operator. The lab compares the
    copies of the tree at every entry of the log."""
    net = pair("10s clear-guards Peer2", "20s crash Client", "20s crash Third", "21s clear-guards Peer2")
    net.run(seconds(9))
    assert guarded(net) == {"Peer1": [True, True], "Peer2": [True, True]}
    net.run(seconds(13))
    assert guarded(net) == {"Peer1": [True, True], "Peer2": [True, True]}
    net.run(seconds(22))
    assert guarded(net) == {"Peer1": [False, True], "Peer2": [False, False]}
    net.clear_guards(net.devices["Peer1"])
    net.run(seconds(23))
    assert guarded(net) == {"Peer1": [False, False], "Peer2": [False, False]}


@pytest.mark.long
def test_a_guard_of_a_pair_lets_go_after_its_time() -> None:
    """`bpdu-guard-disable-time` travels with the port: the copies let go at the same entry."""
    net = pair("20s crash Client", "20s crash Third", more=" bpdu-guard-disable-time=20s")
    net.run(seconds(19))
    assert guarded(net) == {"Peer1": [True, True], "Peer2": [True, True]}
    net.run(seconds(45))
    assert guarded(net) == {"Peer1": [False, False], "Peer2": [False, False]}


def test_the_text_says_of_plain_bridges_what_each_port_is_and_why_it_does_not_forward() -> None:
    """After `status: disabled` of MLAG the report shows the bridge and its ports."""
    net = prepare(parse(SCENARIO, "guards.toml", Path()))
    net.run(seconds(9))
    _, first, _, second = to_text(result_of(net)).split("\n\n")[:4]
    assert first.startswith("[admin@A] > /interface/bridge/monitor bridge1\n")
    assert first.endswith("\n  ether1: disabled-port, discarding: BPDU guard has disabled the port")
    assert "root-bridge: yes" in second
    assert second.endswith("\n  ether1: designated-port, learning: learning until the forward delay is over")
