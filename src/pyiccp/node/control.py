"""Control frames: which core an octet string belongs to. Decoding happens here and nowhere above (DESIGN 2)."""

from pyiccp.iccp import events as iccp
from pyiccp.link import events as link
from pyiccp.wire.iccp.pdu import IccpPdu, Message, ldp_status
from pyiccp.wire.link import Segment
from pyiccp.wire.malformed import Malformed

LSR_BASE = 0x0A000000
"""LSR ids of nodes without IP: 10.x.y.z from the last three octets of the bridge MAC; only ever seen on the wire."""


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
