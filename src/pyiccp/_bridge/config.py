"""What a bridge is told before it runs: its ports, its VLANs, its own addresses (RouterOS' rules)."""

from enum import Enum

import msgspec

from pyiccp._sansio import Instant, seconds
from pyiccp.wire._mac import Mac


class FrameTypes(Enum):
    """What a port admits on ingress."""

    ADMIT_ALL = "admit-all"
    ADMIT_ONLY_VLAN_TAGGED = "admit-only-vlan-tagged"
    ADMIT_ONLY_UNTAGGED = "admit-only-untagged-and-priority-tagged"


class PortConfig(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One port of the bridge: an interface, a bond, or the bridge interface itself."""

    name: str
    pvid: int = 1
    frame_types: FrameTypes = FrameTypes.ADMIT_ALL
    ingress_filtering: bool = True
    learn: bool = True
    broadcast_flood: bool = True
    unknown_unicast_flood: bool = True
    unknown_multicast_flood: bool = True
    horizon: int | None = None
    """Frames that entered by a port never leave by one of the same horizon."""
    mlag_id: int | None = None
    """Set on a dual-homed bond: the peer has the other half."""


class VlanConfig(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Explicit members of one VLAN."""

    vid: int
    tagged: tuple[str, ...] = ()
    untagged: tuple[str, ...] = ()


class StaticHost(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An address that is never learned, moved or aged."""

    address: Mac
    port: str
    vid: int | None = None
    """None = in every VLAN of which the port is a member."""
    own: bool = False
    """An address of the device itself (flag `L`)."""


class BridgeConfig(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One bridge. The bridge interface is a port named like the bridge; `own_port` describes it."""

    name: str
    ports: tuple[PortConfig, ...]
    """Without the bridge interface."""
    vlan_filtering: bool = False
    vlans: tuple[VlanConfig, ...] = ()
    pvid: int = 1
    frame_types: FrameTypes = FrameTypes.ADMIT_ALL
    ingress_filtering: bool = True
    hosts: tuple[StaticHost, ...] = ()
    peer_port: str | None = None
    ageing_time: Instant = seconds(300)
    max_learned_entries: int | None = None
    forward_reserved_addresses: bool = False
    """Only meant for a bridge without spanning tree."""

    @property
    def own_port(self) -> PortConfig:
        """The bridge interface itself."""
        return PortConfig(
            name=self.name, pvid=self.pvid, frame_types=self.frame_types, ingress_filtering=self.ingress_filtering
        )
