"""TLVs common to all applications of a redundancy group (RFC 7275 6.2-6.4, 7)."""

from collections.abc import Sequence
from typing import Any

from construct import Default, Int16ub, Int32ub

from pyiccp.wire._codec import Format
from pyiccp.wire._layout import Layout
from pyiccp.wire._tails import Opaque, Tlvs
from pyiccp.wire.iccp._tlv import FLAGS, TlvValue, UnknownTlv
from pyiccp.wire.iccp.codes import Cause, Connect, Disconnect

__all__ = [
    "RgId",
    "SenderName",
    "Nak",
    "RequestedVersion",
    "DisconnectCode",
    "ApplicationConnect",
    "ApplicationDisconnect",
    "DisconnectCause",
]


class RgId(TlvValue, frozen=True, gc=False):
    """ICC RG ID, type 0x0005: the first TLV of every ICCP message; 0 is reserved."""

    rg_id: int


class SenderName(TlvValue, frozen=True, gc=False):
    """ICC Sender Name, type 0x0001: at most 80 octets of UTF-8, for operators only."""

    name: str


class Nak(TlvValue, frozen=True, gc=False):
    """NAK, type 0x0002 (RFC 7275 6.4.1)."""

    status: int
    """See `IccpStatus`."""
    rejected_message_id: int = 0
    """0 = none in particular."""
    tlvs: tuple[TlvValue, ...] = ()
    """Echoed as received."""


class RequestedVersion(TlvValue, frozen=True, gc=False):
    """Requested Protocol Version, type 0x0003, inside a NAK."""

    connection: int
    """Type of the refused Application Connect TLV."""
    version: int = 1


class DisconnectCode(TlvValue, frozen=True, gc=False):
    """Disconnect Code, type 0x0004."""

    status: int


class ApplicationConnect(TlvValue, frozen=True, gc=False):
    """One layout for the Connect TLVs of all applications (RFC 7275 7.1.1, 7.2.1; RFC 7727 3.2.1)."""

    type: int
    """See `Connect`."""
    version: int = 1
    a: bool = False
    """True once the sender has already received this Connect TLV from the recipient."""


class ApplicationDisconnect(TlvValue, frozen=True, gc=False):
    """One layout for the Disconnect TLVs of all applications, with the optional Cause inside."""

    type: int
    """See `Disconnect`."""
    cause: str | None = None


class DisconnectCause(TlvValue, frozen=True, gc=False):
    """One layout for the Cause inside the Disconnect TLVs of all applications."""

    type: int
    """See `Cause`."""
    text: str


RG_ID = RgId.FORMAT = Format("ICC RG ID", RgId, Layout("ICC RG ID", "rg_id" / Int32ub), codes=(0x0005,))

SENDER_NAME = SenderName.FORMAT = Format(
    "ICC Sender Name", SenderName, tail=Opaque("name", text=True, limit=80), codes=(0x0001,)
)

NAK_LAYOUT = Layout("NAK", "status" / Int32ub, "rejected_message_id" / Int32ub)

REQUESTED_VERSION = RequestedVersion.FORMAT = Format(
    "Requested Protocol Version",
    RequestedVersion,
    Layout("Requested Protocol Version", "connection" / Int16ub, "version" / Int16ub),
    codes=(0x0003,),
)

DISCONNECT_CODE = DisconnectCode.FORMAT = Format(
    "Disconnect Code", DisconnectCode, Layout("Disconnect Code", "status" / Int32ub), codes=(0x0004,)
)

CONNECT = ApplicationConnect.FORMAT = Format(
    "Application Connect",
    ApplicationConnect,
    Layout("Application Connect", "version" / Int16ub, "flags" / Default(Int16ub, 0)),
    codes=tuple(map(int, Connect)),
    word={"type": (0, 14)},
    bits={"flags": {"a": (15, 1)}},
)

CAUSE = DisconnectCause.FORMAT = Format(
    "Disconnect Cause",
    DisconnectCause,
    tail=Opaque("text", text=True),
    codes=tuple(map(int, Cause)),
    word={"type": (0, 14)},
)


def _cause_text(tlvs: Sequence[TlvValue]) -> str | None:
    return next((tlv.text for tlv in tlvs if isinstance(tlv, DisconnectCause)), None)


def _cause_tlvs(disconnect: Any) -> tuple[TlvValue, ...]:
    if disconnect.cause is None:
        return ()
    return (DisconnectCause(Cause[Disconnect(disconnect.type).name], disconnect.cause),)


DISCONNECT = ApplicationDisconnect.FORMAT = Format(
    "Application Disconnect",
    ApplicationDisconnect,
    tail=Tlvs("cause", (CAUSE,), UnknownTlv.FORMAT, flags=FLAGS, whole=True, into=_cause_text, back=_cause_tlvs),
    codes=tuple(map(int, Disconnect)),
    word={"type": (0, 14)},
)

FORMATS = (RG_ID, SENDER_NAME, REQUESTED_VERSION, DISCONNECT_CODE, CONNECT, CAUSE, DISCONNECT)
"""All but NAK, which can hold any (see `pdu`)."""
