"""M9 in whole networks: a pair is one RSTP bridge, to a third switch and to a bridge behind its bond."""

import itertools

import pytest
from msgspec.structs import replace

from lab.third import Bpdus, losses, network
from pyiccp._mlag.events import Tell
from pyiccp._mlag.stp import Role
from pyiccp._node.carrier import port_changed
from pyiccp._node.node import Node
from pyiccp._node.status import BridgeStatus
from pyiccp._sansio import seconds
from pyiccp.lab._copies import Copies, CopiesDifferError
from pyiccp.lab._device import RUNNING
from pyiccp.lab._network import Network
from pyiccp.rstp._core import RstpCore
from pyiccp.wire._bpdu import RstBpdu
from pyiccp.wire._mac import mac
from pyiccp.wire.iccp._tree import TreeBpdu, TreeEntry

PAIR, SOLO2 = mac("74:4D:28:11:70:6B"), mac("FE:4D:28:16:2C:91")


def node(net: Network, name: str) -> Node:
    running = net.devices[name].node
    assert isinstance(running, Node)
    return running


def bridge(net: Network, name: str) -> BridgeStatus:
    return node(net, name).status(net.now).bridges["bridge1"]


def tree(net: Network, name: str) -> RstpCore:
    copy = node(net, name).pair_tree
    assert copy is not None
    return copy.core


@pytest.mark.long
@pytest.mark.parametrize("mode", ["rstp", "stp"])
def test_as_root_both_nodes_are_one_bridge_to_everybody(mode: str) -> None:
    """M9.2: one identifier, one port identifier for the bond, another for every orphan; both monitors say root."""
    net = network(mode=mode)
    bpdus = Bpdus(net)
    net.run(seconds(45 if mode == "stp" else 12))
    since = seconds(32 if mode == "stp" else 6)
    said = [event.bpdu for event in bpdus.to("Third:ether1", "Third:ether2", "Client:sfp1", "Client:sfp2", since=since)]
    assert {bpdu.bridge.mac for bpdu in said} == {PAIR}
    assert {bpdu.root.mac for bpdu in said} == {PAIR}
    client = [event.bpdu.port for event in bpdus.to("Client:sfp1", "Client:sfp2", since=since)]
    third = {event.bpdu.port for event in bpdus.to("Third:ether1", "Third:ether2", since=since)}
    assert len(set(client)) == 1
    assert len(third) == 2
    assert not third & set(client)
    for name in ("Peer1", "Peer2"):
        status = bridge(net, name)
        assert (status.root_bridge, status.root_port, status.root_path_cost) == (True, "none", 0)
        assert status.bridge_id == "0x1000.74:4D:28:11:70:6B"
    assert net.copies.compared > 20


@pytest.mark.long
def test_a_bonds_bpdu_is_sent_once_by_the_primarys_half_while_it_is_up() -> None:
    """M9.2: 1. Both halves are up: Peer1 alone speaks. 2. Its half is cut: Peer2 speaks, no hello is missed."""
    net = network("12s cut Peer1:sfp2")
    bpdus = Bpdus(net)
    net.run(seconds(20))
    speakers = [(source, at) for source, sink, at, _ in bpdus.heard if sink.startswith("Client:sfp")]
    before = {source for source, at in speakers if seconds(6) < at < seconds(12)}
    assert before == {"Peer1:sfp2"}
    assert {source for source, at in speakers if at > seconds(12)} == {"Peer2:sfp2"}
    times = [at for _, at in speakers if at > seconds(6)]
    assert max(b - a for a, b in itertools.pairwise(times)) <= seconds(2.1)


def test_one_root_port_for_the_pair_and_the_other_node_shows_its_peer_port() -> None:
    """M9.2: at every instant both nodes show the same root and cost."""
    net = network(root="third")
    for _ in range(24):
        net.run(net.now + seconds(0.5))
        one, two = bridge(net, "Peer1"), bridge(net, "Peer2")
        assert (one.root_bridge_id, one.root_path_cost) == (two.root_bridge_id, two.root_path_cost)
    assert (one.root_port, two.root_port) == ("ether2", "sfp1")
    assert one.root_bridge_id == "0x1000.74:4D:28:33:00:01"
    assert two.ports["ether2"].role == "alternate-port"
    assert not two.ports["ether2"].forwarding


@pytest.mark.long
def test_the_lab_itself_compares_the_copies_at_every_entry() -> None:
    net = network("12s cut Peer2:ether2", "14s mend Peer2:ether2")
    net.run(seconds(18))
    assert net.copies.compared > 50
    assert tree(net, "Peer1").fingerprint(net.now)[0] == tree(net, "Peer2").fingerprint(net.now)[0]


def test_copies_that_differ_fail_loudly() -> None:
    copies = Copies()
    copies.see("session", 3, (("a", 1), ("b", 2)))
    with pytest.raises(CopiesDifferError, match=r"entry 3: copy\[1\]\[1\] is 2 on one node and 3 on the other"):
        copies.see("session", 3, (("a", 1), ("b", 3)))


