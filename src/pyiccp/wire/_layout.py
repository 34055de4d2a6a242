"""Layouts: the subset of Construct that can be lossless, walked once into a table of fields.

A layout is a Struct of named fields: Int8ub, Int16ub, Int32ub, Int64ub, Bytes(n) and nested Structs; Const where a
receiver must check, Default where a sender writes a fixed value that a receiver must not check. Whatever is left out
of this subset either loses octets or fails silently, and would make a wrong oracle; it is refused at import.
"""

import struct
from typing import Any, NamedTuple

import construct

_INTEGERS = {">B": 1, ">H": 2, ">L": 4, ">Q": 8}
_CODES = {1: "B", 2: "H", 4: "L", 8: "Q"}


class Field(NamedTuple):
    """One row of the table."""

    name: str
    """Dotted inside nested layouts."""
    offset: int
    width: int
    kind: str
    """`uint` or `octets`."""
    const: int | bytes | None = None
    """What a receiver must find here."""
    default: int | bytes | None = None
    """What a sender writes here when nobody says otherwise."""

    @property
    def code(self) -> str:
        """The field in the language of `struct`."""
        return _CODES[self.width] if self.kind == "uint" else f"{self.width}s"

    def read(self, octets: bytes, base: int = 0) -> int | bytes:
        """The field's plain value in a layout that starts at *base*."""
        part = octets[base + self.offset : base + self.offset + self.width]
        return int.from_bytes(part, "big") if self.kind == "uint" else part


class Layout:
    """A Struct of the subset and its table."""

    def __init__(self, name: str, *members: Any) -> None:
        self.name = name
        self.struct = construct.Struct(*members)
        fields: list[Field] = []
        self.size = _walk(name, self.struct, "", 0, fields)
        self.fields = tuple(fields)
        self._by_name = {field.name: field for field in fields}

    def __getitem__(self, name: str) -> Field:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def has_part(self, name: str) -> bool:
        """True if *name* is a nested layout."""
        return any(field.name.startswith(f"{name}.") for field in self.fields)

    def first_missing(self, left: int) -> Field:
        """The field that *left* octets do not reach."""
        return next(field for field in self.fields if field.offset + field.width > left)


def _walk(name: str, container: Any, prefix: str, offset: int, into: list[Field]) -> int:
    if type(container) is not construct.Struct:
        raise TypeError(f"{name}: {prefix or 'the layout'} is a {type(container).__name__}, not a Struct")
    names: list[str] = []
    for member in container.subcons:
        if type(member) is not construct.Renamed or not member.name:
            raise TypeError(f"{name}: every field has a name; {prefix}{member!r} has none")
        if member.parsed is not None:
            raise TypeError(f"{name}: {prefix}{member.name} has a hook")
        names.append(member.name)
        path = f"{prefix}{member.name}"
        if type(member.subcon) is construct.Struct:
            offset = _walk(name, member.subcon, f"{path}.", offset, into)
        else:
            field = _leaf(name, path, member.subcon, offset)
            into.append(field)
            offset += field.width
    if len(set(names)) != len(names):
        raise TypeError(f"{name}: two fields of {prefix or 'the layout'} share a name")
    return offset


def _leaf(name: str, path: str, subcon: Any, offset: int) -> Field:
    if type(subcon) is construct.Const:
        inner = _plain(name, path, subcon.subcon, offset)
        return inner._replace(const=_fits(name, inner, subcon.value))
    if type(subcon) is construct.Default:
        inner = _plain(name, path, subcon.subcon, offset)
        return inner._replace(default=_fits(name, inner, subcon.value))
    return _plain(name, path, subcon, offset)


def _plain(name: str, path: str, subcon: Any, offset: int) -> Field:
    if type(subcon) is construct.FormatField and subcon.fmtstr in _INTEGERS:
        return Field(path, offset, _INTEGERS[subcon.fmtstr], "uint")
    if type(subcon) is construct.Bytes and type(subcon.length) is int and subcon.length > 0:
        return Field(path, offset, subcon.length, "octets")
    raise TypeError(
        f"{name}: {path} is a {type(subcon).__name__}; a layout knows Int8ub, Int16ub, Int32ub, Int64ub, Bytes(n), "
        "nested Structs, and Const or Default of one of them"
    )


def _fits(name: str, field: Field, value: Any) -> int | bytes:
    wanted = int if field.kind == "uint" else bytes
    if type(value) is not wanted:
        raise TypeError(f"{name}: {field.name} = {value!r} must be {wanted.__name__}")
    try:
        octets = struct.pack(">" + field.code, value)
    except struct.error as error:
        raise TypeError(f"{name}: {field.name} = {value!r} does not fit {field.width} octets") from error
    if wanted is bytes and octets != value:
        raise TypeError(f"{name}: {field.name} = {value!r} is not {field.width} octets")
    return value
