"""A node's copy of the pair's spanning tree: between the log, which counts ports, and the RSTP core, which names them.

Ports have one name on both nodes: a bond is called after its mlag-id, an orphan after its interface and the MAC of its
node's bridge. Only deeds of this node's ports leave, under the names of its interfaces.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec.structs import replace

from pyiccp._mlag.identity import number_of, orphan_number
from pyiccp._mlag.pair import Pair
from pyiccp._mlag.stp_copy import Deed, Kind
from pyiccp._node.config import Bridge, BridgePort, NodeConfig
from pyiccp._node.spanning import RUNS, bridge_settings, forbidden, port_settings
from pyiccp._node.wiring import bridge_mac, dual_homed, speed
from pyiccp._sansio import Instant
from pyiccp.iccp.events import StpChanged
from pyiccp.rstp import events as rstp
from pyiccp.rstp._config import PortConfig, automatic_cost, check_port
from pyiccp.rstp._core import Change, RstpCore
from pyiccp.rstp._snapshot import Snapshot
from pyiccp.rstp._views import BridgeView, PortView
from pyiccp.wire._bpdu import PRIORITY_BITS, UNIT, decode_bpdu
from pyiccp.wire._mac import mac_text
from pyiccp.wire._malformed import Malformed
from pyiccp.wire.iccp._pdu import TlvValue
from pyiccp.wire.iccp._tree import TreeBpdu, TreeGuardCleared, TreeIdentity, TreeLinkDown, TreeLinkUp, TreePort
from pyiccp.wire.iccp.stp import StpCistRootTime, StpInstancePriority, StpSystemConfig

WORST = 0xF000
"""The priority of a bridge that gives way to all others."""

APPLIED_AT_ONCE = False
"""M9.3: a port is shut when its node, or both, have said so."""

KINDS: Mapping[type, Kind] = MappingProxyType({rstp.Transmit: Kind.SEND})


def pair_tree(config: NodeConfig, bridge: Bridge, pair: Pair) -> "PairTree | None":
    """This node's copy of the pair's tree; None where there is none. ConfigError for what 17.14 forbids."""
    if bridge.protocol_mode not in RUNS:
        return None
    try:
        return PairTree(config, bridge, pair)
    except ValueError as error:
        raise forbidden(bridge, error) from None


class PairTree:
    """See `mlag.stp.Copy`, and what a monitor asks of a spanning tree."""

    def __init__(self, config: NodeConfig, bridge: Bridge, pair: Pair) -> None:
        """ValueError for what 802.1D-2004 17.14 forbids."""
        self.pair = pair
        self.bridge = bridge.name
        self.peer_port = config.mlag.peer_port if config.mlag is not None else ""
        self.settings = replace(bridge_settings(config, bridge), mac=pair.identity.system)
        bonds = {bond.name: bond.mlag_id for bond in dual_homed(config)}
        mac = mac_text(bridge_mac(config, bridge))
        self._ports = {
            port.interface: port for port in bridge.ports if not port.disabled and port.interface != self.peer_port
        }
        self._bonds = {name: mlag_id for name, mlag_id in bonds.items() if name in self._ports and mlag_id is not None}
        self._costs = {
            name: automatic_cost(speed(config, name), self.settings.short_costs) for name in self._bonds
        }  # M9.2: by the configured members, never by those that are up
        self._names = {
            interface: f"mlag-id {bonds[interface]}" if interface in self._bonds else f"{interface}@{mac}"
            for interface in self._ports
        }
        self._interfaces = {name: interface for interface, name in self._names.items()}
        for port in self._ports.values():
            check_port(port_settings(port, 1))
        self.core = RstpCore(self.settings, applied_at_once=APPLIED_AT_ONCE)
        self._links: dict[str, tuple[int, bool]] = {}
        """Interfaces that are up: speed, point-to-point."""
        self._edges: set[str] = set()
        """Those on which no bridge was heard before this node joined the session; never iterated over."""
        self._numbers: dict[str, int] = {}
        self._by_number: dict[int, str] = {}

    # --- what a monitor and the node ask

    @property
    def ports(self) -> tuple[str, ...]:
        """The interfaces of this node that are ports of the tree."""
        return tuple(self._ports)

    def number(self, interface: str) -> int:
        """By which the log knows *interface*; it stays while the port is in the tree."""
        known = self._numbers.get(self._names[interface])
        if known is not None:
            return known
        if interface in self._bonds:
            return number_of(self.pair.store.numbers, self._bonds[interface]).port
        return orphan_number(self.pair.store.node, 1 + list(self._ports).index(interface))

    def change(self, event: rstp.LinkCameUp | rstp.LinkWentDown | rstp.BpduReceived) -> TlvValue:
        """*event* on an interface of this node in the log's words."""
        number = self.number(event.port)
        self._edges.discard(event.port)
        match event:
            case rstp.LinkCameUp():
                self._links[event.port] = event.speed, event.point_to_point
                return TreeLinkUp(number, event.speed, event.point_to_point)
            case rstp.LinkWentDown():
                self._links.pop(event.port, None)
                return TreeLinkDown(number)
            case rstp.BpduReceived():
                return TreeBpdu(number, event.bpdu.encode())

    def guarded(self, interface: str | None) -> list[TlvValue]:
        """The changes that enable *interface* again, or all of this node's, where BPDU guard has disabled it."""
        views = {each: self.port(each) for each in self._ports if interface in (None, each)}
        return [TreeGuardCleared(self.number(each)) for each, view in views.items() if view and view.guarded]

    def port(self, interface: str) -> PortView | None:
        """The picture of a port; None before it is in the tree (a node that joins)."""
        name = self._names[interface]
        return self.core.port(name) if name in self._numbers else None

    def view(self) -> BridgeView:
        """The picture of the bridge; a root port of the other node is reached by the peer port (M9.2)."""
        view = self.core.view()
        root = None if view.root_port is None else self._interfaces.get(view.root_port, self.peer_port)
        ours = tuple(self._interfaces[name] for name in view.designated_ports if name in self._interfaces)
        return replace(view, root_port=root, designated_ports=ours)

    def describe(self) -> StpChanged:
        """The tree in RFC 7727's words: whole seconds, the root as the pair sees it."""
        bridge = self.core.bridge
        times = [value // UNIT for value in bridge.rootTimes]
        return StpChanged(
            StpSystemConfig(1, bridge.config.mac),
            (StpInstancePriority(bridge.config.priority >> 12),),
            (StpCistRootTime(times[1], times[0], times[2], times[3], 0),),
        )

    # --- what the log asks

    @property
    def deadline(self) -> Instant | None:
        return self.core.deadline

    def own(self) -> list[TreePort | TreeLinkUp]:
        told: list[TreePort | TreeLinkUp] = []
        for interface, port in self._ports.items():
            told.append(self._told(interface, port))
            if interface in self._links:
                told.append(TreeLinkUp(self.number(interface), *self._links[interface], interface in self._edges))
        return told

    def refusal(self, change: TlvValue) -> str:
        if not isinstance(change, TreePort):
            return ""
        if change.name in self._numbers or change.port in self._by_number:
            return "name or number is taken"
        try:
            check_port(_settings(change))
        except ValueError as error:
            return str(error)
        return ""

    def apply(self, change: TlvValue, at: Instant) -> list[Deed]:
        event = self._event(change)
        return [] if event is None else self._deeds(self.core.handle(event, at))

    def applied(self, port: int, number: int, at: Instant) -> list[Deed]:
        return self._deeds(self.core.handle(rstp.PortStateApplied(self._by_number[port], number=number), at))

    def part(self, gone: Sequence[int], down: Sequence[int], at: Instant) -> list[Deed]:
        if not gone and not down:
            return []
        names = [self._by_number.pop(port) for port in gone]
        for name in names:
            del self._numbers[name]
        events: list[Change] = [rstp.PortRemoved(name) for name in names]
        events += [rstp.PortStateApplied(name) for name in names]
        events += [rstp.LinkWentDown(self._by_number[port]) for port in down]
        return self._deeds(self.core.handle_together(events, at))

    def populate(self, changes: Sequence[TreePort | TreeLinkUp], at: Instant) -> list[Deed]:
        return self._deeds(self.core.handle_together([self._arrival(change) for change in changes], at))

    def advance(self, at: Instant) -> list[Deed]:
        return self._deeds(self.core.advance(at))

    def stand(self) -> list[Deed]:
        deeds: list[Deed] = []
        for name, interface in self._interfaces.items():
            if name in self._numbers:
                port = self.core.bridge.ports[name]
                shut = port.boxes["PST"] == "DISCARDING"
                learning, forwarding = port.learning and not shut, port.forwarding and not shut
                deeds += self._deeds(
                    (
                        rstp.SetLearning(name, learning, port.commands),
                        rstp.SetForwarding(name, forwarding, port.commands),
                    )
                )
            else:
                deeds += _shut(interface)
        return deeds

    def shut(self, port: int) -> list[Deed]:
        return _shut(self._interfaces[self._by_number[port]])

    def resign(self, at: Instant) -> list[Deed]:
        own = self.core.bridge.config
        return self._deeds(self.core.handle(rstp.IdentityChanged(own.mac, WORST), at))

    def clear(self) -> list[Deed]:
        self._edges = {
            interface
            for interface, name in self._names.items()
            if name in self._numbers and self.core.port(name).enabled and self.core.port(name).oper_edge
        }
        self._numbers.clear()
        self._by_number.clear()
        self.core = RstpCore(replace(self.settings, mac=self.core.bridge.config.mac), applied_at_once=APPLIED_AT_ONCE)
        return self.stand()

    def document(self, at: Instant) -> bytes:
        return msgspec.json.encode(self.core.snapshot(at))

    def restore(self, document: bytes, at: Instant) -> set[int]:
        try:
            state = msgspec.json.decode(document, type=Snapshot)
        except msgspec.DecodeError as error:  # a ValidationError is one as well
            raise ValueError(str(error)) from None
        if state.applied_at_once is not APPLIED_AT_ONCE:
            raise ValueError("its ports are said to obey in another way")
        self.core = RstpCore.restored(state, at)
        self._numbers = {port.config.name: port.config.number for port in state.ports}
        self._by_number = {number: name for name, number in self._numbers.items()}
        return set(self._by_number)

    def fingerprint(self, at: Instant) -> tuple[Any, ...]:
        return self.core.fingerprint(at)

    # --- inside

    def _told(self, interface: str, port: BridgePort) -> TreePort:
        settings = port_settings(port, self.number(interface))
        return TreePort(
            port=settings.number,
            priority=settings.priority,
            path_cost=settings.path_cost or self._costs.get(interface, 0),
            guard_recovery=settings.guard_recovery or 0,
            admin_edge=settings.admin_edge,
            auto_edge=settings.auto_edge,
            restricted_role=settings.restricted_role,
            restricted_tcn=settings.restricted_tcn,
            auto_isolate=settings.auto_isolate,
            bpdu_guard=settings.bpdu_guard,
            point_to_point=settings.point_to_point is True,
            shared=settings.point_to_point is False,
            name=self._names[interface],
        )

    def _arrival(self, change: TreePort | TreeLinkUp) -> Change:
        if isinstance(change, TreeLinkUp):
            return rstp.LinkCameUp(self._by_number[change.port], change.speed, change.point_to_point, change.edge)
        self._numbers[change.name] = change.port
        self._by_number[change.port] = change.name
        return rstp.PortAdded(_settings(change))

    def _event(self, change: TlvValue) -> rstp.Event | None:
        match change:
            case TreePort() | TreeLinkUp():
                return self._arrival(change)
            case TreeLinkDown(port):
                return rstp.LinkWentDown(self._by_number[port])
            case TreeBpdu(port, octets):
                try:
                    return rstp.BpduReceived(self._by_number[port], decode_bpdu(octets))
                except Malformed:
                    return rstp.BpduDiscarded(self._by_number[port])
            case TreeIdentity(mac, priority):
                return rstp.IdentityChanged(mac, priority & PRIORITY_BITS, change.still_used)
            case TreeGuardCleared(port):
                return rstp.GuardCleared(self._by_number[port])
        return None

    def _deeds(self, actions: Sequence[rstp.Action]) -> list[Deed]:
        """Of our own ports and of the bridge, under the names of our interfaces."""
        deeds = []
        for action in actions:
            name = getattr(action, "port", None)
            if name is None:
                deeds.append(Deed(0, Kind.OTHER, action))
                continue
            interface = self._interfaces.get(name)
            if interface is None:
                continue
            number = self._numbers.get(name, 0)
            kind, command = KINDS.get(type(action), Kind.OTHER), 0
            if isinstance(action, (rstp.SetLearning, rstp.SetForwarding)):
                kind, command = (Kind.OPEN if action.on else Kind.SHUT), action.number
            deeds.append(Deed(number, kind, replace(action, port=interface), command))
        return deeds


def _shut(interface: str) -> list[Deed]:
    """A port that is not in the tree."""
    return [
        Deed(0, Kind.SHUT, rstp.SetLearning(interface, False)),
        Deed(0, Kind.SHUT, rstp.SetForwarding(interface, False)),
    ]


def _settings(change: TreePort) -> PortConfig:
    return PortConfig(
        name=change.name,
        number=change.port,
        priority=change.priority & 0xF0,
        path_cost=change.path_cost or None,
        admin_edge=change.admin_edge,
        auto_edge=change.auto_edge,
        point_to_point=True if change.point_to_point else False if change.shared else None,
        restricted_role=change.restricted_role,
        restricted_tcn=change.restricted_tcn,
        auto_isolate=change.auto_isolate,
        bpdu_guard=change.bpdu_guard,
        guard_recovery=change.guard_recovery or None,
    )
