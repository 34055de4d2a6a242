"""What the standards call the messages, TLVs and status codes of LDP and ICCP."""

from pyiccp.wire.iccp import codes
from pyiccp.wire.iccp._tlv import TlvValue, UnknownTlv
from pyiccp.wire.iccp.ldp import ExtendedStatus, Status
from pyiccp.wire.iccp.rg import DisconnectCode, Nak

MESSAGE_NAMES = {
    codes.NOTIFICATION: "Notification",
    codes.HELLO: "Hello",
    codes.INITIALIZATION: "Initialization",
    codes.KEEPALIVE: "KeepAlive",
    codes.CAPABILITY: "Capability",
    0x0300: "Address",
    0x0301: "Address Withdraw",
    0x0400: "Label Mapping",
    0x0401: "Label Request",
    0x0402: "Label Withdraw",
    0x0403: "Label Release",
    0x0404: "Label Abort Request",
    codes.RG_CONNECT: "RG Connect",
    codes.RG_DISCONNECT: "RG Disconnect",
    codes.RG_NOTIFICATION: "RG Notification",
    codes.RG_APPLICATION_DATA: "RG Application Data",
}
_APPLICATION_NAMES = {
    **{int(code): f"{code.name} Connect" for code in codes.Connect},
    **{int(code): f"{code.name} Disconnect" for code in codes.Disconnect},
    **{int(code): f"{code.name} Disconnect Cause" for code in codes.Cause},
}
_LDP_TLVS = {
    0x0100: "FEC",
    0x0101: "Address List",
    0x0103: "Hop Count",
    0x0104: "Path Vector",
    0x0200: "Generic Label",
    0x0201: "ATM Label",
    0x0202: "Frame Relay Label",
    0x0400: "Common Hello Parameters",
    0x0401: "IPv4 Transport Address",
    0x0402: "Configuration Sequence Number",
    0x0403: "IPv6 Transport Address",
    0x0501: "ATM Session Parameters",
    0x0502: "Frame Relay Session Parameters",
    0x050B: "Typed Wildcard FEC Capability",
    0x0600: "Label Request Message ID",
    0x0603: "Unrecognized Notification Capability",
}
"""Of LDP itself (RFC 5036, 5918, 5919), whose values stay octets here."""


def tlv_name(value: TlvValue) -> str | None:
    """What the standard calls it; None for a type without a name."""
    if isinstance(value, UnknownTlv):
        return _LDP_TLVS.get(value.type)
    kind = getattr(value, "type", None)
    return _APPLICATION_NAMES.get(kind, value.FORMAT.name) if kind is not None else value.FORMAT.name


def status_name(value: TlvValue) -> str | None:
    """The status that a TLV tells; None if it tells none or one without a name."""
    if isinstance(value, Nak | DisconnectCode):
        return _named(codes.IccpStatus, value.status)
    return _named(codes.LdpStatus, value.code) if isinstance(value, Status | ExtendedStatus) else None


def _named(statuses: type[codes.LdpStatus] | type[codes.IccpStatus], code: int) -> str | None:
    return statuses(code).name.lower().replace("_", "-") if code in statuses.__members__.values() else None
