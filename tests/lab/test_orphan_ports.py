"""What only an isolated node has: `orphan-ports = keep | suspend` (M7.1)."""

import pytest

from lab.quick import carries, inline, node, scenario, started, until
from lab.third import losses, network
from pyiccp._node.report import SUSPENDED
from pyiccp._sansio import seconds
from pyiccp.lab._network import Network
from pyiccp.lab._scenario import QUICKSTART

SUSPEND = 'orphan-ports = "suspend"'
CUT, MEND = "10s cut Peer1:sfp1", "14s mend Peer1:sfp1"
ORPHANS = ("ether1", "ether2")


def orphans(net: Network) -> list[bool]:
    """Of Peer2's orphans: whether spanning tree counts them as enabled, and whether they learn or forward."""
    peer = node(net, "Peer2")
    views = [peer.tree_view(port) for port in ORPHANS]
    states = [any(peer.tree_states[port]) for port in ORPHANS]
    return [*(view is not None and view.enabled for view in views), *states]


def said(net: Network) -> list[str]:
    return [line.what for line in net.timeline if line.node == "Peer2" and line.what.startswith("orphan ports")]


@pytest.mark.long
@pytest.mark.parametrize("kept", [True, False])
def test_orphans_of_an_isolated_node(kept: bool) -> None:
    """1. The peer link is cut; Peer2 is isolated. Its orphans go on (keep), or are disabled ports that carry nothing,
    and the monitor says why (suspend). 2. After the mend Peer2 comes back through M8, its orphans too, and nothing
    more is lost."""
    net = network(CUT, MEND, tuning="" if kept else SUSPEND)
    net.run(seconds(13))
    assert node(net, "Peer2").pairing.mlag.pair.store.isolated
    assert orphans(net) == [kept] * 4
    assert (losses(net)["h3>h4"] > 2500) is not kept
    ports = node(net, "Peer2").status(net.now).bridges["bridge1"].ports
    assert {ports[name].comment for name in ORPHANS} == {None if kept else SUSPENDED}
    assert {ports[name].status for name in ORPHANS} == {"in-bridge" if kept else "inactive"}
    net.run(seconds(25))
    assert not node(net, "Peer2").pairing.mlag.pair.store.isolated
    assert orphans(net) == [True] * 4
    told = ["orphan ports suspended: ether1, ether2", "orphan ports carry again: ether1, ether2"]
    assert said(net) == ([] if kept else told)
    before = losses(net)
    net.run(seconds(27))
    assert losses(net) == before


def test_they_stay_suspended_over_a_restart() -> None:
    """M7.2: a restart stays isolated, and its orphans suspended, although their links come up anew."""
    net = network(CUT, "11s crash Peer2", "12s start Peer2", tuning=SUSPEND)
    net.run(seconds(15))
    assert node(net, "Peer2").plane.running["ether1"]
    assert node(net, "Peer2").pairing.mlag.pair.store.isolated
    assert orphans(net) == [False] * 4


@pytest.mark.long
def test_who_recovers_by_itself_serves_its_orphans_too() -> None:
    """M7.3: the keepalive goes as well; after auto-recovery Peer2 carries all it has, under its solo identity."""
    net = network(CUT, "11s cut keepalive", tuning=SUSPEND)
    net.run(seconds(20.5))
    assert orphans(net) == [False] * 4
    net.run(seconds(26))
    assert orphans(net) == [True] * 4


QUICK_BOND = "add mode=802.3ad name=orphan slaves=sfp-sfpplus3 lacp-rate=1sec"
PARTNER = f"""
[node.Switch]
mac = "02:00:00:00:0D:00"
script = '''
/interface bonding {QUICK_BOND.replace("sfp-sfpplus3", "ether1")}
'''
[[link]]
ends = ["Switch:ether1", "Peer2:sfp-sfpplus3"]
"""


def test_an_orphan_bond_leaves_lacp_too() -> None:
    """1. A switch has a bond to Peer2 alone. 2. Peer2 is isolated: the switch sees S=0. 3. Peer2 comes back: it carries
    again."""
    text = (QUICKSTART / "peer2.rsc").read_text()
    text = text.replace("add mlag-id=10", f"{QUICK_BOND}\nadd mlag-id=10")
    text = text.replace("interface=client-bond", "interface=client-bond\nadd bridge=bridge1 interface=orphan")
    key, value = inline("Peer2", text)
    wired = "[[keepalive]]"
    changes = [(key, f"{SUSPEND}\n{value}"), (wired, f"{PARTNER}\n{wired}")]
    events = ("7s cut Peer1:sfp-sfpplus1", "10s mend Peer1:sfp-sfpplus1")
    net = until(started(scenario(*events, until="20s", flows=False, changes=changes)), 6.9)
    assert carries(net, "Switch", "ether1")
    until(net, 9.9)
    assert not carries(net, "Switch", "ether1")
    assert not node(net, "Peer2").lacp.port("sfp-sfpplus3").actor.state.synchronization
    until(net, 16.0)
    assert carries(net, "Switch", "ether1")
