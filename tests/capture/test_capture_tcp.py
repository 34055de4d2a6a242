"""TCP put together again: order, repetitions, gaps; and ICCP cut out of it."""

import itertools
import random
import struct

import pytest

from pyiccp.capture import Interface, Packet
from pyiccp.capture._decoder import Decoded, Decoder
from pyiccp.capture._tcp import SEGMENTS, Direction
from pyiccp.wire._malformed import Malformed
from pyiccp.wire.iccp._pdu import IccpPdu, Message

TEXT = bytes(range(256)) * 8


def pieces(start: int, cuts: list[int]) -> list[tuple[int, bytes]]:
    """TEXT as segments, the first octet at sequence number *start* + 1."""
    edges = sorted({0, len(TEXT), *cuts})
    return [((start + 1 + a) % 2**32, TEXT[a:b]) for a, b in itertools.pairwise(edges)]


@pytest.mark.parametrize("start", [0, 1000, 2**32 - 700, 2**31 - 5])
def test_any_order_and_any_repetition_give_the_stream(start: int) -> None:
    rng = random.Random(start)
    for _ in range(100):
        direction = Direction()
        list(direction.segment(start, True, b""))
        sent = pieces(start, [rng.randrange(len(TEXT)) for _ in range(12)])
        sent += pieces(start, [rng.randrange(len(TEXT)) for _ in range(3)])  # retransmitted, cut differently
        rng.shuffle(sent)
        chunks = [chunk for sequence, octets in sent for chunk in direction.segment(sequence, False, octets)]
        assert b"".join(chunk.octets for chunk in chunks) == TEXT
        assert [chunk.missing for chunk in chunks if chunk.missing] == []
        assert [chunk.start for chunk in chunks] == [True] + [False] * (len(chunks) - 1)
        assert list(direction.end()) == []


def test_what_the_other_end_acknowledges_will_not_come_any_more() -> None:
    direction = Direction()
    list(direction.segment(0, True, b""))
    assert list(direction.segment(11, False, b"after")) == []
    assert list(direction.acknowledged(1)) == []
    (chunk,) = direction.acknowledged(16)
    assert (chunk.octets, chunk.missing) == (b"after", 10)


def test_the_end_of_the_capture_gives_what_waited() -> None:
    direction = Direction()
    list(direction.segment(100, False, b"first"))
    list(direction.segment(120, False, b"third"))
    list(direction.segment(110, False, b"second"))
    assert [(chunk.octets, chunk.missing) for chunk in direction.end()] == [(b"second", 5), (b"third", 4)]


def test_what_waits_is_bounded() -> None:
    direction = Direction()
    list(direction.segment(0, True, b""))
    found = [chunk for number in range(3 * SEGMENTS) for chunk in direction.segment(2 * number + 10, False, b"x")]
    assert len(found) >= 2 * SEGMENTS - 1
    assert all(chunk.missing for chunk in found)


def frame(sequence: int, octets: bytes, *, flags: int = 0x18, back: bool = False, ack: int = 0) -> bytes:
    ports = (646, 40000) if back else (40000, 646)
    addresses = [b"\x0a\0\0\1", b"\x0a\0\0\2"][:: -1 if back else 1]
    tcp = struct.pack(">HHIIBBHHH", *ports, sequence, ack, 0x50, flags, 8192, 0, 0) + octets
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0) + b"".join(addresses)
    return bytes.fromhex("020000000002 020000000001 0800") + ip + tcp


def decoded(frames: list[bytes]) -> list[Decoded]:
    packets = [Packet(n, n, 0, octets, len(octets)) for n, octets in enumerate(frames, 1)]
    return list(Decoder([Interface()]).decode(packets))


def pdus(count: int) -> list[bytes]:
    return [IccpPdu(1, 0, (Message(0x0201, number),)).encode() for number in range(1, count + 1)]


def ids(found: list[Decoded]) -> list[int]:
    return [message.message_id for one in found if one.value is not None for message in one.value.messages]


def test_pdus_come_out_with_the_frame_that_completed_them() -> None:
    one, two, three = pdus(3)
    stream = one + two + three
    found = decoded([frame(99, b"", flags=2), frame(120, stream[20:]), frame(100, stream[:20])])
    assert ids(found) == [1, 2, 3]
    assert {item.packet.number for item in found} == {3}
    assert [str(end) for end in found[0].ends or ()] == ["10.0.0.1:40000", "10.0.0.2:646"]


def test_behind_a_gap_the_next_pdu_is_found_and_the_gap_is_told() -> None:
    one, two, three = pdus(3)
    at = 100
    frames = [frame(99, b"", flags=2), frame(at, one)]
    frames += [frame(at + len(one) + len(two), three), frame(1, b"", back=True, ack=at + 3 * len(one), flags=0x10)]
    found = decoded(frames)
    assert ids(found) == [1, 3]
    assert [item.missing for item in found] == [0, len(two)]


def test_a_capture_that_begins_in_the_middle_starts_at_the_first_pdu() -> None:
    one, two = pdus(2)
    found = decoded([frame(100, one[7:]), frame(100 + len(one) - 7, two)])
    assert ids(found) == [2]
    assert found[0].missing == len(one) - 7


def test_a_stream_that_loses_its_place_says_so_and_is_found_again() -> None:
    one, two = pdus(2)
    found = decoded([frame(99, b"", flags=2), frame(100, b"\0\7" + one[2:]), frame(100 + len(one), two)])
    assert isinstance(found[0].malformed, Malformed)
    assert found[0].malformed.path == "version"
    assert ids(found) == [2]


def test_a_pdu_that_never_ends_is_malformed() -> None:
    (one,) = pdus(1)
    found = decoded([frame(99, b"", flags=2), frame(100, one[:-1])])
    assert str(found[0].malformed) == f"LDP PDU: length at octet {len(one) - 1}: the capture ends after 17 octets of it"
