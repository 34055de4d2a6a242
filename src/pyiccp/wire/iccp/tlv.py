"""A TLV of an LDP message: type, length, value (RFC 5036 3.3)."""

import msgspec


class TlvValue(msgspec.Struct, frozen=True, gc=False):
    """What every TLV value is; cores tell them apart by class."""


class UnknownTlv(TlvValue, frozen=True, gc=False):
    """A TLV of a type we have no table for; its octets are kept."""

    type: int
    """14 bits."""
    value: bytes
    u: bool = False
    """False: notify the sender and ignore the whole message; True: skip this TLV in silence."""
    f: bool = False
