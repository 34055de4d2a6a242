"""The document's pair with one line wrong, from text to finding: what a node says of its own configuration."""

from importlib.resources import files

import pytest
from msgspec.structs import replace

from pyiccp._mlag.consistency import Finding, check
from pyiccp._node.config import NodeConfig, Tuning
from pyiccp._node.findings import profile
from pyiccp._routeros.config import node_config, parse_config
from pyiccp.wire._mac import mac

PEER = (files("pyiccp.lab") / "quickstart" / "peer1.rsc").read_text()
WARNED = {"no-keepalive", "single-member-peer-port"}
"""What the document's pair is warned of as it stands."""


def node(text: str, name: str, address: str) -> NodeConfig:
    return node_config(parse_config(text, f"{name}.rsc"), name=name, mac=mac(address), tuning=Tuning(keepalive=True))


def findings(peer1: str, peer2: str = PEER) -> list[Finding]:
    own = profile(node(peer1, "Peer1", "74:4D:28:11:70:6B"))
    other = profile(node(peer2, "Peer2", "74:4D:28:7C:00:01"))
    assert own is not None and other is not None
    return [finding for finding in check(own, other) if finding.code not in WARNED]


def test_the_documents_pair_is_sound() -> None:
    assert findings(PEER) == []
    own = profile(node(PEER, "Peer1", "74:4D:28:11:70:6B"))
    assert own is not None
    assert {finding.code for finding in check(replace(own, keepalive=False))} == WARNED


@pytest.mark.parametrize(
    ("wrong", "code", "type", "message"),
    [
        (
            PEER + "/interface bridge vlan add bridge=bridge1 tagged=client-bond vlan-ids=20\n",
            "peer-port-vlan",
            1,
            "VLAN 20 of client-bond is missing on peer port sfp-sfpplus1",
        ),
        (
            PEER.replace("tagged=sfp-sfpplus1 vlan-ids=1", "tagged=bridge1 vlan-ids=1"),
            "peer-port-vlan",
            1,
            "VLAN 1 of client-bond is missing on peer port sfp-sfpplus1",
        ),
        (
            PEER.replace("sfp-sfpplus1", "peer-bond")
            + "/interface bonding add mlag-id=11 mode=802.3ad name=peer-bond slaves=sfp-sfpplus1,sfp-sfpplus3\n",
            "peer-port-mlag-id",
            1,
            "peer port peer-bond has mlag-id=11: no client hangs on the peer port",
        ),
        (
            PEER.replace("mlag-id=10", "mlag-id=11"),
            "unmatched-mlag-id",
            2,
            "mlag-id=11 of client-bond has no bond on Peer2: its client has one node only",
        ),
        (
            PEER + "/interface ethernet switch set 0 l3-hw-offloading=yes\n",
            "l3-hw-offloading",
            1,
            "L3 hardware offloading is on: MLAG does not work with it",
        ),
        (
            PEER.replace("vlan-filtering=yes", "protocol-mode=none vlan-filtering=yes"),
            "protocol-mode",
            1,
            "protocol-mode=none on MLAG bridge bridge1: supported are rstp and stp",
        ),
        (
            PEER.replace("vlan-filtering=yes", "protocol-mode=mstp vlan-filtering=yes"),
            "protocol-mode",
            1,
            "protocol-mode=mstp on MLAG bridge bridge1: supported are rstp and stp",
        ),
        (
            PEER.replace(" pvid=99", "").partition("/interface bridge vlan")[0]
            + "/interface bridge mlag set bridge=bridge1 peer-port=sfp-sfpplus1\n",
            "peer-port-pvid",
            2,
            "peer port sfp-sfpplus1 has pvid=1, the default of every port: its untagged VLAN is not its own",
        ),
        (
            PEER.replace("tagged=sfp-sfpplus1 vlan-ids=1", "untagged=sfp-sfpplus1 vlan-ids=1"),
            "peer-port-untagged",
            2,
            "untagged VLAN 1 of client-bond is untagged on peer port sfp-sfpplus1 too",
        ),
        (
            PEER
            + "/interface vxlan add name=vxlan1 vni=7\n"
            + "/interface bridge port add bridge=bridge1 interface=vxlan1\n",
            "not-synchronised",
            2,
            "VXLAN interface vxlan1 is a port of MLAG bridge bridge1: MLAG does not support it",
        ),
        (
            PEER.replace("mode=802.3ad", "lacp-rate=1sec mode=802.3ad"),
            "lacp-rate",
            2,
            "lacp-rate of client-bond is 1sec here and 30secs on Peer2",
        ),
    ],
)
def test_one_wrong_line_gives_one_finding(wrong: str, code: str, type: int, message: str) -> None:
    """Wrong on both nodes, unless the mistake is that the nodes differ."""
    other = PEER if code in ("unmatched-mlag-id", "lacp-rate") else wrong
    assert [(finding.code, finding.type, finding.message) for finding in findings(wrong, other)] == [
        (code, type, message)
    ]


def test_pvid_left_at_1_is_one_finding_beside_the_documents_vlan_row_too() -> None:
    assert [finding.code for finding in findings(PEER.replace(" pvid=99", ""), PEER)] == ["peer-port-pvid"]
