"""What the codec refuses to declare, and how it says what is wrong with octets."""

import msgspec
import pytest
from construct import Int8ub, Int16ub, Struct

from pyiccp.wire._codec import Format, Value
from pyiccp.wire._lacpdu import Lacpdu, Participant
from pyiccp.wire._layout import Layout
from pyiccp.wire._malformed import Malformed
from pyiccp.wire._tails import Array, Opaque, Tlvs
from pyiccp.wire.iccp._tlv import UnknownTlv
from pyiccp.wire.iccp.mlacp import SyncRequest
from pyiccp.wire.iccp.sonic import SonicPeerLinkInfo
from pyiccp.wire.iccp.stp import StpConfigurationDigest


class Pair(Value, frozen=True, gc=False):
    first: int
    second: int


class Held(Value, frozen=True, gc=False):
    octets: bytes


class Listed(Value, frozen=True, gc=False):
    items: tuple[Value, ...]


def test_a_value_field_without_a_place_is_refused() -> None:
    form = Format("pair", Pair, Layout("pair", "first" / Int8ub))
    with pytest.raises(TypeError, match=r"Pair\.second has no place in pair"):
        _ = form.engine


def test_lists_nest_four_deep_and_no_deeper() -> None:
    form = Format("held", Held, tail=Opaque("octets"))
    for _ in range(4):
        form = Format("listed", Listed, tail=Tlvs("items", (), form))
    assert form.depth == 4
    with pytest.raises(TypeError, match="nest 5 deep"):
        Tlvs("items", (), form)


def test_the_items_of_an_array_have_one_size() -> None:
    with pytest.raises(TypeError, match="one size"):
        Array("items", Format("held", Held, tail=Opaque("octets")))


def test_a_count_is_checked_before_anything_is_made() -> None:
    class Counted(msgspec.Struct, frozen=True, gc=False):
        items: tuple[int, ...]

    form = Format("counted", Counted, Layout("counted", "n" / Int16ub), tail=Array("items", 4), count="n")
    assert form.decode(b"\0\2\0\0\0\1\0\0\0\2") == Counted((1, 2))
    with pytest.raises(Malformed) as caught:
        form.decode(b"\xff\xff\0\0\0\1")
    assert (caught.value.path, caught.value.offset) == ("items", 2)
    assert caught.value.why == "4 octets where the count says 262140"


def test_numbers_that_do_not_fit_are_a_value_error() -> None:
    with pytest.raises(ValueError, match="LACPDU"):
        Lacpdu(Participant(key=65536), Participant()).encode()


def test_the_reason_is_looked_for_when_somebody_asks() -> None:
    asked = []
    form = Format("pair", Pair, Layout("pair", "first" / Int8ub, "second" / Int8ub))
    explain = form.explain
    form.explain = lambda octets: asked.append(octets) or explain(octets)  # type: ignore[method-assign, func-returns-value]
    with pytest.raises(Malformed) as caught:
        form.decode(b"\1")
    assert not asked
    assert str(caught.value) == "pair: second at octet 1: 1 octets where pair needs 2"
    assert asked == [b"\1"]
    assert caught.value.what == "pair"


def test_octets_beyond_the_format_are_padding() -> None:
    class Outer(Value, frozen=True, gc=False):
        inner: Pair

    layout = Layout("outer", "inner" / Struct("first" / Int8ub, "second" / Int8ub))
    form = Format("outer", Outer, layout)
    assert form.decode(b"\1\2rest") == Outer(Pair(1, 2))
    assert form.build(form.parse(b"\1\2rest")) == b"\1\2"


def test_a_repeated_pdu_is_the_same_object() -> None:
    octets = Lacpdu(Participant(key=7), Participant()).encode()
    assert Lacpdu.decode(octets) is Lacpdu.decode(bytes(octets))
    assert Lacpdu.FORMAT.decode(octets) == Lacpdu.decode(octets)


def test_what_pack_would_cut_without_a_word_is_refused() -> None:
    with pytest.raises(ValueError, match="request has 14 bits"):
        SyncRequest(1, request=0x4000).encode()
    with pytest.raises(ValueError, match="request has 14 bits"):
        SyncRequest(1, request=-1).encode()
    with pytest.raises(ValueError, match="type has 14 bits"):
        UnknownTlv(0x4000, b"").encode()
    with pytest.raises(ValueError, match="digest has 16 octets"):
        StpConfigurationDigest(b"short").encode()
    with pytest.raises(ValueError, match="name has 20 octets"):
        SonicPeerLinkInfo("x" * 21, 0).encode()
