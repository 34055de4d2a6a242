"""Who is primary when two nodes meet (M1.1, M1.2): a pure function that both nodes evaluate alike."""

import msgspec

from pyiccp.wire._mac import ZERO, Mac, mac_text
from pyiccp.wire.iccp._mlag import NodeInfo

FIRST_EPOCH = 1
"""Of two nodes that never met before. 0 is that of a node without a pair: to a peer that waits and asks over the
keepalive a fresh node is older than any pair, whose survivor goes first (M8.3)."""


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What both nodes concluded."""

    primary: bool
    """This node is the primary."""
    why: str
    """What decided, in words."""
    system: Mac
    """The pair identity."""
    epoch: int
    node: int
    """This node's number, 0 or 1."""


def elect(own: NodeInfo, peer: NodeInfo) -> Outcome:
    """Both nodes call this with the two values that were exchanged, each with its own first."""
    mine, theirs = _rank(own), _rank(peer)
    primary = mine < theirs
    winner, loser = (own, peer) if primary else (peer, own)
    decided = next(i for i, (a, b) in enumerate(zip(mine, theirs, strict=True)) if a != b)
    return Outcome(
        primary=primary,
        why=_words(decided, winner, loser, primary),
        system=_system(winner, loser),
        epoch=max(own.epoch, peer.epoch, FIRST_EPOCH),
        node=_node(own, peer),
    )


def _rank(info: NodeInfo) -> tuple[bool, int, bool, int, Mac]:
    """Lower is better: identity unchanged; more bonds in sync; previous primary; priority; MAC."""
    return not info.identity_kept, -info.bonds_in_sync, not info.primary, info.priority, info.bridge_mac


def _words(decided: int, winner: NodeInfo, loser: NodeInfo, primary: bool) -> str:
    mac = mac_text(winner.bridge_mac)
    return (
        f"{'our' if primary else 'its'} identity is unchanged",
        f"{winner.bonds_in_sync} bonds in sync against {loser.bonds_in_sync}",
        "previous primary",
        f"priority {winner.priority} is lower than {loser.priority}",
        f"bridge MAC {mac} is lower",
    )[decided]


def _system(winner: NodeInfo, loser: NodeInfo) -> Mac:
    """A solo identity is never adopted: the stored pair identity with the higher epoch, the winner's at a tie, and
    the winner's bridge MAC when the two never were a pair (M1.2)."""
    if winner.identity_kept:
        return winner.system
    stored = [info for info in (winner, loser) if info.system != ZERO]
    if stored:
        return max(stored, key=_epoch).system
    return winner.bridge_mac


def _epoch(info: NodeInfo) -> int:
    return info.epoch


def _node(own: NodeInfo, peer: NodeInfo) -> int:
    """Stored numbers stay; without them, or when both claim one, the order of the bridge MACs (M1.5)."""
    if own.node in (0, 1) and own.node != peer.node:
        return own.node
    if own.node not in (0, 1) and peer.node in (0, 1):
        return 1 - peer.node
    return int(own.bridge_mac > peer.bridge_mac)
