"""Who reaches whom at rest under the policy `safe`, written down before any run (M6, M7, M13).

A node that runs is one island with its orphans. Islands are joined by the peer link while both nodes have a session
with open gates. A client joins every island to which one of its working links leads, except:

* a node that the keepalive holds isolated, or that has to wait for its peer (HOLD), carries no client;
* of two nodes without a session the one under the pair's identity is the client's; the other one's solo identity
  loses at the client for as long as the first has a working link.

Which node isolates, and which keeps the identity, depends on history (M1.2, M6.1): that is read from the nodes; what
follows from it is what is promised here.
"""

from pyiccp.lab.check.kinds import pair
from pyiccp.lab.check.probes import STREAMS
from pyiccp.lab.device import RUNNING, Device
from pyiccp.lab.network import Network
from pyiccp.mlag.events import Mode
from pyiccp.node.node import Node

Reached = dict[tuple[str, str], int]
"""(from, to) -> streams out of `STREAMS` that arrive."""


def promised(network: Network) -> Reached:
    """What must be reached in *network* as it is broken now; nothing is said of pairs of hosts that are not named."""
    island: dict[str, str] = {device.name: device.name for device in network.devices.values()}

    def root(name: str) -> str:
        while island[name] != name:
            name = island[name]
        return name

    working = [device for device in network.devices.values() if device.state == RUNNING]
    nodes = [device for device in pair(network) if device in working and not device.stopping]
    if len(nodes) == 2 and all(_session(device) for device in nodes):
        island[root(nodes[1].name)] = root(nodes[0].name)
    for device in working:
        if device.config.mlag is None:
            for name in _uplinks(network, device, nodes):
                island[root(device.name)] = root(name)
    places = {host.name: host.device for host in network.hosts.values() if host.device in working}
    return {
        (source, target): STREAMS
        for source, at in places.items()
        for target, there in places.items()
        if source != target and at is not None and there is not None and root(at.name) == root(there.name)
    }


def _uplinks(network: Network, client: Device, nodes: list[Device]) -> list[str]:
    """The nodes of the pair that carry *client*."""
    wired = [device for device in nodes if _linked(network, client, device) and _carries(device)]
    if not wired or (all(_session(device) for device in nodes) and len(nodes) == 2):
        return [device.name for device in wired]
    keepers = [device for device in wired if not _solo(device)]
    return [device.name for device in (keepers or wired)[:1]]


def _linked(network: Network, client: Device, device: Device) -> bool:
    return any(
        {side.device for side in link.sides} == {client, device}
        and link.up
        and not any(way.silent for way in link.ways)
        for link in network.links
    )


def _node(device: Device) -> Node:
    assert isinstance(device.node, Node)
    return device.node


def _session(device: Device) -> bool:
    mlag = _node(device).mlag
    return mlag is not None and mlag.gate


def _carries(device: Device) -> bool:
    mlag = _node(device).mlag
    return mlag is not None and mlag.pair.mode is Mode.NORMAL


def _solo(device: Device) -> bool:
    mlag = _node(device).mlag
    return mlag is not None and mlag.pair.identity.solo
