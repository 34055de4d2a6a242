"""BPDUs in 802.3 frames: which event a frame is, and what leaves (802.1D-2004 7.12, 9.2)."""

from pyiccp.rstp.events import BpduDiscarded, BpduReceived
from pyiccp.wire._bpdu import Bpdu, decode_bpdu
from pyiccp.wire._mac import Mac, is_group
from pyiccp.wire._malformed import Malformed

BRIDGE_GROUP = Mac(b"\x01\x80\xc2\x00\x00\x00")
LLC = b"\x42\x42\x03"
"""DSAP, SSAP, unnumbered information."""
_PRIORITY_TAG = b"\x81\x00"
_VID_BITS = 0xFFF


def classify(port: str, frame: bytes) -> BpduReceived | BpduDiscarded | None:
    """What spanning tree is told of *frame* that came in by *port*; None when it is not for it.

    The length field says where a BPDU ends: the frame may be padded, or not be. A frame with a VLAN tag is data; one
    with a mere priority tag (VID 0) is not.
    """
    if frame[:6] != BRIDGE_GROUP:
        return None
    if frame[12:14] == _PRIORITY_TAG:
        if int.from_bytes(frame[14:16], "big") & _VID_BITS:
            return BpduDiscarded(port)
        frame = frame[:12] + frame[16:]
    length = int.from_bytes(frame[12:14], "big")
    content = frame[14 : 14 + length]
    if is_group(frame[6:7]) or len(content) < length or content[:3] != LLC:
        return BpduDiscarded(port)
    try:
        return BpduReceived(port, decode_bpdu(content[3:]))
    except Malformed:
        return BpduDiscarded(port)


def frame_octets(source: Mac, bpdu: Bpdu) -> bytes:
    """The frame that carries *bpdu*, without padding; *source* is the port's own address."""
    octets = LLC + bpdu.encode()
    return BRIDGE_GROUP + source + len(octets).to_bytes(2, "big") + octets
