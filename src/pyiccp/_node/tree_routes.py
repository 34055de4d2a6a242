"""Where spanning tree meets the node: a bridge's own core, and the log of a pair (see `routes`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pyiccp._bridge import events as bridge
from pyiccp._mlag import events as mlag
from pyiccp._mlag import stp_events as stp
from pyiccp._node import events as node
from pyiccp._node.orphans import orphan_ports
from pyiccp._sansio import Instant
from pyiccp.iccp import events as iccp
from pyiccp.rstp import events as rstp
from pyiccp.rstp._frames import frame_octets
from pyiccp.wire.iccp._tree import TreeApplied

if TYPE_CHECKING:
    from pyiccp._node.node import Node

Out = list[node.Action]


def _bpdu_transmit(self: Node, action: rstp.Transmit, now: Instant, out: Out) -> Sequence[Any]:
    member = self.plane.member(action.port)
    if member is not None:
        frame = frame_octets(self.plane.macs[member], action.bpdu).ljust(60, b"\0")
        out.append(node.Transmit(member, frame, ordered=False))
    return ()


def _set_learning(self: Node, action: rstp.SetLearning, now: Instant, out: Out) -> Sequence[Any]:
    _, forwarding = self.tree_states.get(action.port, (False, False))
    return self.tree_state(action.port, action.on, forwarding, now)


def _set_forwarding(self: Node, action: rstp.SetForwarding, now: Instant, out: Out) -> Sequence[Any]:
    learning, _ = self.tree_states.get(action.port, (False, False))
    return self.tree_state(action.port, learning, action.on, now)


def _flush_hosts(self: Node, action: rstp.FlushHosts, now: Instant, out: Out) -> Sequence[Any]:
    return self.plane.bridge_at[action.port].handle(bridge.FlushRequested(action.port), now)


def _set_ageing(self: Node, action: rstp.SetAgeing, now: Instant, out: Out) -> Sequence[Any]:
    # Departs from 17.19.7: hosts are forgotten at once instead of aged within forward-delay, because flooding costs
    # less than a black hole; with nothing left of the old topology the long ageing time needs no restoring.
    if action.span is None:
        return ()
    names = (*self.trees, *(() if self.pair_tree is None else (self.pair_tree.bridge,)))
    return [each for name in names for each in self.plane.bridges[name].handle(bridge.FlushRequested(), now)]


def _tree_port(self: Node, action: rstp.ReportPort, now: Instant, out: Out) -> Sequence[Any]:
    self.tree_port_reported(action.port, out)
    return ()


def _tree_root(self: Node, action: rstp.ReportRoot, now: Instant, out: Out) -> Sequence[Any]:
    """Seen in the status; the peer is told in RFC 7727's words."""
    self.stp_dirty = True
    return ()


def _tree_changed(self: Node, action: rstp.ReportTopologyChange, now: Instant, out: Out) -> Sequence[Any]:
    """RFC 7727 4.2.4. The peer's copy flushes by itself; this is for whoever reads the wire."""
    ours = self.pair_tree is not None and action.port in self.pair_tree.ports
    return self.pairing.iccp.handle(iccp.TopologyChanged(), now) if ours else ()


def _tree_incident(self: Node, action: rstp.ReportIncident, now: Instant, out: Out) -> Sequence[Any]:
    out.append(node.Notice(f"{action.port}: {action.incident.value}"))
    return ()


# --- the log of a pair (M9)


def log(self: Node, event: stp.Event, now: Instant) -> Sequence[Any]:
    """The pair's log hears of *event*."""
    return () if self.pairing.log is None else self.pairing.log.handle(event, now)


def _start_tree(self: Node, action: mlag.StartTree, now: Instant, out: Out) -> Sequence[Any]:
    actions: list[Any] = []
    if not action.primary:
        # Its ports are shut from here on (M3.1): what was learned there while it was a bridge of its own is no news for
        # the peer, which may have the same hosts on ports that forward.
        for port in orphan_ports(self):
            actions += self.pairing.bridge.handle(bridge.FlushRequested(port), now)
    return [*actions, *log(self, stp.Started(action.primary, action.node), now)]


def _hold_tree(self: Node, action: mlag.HoldTree, now: Instant, out: Out) -> Sequence[Any]:
    return log(self, stp.Held(), now)


def _release_tree(self: Node, action: mlag.ReleaseTree, now: Instant, out: Out) -> Sequence[Any]:
    return log(self, stp.Released(), now)


def _tree_ready(self: Node, action: mlag.TreeReady, now: Instant, out: Out) -> Sequence[Any]:
    return self.pairing.mlag.handle(mlag.TreeSynchronized(), now)


def _tree_carried_out(self: Node, action: mlag.TreeCarriedOut, now: Instant, out: Out) -> Sequence[Any]:
    return self.log_tree(TreeApplied(action.port, action.number), now)


# --- RFC 7727


def _report_peer_stp(self: Node, action: iccp.ReportPeerStp, now: Instant, out: Out) -> Sequence[Any]:
    return ()  # read in the status


def _peer_topology(self: Node, action: iccp.ReportPeerTopologyChange, now: Instant, out: Out) -> Sequence[Any]:
    return ()  # one change for the pair: our copy of the tree has flushed what must be (M9.5)


TREE_ROUTES: Mapping[type, Callable[[Node, Any, Instant, Out], Sequence[Any]]] = MappingProxyType(
    {
        rstp.Transmit: _bpdu_transmit,
        rstp.SetLearning: _set_learning,
        rstp.SetForwarding: _set_forwarding,
        rstp.FlushHosts: _flush_hosts,
        rstp.SetAgeing: _set_ageing,
        rstp.ReportPort: _tree_port,
        rstp.ReportRoot: _tree_root,
        rstp.ReportTopologyChange: _tree_changed,
        rstp.ReportIncident: _tree_incident,
        iccp.ReportPeerStp: _report_peer_stp,
        iccp.ReportPeerTopologyChange: _peer_topology,
        mlag.StartTree: _start_tree,
        mlag.HoldTree: _hold_tree,
        mlag.ReleaseTree: _release_tree,
        mlag.TreeReady: _tree_ready,
        mlag.TreeCarriedOut: _tree_carried_out,
    }
)
