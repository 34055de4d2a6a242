"""From a device's configuration to the configuration of its LACP and MLAG cores: addresses, keys, numbers."""

from pyiccp._bridge import config as bridging
from pyiccp._mlag.events import BondConfig, MlagConfig
from pyiccp._mlag.identity import KEY_SPEED
from pyiccp._node.config import Bond, Bridge, NodeConfig
from pyiccp._sansio import milliseconds
from pyiccp.lacp._config import AggregatorConfig, PortConfig
from pyiccp.wire._mac import Mac, mac_plus

DEFAULT_SPEED = 10_000
"""Mbit/s of a port of which nothing else is said."""
ECHO_GUARD = milliseconds(250)
"""M1.8."""


def port_mac(config: NodeConfig, port: str) -> Mac:
    """The device's MAC plus the place of *port* in natural order."""
    return mac_plus(config.mac, config.ports.index(port))


def bond_mac(config: NodeConfig, bond: Bond) -> Mac:
    """The forced address, else the first slave's."""
    return bond.forced_mac_address or port_mac(config, bond.slaves[0])


def bridge_mac(config: NodeConfig, bridge: Bridge) -> Mac:
    """admin-mac, else the device's."""
    return bridge.admin_mac or config.mac


def speed(config: NodeConfig, interface: str) -> int:
    """Mbit/s of a port, or of the fastest member of a bond."""
    slaves = next((bond.slaves for bond in config.bonds if bond.name == interface), (interface,))
    speeds = dict(config.speeds)
    return max(speeds.get(port, DEFAULT_SPEED) for port in slaves)


def mlag_bridge(config: NodeConfig) -> Bridge | None:
    """The bridge that MLAG runs on."""
    if config.mlag is None:
        return None
    return next((bridge for bridge in config.bridges if bridge.name == config.mlag.bridge), None)


def peer_members(config: NodeConfig) -> tuple[str, ...]:
    """The physical ports of the peer port; () without MLAG."""
    if config.mlag is None:
        return ()
    for bond in config.bonds:
        if bond.name == config.mlag.peer_port:
            return bond.slaves
    return (config.mlag.peer_port,)


def with_mlag_id(config: NodeConfig) -> tuple[Bond, ...]:
    """The bonds that the configuration wants on both nodes."""
    if config.mlag is None:
        return ()
    return tuple(
        bond
        for bond in config.bonds
        if bond.mlag_id is not None and bond.name != config.mlag.peer_port and not bond.disabled
    )


def dual_homed(config: NodeConfig) -> tuple[Bond, ...]:
    """The bonds that the pair carries together: only LACP can say to the client that both halves are one."""
    return tuple(bond for bond in with_mlag_id(config) if bond.mode == "802.3ad")


def lacp_bonds(config: NodeConfig) -> tuple[Bond, ...]:
    """Bonds that speak LACP."""
    return tuple(bond for bond in config.bonds if bond.mode == "802.3ad" and not bond.disabled)


def aggregators(config: NodeConfig) -> tuple[AggregatorConfig, ...]:
    """One per LACP bond. Dual-homed ones are held until the pair is ready and get their identity from it; a peer port
    that is a bond speaks as the node itself (M3.4)."""
    shared = {bond.name for bond in dual_homed(config)}
    independent = config.tuning.lacp_mux == "independent"
    return tuple(
        AggregatorConfig(
            name=bond.name,
            system=bond.lacp_system_id or bond_mac(config, bond),
            system_priority=bond.lacp_system_priority,
            key=bond.lacp_user_key << 6 | KEY_SPEED,
            independent=independent or bond.name in shared,
            collect_early=bond.name in shared,
            echo_guard=ECHO_GUARD if bond.name in shared else 0,
            hold_out_of_sync=bond.name in shared,
            hold_distribution=bond.name in shared,
            # A half of a pair has its links on two nodes: fewer on this one is no reason to stay down.
            min_links=0 if bond.name in shared else bond.min_links,
        )
        for bond in lacp_bonds(config)
    )


def lacp_ports(config: NodeConfig) -> tuple[PortConfig, ...]:
    """Every slave of an LACP bond."""
    return tuple(
        PortConfig(
            name=slave,
            aggregator=bond.name,
            number=config.ports.index(slave) + 1,
            active=bond.lacp_mode == "active",
            short_timeout=bond.lacp_rate == "1sec",
        )
        for bond in lacp_bonds(config)
        for slave in bond.slaves
    )


def mlag_config(config: NodeConfig, blocked: str, held_bonds: tuple[str, ...]) -> MlagConfig | None:
    """The pair's core, or None on a device without MLAG."""
    bridge = mlag_bridge(config)
    if config.mlag is None or bridge is None:
        return None
    tuning = config.tuning
    return MlagConfig(
        bridge_mac=bridge_mac(config, bridge),
        priority=config.mlag.priority,
        members=peer_members(config),
        bonds=tuple(
            BondConfig(bond.name, bond.mlag_id, bond_mac(config, bond), bond.lacp_system_priority)
            for bond in dual_homed(config)
            if bond.mlag_id is not None
        ),
        domain=tuning.domain,
        heartbeat=config.mlag.heartbeat,
        liveness=tuning.liveness,
        policy=tuning.policy,
        ask_time=tuning.ask_time,
        init_delay=tuning.init_delay,
        auto_recovery=tuning.auto_recovery,
        suspend_orphans=tuning.orphan_ports == "suspend",
        lacp_identity=tuning.lacp_identity,
        system_id=tuning.system_id,
        keepalive=tuning.keepalive,
        blocked=blocked,
        held_bonds=held_bonds,
    )


def bridge_config(config: NodeConfig, bridge: Bridge) -> bridging.BridgeConfig:
    """What a bridge core needs of its RouterOS properties. Interfaces that do not exist on the device are left out."""
    shared = {bond.name: bond.mlag_id for bond in dual_homed(config)}
    on_mlag = config.mlag is not None and config.mlag.bridge == bridge.name
    own = bridge_mac(config, bridge)
    return bridging.BridgeConfig(
        name=bridge.name,
        ports=tuple(
            bridging.PortConfig(
                name=port.interface,
                pvid=port.pvid,
                frame_types=port.frame_types,
                ingress_filtering=port.ingress_filtering,
                learn=port.learn,
                broadcast_flood=port.broadcast_flood,
                unknown_unicast_flood=port.unknown_unicast_flood,
                unknown_multicast_flood=port.unknown_multicast_flood,
                horizon=port.horizon,
                mlag_id=shared.get(port.interface) if on_mlag else None,
            )
            for port in bridge.ports
            if not port.disabled
        ),
        vlan_filtering=bridge.vlan_filtering,
        vlans=tuple(
            bridging.VlanConfig(vid=vid, tagged=vlan.tagged, untagged=vlan.untagged)
            for vlan in bridge.vlans
            if not vlan.disabled
            for vid in vlan.vlan_ids
        ),
        pvid=bridge.pvid,
        frame_types=bridge.frame_types,
        ingress_filtering=bridge.ingress_filtering,
        hosts=(
            bridging.StaticHost(address=own, port=bridge.name, own=True),
            *(
                bridging.StaticHost(address=host.mac_address, port=host.interface, vid=host.vid)
                for host in bridge.hosts
                if not host.disabled
            ),
        ),
        peer_port=config.mlag.peer_port if config.mlag is not None and on_mlag else None,
        ageing_time=bridge.ageing_time,
        max_learned_entries=bridge.max_learned_entries,
    )
