"""Units out of a stream of octets, however they arrive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyiccp.testing import strategies
from pyiccp.wire._malformed import Malformed
from pyiccp.wire.iccp._pdu import PDU, IccpPdu
from pyiccp.wire.iccp._stream import MOST, PduStream, SonicStream, Stream
from pyiccp.wire.iccp.sonic import SonicMessage

ONE = IccpPdu.decode(bytes.fromhex("0001000ec000020100000201000400000002"))


def told(stream: Stream[IccpPdu] | Stream[SonicMessage], *parts: bytes) -> list[object]:
    found = [unit for part in parts for unit in stream.feed(part)]
    return [unit.fault if isinstance(unit, Malformed) else unit for unit in found]


@given(
    st.lists(st.one_of(strategies.values(PDU).map(PDU.encode), strategies.octets(PDU)), max_size=4).map(b"".join),
    st.lists(st.integers(1, 60), min_size=1),
)
def test_whole_in_pieces_or_octet_by_octet(octets: bytes, sizes: list[int]) -> None:
    for make in (PduStream, SonicStream):
        whole, single, pieces = make(), make(), make()
        expected = told(whole, octets)
        assert told(single, *(octets[i : i + 1] for i in range(len(octets)))) == expected
        cuts, at = [], 0
        while at < len(octets):
            size = sizes[len(cuts) % len(sizes)]
            cuts.append(octets[at : at + size])
            at += size
        assert told(pieces, *cuts) == expected
        assert whole.offset == single.offset == pieces.offset <= len(octets)
        assert whole.waiting == single.waiting == pieces.waiting


def test_units_come_out_when_they_are_complete() -> None:
    stream = PduStream()
    octets = ONE.encode()
    assert stream.feed(octets[:-1]) == []
    assert stream.waiting == octets[:-1]
    assert stream.feed(octets[-1:] + octets + octets[:2]) == [ONE, ONE]
    assert stream.waiting == octets[:2]
    assert stream.offset == 2 * len(octets)


def test_a_malformed_unit_with_an_end_is_skipped() -> None:
    broken = bytearray(ONE.encode())
    broken[13] = 9
    first, second = PduStream().feed(bytes(broken) + ONE.encode())
    assert isinstance(first, Malformed)
    assert second == ONE


@pytest.mark.parametrize(
    ("head", "path"),
    [("0002000e", "version"), ("0001000d", "pdu_length"), ("00011001", "pdu_length"), ("ffffffff", "version")],
)
def test_where_no_unit_can_start_the_stream_is_lost(head: str, path: str) -> None:
    stream = PduStream()
    good, lost = stream.feed(ONE.encode() + bytes.fromhex(head))
    assert good == ONE
    assert isinstance(lost, Malformed)
    assert lost.path == path
    assert stream.lost is lost
    assert stream.feed(ONE.encode()) == []
    assert stream.waiting == b""


def test_a_session_may_agree_on_another_length() -> None:
    stream = PduStream()
    stream.most = MOST + 1
    assert stream.feed(bytes.fromhex("00011001")) == []
    assert stream.lost is None


def test_sonic_messages_are_bounded_by_their_length() -> None:
    message = SonicMessage.decode(bytes.fromhex("0703001100000003000500040000000100 3a0001ff".replace(" ", "")))
    stream = SonicStream()
    assert stream.feed(message.encode() + bytes.fromhex("07030003"))[0] == message
    assert stream.lost is not None
