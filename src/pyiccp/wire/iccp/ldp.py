"""TLVs of the LDP session itself (RFC 5036 3.4, 3.5; RFC 5561 3; RFC 7275 8)."""

from construct import Default, Int8ub, Int16ub, Int32ub

from pyiccp.wire._codec import Format
from pyiccp.wire._layout import Layout
from pyiccp.wire._tails import Opaque
from pyiccp.wire.iccp._tlv import TlvValue

__all__ = [
    "CommonSession",
    "DynamicCapability",
    "IccpCapability",
    "Status",
    "ExtendedStatus",
    "ReturnedPdu",
    "ReturnedMessage",
    "ReturnedTlvs",
]


class CommonSession(TlvValue, frozen=True, gc=False):
    """Common Session Parameters, type 0x0500 (RFC 5036 3.5.3)."""

    keepalive: int
    """Seconds, not zero."""
    receiver_lsr_id: int
    receiver_label_space: int = 0
    max_pdu: int = 4096
    """255 and less mean 4096."""
    version: int = 1
    a: bool = False
    d: bool = False
    pvlim: int = 0


class DynamicCapability(TlvValue, frozen=True, gc=False):
    """Dynamic Capability Announcement, type 0x0506, sent with U = 1 (RFC 5561 9)."""

    s: bool = True


class IccpCapability(TlvValue, frozen=True, gc=False):
    """ICCP capability, type 0x0700, sent with U = 1 (RFC 7275 8)."""

    s: bool = True
    """True advertises, False withdraws."""
    major: int = 1
    minor: int = 0


class Status(TlvValue, frozen=True, gc=False):
    """Status, type 0x0300 (RFC 5036 3.4.6)."""

    code: int
    """The low 30 bits; see `LdpStatus`."""
    fatal: bool = False
    """E bit."""
    forward: bool = False
    """F bit."""
    message_id: int = 0
    """Of the message it answers; 0 = none in particular."""
    message_type: int = 0


class ExtendedStatus(TlvValue, frozen=True, gc=False):
    """Extended Status, type 0x0301."""

    code: int


class ReturnedPdu(TlvValue, frozen=True, gc=False):
    """Returned PDU, type 0x0302: a part of the PDU that a notification is about."""

    octets: bytes


class ReturnedMessage(TlvValue, frozen=True, gc=False):
    """Returned Message, type 0x0303."""

    octets: bytes


class ReturnedTlvs(TlvValue, frozen=True, gc=False):
    """Returned TLVs, type 0x0304 (RFC 5561 5)."""

    tlvs: tuple[TlvValue, ...]


COMMON_SESSION = CommonSession.FORMAT = Format(
    "Common Session Parameters",
    CommonSession,
    Layout(
        "Common Session Parameters",
        "version" / Default(Int16ub, 1),
        "keepalive" / Int16ub,
        "flags" / Default(Int8ub, 0),
        "pvlim" / Int8ub,
        "max_pdu" / Int16ub,
        "receiver_lsr_id" / Int32ub,
        "receiver_label_space" / Int16ub,
    ),
    codes=(0x0500,),
    bits={"flags": {"a": (7, 1), "d": (6, 1)}},
)

DYNAMIC_CAPABILITY = DynamicCapability.FORMAT = Format(
    "Dynamic Capability Announcement",
    DynamicCapability,
    Layout("Dynamic Capability Announcement", "flags" / Int8ub),
    codes=(0x8506,),
    bits={"flags": {"s": (7, 1)}},
)

ICCP_CAPABILITY = IccpCapability.FORMAT = Format(
    "ICCP Capability",
    IccpCapability,
    Layout(
        "ICCP Capability",
        "flags" / Int8ub,
        "reserved" / Default(Int8ub, 0),
        "major" / Int8ub,
        "minor" / Int8ub,
    ),
    codes=(0x8700,),
    bits={"flags": {"s": (7, 1)}},
)

STATUS = Status.FORMAT = Format(
    "Status",
    Status,
    Layout("Status", "status" / Int32ub, "message_id" / Int32ub, "message_type" / Int16ub),
    codes=(0x0300,),
    bits={"status": {"code": (0, 30), "forward": (30, 1), "fatal": (31, 1)}},
)

EXTENDED_STATUS = ExtendedStatus.FORMAT = Format(
    "Extended Status", ExtendedStatus, Layout("Extended Status", "code" / Int32ub), codes=(0x0301,)
)
RETURNED_PDU = ReturnedPdu.FORMAT = Format("Returned PDU", ReturnedPdu, tail=Opaque("octets"), codes=(0x0302,))
RETURNED_MESSAGE = ReturnedMessage.FORMAT = Format(
    "Returned Message", ReturnedMessage, tail=Opaque("octets"), codes=(0x0303,)
)

FORMATS = (
    COMMON_SESSION,
    DYNAMIC_CAPABILITY,
    ICCP_CAPABILITY,
    STATUS,
    EXTENDED_STATUS,
    RETURNED_PDU,
    RETURNED_MESSAGE,
)
"""All but Returned TLVs, which can hold any (see `pdu`)."""
