"""What the MLAG core wants, done by the other cores or told outside (see `routes`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pyiccp._bridge import events as bridge
from pyiccp._link import events as link
from pyiccp._mlag import events as mlag
from pyiccp._node import events as node
from pyiccp._node.orphans import suspend_orphans
from pyiccp._node.pair_tree import WORST
from pyiccp._node.partners import hear_peer, require_partner
from pyiccp._sansio import Instant
from pyiccp.iccp import events as iccp
from pyiccp.lacp import events as lacp
from pyiccp.wire.iccp._tree import TreeIdentity

if TYPE_CHECKING:
    from pyiccp._node.node import Node

Out = list[node.Action]


def _set_identity(self: Node, action: mlag.SetIdentity, now: Instant, out: Out) -> Sequence[Any]:
    self.bond_renamed(action.bond, now)
    event = lacp.IdentityChanged(action.bond, action.system, action.system_priority, action.key, action.port_base)
    return self.lacp.handle(event, now)


def _set_bridge_identity(self: Node, action: mlag.SetBridgeIdentity, now: Instant, out: Out) -> Sequence[Any]:
    self.bridge_identity = action.mac
    solo = self.pairing.mlag.pair.identity.solo
    actions = [*self.pairing.bridge.handle(bridge.SharedAddressChanged(None if solo else action.mac), now)]
    if self.pair_tree is not None:
        # The other node may go on under the pair's identifier when this one leaves it.
        priority = WORST if action.gives_way else self.pair_tree.settings.priority
        actions += self.log_tree(TreeIdentity(action.mac, priority, still_used=solo), now)
    return actions


def _hold_out_of_sync(self: Node, action: mlag.HoldOutOfSync, now: Instant, out: Out) -> Sequence[Any]:
    return self.lacp.handle(lacp.OutOfSyncHeld(action.bond, action.held), now)


def _hold_distribution(self: Node, action: mlag.HoldDistribution, now: Instant, out: Out) -> Sequence[Any]:
    return self.lacp.handle(lacp.DistributionHeld(action.bond, action.held), now)


def _drain(self: Node, action: mlag.Drain, now: Instant, out: Out) -> Sequence[Any]:
    return self.lacp.handle(lacp.DrainRequested(action.bond), now)


def _set_gate(self: Node, action: mlag.SetGate, now: Instant, out: Out) -> Sequence[Any]:
    return self.pairing.bridge.handle(bridge.GateChanged(action.open), now)


def _set_filter(self: Node, action: mlag.SetFilter, now: Instant, out: Out) -> Sequence[Any]:
    if not _on_pairs_bridge(self, action.bond):
        return ()
    return self.pairing.bridge.handle(bridge.FilterChanged(action.bond, action.open), now)


def _set_envelope(self: Node, action: mlag.SetEnvelope, now: Instant, out: Out) -> Sequence[Any]:
    if not _on_pairs_bridge(self, action.bond):
        return ()
    return self.pairing.bridge.handle(bridge.EnvelopeChanged(action.bond, action.on), now)


def _on_pairs_bridge(self: Node, bond: str) -> bool:
    """A dual-homed bond that is no port of the MLAG bridge has nothing there to shut."""
    return self.plane.bridge_at.get(bond) is self.pairing.bridge


def _keep_copies(self: Node, action: mlag.KeepCopies, now: Instant, out: Out) -> Sequence[Any]:
    self.plane.keep_copies(action.bond, action.number)
    return self.pairing.bridge.handle(bridge.CopiesChanged(action.bond, True), now)


def _release_copies(self: Node, action: mlag.ReleaseCopies, now: Instant, out: Out) -> Sequence[Any]:
    trunk = self.plane.trunks[action.bond]
    ready = tuple(slave for slave in trunk.collecting if self.lacp.port(slave).ready)
    self.plane.release_copies(action.bond, action.number, ready, now, out)
    return self.pairing.bridge.handle(bridge.CopiesChanged(action.bond, False), now)


def _drop_copies(self: Node, action: mlag.DropCopies, now: Instant, out: Out) -> Sequence[Any]:
    self.plane.drop_copies(action.bond)
    return self.pairing.bridge.handle(bridge.CopiesChanged(action.bond, False), now)


def _tell(self: Node, action: mlag.Tell, now: Instant, out: Out) -> Sequence[Any]:
    return self.pairing.iccp.handle(iccp.TlvsQueued(iccp.Application.MLAG, (action.value,)), now)


def _tell_all(self: Node, action: mlag.TellAll, now: Instant, out: Out) -> Sequence[Any]:
    return self.pairing.iccp.handle(iccp.TlvsQueued(iccp.Application.MLAG, action.values), now)


def _send_fence(self: Node, action: mlag.SendFence, now: Instant, out: Out) -> Sequence[Any]:
    return self.pairing.link.handle(link.FenceQueued(action.fence), now)


def _send_keepalive(self: Node, action: mlag.SendKeepalive, now: Instant, out: Out) -> Sequence[Any]:
    out.append(node.TransmitKeepalive(action.value.encode()))
    return ()


def _start_hosts(self: Node, action: mlag.StartHosts, now: Instant, out: Out) -> Sequence[Any]:
    return self.pairing.bridge.handle(bridge.SessionStarted(action.node), now)


def _end_hosts(self: Node, action: mlag.EndHosts, now: Instant, out: Out) -> Sequence[Any]:
    return self.pairing.bridge.handle(bridge.SessionEnded(), now)


def _drop_peer_queue(self: Node, action: mlag.DropPeerQueue, now: Instant, out: Out) -> Sequence[Any]:
    out += [node.DropQueued(member) for member in self.members]
    return ()


def _drop_everything(self: Node, action: mlag.DropEverything, now: Instant, out: Out) -> Sequence[Any]:
    out += [node.DropQueued(port) for port in self.config.ports]
    return ()


def _end_session(self: Node, action: mlag.EndSession, now: Instant, out: Out) -> Sequence[Any]:
    return self.pairing.link.handle(link.ResetRequested(action.why), now)


def _remember(self: Node, action: mlag.Remember, now: Instant, out: Out) -> Sequence[Any]:
    out.append(node.Remember(action.store))
    return ()


def _notice(self: Node, action: mlag.Notice, now: Instant, out: Out) -> Sequence[Any]:
    out.append(node.Notice(action.what))
    return ()


def _stopped(self: Node, action: mlag.Stopped, now: Instant, out: Out) -> Sequence[Any]:
    out.append(node.Stopped())
    return ()


MLAG_ROUTES: Mapping[type, Callable[[Node, Any, Instant, Out], Sequence[Any]]] = MappingProxyType(
    {
        mlag.SetIdentity: _set_identity,
        mlag.SetBridgeIdentity: _set_bridge_identity,
        mlag.HoldOutOfSync: _hold_out_of_sync,
        mlag.SuspendOrphans: suspend_orphans,
        mlag.HoldDistribution: _hold_distribution,
        mlag.Drain: _drain,
        mlag.RequirePartner: require_partner,
        mlag.HearPeer: hear_peer,
        mlag.SetGate: _set_gate,
        mlag.SetFilter: _set_filter,
        mlag.SetEnvelope: _set_envelope,
        mlag.KeepCopies: _keep_copies,
        mlag.ReleaseCopies: _release_copies,
        mlag.DropCopies: _drop_copies,
        mlag.Tell: _tell,
        mlag.TellAll: _tell_all,
        mlag.SendFence: _send_fence,
        mlag.SendKeepalive: _send_keepalive,
        mlag.StartHosts: _start_hosts,
        mlag.EndHosts: _end_hosts,
        mlag.DropPeerQueue: _drop_peer_queue,
        mlag.DropEverything: _drop_everything,
        mlag.EndSession: _end_session,
        mlag.Remember: _remember,
        mlag.Notice: _notice,
        mlag.Stopped: _stopped,
    }
)
