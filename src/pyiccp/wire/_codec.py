"""Formats: a layout, the value above it, and at most one variable part at the end.

Each format has two engines. The fast one (`source`) answers yes or no. The interpreted one below is Construct with
nothing hidden: `parse` and `build` are lossless, `lift` makes the value; it is the oracle of the tests and finds the
reason of a refusal. Both read the same declaration.
"""

import contextlib
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import Any, ClassVar, Protocol, Self

import construct
import msgspec

from pyiccp.wire._layout import Layout
from pyiccp.wire._malformed import Fault, Malformed
from pyiccp.wire._shape import DEFAULT_TABLES, TAIL, WORD, Bits, Leaf, Shape, Tables, leaves, shape
from pyiccp.wire._source import Bound, Engine, Parts, engine
from pyiccp.wire._tree import TreeNode

__all__ = ["Bound", "Format", "Tail", "Value", "remember"]

REMEMBERED = 1024
"""Repeated PDUs of one kind that are remembered."""


class Value(msgspec.Struct, frozen=True, gc=False):
    """What octets mean. Every value class of the wire is one."""

    FORMAT: ClassVar["Format"]

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """The value at the start of *octets*; what follows it is padding. Raises Malformed, nothing else."""
        value: Self = cls.FORMAT.decode(octets)
        return value

    def encode(self) -> bytes:
        """The octets of this value. ValueError for a number that its field cannot hold."""
        return self.FORMAT.encode(self)


def remember(cls: type[Value], decode: Callable[[bytes], Any] | None = None) -> None:
    """Make `cls.decode` a bounded cache of *decode*, or of the format's own: PDUs that repeat come back as the same
    object. The cache takes the place of the class method, because one call more would cost as much as it does."""

    def afresh(octets: bytes) -> Any:
        return cls.FORMAT.decode(octets)

    cls.decode = staticmethod(lru_cache(REMEMBERED)(decode or afresh))  # type: ignore[method-assign]


class Tail(Protocol):
    """A variable part: both engines of it side by side."""

    name: str
    """The value's field, dotted inside parts."""
    depth: int
    """TLV lists inside one another."""
    whole: bool
    """`encode` takes the whole value, not its field."""
    inner: "tuple[Format, ...]"
    """The formats of what it holds."""

    @property
    def decode(self) -> Callable[..., Any]:
        """Fast: (octets, start, end, count) to the value of all of start to end; raises one of FAULTS."""

    @property
    def encode(self) -> Callable[[Any], tuple[int, bytes]]:
        """Value to number of items and octets."""

    def parse(self, what: str, path: str, octets: bytes, start: int, end: int, count: int) -> Any:
        """Interpreted: lossless plain data; raises Malformed with the reason."""

    def build(self, parsed: Any) -> bytes:
        """The octets that `parse` read."""

    def lift(self, parsed: Any) -> Any:
        """The value of what `parse` gave."""

    def nodes(self, octets: bytes, start: int, end: int) -> list[TreeNode]:
        """What is there, as far as it goes."""


