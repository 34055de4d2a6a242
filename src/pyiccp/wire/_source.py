"""The fast engine: Python source derived from a layout's table and a value's shape.

The fast path only answers yes or no. On any refusal the interpreted engine runs again and finds the reason, when
somebody asks for it.
"""

import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pyiccp.wire._layout import Field, Layout
from pyiccp.wire._shape import TAIL, WORD, Leaf, Shape, leaves


class Refused(Exception):  # noqa: N818 - not an error: an answer
    """The fast path will not have these octets."""


FAULTS = (Refused, KeyError, struct.error)
"""What the fast path raises: KeyError comes from an enumeration without that number, `struct.error` from too few
octets: `unpack_from` looks at their number anyway."""


class Engine(NamedTuple):
    """One format's fast functions and the source they were made of."""

    decode: Callable[[bytes], Any]
    """From the first octet; octets beyond the format are padding. Raises what `refuse` gives."""
    decode_at: Callable[[bytes, int, int, int], Any]
    """(octets, start, end, type word): all of start to end. Raises one of FAULTS."""
    encode: Callable[[Any], bytes]
    """Everything behind the type word. Raises what `unfit` gives."""
    word: Callable[[Any], int]
    """The type word of a value."""
    source: str


class Bound(NamedTuple):
    """A length field: the format ends so many octets after *origin*."""

    field: str
    origin: int
    least: int = 0
    """Smallest legal length."""


class Parts(NamedTuple):
    """What an engine is made of."""

    layout: Layout | None
    shape: Shape
    code: int
    """The type word, but for the bits that the value has."""
    bound: Bound | None
    counter: str | None
    """The field that counts the tail's items."""
    tail_decode: Callable[..., Any] | None
    tail_encode: Callable[[Any], tuple[int, bytes]] | None
    """Number of items, and octets."""
    whole: bool
    """`tail_encode` takes the value itself and not the field that holds the tail."""
    refuse: Callable[[bytes], Exception]
    unfit: Callable[[Any, Exception], Exception]


def engine(parts: Parts) -> Engine:
    """The fast functions of one format."""
    writer = _Writer(parts)
    source = "\n".join(writer.lines()) + "\n"
    made = writer.namespace
    exec(compile(source, f"<{parts.layout.name if parts.layout else parts.shape.cls.__name__}>", "exec"), made)
    return Engine(made["decode"], made["decode_at"], made["encode"], made["word"], source)


