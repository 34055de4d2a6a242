"""One device: octets in, cores, octets out (see sansio.Core; data frames have doors of their own)."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

from pyiccp._bridge import events as bridging
from pyiccp._bridge.core import BridgeCore
from pyiccp._link.core import LinkCore
from pyiccp._link.seal import Sealing
from pyiccp._mlag.consistency import Finding
from pyiccp._mlag.core import MlagCore
from pyiccp._mlag.store import Store
from pyiccp._mlag.stp import COMING_BACK, HANDING_OVER
from pyiccp._mlag.stp_events import Changed, Observer
from pyiccp._node import findings, wiring
from pyiccp._node.carrier import carrier_changed, port_changed
from pyiccp._node.config import NodeConfig
from pyiccp._node.control import LSR_BASE
from pyiccp._node.events import (
    Action,
    Event,
    KeepaliveReceived,
    LinkCameUp,
    LinkWentDown,
    Notice,
)
from pyiccp._node.express import express
from pyiccp._node.inbound import control_frame, keepalive
from pyiccp._node.mlacp import describe
from pyiccp._node.operator import operate
from pyiccp._node.pair_tree import pair_tree
from pyiccp._node.pairing import Pairing
from pyiccp._node.plane import TAGGED_HEADER, Plane
from pyiccp._node.report import build_status, state_of
from pyiccp._node.routes import ROUTES
from pyiccp._node.spanning import tree
from pyiccp._node.status import NodeStatus
from pyiccp._sansio import Instant
from pyiccp.iccp._core import IccpCore
from pyiccp.iccp.events import Application, Stream, TlvsQueued
from pyiccp.lacp._core import LacpCore
from pyiccp.lacp._speaker import Speaker
from pyiccp.rstp import _views as rstp_views
from pyiccp.rstp import events as rstp
from pyiccp.wire._mac import Mac, is_reserved, mac_text
from pyiccp.wire.iccp._pdu import TlvValue

LONG = 64
"""Actions carried out by a call that leaves the description of its outcome to the next one."""
_RUNT = 14
"""A frame without a whole header is noise."""


class Node:
    """A bridge, an LACP client or one node of a pair, whatever its configuration makes of it.

    `start` comes first. `handle` takes events, `forward` the frames that came in by a physical port, `send` those of
    the device itself; each returns what to do, in order. Nothing a peer sends raises.
    """

    def __init__(self, config: NodeConfig, store: Store | None = None, lacp: Speaker | None = None) -> None:
        """*lacp* speaks on the bonds instead of our own core: a model of another product (lab.clients)."""
        self.config = config
        self.name = config.name
        store = store or Store()
        self.profile = findings.profile(config)
        """What the checks of M12 read; None without MLAG."""
        self.findings = findings.own_findings(self.profile)
        self.pair_findings: tuple[Finding, ...] = ()
        """What is wrong beside the peer."""
        self.shared = tuple(bond.name for bond in wiring.dual_homed(config))
        self.members = wiring.peer_members(config)
        self.lacp = lacp or LacpCore(wiring.aggregators(config), wiring.lacp_ports(config))
        bridges = {
            each.name: BridgeCore(wiring.bridge_config(config, each)) for each in config.bridges if not each.disabled
        }
        settings = wiring.mlag_config(config, findings.blocked(self.findings), findings.held_bonds(self.findings))
        self._pairing: Pairing | None = None
        if settings is not None and config.mlag is not None and config.mlag.bridge in bridges:
            core = MlagCore(settings, store)
            domain = config.tuning.domain
            key, store = config.tuning.shared_key, core.pair.store
            self._pairing = Pairing(
                core,
                LinkCore(domain, store.incarnation, settings.liveness, settings.members),
                IccpCore(config.name, domain, self.lsr_id, tuple(Application)),
                bridges[config.mlag.bridge],
                next(pair_tree(config, each, core.pair) for each in config.bridges if each.name == config.mlag.bridge),
                None if key is None else Sealing(key.octets, store.incarnation, store.replay),
            )
        self.mlag = self._pairing.mlag if self._pairing is not None else None
        self.plane = Plane(config, bridges, self._pairing.link if self._pairing is not None else None)
        planned = {each.name: tree(config, each) for each in config.bridges if each.name in bridges}
        self.trees = {name: grown for name, grown in planned.items() if grown is not None}
        self.tree_of = {port: grown for grown in self.trees.values() for port in grown.ports}
        self.pair_tree = None if self._pairing is None else self._pairing.tree
        self.tree_links: set[str] = set()
        """Ports that a spanning tree was told to be up; never iterated over."""
        self.early: dict[str, tuple[rstp.BpduReceived, Instant]] = {}
        """The latest BPDU on each port of the pair's tree that takes frames in and does not let them out yet."""
        self.suspended: frozenset[str] = frozenset()
        """Orphans that carry nothing for now (M7.1); never iterated over."""
        self.renamed: dict[str, Instant] = {}
        """When a dual-homed bond last changed its identity."""
        self.tree_states: dict[str, tuple[bool, bool]] = {}
        """Learning and forwarding of each port of a spanning tree, as last applied."""
        self.bridge_identity: Mac = config.mac
        self.warnings = tuple(finding.message for finding in self.findings)
        self.mlacp_dirty = self.stp_dirty = False
        self._carried_out = 0
        """Actions, by this call."""
        self._owed: Instant | None = None
        """Since when the peer is owed a description of what has changed; None = it is not."""
        self._due: Instant | None = None
        self._due_known = False
        """Asking every core for its deadline at every frame would cost as much as forwarding it."""
        self._announced: dict[str, str] = {}
        """What the timeline last said of each port of a bond."""

    # --- what routes need

    @property
    def pairing(self) -> Pairing:
        """The MLAG cores; only asked for on an MLAG node."""
        if self._pairing is None:
            raise RuntimeError(f"{self.name} has no MLAG")
        return self._pairing

    @property
    def lsr_id(self) -> int:
        """An LSR id for a node without IP."""
        return LSR_BASE | int.from_bytes(self.config.mac[3:], "big")

    def bond_changed(self, slave: str, now: Instant) -> Sequence[Any]:
        """A member of a bond began or ceased to collect or distribute: its bridge port follows."""
        trunk = self.plane.trunk_of[slave]
        return port_changed(self, trunk.bond.name, bool(trunk.collecting), bool(trunk.distributing), now)

    def tell_hosts(self, tlvs: tuple[TlvValue, ...], now: Instant) -> Sequence[Any]:
        """Host-table data for the peer: one stream, so that its order is kept."""
        return self.pairing.iccp.handle(TlvsQueued(Application.FDB, tlvs, Stream.BULK), now)

    def port_reported(self, port: str, out: list[Action]) -> None:
        """LACP changed on *port*: the peer and the timeline want to know."""
        self.mlacp_dirty = True
        view = self.lacp.port(port)
        said = view.state
        if view.distributing:
            said += f", partner {mac_text(view.partner.system)}"
        if self._announced.get(port, "detached") != said and view.port_enabled:
            out.append(Notice(f"{view.aggregator}: {port} {said}"))
        self._announced[port] = said

    def warn(self, text: str, out: list[Action]) -> None:
        """A person should know: once in the timeline, for ever in the status."""
        if text not in self.warnings:
            self.warnings += (text,)
            out.append(Notice(f"warning: {text}"))

    def tree_state(self, port: str, learning: bool, forwarding: bool, now: Instant) -> Sequence[Any]:
        """Spanning tree decided on *port*: the data plane obeys at once."""
        if self.tree_states.get(port) == (learning, forwarding):
            return ()  # a copy that starts anew says it of every port
        self.tree_states[port] = learning, forwarding
        return self.plane.bridge_at[port].handle(bridging.SpanningTreeChanged(port, learning, forwarding), now)

    def in_a_tree(self, interface: str) -> bool:
        """*interface* is a port of a spanning tree."""
        return interface in self.tree_of or (self.pair_tree is not None and interface in self.pair_tree.ports)

    def tree_view(self, interface: str) -> rstp_views.PortView | None:
        """*interface* as a port of a spanning tree."""
        if self.pair_tree is not None and interface in self.pair_tree.ports:
            return self.pair_tree.port(interface)
        core = self.tree_of.get(interface)
        return None if core is None else core.port(interface)

    def tree_link_up(self, interface: str) -> bool:
        """A spanning tree has *interface* up; a port of the pair is so by the peer's half as well."""
        view = self.tree_view(interface)
        return view is not None and view.enabled

    def bond_renamed(self, bond: str, now: Instant) -> None:
        """*bond* starts anew under another identity; not one that is to stay down."""
        if bond not in self.pairing.mlag.pair.holds:
            self.renamed[bond] = now

    def tell_tree(self, event: rstp.LinkCameUp | rstp.LinkWentDown | rstp.BpduReceived, now: Instant) -> Sequence[Any]:
        """Something happened on a port of a spanning tree; the pair's hears of it by way of the log (M9.1)."""
        if self.pair_tree is None or event.port not in self.pair_tree.ports:
            return self.tree_of[event.port].handle(event, now)
        patience = self._patience(event.port, now) if isinstance(event, rstp.LinkWentDown) else 0
        return self.log_tree(self.pair_tree.change(event), now, patience)

    def _patience(self, bond: str, now: Instant) -> Instant:
        """*bond* starts anew under another identity, its carrier is on: for how long it is the same port to spanning
        tree. With no bridge behind it, which would take three seconds to find out again, until LACP is up anew; else
        for a moment, in which the client moves to the peer's half."""
        renamed = self.renamed.get(bond, -COMING_BACK)
        view = self.tree_view(bond)
        if now - renamed >= COMING_BACK or view is None:
            return 0
        if not any(self.plane.running[slave] for slave in self.plane.trunks[bond].bond.slaves):
            return 0
        if view.oper_edge:
            return COMING_BACK
        return HANDING_OVER if now == renamed and self.pairing.mlag.pair.session is not None else 0

    def log_tree(self, change: TlvValue, now: Instant, patience: Instant = 0) -> Sequence[Any]:
        """Something happened to the pair's tree on this node."""
        log = self.pairing.log
        return () if log is None else log.handle(Changed(change, patience), now)

    def tree_port_reported(self, port: str, out: list[Action]) -> None:
        """Role or state of *port* changed: the timeline wants to know."""
        view = self.tree_view(port)
        if view is None:
            return
        said = f"{view.role.name.lower()} port, {state_of(view)}" if view.enabled else "disabled port"
        if self._announced.get(f"tree {port}", "disabled port") != said:
            out.append(Notice(f"{port}: {said}"))
        self._announced[f"tree {port}"] = said

    def observe_tree(self, observer: Observer | None) -> None:
        """Show *observer* the copy of the pair's spanning tree at every entry of the log; None = nobody any more."""
        if self._pairing is not None and self._pairing.log is not None:
            self._pairing.log.observer = observer

    # --- the interface

    @property
    def deadline(self) -> Instant | None:
        """When `advance` is next due."""
        if not self._due_known or self.plane.decided:
            self._due_known, self.plane.decided = True, False
            self._due = min((due for core in self._cores() if (due := core.deadline) is not None), default=None)
        return self._due if self._owed is None else self._owed

    def start(self, now: Instant) -> Sequence[Action]:
        """The device begins, all its links down."""
        out: list[Action] = []
        actions: list[Any] = [] if self.mlag is None else [*self.mlag.start(now)]
        for name, bridge in self.plane.bridges.items():
            actions += bridge.handle(bridging.PortStateChanged(name, True, True), now)
        for port in (*self.tree_of, *(() if self.pair_tree is None else self.pair_tree.ports)):
            actions += self.tree_state(port, False, False, now)
        if self.mlag is not None:
            actions += self.mlag.pair.say_identity()
        return self._carry_out(actions, now, out)

    def handle(self, event: Event, now: Instant) -> Sequence[Action]:
        """*event* happened at *now*."""
        out: list[Action] = []
        self._wake(now, out)
        match event:
            case LinkCameUp(port):
                self._carry_out(carrier_changed(self, port, True, now, out), now, out)
            case LinkWentDown(port):
                self._carry_out(carrier_changed(self, port, False, now, out), now, out)
            case KeepaliveReceived(octets):
                self._carry_out(keepalive(self, octets, now), now, out)
            case _:
                self._carry_out(operate(self, event, now), now, out)
        return self._done(now, out)

    def advance(self, now: Instant) -> Sequence[Action]:
        """Fire what is due at *now*."""
        out: list[Action] = []
        self._wake(now, out)
        return self._done(now, out)

    def forward(self, port: str, frames: Sequence[bytes], now: Instant) -> Sequence[Action]:
        """*frames* came in by the physical *port*, control and data, in this order."""
        out: list[Action] = []
        if self._wake(now, out) or not self.plane.running.get(port):
            return out
        interface = self.plane.interface_of(port) if len(frames) > 1 else None
        bridge = self.plane.bridge_at.get(interface) if interface is not None else None
        if bridge is not None and interface is not None and min(map(len, frames)) >= TAGGED_HEADER:
            express(bridge, interface, frames, now, out, lambda frame: self._take(port, frame, now, out))
        else:
            for frame in frames:
                self._take(port, frame, now, out)
        return self._done(now, out)

    def _take(self, port: str, frame: bytes, now: Instant, out: list[Action]) -> None:
        """One frame that came in by the physical *port*."""
        if len(frame) < _RUNT:
            return
        if frame[:5] == b"\x01\x80\xc2\x00\x00" and is_reserved(frame):
            self._carry_out(control_frame(self, port, frame, now, out), now, out)
        elif actions := self.plane.take(port, frame, now, out):
            self._carry_out(actions, now, out)

    def send(self, interface: str, frames: Iterable[bytes], now: Instant) -> Sequence[Action]:
        """*frames* of the device itself at *interface*: into the bridge, or out of a bond or port."""
        out: list[Action] = []
        self._wake(now, out)
        for frame in frames:
            if interface not in self.plane.bridges:
                self.plane.leave(interface, frame, out)
            elif actions := self.plane.enter(interface, frame, now, out):
                self._carry_out(actions, now, out)
        return self._done(now, out)

    def status(self, now: Instant) -> NodeStatus:
        """A frozen picture of the device."""
        return build_status(self, now)

    def fingerprint(self, now: Instant) -> tuple[Any, ...]:
        """See sansio.Core."""
        trunks = tuple((name, t.running, t.collecting, t.distributing) for name, t in self.plane.trunks.items())
        copies = tuple(
            (bond, tuple((number - kept.number, at - now, frame) for number, at, frame in kept.frames))
            for bond, kept in self.plane.copies.items()
        )
        early = tuple((port, now - at, heard.bpdu.encode()) for port, (heard, at) in self.early.items())
        cores = (core.fingerprint(now) for core in self._cores())
        return (*cores, tuple(self.plane.running.items()), trunks, copies, early)

    # --- inside

    def _cores(self) -> Iterable[Any]:
        pairing = self._pairing
        if pairing is not None:
            yield pairing.link
            yield pairing.iccp
            yield pairing.mlag
            if pairing.log is not None:
                yield pairing.log
        yield self.lacp
        yield from self.trees.values()
        yield from self.plane.bridges.values()

    def _wake(self, now: Instant, out: list[Action]) -> bool:
        """Leases first (M2.4), then whatever is due; True when the node had slept: what it was given is stale."""
        self._carried_out = 0
        slept = False
        if self.mlag is not None and (actions := self.mlag.lease(now)):
            slept = True
            self._carry_out(actions, now, out)
        nearest = self.deadline
        if nearest is not None and nearest <= now:
            # What becomes due by what is done here has a call of its own.
            for core in [each for each in self._cores() if (due := each.deadline) is not None and due <= now]:
                self._carry_out(core.advance(now), now, out)
        return slept

    def _carry_out(self, actions: Iterable[Any], now: Instant, out: list[Action]) -> list[Action]:
        """Follow every action to its end, in the order in which they were said."""
        self._due_known = False
        waiting = deque(actions)
        while waiting:
            action = waiting.popleft()
            self._carried_out += 1
            waiting.extend(ROUTES[type(action)](self, action, now, out))
        return out

    def _done(self, now: Instant, out: list[Action]) -> list[Action]:
        """Tell the peer what changed on our bonds, once per call, as soon as our node number is known. Nothing waits
        for that: a node whose bonds are changing their identity does so first, and a call that has done much already
        leaves it to the next."""
        pairing = self._pairing
        if pairing is None or pairing.mlag.pair.steps:
            return out
        mlacp = self.mlacp_dirty and pairing.mlag.pair.store.node is not None
        stp = self.stp_dirty and self.pair_tree is not None
        if self._owed is None and self._carried_out > LONG and (mlacp or stp):
            self._owed = now
            return out
        self._owed = None
        if mlacp:
            self.mlacp_dirty = False
            self._carry_out(pairing.iccp.handle(describe(self.config, self.lacp, pairing.mlag), now), now, out)
        if stp and self.pair_tree is not None:
            self.stp_dirty = False
            self._carry_out(pairing.iccp.handle(self.pair_tree.describe(), now), now, out)
        return out
