"""The laws of the wire, for every format there is."""

import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyiccp.testing import strategies
from pyiccp.wire._catalogue import WHOLE, every
from pyiccp.wire._codec import Format
from pyiccp.wire._malformed import Malformed
from pyiccp.wire._source import FAULTS

EVERY = every()
QUICK = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def name_of(form: Format) -> str:
    return form.name.replace(" ", "-")


@pytest.mark.parametrize("form", EVERY, ids=name_of)
@QUICK
@given(data=st.data())
def test_a_value_comes_back_from_its_octets(form: Format, data: st.DataObject) -> None:
    value = data.draw(strategies.values(form))
    octets = value.encode() if hasattr(value, "encode") else form.encode(value)
    assert len(octets) >= form.size
    if hasattr(value, "decode"):
        assert type(value).decode(octets) == value
    if form in WHOLE:
        assert form.decode(octets) == value
        takes_the_rest = form.tail is not None and form.bound is None
        assert takes_the_rest or form.decode(octets + b"padding") == value


@pytest.mark.parametrize("form", EVERY, ids=name_of)
@QUICK
@given(data=st.data())
def test_both_engines_agree_and_lose_nothing(form: Format, data: st.DataObject) -> None:
    octets = data.draw(strategies.octets(form))
    word = data.draw(strategies.words(form))
    try:
        fast = form.engine.decode_at(octets, 0, len(octets), word)
    except FAULTS:
        fast = None
    try:
        parsed = form.parse_part(form.name, "", octets, 0, len(octets))
        slow = form.lift(parsed, word)
    except Malformed as malformed:
        slow = None
        assert 0 <= malformed.offset <= len(octets)
        assert malformed.why
    else:
        assert form.build(parsed) == octets
    assert fast == slow


@pytest.mark.parametrize("form", WHOLE, ids=name_of)
@QUICK
@given(data=st.data())
def test_decode_raises_malformed_or_returns(form: Format, data: st.DataObject) -> None:
    octets = data.draw(strategies.octets(form))
    for decode in (form.decode, form.value.decode):  # type: ignore[attr-defined]
        try:
            value = decode(octets)
        except Malformed as malformed:
            assert str(malformed)
            assert malformed.fault == pickle.loads(pickle.dumps(malformed)).fault
        else:
            parsed = form.parse(octets) if decode != form.value.decode else None  # type: ignore[attr-defined]
            assert parsed is None or octets.startswith(form.build(parsed))
            assert type(value).decode(value.encode()) == value


@pytest.mark.parametrize("form", [form for form in EVERY if form.codes], ids=name_of)
@QUICK
@given(data=st.data())
def test_a_tlv_alone_raises_malformed_or_returns(form: Format, data: st.DataObject) -> None:
    octets = data.draw(strategies.framed(form).flatmap(strategies.mutated))
    try:
        value = form.value.decode(octets)  # type: ignore[attr-defined]
    except Malformed as malformed:
        assert str(malformed)
    else:
        assert form.value.decode(value.encode()) == value  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", EVERY, ids=name_of)
@QUICK
@given(data=st.data())
def test_dissection_covers_what_is_there_in_order(form: Format, data: st.DataObject) -> None:
    octets = data.draw(strategies.octets(form))
    at = 0
    for node in form.nodes(octets, 0, len(octets)):
        assert node.offset == at
        at += node.length
        inner = node.offset
        for child in node.children:
            assert child.offset == inner
            inner += child.length
        assert inner == (at if node.children else node.offset)
    assert at == len(octets)


def test_every_format_has_a_name_of_its_own() -> None:
    names = [form.name for form in EVERY]
    assert len(names) == len(set(names))
    assert len(EVERY) > 35