class _Writer:
    """Writes the source of one engine and collects the objects it refers to."""

    def __init__(self, parts: Parts) -> None:
        self.namespace: dict[str, Any] = {
            "Refused": Refused,
            "FAULTS": FAULTS,
            "error": struct.error,
            "refuse": parts.refuse,
            "unfit": parts.unfit,
        }
        self._known: dict[int, str] = {}
        self._parts = parts
        self._fields = parts.layout.fields if parts.layout else ()
        self._size = parts.layout.size if parts.layout else 0
        self._leaves = tuple(leaves(parts.shape))

    def lines(self) -> Iterator[str]:
        yield "def decode_at(b, i, e, w):"
        yield from _indented(self._decode("i"), 1)
        yield "def decode(b):"
        if self._parts.bound or self._parts.tail_decode or not self._fields:
            yield "    e = len(b)"
        if any(leaf.field == WORD for _, leaf in self._leaves):
            yield "    w = 0"
        yield "    try:"
        yield from _indented(self._decode(""), 2)
        yield "    except FAULTS: pass"
        yield "    raise refuse(b)"
        yield "def encode(v):"
        yield "    try:"
        yield from _indented(self._encode(), 2)
        yield "    except error as x:"
        yield "        raise unfit(v, x) from None"
        yield "def word(v):"
        yield from _indented(self._word(), 1)

    def _name(self, thing: Any, stem: str) -> str:
        name = self._known.get(id(thing))
        if name is None:
            name = self._known[id(thing)] = f"{stem}{len(self._known)}"
            self.namespace[name] = thing
        return name

    # --- decoding

    def _decode(self, at: str) -> Iterator[str]:
        """Statements that return the value of b from *at* (empty: 0) to e, or raise one of FAULTS."""
        bound, counter, tail = self._parts.bound, self._parts.counter, self._parts.tail_decode
        start = f"{at} + " if at else ""
        exact = at and tail is None and bound is None
        found, form = self._variables()
        if exact or (at and self._size):
            yield f"if e - {at} {'!=' if exact else '<'} {self._size}: raise Refused"
        elif self._size and not found:
            yield f"if len(b) < {self._size}: raise Refused"
        if found:
            unpack = self._name(struct.Struct(">" + form).unpack_from, "unpack")
            yield f"{', '.join(found.values())}, = {unpack}(b{', ' + at if at else ''})"
        checks = [f"{found[field.name]} != {field.const!r}" for field in self._fields if field.const is not None]
        if checks:
            yield f"if {' or '.join(checks)}: raise Refused"
        if bound:
            length = found[bound.field]
            yield f"z = {start}{bound.origin} + {length}"
            least = max(bound.least, self._size - bound.origin)
            yield f"if {length} < {least} or z {'!=' if at else '>'} e: raise Refused"
        if tail:
            counted = f", {found[counter]}" if counter else ""
            yield f"t = {self._name(tail, 'tail')}(b, {start}{self._size}, {'z' if bound else 'e'}{counted})"
        yield f"return {self._construct(self._parts.shape, found)}"

    def _variables(self) -> tuple[dict[str, str], str]:
        """A variable for each field that is looked at, and the format of `unpack`; the rest is passed over."""
        wanted = {leaf.field for _, leaf in self._leaves} | {self._parts.counter}
        wanted |= {self._parts.bound.field} if self._parts.bound else set()
        found, form = {}, ""
        for index, field in enumerate(self._fields):
            if field.const is None and field.name not in wanted:
                form += f"{field.width}x"
            else:
                form += field.code
                found[field.name] = f"f{index}"
        return found, form

    def _construct(self, of: Shape, found: dict[str, str]) -> str:
        arguments = [
            self._read(member, found) if isinstance(member, Leaf) else self._construct(member[1], found)
            for member in of.members
        ]
        return f"{self._name(of.cls, 'C')}({', '.join(arguments)})"

    def _read(self, leaf: Leaf, found: dict[str, str]) -> str:
        if leaf.field == TAIL:
            return "t"
        variable = "w" if leaf.field == WORD else found[leaf.field]
        if leaf.shift >= 0:
            if leaf.width == 1:
                return f"{variable} & {1 << leaf.shift} != 0"
            moved = f"{variable} >> {leaf.shift}" if leaf.shift else variable
            return f"{moved} & {(1 << leaf.width) - 1}"
        if leaf.conversion is None:
            return variable
        context = self._name(leaf.conversion.context, "T") if leaf.conversion.context is not None else ""
        return leaf.conversion.into_source.format(v=variable, c=context)

    # --- encoding

    def _encode(self) -> Iterator[str]:
        """Statements that return the octets of v, or raise `error`."""
        bound, counter, tail = self._parts.bound, self._parts.counter, self._parts.tail_encode
        access: dict[str, str] = {}
        yield from _access(self._parts.shape, "v", "", access)
        written: dict[str, list[str]] = {}
        for name, leaf in self._leaves:
            expression = access[name]
            if leaf.field == TAIL:
                yield f"n, t = {self._name(tail, 'tail')}({'v' if self._parts.whole else expression})"
            elif leaf.field != WORD:
                if leaf.shift < 0 and leaf.conversion is not None:
                    expression = leaf.conversion.back_source.format(v=expression)
                yield from self._fits(expression, name, leaf)
                written.setdefault(leaf.field, []).append(
                    f"{expression} << {leaf.shift}" if leaf.shift > 0 else expression
                )
        if counter:
            written[counter] = ["n"]
        if bound:
            own = self._size - bound.origin
            written[bound.field] = [f"{own} + len(t)" if tail else str(own)]
        form, arguments = _arguments(self._fields, written)
        packed = f"{self._name(struct.Struct('>' + form).pack, 'pack')}({', '.join(arguments)})"
        if tail:
            yield f"return {packed} + t" if form else "return t"
        else:
            yield f"return {packed}" if form else 'return b""'

    def _fits(self, expression: str, name: str, leaf: Leaf) -> Iterator[str]:
        """A check of what `pack` would cut without a word. MACs are six octets by their type."""
        if leaf.width > 1:
            yield f"if {expression} >> {leaf.width}: raise error({f'{name} has {leaf.width} bits'!r})"
        elif leaf.checked and self._parts.layout is not None:
            width = self._parts.layout[leaf.field].width
            sign = "!=" if leaf.conversion is None else ">"
            yield f"if len({expression}) {sign} {width}: raise error({f'{name} has {width} octets'!r})"

    def _word(self) -> Iterator[str]:
        terms = [str(self._parts.code)]
        for name, leaf in self._leaves:
            if leaf.field == WORD:
                if leaf.width > 1:
                    message = f"{name} has {leaf.width} bits"
                    yield f"if v.{name} >> {leaf.width}: raise unfit(v, {message!r})"
                terms.append(f"v.{name} << {leaf.shift}")
        yield f"return {' | '.join(terms)}"


def _indented(lines: Iterator[str], depth: int) -> Iterator[str]:
    return ("    " * depth + line for line in lines)


def _access(of: Shape, base: str, prefix: str, access: dict[str, str]) -> Iterator[str]:
    """Fill *access* with source that reads each leaf; nested values get a variable of their own."""
    for member in of.members:
        if isinstance(member, Leaf):
            access[prefix + member.name] = f"{base}.{member.name}"
        else:
            variable = f"{base}_{member[0]}"
            yield f"{variable} = {base}.{member[0]}"
            yield from _access(member[1], variable, f"{prefix}{member[0]}.", access)


def _arguments(fields: tuple[Field, ...], written: dict[str, list[str]]) -> tuple[str, list[str]]:
    """Format and arguments of `pack`; neighbouring fixed octets become one."""
    form, fixed = "", b""
    arguments: list[str] = []
    for field in fields:
        expressions = written.get(field.name)
        if expressions is None:
            fixed += _fixed(field)
            continue
        if fixed:
            form += _code(fixed, arguments)
            fixed = b""
        form += field.code
        arguments.append(" | ".join(expressions))
    return form + (_code(fixed, arguments) if fixed else ""), arguments


def _fixed(field: Field) -> bytes:
    value = field.const if field.const is not None else field.default
    if value is None:
        return bytes(field.width)
    return struct.pack(">" + field.code, value)


def _code(fixed: bytes, arguments: list[str]) -> str:
    """The format of fixed octets; zeros need no argument."""
    if not fixed.strip(b"\0"):
        return f"{len(fixed)}x"
    arguments.append(repr(fixed))
    return f"{len(fixed)}s"
