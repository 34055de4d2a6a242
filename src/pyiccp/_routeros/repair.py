"""Where a finding of M12 is written, and the RouterOS lines that mend it.

A line `# on NAME` says that what follows is for the other node; other comments are for what no line can do.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from pyiccp._mlag.consistency import Finding
from pyiccp._node.config import Source
from pyiccp._routeros.device import Device
from pyiccp._routeros.menus import BONDING, BRIDGE, BRIDGE_PORT, ETHERNET, SWITCH, Menu
from pyiccp._routeros.tables import Entry
from pyiccp.wire._mac import Mac, mac_plus, mac_text

HIGHEST_VLAN = 4094


class Place(NamedTuple):
    """Where something is written and what to write instead."""

    source: Source
    fix: tuple[str, ...]


Repair = Callable[[Device, Finding, Device | None], Place]


def place(device: Device, finding: Finding, other: Device | None) -> Place:
    """*finding* is about *device*; *other* is its peer."""
    return _REPAIRS[finding.code](device, finding, other)


def set_members(
    device: Device, bridge: str, vlan: int, *, tagged: tuple[str, ...] = (), untagged: tuple[str, ...] = ()
) -> list[str]:
    """Lines that make the named ports tagged and untagged members of *vlan* and nothing else in it."""
    wanted = {"tagged": tagged, "untagged": untagged}
    entry = next((one for one in device.vlan_entries(bridge, vlan) if one["vlan-ids"] == (vlan,)), None)
    if entry is None:
        said = " ".join(f"{kind}={','.join(ports)}" for kind, ports in wanted.items() if ports)
        return [f"/interface bridge vlan add bridge={bridge} {said} vlan-ids={vlan}"]
    changes = []
    for kind, ports in wanted.items():
        kept = tuple(name for name in entry[kind] if name in ports or name not in (*tagged, *untagged))
        members = (*kept, *(port for port in ports if port not in kept))
        if members != entry[kind]:
            changes.append(f"{kind}={','.join(members)}")
    return [f"/interface bridge vlan set [ find bridge={bridge} vlan-ids={vlan} ] {' '.join(changes)}"]


def _bridge(device: Device) -> str:
    return device.config.mlag.bridge if device.config.mlag is not None else ""


def _peer_port(device: Device) -> str:
    return device.config.mlag.peer_port if device.config.mlag is not None else ""


def _source(device: Device, entry: Entry | None, property: str) -> Source:
    return device.mlag_source if entry is None else entry.where(property)


def _as_said(menu: Menu, property: str) -> Repair:
    """The fix of the table is a line already; the entry is the one that the finding names."""

    def repair(device: Device, finding: Finding, other: Device | None) -> Place:
        entry = device.entry(menu, menu.key or "interface", finding.subject)
        return Place(_source(device, entry, property), (finding.fix,))

    return repair


def _on_bridge(device: Device, finding: Finding, other: Device | None) -> Place:
    """The subject is a property of the MLAG bridge."""
    return Place(_source(device, device.bridge_entry(_bridge(device)), finding.subject), (finding.fix,))


def _not_synchronised(device: Device, finding: Finding, other: Device | None) -> Place:
    port = device.port_entry(finding.subject)
    if port is not None:
        return Place(port.where("interface"), (finding.fix,))
    return _on_bridge(device, finding, other)


def _l3(device: Device, finding: Finding, other: Device | None) -> Place:
    entry = next((entry for entry in device.tables[SWITCH] if entry["l3-hw-offloading"]), None)
    return Place(_source(device, entry, "l3-hw-offloading"), (finding.fix,))


def _missing_vlan(device: Device, finding: Finding, other: Device | None) -> Place:
    bridge, vlan = _bridge(device), int(finding.subject.split()[1])
    entries = device.vlan_entries(bridge, vlan)
    by_pvid = [entry for entry in device.tables[BRIDGE_PORT] if entry["pvid"] == vlan]
    written = [entry.where("tagged") for entry in entries] + [entry.where("pvid") for entry in by_pvid]
    source = written[0] if written else device.mlag_source
    return Place(source, tuple(set_members(device, bridge, vlan, tagged=(_peer_port(device),))))


def _mtu(device: Device, finding: Finding, other: Device | None) -> Place:
    need = int(finding.fix.partition("at least ")[2].partition(",")[0])
    entry = device.bond_entry(finding.subject)
    trunk = device.bond_entry(_peer_port(device))
    members = trunk["slaves"] if trunk is not None else (_peer_port(device),)
    lines = [f"/interface ethernet set [ find name={port} ] l2mtu={need}" for port in members]
    port = device.entry(ETHERNET, "name", members[0])
    return Place(_source(device, port or entry, "l2mtu"), tuple(lines))


def _own_vlan(device: Device, finding: Finding, other: Device | None) -> Place:
    """Give the peer port a pvid that nobody has, and carry tagged what was untagged on it."""
    bridge, peer_port = _bridge(device), _peer_port(device)
    port = device.port_entry(peer_port)
    taken = {entry["pvid"] for entry in device.tables[BRIDGE_PORT]}
    taken |= {vlan for one in device.config.bridges for entry in one.vlans for vlan in entry.vlan_ids}
    free = 99 if 99 not in taken else next(vlan for vlan in range(HIGHEST_VLAN, 0, -1) if vlan not in taken)
    own = device.profile
    vlan = 1 if finding.code == "peer-port-pvid" else int(finding.subject.split()[1])
    lines = []
    if own is not None and own.peer_port_pvid == vlan:
        lines.append(f"/interface bridge port set [ find interface={peer_port} ] pvid={free}")
    if own is not None and any(vlan in (*one.tagged, *one.untagged) for one in own.ports):
        lines += set_members(device, bridge, vlan, tagged=(peer_port,))
    return Place(_source(device, port, "pvid"), tuple(lines))


def _single_member(device: Device, finding: Finding, other: Device | None) -> Place:
    port = _peer_port(device)
    return Place(
        device.mlag_source,
        (f"# lay a second cable; on both nodes make {port} and its port an 802.3ad bond, and that the peer port",),
    )


def _no_keepalive(device: Device, finding: Finding, other: Device | None) -> Place:
    return Place(
        device.mlag_source, ("# RouterOS has no property for it: pyiccp node --keepalive, [[keepalive]] in a lab",)
    )


def _differs(menu: Menu, property: str) -> Repair:
    """One half takes the other's value."""

    def repair(device: Device, finding: Finding, other: Device | None) -> Place:
        key = "name" if menu is BONDING else "interface"
        entry = device.entry(menu, key, finding.subject)
        theirs = None if other is None else other.entry(menu, key, _twin(device, other, finding.subject))
        if other is None:
            return Place(_source(device, entry, property), (finding.fix,))
        if entry is None or theirs is None:  # one of them is no port of its bridge
            return _join_bridge(device, other, finding, entry, theirs)
        chosen = f"[ find interface={finding.subject} ]" if menu is BRIDGE_PORT else finding.subject
        line = f"{menu.path} set {chosen} {_written(property, theirs[property])}"
        return Place(entry.where(property), (line,))

    return repair


