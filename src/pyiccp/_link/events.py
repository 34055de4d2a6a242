"""What happens to the link between two nodes, and what it wants done."""

from enum import IntEnum

import msgspec

from pyiccp.wire._link import Fence, Segment
from pyiccp.wire._mac import Mac


class Stream(IntEnum):
    """The two independent streams; urgent never waits for bulk."""

    URGENT = 0
    BULK = 1


# --- events


class MemberCameUp(msgspec.Struct, frozen=True, gc=False):
    """Carrier on *member* of the peer port (a plain peer port is its own only member)."""

    member: str


class MemberWentDown(msgspec.Struct, frozen=True, gc=False):
    member: str


class SegmentReceived(msgspec.Struct, frozen=True, gc=False):
    """A frame of our EtherType to the nearest-bridge group came in by *member*."""

    member: str
    segment: Segment
    source: Mac = Mac(b"")
    """Source address of the frame; it tells a third speaker (M3.2). Empty = not known."""


class ForeignReceived(msgspec.Struct, frozen=True, gc=False):
    """A frame of our EtherType that is not of layout `pyiccp-1`, or of another major version of it."""

    member: str
    why: str
    noise: bool = False
    """It does not even say of what version it is: nobody speaks there, something is broken or thrown in."""


class SealRefused(msgspec.Struct, frozen=True, gc=False):
    """A segment came in by *member* that its seal does not make the peer's, and why (`seal`): it was not read."""

    member: str
    why: str


class MessageQueued(msgspec.Struct, frozen=True, gc=False):
    """The session wants *message* (opaque, at most MAX_MESSAGE octets) delivered once, in the order of its stream."""

    stream: Stream
    message: bytes


class FenceQueued(msgspec.Struct, frozen=True, gc=False):
    """MLAG wants *fence* sent on every member, in the order of the data (M4.4)."""

    fence: Fence


class ResetRequested(msgspec.Struct, frozen=True, gc=False):
    """The session above failed for good: forget the peer and start again."""

    why: str


Event = (
    MemberCameUp
    | MemberWentDown
    | SegmentReceived
    | ForeignReceived
    | SealRefused
    | MessageQueued
    | FenceQueued
    | ResetRequested
)

# --- actions


class TransmitSegment(msgspec.Struct, frozen=True, gc=False):
    """Send *segment* out of *member*. `ordered` = in the data queue (fences); otherwise ahead of data."""

    member: str
    segment: Segment
    ordered: bool = False


class Establish(msgspec.Struct, frozen=True, gc=False):
    """The peer is there and hears us; its incarnation is *incarnation*."""

    incarnation: int


class Lose(msgspec.Struct, frozen=True, gc=False):
    """The peer is gone: no round trip for three heartbeats, no carrier, another incarnation, a reset."""

    why: str


class Deliver(msgspec.Struct, frozen=True, gc=False):
    stream: Stream
    message: bytes


class DeliverFence(msgspec.Struct, frozen=True, gc=False):
    member: str
    fence: Fence


class Pull(msgspec.Struct, frozen=True, gc=False):
    """*stream* can take *octets* more octets of messages now."""

    stream: Stream
    octets: int


class MembersHeard(msgspec.Struct, frozen=True, gc=False):
    """On these members of the peer port, in configured order, the peer is heard and hears us from now on; () = there is
    no session (M3.4)."""

    members: tuple[str, ...]


class Refuse(msgspec.Struct, frozen=True, gc=False):
    """Status text for as long as it lasts: a foreign speaker, another major version; '' clears it."""

    text: str


Action = TransmitSegment | Establish | Lose | Deliver | DeliverFence | Pull | MembersHeard | Refuse
