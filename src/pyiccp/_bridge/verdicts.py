"""What becomes of a frame: the answer of the data path."""

from enum import IntEnum

import msgspec


class DropReason(IntEnum):
    """Why a frame goes nowhere; the number is an index into the counters."""

    UNKNOWN_PORT = 0
    """It entered by a port that this bridge does not have."""
    NOT_RECEIVING = 1
    """The port it entered by takes no data: no link, or a bond that does not collect."""
    GATE_CLOSED = 2
    """The peer port carries no data now (M3.1)."""
    RESERVED_ADDRESS = 3
    """Its destination is one that no bridge forwards (802.1Q table 8-1)."""
    INVALID_SOURCE = 4
    """Its source is a group address or zero."""
    FRAME_TYPE = 5
    """Tagged where only untagged frames are admitted, or the reverse."""
    INGRESS_VLAN = 6
    """Ingress filtering: the port is no member of the frame's VLAN."""
    SAME_PORT = 7
    """Its destination is where it came from."""
    HORIZON = 8
    """Split horizon."""
    EGRESS_VLAN = 9
    """The destination's port is no member of the frame's VLAN."""
    NOT_SENDING = 10
    """The destination's port sends no data."""
    FILTERED = 11
    """It came over the peer port and the other half of the bond delivers it (M4.1)."""
    ENVELOPED = 12
    """It came from the other half of the destination's bond (M4.5)."""
    REFLECTED = 13
    """It came over the peer port, and its source is on the destination's bond (M4.5)."""
    NOWHERE = 14
    """A flood that no port takes."""
    DISCARDING = 15
    """Spanning tree lets the port it entered by, or its destination's port, forward nothing."""


class Output(msgspec.Struct, frozen=True, gc=False):
    """One copy of the frame leaves by *port*."""

    port: str
    vid: int | None
    """Tag to carry; None = untagged."""
    envelope: int | None = None
    """The mlag-id of the envelope to put it in (M4.5)."""


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What to do with a frame."""

    outputs: tuple[Output, ...]
    copies: tuple[Output, ...] = ()
    """What would leave by a half that is about to send: keep a copy for it (M4.6)."""
    dropped: DropReason | None = None
    """Set when there is neither an output nor a copy."""


DROPPED = tuple(Verdict((), (), reason) for reason in DropReason)
"""The verdict of each reason, made once."""
