"""What is wrong with a node's configuration, alone and beside its peer: M12's table fed from RouterOS' properties."""

import msgspec
from msgspec.structs import replace

from pyiccp._bridge.config import FrameTypes
from pyiccp._mlag.consistency import Finding, blocked, check, held_bonds
from pyiccp._mlag.identity import solo
from pyiccp._mlag.profile import PortProfile, Profile
from pyiccp._node.config import Bond, Bridge, BridgePort, NodeConfig
from pyiccp._node.mlacp import mlag_id
from pyiccp._node.wiring import bridge_mac, mlag_bridge, peer_members, with_mlag_id
from pyiccp.iccp._core import IccpCore
from pyiccp.wire._text import printable

__all__ = ["REFUSED", "blocked", "held_bonds", "own_findings"]

ADDRESSES_AND_TYPE = 14
"""What an l2mtu does not count."""

REFUSED = ("layout-major", "solo-identity")
"""Codes of what makes a pair impossible: the MLAG core ends the session over it."""

_UNTAGGED = (FrameTypes.ADMIT_ALL, FrameTypes.ADMIT_ONLY_UNTAGGED)


def own_findings(own: Profile | None) -> tuple[Finding, ...]:
    """What can be said without the peer; nothing on a device without MLAG."""
    return () if own is None else check(own)


def peer_profile(iccp: IccpCore, name: str, told: Profile | None) -> Profile | None:
    """The peer: the whole profile that it has *told*, else as far as mLACP tells; None before either."""
    if told is None:
        return _by_mlacp(iccp, name)
    number = None if iccp.peer_system is None else iccp.peer_system.node_id
    return replace(told, name=name, complete=True, node_number=number)


def read_profile(octets: bytes) -> Profile | None:
    """What the peer says it is like; None when that is no profile."""
    try:
        return msgspec.json.decode(octets, type=Profile)
    except msgspec.DecodeError:
        return None


def profile(config: NodeConfig) -> Profile | None:
    """This node as the checks want it; None without MLAG."""
    bridge = mlag_bridge(config)
    if config.mlag is None or bridge is None:
        return None
    peer_port = config.mlag.peer_port
    port = next((each for each in bridge.ports if each.interface == peer_port), None)
    tagged, untagged = _vlans(bridge, peer_port, port)
    trunk = next((bond for bond in config.bonds if bond.name == peer_port), None)
    return Profile(
        name=config.name,
        domain=config.tuning.domain,
        bridge=bridge.name,
        protocol_mode=bridge.protocol_mode,
        stp_priority=bridge.priority,
        vlan_filtering=bridge.vlan_filtering,
        l3_hw_offloading=config.l3_hw_offloading,
        igmp_snooping=bridge.igmp_snooping,
        mvrp=bridge.mvrp,
        vxlan_ports=tuple(name for name, menu in bridge.virtual_ports if menu == "/interface vxlan"),
        max_learned_entries=bridge.max_learned_entries,
        heartbeat=config.mlag.heartbeat,
        keepalive=config.tuning.keepalive,
        solo_identity=solo(bridge_mac(config, bridge)),
        peer_port=peer_port,
        peer_port_mlag_id=None if trunk is None else trunk.mlag_id,
        peer_port_pvid=1 if port is None else port.pvid,
        peer_port_untagged_admitted=port is None or port.frame_types in _UNTAGGED,
        peer_port_tagged=tagged,
        peer_port_untagged=untagged,
        peer_port_members=len(peer_members(config)),
        peer_port_mtu=_peer_port_mtu(config),
        ports=_ports(config, bridge, peer_port),
    )


def _peer_port_mtu(config: NodeConfig) -> int | None:
    """The largest frame that every member of the peer port carries; None while one of them is not known."""
    known = dict(config.hardware.l2mtus)
    sizes = [known.get(member) for member in peer_members(config)]
    found = [size for size in sizes if size is not None]
    return min(found) + ADDRESSES_AND_TYPE if found and len(found) == len(sizes) else None


def _by_mlacp(iccp: IccpCore, name: str) -> Profile | None:
    if iccp.peer_system is None:
        return None
    return Profile(
        name=name,
        complete=False,
        node_number=iccp.peer_system.node_id,
        peer_port="",
        ports=tuple(
            PortProfile(name=printable(settings.name), mlag_id=mlag_id(settings.roid))
            for settings, _ in iccp.peer_aggregators.values()
        ),
    )


def _ports(config: NodeConfig, bridge: Bridge, peer_port: str) -> tuple[PortProfile, ...]:
    """Every port of the bridge but the peer port, and bonds with an mlag-id wherever they are."""
    shared = {bond.name: bond for bond in with_mlag_id(config)}
    profiles = []
    for port in bridge.ports:
        if port.disabled or port.interface == peer_port:
            continue
        profiles.append(_port(bridge, port, shared.pop(port.interface, None)))
    profiles += [
        PortProfile(name=bond.name, mlag_id=bond.mlag_id, lacp_rate=bond.lacp_rate, mode=bond.mode, mtu=bond.mtu)
        for bond in shared.values()
    ]
    return tuple(profiles)


def _port(bridge: Bridge, port: BridgePort, bond: Bond | None) -> PortProfile:
    tagged, untagged = _vlans(bridge, port.interface, port)
    bond = bond or Bond(name=port.interface, slaves=())
    return PortProfile(
        name=port.interface,
        mlag_id=bond.mlag_id,
        pvid=port.pvid,
        tagged=tagged,
        untagged=untagged,
        path_cost=port.path_cost,
        priority=port.priority,
        edge=port.edge,
        point_to_point=port.point_to_point,
        bpdu_guard=port.bpdu_guard,
        bpdu_guard_disable_time=port.bpdu_guard_disable_time,
        auto_isolate=port.auto_isolate,
        restricted_role=port.restricted_role,
        restricted_tcn=port.restricted_tcn,
        mode=bond.mode,
        lacp_rate=bond.lacp_rate,
        transmit_hash_policy=bond.transmit_hash_policy,
        mtu=bond.mtu,
    )


def _vlans(bridge: Bridge, interface: str, port: BridgePort | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """VLANs in which *interface* is a tagged and an untagged member, the pvid's included (routeros.md 4)."""
    tagged: list[int] = []
    untagged: list[int] = []
    for vlan in bridge.vlans:
        if not vlan.disabled and interface in vlan.tagged:
            tagged += vlan.vlan_ids
        if not vlan.disabled and interface in vlan.untagged:
            untagged += vlan.vlan_ids
    if port is not None and port.frame_types in _UNTAGGED and port.pvid not in (*tagged, *untagged):
        untagged.append(port.pvid)
    return tuple(dict.fromkeys(tagged)), tuple(dict.fromkeys(untagged))
