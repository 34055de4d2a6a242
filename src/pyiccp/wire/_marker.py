"""Marker PDU (802.1AX 6.5.3)."""

from construct import Bytes, Const, Default, Int8ub, Int16ub, Int32ub

from pyiccp.wire._codec import Format, Value
from pyiccp.wire._layout import Layout
from pyiccp.wire._mac import ZERO, Mac

SUBTYPE = 2
INFORMATION = 1
RESPONSE = 2

LAYOUT = Layout(
    "Marker PDU",
    "subtype" / Const(SUBTYPE, Int8ub),
    "version" / Default(Int8ub, 1),
    "tlv_type" / Int8ub,
    "length" / Default(Int8ub, 16),
    "requester_port" / Int16ub,
    "requester_system" / Bytes(6),
    "requester_transaction_id" / Int32ub,
    "pad" / Default(Int16ub, 0),
    "tail" / Bytes(92),
)


class Marker(Value, frozen=True, gc=False):
    """What a Marker PDU says; everything that a responder must echo unchanged is kept."""

    tlv_type: int = INFORMATION
    requester_port: int = 0
    requester_system: Mac = ZERO
    requester_transaction_id: int = 0
    version: int = 1
    length: int = 16
    pad: int = 0
    tail: bytes = bytes(92)
    """From the terminator to the end of the PDU, as received."""


Marker.FORMAT = Format("Marker PDU", Marker, LAYOUT)
