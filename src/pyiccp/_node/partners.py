"""Whom the ports of dual-homed bonds hear: from LACP to the pair's choice and back (M11)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pyiccp._mlag import events as mlag
from pyiccp._node import events as node
from pyiccp._sansio import Instant
from pyiccp.lacp import events as lacp
from pyiccp.wire._lacpdu import Participant
from pyiccp.wire.iccp._mlag import PartnerEnd

if TYPE_CHECKING:
    from pyiccp._node.node import Node


def partners_heard(self: Node, bond: str, now: Instant) -> Sequence[Any]:
    """Something changed on a port of *bond*: the pair wants to know whom it hears, when that has changed."""
    if self.mlag is None or bond not in self.shared:
        return ()
    heard = tuple(
        PartnerEnd(each.system_priority, each.system, each.key, each.port) for each in self.lacp.aggregator(bond).heard
    )
    if heard == self.mlag.pair.partners.choices[bond].own:
        return ()
    return self.mlag.handle(mlag.PartnersChanged(bond, heard), now)


def require_partner(self: Node, action: mlag.RequirePartner, now: Instant, out: list[node.Action]) -> Sequence[Any]:
    """Only links to the pair's choice may come into sync."""
    return self.lacp.handle(
        lacp.PartnerRequired(action.bond, None if action.partner is None else _participant(action.partner)), now
    )


def hear_peer(self: Node, action: mlag.HearPeer, now: Instant, out: list[node.Action]) -> Sequence[Any]:
    """Ends of links that the peer hears."""
    return self.lacp.handle(lacp.PeerHeard(tuple(map(_participant, action.partners)), action.gives_way), now)


def _participant(end: PartnerEnd) -> Participant:
    return Participant(system_priority=end.system_priority, system=end.system, key=end.key, port=end.port)
