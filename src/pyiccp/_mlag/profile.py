"""What one node of a pair is like, as plain values: what configuration checks read, and what they say (M12)."""

from typing import Literal, NamedTuple

import msgspec

from pyiccp._sansio import Instant
from pyiccp.wire._mac import Mac

Held = tuple[str, ...] | Literal["mlag"]
"""Names of bonds, or all of MLAG."""


class PortProfile(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One port of the MLAG bridge (never the peer port), or a bond with an mlag-id wherever it is."""

    name: str
    mlag_id: int | None = None
    """None for a port that only this node has."""
    pvid: int | None = None
    """None when it is no port of the MLAG bridge."""
    tagged: tuple[int, ...] = ()
    untagged: tuple[int, ...] = ()
    """VLANs that leave it untagged, the pvid's included when untagged frames are admitted."""
    path_cost: int | None = None
    priority: int = 0x80
    edge: str = "auto"
    point_to_point: str | None = None
    bpdu_guard: bool | None = None
    bpdu_guard_disable_time: Instant | None = None
    auto_isolate: bool | None = None
    restricted_role: bool | None = None
    restricted_tcn: bool | None = None
    """None = not known, of these six: a peer of an earlier version does not tell them."""
    mode: str = "802.3ad"
    lacp_rate: str = "30secs"
    transmit_hash_policy: str = "layer-2"
    mtu: int = 1500


class Profile(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One node. What a field's default stands for cannot be complained about: None = not known."""

    name: str = ""
    """As people call the node; empty = "the peer"."""
    complete: bool = True
    """False for a peer of which only node number, solo identity and mlag-ids are known."""
    layout_major: int = 1
    domain: int = 1
    bridge: str = "bridge1"
    other_mlag_bridges: tuple[str, ...] = ()
    protocol_mode: str = "rstp"
    stp_priority: int = 0x8000
    vlan_filtering: bool = True
    l3_hw_offloading: bool = False
    igmp_snooping: bool = False
    mvrp: bool = False
    vxlan_ports: tuple[str, ...] = ()
    max_learned_entries: int | None = None
    hosts: int = 0
    """Entries of the host table now."""
    heartbeat: Instant | None = None
    keepalive: bool = True
    """A keepalive path is configured."""
    solo_identity: Mac | None = None
    node_number: int | None = None
    """Places this node's LACP port numbers (M1.5)."""
    peer_port: str
    peer_port_mlag_id: int | None = None
    peer_port_pvid: int = 99
    peer_port_untagged_admitted: bool = True
    """False with frame-types=admit-only-vlan-tagged."""
    peer_port_tagged: tuple[int, ...] = ()
    peer_port_untagged: tuple[int, ...] = ()
    """VLANs that leave it untagged, the pvid's included when untagged frames are admitted."""
    peer_port_members: int = 2
    peer_port_mtu: int | None = None
    """Largest frame it carries in octets, Ethernet header and one tag included (RouterOS: l2mtu + 14)."""
    ports: tuple[PortProfile, ...] = ()


class Fault(NamedTuple):
    """What a check has found."""

    subject: str
    """The interface, bridge, VLAN or setting it is about."""
    message: str
    fix: str
    holds: Held = ()
    """What it holds down when it is of type 1."""
