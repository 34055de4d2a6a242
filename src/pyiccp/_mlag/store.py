"""What must survive a crash (M1.6)."""

import msgspec

from pyiccp.wire._mac import Mac
from pyiccp.wire.iccp._mlag import BondNumber

LAST_EPOCH = 0xFFFF_FFFF
"""32 bits on the wire; a peer may say any of them. Two nodes at the last one are at a tie, which the node number
breaks (M8.3)."""


class Store(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Written before the act that depends on it. A fresh node has the defaults."""

    owner: Mac | None = None
    """Bridge MAC of the node that wrote it; None = written before any was."""
    system: Mac | None = None
    """The pair identity, once there was a session."""
    epoch: int = 0
    """Pair epoch (M6.1); 0 = never was in a pair."""
    node: int | None = None
    """0 or 1, by the order of the bridge MACs at the first session."""
    numbers: tuple[BondNumber, ...] = ()
    """Key, RSTP port number and MAC per mlag-id, assigned once by the then primary (M1.5)."""
    primary: bool = False
    """This node was primary in the newest common session."""
    isolated: bool = False
    incarnation: int = 0
    """Of the link: one more at every start."""
    replay: int = 0
    """With a shared key: the newest start of the peer's that was heard; what it said before that is void."""


def next_epoch(store: Store) -> int:
    """M6.1: of a survivor that takes its peer for dead."""
    return min(store.epoch + 1, LAST_EPOCH)


def own(store: Store, bridge_mac: Mac) -> Store:
    """*store* as a node with *bridge_mac* may use it: what another node wrote (a disk that was copied) would make two
    nodes one, with the same LACP port numbers (M1.5); such a node is fresh."""
    return store if store.owner in (None, bridge_mac) else Store(incarnation=store.incarnation)
