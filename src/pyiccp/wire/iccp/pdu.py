"""LDP PDUs and messages (RFC 5036 3.1, 3.5; RFC 7275 6.1)."""

import msgspec

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
from pyiccp.wire.iccp.tlv import TlvValue, UnknownTlv

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
]


class Message(msgspec.Struct, frozen=True, gc=False):
    """One LDP message."""

    type: int
    """15 bits."""
    message_id: int
    """Chosen by the sender, never 0."""
    tlvs: tuple[TlvValue, ...] = ()
    u: bool = False
    """What a receiver does that does not know the type: False = notify, True = drop in silence."""


class IccpPdu(msgspec.Struct, frozen=True, gc=False):
    """One LDP PDU: the sender and its messages."""

    lsr_id: int
    label_space: int
    messages: tuple[Message, ...]
    version: int = 1
