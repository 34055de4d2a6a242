"""The document's pair as nodes in a lab, for tests that look inside."""

import pickle
from functools import cache
from pathlib import Path

from pyiccp._node.node import Node
from pyiccp._sansio import seconds
from pyiccp.lab._network import Network
from pyiccp.lab._run import prepare
from pyiccp.lab._scenario import parse

PEER = """
/interface bonding add mlag-id=10 mode=802.3ad name=client-bond slaves=sfp-sfpplus2 lacp-rate=1sec
/interface bridge add name=bridge1 vlan-filtering=yes
/interface bridge port add bridge=bridge1 interface=sfp-sfpplus1 pvid=99
/interface bridge port add bridge=bridge1 interface=client-bond
/interface bridge port add bridge=bridge1 interface=ether1
/interface bridge vlan add bridge=bridge1 tagged=sfp-sfpplus1 vlan-ids=1
/interface bridge mlag set bridge=bridge1 peer-port=sfp-sfpplus1
"""
CLIENT = """
/interface bonding add mode=802.3ad name=bond1 slaves=sfp-sfpplus1,sfp-sfpplus2 lacp-rate=1sec
/interface bonding set bond1 transmit-hash-policy=layer-3-and-4
"""

SCENARIO = """
[lab]
until = "60s"
[node.Peer1]
script = '''{peer1}'''
mac = "74:4D:28:11:70:6B"
[node.Peer2]
script = '''{peer2}'''
mac = "74:4D:28:16:2C:91"
[node.Client]
script = '''{client}'''
mac = "74:4D:28:7B:7F:96"
[host.h1]
on = "Client:bond1"
[host.h2]
[host.h3]
[[link]]
ends = ["h2", "Peer1:ether1"]
[[link]]
ends = ["h3", "Peer2:ether1"]
[[link]]
ends = ["Peer1:sfp-sfpplus1", "Peer2:sfp-sfpplus1"]
[[link]]
ends = ["Client:sfp-sfpplus1", "Peer1:sfp-sfpplus2"]
[[link]]
ends = ["Client:sfp-sfpplus2", "Peer2:sfp-sfpplus2"]
{keepalive}
"""
KEEPALIVE = '[[keepalive]]\nends = ["Peer1", "Peer2"]'


def network(
    peer1: str = PEER, peer2: str = PEER, client: str = CLIENT, keepalive: str = KEEPALIVE, more: str = ""
) -> Network:
    """The network, switched on."""
    text = SCENARIO.format(peer1=peer1, peer2=peer2, client=client, keepalive=keepalive) + more
    return prepare(parse(text, "test.toml", Path()))


def joined(**over: str) -> Network:
    """The network after six seconds: connected, both halves carrying. A fresh copy for every caller."""
    network: Network = pickle.loads(_joined(tuple(sorted(over.items()))))
    return network


@cache
def _joined(over: tuple[tuple[str, str], ...]) -> bytes:
    net = network(**dict(over))
    net.run(seconds(6))
    return pickle.dumps(net)


def node(net: Network, name: str) -> Node:
    """The running node of a device."""
    running = net.devices[name].node
    assert isinstance(running, Node)
    return running
