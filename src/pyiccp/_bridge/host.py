"""One entry of the host table, and the order between two nodes' opinions of it (M10.1)."""

from enum import IntFlag

import msgspec

from pyiccp.wire._mac import Mac

ORPHAN = 0
"""The place of every orphan port of one node; a dual-homed bond's place is its mlag-id + 1."""
EVERYWHERE = 0xFFFFFFFFFFFFFFFF
"""The scope of a flush that spares no place."""
LAST_SEQUENCE = 0xFFFFFFFF

Key = tuple[int, bytes]
"""(VLAN, address)."""
Rank = tuple[int, int, int]
"""Higher wins: (sequence, node, - place). Node and sequence decide (M10.1). They are equal for two places only when a
node lost its table and counts again from 1; then an orphan port beats a bond, where entries are kept longer."""


class Flag(IntFlag):
    """What is known of a host, as bits of `Entry.flags` (kept there as a plain int)."""

    SEEN = 1
    """Seen by this node at the entry's place, and not aged."""
    AGED = 2
    """Aged here, kept for the peer's sake (RouterOS `A`)."""
    AGED_THERE = 4
    """Aged at the peer, kept for ours (RouterOS `a`)."""
    STATIC = 8
    """Configured, or an address of a node itself: by this node if OURS, else by the peer."""
    OWN = 16
    """An address of this node (RouterOS `L`)."""
    PRIVATE = 32
    """Not told to the peer: the address that both nodes share."""
    GONE = 64
    """No longer in the table."""
    OURS = 128
    """The sighting with the entry's sequence was this node's."""


# Plain ints: an IntFlag is far slower to test.
SEEN, AGED, AGED_THERE, STATIC, OWN, PRIVATE, GONE, OURS = (int(flag) for flag in Flag)


class Entry(msgspec.Struct, gc=False, eq=False):
    """What the table holds of a host in a VLAN, or of many that have nothing of their own but the address."""

    vid: int
    port: str
    """An orphan port or a bond of this node, or the peer port for everything that only the peer reaches."""
    place: int
    """As on the wire: ORPHAN of the node whose sighting it was, or mlag-id + 1."""
    sequence: int
    flags: int
    known: int = 0
    """Number of the newest session in which the peer has heard of this host, from us or by itself."""
    done: int = 0
    """How many orders have been carried out on it (`orders`)."""
    seen: int = 0
    """When this node saw it last."""
    slot: int = -1
    """Where ageing filed it; -1 = nowhere."""

    @property
    def ours(self) -> bool:
        return bool(self.flags & OURS)


class Host(Entry, gc=False, eq=False, kw_only=True):
    """A host of its own. Beside the table a hit of the verdict cache writes `seen`, and nothing else."""

    address: Mac

    @property
    def key(self) -> Key:
        return self.vid, self.address


class Crowd(Entry, gc=False, eq=False):
    """Hosts of one VLAN that the peer has told of in the same words: one entry for all of them, until one of them is
    seen here, or anything else befalls it alone. So a batch goes from the wire into the table without an object per
    host."""

    count: int = 0
    """How many."""


def rank(sequence: int, node: int, place: int) -> Rank:
    """What decides between two opinions of where a host is."""
    return sequence, node, -place
