"""TLVs common to all applications of a redundancy group (RFC 7275 6.2-6.4, 7)."""

from pyiccp.wire.iccp.tlv import TlvValue


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
