"""Octets to values and back. The only floor that knows Construct.

Every value class has `decode(octets)`, which returns or raises `Malformed`, and `encode()`. Values are frozen and
compare by what they say; padding and reserved octets are not part of them.
"""

from pyiccp.wire.bpdu import BridgeId, ConfigBpdu, MstBpdu, MstiMessage, PvstBpdu, RstBpdu, TcnBpdu, decode_bpdu
from pyiccp.wire.dissect import dissect
from pyiccp.wire.ethernet import Frame, Tag
from pyiccp.wire.flags import FLAGS, Flags, PortRole
from pyiccp.wire.hexdump import hexdump, unhexdump
from pyiccp.wire.iccp.pdu import IccpPdu, Message
from pyiccp.wire.keepalive import Keepalive
from pyiccp.wire.lacpdu import Lacpdu, Participant
from pyiccp.wire.link import Data, Envelope, Fence, FenceKind, Heartbeat, Segment
from pyiccp.wire.mac import Mac, mac, mac_text
from pyiccp.wire.malformed import Malformed
from pyiccp.wire.marker import Marker
from pyiccp.wire.state import STATES, State
from pyiccp.wire.tree import TreeNode

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