def _join_bridge(device: Device, other: Device, finding: Finding, ours: Entry | None, theirs: Entry | None) -> Place:
    lacking, has = (device, theirs) if ours is None else (other, ours)
    name = finding.subject if lacking is device else _twin(device, other, finding.subject)
    pvid = has["pvid"] if has is not None else 1
    line = f"/interface bridge port add bridge={_bridge(lacking)} interface={name} pvid={pvid}"
    bond = device.bond_entry(finding.subject)
    source = _source(device, ours or bond, "interface" if ours else "name")
    return Place(source, (line,) if lacking is device else (f"# on {other.name}", line))


def _twin(device: Device, other: Device, bond: str) -> str:
    """What the other node calls its half of *bond*."""
    ours = next((one.mlag_id for one in device.config.bonds if one.name == bond), None)
    return next((one.name for one in other.config.bonds if one.mlag_id == ours and ours is not None), bond)


def _written(property: str, value: Any) -> str:
    if value is None:
        return f"!{property}"
    if isinstance(value, bool):
        return f"{property}={'yes' if value else 'no'}"
    if property == "bpdu-guard-disable-time":
        return f"{property}={value / 1_000_000_000:g}s"
    return f"{property}={value:#x}" if property == "priority" else f"{property}={value}"


def _bridge_differs(property: str) -> Repair:
    def repair(device: Device, finding: Finding, other: Device | None) -> Place:
        entry = device.bridge_entry(_bridge(device))
        theirs = None if other is None else other.bridge_entry(_bridge(other))
        if theirs is None:
            return Place(_source(device, entry, property), (finding.fix,))
        line = f"/interface bridge set {_bridge(device)} {_written(property, theirs[property])}"
        return Place(_source(device, entry, property), (line,))

    return repair


def _heartbeat(device: Device, finding: Finding, other: Device | None) -> Place:
    span = other.config.mlag.heartbeat if other is not None and other.config.mlag is not None else None
    value = "none" if span is None else f"{span / 1_000_000_000:g}s"
    if device.old_dialect:
        return Place(device.mlag_source, (f"/interface bridge mlag set heartbeat={value}",))
    source = _source(device, device.bridge_entry(_bridge(device)), "mlag-heartbeat")
    return Place(source, (f"/interface bridge set {_bridge(device)} mlag-heartbeat={value}",))


