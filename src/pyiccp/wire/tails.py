"""The three forms of a variable part: opaque octets, a counted array, a list of TLVs."""

import struct
from collections.abc import Callable, Iterable
from typing import Any

import construct

from pyiccp.wire.codec import Format
from pyiccp.wire.malformed import Fault, Malformed
from pyiccp.wire.source import FAULTS, Refused
from pyiccp.wire.tree import Node

DEEPEST = 4
"""TLV lists inside one another."""


class Opaque:
    """All the octets that are left; the value has them as bytes, or as str if `text`."""

    depth = 0
    whole = False

    def __init__(self, name: str, *, text: bool = False, unit: int = 1, limit: int | None = None) -> None:
        self.name = name
        self.text = text
        self.unit = unit
        self.limit = limit

    def decode(self, octets: bytes, start: int, end: int, count: int = -1) -> Any:
        if self._why(end - start, count):
            raise Refused
        return self.lift(octets[start:end])

    def encode(self, value: Any) -> tuple[int, bytes]:
        octets = value.encode("utf-8", "surrogateescape") if self.text else value
        if self._why(len(octets), -1):
            raise ValueError(f"{self.name}: {self._why(len(octets), -1)}")
        return len(octets) // self.unit, octets

    def parse(self, what: str, path: str, octets: bytes, start: int, end: int, count: int) -> bytes:
        why = self._why(end - start, count)
        if why:
            raise Malformed(what, Fault(path + self.name, start, why))
        return octets[start:end]

    def build(self, parsed: Any) -> bytes:
        return bytes(parsed)

    def lift(self, parsed: Any) -> Any:
        return parsed.decode("utf-8", "surrogateescape") if self.text else parsed

    def nodes(self, octets: bytes, start: int, end: int) -> list[Node]:
        return [Node(start, end - start, self.name, self.lift(octets[start:end]))]

    def _why(self, size: int, count: int) -> str:
        if count >= 0 and count * self.unit != size:
            return f"{size} octets where the count says {count * self.unit}"
        if self.limit is not None and size > self.limit:
            return f"{size} octets where {self.limit} is the most"
        if size % self.unit:
            return f"{size} octets are not a multiple of {self.unit}"
        return ""


class Array:
    """Items of one size up to the end, as many as the count says if there is one."""

    depth = 0
    whole = False

    def __init__(self, name: str, item: Format | int) -> None:
        """*item*: a format of fixed size, or the width of a number in octets."""
        self.name = name
        self.item = item if isinstance(item, Format) else None
        self.size = item.size if isinstance(item, Format) else item
        self._code = {1: "B", 2: "H", 4: "L", 8: "Q"}[item] if isinstance(item, int) else ""
        if self.item and (self.item.tail or self.item.bound):
            raise TypeError(f"{name}: the items of an array have one size")

    def decode(self, octets: bytes, start: int, end: int, count: int = -1) -> Any:
        if self._why(end - start, count):
            raise Refused
        if self.item is None:
            return struct.unpack_from(f">{(end - start) // self.size}{self._code}", octets, start)
        decode, size = self.item.engine.decode_at, self.size
        return tuple([decode(octets, at, at + size, 0) for at in range(start, end, size)])

    def encode(self, value: Any) -> tuple[int, bytes]:
        if self.item is None:
            return len(value), struct.pack(f">{len(value)}{self._code}", *value)
        return len(value), b"".join(map(self.item.engine.encode, value))

    def parse(self, what: str, path: str, octets: bytes, start: int, end: int, count: int) -> Any:
        why = self._why(end - start, count)
        if why:
            raise Malformed(what, Fault(path + self.name, start, why))
        at = range(start, end, self.size)
        if self.item is None:
            return [int.from_bytes(octets[i : i + self.size], "big") for i in at]
        return [
            self.item.parse_part(what, f"{path}{self.name}[{n}].", octets, i, i + self.size) for n, i in enumerate(at)
        ]

    def build(self, parsed: Any) -> bytes:
        if self.item is None:
            return b"".join(number.to_bytes(self.size, "big") for number in parsed)
        return b"".join(map(self.item.build, parsed))

    def lift(self, parsed: Any) -> Any:
        return tuple(parsed) if self.item is None else tuple(map(self.item.lift, parsed))

    def nodes(self, octets: bytes, start: int, end: int) -> list[Node]:
        found = []
        for number, at in enumerate(range(start, end - self.size + 1, self.size)):
            name = f"{self.name}[{number}]"
            if self.item is None:
                found.append(Node(at, self.size, name, int.from_bytes(octets[at : at + self.size], "big")))
            else:
                children = tuple(self.item.nodes(octets, at, at + self.size))
                found.append(Node(at, self.size, name, None, children))
        return found

    def _why(self, size: int, count: int) -> str:
        if count >= 0 and count * self.size != size:
            return f"{size} octets where the count says {count * self.size}"
        return f"{size} octets are not a multiple of {self.size}" if size % self.size else ""


