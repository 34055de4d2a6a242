"""Host-table application: vendor TLVs 0x3020 … 0x3027 of layout `pyiccp-1` (mlag.md M10)."""

from enum import IntEnum

from construct import Int8ub, Int16ub, Int32ub, Int64ub

from pyiccp.wire._codec import Format
from pyiccp.wire._layout import Layout
from pyiccp.wire._tails import Opaque
from pyiccp.wire.iccp._tlv import TlvValue


class HostKind(IntEnum):
    """What a batch says of its hosts."""

    SEEN = 0
    """Learned, moved or refreshed at the place."""
    AGED = 1
    """Aged out at the sender, kept for the receiver's sake."""
    REMOVED = 2
    """Deleted (aged on both sides, or by management)."""
    STATIC = 3
    """The sender's own or configured addresses: never aged, never moved by learning."""


class HostBatch(TlvValue, frozen=True, gc=False):
    """Hosts that share everything but the address; packed, six octets a host."""

    kind: HostKind
    vid: int
    place: int
    """0 = an orphan port of `node`; otherwise mlag-id + 1, which takes 33 bits."""
    sequence: int
    """M10.1; 32 bits."""
    node: int
    """Number of the node whose sighting it was: 0 or 1."""
    epoch: int
    """The newest of the receiver's flushes that the sender has carried out; 0 = none in this session (M10.3)."""
    addresses: bytes
    """6 x n octets."""


class HostFlush(TlvValue, frozen=True, gc=False):
    """Entries of the scope with `sequence` <= this one go (M10.3)."""

    place: int
    """As in HostBatch; all ones = everywhere."""
    vid: int
    """0 = every VLAN."""
    node: int
    sequence: int
    epoch: int
    """Counts the sender's flushes in this session, from 1."""


class HostSync(TlvValue, frozen=True, gc=False):
    """Type 0x3025: an announcement of the whole table starts or ends."""

    end: bool


HOST_BATCH = HostBatch.FORMAT = Format(
    "FDB Host Batch",
    HostBatch,
    Layout(
        "FDB Host Batch",
        "kind" / Int8ub,
        "node" / Int8ub,
        "vid" / Int16ub,
        "place" / Int64ub,
        "sequence" / Int32ub,
        "epoch" / Int32ub,
    ),
    tail=Opaque("addresses", unit=6),
    codes=(0x3023,),
)

HOST_FLUSH = HostFlush.FORMAT = Format(
    "FDB Host Flush",
    HostFlush,
    Layout(
        "FDB Host Flush",
        "place" / Int64ub,
        "vid" / Int16ub,
        "node" / Int8ub,
        "sequence" / Int32ub,
        "epoch" / Int32ub,
    ),
    codes=(0x3024,),
)

HOST_SYNC = HostSync.FORMAT = Format(
    "FDB Host Sync", HostSync, Layout("FDB Host Sync", "end" / Int8ub), codes=(0x3025,)
)

FORMATS = (HOST_BATCH, HOST_FLUSH, HOST_SYNC)
