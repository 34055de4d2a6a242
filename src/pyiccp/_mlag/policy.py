"""What to do when the peer is lost (M6): pure decisions; the core carries them out."""

from enum import Enum

from pyiccp._mlag.events import Mode
from pyiccp.wire._keepalive import Keepalive, Role

POLICIES = ("safe", "keep", "routeros")
"""`safe` is the default; `keep` and `routeros` let both nodes go on: documented unsafe."""


class Decision(Enum):
    """What the node does about its dual-homed bonds."""

    KEEP = "keep the pair identity"
    SOLO = "go on under the solo identity"
    ASK = "ask over the keepalive"


def session_lost(policy: str, primary: bool, goodbye: bool, keepalive_alive: bool) -> Decision:
    """M6.1: the session is gone and both bonds were up."""
    if goodbye or policy != "safe":
        return Decision.KEEP
    if keepalive_alive:
        return Decision.ASK
    return Decision.KEEP if primary else Decision.SOLO


def must_isolate(epoch: int, primary: bool, node: int | None, peer: Keepalive) -> bool:
    """M6.1: the peer is alive without a session. The lower epoch isolates, at equal epochs the one that is not
    primary; of two that took each other for dead at once (M0.2), and so both are, node number 1. A peer that does not
    carry the pair identity is no reason."""
    if peer.role == Role.NONE or peer.mode != Mode.NORMAL:
        return False
    if epoch != peer.epoch:
        return epoch < peer.epoch
    return node != 0 if primary and peer.role == Role.PRIMARY else not primary


def goes_first(epoch: int, node: int | None, peer: Keepalive) -> bool:
    """M8.3: both wait for each other without a session. The higher epoch goes on, at a tie node number 0; a node that
    never was in a pair does not."""
    if node is None:
        return False
    return epoch > peer.epoch or (epoch == peer.epoch and node == 0)
