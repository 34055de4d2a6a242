"""Who reaches whom at rest under the policy `safe`, written down before any run (M6, M7, M13).

A node that runs is one island with its orphans. Islands are joined by the peer link while both nodes have a session
with open gates, and by every working cable between ports that are in no bond: a third switch belongs to each node it
is wired to, and the spanning tree sees to it that this is no loop. Nothing is promised of a third switch with a cable
that is silent in one direction: no bridge notices where its root port is at the end that is not heard.

A client joins every island to which one of its working links leads, except:

* a node that the keepalive holds isolated, or that has to wait for its peer (HOLD), carries no client;
* of two nodes without a session the one under the pair's identity is the client's; the other one's solo identity
  loses at the client for as long as the first has a working link; of two solo identities the client takes one, and it
  is not said which;
* an isolated node with `orphan-ports=suspend` has no orphans (M7.1);
* a bond of the pair whose working links lead to several clients is wired wrong: it carries one of them, and it is not
  said which (M11); and a client whose working cables lead to several bonds takes one of them, which is its choice.

Which node isolates, and which keeps the identity, depends on history (M1.2, M6.1): that is read from the nodes; what
follows from it is what is promised here.
"""

from collections.abc import Callable, Iterable

from pyiccp._mlag.events import Mode
from pyiccp._node.node import Node
from pyiccp.lab._check.kinds import is_plain, pair
from pyiccp.lab._check.probes import STREAMS
from pyiccp.lab._device import RUNNING, Device
from pyiccp.lab._hosts import Host
from pyiccp.lab._links import Link
from pyiccp.lab._network import Network

Reached = dict[tuple[str, str], int]
"""(from, to) -> streams out of `STREAMS` that arrive."""


def promised(network: Network) -> Reached:
    """What must be reached in *network* as it is broken now; nothing is said of pairs of hosts that are not named."""
    island: dict[str, str] = {device.name: device.name for device in network.devices.values()}

    def root(name: str) -> str:
        while island[name] != name:
            name = island[name]
        return name

    working = [device for device in network.devices.values() if device.state == RUNNING and not device.stopping]
    nodes = [device for device in pair(network) if device in working]
    together = len(nodes) == 2 and all(_session(device) for device in nodes)
    if together:
        island[root(nodes[1].name)] = root(nodes[0].name)
    suspended = {device.name for device in nodes if _suspended(device)}
    deaf = {side.device for link in network.links if _half_silent(link) for side in link.sides} - set(nodes)
    for link in network.links:
        if deaf & {side.device for side in link.sides}:
            continue
        ends = [device.name for side in link.sides if (device := side.device) in working and device is not None]
        if len(ends) == 2 and _works(link) and is_plain(link) and not suspended & set(ends):
            island[root(ends[1])] = root(ends[0])
    for device in working:
        if device.config.mlag is None:
            for name in _uplinks(network, device, nodes, together):
                island[root(device.name)] = root(name)
    places = {
        name: device
        for name, host in network.hosts.items()
        if (device := _place(host)) is not None and device in working
        if host.device is not None or device.name not in suspended
    }
    return {
        (source, target): STREAMS
        for source, at in places.items()
        for target, there in places.items()
        if source != target and root(at.name) == root(there.name)
    }


def wired_wrong(network: Network) -> bool:
    """Whether some bond of the pair has cables to several clients."""
    return any(len(clients) > 1 for clients in _clients(network, pair(network), lambda link: True).values())


def _place(host: Host) -> Device | None:
    """Where *host* lives, or where its cable ends."""
    if host.device is not None or host.way is None:
        return host.device
    return host.way.sink.device if host.way.up else None


def _uplinks(network: Network, client: Device, nodes: list[Device], together: bool) -> list[str]:
    """The nodes of the pair that carry *client*."""
    if len({mlag_id for device in nodes for mlag_id in _bonds_to(device, client, _works)}) > 1:
        return []
    carriers = [device for device in nodes if _carries(device)]
    wired = []
    for group in [carriers] if together else [[device] for device in carriers]:
        served = {mlag_id for mlag_id, clients in _clients(network, group, _works).items() if clients == {client.name}}
        wired += [device for device in group if served & _bonds_to(device, client, _works).keys()]
    if together:
        return [device.name for device in wired]
    keepers = [device.name for device in wired if not _solo(device)]
    if keepers:
        return keepers[:1]
    return [device.name for device in wired] if len(wired) == 1 else []


def _clients(network: Network, nodes: Iterable[Device], counts: Callable[[Link], bool]) -> dict[int, set[str]]:
    """mlag-id -> the devices to which links of its halves on *nodes* lead, links for which *counts* holds."""
    clients: dict[int, set[str]] = {}
    for node in nodes:
        for device in network.devices.values():
            for mlag_id in _bonds_to(node, device, counts):
                clients.setdefault(mlag_id, set()).add(device.name)
    return clients


def _bonds_to(node: Device, device: Device, counts: Callable[[Link], bool]) -> dict[int, None]:
    """The mlag-ids of the bonds of *node* with a link to *device*."""
    bonds = {slave: bond.mlag_id for bond in node.config.bonds if bond.mlag_id is not None for slave in bond.slaves}
    return {
        bonds[port]: None
        for port, way in node.ways.items()
        if port in bonds and way.sink.device is device and counts(way.link)
    }


def _half_silent(link: Link) -> bool:
    """A cable between bridges that carries one direction only."""
    return link.up and is_plain(link) and len({way.silent for way in link.ways}) == 2


def _works(link: Link) -> bool:
    return link.up and not any(way.silent for way in link.ways)


def _node(device: Device) -> Node:
    assert isinstance(device.node, Node)
    return device.node


def _session(device: Device) -> bool:
    mlag = _node(device).mlag
    return mlag is not None and mlag.gate


def _carries(device: Device) -> bool:
    mlag = _node(device).mlag
    return mlag is not None and mlag.pair.mode is Mode.NORMAL


def _suspended(device: Device) -> bool:
    """M7.1: an isolated node's orphan ports are off."""
    mlag = _node(device).mlag
    suspend = device.config.tuning.orphan_ports == "suspend"
    return suspend and mlag is not None and mlag.pair.mode is Mode.ISOLATED


def _solo(device: Device) -> bool:
    mlag = _node(device).mlag
    return mlag is not None and mlag.pair.identity.solo
