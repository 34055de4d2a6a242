"""Values that stand behind a type and a length: TLVs, and LDP messages alike."""

import struct
from typing import ClassVar, NamedTuple, Self

from pyiccp.wire._codec import Format, Value
from pyiccp.wire._malformed import Fault, Malformed
from pyiccp.wire._source import FAULTS


class Head(NamedTuple):
    """What stands in front."""

    form: struct.Struct
    """Type and length."""
    extra: int = 0
    """Octets of the head that the length counts."""
    flags: int = 0
    """Bits of the type that do not select."""

    def fault(self, form: Format, octets: bytes) -> Fault | None:
        """Why *octets* do not start with a *form* behind this head."""
        size = self.form.size
        if len(octets) < size:
            return Fault("length", len(octets), f"{len(octets)} octets where type and length need {size}")
        word, length = self.form.unpack_from(octets)
        if form.codes and not any((code ^ word) & ~self.flags == 0 for code in form.codes):
            return Fault("type", 0, f"0x{word:0{size}X} is no {form.name}")
        if length < self.extra:
            return Fault("length", size // 2, f"{length} where {self.extra} is the least")
        if size + length - self.extra > len(octets):
            return Fault("length", size // 2, f"{length} octets where {len(octets) - size + self.extra} are left")
        return None


class Framed(Value, frozen=True, gc=False):
    """A value whose octets start with a type word and the length of the rest."""

    HEAD: ClassVar[Head]

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """The value at the start of *octets*, type and length included; what follows is not looked at."""
        form, head = cls.FORMAT, cls.HEAD
        if head.fault(form, octets) is None:
            word, length = head.form.unpack_from(octets)
            try:
                value: Self = form.engine.decode_at(octets, head.form.size, head.form.size + length - head.extra, word)
            except FAULTS:
                pass
            else:
                return value
        raise Malformed(form.name, lambda: _explain(form, head, octets))

    def encode(self) -> bytes:
        """The octets of this value, type and length included."""
        body = self.FORMAT.encode(self)
        return self.HEAD.form.pack(self.FORMAT.engine.word(self), len(body) + self.HEAD.extra) + body


def _explain(form: Format, head: Head, octets: bytes) -> Fault:
    fault = head.fault(form, octets)
    if fault is not None:
        return fault
    word, length = head.form.unpack_from(octets)
    size = head.form.size
    try:
        form.lift(form.parse_part(form.name, "", octets, size, size + length - head.extra), word, "", size)
    except Malformed as malformed:
        return malformed.fault
    raise AssertionError(f"{form.name}: the engines disagree about {octets.hex()}")