def _vlan_list(device: Device, finding: Finding, other: Device | None) -> Place:
    vlan = int(finding.message.split()[1])
    entry = device.port_entry(finding.subject)
    if other is None:
        return Place(_source(device, entry, "interface"), (finding.fix,))
    here = _kind(device, finding.subject, vlan)
    theirs = _twin(device, other, finding.subject)
    if here:
        found = device.vlan_entries(_bridge(device), vlan)
        lines = _with_peer_port(other, vlan, here, theirs)
        return Place(found[0].where(here), (f"# on {other.name}", *lines))
    there = _kind(other, theirs, vlan) or "tagged"
    lines = _with_peer_port(device, vlan, there, finding.subject)
    return Place(_source(device, entry, "interface"), tuple(lines))


def _with_peer_port(device: Device, vlan: int, kind: str, port: str) -> list[str]:
    """A VLAN of a dual-homed bond has to be the peer port's as well."""
    trunk = (_peer_port(device),)
    if kind == "tagged":
        return set_members(device, _bridge(device), vlan, tagged=(*trunk, port))
    return set_members(device, _bridge(device), vlan, tagged=trunk, untagged=(port,))


def _kind(device: Device, port: str, vlan: int) -> str:
    for entry in device.vlan_entries(_bridge(device), vlan):
        for kind in ("tagged", "untagged"):
            if port in entry[kind]:
                return kind
    return ""


def _unmatched(device: Device, finding: Finding, other: Device | None) -> Place:
    entry = device.bond_entry(finding.subject)
    source = _source(device, entry, "mlag-id")
    mlag_id = entry["mlag-id"] if entry is not None else None
    if other is None:
        return Place(source, (finding.fix,))
    if other.bond_entry(finding.subject) is not None:
        return Place(source, (f"# on {other.name}", f"/interface bonding set {finding.subject} mlag-id={mlag_id}"))
    return Place(source, (f"# on {other.name}: make a bond with mlag-id={mlag_id} of the ports to the same client",))


def _solo(device: Device, finding: Finding, other: Device | None) -> Place:
    bridge = _bridge(device)
    entry = device.bridge_entry(bridge)
    mac = Mac(device.config.mac) if entry is None or entry["admin-mac"] is None else entry["admin-mac"]
    line = f"/interface bridge set {bridge} admin-mac={mac_text(mac_plus(mac, 1))}"
    return Place(_source(device, entry, "admin-mac"), (line,))


def _by_hand(device: Device, finding: Finding, other: Device | None) -> Place:
    """Nothing of a configuration text: version, domain, node number, hosts."""
    return Place(device.mlag_source, (f"# {finding.fix}",))


_REPAIRS: dict[str, Repair] = {
    "layout-major": _by_hand,
    "domain": _by_hand,
    "lacp-port-range": _by_hand,
    "too-many-hosts": _by_hand,
    "second-mlag-bridge": _as_said(BRIDGE, "mlag-peer-port"),
    "peer-port-mlag-id": _as_said(BONDING, "mlag-id"),
    "l3-hw-offloading": _l3,
    "protocol-mode": _as_said(BRIDGE, "protocol-mode"),
    "stp-mode": _bridge_differs("protocol-mode"),
    "solo-identity": _solo,
    "peer-port-vlan": _missing_vlan,
    "peer-port-orphan-vlan": _missing_vlan,
    "peer-port-mtu": _mtu,
    "unmatched-mlag-id": _unmatched,
    "peer-port-pvid": _own_vlan,
    "peer-port-untagged": _own_vlan,
    "no-keepalive": _no_keepalive,
    "single-member-peer-port": _single_member,
    "not-synchronised": _not_synchronised,
    "stp-priority-step": _on_bridge,
    "stp-priority": _bridge_differs("priority"),
    "heartbeat": _heartbeat,
    "path-cost": _differs(BRIDGE_PORT, "path-cost"),
    "port-priority": _differs(BRIDGE_PORT, "priority"),
    "edge": _differs(BRIDGE_PORT, "edge"),
    **{
        name: _differs(BRIDGE_PORT, name)
        for name in (
            *("point-to-point", "bpdu-guard", "bpdu-guard-disable-time"),
            *("auto-isolate", "restricted-role", "restricted-tcn"),
        )
    },
    "pvid": _differs(BRIDGE_PORT, "pvid"),
    "vlan-list": _vlan_list,
    "lacp-rate": _differs(BONDING, "lacp-rate"),
    "bond-mode": _differs(BONDING, "mode"),
    "hash": _differs(BONDING, "transmit-hash-policy"),
}
"""One row per code of `mlag.consistency.CHECKS`; a test holds the two together."""
