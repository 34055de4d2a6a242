"""Entries -> the values of _node/config.py, every reference between them resolved."""

from pyiccp._node.config import Bond, Bridge, BridgePort, BridgeVlan, Mlag, StaticHost
from pyiccp._routeros.interfaces import Interfaces
from pyiccp._routeros.menus import (
    BONDING,
    BRIDGE,
    BRIDGE_HOST,
    BRIDGE_PORT,
    BRIDGE_VLAN,
    MLAG,
    UNDOCUMENTED,
)
from pyiccp._routeros.tables import Entry, Tables
from pyiccp._routeros.values import suggestion
from pyiccp.wire._bpdu import PRIORITY_BITS


def bonds(tables: Tables, interfaces: Interfaces) -> tuple[Bond, ...]:
    """/interface bonding: slaves are ports of the hardware, each in one bond; an mlag-id names one bond."""
    built: list[Bond] = []
    owners: dict[str, str] = {}
    ids: dict[int, str] = {}
    for entry in tables[BONDING]:
        slaves = _slaves(entry, interfaces, owners)
        bond = Bond(**entry.fields() | {"slaves": slaves}, source=entry.source)
        if bond.mlag_id is not None and not bond.disabled:
            twin = ids.setdefault(bond.mlag_id, bond.name)
            if twin != bond.name:
                raise entry.error("mlag-id", f"mlag-id={bond.mlag_id} is that of {twin} already", "give each its own")
        built.append(bond)
    return tuple(built)


def _slaves(entry: Entry, interfaces: Interfaces, owners: dict[str, str]) -> tuple[str, ...]:
    """The slaves of one bond, now owned by it."""
    slaves = []
    for name in entry["slaves"]:
        slave = interfaces.resolve(entry, "slaves", name)
        if slave is None:
            continue
        if slave in interfaces.bonds or slave in interfaces.bridges:
            raise entry.error("slaves", f"{slave} cannot be a slave of {entry['name']}", "name Ethernet interfaces")
        if slave in interfaces.virtual:
            interfaces.note(entry, "slaves", f"slave {slave} ({interfaces.virtual[slave]}) is not modelled: left out")
            continue
        if slave in owners:
            raise entry.error("slaves", f"{slave} is a slave of {owners[slave]} already", "a port belongs to one bond")
        owners[slave] = entry["name"]
        slaves.append(slave)
    if not slaves:
        raise entry.error("slaves", f"bond {entry['name']} has no slaves", "write slaves=…, or remove the bond")
    return tuple(slaves)


def bridges(tables: Tables, interfaces: Interfaces, bonded: tuple[Bond, ...]) -> tuple[Bridge, ...]:
    """/interface bridge with the ports, VLANs and static hosts that name it."""
    ports, virtual = _ports(tables, interfaces, bonded)
    members = {name: [name, *(port.interface for port in ports[name])] for name in ports}
    vlans = _vlans(tables, interfaces, members)
    hosts = _hosts(tables, interfaces, members)
    # Of an MLAG bridge M12's table says what is wrong with its priority.
    paired = {tables[MLAG][0]["bridge"], *(entry["name"] for entry in tables[BRIDGE] if entry["mlag-peer-port"])}
    built = []
    for entry in tables[BRIDGE]:
        name = entry["name"]
        built.append(
            Bridge(
                **entry.fields(),
                ports=tuple(ports[name]),
                vlans=tuple(vlans[name]),
                hosts=tuple(hosts[name]),
                virtual_ports=tuple(virtual[name]),
                source=entry.source,
            )
        )
        for property in UNDOCUMENTED:
            if property in entry.values:
                interfaces.note(entry, property, f"{property} is not documented by its vendor and has no effect here")
        if name not in paired and entry["priority"] & ~PRIORITY_BITS:
            counts = entry["priority"] & PRIORITY_BITS
            interfaces.note(entry, "priority", f"priority is no multiple of 0x1000: it counts as {counts:#06x}")
    return tuple(built)


def _ports(
    tables: Tables, interfaces: Interfaces, bonded: tuple[Bond, ...]
) -> tuple[dict[str, list[BridgePort]], dict[str, list[tuple[str, str]]]]:
    ports: dict[str, list[BridgePort]] = {name: [] for name in interfaces.bridges}
    virtual: dict[str, list[tuple[str, str]]] = {name: [] for name in interfaces.bridges}
    masters = {slave: bond.name for bond in bonded for slave in bond.slaves}
    explicit = {entry["interface"] for entry in tables[BRIDGE_PORT]}
    owners: dict[str, str] = {}
    for entry in tables[BRIDGE_PORT]:
        bridge = interfaces.bridge(entry)
        if bridge is None:
            continue
        for name in interfaces.expand(entry, "interface", entry["interface"]):
            if name in explicit and name != entry["interface"]:
                continue  # an entry of its own goes before that of a list
            interface = interfaces.resolve(entry, "interface", name)
            if interface is None:
                continue
            if interface in interfaces.bridges:
                raise entry.error("interface", f"bridge {interface} cannot be a port of a bridge", "name an interface")
            if interface in masters:
                bond = masters[interface]
                raise entry.error("interface", f"{interface} is a slave of {bond}", f"write interface={bond}")
            if interface in owners:
                raise entry.error(
                    "interface", f"{interface} is a port of {owners[interface]} already", "remove one of the entries"
                )
            owners[interface] = bridge
            if interface in interfaces.virtual:
                menu = interfaces.virtual[interface]
                virtual[bridge].append((interface, menu))
                interfaces.note(entry, "interface", f"port {interface} ({menu}) is not modelled: left out")
                continue
            ports[bridge].append(BridgePort(**entry.fields() | {"interface": interface}, source=entry.source))
    return ports, virtual


