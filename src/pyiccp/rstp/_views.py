"""What a person, a monitor or another protocol may read of a spanning tree: frozen pictures."""

from collections.abc import Iterable

import msgspec

from pyiccp._sansio import Instant
from pyiccp.rstp._reasons import Reason, reason
from pyiccp.rstp._variables import Bridge, Port, Role
from pyiccp.rstp._vectors import Times, bridge_id
from pyiccp.rstp.events import ReportPort, ReportRoot
from pyiccp.wire._bpdu import BridgeId


class PortView(msgspec.Struct, frozen=True, kw_only=True):
    """One port."""

    name: str
    enabled: bool
    role: Role
    learning: bool
    forwarding: bool
    reason: Reason | None
    """Why the port does not forward."""
    oper_edge: bool
    auto_edge: bool
    point_to_point: bool
    send_rstp: bool
    port_id: int
    path_cost: int
    designated_root: BridgeId
    designated_cost: int
    designated_bridge: BridgeId
    designated_port: int
    times: Times
    """Of what the port holds, in 1/256 s."""
    proposing: bool
    agreed: bool
    synced: bool
    guarded: bool
    isolated: bool
    counters: dict[str, Instant | None]


class BridgeView(msgspec.Struct, frozen=True, kw_only=True):
    """The bridge."""

    bridge: BridgeId
    root: BridgeId
    root_path_cost: int
    root_port: str | None
    """None = the bridge is the root."""
    root_times: Times
    """In 1/256 s."""
    designated_ports: tuple[str, ...]


def port_view(port: Port) -> PortView:
    """The picture of *port*."""
    vector = port.portPriority
    return PortView(
        name=port.name,
        enabled=port.portEnabled,
        role=port.role,
        learning=port.learning,
        forwarding=port.forwarding,
        reason=reason(port),
        oper_edge=port.operEdge,
        auto_edge=port.config.auto_edge,
        point_to_point=port.operPointToPointMAC,
        send_rstp=port.sendRSTP,
        port_id=port.portId,
        path_cost=port.PortPathCost,
        designated_root=bridge_id(vector.RootID),
        designated_cost=vector.RootPathCost,
        designated_bridge=bridge_id(vector.DesignatedBridgeID),
        designated_port=vector.DesignatedPortID,
        times=port.portTimes,
        proposing=port.proposing,
        agreed=port.agreed,
        synced=port.synced,
        guarded=port.guarded,
        isolated=port.isolate,
        counters=dict(vars(port.counters)),
    )


def bridge_view(bridge: Bridge) -> BridgeView:
    """The picture of *bridge*."""
    root = bridge.rootPriority
    return BridgeView(
        bridge=bridge_id(bridge.BridgeIdentifier),
        root=bridge_id(root.RootID),
        root_path_cost=root.RootPathCost,
        root_port=bridge.rootPort,
        root_times=bridge.rootTimes,
        designated_ports=tuple(port.name for port in bridge.ports.values() if port.role is Role.Designated),
    )


def report(bridge: Bridge, ports: Iterable[Port]) -> None:
    """Say what has changed since it was last said."""
    for port in ports:
        now = (port.role, port.learning, port.forwarding, port.operEdge, port.sendRSTP, port.guarded, port.isolate)
        if now != port.reported:
            port.reported = now
            port.do(ReportPort(port.name))
    root = (bridge.rootPriority, bridge.rootTimes)
    if root != bridge.reported:
        bridge.reported = root
        bridge.clock.actions.append(ReportRoot())