class Format:
    """One format. Engines are derived when they are first used, or by `prepare`."""

    def __init__(
        self,
        name: str,
        value: type,
        layout: Layout | None = None,
        *,
        tail: Tail | None = None,
        codes: tuple[int, ...] = (),
        word: Bits | None = None,
        bits: Mapping[str, Bits] | None = None,
        parts: Mapping[str, type] | None = None,
        tables: Tables | None = None,
        bound: Bound | None = None,
        count: str | None = None,
    ) -> None:
        """`codes`: type words that select the format in a TLV list; `word`: fields of the value inside that word;
        `bits`: fields of the value inside unsigned fields of the layout; `parts`: classes of nested values where the
        annotation names several; `bound`: the length field; `count`: the field that counts the tail's items."""
        self.name = name
        self.value = value
        self.layout = layout
        self.tail = tail
        self.codes = codes
        self.bound = bound
        self.count = count
        self.depth = tail.depth if tail else 0
        self.size = layout.size if layout else 0
        self.word: Bits = word or {}
        self.bits = bits or {}
        self._parts = parts or {}
        self._tables = {**DEFAULT_TABLES, **(tables or {})}

    # --- fast

    @cached_property
    def shape(self) -> Shape:
        return shape(
            self.value,
            self.layout,
            word=self.word,
            bits=self.bits,
            tail=self.tail.name if self.tail else None,
            parts=self._parts,
            tables=self._tables,
        )

    @cached_property
    def engine(self) -> Engine:
        tail = self.tail if any(leaf.field == TAIL for _, leaf in leaves(self.shape)) else None
        parts = Parts(
            self.layout,
            self.shape,
            code=self.codes[0] if self.codes and not self.word else 0,
            bound=self.bound,
            counter=self.count,
            tail_decode=tail.decode if tail else None,
            tail_encode=tail.encode if tail else None,
            whole=tail is not None and tail.whole,
            refuse=lambda octets: Malformed(self.name, lambda: self.explain(octets)),
            unfit=lambda value, why: ValueError(f"{self.name}: {why} in {value!r}"),
        )
        return engine(parts)

    @cached_property
    def decode(self) -> Callable[[bytes], Any]:
        """The value at the start of octets; raises Malformed."""
        return self.engine.decode

    @cached_property
    def encode(self) -> Callable[[Any], bytes]:
        """The octets of a value, behind a type word if it has one; raises ValueError."""
        return self.engine.encode

    def prepare(self) -> None:
        """Derive the engines of this format and of all inside it now: that takes milliseconds, which whoever has to
        answer in time does not have later."""
        _ = self.decode, self.encode
        if self.tail is not None:
            for form in self.tail.inner:
                form.prepare()

    # --- interpreted

    def explain(self, octets: bytes) -> Fault:
        """Why *octets* are refused."""
        try:
            self.lift(self.parse(octets))
        except Malformed as malformed:
            return malformed.fault
        raise AssertionError(f"{self.name}: the engines disagree about {octets.hex()}")

    def parse(self, octets: bytes) -> Any:
        """Every field of the format at the start of *octets*, reserved ones too."""
        return self.parse_part(self.name, "", octets, 0, len(octets), exact=False)

    def parse_part(self, what: str, path: str, octets: bytes, start: int, end: int, exact: bool = True) -> Any:
        """`parse` from *start* to *end*; if *exact*, the format must end there."""
        found = construct.Container()
        if self.layout:
            if end - start < self.size:
                field = self.layout.first_missing(end - start)
                why = f"{end - start} octets where {self.name} needs {self.size}"
                raise Malformed(what, Fault(path + field.name, end, why))
            try:
                found = self.layout.struct.parse(octets[start : start + self.size])
            except construct.ConstError as error:
                field = self.layout[".".join(str(error.path).split(" -> ")[1:])]
                why = f"{field.read(octets, start)!r} where {field.const!r} belongs"
                raise Malformed(what, Fault(path + field.name, start + field.offset, why)) from None
        if self.bound:
            end = self._bounded(what, path, _get(found, self.bound.field), start, end, exact)
        if self.tail:
            count = _get(found, self.count) if self.count else -1
            found[self.tail.name] = self.tail.parse(what, path, octets, start + self.size, end, count)
        elif exact and not self.bound and end - start != self.size:
            raise Malformed(what, Fault(path, start + self.size, f"{end - start - self.size} octets too many"))
        return found

    def _bounded(self, what: str, path: str, length: int, start: int, end: int, exact: bool) -> int:
        assert self.bound is not None
        assert self.layout is not None
        least = max(self.bound.least, self.size - self.bound.origin)
        stop = start + self.bound.origin + length
        if length >= least and (stop == end or (stop < end and not exact)):
            return stop
        why = f"{length} where {least} is the least" if length < least else f"{length} ends at octet {stop}, not {end}"
        offset = start + self.layout[self.bound.field].offset
        raise Malformed(what, Fault(path + self.bound.field, offset, why))

    def build(self, parsed: Any) -> bytes:
        """The octets that `parse` read."""
        head: bytes = self.layout.struct.build(parsed) if self.layout else b""
        return head + (self.tail.build(parsed[self.tail.name]) if self.tail else b"")

    def lift(self, parsed: Any, word: int = 0, path: str = "", start: int = 0) -> Any:
        """The value of what `parse` gave."""
        return self._construct(self.shape, parsed, word, path, start)

    def _construct(self, of: Shape, parsed: Any, word: int, path: str, start: int) -> Any:
        return of.cls(
            *(
                self._read(member, parsed, word, path, start)
                if isinstance(member, Leaf)
                else self._construct(member[1], parsed, word, path, start)
                for member in of.members
            )
        )

    def _read(self, leaf: Leaf, parsed: Any, word: int, path: str, start: int) -> Any:
        if leaf.field == TAIL:
            assert self.tail is not None
            return self.tail.lift(parsed[self.tail.name])
        raw = word if leaf.field == WORD else _get(parsed, leaf.field)
        if leaf.shift >= 0:
            cut = raw >> leaf.shift & (1 << leaf.width) - 1
            return bool(cut) if leaf.width == 1 else cut
        if leaf.conversion is None:
            return raw
        try:
            return leaf.conversion.into(raw)
        except KeyError:
            assert self.layout is not None
            offset = start + self.layout[leaf.field].offset
            raise Malformed(self.name, Fault(path + leaf.field, offset, f"{raw} has no meaning here")) from None

    # --- dissection

    def remark(self, field: str) -> str:
        """Bits of *field* that are fields of the value, lowest first."""
        parts = []
        for name, (shift, width) in sorted(self.bits.get(field, {}).items(), key=lambda item: item[1]):
            span = f"bits {shift}-{shift + width - 1}" if width > 1 else f"bit {shift}"
            parts.append(f"{name.rpartition('.')[2]} {span}")
        return ", ".join(parts)

    def nodes(self, octets: bytes, start: int, end: int, exact: bool = True) -> list[TreeNode]:
        """What is there from *start* to *end*, as far as it goes; reads the table, never Construct. If *exact*, what
        the format does not reach is there as `rest`."""
        found = self._fixed(octets, start, end)
        if self.layout is None or len(found) == len(self.layout.fields):
            stop = end
            if self.bound:
                length = int(next(node.value for node in found if node.name == self.bound.field))
                stop = max(min(end, start + self.bound.origin + length), start + self.size)
            if self.tail and start + self.size < stop:
                found += self.tail.nodes(octets, start + self.size, stop)
        at = found[-1].offset + found[-1].length if found else start
        if exact and at < end:
            found.append(TreeNode(at, end - at, "rest", octets[at:end]))
        return found

    def _fixed(self, octets: bytes, start: int, end: int) -> list[TreeNode]:
        found: list[TreeNode] = []
        said = {leaf.field: leaf.conversion for _, leaf in leaves(self.shape) if leaf.conversion}
        for field in self.layout.fields if self.layout else ():
            if start + field.offset + field.width > end:
                break
            value: Any = field.read(octets, start)
            conversion = said.get(field.name)
            if conversion is not None:
                with contextlib.suppress(KeyError):
                    value = conversion.into(value)
            found.append(TreeNode(start + field.offset, field.width, field.name, value))
        return found


def _get(parsed: Any, path: str) -> Any:
    for name in path.split("."):
        parsed = parsed[name]
    return parsed
