"""Hypothesis strategies for values and octets of every format, derived from the formats themselves."""

from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from pyiccp.wire import _link as link
from pyiccp.wire._bpdu import ConfigBpdu, MstBpdu, RstBpdu, TcnBpdu
from pyiccp.wire._catalogue import every
from pyiccp.wire._codec import Format, Tail, Value
from pyiccp.wire._framed import Framed
from pyiccp.wire._lacpdu import LONG, Lacpdu
from pyiccp.wire._layout import Field
from pyiccp.wire._mac import NEAREST_BRIDGE, SLOW_PROTOCOLS
from pyiccp.wire._marker import Marker
from pyiccp.wire._shape import TAIL, WORD, Leaf, Shape
from pyiccp.wire._tails import Array, Opaque, Tlvs

__all__ = [
    "values",
    "of",
    "octets",
    "mutated",
    "words",
    "framed",
    "control_frames",
]

LONGEST = 24
"""Octets of an opaque part."""
MOST = 4
"""Items of a list."""


@lru_cache(None)
def values(form: Format) -> st.SearchStrategy[Any]:
    """Values of *form* that its octets can hold."""
    found = _shape(form, form.shape)
    if form is LONG:  # TLVs need a version that has them
        return found.filter(lambda lacpdu: lacpdu.version > 1)
    return found


def of(cls: type[Value]) -> st.SearchStrategy[Any]:
    """Values of the class *cls*, of every format that it has."""
    return st.one_of([values(form) for form in every() if form.value is cls])


def control_frames() -> st.SearchStrategy[bytes]:
    """Frames as a control plane sends them, some of them damaged: LACP, Marker, BPDUs, PVST+, the link of two nodes."""
    return (
        st.sampled_from(_CARRIERS).flatmap(lambda one: octets(one[1]).map(lambda body: one[0] + body)).map(_lengthened)
    )


def octets(form: Format) -> st.SearchStrategy[bytes]:
    """Octets of *form*: valid ones, valid ones with a few octets changed, cut off or added, and noise."""
    valid = values(form).map(form.encode)
    return st.one_of(valid, valid.flatmap(mutated), st.binary(max_size=160))


@st.composite
def mutated(draw: st.DrawFn, whole: bytes) -> bytes:
    """*whole* with a few octets changed, some cut off the end, or some added."""
    changed = bytearray(whole)
    for _ in range(draw(st.integers(0, 3))):
        if changed:
            changed[draw(st.integers(0, len(changed) - 1))] = draw(st.sampled_from((0, 1, 2, 0x7F, 0x80, 0xFF)))
    cut = draw(st.integers(0, len(changed))) if draw(st.booleans()) else len(changed)
    return bytes(changed[:cut]) + draw(st.binary(max_size=4))


def words(form: Format) -> st.SearchStrategy[int]:
    """Type words that select *form* in a TLV list."""
    return st.sampled_from(form.codes) if form.codes else st.integers(0, 0xFFFF)


def framed(form: Format) -> st.SearchStrategy[bytes]:
    """Octets of *form* behind its type and length."""
    assert issubclass(form.value, Framed)
    head = form.value.HEAD
    most = (1 << 4 * head.form.size) - 1 - head.extra
    bodies = octets(form).filter(lambda body: len(body) <= most)
    mask = (1 << 4 * head.form.size) - 1
    return st.tuples(words(form), bodies).map(
        lambda both: head.form.pack(both[0] & mask, len(both[1]) + head.extra) + both[1]
    )


_SLOW = SLOW_PROTOCOLS + bytes.fromhex("020000000001 8809")
_LINK = NEAREST_BRIDGE + bytes.fromhex("020000000001 88B5")
_BRIDGES = bytes.fromhex("0180C2000000 020000000001 0000 424203")
_PVST = bytes.fromhex("01000CCCCCCD 020000000001 0000 AAAA03 00000C 010B")
_CARRIERS = [
    (_SLOW, Lacpdu.FORMAT),
    (_SLOW, LONG),
    (_SLOW, Marker.FORMAT),
    *((_LINK, form) for form in link.FORMATS.values()),
    *((head, cls.FORMAT) for head in (_BRIDGES, _PVST) for cls in (ConfigBpdu, TcnBpdu, RstBpdu, MstBpdu)),
]


def _lengthened(frame: bytes) -> bytes:
    """*frame* with its 802.3 length filled in."""
    if frame[12:14] != b"\0\0":
        return frame
    return frame[:12] + (len(frame) - 14).to_bytes(2, "big") + frame[14:]


def _shape(form: Format, of: Shape) -> st.SearchStrategy[Any]:
    parts = [_leaf(form, member) if isinstance(member, Leaf) else _shape(form, member[1]) for member in of.members]
    return st.builds(of.cls, *parts)


def _leaf(form: Format, leaf: Leaf) -> st.SearchStrategy[Any]:
    if leaf.field == TAIL:
        assert form.tail is not None
        return _tail(form.tail, least=1 if form.bound and form.bound.least > form.size - form.bound.origin else 0)
    if leaf.field == WORD and leaf.name == "type" and form.codes:
        return st.sampled_from([code >> leaf.shift & (1 << leaf.width) - 1 for code in form.codes])
    if leaf.shift >= 0:
        return st.booleans() if leaf.width == 1 else st.integers(0, (1 << leaf.width) - 1)
    assert form.layout is not None
    return _field(form.layout[leaf.field], leaf)


def _field(field: Field, leaf: Leaf) -> st.SearchStrategy[Any]:
    if leaf.conversion is not None:
        if isinstance(leaf.conversion.context, dict):
            return st.sampled_from(sorted(leaf.conversion.context.values()))
        if leaf.conversion.context is not None:
            return st.sampled_from(leaf.conversion.context)
        return st.booleans() if field.kind == "uint" else _text(field.width).map(lambda text: text.rstrip("\0"))
    if field.kind == "octets":
        return st.binary(min_size=field.width, max_size=field.width)
    return st.integers(0, (1 << 8 * field.width) - 1)


def _text(limit: int) -> st.SearchStrategy[str]:
    return st.text(max_size=limit).filter(lambda text: len(text.encode("utf-8", "surrogateescape")) <= limit)


def _tail(tail: Tail, least: int) -> st.SearchStrategy[Any]:
    if isinstance(tail, Opaque):
        limit = tail.limit if tail.limit is not None else LONGEST
        if tail.text:
            return _text(limit)
        return st.integers(0, limit // tail.unit).flatmap(
            lambda n: st.binary(min_size=n * tail.unit, max_size=n * tail.unit)
        )
    if isinstance(tail, Array):
        item = values(tail.item) if tail.item is not None else st.integers(0, (1 << 8 * tail.size) - 1)
        return st.lists(item, max_size=MOST).map(tuple)
    assert isinstance(tail, Tlvs)
    return _tlvs(tail, least)


def _tlvs(tail: Tlvs, least: int) -> st.SearchStrategy[Any]:
    known = {id(form): form for form in tail.formats.values()}.values()
    word = tail.other.engine.word
    other = values(tail.other).filter(
        lambda value: tail.find(word(value)) is tail.other and (tail.rest is None or word(value))
    )
    # One strategy per format would make an alternative of dozens; drawing the format first keeps the tree small.
    each = {id(form): values(form) for form in known}
    choice = st.sampled_from([*each, None]).flatmap(lambda key: other if key is None else each[key])
    return st.lists(choice, min_size=least, max_size=max(MOST, least)).map(lambda found: tail.into(tuple(found)))
