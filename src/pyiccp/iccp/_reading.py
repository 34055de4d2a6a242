"""Taking an ICCP message apart before anything of it takes effect (RFC 7275 6; iccp.md 2.1, 6)."""

from typing import TypeVar

import msgspec

from pyiccp.wire._text import printable
from pyiccp.wire.iccp._pdu import (
    RG_CONNECT,
    RG_DISCONNECT,
    RG_NOTIFICATION,
    LdpStatus,
    Message,
    TlvValue,
    UnknownTlv,
)
from pyiccp.wire.iccp.rg import ApplicationConnect, ApplicationDisconnect, DisconnectCode, Nak, RgId, SenderName


class FaultError(ValueError):
    """A message that cannot be used as a whole; it is answered with an LDP notification, the session goes on."""

    def __init__(self, status: LdpStatus, tlvs: tuple[TlvValue, ...] = ()) -> None:
        super().__init__(status.name)
        self.status = status
        self.tlvs = tlvs


class Parts(msgspec.Struct, frozen=True, gc=False):
    """An ICCP message by its parts; which of them are there depends on its type."""

    rg_id: int
    tlvs: tuple[TlvValue, ...]
    """What is left: application TLVs, in order."""
    unknown: tuple[UnknownTlv, ...]
    """TLVs without a table that must not be skipped (U = 0)."""
    name: str = ""
    code: int = 0
    nak: Nak | None = None


def read(message: Message) -> Parts:
    """The parts of an RG message; FaultError when a mandatory one is missing or out of place."""
    tlvs = message.tlvs
    if not tlvs or not isinstance(tlvs[0], RgId):
        raise FaultError(LdpStatus.MISSING_MESSAGE_PARAMETERS)
    rg_id = tlvs[0].rg_id
    known = tuple(tlv for tlv in tlvs[1:] if not isinstance(tlv, UnknownTlv))
    unknown = tuple(tlv for tlv in tlvs[1:] if isinstance(tlv, UnknownTlv) and not tlv.u)
    if message.type == RG_CONNECT:
        name, rest = _take(known, SenderName)
        return Parts(rg_id, _only(rest, ApplicationConnect), unknown, name=printable(name.name))
    if message.type == RG_DISCONNECT:
        code, rest = _take(known, DisconnectCode)
        return Parts(rg_id, _only(rest, ApplicationDisconnect), unknown, code=code.status)
    if message.type == RG_NOTIFICATION:
        # iccpd sends no name, and somebody may send it second: both are read.
        nak, _ = _take(tuple(tlv for tlv in known if not isinstance(tlv, SenderName)), Nak)
        return Parts(rg_id, (), unknown, nak=nak)
    misplaced = tuple(tlv for tlv in known if isinstance(tlv, _NO_DATA))
    if misplaced:
        raise FaultError(LdpStatus.UNKNOWN_TLV, misplaced)
    if not known and not unknown:
        raise FaultError(LdpStatus.MISSING_MESSAGE_PARAMETERS)
    return Parts(rg_id, known, unknown)


_NO_DATA = (RgId, SenderName, Nak, DisconnectCode, ApplicationConnect, ApplicationDisconnect)

Kind = TypeVar("Kind", bound=TlvValue)


def _take(tlvs: tuple[TlvValue, ...], kind: type[Kind]) -> tuple[Kind, tuple[TlvValue, ...]]:
    """The mandatory TLV in front, and the rest."""
    if not tlvs or not isinstance(tlvs[0], kind):
        raise FaultError(LdpStatus.MISSING_MESSAGE_PARAMETERS)
    return tlvs[0], tlvs[1:]


def _only(tlvs: tuple[TlvValue, ...], kind: type[TlvValue]) -> tuple[TlvValue, ...]:
    """*tlvs*, which must all be of *kind*: a TLV that we know but that has no place here is not understood."""
    misplaced = tuple(tlv for tlv in tlvs if not isinstance(tlv, kind))
    if misplaced:
        raise FaultError(LdpStatus.UNKNOWN_TLV, misplaced)
    return tlvs
