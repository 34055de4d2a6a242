"""TLVs of LACPDUs above version 1 (802.1AX-2014 6.4.2.4; 2020 dropped the masks), and SONiC's retry counts."""

import struct
from collections.abc import Sequence
from typing import ClassVar

from construct import Bytes, Default, Int8ub, Int16ub

from pyiccp.wire._codec import Format, Value
from pyiccp.wire._framed import Framed, Head
from pyiccp.wire._layout import Layout
from pyiccp.wire._tails import Opaque

SONIC_VERSION = 0xF1
"""LACPDUs with RetryCount TLVs say this version."""


class LacpTlv(Framed, frozen=True, gc=False):
    """One octet of type, one of length, which counts them both."""

    HEAD: ClassVar[Head] = Head(struct.Struct(">BB"), extra=2)


class PortAlgorithm(LacpTlv, frozen=True, gc=False):
    """Type 0x04: how the sender spreads conversations."""

    oui: bytes = b"\x00\x80\xc2"
    algorithm: int = 0
    """Under 00-80-C2: 0 unspecified, 1 C-VID, 2 S-VID, 3 I-SID, 4 TE-SID, 5 ECMP flow hash."""


class ConversationDigest(LacpTlv, frozen=True, gc=False):
    """Type 0x05: Port Conversation ID Digest."""

    link_number: int
    digest: bytes


class ConversationMask(LacpTlv, frozen=True, gc=False):
    """Type 0x06: Port Conversation Mask-1."""

    state: int
    """Bit 0 ActPar_Sync, bit 1 portal system isolated, bit 2 discard wrong conversation."""
    mask: bytes


class ConversationMaskMore(LacpTlv, frozen=True, gc=False):
    """Types 0x07 to 0x09: Port Conversation Mask-2 to -4."""

    type: int
    mask: bytes


class ServiceMapping(LacpTlv, frozen=True, gc=False):
    """Type 0x0A: Port Conversation Service Mapping digest."""

    digest: bytes


class RetryCount(LacpTlv, frozen=True, gc=False):
    """Types 0x80 (actor) and 0x81 (partner) of version 0xF1: slow PDUs that may be missed before expiry."""

    type: int
    count: int


class UnknownLacpTlv(LacpTlv, frozen=True, gc=False):
    """A TLV of a type we have no table for."""

    type: int
    value: bytes


class Remainder(Value, frozen=True, gc=False):
    """From the terminator, or from the first TLV that does not hold together, to the end."""

    octets: bytes


PORT_ALGORITHM = PortAlgorithm.FORMAT = Format(
    "Port Algorithm", PortAlgorithm, Layout("Port Algorithm", "oui" / Bytes(3), "algorithm" / Int8ub), codes=(0x04,)
)
CONVERSATION_DIGEST = ConversationDigest.FORMAT = Format(
    "Port Conversation ID Digest",
    ConversationDigest,
    Layout("Port Conversation ID Digest", "link_number" / Int16ub, "digest" / Bytes(16)),
    codes=(0x05,),
)
CONVERSATION_MASK = ConversationMask.FORMAT = Format(
    "Port Conversation Mask-1",
    ConversationMask,
    Layout("Port Conversation Mask-1", "state" / Int8ub, "mask" / Bytes(128)),
    codes=(0x06,),
)
CONVERSATION_MASK_MORE = ConversationMaskMore.FORMAT = Format(
    "Port Conversation Mask",
    ConversationMaskMore,
    Layout("Port Conversation Mask", "mask" / Bytes(128)),
    codes=(0x07, 0x08, 0x09),
    word={"type": (0, 8)},
)
SERVICE_MAPPING = ServiceMapping.FORMAT = Format(
    "Port Conversation Service Mapping",
    ServiceMapping,
    Layout("Port Conversation Service Mapping", "digest" / Bytes(16)),
    codes=(0x0A,),
)
RETRY_COUNT = RetryCount.FORMAT = Format(
    "Retry Count",
    RetryCount,
    Layout("Retry Count", "count" / Int8ub, "reserved" / Default(Int8ub, 0)),
    codes=(0x80, 0x81),
    word={"type": (0, 8)},
)
UNKNOWN = UnknownLacpTlv.FORMAT = Format(
    "unknown LACP TLV", UnknownLacpTlv, tail=Opaque("value"), word={"type": (0, 8)}
)
REMAINDER = Remainder.FORMAT = Format("LACPDU remainder", Remainder, tail=Opaque("octets"))

FORMATS = (
    PORT_ALGORITHM,
    CONVERSATION_DIGEST,
    CONVERSATION_MASK,
    CONVERSATION_MASK_MORE,
    SERVICE_MAPPING,
    RETRY_COUNT,
)


def without_remainder(tlvs: Sequence[Value]) -> tuple[Value, ...]:
    """The TLVs proper."""
    return tuple(tlvs[:-1] if tlvs and isinstance(tlvs[-1], Remainder) else tlvs)