@pytest.mark.long
@pytest.mark.parametrize("root", ["pair", "third", "client"])
@pytest.mark.parametrize("node_name", ["Peer1", "Peer2"])
def test_a_planned_stop_and_the_return_cost_nobody_a_frame_whose_path_is_left(root: str, node_name: str) -> None:
    """M14, with a third switch: ≤ 2 frames where it must change; nothing between hosts that do not hang on the node."""
    net = network(f"10s stop {node_name}", f"14s start {node_name}", root=root)
    net.run(seconds(10))
    before = losses(net)
    net.run(seconds(20))
    assert net.wires.loops == 0
    gone = "h2" if node_name == "Peer1" else "h3"
    for flow, lost in losses(net).items():
        if gone not in flow:
            assert lost - before[flow] <= 2, flow
    assert all(each.duplicated == each.reflected == 0 for each in net.directions)


@pytest.mark.long
@pytest.mark.parametrize("root", ["pair", "third", "client"])
@pytest.mark.parametrize("keepalive", [True, False])
def test_the_peer_link_is_cut_and_mended(root: str, keepalive: bool) -> None:
    """M6.2, M7.1, M3.1: 1. the secondary leaves the bond and goes on as a bridge of its own: nothing is lost, every
    host has another way. 2. It comes back: its ports discard for the 20 ms that frames inside neighbours may take."""
    net = network("10s cut Peer1:sfp1", "14s mend Peer1:sfp1", root=root, keepalive=keepalive)
    net.run(seconds(13))
    assert bridge(net, "Peer1").bridge_id.endswith("74:4D:28:11:70:6B")
    priority = "0xf000" if keepalive else "0x1000" if root == "pair" else "0x8000"
    assert bridge(net, "Peer2").bridge_id == f"{priority}.FE:4D:28:16:2C:91"
    split = losses(net)
    assert max(split.values()) <= 3
    net.run(seconds(22))
    assert net.wires.loops == 0
    assert all(each.duplicated == each.reflected == 0 for each in net.directions)
    for flow, lost in losses(net).items():
        assert lost - split[flow] <= (25 if "h3" in flow else 2), flow
    assert bridge(net, "Peer2").bridge_id.endswith("74:4D:28:11:70:6B")


def test_a_survivor_opens_no_port_before_a_living_peer_had_time_to_isolate() -> None:
    """M6.2: 1. The third switch is the root, Peer1's uplink is the pair's root port, Peer2's is blocked. 2. Peer1
    crashes. Peer2's uplink opens after three heartbeats and ask-time, not when spanning tree would let it."""
    net = network("10s crash Peer1", root="third")
    net.run(seconds(10.5))
    port = bridge(net, "Peer2").ports["ether2"]
    assert (port.role, port.forwarding) == ("alternate-port", False)
    net.run(seconds(11.5))
    assert not bridge(net, "Peer2").ports["ether2"].forwarding
    net.run(seconds(12.1))
    port = bridge(net, "Peer2").ports["ether2"]
    assert (port.role, port.forwarding) == ("root-port", True)


def test_goodbye_lets_the_survivor_open_at_once() -> None:
    """M6.2: unless goodbye says that the other is out."""
    net = network("10s stop Peer1", root="third")
    net.run(seconds(10.5))
    assert bridge(net, "Peer2").ports["ether2"].forwarding


@pytest.mark.long
def test_the_survivor_goes_on_from_the_last_entry() -> None:
    """M9.4: the primary crashes; the bond's port forwards on, its neighbour misses no hello and sees no new root."""
    net = network("12s crash Peer1")
    bpdus = Bpdus(net)
    net.run(seconds(20))
    heard = [
        (at, event.bpdu) for _, sink, at, event in bpdus.heard if sink.startswith("Client:sfp") and at > seconds(6)
    ]
    assert {bpdu.bridge.mac for _, bpdu in heard} == {PAIR}
    assert all(isinstance(bpdu, RstBpdu) and bpdu.flags.forwarding for _, bpdu in heard)
    times = [at for at, _ in heard]
    assert max(b - a for a, b in itertools.pairwise(times)) <= seconds(4)
    assert bridge(net, "Client").root_bridge_id == "0x1000.74:4D:28:11:70:6B"


def test_a_topology_change_flushes_both_tables() -> None:
    """M9.5: 1. The third switch is the root; its host is known on Peer1's uplink, and to Peer2 by way of Peer1. 2. That
    uplink is cut: Peer2's opens, and both nodes have forgotten where the host was before its next frame comes."""
    net = network("12s cut Third:ether1", root="third")
    address = net.hosts["h4"].mac

    def place(name: str) -> list[str]:
        return [each.on_interface for each in node(net, name).status(net.now).hosts if each.mac_address == address]

    net.run(seconds(11.9))
    assert (place("Peer1"), place("Peer2")) == (["ether2"], ["sfp1"])
    net.run(seconds(12.01))
    assert (place("Peer1"), place("Peer2")) == (["sfp1"], ["ether2"])
    before = losses(net)
    assert max(before.values()) <= 3
    net.run(seconds(14))
    assert losses(net) == before


