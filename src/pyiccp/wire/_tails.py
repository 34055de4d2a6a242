"""The three forms of a variable part: opaque octets, a counted array, a list of TLVs."""

import struct
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import construct

from pyiccp.wire._codec import Format
from pyiccp.wire._malformed import Fault, Malformed
from pyiccp.wire._source import FAULTS, Engine, Refused
from pyiccp.wire._tree import TreeNode

DEEPEST = 4
"""TLV lists inside one another."""


class Opaque:
    """All the octets that are left; the value has them as bytes, or as str if `text`."""

    depth = 0
    whole = False
    inner: tuple[Format, ...] = ()

    def __init__(self, name: str, *, text: bool = False, unit: int = 1, limit: int | None = None) -> None:
        self.name = name
        self.text = text
        self.unit = unit
        self.limit = limit

    def decode(self, octets: bytes, start: int, end: int, count: int = -1) -> Any:
        size = end - start
        if (
            size % self.unit
            or (count >= 0 and size != count * self.unit)
            or (self.limit is not None and size > self.limit)
        ):
            raise Refused
        part = octets[start:end]
        return part.decode("utf-8", "surrogateescape") if self.text else part

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

    def nodes(self, octets: bytes, start: int, end: int) -> list[TreeNode]:
        return [TreeNode(start, end - start, self.name, self.lift(octets[start:end]))]

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

    def __init__(self, name: str, item: Format | int, *, most: int | None = None) -> None:
        """*item*: a format of fixed size, or the width of a number in octets; *most*: items at most."""
        self.name = name
        self.most = most
        self.item = item if isinstance(item, Format) else None
        self.inner: tuple[Format, ...] = (item,) if isinstance(item, Format) else ()
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

    def nodes(self, octets: bytes, start: int, end: int) -> list[TreeNode]:
        found = []
        for number, at in enumerate(range(start, end - self.size + 1, self.size)):
            name = f"{self.name}[{number}]"
            if self.item is None:
                found.append(TreeNode(at, self.size, name, int.from_bytes(octets[at : at + self.size], "big")))
            else:
                children = tuple(self.item.nodes(octets, at, at + self.size))
                found.append(TreeNode(at, self.size, name, None, children))
        return found

    def _why(self, size: int, count: int) -> str:
        if count >= 0 and count * self.size != size:
            return f"{size} octets where the count says {count * self.size}"
        if size % self.size:
            return f"{size} octets are not a multiple of {self.size}"
        if self.most is not None and size > self.most * self.size:
            return f"{size // self.size} where {self.most} is the most"
        return ""


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
        inclusive: bool = False,
        rest: Format | None = None,
        whole: bool = False,
        into: Callable[[Sequence[Any]], Any] = tuple,
        back: Callable[[Any], tuple[Any, ...]] = tuple,
    ) -> None:
        """*width*: octets of type and of length; *flags*: bits of the type word that do not select; *tolerant*: a
        value that does not fit its format goes to `other` too; *inclusive*: the length counts type and length; *rest*:
        what takes all octets from type 0 on, or from the first TLV that does not hold together; *into* and *back*:
        from the tuple to the value's field and back; if *whole*, back from the whole value."""
        self.name = name
        self.width = width
        self._head = struct.Struct(">HH" if width == 2 else ">BB")
        self.mask = (1 << 8 * width) - 1 & ~flags
        self.extra = self._head.size if inclusive else 0
        self.formats = {code & self.mask: form for form in formats for code in form.codes}
        self.other = other
        self.rest = rest
        self.inner = (*self.formats.values(), other, *(() if rest is None else (rest,)))
        self._by_class = {form.value: form for form in (*self.formats.values(), other)}
        self.tolerant = tolerant
        self.whole = whole
        self.into = into
        self.back = back
        self.depth = 1 + max(form.depth for form in (*self.formats.values(), other))
        if self.depth > DEEPEST:
            raise TypeError(f"{name}: TLV lists nest {self.depth} deep")

    def find(self, word: int) -> Format:
        """The format that a type word selects."""
        return self.formats.get(word & self.mask, self.other)

    def form_of(self, value: Any) -> Format:
        """The format that writes *value*."""
        try:
            return self._by_class[type(value)]
        except KeyError:
            raise ValueError(f"{self.name}: no place for {value!r}") from None

    @cached_property
    def decode(self) -> Callable[..., Any]:
        """Fast: the value of all of *start* to *end*; raises one of FAULTS."""
        unpack, size, extra, into = self._head.unpack_from, self._head.size, self.extra, self.into
        tolerant, rest = self.tolerant, self.rest
        seen: dict[int, Callable[[bytes, int, int, int], Any]] = {}
        other = self.other.engine.decode_at

        def decode(octets: bytes, start: int, end: int, count: int = -1) -> Any:
            found = []
            while start < end:
                body = start + size
                if body > end:
                    break
                word, length = unpack(octets, start)
                stop = body + length - extra
                if stop > end or stop < body or (word == 0 and rest is not None):
                    break
                form = seen.get(word) or self._meet(word, seen)
                if tolerant:
                    try:
                        found.append(form(octets, body, stop, word))
                    except FAULTS:
                        found.append(other(octets, body, stop, word))
                else:
                    found.append(form(octets, body, stop, word))
                start = stop
            if start < end:
                if rest is None:
                    raise Refused
                found.append(rest.engine.decode_at(octets, start, end, 0))
            return into(found)

        return decode

    def _meet(self, word: int, seen: dict[int, Any]) -> Callable[[bytes, int, int, int], Any]:
        """The fast function for a type word; those of the formats are remembered, so that each engine is derived when
        its type is first met, and the memory does not grow with what a peer makes up."""
        decode = self.find(word).engine.decode_at
        if word & self.mask in self.formats or (not self.formats and len(seen) < 16):
            seen[word] = decode
        return decode

    @cached_property
    def encode(self) -> Callable[[Any], tuple[int, bytes]]:
        """Number of TLVs and octets."""
        pack, extra, back = self._head.pack, self.extra, self.back
        engines: dict[type, Engine] = {}

        def encode(value: Any) -> tuple[int, bytes]:
            values = back(value)
            parts = []
            for one in values:
                fast = engines.get(type(one))
                if fast is None:
                    fast = engines[type(one)] = self.form_of(one).engine
                body = fast.encode(one)
                parts.append(pack(fast.word(one), len(body) + extra))
                parts.append(body)
            return len(values), b"".join(parts)

        return encode

    def parse(self, what: str, path: str, octets: bytes, start: int, end: int, count: int = -1) -> Any:
        found: list[Any] = []
        while start < end:
            here = f"{path}{self.name}[{len(found)}]."
            fault = self._fault(octets, start, end, here)
            if fault is not None:
                if self.rest is None:
                    raise Malformed(what, fault)
                body = self.rest.parse_part(what, here, octets, start, end)
                found.append(construct.Container(type=None, length=None, body=body, format=self.rest))
                break
            word, length = self._head.unpack_from(octets, start)
            start += self._head.size
            stop = start + length - self.extra
            form, body = self._body(what, here, octets, start, stop, word)
            found.append(construct.Container(type=word, length=length, body=body, format=form))
            start = stop
        return found

    def _fault(self, octets: bytes, start: int, end: int, here: str) -> Fault | None:
        """Why no TLV starts here."""
        size = self._head.size
        if end - start < size:
            return Fault(here + "type", start, f"{end - start} octets left where a TLV needs {size}")
        word, length = self._head.unpack_from(octets, start)
        if length < self.extra:
            return Fault(here + "length", start + size // 2, f"{length} where {self.extra} is the least")
        if length - self.extra > end - start - size:
            left = end - start - size + self.extra
            return Fault(here + "length", start + size // 2, f"{length} octets where {left} are left")
        return Fault(here + "type", start, "the list ends here") if word == 0 and self.rest is not None else None

    def _body(self, what: str, here: str, octets: bytes, start: int, stop: int, word: int) -> tuple[Format, Any]:
        form = self.find(word)
        try:
            body = form.parse_part(what, here, octets, start, stop)
            form.lift(body, word, here, start)
        except Malformed:
            if not self.tolerant:
                raise
            form = self.other
            body = form.parse_part(what, here, octets, start, stop)
        return form, body

    def build(self, parsed: Any) -> bytes:
        head = self._head.pack
        return b"".join(
            (head(one.type, one.length) if one.type is not None else b"") + one.format.build(one.body) for one in parsed
        )

    def lift(self, parsed: Any) -> Any:
        return self.into([one.format.lift(one.body, one.type or 0) for one in parsed])

    def nodes(self, octets: bytes, start: int, end: int) -> list[TreeNode]:
        found: list[TreeNode] = []
        size = self._head.size
        while start < end:
            fault = self._fault(octets, start, end, "")
            if fault is not None and self.rest is not None:
                return found + self.rest.nodes(octets, start, end)
            if end - start < size:
                break
            word, length = self._head.unpack_from(octets, start)
            stop = max(min(start + size + length - self.extra, end), start + size)
            form = self.find(word)
            children = (
                TreeNode(start, size // 2, "type", word),
                TreeNode(start + size // 2, size // 2, "length", length),
                *form.nodes(octets, start + size, stop),
            )
            found.append(TreeNode(start, stop - start, form.name, None, children))
            start = stop
        return found
