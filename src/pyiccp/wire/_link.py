"""The link between two nodes over raw Ethernet: EtherType 0x88B5 to 01:80:C2:00:00:0E, layout `pyiccp-1`."""

from enum import IntEnum
from typing import Any, ClassVar, Self

import msgspec
from construct import Bytes, Const, Default, Int8ub, Int16ub, Int32ub, Int64ub, Struct

from pyiccp.wire._codec import Bound, Format, Value
from pyiccp.wire._layout import Layout
from pyiccp.wire._malformed import Fault, Malformed
from pyiccp.wire._tails import Opaque
from pyiccp.wire._text import printable

ETHERTYPE = 0x88B5
"""IEEE 802 local experimental EtherType 1, the one RouterOS uses; what we put behind it is our own."""

MAJOR = 1
MINOR = 0

MAGIC = b"pyiccp-"
"""Then the major version as a digit."""

KIND = 9
"""Offset of the kind."""
_LENGTH = 10
"""Offset of the length."""
_BODY = 24
"""Offset of the body."""


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


class Segment(Value, frozen=True, gc=False):
    """The header common to all, and its body."""

    domain: int
    """The redundancy group; both ends must be configured alike."""
    incarnation: int
    """The sender's, larger at every start; 32 bits."""
    peer_incarnation: int
    """The receiver's as the sender knows it; 0 = not yet."""
    body: Heartbeat | Data | Fence | Envelope
    minor: int = MINOR

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """The segment at the start of *octets*, whose end its length says; what follows is the frame's padding."""
        form = FORMATS.get(octets[KIND]) if len(octets) > KIND else HEARTBEAT
        if form is None or octets[7:8] != b"%d" % MAJOR:
            raise _foreign(octets)
        segment: Self = form.decode(octets)
        return segment

    def encode(self) -> bytes:
        return BY_BODY[type(self.body)].encode(self)


class Seal(Value, frozen=True, gc=False):
    """What stands behind a segment of a node with a shared key, before the padding of its frame. To a node without one
    it is padding."""

    CODE: ClassVar[int] = 16
    """Octets of the code."""

    counter: int
    """Never the same twice; 64 bits."""
    code: bytes

    @classmethod
    def find(cls, behind: bytes) -> Self | None:
        """The seal in what stands *behind* a segment."""
        try:
            return cls.decode(behind)
        except Malformed:
            return None


def parts(octets: bytes) -> tuple[bytes, bytes]:
    """The segment at the start of *octets*, by its length, and what stands behind it."""
    end = _BODY + int.from_bytes(octets[_LENGTH : _LENGTH + 2], "big")
    return octets[:end], octets[end:]


def _foreign(octets: bytes) -> Malformed:
    if octets[:7] != MAGIC:
        return Malformed("link segment", Fault("magic", 0, f"not a layout of ours: {octets[:8]!r}"))
    if octets[7:8] != b"%d" % MAJOR:
        said = printable(octets[7:8].decode("latin-1")) or "missing"
        return Malformed("link segment", Fault("major", 7, f"layout version {said}, ours {MAJOR}"))
    return Malformed("link segment", Fault("kind", KIND, f"{octets[KIND]} has no meaning here"))


def _format(name: str, kind: Kind, body: type, *members: Any, tail: str) -> Format:
    """One kind of segment. Fixed bodies keep what a later minor version may append as `later`."""
    layout = Layout(
        f"{name} segment",
        "magic" / Const(MAGIC, Bytes(7)),
        "major" / Const(b"%d" % MAJOR, Bytes(1)),
        "minor" / Default(Int8ub, MINOR),
        "kind" / Const(int(kind), Int8ub),
        "length" / Int16ub,
        "domain" / Int32ub,
        "incarnation" / Int32ub,
        "peer_incarnation" / Int32ub,
        "body" / Struct(*members),
    )
    return Format(
        f"{name} segment",
        Segment,
        layout,
        tail=Opaque(tail),
        parts={"body": body},
        bits={"body.flags": {"body.more": (0, 1)}} if body is Data else None,
        bound=Bound("length", _BODY),
    )


HEARTBEAT = _format("heartbeat", Kind.HEARTBEAT, Heartbeat, "number" / Int64ub, "echo" / Int64ub, tail="later")
DATA = _format(
    "data",
    Kind.DATA,
    Data,
    "stream" / Int8ub,
    "flags" / Default(Int8ub, 0),
    "reserved" / Default(Int16ub, 0),
    "sequence" / Int32ub,
    "acknowledgement" / Int32ub,
    tail="body.body",
)
FENCE = _format(
    "fence",
    Kind.FENCE,
    Fence,
    "kind" / Int8ub,
    "reserved" / Default(Bytes(3), bytes(3)),
    "mlag_id" / Int32ub,
    "number" / Int32ub,
    tail="later",
)
ENVELOPE = _format("envelope", Kind.ENVELOPE, Envelope, "mlag_id" / Int32ub, tail="body.frame")

SEAL = Seal.FORMAT = Format(
    "seal",
    Seal,
    Layout("seal", "magic" / Const(b"seal", Bytes(4)), "counter" / Int64ub, "code" / Bytes(Seal.CODE)),
)

FORMATS = {int(kind): form for kind, form in zip(Kind, (HEARTBEAT, DATA, FENCE, ENVELOPE), strict=True)}
BY_BODY = {Heartbeat: HEARTBEAT, Data: DATA, Fence: FENCE, Envelope: ENVELOPE}