@pytest.mark.long
def test_an_isolated_node_is_a_bridge_of_its_own_and_never_the_root_of_others() -> None:
    """M7.1: the solo identifier on orphan ports, no BEGIN: h3 loses nothing on its way to the third switch."""
    net = network("10s cut Peer1:sfp1")
    bpdus = Bpdus(net)
    net.run(seconds(16))
    own = {event.bpdu.bridge.mac for event in bpdus.to("Third:ether2", since=seconds(11))}
    assert own <= {SOLO2}
    assert bridge(net, "Third").root_bridge_id == "0x1000.74:4D:28:11:70:6B"
    assert losses(net)["h3>h4"] <= 2


def forwards(net: Network, name: str, port: str) -> bool:
    return node(net, name).pairing.bridge.forwarding.ports[port].forwarding


def test_a_link_that_comes_back_sooner_than_the_log_finds_its_port_shut() -> None:
    """M9: 1. The secondary's uplink loses its carrier and has it again 30 us later; the primary is 50 us away. 2. Its
    neighbour may be another one, so no frame passes until the pair has agreed anew. 3. Then it carries as before."""
    net = network("12s cut Third:ether2", "12.00003s mend Third:ether2")
    net.run(seconds(11.9))
    assert forwards(net, "Peer2", "ether2")
    net.run(seconds(12.00004))
    assert not forwards(net, "Peer2", "ether2")
    net.run(seconds(14))
    assert forwards(net, "Peer2", "ether2")


def test_what_a_silent_primary_was_told_of_links_its_survivor_knows() -> None:
    """M9.4: 1. The primary hangs. 2. An uplink of the secondary is cut, another comes back; nobody enters that into the
    log. 3. The session is lost: the survivor's tree is as its links are."""
    net = network("9s cut h3", "10s hang Peer1", "10.2s cut Third:ether2", "10.3s mend h3")
    net.run(seconds(10.7))
    assert node(net, "Peer2").pairing.log is not None
    net.run(seconds(13))
    ports = bridge(net, "Peer2").ports
    assert (ports["ether2"].role, ports["ether1"].role) == ("disabled-port", "designated-port")


def test_what_a_stopped_primary_was_told_after_its_goodbye_its_survivor_knows() -> None:
    """M9.4: 1. The primary drains, says goodbye and stops. 2. A millisecond before the carrier tells that, an orphan of
    the secondary comes up; who hears of it enters nothing any more. 3. It is in the survivor's tree, and forwards."""
    net = network("9s cut h3", "10s stop Peer1", "10.3005s mend h3")
    net.run(seconds(10.3006))
    pairing = node(net, "Peer2").pairing
    session = pairing.mlag.pair.session
    assert net.devices["Peer1"].state != RUNNING
    assert session is not None
    assert pairing.log is not None
    assert (session.goodbye, pairing.log.role) == (True, Role.SECONDARY)
    assert bridge(net, "Peer2").ports["ether1"].role == "disabled-port"
    net.run(seconds(14))
    assert forwards(net, "Peer2", "ether1")


@pytest.mark.long
def test_what_a_bridge_says_before_the_half_towards_it_is_up_counts_when_it_is() -> None:
    """M9.2, M4.2: 1. The client is the root, and the survivor carries alone under its solo identity. 2. The other node
    is back; the survivor lets go, and the client proposes on the other half in the moment in which that one collects
    and does not distribute yet. 3. The client says nothing more for two seconds; the half is the root port at once."""
    net = network("10s crash Peer1", "14s start Peer1", root="client", keepalive=False)
    net.run(seconds(16.9))
    before = losses(net)
    net.run(seconds(22))
    after = losses(net)
    assert {bridge(net, name).root_port for name in ("Peer1", "Peer2")} == {"client-bond"}
    assert max(after[flow] - before[flow] for flow in ("h1>h3", "h3>h1", "h1>h4", "h4>h1")) <= 2


@pytest.mark.parametrize(("age", "told"), [(0, 1), (1.9, 1), (2, 0)])
def test_what_was_heard_early_counts_for_a_hello_time(age: float, told: int) -> None:
    """1. A half without a link has kept a BPDU. 2. Its link comes up: the log hears what is not stale. 3. A half that
    takes nothing in keeps nothing."""
    net = network("12s cut Client:sfp1", "12s cut Client:sfp2", root="client")
    bpdus = Bpdus(net)
    net.run(seconds(12.5))
    [*_, heard] = bpdus.to("Peer1:sfp2")
    peer = node(net, "Peer1")
    peer.early["client-bond"] = replace(heard, port="client-bond"), net.now - seconds(age)
    actions = port_changed(peer, "client-bond", True, True, net.now)
    entries = [action.value for action in actions if isinstance(action, Tell)]
    changes = [change for entry in entries if isinstance(entry, TreeEntry) for change in entry.changes]
    assert sum(isinstance(change, TreeBpdu) for change in changes) == told
    peer.early["client-bond"] = replace(heard, port="client-bond"), net.now
    port_changed(peer, "client-bond", False, False, net.now)
    assert not peer.early
