"""Slow-protocols frames: which event they are, and what leaves (802.3 annex 57A, 802.1AX 6.2.11).

The core never sees octets; a caller that has a frame's octets in hand asks here.
"""

from pyiccp.lacp.events import IllegalReceived, LacpduReceived, MarkerReceived, UnknownReceived
from pyiccp.wire._ethernet import SLOW_PROTOCOLS_TYPE
from pyiccp.wire._lacpdu import SUBTYPE as LACP
from pyiccp.wire._lacpdu import Lacpdu
from pyiccp.wire._mac import SLOW_PROTOCOLS, Mac
from pyiccp.wire._malformed import Malformed
from pyiccp.wire._marker import SUBTYPE as MARKER
from pyiccp.wire._marker import Marker

_LAST_LEGAL_SUBTYPE = 10
_TYPE = SLOW_PROTOCOLS_TYPE.to_bytes(2, "big")


def classify(
    port: str, frame: bytes, destination: Mac = SLOW_PROTOCOLS
) -> LacpduReceived | MarkerReceived | IllegalReceived | UnknownReceived | None:
    """What LACP is told of *frame* that came in by *port*; None when it is not for a slow protocol there.

    *destination* is aAggPortProtocolDA: frames to other addresses are somebody else's, tagged frames are data.
    """
    if frame[:6] != destination:
        return None
    if frame[12:14] != _TYPE:
        # Tagged or of another type: counted when it came to the address of slow protocols (aAggPortStatsUnknownRx).
        return UnknownReceived(port)
    return classify_pdu(port, frame[14:])


def classify_pdu(port: str, octets: bytes) -> LacpduReceived | MarkerReceived | IllegalReceived | UnknownReceived:
    """What LACP is told of the octets after the EtherType."""
    subtype = octets[0] if octets else 0
    try:
        if subtype == LACP:
            return LacpduReceived(port, Lacpdu.decode(octets))
        if subtype == MARKER:
            return MarkerReceived(port, Marker.decode(octets))
    except Malformed:
        return IllegalReceived(port)
    return UnknownReceived(port) if 0 < subtype <= _LAST_LEGAL_SUBTYPE else IllegalReceived(port)


def frame_octets(source: Mac, pdu: Lacpdu | Marker, destination: Mac = SLOW_PROTOCOLS) -> bytes:
    """The frame that carries *pdu*; *source* is the port's own address, never the aggregate's."""
    return destination + source + _TYPE + pdu.encode()
