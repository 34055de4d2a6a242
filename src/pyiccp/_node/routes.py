"""Where an action of one core becomes an event of another, or leaves the node. Here, in `mlag_routes`
and in `tree_routes`, and nowhere else, two cores are known.

A route takes the node, the action, the time and the list of outputs, and returns the actions that follow from it.
They are carried out after those already waiting: what a core said first happens first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from pyiccp._bridge import events as bridge
from pyiccp._link import events as link
from pyiccp._mlag import events as mlag
from pyiccp._mlag.stp_events import Heard
from pyiccp._node import events as node
from pyiccp._node import wiring
from pyiccp._node.comparing import begin_or_end, check_pair, profile_heard
from pyiccp._node.control import iccp_messages, iccp_octets
from pyiccp._node.mlag_routes import MLAG_ROUTES
from pyiccp._node.partners import partners_heard
from pyiccp._node.tree_routes import TREE_ROUTES, log
from pyiccp._sansio import Instant
from pyiccp.iccp import events as iccp
from pyiccp.lacp import events as lacp
from pyiccp.wire._ethernet import SLOW_PROTOCOLS_TYPE
from pyiccp.wire._mac import SLOW_PROTOCOLS
from pyiccp.wire.iccp import _tree as tree
from pyiccp.wire.iccp._fdb import HostBatch, HostFlush, HostSync
from pyiccp.wire.iccp._mlag import ProfileTold

if TYPE_CHECKING:
    from pyiccp._node.node import Node

Out = list[node.Action]
Route = Callable[["Node", Any, Instant, Out], Sequence[Any]]

TREE_TLVS = tuple(form.value for form in tree.FORMATS)

_SLOW_TYPE = SLOW_PROTOCOLS_TYPE.to_bytes(2, "big")


# --- LACP


def _lacp_transmit(self: Node, action: lacp.Transmit, now: Instant, out: Out) -> Sequence[Any]:
    frame = SLOW_PROTOCOLS + self.plane.macs[action.port] + _SLOW_TYPE + action.pdu.encode()
    out.append(node.Transmit(action.port, frame, ordered=False))
    return ()


def _set_collecting(self: Node, action: lacp.SetCollecting, now: Instant, out: Out) -> Sequence[Any]:
    self.plane.trunk_of[action.port].collect(action.port, action.on)
    return self.bond_changed(action.port, now)


def _set_distributing(self: Node, action: lacp.SetDistributing, now: Instant, out: Out) -> Sequence[Any]:
    trunk = self.plane.trunk_of[action.port]
    before = bool(trunk.distributing)
    trunk.distribute(action.port, action.on)
    actions = [*self.bond_changed(action.port, now)]
    after = bool(trunk.distributing)
    if before != after and self.mlag is not None and trunk.bond.name in self.shared:
        actions += self.mlag.handle(mlag.DistributingChanged(trunk.bond.name, after), now)
    return actions


def _report_half(self: Node, action: lacp.ReportHalf, now: Instant, out: Out) -> Sequence[Any]:
    if self.mlag is None or action.aggregator not in self.shared:
        return ()
    return self.mlag.handle(mlag.HalfChanged(action.aggregator, action.ready), now)


def _report_drained(self: Node, action: lacp.ReportDrained, now: Instant, out: Out) -> Sequence[Any]:
    return () if self.mlag is None else self.mlag.handle(mlag.DrainFinished(action.aggregator), now)


def _report_port(self: Node, action: lacp.ReportPort, now: Instant, out: Out) -> Sequence[Any]:
    self.port_reported(action.port, out)
    return partners_heard(self, self.plane.trunk_of[action.port].bond.name, now)


def _report_incident(self: Node, action: lacp.ReportIncident, now: Instant, out: Out) -> Sequence[Any]:
    out.append(node.Notice(f"{action.port}: {action.incident.value}"))
    return ()


def _report_marker(self: Node, action: lacp.ReportMarker, now: Instant, out: Out) -> Sequence[Any]:
    return ()  # nobody here asks for Markers


# --- link


def _transmit_segment(self: Node, action: link.TransmitSegment, now: Instant, out: Out) -> Sequence[Any]:
    if self.plane.running.get(action.member):
        octets, sealing = action.segment.encode(), self.pairing.sealing
        frame = self.plane.link_frame(action.member, octets if sealing is None else sealing.seal(octets))
        out.append(node.Transmit(action.member, frame, ordered=action.ordered))
    return ()


def _establish(self: Node, action: link.Establish, now: Instant, out: Out) -> Sequence[Any]:
    return self.pairing.iccp.handle(iccp.CarrierEstablished(), now)


def _lose(self: Node, action: link.Lose, now: Instant, out: Out) -> Sequence[Any]:
    return self.pairing.iccp.handle(iccp.CarrierLost(action.why), now)


def _deliver(self: Node, action: link.Deliver, now: Instant, out: Out) -> Sequence[Any]:
    actions: list[Any] = []
    for event in iccp_messages(action.message):
        actions += self.pairing.iccp.handle(event, now)
    return actions


def _deliver_fence(self: Node, action: link.DeliverFence, now: Instant, out: Out) -> Sequence[Any]:
    return self.pairing.mlag.handle(mlag.FenceReceived(action.member, action.fence), now)


def _members_heard(self: Node, action: link.MembersHeard, now: Instant, out: Out) -> Sequence[Any]:
    """M3.4: a member that is silent leaves the data plane at once, in both directions; what is in it is stale."""
    actions = [*self.pairing.mlag.handle(mlag.MembersChanged(action.members), now)]
    trunk = self.plane.trunk_of.get(self.members[0])
    if trunk is None:
        return actions
    before, heard = trunk.heard or (), action.members
    trunk.hear(heard or None)
    for slave in trunk.running if before and heard else ():
        if slave in before and slave not in heard:
            out += [node.Notice(f"{trunk.bond.name}: {slave} is silent and leaves"), node.DropQueued(slave)]
        elif slave in heard and slave not in before:
            out.append(node.Notice(f"{trunk.bond.name}: {slave} is heard"))
    return [*actions, *self.bond_changed(self.members[0], now)]


def _pull(self: Node, action: link.Pull, now: Instant, out: Out) -> Sequence[Any]:
    if action.stream is not link.Stream.BULK:
        return ()
    return self.pairing.bridge.handle(bridge.HostsWanted(action.octets), now)


def _refuse(self: Node, action: link.Refuse, now: Instant, out: Out) -> Sequence[Any]:
    if action.text:
        out.append(node.Notice(f"peer port: {action.text}"))
    return self.pairing.mlag.handle(mlag.PeerRefused(action.text), now)


# --- ICCP


def _send_message(self: Node, action: iccp.SendMessage, now: Instant, out: Out) -> Sequence[Any]:
    octets = iccp_octets(self.lsr_id, action.message)
    return self.pairing.link.handle(link.MessageQueued(link.Stream(action.stream), octets), now)


def _report_session(self: Node, action: iccp.ReportSession, now: Instant, out: Out) -> Sequence[Any]:
    carrier = self.pairing.link
    event: mlag.Event = mlag.SessionCameUp(action.peer)
    if not action.up:
        event = mlag.SessionWentDown(action.why, carrier.proven, carrier.heard_at)
    self.mlacp_dirty = True
    return [*self.pairing.mlag.handle(event, now), *begin_or_end(self, action.up, now, out)]


def _deliver_tlvs(self: Node, action: iccp.DeliverTlvs, now: Instant, out: Out) -> Sequence[Any]:
    actions: list[Any] = []
    for tlv in action.tlvs:
        if isinstance(tlv, TREE_TLVS):
            actions += log(self, Heard(tlv), now)
        elif isinstance(tlv, ProfileTold):
            actions += profile_heard(self, tlv, now, out)
        elif action.application is iccp.Application.MLAG:
            actions += self.pairing.mlag.handle(mlag.PeerSaid(tlv), now)
        elif isinstance(tlv, HostBatch):
            actions += self.pairing.bridge.handle(bridge.HostsReceived(tlv), now)
        elif isinstance(tlv, HostFlush):
            actions += self.pairing.bridge.handle(bridge.FlushReceived(tlv), now)
        elif isinstance(tlv, HostSync) and tlv.end:
            actions += self.pairing.mlag.handle(mlag.HostsSynchronized(), now)
    return actions


def _report_peer_mlacp(self: Node, action: iccp.ReportPeerMlacp, now: Instant, out: Out) -> Sequence[Any]:
    return check_pair(self, now, out)


def _set_port_priority(self: Node, action: iccp.SetPortPriority, now: Instant, out: Out) -> Sequence[Any]:
    """The peer's wish is followed: it changes nothing of which halves carry, both do."""
    actions: list[Any] = []
    for port in wiring.lacp_ports(self.config):
        if port.aggregator in self.shared and self.lacp.port(port.name).actor.port in action.ports:
            config = msgspec.structs.replace(port, priority=action.priority)
            actions += self.lacp.handle(lacp.PortConfigured(config), now)
            out.append(node.Notice(f"{port.name}: LACP port priority {action.priority}, as the peer asks"))
            self.mlacp_dirty = True
    return actions


