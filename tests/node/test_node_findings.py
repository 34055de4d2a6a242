"""A configuration error holds down what it concerns, with one fixed message (M12); the messages are for people."""

import pytest

from node.labs import PEER, joined, node
from pyiccp._sansio import seconds

BOND = "sfp-sfpplus2"


def both(text: str) -> dict[str, str]:
    return {"peer1": text, "peer2": text}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "vlan-filtering=yes",
            "vlan-filtering=yes protocol-mode=none",
            "protocol-mode=none on MLAG bridge bridge1: supported are rstp and stp",
        ),
        (
            "vlan-filtering=yes",
            "vlan-filtering=yes protocol-mode=mstp",
            "protocol-mode=mstp on MLAG bridge bridge1: supported are rstp and stp",
        ),
        (
            "/interface bridge mlag",
            "/interface ethernet switch set 0 l3-hw-offloading=yes\n/interface bridge mlag",
            "L3 hardware offloading is on: MLAG does not work with it",
        ),
    ],
)
def test_type_1_on_the_bridge_holds_all_of_mlag_down(old: str, new: str, message: str) -> None:
    net = joined(**both(PEER.replace(old, new)))
    for name in ("Peer1", "Peer2"):
        status = node(net, name).status(net.now)
        assert status.mlag is not None
        assert status.mlag.status == message
        assert status.mlag.system_id is None
        assert status.mlag.active_role is None
        assert message in status.warnings
        port = status.bonds["client-bond"].ports[BOND]
        assert port.reason == f"held down: {message}"
        assert port.flags[3] == "-", "S stays 0"


def test_an_mlag_id_on_the_peer_port() -> None:
    text = PEER.replace("peer-port=sfp-sfpplus1", "peer-port=peers").replace("sfp-sfpplus1", "peers")
    text = "/interface bonding add mlag-id=7 mode=802.3ad name=peers slaves=sfp-sfpplus1\n" + text
    net = joined(**both(text))
    status = node(net, "Peer1").status(net.now)
    assert status.mlag is not None
    assert status.mlag.status == "peer port peers has mlag-id=7: no client hangs on the peer port"


def test_a_tagged_vlan_that_the_peer_port_lacks_holds_its_bond_down() -> None:
    vlan = "/interface bridge vlan add bridge=bridge1 tagged=client-bond vlan-ids=20\n"
    net = joined(**both(PEER + vlan))
    message = "VLAN 20 of client-bond is missing on peer port sfp-sfpplus1"
    status = node(net, "Peer1").status(net.now)
    assert status.mlag is not None
    assert status.mlag.status == "connected"
    assert message in status.warnings
    assert status.bonds["client-bond"].ports[BOND].reason == f"held down: {message}"


def test_an_unmatched_mlag_id_is_said_on_both_nodes_and_the_bond_carries_on_alone() -> None:
    net = joined(peer2=PEER.replace("mlag-id=10", "mlag-id=11"))
    first, second = (node(net, name).status(net.now) for name in ("Peer1", "Peer2"))
    assert [w for w in first.warnings if "mlag-id" in w] == [
        "mlag-id=10 of client-bond has no bond on Peer2: its client has one node only"
    ]
    assert [w for w in second.warnings if "mlag-id" in w] == [
        "mlag-id=11 of client-bond has no bond on Peer1: its client has one node only"
    ]


def test_pvid_left_at_1_is_a_warning_and_everything_runs() -> None:
    net = joined(**both(PEER.replace(" pvid=99", "")))
    status = node(net, "Peer1").status(net.now)
    assert status.mlag is not None
    assert status.mlag.status == "connected"
    assert (
        "peer port sfp-sfpplus1 has pvid=1, the default of every port: its untagged VLAN is not its own"
        in status.warnings
    )


def test_without_keepalive_the_price_is_named() -> None:
    net = joined(keepalive="")
    assert [w for w in node(net, "Peer1").warnings if "keepalive" in w] == [
        "no keepalive path to the peer: after a crash of the primary clients wait for detection + 3 s and see one "
        "identity change, and a cut peer link takes the secondary's bonds down"
    ]


def test_a_pair_runs_spanning_tree_and_says_so_on_both_nodes() -> None:
    net = joined()
    for name in ("Peer1", "Peer2"):
        bridge = node(net, name).status(net.now).bridges["bridge1"]
        assert (bridge.spanning_tree, bridge.root_bridge, bridge.root_port) == ("rstp", True, "none")
        assert bridge.ports["client-bond"].role == "designated-port"


def test_the_peer_port_says_why_it_is_inactive() -> None:
    """routeros.md 1.6b: `mlag not connected`."""
    net = joined()
    port = node(net, "Peer1").status(net.now).bridges["bridge1"].ports["sfp-sfpplus1"]
    assert (port.status, port.comment) == ("in-bridge", None)
    net.hang(net.devices["Peer2"])
    net.run(seconds(9))
    port = node(net, "Peer1").status(net.now).bridges["bridge1"].ports["sfp-sfpplus1"]
    assert (port.status, port.comment) == ("inactive", "mlag not connected")
