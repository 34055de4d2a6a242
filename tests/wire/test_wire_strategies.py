"""The public strategies give what they say."""

import time

import pytest
from hypothesis import given, settings

from pyiccp.testing import strategies
from pyiccp.wire import IccpPdu, Lacpdu, Malformed, Message, Segment, dissect
from pyiccp.wire._identify import decode_content, identify
from pyiccp.wire.iccp._tlv import UnknownTlv


@given(strategies.of(Segment))
@settings(max_examples=30, deadline=None)
def test_values_of_a_class(segment: Segment) -> None:
    assert Segment.decode(segment.encode()) == segment


@given(strategies.of(Lacpdu))
@settings(max_examples=30, deadline=None)
def test_values_of_every_version(lacpdu: Lacpdu) -> None:
    assert Lacpdu.decode(lacpdu.encode()) == lacpdu


@given(strategies.control_frames())
@settings(max_examples=100, deadline=None)
def test_control_frames_are_recognised_and_never_more_than_malformed(frame: bytes) -> None:
    assert dissect(frame).length == len(frame)
    content = identify(frame)
    if content is not None:
        try:
            decode_content(frame, content)
        except Malformed as malformed:
            assert malformed.why


@pytest.mark.parametrize("count", [1, 16000])
def test_work_is_bounded_by_the_octets(count: int) -> None:
    message = Message(0x703, 1, (UnknownTlv(0x123, b""),) * count)
    octets = IccpPdu(1, 0, (message,)).encode()
    start = time.process_time()
    assert IccpPdu.decode(octets).messages == (message,)
    with pytest.raises(Malformed) as caught:
        IccpPdu.decode(octets[:-3] + b"\xff\xff\xff")
    assert caught.value.path.startswith("messages[0].tlvs[")
    assert time.process_time() - start < 5
