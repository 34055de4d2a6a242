"""One status for monitor, lab, metrics and a person."""

from enum import Enum

import msgspec

from pyiccp.wire.mac import Mac


class Reason(Enum):
    """Why a port of a bond does not forward: closed list, a sentence each (printf fields in braces)."""

    NO_LINK = "no link"
    NO_PARTNER = "no LACPDU received yet"
    EXPIRED = "partner expired: its last LACPDU is older than the timeout"
    DEFAULTED = "no partner: nothing but silence"
    DIFFERENT_PARTNER = "another partner than the bond's active aggregate"
    LOOPBACK = "partner has our own system id: the cable comes back to us"
    WAITING = "waiting for other links to join"
    STANDBY = "standby: the bond has all the links it may use"
    PARTNER_OUT_OF_SYNC = "partner is not in sync with us"
    PARTNER_DOES_NOT_SEE_US = "partner does not see us as we are"
    PARTNER_NOT_COLLECTING = "partner does not collect yet"
    HELD_BY_MLAG = "held by MLAG until the pair is ready"
    CLOSING_PEER_FILTER = "waiting for the peer to stop sending to this bond"
    DISABLED = "disabled by configuration"
    TYPE_1 = "held down by a configuration error"


class BondPortStatus(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="kebab"):
    """One slave of a bond, as `monitor-slaves` shows it."""

    state: str
    """Words: `collecting and distributing`, `collecting`, `attached`, `waiting`, `detached`, `no link`."""
    reason: str | None
    """Why it does not carry data, or None."""
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


class BridgePortStatus(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="kebab"):
    interface: str
    status: str
    """`in-bridge` or `inactive`."""
    comment: str | None
    """E.g. `mlag not connected`."""
    learning: bool
    forwarding: bool


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
    ports: dict[str, BridgePortStatus]


class MlagStatus(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="kebab"):
    status: str
    system_id: Mac | None
    active_role: str | None


class NodeStatus(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename="kebab"):
    """A frozen picture of a node."""

    name: str
    mlag: MlagStatus | None
    """None when the device has no MLAG menu set."""
    bonds: dict[str, BondStatus]
    bridges: dict[str, BridgeStatus]
    hosts: tuple[HostStatus, ...]
    warnings: tuple[str, ...]
