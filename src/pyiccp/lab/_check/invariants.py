"""What must hold at every step and at rest (mlag.md M13). Each check returns what is wrong, or nothing."""

from collections.abc import Iterator

import msgspec

from pyiccp._mlag.events import Mode
from pyiccp._node.node import Node
from pyiccp._sansio import Instant
from pyiccp.lab._check.kinds import link_broken, pair
from pyiccp.lab._check.reach import Reached, promised, wired_wrong
from pyiccp.lab._device import RUNNING, Device
from pyiccp.lab._network import Network
from pyiccp.wire._mac import Mac, mac_text


class Violation(msgspec.Struct, frozen=True):
    """An invariant that did not hold."""

    kind: str
    """`loop`, `duplicate`, `reflection`, `both halves`, `two partners`, `two identities`, `reach`, `tables`,
    `liveness`, `copies`."""
    detail: str
    at: Instant

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}" if self.detail else self.kind


def violation_of(wrong: str, at: Instant) -> Violation:
    """What a check said, `kind: detail`, as a value."""
    kind, _, detail = wrong.partition(": ")
    return Violation(kind, detail, at)


def node_of(device: Device) -> Node | None:
    """The node that runs on *device*."""
    return device.node if device.state == RUNNING and isinstance(device.node, Node) else None


def at_every_step(network: Network) -> str:
    """One partner identity at each client; no two nodes without a session in sync under one identity."""
    return _two_partners(network) or _two_identities(network)


def _two_partners(network: Network) -> str:
    for device in network.devices.values():
        node = node_of(device)
        if node is None or device.config.mlag is not None:
            continue
        for trunk in node.plane.trunks.values():
            if len(used := tuple(dict.fromkeys((*trunk.collecting, *trunk.distributing)))) < 2 or not trunk.lacp:
                continue
            partners = {(view.partner.system, view.partner.system_priority, view.partner.key)
                        for view in map(node.lacp.port, used)}  # fmt: skip
            if len(partners) > 1:
                named = ", ".join(sorted(mac_text(system) for system, _, _ in partners))
                return f"two partners: {device.name} {trunk.bond.name} uses links to {named}"
    return ""


def _two_identities(network: Network) -> str:
    """A node that has just lost its peer and asks over the keepalive has not decided yet (M6.1)."""
    seen: dict[Mac, str] = {}
    for device in pair(network):
        node = node_of(device)
        if node is None or node.mlag is None or node.mlag.pair.session is not None or node.mlag.pair.deciding:
            continue
        for system in _systems_in_sync(node):
            if seen.setdefault(system, device.name) != device.name:
                return (
                    f"two identities: {seen[system]} and {device.name} both carry {mac_text(system)} without a session"
                )
    return ""


def _systems_in_sync(node: Node) -> Iterator[Mac]:
    for bond in node.shared:
        trunk = node.plane.trunks.get(bond)
        for slave in trunk.distributing if trunk is not None else ():
            yield node.lacp.port(slave).actor.system


def at_rest(network: Network, reached: Reached) -> str:
    """What the policy promises is reached, and both tables are equal while a session is up. A node that asked whether
    its peer lives has decided by now, though its data plane may not have changed."""
    if wrong := at_every_step(network):
        return wrong
    for (source, target), share in promised(network).items():
        got = reached.get((source, target), 0)
        if got < share:
            return f"reach: {source} to {target} carries {got} of {share} streams"
    return _both_wait(network) or _tables(network)


def _both_wait(network: Network) -> str:
    """M8.3: of two nodes that wait for each other one goes first, unless neither ever was in a pair."""
    cores = [node.mlag for device in pair(network) if (node := node_of(device)) is not None and node.mlag is not None]
    held = all(core.pair.mode is not Mode.NORMAL and not core.config.blocked for core in cores)
    if len(cores) == 2 and held and any(core.pair.store.node is not None for core in cores):
        return "reach: both nodes wait for each other and nobody carries the clients"
    return ""


def _tables(network: Network) -> str:
    nodes = [node for device in pair(network) if (node := node_of(device)) is not None]
    if len(nodes) != 2 or not all(node.mlag is not None and node.mlag.gate for node in nodes):
        return ""
    ours, theirs = (set(node.pairing.bridge.shared_table()) for node in nodes)
    for vid, address, *_ in sorted(ours ^ theirs, key=repr):
        one, other = (next((entry for entry in table if entry[:2] == (vid, address)), None) for table in (ours, theirs))
        if one is None or other is None:
            return f"tables: {mac_text(address)} is known to one node only"
        return f"tables: {mac_text(address)} is at {one[2:5]} to one node, at {other[2:5]} to the other"
    return ""


def alive_again(network: Network, reached: Reached) -> str:
    """After repairs alone everything carries again, over both halves of every bond; where cables are wrong, as much as
    is promised (M11)."""
    crossed = wired_wrong(network)
    for device in pair(network):
        node = node_of(device)
        if node is None or node.mlag is None or not node.mlag.connected:
            return f"liveness: {device.name} is not connected"
        for bond, trunk in node.plane.trunks.items():
            if not crossed and len(trunk.distributing) < len(_wired(device, trunk.bond.slaves)):
                return f"liveness: {bond} of {device.name} does not carry on every link"
    if any(link_broken(link) for link in network.links):
        return "liveness: a link stayed broken"
    for (source, target), share in reached.items():
        if not crossed and share < max(reached.values()):
            return f"liveness: {source} does not reach {target}"
    return ""


def _wired(device: Device, slaves: tuple[str, ...]) -> list[str]:
    return [slave for slave in slaves if slave in device.ways]
