"""Control frames: which core an octet string belongs to. Decoding happens here and nowhere above (DESIGN 2)."""

from collections.abc import Sequence
from itertools import pairwise

from pyiccp._link import events as link
from pyiccp.iccp import events as iccp
from pyiccp.wire._link import ETHERTYPE, KIND, Kind, Segment
from pyiccp.wire._malformed import Malformed
from pyiccp.wire.iccp._pdu import IccpPdu, Message, ldp_status

PORTION = 2
"""Control frames that one call is given: each may be the one by which a session comes up, or may bring hundreds of
hosts."""
_RESERVED = b"\x01\x80\xc2\x00\x00"
"""How frames begin that no bridge forwards."""
_TYPE, _SEGMENT = 12, 14
_LINK_TYPE = ETHERTYPE.to_bytes(2, "big")
_ENVELOPE = bytes((Kind.ENVELOPE,))
LSR_BASE = 0x0A000000
"""LSR ids of nodes without IP: 10.x.y.z from the last three octets of the bridge MAC; only ever seen on the wire."""


def portions(frames: Sequence[bytes]) -> Sequence[Sequence[bytes]]:
    """*frames*, as they came in at once, cut where a call has enough: after PORTION control frames. Data frames do not
    count, they cost little."""
    if len(frames) <= PORTION:
        return (frames,)
    control = [at for at, frame in enumerate(frames, 1) if frame.startswith(_RESERVED) and not _is_envelope(frame)]
    cuts = [0, *control[PORTION - 1 : -1 : PORTION], len(frames)]
    return [frames[start:end] for start, end in pairwise(cuts) if start < end]


def _is_envelope(frame: bytes) -> bool:
    """A data frame of the peer's, as it crosses the peer port (M4.5)."""
    return frame[_TYPE:_SEGMENT] == _LINK_TYPE and frame[_SEGMENT + KIND : _SEGMENT + KIND + 1] == _ENVELOPE


def link_segment(port: str, octets: bytes) -> Segment | link.ForeignReceived:
    """What came by the peer port under the link's EtherType."""
    try:
        return Segment.decode(octets)
    except Malformed as error:
        other_version = error.path == "major" and octets[7:8].isdigit()
        return link.ForeignReceived(port, f"peer {error.why}", noise=not other_version)


def iccp_messages(octets: bytes) -> tuple[iccp.Event, ...]:
    """The messages of one PDU."""
    try:
        return tuple(iccp.MessageReceived(message) for message in IccpPdu.decode(octets).messages)
    except Malformed as error:
        return (iccp.MalformedReceived(ldp_status(error), error.why),)


def iccp_octets(lsr_id: int, message: Message) -> bytes:
    """One message in a PDU of its own."""
    return IccpPdu(lsr_id, 0, (message,)).encode()
