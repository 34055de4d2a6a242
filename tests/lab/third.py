"""A pair with a bridge as its client and a third switch wired to a single port of each node."""

from pathlib import Path

from pyiccp._sansio import Instant
from pyiccp.lab._links import Way
from pyiccp.lab._network import Network
from pyiccp.lab._run import prepare
from pyiccp.lab._scenario import parse
from pyiccp.rstp._frames import classify
from pyiccp.rstp.events import BpduReceived

PEER = """
/interface bonding add mlag-id=10 mode=802.3ad name=client-bond slaves=sfp2 lacp-rate=1sec
/interface bridge add name=bridge1 vlan-filtering=yes protocol-mode={mode} priority={pair}
/interface bridge port add bridge=bridge1 interface=sfp1 pvid=99
/interface bridge port add bridge=bridge1 interface=client-bond edge={edge}
/interface bridge port add bridge=bridge1 interface=ether1
/interface bridge port add bridge=bridge1 interface=ether2 edge={uplink}
/interface bridge vlan add bridge=bridge1 tagged=sfp1 vlan-ids=1
/interface bridge mlag set bridge=bridge1 peer-port=sfp1
"""
THIRD = """
/interface bridge add name=bridge1 protocol-mode={mode} priority={third}
/interface bridge port add bridge=bridge1 interface=ether1
/interface bridge port add bridge=bridge1 interface=ether2
"""
CLIENT = """
/interface bonding add mode=802.3ad name=bond1 slaves=sfp1,sfp2 lacp-rate=1sec transmit-hash-policy=layer-3-and-4
/interface bridge add name=bridge1 protocol-mode={mode} priority={client}
/interface bridge port add bridge=bridge1 interface=bond1
/interface bridge port add bridge=bridge1 interface=ether3
"""
SCENARIO = """
[lab]
until = "60s"
events = [{events}]
[node.Peer1]
script = '''{peer}'''
mac = "74:4D:28:11:70:6B"
[node.Peer2]
script = '''{peer}'''
mac = "74:4D:28:16:2C:91"
{tuning}
[node.Third]
script = '''{third}'''
mac = "74:4D:28:33:00:01"
[node.Client]
script = '''{client}'''
mac = "74:4D:28:7B:7F:96"
[host.h1]
on = "Client:bridge1"
[host.h2]
[host.h3]
[host.h4]
on = "Third:bridge1"
[[link]]
ends = ["h2", "Peer1:ether1"]
[[link]]
ends = ["h3", "Peer2:ether1"]
[[link]]
ends = ["Peer1:sfp1", "Peer2:sfp1"]
[[link]]
ends = ["Client:sfp1", "Peer1:sfp2"]
[[link]]
ends = ["Client:sfp2", "Peer2:sfp2"]
[[link]]
ends = ["Third:ether1", "Peer1:ether2"]
[[link]]
ends = ["Third:ether2", "Peer2:ether2"]
"""
KEEPALIVE = '[[keepalive]]\nends = ["Peer1", "Peer2"]\n'
FLOWS = (("h1", "h2"), ("h1", "h3"), ("h1", "h4"), ("h2", "h4"), ("h3", "h4"), ("h2", "h3"))
ROOTS = {
    "pair": ("0x1000", "0x8000", "0x8000"),
    "third": ("0x8000", "0x1000", "0x8000"),
    "client": ("0x8000", "0x8000", "0x1000"),
}
"""Priorities of the pair, the third switch and the client that make it the root."""


def network(
    *events: str,
    root: str = "pair",
    keepalive: bool = True,
    mode: str = "rstp",
    edge: str = "auto",
    uplink: str = "auto",
    tuning: str = "",
    flows: tuple[tuple[str, str], ...] = FLOWS,
) -> Network:
    """Switched on; *flows* of 1 ms from 8 s on, between all hosts if not told; *tuning* is more of Peer2's entry."""
    pair, third, client = ROOTS[root]
    known = {"pair": pair, "third": third, "client": client, "mode": mode, "edge": edge, "uplink": uplink}
    text = SCENARIO.format(
        events=", ".join(f'"{event}"' for event in events),
        peer=PEER.format(**known),
        third=THIRD.format(**known),
        client=CLIENT.format(**known),
        tuning=tuning,
    )
    text += KEEPALIVE if keepalive else ""
    text += "".join(f'[[flow]]\nfrom = "{one}"\nto = "{two}"\nstart = "8s"\n' for one, two in flows)
    return prepare(parse(text, "third.toml", Path()))


class Bpdus:
    """Everything that bridges say, as it goes on the wire: (from, to, when, event)."""

    def __init__(self, net: Network) -> None:
        self.heard: list[tuple[str, str, Instant, BpduReceived]] = []
        net.wires.capture = self.see

    def see(self, way: Way, frame: bytes, now: Instant) -> None:
        event = classify(way.sink.port, frame)
        if isinstance(event, BpduReceived):
            source = next(side for side in way.link.sides if side is not way.sink)
            self.heard.append((source.name, way.sink.name, now, event))

    def to(self, *sinks: str, since: Instant = 0) -> list[BpduReceived]:
        return [event for _, sink, at, event in self.heard if sink in sinks and at >= since]


def losses(net: Network) -> dict[str, int]:
    """Frames lost so far, by `from>to`, without the one that may be under way."""
    return {f"{each.source.name}>{each.sink.name}": max(0, each.sent - each.received - 1) for each in net.directions}
