"""Octets to values and back. The only floor that knows Construct.

Every value class has `decode(octets)`, which returns or raises `Malformed`, and `encode()`. Values are frozen and
compare by what they say; padding and reserved octets are not part of them.
"""

from pyiccp.wire._bpdu import BridgeId, ConfigBpdu, MstBpdu, MstiMessage, PvstBpdu, RstBpdu, TcnBpdu, decode_bpdu
from pyiccp.wire._dissect import dissect
from pyiccp.wire._ethernet import Frame, Tag
from pyiccp.wire._flags import FLAGS, Flags, PortRole
from pyiccp.wire._hexdump import hexdump, unhexdump
from pyiccp.wire._keepalive import Keepalive
from pyiccp.wire._lacpdu import Lacpdu, Participant
from pyiccp.wire._link import Data, Envelope, Fence, FenceKind, Heartbeat, Segment
from pyiccp.wire._mac import Mac, mac, mac_text
from pyiccp.wire._malformed import Malformed
from pyiccp.wire._marker import Marker
from pyiccp.wire._state import STATES, State
from pyiccp.wire._tree import TreeNode
from pyiccp.wire.iccp._pdu import IccpPdu, Message

__all__ = [
    "Frame",
    "Tag",
    "Lacpdu",
    "Participant",
    "State",
    "STATES",
    "Marker",
    "ConfigBpdu",
    "TcnBpdu",
    "RstBpdu",
    "MstBpdu",
    "MstiMessage",
    "PvstBpdu",
    "BridgeId",
    "Flags",
    "FLAGS",
    "PortRole",
    "decode_bpdu",
    "IccpPdu",
    "Message",
    "Segment",
    "Heartbeat",
    "Data",
    "Fence",
    "FenceKind",
    "Envelope",
    "Keepalive",
    "Mac",
    "mac",
    "mac_text",
    "Malformed",
    "dissect",
    "TreeNode",
    "hexdump",
    "unhexdump",
]