class Tlvs:
    """Type, length, value up to the end; types without a format go to `other`, octets and all."""

    def __init__(
        self,
        name: str,
        formats: Iterable[Format],
        other: Format,
        *,
        width: int = 2,
        flags: int = 0,
        tolerant: bool = False,
        whole: bool = False,
        into: Callable[[tuple[Any, ...]], Any] = tuple,
        back: Callable[[Any], tuple[Any, ...]] = tuple,
    ) -> None:
        """*width*: octets of type and of length; *flags*: bits of the type word that do not select; *tolerant*: a
        value that does not fit its format goes to `other` too; *into* and *back*: from the tuple to the value's
        field and back; if *whole*, back from the whole value."""
        self.name = name
        self._head = struct.Struct(">HH" if width == 2 else ">BB")
        self._mask = (1 << 8 * width) - 1 & ~flags
        self.formats = {code & self._mask: form for form in formats for code in form.codes}
        self._by_class = {form.value: form for form in (*self.formats.values(), other)}
        self.other = other
        self.tolerant = tolerant
        self.whole = whole
        self.into = into
        self.back = back
        self.depth = 1 + max(form.depth for form in (*self.formats.values(), other))
        if self.depth > DEEPEST:
            raise TypeError(f"{name}: TLV lists nest {self.depth} deep")

    def find(self, word: int) -> Format:
        """The format that a type word selects."""
        return self.formats.get(word & self._mask, self.other)

    def form_of(self, value: Any) -> Format:
        """The format that writes *value*."""
        try:
            return self._by_class[type(value)]
        except KeyError:
            raise ValueError(f"{self.name}: no place for {value!r}") from None

    def decode(self, octets: bytes, start: int, end: int, count: int = -1) -> Any:
        unpack, formats, size = self._head.unpack_from, self.formats, self._head.size
        found = []
        while start < end:
            if end - start < size:
                raise Refused
            word, length = unpack(octets, start)
            start += size
            stop = start + length
            if stop > end:
                raise Refused
            form = formats.get(word) or self.find(word)
            if self.tolerant:
                found.append(self._try(form, octets, start, stop, word))
            else:
                found.append(form.engine.decode_at(octets, start, stop, word))
            start = stop
        return self.into(tuple(found))

    def _try(self, form: Format, octets: bytes, start: int, stop: int, word: int) -> Any:
        try:
            return form.engine.decode_at(octets, start, stop, word)
        except FAULTS:
            return self.other.engine.decode_at(octets, start, stop, word)

    def encode(self, value: Any) -> tuple[int, bytes]:
        values = self.back(value)
        parts = []
        for one in values:
            fast = self.form_of(one).engine
            body = fast.encode(one)
            parts.append(self._head.pack(fast.word(one), len(body)) + body)
        return len(values), b"".join(parts)

    def parse(self, what: str, path: str, octets: bytes, start: int, end: int, count: int = -1) -> Any:
        found: list[Any] = []
        size = self._head.size
        while start < end:
            here = f"{path}{self.name}[{len(found)}]."
            if end - start < size:
                raise Malformed(
                    what, Fault(here + "type", start, f"{end - start} octets left where a TLV needs {size}")
                )
            word, length = self._head.unpack_from(octets, start)
            stop = start + size + length
            if stop > end:
                why = f"{length} octets where {end - start - size} are left"
                raise Malformed(what, Fault(here + "length", start + size // 2, why))
            form = self.find(word)
            try:
                body = form.parse_part(what, here, octets, start + size, stop)
                form.lift(body, word, here, start + size)
            except Malformed:
                if not self.tolerant:
                    raise
                form = self.other
                body = form.parse_part(what, here, octets, start + size, stop)
            found.append(construct.Container(type=word, length=length, body=body, format=form))
            start = stop
        return found

    def build(self, parsed: Any) -> bytes:
        return b"".join(self._head.pack(one.type, one.length) + one.format.build(one.body) for one in parsed)

    def lift(self, parsed: Any) -> Any:
        return self.into(tuple(one.format.lift(one.body, one.type) for one in parsed))

    def nodes(self, octets: bytes, start: int, end: int) -> list[Node]:
        found = []
        size = self._head.size
        while end - start >= size:
            word, length = self._head.unpack_from(octets, start)
            stop = min(start + size + length, end)
            form = self.find(word)
            head = (
                Node(start, size // 2, "type", word),
                Node(start + size // 2, size // 2, "length", length),
            )
            children = (*head, *form.nodes(octets, start + size, stop))
            found.append(Node(start, stop - start, form.name, None, children))
            start = stop
        return found
