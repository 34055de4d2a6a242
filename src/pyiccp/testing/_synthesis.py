"""Valid octets of any format, made up from its table alone: what a mutator starts from. Needs no Hypothesis."""

from random import Random
from typing import Any

from pyiccp.wire._codec import Format, Tail
from pyiccp.wire._lacpdu import LAYOUT, LONG
from pyiccp.wire._layout import Field
from pyiccp.wire._shape import Conversion, leaves
from pyiccp.wire._tails import Array, Opaque, Tlvs

MOST_OCTETS = 16
"""Of an opaque part."""
MOST_ITEMS = 3
"""Of a list."""
_UNKNOWN = 0x3FFF
"""A TLV type that nobody has assigned; one octet of it where types have one."""
_PLAIN = 0.8
"""How often a field that a sender fills in by habit keeps its habit."""


def synthesise(form: Format, rng: Random) -> bytes:
    """Octets of *form* behind its type word: well formed, with values of every size. A pure function of *rng*."""
    said = {leaf.field: leaf.conversion for _, leaf in leaves(form.shape) if leaf.conversion}
    fields = form.layout.fields if form.layout else ()
    parts = {field.name: _field(field, said.get(field.name), rng) for field in fields}
    if form is LONG:
        parts["version"] = b"\2"
    count, tail = _tail(form.tail, rng) if form.tail else (0, b"")
    widths = {field.name: field.width for field in fields}
    if form.count:
        parts[form.count] = count.to_bytes(widths[form.count], "big")
    if form.bound:
        length = max(form.size + len(tail) - form.bound.origin, form.bound.least)
        parts[form.bound.field] = length.to_bytes(widths[form.bound.field], "big")
    octets = b"".join(parts.values()) + tail
    return octets.ljust(LAYOUT.size, b"\0") if form is LONG else octets


def word_of(form: Format, rng: Random) -> int:
    """A type word that selects *form*."""
    return form.codes[int(rng.random() * len(form.codes))] if form.codes else _UNKNOWN


def _field(field: Field, said: Conversion | None, rng: Random) -> bytes:
    fixed = field.const if field.const is not None else field.default
    if fixed is not None and (field.const is not None or field.name == "version" or rng.random() < _PLAIN):
        return fixed.to_bytes(field.width, "big") if isinstance(fixed, int) else fixed
    if said is not None and isinstance(said.context, dict):
        known: list[int] = sorted(said.context)
        return known[int(rng.random() * len(known))].to_bytes(field.width, "big")
    if said is not None and field.kind == "octets":  # text, padded with NUL
        return b"name"[: field.width].ljust(field.width, b"\0")
    if field.kind == "octets":
        return rng.randbytes(field.width)
    top = (1 << 8 * field.width) - 1
    return (0, 1, int(rng.random() * 64), top, int(rng.random() * (top + 1)))[int(rng.random() * 5)].to_bytes(
        field.width, "big"
    )


def _tail(tail: Tail, rng: Random) -> tuple[int, bytes]:
    """Number of items, and octets."""
    if isinstance(tail, Opaque):
        most = MOST_OCTETS if tail.limit is None else min(MOST_OCTETS, tail.limit)
        units = int(rng.random() * (most // tail.unit + 1))
        octets = b"n" * units if tail.text else rng.randbytes(units * tail.unit)
        return units, octets
    if isinstance(tail, Array):
        count = int(rng.random() * (MOST_ITEMS + 1))
        item = tail.item
        items = [synthesise(item, rng) if item else rng.randbytes(tail.size) for _ in range(count)]
        return count, b"".join(items)
    assert isinstance(tail, Tlvs)
    known: list[Any] = list(tail.formats.values())
    found = []
    for _ in range(1 + int(rng.random() * MOST_ITEMS)):
        form = known[int(rng.random() * len(known))] if known and rng.random() < _PLAIN else tail.other
        found.append(framed(tail, form, rng))
    return len(found), b"".join(found)


def framed(tail: Tlvs, form: Format, rng: Random) -> bytes:
    """One TLV of *tail*: type, length, and octets of *form*."""
    word = word_of(form, rng) & (1 << 8 * tail.width) - 1
    body = synthesise(form, rng)
    length = len(body) + tail.extra
    return word.to_bytes(tail.width, "big") + length.to_bytes(tail.width, "big") + body
