"""Shapes: which field of a value comes from which field of a layout, and through what.

A value's annotations say what its fields mean: an int or octets are taken as they are, a bool is an octet that is not
zero, an IntEnum one of its members, a str NUL-padded UTF-8, a class with a table one of 256 shared objects that keep
their raw octet. Fields narrower than an octet boundary are cut out by shift and width.
"""

import typing
from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from pyiccp.wire._layout import Layout
from pyiccp.wire._state import STATES, State

Bits = Mapping[str, tuple[int, int]]
"""Field of a value -> (shift, width) inside an unsigned field of the layout."""

Tables = Mapping[type, tuple[Any, ...]]
"""Class -> its 256 objects; each has its octet as `octet`."""

DEFAULT_TABLES: Tables = {State: STATES}


class Conversion(NamedTuple):
    """From what the layout has to what the value has, as functions and as source over the placeholders v and c."""

    into: Callable[[Any], Any]
    back: Callable[[Any], Any]
    into_source: str = "{v}"
    back_source: str = "{v}"
    context: Any = None
    """The object that the source calls {c}."""


class Leaf(NamedTuple):
    """A field of the value and where it is."""

    name: str
    field: str
    """In the layout; `WORD` = the type word in front of the body; `TAIL` = the variable part."""
    shift: int = -1
    """Negative: the whole field."""
    width: int = 0
    conversion: Conversion | None = None
    checked: bool = False
    """Its octets may be of another length than the field: all but MACs."""


class Shape(NamedTuple):
    """A value class and its fields, in the order of its constructor."""

    cls: type
    members: tuple["tuple[str, Shape] | Leaf", ...]


WORD = "<word>"
TAIL = "<tail>"


def shape(
    cls: type,
    layout: Layout | None,
    *,
    word: Bits,
    bits: Mapping[str, Bits],
    tail: str | None,
    parts: Mapping[str, type],
    tables: Tables,
    prefix: str = "",
) -> Shape:
    """The shape of *cls* over *layout*; a field that is nowhere must have a default and is left to it."""
    hints = typing.get_type_hints(cls)
    cut = {name: (field, *at) for field, names in bits.items() for name, at in names.items()}
    members: list[tuple[str, Shape] | Leaf] = []
    names: tuple[str, ...] = cls.__struct_fields__  # type: ignore[attr-defined]
    needed = len(names) - len(cls.__struct_defaults__)  # type: ignore[attr-defined]
    for index, name in enumerate(names):
        path = prefix + name
        if path in word:
            members.append(Leaf(name, WORD, *word[path]))
        elif path == tail:
            members.append(Leaf(name, TAIL))
        elif path in cut:
            members.append(Leaf(name, *cut[path]))
        elif layout is not None and path in layout:
            checked = hints[name] in (bytes, str)
            members.append(Leaf(name, path, conversion=_conversion(hints[name], tables), checked=checked))
        elif path in parts or (layout is not None and layout.has_part(path)):
            inner = parts.get(path, hints[name])
            members.append(
                (
                    name,
                    shape(
                        inner,
                        layout,
                        word={},
                        bits=bits,
                        tail=tail,
                        parts=parts,
                        tables=tables,
                        prefix=f"{path}.",
                    ),
                )
            )
        elif index < needed:
            raise TypeError(f"{cls.__name__}.{path} has no place in {layout.name if layout else 'the format'}")
        if len(members) < index:
            raise TypeError(f"{cls.__name__}.{path} comes after a field that has no place in the format")
    return Shape(cls, tuple(members))


def leaves(of: Shape, prefix: str = "") -> Iterator[tuple[str, Leaf]]:
    """Every leaf with the dotted name of its field in the outermost value."""
    for member in of.members:
        if isinstance(member, Leaf):
            yield prefix + member.name, member
        else:
            yield from leaves(member[1], f"{prefix}{member[0]}.")


def _conversion(hint: Any, tables: Tables) -> Conversion | None:
    if hint is bool:
        return Conversion(bool, int, "{v} != 0", "{v}")
    if hint is str:
        return Conversion(
            _text,
            _octets,
            '{v}.rstrip(b"\\0").decode("utf-8", "surrogateescape")',
            '{v}.encode("utf-8", "surrogateescape")',
        )
    if isinstance(hint, type) and issubclass(hint, IntEnum):
        known = {int(member): member for member in hint}
        return Conversion(known.__getitem__, int, "{c}[{v}]", "{v}", known)
    if isinstance(hint, type) and hint in tables:
        table = tables[hint]
        return Conversion(table.__getitem__, _octet, "{c}[{v}]", "{v}.octet", table)
    return None


def _text(octets: bytes) -> str:
    return octets.rstrip(b"\0").decode("utf-8", "surrogateescape")


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _octet(of: Any) -> int:
    return int(of.octet)
