"""TLVs of the LDP session itself (RFC 5036 3.4, 3.5; RFC 5561 3; RFC 7275 8)."""

from pyiccp.wire.iccp.tlv import TlvValue


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
