"""The subset of Construct that a layout may use; anything else is refused at import."""

import construct as c
import pytest

from pyiccp.wire._layout import Field, Layout


def test_a_layout_is_a_table() -> None:
    layout = Layout(
        "example",
        "subtype" / c.Const(1, c.Int8ub),
        "version" / c.Default(c.Int8ub, 1),
        "end" / c.Struct("system" / c.Bytes(6), "key" / c.Int16ub),
        "wide" / c.Int64ub,
    )
    assert layout.size == 18
    assert layout.fields == (
        Field("subtype", 0, 1, "uint", const=1),
        Field("version", 1, 1, "uint", default=1),
        Field("end.system", 2, 6, "octets"),
        Field("end.key", 8, 2, "uint"),
        Field("wide", 10, 8, "uint"),
    )
    assert "end.key" in layout
    assert layout["end.key"].offset == 8
    assert layout.has_part("end")
    assert not layout.has_part("wide")


FORBIDDEN = {
    "Padding": c.Padding(2),
    "Padded": c.Padded(4, c.Int8ub),
    "little-endian": c.Int16ul,
    "signed": c.Int8sb,
    "three octets": c.Int24ub,
    "BytesInteger": c.BytesInteger(3),
    "Flag": c.Flag,
    "Enum": c.Enum(c.Int8ub, one=1),
    "FlagsEnum": c.FlagsEnum(c.Int8ub, one=1),
    "Mapping": c.Mapping(c.Int8ub, {"one": 1}),
    "GreedyBytes": c.GreedyBytes,
    "GreedyRange": c.GreedyRange(c.Int8ub),
    "Array": c.Array(2, c.Int8ub),
    "computed length": c.Bytes(c.this.length),
    "no length": c.Bytes(0),
    "Optional": c.Optional(c.Int8ub),
    "Select": c.Select(c.Int8ub, c.Int16ub),
    "Switch": c.Switch(c.this.kind, {1: c.Int8ub}),
    "IfThenElse": c.If(c.this.kind, c.Int8ub),
    "FixedSized": c.FixedSized(4, c.Int8ub),
    "Prefixed": c.Prefixed(c.Int8ub, c.GreedyBytes),
    "Lazy": c.Lazy(c.Int8ub),
    "LazyStruct": c.LazyStruct("a" / c.Int8ub),
    "BitStruct": c.BitStruct("a" / c.BitsInteger(8)),
    "Bitwise": c.Bitwise(c.BitsInteger(8)),
    "Computed": c.Computed(1),
    "Rebuild": c.Rebuild(c.Int8ub, 1),
    "Checksum": c.Checksum(c.Int8ub, lambda data: 0, c.this.data),
    "Pointer": c.Pointer(0, c.Int8ub),
    "Peek": c.Peek(c.Int8ub),
    "Pass": c.Pass,
    "Float": c.Float32b,
    "CString": c.CString("utf8"),
    "Sequence": c.Sequence(c.Int8ub),
    "two names": "inner" / c.Int8ub,
    "Const of the wrong type": c.Const(b"a", c.Int8ub),
    "Const that does not fit": c.Const(256, c.Int8ub),
    "Default that does not fit": c.Default(c.Int8ub, 256),
    "Default of the wrong width": c.Default(c.Bytes(2), b"a"),
    "computed Default": c.Default(c.Int8ub, c.this.other),
    "Const of a Default": c.Const(1, c.Default(c.Int8ub, 1)),
    "hook": c.Int8ub * (lambda obj, ctx: None),
}


@pytest.mark.parametrize("construct", FORBIDDEN.values(), ids=FORBIDDEN)
def test_what_loses_octets_or_fails_silently_is_refused(construct: object) -> None:
    with pytest.raises(TypeError, match="example"):
        Layout("example", "first" / c.Int8ub, "second" / construct)


def test_every_field_has_a_name_of_its_own() -> None:
    with pytest.raises(TypeError, match="none"):
        Layout("example", c.Int8ub)
    with pytest.raises(TypeError, match="share a name"):
        Layout("example", "a" / c.Int8ub, "a" / c.Int8ub)


def test_a_nested_layout_keeps_to_the_subset_too() -> None:
    with pytest.raises(TypeError, match=r"outer\.inner is a GreedyBytes"):
        Layout("example", "outer" / c.Struct("inner" / c.GreedyBytes))
