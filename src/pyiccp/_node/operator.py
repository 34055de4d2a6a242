"""What an operator asks of a running device: stop, maintenance, hosts forgotten, guards cleared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pyiccp._bridge import events as bridging
from pyiccp._mlag import events as mlag
from pyiccp._node.events import FlushRequested, GuardsCleared, MaintenanceRequested, StopRequested
from pyiccp._sansio import Instant
from pyiccp.rstp import events as rstp

if TYPE_CHECKING:
    from pyiccp._node.node import Node

Request = StopRequested | MaintenanceRequested | FlushRequested | GuardsCleared


def operate(node: Node, request: Request, now: Instant) -> Iterable[Any]:
    """The actions of the cores that *request* is for; a device without MLAG stops at once, and needs no maintenance."""
    match request:
        case StopRequested():
            return (mlag.Stopped(),) if node.mlag is None else node.mlag.handle(mlag.StopRequested(), now)
        case MaintenanceRequested(on):
            return () if node.mlag is None else node.mlag.handle(mlag.MaintenanceRequested(on), now)
        case FlushRequested(interface):
            bridges = node.plane.bridges_of(interface)
            return [each for bridge in bridges for each in bridge.handle(bridging.FlushRequested(interface), now)]
        case GuardsCleared(interface):
            chosen = [(port, tree) for port, tree in node.tree_of.items() if interface in (None, port)]
            changes = [] if node.pair_tree is None else node.pair_tree.guarded(interface)
            return [
                *(each for port, tree in chosen for each in tree.handle(rstp.GuardCleared(port), now)),
                *(each for change in changes for each in node.log_tree(change, now)),
            ]
