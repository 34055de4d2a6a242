"""The fast engine: Python source derived from a layout's table and a value's shape.

The fast path only answers yes or no. On any refusal the interpreted engine runs again and finds the reason.
"""

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

from pyiccp.wire.layout import Field, Layout
from pyiccp.wire.shape import TAIL, WORD, Leaf, Shape, leaves


class Refused(Exception):  # noqa: N818 - not an error: an answer
    """The fast path will not have these octets."""


FAULTS = (Refused, KeyError)
"""What the fast path raises: KeyError comes from an enumeration without that number."""


class Engine(NamedTuple):
    """One format's fast functions and the source they were made of."""

    decode: Callable[[bytes], Any]
    """From the first octet; octets beyond the format are padding. Raises one of FAULTS."""
    decode_at: Callable[[bytes, int, int, int], Any]
    """(octets, start, end, type word): all of start to end."""
    encode: Callable[[Any], bytes]
    """Everything behind the type word."""
    word: Callable[[Any], int]
    """The type word of a value."""
    source: str


class Bound(NamedTuple):
    """A length field: the format ends so many octets after *origin*."""

    field: str
    origin: int
    least: int = 0
    """Smallest legal length."""


class _Names:
    """Objects that generated source refers to."""

    def __init__(self) -> None:
        self.namespace: dict[str, Any] = {"Refused": Refused}
        self._known: dict[int, str] = {}

    def __call__(self, thing: Any, stem: str) -> str:
        name = self._known.get(id(thing))
        if name is None:
            name = self._known[id(thing)] = f"{stem}{len(self._known)}"
            self.namespace[name] = thing
        return name


def engine(
    layout: Layout | None,
    of: Shape,
    *,
    bound: Bound | None,
    count: str | None,
    tail_decode: Callable[..., Any] | None,
    tail_encode: Callable[[Any], tuple[int, bytes]] | None,
    whole: bool,
    code: int,
) -> Engine:
    """The fast functions of one format. `tail_encode` gives the number of items beside their octets; if *whole*, it
    takes the value itself and not the field that holds the tail."""
    names = _Names()
    fields = layout.fields if layout else ()
    lines = ["def decode_at(b, i, e, w):"]
    lines += _decode(fields, of, names, bound, count, tail_decode, "i")
    lines.append("def decode(b):")
    lines.append("    e = len(b)")
    if any(leaf.field == WORD for _, leaf in leaves(of)):
        lines.append("    w = 0")
    lines += _decode(fields, of, names, bound, count, tail_decode, "")
    lines.append("def encode(v):")
    lines += _encode(fields, of, names, bound, count, tail_encode, whole)
    lines.append("def word(v):")
    lines.append(f"    return {_word(of, code)}")
    source = "\n".join(lines) + "\n"
    exec(compile(source, f"<{layout.name if layout else of.cls.__name__}>", "exec"), names.namespace)
    made = names.namespace
    return Engine(made["decode"], made["decode_at"], made["encode"], made["word"], source)


def _decode(
    fields: tuple[Field, ...],
    of: Shape,
    names: _Names,
    bound: Bound | None,
    count: str | None,
    tail: Callable[..., Any] | None,
    at: str,
) -> list[str]:
    size = sum(field.width for field in fields)
    start = f"{at} + " if at else ""
    has = f"e - {at}" if at else "e"
    exact = at and tail is None and bound is None
    lines = [f"    if {has} {'!=' if exact else '<'} {size}: raise Refused"] if size or exact else []
    wanted = {leaf.field for _, leaf in leaves(of)} | {bound.field if bound else "", count or ""}
    form, variables, checks = "", [], []
    for index, field in enumerate(fields):
        if field.const is None and field.name not in wanted:
            form += f"{field.width}x"
            continue
        form += field.code
        variables.append((field.name, f"f{index}"))
        if field.const is not None:
            checks.append(f"f{index} != {field.const!r}")
    if variables:
        unpack = names(struct.Struct(">" + form).unpack_from, "unpack")
        lines.append(f"    {', '.join(name for _, name in variables)}, = {unpack}(b{', ' + at if at else ''})")
    if checks:
        lines.append(f"    if {' or '.join(checks)}: raise Refused")
    found = dict(variables)
    if bound:
        length = found[bound.field]
        lines.append(f"    z = {start}{bound.origin} + {length}")
        least = max(bound.least, size - bound.origin)
        lines.append(f"    if {length} < {least} or z {'!=' if at else '>'} e: raise Refused")
        end = "z"
    else:
        end = "e"
    if tail:
        extra = f", {found[count]}" if count else ""
        lines.append(f"    t = {names(tail, 'tail')}(b, {start}{size}, {end}{extra})")
    lines.append(f"    return {_construct(of, names, found)}")
    return lines


