"""Numbers of LDP and ICCP: message types, status codes, applications."""

from enum import IntEnum

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
]

NOTIFICATION = 0x0001
HELLO = 0x0100
INITIALIZATION = 0x0200
KEEPALIVE = 0x0201
CAPABILITY = 0x0202
RG_CONNECT = 0x0700
RG_DISCONNECT = 0x0701
RG_NOTIFICATION = 0x0702
RG_APPLICATION_DATA = 0x0703


class LdpStatus(IntEnum):
    """Status data of an LDP notification (RFC 5036 4.5)."""

    SUCCESS = 0x00
    BAD_LDP_IDENTIFIER = 0x01
    BAD_PROTOCOL_VERSION = 0x02
    BAD_PDU_LENGTH = 0x03
    UNKNOWN_MESSAGE_TYPE = 0x04
    BAD_MESSAGE_LENGTH = 0x05
    UNKNOWN_TLV = 0x06
    BAD_TLV_LENGTH = 0x07
    MALFORMED_TLV_VALUE = 0x08
    HOLD_TIMER_EXPIRED = 0x09
    SHUTDOWN = 0x0A
    REJECTED_NO_HELLO = 0x10
    REJECTED_ADVERTISEMENT_MODE = 0x11
    REJECTED_MAX_PDU = 0x12
    REJECTED_LABEL_RANGE = 0x13
    KEEPALIVE_EXPIRED = 0x14
    MISSING_MESSAGE_PARAMETERS = 0x16
    REJECTED_BAD_KEEPALIVE = 0x18
    INTERNAL_ERROR = 0x19
    UNSUPPORTED_CAPABILITY = 0x2E


class IccpStatus(IntEnum):
    """Status codes of NAK and Disconnect Code (RFC 7275 12.3); none is fatal."""

    UNKNOWN_RG = 0x00010001
    CONNECTION_COUNT_EXCEEDED = 0x00010002
    APPLICATION_CONNECTION_COUNT_EXCEEDED = 0x00010003
    APPLICATION_NOT_IN_RG = 0x00010004
    INCOMPATIBLE_VERSION = 0x00010005
    REJECTED_MESSAGE = 0x00010006
    ADMINISTRATIVELY_DISABLED = 0x00010007
    RG_REMOVED = 0x00010010
    APPLICATION_REMOVED = 0x00010011


class Connect(IntEnum):
    """Types of Application Connect TLVs; Disconnect is the next number."""

    PW_RED = 0x0010
    MLACP = 0x0030
    STP = 0x2000
    MLAG = 0x3000
    FDB = 0x3020


class Disconnect(IntEnum):
    """Types of Application Disconnect TLVs."""

    PW_RED = 0x0011
    MLACP = 0x0031
    STP = 0x2001
    MLAG = 0x3001
    FDB = 0x3021


class Cause(IntEnum):
    """Types of the Disconnect Cause inside."""

    PW_RED = 0x0019
    MLACP = 0x003A
    STP = 0x200C
    MLAG = 0x3002
    FDB = 0x3022
