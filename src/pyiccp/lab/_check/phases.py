"""What a node is waiting for: the moments at which a fault hurts most."""

from pyiccp._mlag.events import Mode
from pyiccp._node.node import Node
from pyiccp.lab._check.invariants import node_of
from pyiccp.lab._check.kinds import pair
from pyiccp.lab._network import Network
from pyiccp.lacp._core import LacpCore


def outstanding(network: Network) -> tuple[str, ...]:
    """`WHAT@NODE` for everything that some node of the pair waits for now."""
    found: list[str] = []
    for device in pair(network):
        node = node_of(device)
        if node is not None:
            found += [f"{what}@{device.name}" for what in _of(node)]
    return tuple(found)


def _of(node: Node) -> list[str]:
    if node.mlag is None:
        return []
    state = node.mlag.pair
    session = state.session
    found = [half.waiting.name.lower() for half in state.fences.halves.values() if half.waiting is not None]
    if state.deciding:
        found.append("ask")
    if state.draining:
        found.append("drain")
    if session is not None:
        if session.outcome is None:
            found.append("election")
        elif not session.gate:
            found.append("gate")
        elif not session.peer_gate:
            found.append("peer-gate")
        if session.moving:
            found.append("move")
    elif state.mode is Mode.HOLD:
        found.append("alone")
    assert isinstance(node.lacp, LacpCore)
    for bond in node.shared:
        trunk = node.plane.trunks.get(bond)
        for slave in trunk.bond.slaves if trunk is not None else ():
            port = node.lacp.ports[slave]
            if port.port_enabled and port.actor.state.synchronization and not port.distributing:
                found.append("sync")
    return list(dict.fromkeys(found))