def _construct(of: Shape, names: _Names, found: dict[str, str]) -> str:
    arguments = []
    for member in of.members:
        if isinstance(member, Leaf):
            arguments.append(_read(member, names, found))
        else:
            arguments.append(_construct(member[1], names, found))
    return f"{names(of.cls, 'C')}({', '.join(arguments)})"


def _read(leaf: Leaf, names: _Names, found: dict[str, str]) -> str:
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
    context = names(leaf.conversion.context, "T") if leaf.conversion.context is not None else ""
    return leaf.conversion.into_source.format(v=variable, c=context)


def _encode(
    fields: tuple[Field, ...],
    of: Shape,
    names: _Names,
    bound: Bound | None,
    count: str | None,
    tail: Callable[[Any], tuple[int, bytes]] | None,
    whole: bool,
) -> list[str]:
    lines: list[str] = []
    access = _accessors(of, "v", lines)
    size = sum(field.width for field in fields)
    written: dict[str, list[str]] = {}
    for name, leaf in leaves(of):
        expression = access[name]
        if leaf.field == TAIL:
            lines.append(f"    n, t = {names(tail, 'tail')}({'v' if whole else expression})")
        elif leaf.field != WORD:
            if leaf.shift > 0:
                expression = f"({expression}) << {leaf.shift}"
            elif leaf.conversion is not None:
                expression = leaf.conversion.back_source.format(v=expression)
            written.setdefault(leaf.field, []).append(expression)
    if count:
        written[count] = ["n"]
    if bound:
        written[bound.field] = [f"{size - bound.origin} + len(t)" if tail else str(size - bound.origin)]
    form, arguments = _arguments(fields, written)
    packed = f"{names(struct.Struct('>' + form).pack, 'pack')}({', '.join(arguments)})" if form else 'b""'
    lines.append(f"    return {packed} + t" if tail and form else "    return t" if tail else f"    return {packed}")
    return lines


def _accessors(of: Shape, base: str, lines: list[str], prefix: str = "") -> dict[str, str]:
    """Source that reads each leaf; nested values get a variable of their own."""
    access = {}
    for member in of.members:
        if isinstance(member, Leaf):
            access[prefix + member.name] = f"{base}.{member.name}"
        else:
            variable = f"{base}_{member[0]}"
            lines.append(f"    {variable} = {base}.{member[0]}")
            access.update(_accessors(member[1], variable, lines, f"{prefix}{member[0]}."))
    return access


def _arguments(fields: tuple[Field, ...], written: dict[str, list[str]]) -> tuple[str, list[str]]:
    """Format and arguments of `pack`; neighbouring fixed octets become one."""
    form, arguments, fixed = "", [], b""

    def flush() -> None:
        nonlocal form, fixed
        if not fixed:
            return
        if fixed.strip(b"\0"):
            form += f"{len(fixed)}s"
            arguments.append(repr(fixed))
        else:
            form += f"{len(fixed)}x"
        fixed = b""

    for field in fields:
        expressions = written.get(field.name)
        if expressions is None:
            value = field.const if field.const is not None else field.default
            fixed += struct.pack(">" + field.code, value if value is not None else (0 if field.kind == "uint" else b""))
        else:
            flush()
            form += field.code
            arguments.append(" | ".join(f"({e})" for e in expressions) if len(expressions) > 1 else expressions[0])
    flush()
    return form, arguments


def _word(of: Shape, code: int) -> str:
    bits = [f"(v.{name} << {leaf.shift})" for name, leaf in leaves(of) if leaf.field == WORD]
    return " | ".join([str(code), *bits])
