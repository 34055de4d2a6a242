"""Octets to values and back. The only floor that knows Construct.

Every value class has `decode(octets)`, which returns or raises `Malformed`, and `encode()`. Values are frozen and
compare by what they say; padding and reserved octets are not part of them.
"""

from pyiccp.wire.bpdu import ConfigBpdu, MstBpdu, PvstBpdu, RstBpdu, TcnBpdu, decode_bpdu
from pyiccp.wire.dissect import dissect
from pyiccp.wire.ethernet import Frame
from pyiccp.wire.hexdump import hexdump, unhexdump
from pyiccp.wire.iccp.pdu import IccpPdu, Message
from pyiccp.wire.keepalive import Keepalive
from pyiccp.wire.lacpdu import Lacpdu, Participant
from pyiccp.wire.link import Segment
from pyiccp.wire.mac import Mac, mac, mac_text
from pyiccp.wire.malformed import Malformed
from pyiccp.wire.marker import Marker

__all__ = [
    "Frame",
    "Lacpdu",
    "Participant",
    "Marker",
    "ConfigBpdu",
    "TcnBpdu",
    "RstBpdu",
    "MstBpdu",
    "PvstBpdu",
    "decode_bpdu",
    "IccpPdu",
    "Message",
    "Segment",
    "Keepalive",
    "Mac",
    "mac",
    "mac_text",
    "Malformed",
    "dissect",
    "hexdump",
    "unhexdump",
]
