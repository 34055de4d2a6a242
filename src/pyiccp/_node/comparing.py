"""Each node tells the other what it is like, and both compare (M12)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from pyiccp._mlag import events as mlag
from pyiccp._mlag.consistency import check_beside
from pyiccp._node import events as node
from pyiccp._node import findings
from pyiccp._node.findings import read_profile
from pyiccp._sansio import Instant
from pyiccp.iccp import events as iccp
from pyiccp.wire.iccp._mlag import PROFILE_CHUNK, ProfileTold

if TYPE_CHECKING:
    from pyiccp._node.node import Node

LARGEST = 1 << 20
"""Octets of a profile at most: thousands of ports."""


def begin_or_end(self: Node, up: bool, now: Instant, out: list[node.Action]) -> Sequence[Any]:
    """A session: say what this node is like. Its end: nothing is known of the peer any more."""
    self.pairing.profile = None
    self.pairing.heard.clear()
    if not up:
        return check_pair(self, now, out)
    octets = msgspec.json.encode(self.profile)
    starts = range(0, len(octets), PROFILE_CHUNK)
    said = (ProfileTold(at != starts[-1], octets[at : at + PROFILE_CHUNK]) for at in starts)
    return self.pairing.iccp.handle(iccp.TlvsQueued(iccp.Application.MLAG, tuple(said)), now)


def profile_heard(self: Node, told: ProfileTold, now: Instant, out: list[node.Action]) -> Sequence[Any]:
    """The peer says what it is like."""
    heard = self.pairing.heard
    if len(heard) + len(told.octets) > LARGEST:
        heard.clear()
        self.warn("the peer's profile is too large: the configurations are not compared", out)
        return ()
    heard += told.octets
    if told.more:
        return ()
    self.pairing.profile = read_profile(bytes(heard))
    heard.clear()
    if self.pairing.profile is None:
        self.warn("the peer's profile cannot be read: the configurations are not compared", out)
    return check_pair(self, now, out)


def check_pair(self: Node, now: Instant, out: list[node.Action]) -> Sequence[Any]:
    """What the peer told of itself may contradict our configuration (M12)."""
    pair, session = self.pairing.mlag.pair, self.pairing.iccp
    # What made the core refuse the peer stands as long as it does: the session with its profile is over at once.
    refused = findings.REFUSED if pair.problem and pair.session is None else ()
    if pair.session is None or self.profile is None:
        self.pairing.compared = None
        self.pair_findings = tuple(finding for finding in self.pair_findings if finding.code in refused)
    else:
        own = replace(self.profile, node_number=pair.store.node)
        peer = findings.peer_profile(session, pair.session.peer, self.pairing.profile)
        if (own, peer) != self.pairing.compared:  # hundreds of bonds are told of in many messages
            self.pairing.compared = own, peer
            self.pair_findings = () if peer is None else check_beside(own, peer)
    for finding in self.pair_findings:
        self.warn(finding.message, out)
    if pair.session is None:
        return ()  # the core knows what to do with what it was told
    checked = mlag.PairChecked(findings.blocked(self.pair_findings), findings.held_bonds(self.pair_findings))
    return self.pairing.mlag.handle(checked, now) if checked != pair.mismatch else ()
