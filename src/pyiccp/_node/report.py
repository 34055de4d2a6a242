"""From a node's cores to one frozen NodeStatus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyiccp._mlag.core import MlagCore
from pyiccp._node.config import Bond, Bridge
from pyiccp._node.status import (
    BondPortStatus,
    BondStatus,
    BridgePortStatus,
    BridgeStatus,
    FindingStatus,
    HostStatus,
    MlagStatus,
    NodeStatus,
)
from pyiccp._node.tree_status import bridge_id, port_tree
from pyiccp._node.wiring import bridge_mac
from pyiccp._sansio import Instant
from pyiccp.lacp._reasons import Reason
from pyiccp.lacp._views import PortView
from pyiccp.rstp._views import BridgeView
from pyiccp.rstp._views import PortView as TreePort
from pyiccp.wire._mac import ZERO

if TYPE_CHECKING:
    from pyiccp._node.node import Node

NOT_CONNECTED = "mlag not connected"
SUSPENDED = "suspended: this node is isolated (orphan-ports=suspend)"


def build_status(node: Node, now: Instant) -> NodeStatus:
    """Everything that a monitor shows."""
    config = node.config
    return NodeStatus(
        name=node.name,
        mlag=_mlag_status(node),
        bonds={bond.name: _bond_status(node, bond) for bond in config.bonds if not bond.disabled},
        bridges={bridge.name: _bridge_status(node, bridge, now) for bridge in config.bridges if not bridge.disabled},
        hosts=tuple(
            HostStatus(
                mac_address=host.address,
                vid=host.vid,
                on_interface=host.interface,
                bridge=bridge.name,
                flags=host.flags,
            )
            for bridge in config.bridges
            if bridge.name in node.plane.bridges
            for host in node.plane.bridges[bridge.name].hosts()
        ),
        findings=tuple(
            FindingStatus(code=finding.code, severity=f"type-{finding.type}", message=finding.message)
            for finding in (*node.findings, *node.pair_findings)
        ),
        warnings=node.warnings,
        maintenance=node.mlag is not None and node.mlag.pair.maintenance,
        keepalive=_keepalive(node, now),
    )


def _mlag_status(node: Node) -> MlagStatus | None:
    if node.mlag is None:
        # Every device with a bridge has the menu; without a peer port it prints `disabled`.
        return MlagStatus(status="disabled", system_id=None, active_role=None) if node.config.bridges else None
    return MlagStatus(
        status=node.mlag.status,
        system_id=node.mlag.system_id,
        active_role=role(node.mlag),
    )


def _keepalive(node: Node, now: Instant) -> str | None:
    if node.mlag is None or not node.mlag.config.keepalive:
        return None
    return "answered" if node.mlag.pair.watch.alive(now) else "silent"


def role(mlag: MlagCore) -> str | None:
    """The role as it is printed; None unless connected."""
    return None if mlag.primary is None else "primary" if mlag.primary else "secondary"


def _bond_status(node: Node, bond: Bond) -> BondStatus:
    trunk = node.plane.trunks[bond.name]
    if not trunk.lacp:
        active = trunk.distributing
        return BondStatus(
            mode=bond.mode,
            active_ports=active,
            inactive_ports=tuple(slave for slave in bond.slaves if slave not in active),
            lacp_system_id=None,
            lacp_system_priority=None,
            lacp_partner_system_id=None,
            mlag_id=bond.mlag_id,
            ports={},
        )
    view = node.lacp.aggregator(bond.name)
    return BondStatus(
        mode=bond.mode,
        active_ports=view.active_ports,
        inactive_ports=view.inactive_ports,
        lacp_system_id=view.system,
        lacp_system_priority=view.system_priority,
        lacp_partner_system_id=view.partner.system if view.partner is not None else None,
        mlag_id=bond.mlag_id,
        ports={slave: _bond_port(node.lacp.port(slave), _error(node, bond.name)) for slave in bond.slaves},
    )


def _error(node: Node, bond: str) -> str | None:
    """The configuration error that holds *bond* down, if there is one (M12 type 1)."""
    return next(
        (
            finding.message
            for finding in (*node.findings, *node.pair_findings)
            if bond in finding.holds or (finding.holds == "mlag" and bond in node.shared)
        ),
        None,
    )


def _bond_port(view: PortView, error: str | None) -> BondPortStatus:
    held = view.reason is Reason.HELD and error is not None
    return BondPortStatus(
        state=view.state,
        reason=f"held down: {error}" if held else view.sentence,
        reason_code=None if view.reason is None else view.reason.name.lower().replace("_", "-"),
        key=view.actor.key,
        flags=view.actor.state.text,
        partner_sys_id=view.partner.system if view.heard else ZERO,
        partner_sys_priority=view.partner.system_priority,
        partner_key=view.partner.key,
        partner_flags=view.partner.state.text,
    )


def _bridge_status(node: Node, bridge: Bridge, now: Instant) -> BridgeStatus:
    on_mlag = node.mlag is not None and node.config.mlag is not None and node.config.mlag.bridge == bridge.name
    view = _tree(node, bridge)
    mac = node.bridge_identity if on_mlag else bridge_mac(node.config, bridge)
    priority = bridge.priority
    if view is not None:
        priority, mac = view.bridge.priority, view.bridge.mac
    return BridgeStatus(
        state="enabled",
        current_mac_address=mac,
        bridge_id=bridge_id(priority, mac),
        port_count=sum(not port.disabled for port in bridge.ports),
        fast_forward=False,
        spanning_tree=bridge.protocol_mode,
        **_tree_status(view),
        mlag_state=node.mlag.status if on_mlag and node.mlag is not None else None,
        mlag_active_role=role(node.mlag) if on_mlag and node.mlag is not None else None,
        ports={
            port.interface: _bridge_port(node, bridge, port.interface, now)
            for port in bridge.ports
            if not port.disabled
        },
    )


def _tree(node: Node, bridge: Bridge) -> BridgeView | None:
    pair = node.pair_tree
    core = pair if pair is not None and pair.bridge == bridge.name else node.trees.get(bridge.name)
    return None if core is None else core.view()


def _tree_status(view: BridgeView | None) -> dict[str, Any]:
    if view is None:
        return {}
    return {
        "root_bridge": view.root_port is None,
        "root_bridge_id": bridge_id(view.root.priority, view.root.mac),
        "root_path_cost": view.root_path_cost,
        "root_port": view.root_port or "none",
        "designated_port_count": len(view.designated_ports),
    }


def state_of(view: TreePort) -> str:
    """802.1D-2004 table 7-1."""
    return "forwarding" if view.forwarding else "learning" if view.learning else "discarding"


def _bridge_port(node: Node, bridge: Bridge, interface: str, now: Instant) -> BridgePortStatus:
    trunk = node.plane.trunks.get(interface)
    if trunk is None:
        receiving = sending = bool(node.plane.running.get(interface))
    else:
        receiving, sending = bool(trunk.collecting), bool(trunk.distributing)
    comment = None
    if node.config.mlag is not None and interface == node.config.mlag.peer_port and node.mlag is not None:
        receiving = sending = sending and node.mlag.gate
        comment = None if node.mlag.gate else NOT_CONNECTED
    if interface in node.suspended:
        receiving = sending = False
        comment = SUSPENDED
    view = node.tree_view(interface)
    if view is None:
        return BridgePortStatus(
            interface=interface,
            status="in-bridge" if receiving or sending else "inactive",
            comment=comment,
            learning=receiving,
            forwarding=sending,
        )
    return BridgePortStatus(
        interface=interface,
        status="in-bridge" if receiving or sending else "inactive",
        comment=comment,
        learning=receiving and view.learning,
        forwarding=sending and view.forwarding,
        role=f"{view.role.name.lower()}-port",
        reason=None if view.reason is None else view.reason.value,
        reason_code=None if view.reason is None else view.reason.name.lower().replace("_", "-"),
        tree=port_tree(view, now),
    )
