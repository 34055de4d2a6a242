"""Ports of the MLAG bridge that only this node has, while it is isolated (M7.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pyiccp._mlag import events as mlag
from pyiccp._node import wiring
from pyiccp._node.carrier import port_changed
from pyiccp._node.events import Action, Notice
from pyiccp._sansio import Instant
from pyiccp.lacp import events as lacp

if TYPE_CHECKING:
    from pyiccp._node.node import Node


def suspend_orphans(self: Node, action: mlag.SuspendOrphans, now: Instant, out: list[Action]) -> Sequence[Any]:
    """Suspended orphans are to the bridge and its spanning tree links that are down; their LACP partners see S=0.
    Afterwards they are what their links are, and come up as new ones."""
    orphans = orphan_ports(self)
    if not orphans or action.on == bool(self.suspended):
        return ()
    self.suspended = frozenset(orphans) if action.on else frozenset()
    out.append(Notice(f"orphan ports {'suspended' if action.on else 'carry again'}: {', '.join(orphans)}"))
    actions: list[Any] = []
    for interface in orphans:
        trunk = self.plane.trunks.get(interface)
        up = self.plane.running.get(interface, False)
        receiving, sending = (up, up) if trunk is None else (bool(trunk.collecting), bool(trunk.distributing))
        actions += port_changed(self, interface, receiving, sending, now)
        if trunk is not None and trunk.lacp:
            actions += self.lacp.handle(lacp.OutOfSyncHeld(interface, action.on), now)
    return actions


def orphan_ports(self: Node) -> list[str]:
    """The interfaces of the MLAG bridge that are neither the peer port nor halves of bonds."""
    bridge, mlag_settings = wiring.mlag_bridge(self.config), self.config.mlag
    if bridge is None or mlag_settings is None:
        return []
    others = (*self.shared, mlag_settings.peer_port)
    return [port.interface for port in bridge.ports if not port.disabled and port.interface not in others]