def _reset_carrier(self: Node, action: iccp.ResetCarrier, now: Instant, out: Out) -> Sequence[Any]:
    return self.pairing.link.handle(link.ResetRequested(action.why), now)


# --- bridge


def _announce_hosts(self: Node, action: bridge.AnnounceHosts, now: Instant, out: Out) -> Sequence[Any]:
    return self.tell_hosts(action.batches, now)


def _announce_flush(self: Node, action: bridge.AnnounceFlush, now: Instant, out: Out) -> Sequence[Any]:
    return self.tell_hosts((action.flush,), now)


def _announce_end(self: Node, action: bridge.AnnounceEnd, now: Instant, out: Out) -> Sequence[Any]:
    return self.tell_hosts((HostSync(end=True),), now)


def _warn(self: Node, action: bridge.Warn, now: Instant, out: Out) -> Sequence[Any]:
    self.warn(action.text, out)
    return ()


ROUTES: Mapping[type, Route] = MappingProxyType(
    {
        **TREE_ROUTES,
        **MLAG_ROUTES,
        lacp.Transmit: _lacp_transmit,
        lacp.SetCollecting: _set_collecting,
        lacp.SetDistributing: _set_distributing,
        lacp.ReportHalf: _report_half,
        lacp.ReportDrained: _report_drained,
        lacp.ReportPort: _report_port,
        lacp.ReportIncident: _report_incident,
        lacp.ReportMarker: _report_marker,
        link.TransmitSegment: _transmit_segment,
        link.Establish: _establish,
        link.Lose: _lose,
        link.Deliver: _deliver,
        link.DeliverFence: _deliver_fence,
        link.MembersHeard: _members_heard,
        link.Pull: _pull,
        link.Refuse: _refuse,
        iccp.SendMessage: _send_message,
        iccp.ReportSession: _report_session,
        iccp.DeliverTlvs: _deliver_tlvs,
        iccp.ReportPeerMlacp: _report_peer_mlacp,
        iccp.SetPortPriority: _set_port_priority,
        iccp.ResetCarrier: _reset_carrier,
        bridge.AnnounceHosts: _announce_hosts,
        bridge.AnnounceFlush: _announce_flush,
        bridge.AnnounceEnd: _announce_end,
        bridge.Warn: _warn,
    }
)
