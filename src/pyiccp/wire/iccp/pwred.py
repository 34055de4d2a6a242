"""PW-RED application (RFC 7275 7.1). For the codec's completeness; nothing here runs it."""

import struct
from typing import ClassVar

from construct import Int16ub, Int32ub, Int64ub

from pyiccp.wire._codec import Format
from pyiccp.wire._framed import Framed, Head
from pyiccp.wire._layout import Layout
from pyiccp.wire._tails import Opaque, Tlvs
from pyiccp.wire.iccp._tlv import FLAGS, TlvValue, UnknownTlv

__all__ = [
    "SYNCHRONIZED",
    "PURGE",
    "INDEPENDENT",
    "INDEPENDENT_WITH_SWITCHOVER",
    "MASTER",
    "SLAVE",
    "PwRedConfig",
    "ServiceName",
    "PwId",
    "AttachmentIdentifier",
    "GeneralizedPwId",
    "PwRedState",
    "PwRedSyncRequest",
    "PwRedSyncData",
]

SYNCHRONIZED = 0x01
PURGE = 0x02
INDEPENDENT = 0x04
INDEPENDENT_WITH_SWITCHOVER = 0x08
MASTER = 0x10
SLAVE = 0x20


class PwRedConfig(TlvValue, frozen=True, gc=False):
    """Type 0x0012."""

    roid: int
    priority: int
    """Lower is better."""
    flags: int
    tlvs: tuple[TlvValue, ...] = ()
    """Service Name, then PW ID or Generalized PW ID."""


class ServiceName(TlvValue, frozen=True, gc=False):
    """Type 0x0013: at most 80 octets of UTF-8."""

    name: str


class PwId(TlvValue, frozen=True, gc=False):
    """Type 0x0014 (VPWS)."""

    peer: int
    """LDP router ID of the far end."""
    group: int
    pw: int


class AttachmentIdentifier(Framed, frozen=True, gc=False):
    """One of AGI, SAII, TAII: type, length, value with one octet each for type and length."""

    HEAD: ClassVar[Head] = Head(struct.Struct(">BB"))

    type: int
    value: bytes


class GeneralizedPwId(TlvValue, frozen=True, gc=False):
    """Type 0x0015 (VPLS): AGI, SAII, TAII."""

    identifiers: tuple[AttachmentIdentifier, ...]


class PwRedState(TlvValue, frozen=True, gc=False):
    """Type 0x0016: PW status bitmaps of RFC 4447 and RFC 6870."""

    roid: int
    local: int
    remote: int


class PwRedSyncRequest(TlvValue, frozen=True, gc=False):
    """Type 0x0017."""

    number: int
    configuration: bool = True
    state: bool = True
    request: int = 0x3FFF
    """0x0000 the pseudowires listed, 0x0001 the services listed, 0x3FFF all."""
    tlvs: tuple[TlvValue, ...] = ()


class PwRedSyncData(TlvValue, frozen=True, gc=False):
    """Type 0x0018."""

    number: int
    end: bool


ATTACHMENT_IDENTIFIER = AttachmentIdentifier.FORMAT = Format(
    "Attachment Identifier", AttachmentIdentifier, tail=Opaque("value"), word={"type": (0, 8)}
)
SERVICE_NAME = ServiceName.FORMAT = Format(
    "Service Name", ServiceName, tail=Opaque("name", text=True, limit=80), codes=(0x0013,)
)
PW_ID = PwId.FORMAT = Format(
    "PW ID", PwId, Layout("PW ID", "peer" / Int32ub, "group" / Int32ub, "pw" / Int32ub), codes=(0x0014,)
)
GENERALIZED_PW_ID = GeneralizedPwId.FORMAT = Format(
    "Generalized PW ID",
    GeneralizedPwId,
    tail=Tlvs("identifiers", (), ATTACHMENT_IDENTIFIER, width=1),
    codes=(0x0015,),
)

_INNER = (SERVICE_NAME, PW_ID, GENERALIZED_PW_ID)

PW_RED_CONFIG = PwRedConfig.FORMAT = Format(
    "PW-RED Config",
    PwRedConfig,
    Layout("PW-RED Config", "roid" / Int64ub, "priority" / Int16ub, "flags" / Int16ub),
    tail=Tlvs("tlvs", _INNER, UnknownTlv.FORMAT, flags=FLAGS),
    codes=(0x0012,),
)
PW_RED_STATE = PwRedState.FORMAT = Format(
    "PW-RED State",
    PwRedState,
    Layout("PW-RED State", "roid" / Int64ub, "local" / Int32ub, "remote" / Int32ub),
    codes=(0x0016,),
)
PW_RED_SYNC_REQUEST = PwRedSyncRequest.FORMAT = Format(
    "PW-RED Synchronization Request",
    PwRedSyncRequest,
    Layout("PW-RED Synchronization Request", "number" / Int16ub, "flags" / Int16ub),
    tail=Tlvs("tlvs", _INNER, UnknownTlv.FORMAT, flags=FLAGS),
    codes=(0x0017,),
    bits={"flags": {"request": (0, 14), "state": (14, 1), "configuration": (15, 1)}},
)
PW_RED_SYNC_DATA = PwRedSyncData.FORMAT = Format(
    "PW-RED Synchronization Data",
    PwRedSyncData,
    Layout("PW-RED Synchronization Data", "number" / Int16ub, "end" / Int16ub),
    codes=(0x0018,),
)

FORMATS = (
    SERVICE_NAME,
    PW_ID,
    GENERALIZED_PW_ID,
    PW_RED_CONFIG,
    PW_RED_STATE,
    PW_RED_SYNC_REQUEST,
    PW_RED_SYNC_DATA,
)
