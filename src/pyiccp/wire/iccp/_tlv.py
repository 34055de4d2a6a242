"""What stands behind the type and length of LDP: TLVs, and messages alike (RFC 5036 3.3, 3.5)."""

import struct
from typing import ClassVar

from pyiccp.wire._codec import Format
from pyiccp.wire._framed import Framed, Head
from pyiccp.wire._tails import Opaque

FLAGS = 0xC000
"""U and F in the type word of a TLV."""

HEAD = Head(struct.Struct(">HH"), flags=FLAGS)


class TlvValue(Framed, frozen=True, gc=False):
    """What every TLV value is; cores tell them apart by class."""

    HEAD: ClassVar[Head] = HEAD


class UnknownTlv(TlvValue, frozen=True, gc=False):
    """A TLV of a type we have no table for; its octets are kept."""

    type: int
    """14 bits."""
    value: bytes
    u: bool = False
    """False: notify the sender and ignore the whole message; True: skip this TLV in silence."""
    f: bool = False


UnknownTlv.FORMAT = Format(
    "unknown TLV", UnknownTlv, tail=Opaque("value"), word={"type": (0, 14), "f": (14, 1), "u": (15, 1)}
)