def _vlans(tables: Tables, interfaces: Interfaces, members: dict[str, list[str]]) -> dict[str, list[BridgeVlan]]:
    vlans: dict[str, list[BridgeVlan]] = {name: [] for name in members}
    for entry in tables[BRIDGE_VLAN]:
        bridge = interfaces.bridge(entry)
        if bridge is None:
            continue
        lists = {
            kind: tuple(
                member
                for name in entry[kind]
                for interface in interfaces.expand(entry, kind, name)
                if (member := _member(interfaces, entry, kind, interface, bridge, members)) is not None
            )
            for kind in ("tagged", "untagged")
        }
        for name in lists["tagged"]:
            if name in lists["untagged"]:
                raise entry.error("untagged", f"{name} is both tagged and untagged", "choose one")
        vlans[bridge].append(BridgeVlan(**entry.fields() | lists, source=entry.source))
    return vlans


def _hosts(tables: Tables, interfaces: Interfaces, members: dict[str, list[str]]) -> dict[str, list[StaticHost]]:
    hosts: dict[str, list[StaticHost]] = {name: [] for name in members}
    for entry in tables[BRIDGE_HOST]:
        bridge = interfaces.bridge(entry)
        if bridge is None:
            continue
        interface = _member(interfaces, entry, "interface", entry["interface"], bridge, members)
        if interface is not None:
            hosts[bridge].append(StaticHost(**entry.fields() | {"interface": interface}, source=entry.source))
    return hosts


def _member(
    interfaces: Interfaces, entry: Entry, property: str, name: str, bridge: str, members: dict[str, list[str]]
) -> str | None:
    """*name* when it is a port of *bridge*; None, and a note, when it is an interface that is not."""
    if name in members[bridge]:
        return name
    if name.startswith("*"):
        interfaces.note(entry, property, f"{property} names {name}, an interface that no longer exists: left out")
    elif not interfaces.is_known(name):
        fix = suggestion(name, members[bridge]) or f"add it to {bridge}: /interface bridge port add …"
        raise entry.error(property, f"unknown interface {name}", fix)
    elif name not in interfaces.virtual:
        interfaces.note(entry, property, f"{property} names {name}, which is no port of {bridge}: left out")
    return None


def mlag(tables: Tables, interfaces: Interfaces, bridged: tuple[Bridge, ...]) -> Mlag | None:
    """MLAG from either dialect; None when it is off, which takes a bridge and a peer port to change."""
    found: list[tuple[Entry, str, Mlag]] = []
    [old] = tables[MLAG]
    name = None if old["bridge"] is None else interfaces.bridge(old)
    if name is not None and old["peer-port"] is not None:
        found.append((old, "peer-port", Mlag(**old.fields(), source=old.where("peer-port"))))
    elif name is not None or old["peer-port"] is not None:
        given, lacking = ("bridge", "peer-port") if name is not None else ("peer-port", "bridge")
        interfaces.note(old, given, f"{given} without {lacking}: MLAG is disabled")
    for entry in tables[BRIDGE]:
        if entry["mlag-peer-port"] is not None:
            value = Mlag(
                bridge=entry["name"],
                peer_port=entry["mlag-peer-port"],
                priority=entry["mlag-priority"],
                heartbeat=entry["mlag-heartbeat"],
                source=entry.where("mlag-peer-port"),
            )
            found.append((entry, "mlag-peer-port", value))
    if not found:
        return None
    if len(found) > 1:
        entry, property, value = found[1]
        other = found[0][2].bridge
        raise entry.error(
            property, f"MLAG on {value.bridge} and on {other}: a device has one MLAG bridge", "keep one of them"
        )
    _require_port(*found[0], bridged)
    return found[0][2]


def _require_port(entry: Entry, property: str, value: Mlag, bridged: tuple[Bridge, ...]) -> None:
    [bridge] = [bridge for bridge in bridged if bridge.name == value.bridge]
    known = [port.interface for port in bridge.ports]
    if value.peer_port.startswith("*"):
        message = f"{property} names {value.peer_port}, an interface that no longer exists"
        raise entry.error(property, message, "name a port of the bridge, or none")
    if value.peer_port not in known:
        fix = f"add it: /interface bridge port add bridge={value.bridge} interface={value.peer_port} pvid=99"
        message = f"{property} {value.peer_port} is no port of {value.bridge}"
        raise entry.error(property, message, suggestion(value.peer_port, known, 0.8) or fix)
