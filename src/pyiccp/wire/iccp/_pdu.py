"""LDP PDUs and messages (RFC 5036 3.1, 3.5; RFC 7275 6.1)."""

import re
import struct
from typing import ClassVar

from construct import Const, Int16ub, Int32ub

from pyiccp.wire._codec import Bound, Format, Value
from pyiccp.wire._framed import Framed, Head
from pyiccp.wire._layout import Layout
from pyiccp.wire._malformed import Malformed
from pyiccp.wire._tails import Tlvs
from pyiccp.wire.iccp import _fdb as fdb
from pyiccp.wire.iccp import _mlag as mlag
from pyiccp.wire.iccp import _tree as tree
from pyiccp.wire.iccp import ldp, mlacp, pwred, rg, stp
from pyiccp.wire.iccp._tlv import FLAGS, TlvValue, UnknownTlv
from pyiccp.wire.iccp.codes import (
    CAPABILITY,
    HELLO,
    INITIALIZATION,
    KEEPALIVE,
    NOTIFICATION,
    RG_APPLICATION_DATA,
    RG_CONNECT,
    RG_DISCONNECT,
    RG_NOTIFICATION,
    Cause,
    Connect,
    Disconnect,
    IccpStatus,
    LdpStatus,
)
from pyiccp.wire.iccp.ldp import (
    CommonSession,
    DynamicCapability,
    ExtendedStatus,
    IccpCapability,
    ReturnedMessage,
    ReturnedPdu,
    ReturnedTlvs,
    Status,
)
from pyiccp.wire.iccp.rg import NAK_LAYOUT, Nak

__all__ = [
    "NOTIFICATION",
    "HELLO",
    "INITIALIZATION",
    "KEEPALIVE",
    "CAPABILITY",
    "RG_CONNECT",
    "RG_DISCONNECT",
    "RG_NOTIFICATION",
    "RG_APPLICATION_DATA",
    "LdpStatus",
    "IccpStatus",
    "Connect",
    "Disconnect",
    "Cause",
    "CommonSession",
    "DynamicCapability",
    "IccpCapability",
    "Status",
    "ExtendedStatus",
    "ReturnedPdu",
    "ReturnedMessage",
    "ReturnedTlvs",
    "TlvValue",
    "UnknownTlv",
    "Message",
    "IccpPdu",
    "ldp_status",
]


class Message(Framed, frozen=True, gc=False):
    """One LDP message."""

    HEAD: ClassVar[Head] = Head(struct.Struct(">HH"))

    type: int
    """15 bits."""
    message_id: int
    """Chosen by the sender, never 0."""
    tlvs: tuple[TlvValue, ...] = ()
    u: bool = False
    """What a receiver does that does not know the type: False = notify, True = drop in silence."""


class IccpPdu(Value, frozen=True, gc=False):
    """One LDP PDU: the sender and its messages."""

    lsr_id: int
    label_space: int
    messages: tuple[Message, ...]


_PLAIN = (
    *ldp.FORMATS,
    *rg.FORMATS,
    *pwred.FORMATS,
    *mlacp.FORMATS,
    *stp.FORMATS,
    *mlag.FORMATS,
    *tree.FORMATS,
    *fdb.FORMATS,
)

_ECHOED = tuple(form for form in _PLAIN if form.depth <= 1)
"""What can stand inside a TLV that returns others; what nests deeper stays octets there."""

ECHOED: tuple[type, ...] = (*(form.value for form in _ECHOED), UnknownTlv)
"""Classes of the values that can stand there."""

RETURNED_TLVS = ReturnedTlvs.FORMAT = Format(
    "Returned TLVs",
    ReturnedTlvs,
    tail=Tlvs("tlvs", _ECHOED, UnknownTlv.FORMAT, flags=FLAGS, tolerant=True),
    codes=(0x0304,),
)

NAK = Nak.FORMAT = Format(
    "NAK",
    Nak,
    NAK_LAYOUT,
    tail=Tlvs("tlvs", _ECHOED, UnknownTlv.FORMAT, flags=FLAGS, tolerant=True),
    codes=(0x0002,),
)
"""A NAK echoes what was refused, so what it holds need not fit its own table; a NAK inside stays octets."""

TLVS = (*_PLAIN, RETURNED_TLVS, NAK)

MESSAGE = Message.FORMAT = Format(
    "LDP message",
    Message,
    Layout("LDP message", "message_id" / Int32ub),
    tail=Tlvs("tlvs", TLVS, UnknownTlv.FORMAT, flags=FLAGS),
    word={"type": (0, 15), "u": (15, 1)},
)

PDU = IccpPdu.FORMAT = Format(
    "LDP PDU",
    IccpPdu,
    Layout(
        "LDP PDU",
        "version" / Const(1, Int16ub),
        "pdu_length" / Int16ub,
        "lsr_id" / Int32ub,
        "label_space" / Int16ub,
    ),
    tail=Tlvs("messages", (), MESSAGE),
    bound=Bound("pdu_length", 4, 14),
)


def ldp_status(malformed: Malformed) -> LdpStatus:
    """The status of the notification that answers octets which are no PDU or message (RFC 5036 3.5.1.2)."""
    path = re.sub(r"^messages\[\d+\]\.", "message.", malformed.path)
    if path == "version":
        return LdpStatus.BAD_PROTOCOL_VERSION
    if path in ("pdu_length", "lsr_id", "label_space"):
        return LdpStatus.BAD_PDU_LENGTH
    if re.fullmatch(r"(message\.)?(type|length|message_id)", path):
        return LdpStatus.BAD_MESSAGE_LENGTH
    if re.fullmatch(r"(message\.)?tlvs\[\d+\]\.(type|length)", path):
        return LdpStatus.BAD_TLV_LENGTH
    return LdpStatus.MALFORMED_TLV_VALUE
