"""One status for monitor, lab, metrics and a person."""

from typing import Any

import msgspec

from pyiccp.wire._mac import Mac, mac_text


class BondPortStatus(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="kebab"):
    """One slave of a bond, as `monitor-slaves` shows it."""

    state: str
    """Words: `collecting and distributing`, `collecting`, `attached`, `waiting`, `detached`, `no link`."""
    reason: str | None
    """Why it does not carry data (a sentence of `lacp.reasons`), or None."""
    reason_code: str | None
    """The same for programs: the name in `lacp.reasons`, e.g. `partner-mismatch`."""
    key: int
    flags: str
    partner_sys_id: Mac
    partner_sys_priority: int
    partner_key: int
    partner_flags: str


class BondStatus(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="kebab"):
    mode: str
    active_ports: tuple[str, ...]
    inactive_ports: tuple[str, ...]
    lacp_system_id: Mac | None
    lacp_system_priority: int | None
    lacp_partner_system_id: Mac | None
    mlag_id: int | None
    ports: dict[str, BondPortStatus]


class HostStatus(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="kebab"):
    mac_address: Mac
    vid: int | None
    on_interface: str
    bridge: str
    flags: str
    """Letters of X I D L E A a that apply."""


class PortTreeStatus(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="kebab"):
    """A port in its spanning tree, in the names of `/interface bridge port monitor`."""

    port_id: str
    """`0x80.1`: priority, number."""
    edge_port: bool
    edge_port_discovery: bool
    point_to_point_port: bool
    sending_rstp: bool
    actual_path_cost: int
    root_path_cost: int
    """Of the way to the root by this port."""
    designated_bridge_id: str
    designated_cost: int
    designated_port_id: str
    designated_message_age: float
    """Seconds, as the next one."""
    designated_max_age: float
    tx_bpdu: int
    rx_bpdu: int
    rx_bpdu_discarded: int
    discard_transitions: int
    forward_transitions: int
    tx_tc: int
    rx_tc: int
    topology_changes: int
    last_topology_change: float | None
    """Seconds ago; None = never."""


class BridgePortStatus(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="kebab"):
    interface: str
    status: str
    """`in-bridge` or `inactive`."""
    comment: str | None
    """E.g. `mlag not connected`."""
    learning: bool
    forwarding: bool
    role: str | None = None
    """`root-port`, `designated-port`, …; None without spanning tree."""
    reason: str | None = None
    """Why spanning tree does not let it forward: a sentence of `rstp.reasons`."""
    reason_code: str | None = None
    """The same for programs: the name in `rstp.reasons`, e.g. `old-root-port`."""
    tree: PortTreeStatus | None = None
    """What spanning tree says of it; None without."""


class BridgeStatus(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="kebab"):
    """`/interface bridge monitor`; what spanning tree would fill in is None until it is there."""

    state: str
    current_mac_address: Mac
    bridge_id: str
    port_count: int
    fast_forward: bool
    spanning_tree: str
    """`rstp` …, or why it does not run."""
    mlag_state: str | None
    mlag_active_role: str | None
    root_bridge: bool | None = None
    root_bridge_id: str | None = None
    root_path_cost: int | None = None
    root_port: str | None = None
    designated_port_count: int | None = None
    ports: dict[str, BridgePortStatus]


class MlagStatus(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="kebab"):
    status: str
    system_id: Mac | None
    active_role: str | None


class FindingStatus(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="kebab"):
    """One thing that is wrong with the configuration, now: alone or beside the peer (M12)."""

    code: str
    """As `lint` names it, e.g. `lacp-rate`."""
    severity: str
    """`type-1`: what it concerns is held down. `type-2`: a warning."""
    message: str


class NodeStatus(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="kebab"):
    """A frozen picture of a node."""

    name: str
    mlag: MlagStatus | None
    """None on a device without a bridge."""
    bonds: dict[str, BondStatus]
    bridges: dict[str, BridgeStatus]
    hosts: tuple[HostStatus, ...]
    findings: tuple[FindingStatus, ...] = ()
    warnings: tuple[str, ...]
    """What a person should know since the node started: findings as they came up, and what is no finding."""
    maintenance: bool = False
    """An operator has taken this node's halves of bonds out of service."""
    keepalive: str | None = None
    """Whether the peer answers beside the peer port: `answered` or `silent`; None without a keepalive."""


def plain(value: Any) -> Any:
    """Builtins with octets, as JSON has them: an address in upper case with colons, the rest as it is."""
    if isinstance(value, bytes):
        return mac_text(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
