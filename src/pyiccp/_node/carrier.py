"""Links that come and go: what a port, the bond it belongs to, the bridge and the spanning tree make of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pyiccp._bridge import events as bridging
from pyiccp._link import events as link
from pyiccp._mlag.stp import HELLO
from pyiccp._node import wiring
from pyiccp._node.events import Action, Notice
from pyiccp._sansio import Instant
from pyiccp.lacp import events as lacp
from pyiccp.rstp import events as rstp

if TYPE_CHECKING:
    from pyiccp._node.node import Node


def carrier_changed(node: Node, port: str, up: bool, now: Instant, out: list[Action]) -> Sequence[Any]:
    """The physical *port* got or lost its carrier."""
    plane = node.plane
    if port in plane.disabled or plane.running.get(port) in (None, up):
        return ()
    plane.running[port] = up
    out.append(Notice(f"{port} {'up' if up else 'down'}"))
    actions: list[Any] = []
    if port in node.members and node.mlag is not None:
        actions += node.pairing.link.handle(link.MemberCameUp(port) if up else link.MemberWentDown(port), now)
    trunk = plane.trunk_of.get(port)
    if trunk is None:
        return [*actions, *port_changed(node, port, up, up, now)]
    trunk.link(port, up)
    if node.renamed.pop(trunk.bond.name, None) is not None and not trunk.running:
        actions += node.tell_tree(rstp.LinkWentDown(trunk.bond.name), now)
    if trunk.lacp:
        return [*actions, *node.lacp.handle(lacp.LinkCameUp(port) if up else lacp.LinkWentDown(port), now)]
    return [*actions, *node.bond_changed(port, now)]


def port_changed(node: Node, interface: str, receiving: bool, sending: bool, now: Instant) -> Sequence[Any]:
    """*interface* takes frames in, or lets them out, from now on: its bridge and its spanning tree follow."""
    bridge = node.plane.bridge_at.get(interface)
    if bridge is None:
        return ()
    if interface in node.suspended:
        receiving = sending = False
    actions = [*bridge.handle(bridging.PortStateChanged(interface, receiving, sending), now)]
    if not receiving:
        node.early.pop(interface, None)
    if not node.in_a_tree(interface) or (interface in node.tree_links) == sending:
        return actions
    if not sending:
        node.tree_links.discard(interface)
        return [*actions, *node.tell_tree(rstp.LinkWentDown(interface), now)]
    node.tree_links.add(interface)
    heard = _heard_early(node, interface, now)
    actions += node.tell_tree(rstp.LinkCameUp(interface, wiring.speed(node.config, interface)), now)
    return actions if heard is None else [*actions, *node.tell_tree(heard, now)]


def _heard_early(node: Node, interface: str, now: Instant) -> rstp.BpduReceived | None:
    """What the neighbour has said since this half collects (M4.2): it may say nothing more for a whole hello time. By
    then it has said something newer, or is gone. When the peer's half is up, what that one heard may be newer."""
    heard, at = node.early.pop(interface, (None, now))
    return None if now - at >= HELLO or node.tree_link_up(interface) else heard
