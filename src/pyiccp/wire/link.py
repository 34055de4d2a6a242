"""The link between two nodes over raw Ethernet: EtherType 0x88B5 to 01:80:C2:00:00:0E, layout `pyiccp-1`."""

from enum import IntEnum

import msgspec

ETHERTYPE = 0x88B5
"""IEEE 802 local experimental EtherType 1, the one RouterOS uses; what we put behind it is our own."""

MAJOR = 1
MINOR = 0


class Kind(IntEnum):
    """What a segment carries."""

    HEARTBEAT = 0
    DATA = 1
    FENCE = 2
    ENVELOPE = 3


class FenceKind(IntEnum):
    """M4.4: fences of bonds that travel in the order of the data."""

    PREPARE = 0
    DOWN = 1


class Heartbeat(msgspec.Struct, frozen=True, gc=False):
    """A round trip in two halves (M2.2)."""

    number: int
    """Counts this node's heartbeats in this incarnation, from 1; 64 bits."""
    echo: int
    """The newest number received from the peer; 0 = none."""


class Data(msgspec.Struct, frozen=True, gc=False):
    """A part of a stream. An empty body without `more` is a bare acknowledgement when `sequence` is 0."""

    stream: int
    """0 urgent, 1 bulk."""
    sequence: int
    """Number of this segment in its stream, from 1; 0 = bare acknowledgement; 32 bits."""
    acknowledgement: int
    """Every segment of this stream up to this number has arrived."""
    more: bool
    """The message goes on in the next segment."""
    body: bytes


class Fence(msgspec.Struct, frozen=True, gc=False):
    kind: FenceKind
    mlag_id: int
    number: int


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """A data frame that entered by the sender's half of a bond (M4.5)."""

    mlag_id: int
    frame: bytes


class Segment(msgspec.Struct, frozen=True, gc=False):
    """The header common to all, and its body."""

    domain: int
    """The redundancy group; both ends must be configured alike."""
    incarnation: int
    """The sender's, larger at every start; 32 bits."""
    peer_incarnation: int
    """The receiver's as the sender knows it; 0 = not yet."""
    body: Heartbeat | Data | Fence | Envelope
    minor: int = MINOR
