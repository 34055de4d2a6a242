"""What stands behind a type and a length: TLVs, and messages alike (RFC 5036 3.3, 3.5)."""

import struct
from typing import Self

from pyiccp.wire.codec import Format, Value
from pyiccp.wire.malformed import Fault, Malformed
from pyiccp.wire.source import FAULTS
from pyiccp.wire.tails import Opaque

HEAD = struct.Struct(">HH")
FLAGS = 0xC000
"""U and F in the type word of a TLV."""


class Framed(Value, frozen=True, gc=False):
    """A value whose octets start with a type word and the length of the rest."""

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        form = cls.FORMAT
        if _misframed(form, octets) is None:
            word, length = HEAD.unpack_from(octets)
            try:
                value: Self = form.engine.decode_at(octets, HEAD.size, HEAD.size + length, word)
            except FAULTS:
                pass
            else:
                return value
        raise Malformed(form.name, lambda: _explain(form, octets))

    def encode(self) -> bytes:
        body = self.FORMAT.encode(self)
        return HEAD.pack(self.FORMAT.engine.word(self), len(body)) + body


class TlvValue(Framed, frozen=True, gc=False):
    """What every TLV value is; cores tell them apart by class."""


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


def _misframed(form: Format, octets: bytes) -> Fault | None:
    if len(octets) < HEAD.size:
        return Fault("length", len(octets), f"{len(octets)} octets where type and length need {HEAD.size}")
    word, length = HEAD.unpack_from(octets)
    if form.codes and not any((code ^ word) & ~FLAGS == 0 for code in form.codes):
        return Fault("type", 0, f"0x{word:04X} is no {form.name}")
    if HEAD.size + length > len(octets):
        return Fault("length", 2, f"{length} octets where {len(octets) - HEAD.size} are left")
    return None


def _explain(form: Format, octets: bytes) -> Fault:
    fault = _misframed(form, octets)
    if fault is not None:
        return fault
    word, length = HEAD.unpack_from(octets)
    try:
        form.lift(form.parse_part(form.name, "", octets, HEAD.size, HEAD.size + length), word, "", HEAD.size)
    except Malformed as malformed:
        return malformed.fault
    raise AssertionError(f"{form.name}: the engines disagree about {octets.hex()}")
