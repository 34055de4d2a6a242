"""What the quick setup's bridge carries, and where it must not."""

from pathlib import Path

from lab.quick import PEER1, inline, lost, run, scenario, started
from pyiccp._node.events import DeliverLocally, Transmit
from pyiccp._node.node import Node
from pyiccp._sansio import seconds
from pyiccp.lab._build import build
from pyiccp.lab._frames import label, numbered, stream_head
from pyiccp.lab._result import result_of
from pyiccp.lab._scenario import QUICKSTART, parse

H1, H9 = bytes.fromhex("020000000001"), bytes.fromhex("020000000099")


def test_broadcasts_reach_every_host_once() -> None:
    both = [(f'to = "{host}"', f'to = "{host}"\nbroadcast = true') for host in ("h2", "h3")]
    result = run("6s cut Peer1:sfp-sfpplus2", "8s mend Peer1:sfp-sfpplus2", until="12s", changes=both)
    assert not result.bad
    assert max(lost(result).values()) <= 1


def test_an_untagged_frame_on_the_peer_port_stays_in_vlan_99() -> None:
    """No port but the peer port is in VLAN 99: nobody gets it, neither the client nor the host on the bridge."""
    network = started(scenario(until="6s", flows=False))
    network.run(seconds(5))
    node = network.devices["Peer2"].node
    assert node is not None
    mark = label(0)
    for vlan, target in ((None, b"\xff" * 6), (None, H1), (99, b"\xff" * 6), (None, H9)):
        frame = numbered(stream_head(H9, target, vlan, bytes(4), bytes(4), 0, mark), mark, 0)
        actions = node.forward("sfp-sfpplus1", [frame], network.now)
        assert not [action for action in actions if isinstance(action, Transmit | DeliverLocally)]
    tagged = numbered(stream_head(H9, b"\xff" * 6, 1, bytes(4), bytes(4), 0, mark), mark, 0)
    assert node.forward("sfp-sfpplus1", [tagged], network.now), "VLAN 1 is carried tagged"


def test_a_tagged_vlan_runs_through_the_pair() -> None:
    vlan = "/interface bridge vlan\nadd bridge=bridge1 tagged=sfp-sfpplus1,client-bond,bridge1 vlan-ids=20\n"
    tagged = [
        (f'on = "{place}"', f'on = "{place}"\nvlan = 20')
        for place in ("Client:bond1", "Peer1:bridge1", "Peer2:bridge1")
    ]
    scripts = [inline(peer, PEER1 + vlan) for peer in ("Peer1", "Peer2")]
    result = run("6s cut Peer2:sfp-sfpplus2", "8s mend Peer2:sfp-sfpplus2", until="12s", changes=[*tagged, *scripts])
    assert not result.bad
    assert max(lost(result).values()) <= 1


def test_a_host_wired_to_a_peer_and_layer_3_and_4_over_both_halves() -> None:
    text = (QUICKSTART / "lab.toml").read_text().replace('until = "60s"', 'until = "8s"')
    text = text.replace('[host.h2]\non = "Peer1:bridge1"', "[host.h2]")
    text += '\n[[link]]\nends = ["h2", "Peer1:ether5"]\nrate = "1G"\n'
    port = "/interface bridge port\nadd bridge=bridge1 interface=ether5\n"
    client = (QUICKSTART / "client.rsc").read_text().replace("name=", "transmit-hash-policy=layer-3-and-4 name=")
    for change in (inline("Peer1", PEER1 + port), inline("Client", client)):
        text = text.replace(*change)
    network = build(parse(text, "lab.toml", QUICKSTART), Node)
    carried: dict[str, int] = {}
    network.wires.capture = lambda way, frame, at: carried.update({way.link.name: carried.get(way.link.name, 0) + 1})
    network.start()
    network.run(seconds(8))
    result = result_of(network)
    assert not result.bad
    assert max(lost(result).values()) == 0
    halves = [count for name, count in carried.items() if name.startswith("Client")]
    assert min(halves) > 0.3 * sum(halves)


def test_a_host_on_a_bridge_port_is_plugged_into_it() -> None:
    """1. A scenario says `on = "Peer1:ether5"`, a port of the bridge that no link names. 2. It was taken for an
    interface of the device itself, and every frame was lost. 3. It is a cable from the host to that port."""
    port = "/interface bridge port\nadd bridge=bridge1 interface=ether5\n"
    place = ('on = "Peer1:bridge1"', 'on = "Peer1:ether5"')
    result = run("6s cut Peer1:sfp-sfpplus2", until="8s", changes=[inline("Peer1", PEER1 + port), place])
    assert not result.bad
    assert max(lost(result).values()) <= 1
    assert "ether5" in {host.on_interface for host in result.nodes["Peer1"].hosts}


def test_the_lab_needs_no_file_but_the_scenario() -> None:
    text = (QUICKSTART / "lab.toml").read_text()
    for node in ("Peer1", "Peer2", "Client"):
        text = text.replace(*inline(node, (QUICKSTART / f"{node.lower()}.rsc").read_text()))
    network = build(parse(text, "one.toml", Path("nowhere")), Node)
    network.start()
    network.run(seconds(1))
    assert {status.status for node in result_of(network).nodes.values() if (status := node.mlag)} == {"connected"}
