"""What the clients are wired to: our pair, or one Open vSwitch as the control. Fixtures build them per story."""

import json
from pathlib import Path
from typing import Protocol

from interop.clients import Client
from interop.nodes import NodeProgram
from interop.ovs import Ovs
from interop.spaces import Space, cable, until

PATIENCE = 60.0
MACS = {"Peer1": "74:4D:28:11:70:6B", "Peer2": "74:4D:28:16:2C:91"}
CONFIG = """\
/interface bonding
add mlag-id=10 mode=802.3ad lacp-rate=1sec name=near-bond slaves=ether1
add mlag-id=20 mode=802.3ad lacp-rate=1sec name=far-bond slaves=ether2
/interface bridge
add name=bridge1 vlan-filtering=yes
/interface bridge port
add bridge=bridge1 interface=sfp-sfpplus1 pvid=99
add bridge=bridge1 interface=near-bond edge=yes
add bridge=bridge1 interface=far-bond edge=yes
add bridge=bridge1 interface=ether3 edge=yes
/interface bridge vlan
add bridge=bridge1 tagged=sfp-sfpplus1 vlan-ids=1
/interface bridge mlag
set bridge=bridge1 peer-port=sfp-sfpplus1
"""
CABLES = {"sfp-sfpplus1": "peer", "ether1": "near", "ether2": "far", "ether3": "host"}


class Network(Protocol):
    """Two bonds of two links; link n of both ends in the same place."""

    name: str

    def plug(self, near: Client, far: Client) -> None:
        """Wire them up and start."""

    def places(self) -> list[tuple[Space, str, str]]:
        """Where the links end: namespace, interface of link n of *near*, and of *far*."""

    def said(self) -> str:
        """For a test that fails."""

    def end(self) -> None: ...


class Pair:
    """Two nodes as processes in namespaces of their own: peer link, keepalive, an orphan port each."""

    name = "pair"

    def __init__(
        self, spaces: tuple[Space, Space], folder: Path, config: str = CONFIG, other: str | None = None, *options: str
    ) -> None:
        self.spaces = spaces
        one, two = spaces
        cable(one, "peer", two, "peer")
        cable(one, "keep", two, "keep")
        for number, space in enumerate(spaces, 1):
            space.ip("addr", "add", f"10.79.0.{number}/24", "dev", "keep")
            space.ip("link", "set", "keep", "arp", "on")
            space.ip("link", "add", "host", "type", "veth", "peer", "name", "unused")
        self.nodes = []
        for number, (name, mac) in enumerate(MACS.items()):
            here, there = number + 1, 2 - number
            keepalive = f"10.79.0.{here}:49275,10.79.0.{there}:49275"
            text = other if number == 1 and other is not None else config
            more = ("--keepalive", keepalive, "--state", str(folder / "state"), *options)
            self.nodes.append(NodeProgram(spaces[number], folder, name, mac, text, CABLES, *more))

    def plug(self, near: Client, far: Client) -> None:
        for number, space in enumerate(self.spaces):
            near.plug(number, space, "near")
            far.plug(number, space, "far")
        for node in self.nodes:
            node.start()

    def places(self) -> list[tuple[Space, str, str]]:
        return [(space, "near", "far") for space in self.spaces]

    def connected(self) -> bool:
        """Both nodes have their session and both halves of both bonds carry."""
        statuses = [node.status() for node in self.nodes]
        return all(
            status
            and status["mlag"]["status"] == "connected"
            and all(len(bond["active-ports"]) == 1 for bond in status["bonds"].values())
            for status in statuses
        )

    def said(self) -> str:
        return "".join(node.said() for node in self.nodes)

    def end(self) -> None:
        for node in self.nodes:
            node.end()


class OneSwitch:
    """One Open vSwitch with both bonds: what a client loses when there is no pair."""

    name = "one Open vSwitch"

    def __init__(self, space: Space, folder: Path) -> None:
        self.space = space
        self.ovs = Ovs(space, folder)

    def plug(self, near: Client, far: Client) -> None:
        for number in range(2):
            near.plug(number, self.space, f"near{number}")
            far.plug(number, self.space, f"far{number}")
        self.ovs.bridge("switch", "02:0f:00:00:00:01")
        for name in ("near", "far"):
            self.ovs.bond("switch", name, f"{name}0", f"{name}1")

    def places(self) -> list[tuple[Space, str, str]]:
        return [(self.space, f"near{number}", f"far{number}") for number in range(2)]

    def said(self) -> str:
        return "".join(self.ovs.lacp(name)["text"] for name in ("near", "far"))

    def end(self) -> None:
        self.ovs.end()


def frames(network: Network) -> list[int]:
    """Frames of link 0, then of link 1: received and sent at the near end, received and sent at the far one."""
    counts = []
    for space, *ends in network.places():
        for end in ends:
            (link,) = json.loads(space.ip("-json", "-stats", "link", "show", end))
            counts += [link["stats64"]["rx"]["packets"], link["stats64"]["tx"]["packets"]]
    return counts


def spread(before: list[int], after: list[int]) -> float:
    """The smallest part that one of the two links had of the `frames` since, each way and at both ends."""
    counts = [newer - older for older, newer in zip(before, after, strict=True)]
    half = len(counts) // 2
    return min(min(pair) / max(sum(pair), 1) for pair in zip(counts[:half], counts[half:], strict=True))


def both_carry(network: Network, near: Client, far: Client) -> bool:
    """Every link of every bond carries, as all of them see it."""
    clients = all(client.bond()["carrying"] == {0, 1} for client in (near, far))
    return clients and (not isinstance(network, Pair) or network.connected())


def settle(network: Network, near: Client, far: Client) -> None:
    """Wait until they do."""
    until(
        "both links of both bonds carry",
        lambda: both_carry(network, near, far),
        PATIENCE,
        lambda: network.said() + near.bond()["text"] + far.bond()["text"],
    )
