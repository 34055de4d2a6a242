"""Marker PDU (802.1AX 6.5.3)."""

import msgspec

from pyiccp.wire.mac import ZERO, Mac

INFORMATION = 1
RESPONSE = 2


class Marker(msgspec.Struct, frozen=True, gc=False):
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
