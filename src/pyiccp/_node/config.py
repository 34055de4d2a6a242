"""The configuration of one node: plain values named as RouterOS names them, whatever text they came from."""

import msgspec

from pyiccp._bridge.config import FrameTypes as FrameTypes
from pyiccp._node.key import SharedKey
from pyiccp._sansio import Instant, milliseconds, seconds
from pyiccp.wire._mac import Mac


class ConfigError(ValueError):
    """A configuration that cannot be run: where it is wrong and what to do."""

    def __init__(
        self, message: str, *, file: str | None = None, line: int | None = None, property: str = "", fix: str = ""
    ) -> None:
        self.message, self.file, self.line, self.property, self.fix = message, file, line, property, fix
        where = f"{file or '<text>'}:{line}: " if line is not None else f"{file}: " if file else ""
        super().__init__(f"{where}{message}" + (f"; {fix}" if fix else ""))


class Source(msgspec.Struct, frozen=True, gc=False):
    """Where a thing was configured: for messages only, so that any two are equal and equal settings compare equal."""

    file: str = ""
    line: int = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source)

    def __hash__(self) -> int:
        return hash(Source)


class Hardware(msgspec.Struct, frozen=True, gc=False):
    """What `export verbose` tells of the hardware and `export` does not: takes no part in comparison, as Source."""

    l2mtus: tuple[tuple[str, int], ...] = ()
    """Octets behind the Ethernet header that a port carries, where it is told."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hardware)

    def __hash__(self) -> int:
        return hash(Hardware)


class Bond(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """/interface bonding"""

    name: str
    slaves: tuple[str, ...]
    mode: str = "balance-rr"
    mlag_id: int | None = None
    lacp_rate: str = "30secs"
    lacp_mode: str = "active"
    lacp_user_key: int = 0
    lacp_system_id: Mac | None = None
    lacp_system_priority: int = 65535
    transmit_hash_policy: str = "layer-2"
    min_links: int = 0
    forced_mac_address: Mac | None = None
    mtu: int = 1500
    disabled: bool = False
    source: Source = Source()


class BridgePort(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """/interface bridge port"""

    interface: str
    pvid: int = 1
    frame_types: FrameTypes = FrameTypes.ADMIT_ALL
    ingress_filtering: bool = True
    tag_stacking: bool = False
    learn: bool = True
    broadcast_flood: bool = True
    unknown_unicast_flood: bool = True
    unknown_multicast_flood: bool = True
    horizon: int | None = None
    priority: int = 0x80
    path_cost: int | None = None
    edge: str = "auto"
    point_to_point: str = "auto"
    auto_isolate: bool = False
    bpdu_guard: bool = False
    bpdu_guard_disable_time: Instant = 0
    """0 = until an operator enables the port again."""
    restricted_role: bool = False
    restricted_tcn: bool = False
    disabled: bool = False
    source: Source = Source()


class BridgeVlan(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """/interface bridge vlan"""

    vlan_ids: tuple[int, ...]
    tagged: tuple[str, ...] = ()
    untagged: tuple[str, ...] = ()
    disabled: bool = False
    source: Source = Source()


class StaticHost(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """/interface bridge host"""

    mac_address: Mac
    interface: str
    vid: int | None = None
    disabled: bool = False
    source: Source = Source()


class Bridge(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """/interface bridge, with its ports, VLANs and static hosts."""

    name: str
    protocol_mode: str = "rstp"
    priority: int = 0x8000
    vlan_filtering: bool = False
    pvid: int = 1
    frame_types: FrameTypes = FrameTypes.ADMIT_ALL
    ingress_filtering: bool = True
    ether_type: int = 0x8100
    admin_mac: Mac | None = None
    auto_mac: bool = True
    ageing_time: Instant = seconds(300)
    max_message_age: Instant = seconds(20)
    forward_delay: Instant = seconds(15)
    transmit_hold_count: int = 6
    port_cost_mode: str = "long"
    max_learned_entries: int | None = 131072
    """None = unlimited; RouterOS' `auto` is the value of a device with 1 GiB or more."""
    forward_reserved_addresses: bool = False
    igmp_snooping: bool = False
    mvrp: bool = False
    disabled: bool = False
    ports: tuple[BridgePort, ...] = ()
    vlans: tuple[BridgeVlan, ...] = ()
    hosts: tuple[StaticHost, ...] = ()
    virtual_ports: tuple[tuple[str, str], ...] = ()
    """(interface, its menu) of ports outside the model, such as VXLAN: they carry nothing here."""
    source: Source = Source()


class Mlag(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """/interface bridge mlag, or the mlag-* properties of a bridge from 7.22 on."""

    bridge: str
    peer_port: str
    priority: int = 128
    heartbeat: Instant | None = seconds(5)
    source: Source = Source()


ORPHAN_PORTS = ("keep", "suspend")
LACP_MUXES = ("coupled", "independent")


class Tuning(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What RouterOS has no property for (mlag.md); set in a scenario or on the node's command line."""

    policy: str = "safe"
    liveness: Instant = milliseconds(300)
    """hb, the session's own heartbeat interval (M2.1): 10 ms … 1 s."""
    ask_time: Instant = seconds(1)
    init_delay: Instant = seconds(30)
    auto_recovery: Instant | None = seconds(10)
    orphan_ports: str = "keep"
    """`keep` or `suspend`: ports that only this node has, while it is isolated (M7.1)."""
    lacp_mux: str = "coupled"
    """`coupled` or `independent` control (802.1AX 6.4.15) on bonds that are no half of a pair's: those are always
    independent."""
    lacp_identity: str = "system-id"
    """`system-id` or `bond-mac` (M1.7)."""
    system_id: Mac | None = None
    domain: int = 1
    shared_key: SharedKey | None = None
    """`mlag-shared-key`: both nodes seal what they say over the peer port with it."""
    keepalive: bool = False
    """A keepalive path to the peer is configured."""


class NodeConfig(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One device."""

    name: str
    mac: Mac
    """Bridge MAC and the MAC of the first port; port n has this + n, ports in natural order of their names."""
    ports: tuple[str, ...]
    """Physical ports in natural order."""
    speeds: tuple[tuple[str, int], ...] = ()
    """Mbit/s of ports that are not 10000."""
    hardware: Hardware = Hardware()
    bonds: tuple[Bond, ...] = ()
    bridges: tuple[Bridge, ...] = ()
    mlag: Mlag | None = None
    l3_hw_offloading: bool = False
    disabled_ports: tuple[str, ...] = ()
    tuning: Tuning = Tuning()
