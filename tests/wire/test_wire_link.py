"""Segments of layout `pyiccp-1` and the keepalive datagram, octet by octet."""

import pytest

from pyiccp.wire._keepalive import Keepalive, Kind, Mode, Role
from pyiccp.wire._link import Data, Envelope, Fence, FenceKind, Heartbeat, Segment
from pyiccp.wire._mac import mac
from pyiccp.wire._malformed import Malformed

HEADER = "7079696363702d31 00"


@pytest.mark.parametrize(
    ("segment", "octets"),
    [
        (
            Segment(7, 3, 0, Heartbeat(1, 0)),
            HEADER + "00 0010 00000007 00000003 00000000" + "0000000000000001 0000000000000000",
        ),
        (
            Segment(7, 3, 4, Data(1, 9, 8, True, b"abc")),
            HEADER + "01 000f 00000007 00000003 00000004" + "01 01 0000 00000009 00000008 616263",
        ),
        (
            Segment(7, 3, 4, Fence(FenceKind.DOWN, 10, 5)),
            HEADER + "02 000c 00000007 00000003 00000004" + "01 000000 0000000a 00000005",
        ),
        (
            Segment(7, 3, 4, Envelope(10, b"frame")),
            HEADER + "03 0009 00000007 00000003 00000004" + "0000000a 6672616d65",
        ),
    ],
    ids=lambda given: type(given.body).__name__ if isinstance(given, Segment) else "",
)
def test_octets(segment: Segment, octets: str) -> None:
    expected = bytes.fromhex(octets)
    assert segment.encode() == expected
    assert Segment.decode(expected) == segment
    assert Segment.decode(expected + bytes(20)) == segment, "what follows is the frame's padding"
    for cut in range(len(expected)):
        with pytest.raises(Malformed):
            Segment.decode(expected[:cut])


def test_another_major_version_says_both() -> None:
    octets = bytearray(Segment(7, 3, 0, Heartbeat(1, 0)).encode())
    octets[7] = ord("2")
    with pytest.raises(Malformed) as caught:
        Segment.decode(bytes(octets))
    assert caught.value.why == "layout version 2, ours 1"
    assert caught.value.path == "major"


def test_a_later_minor_version_may_append_to_fixed_bodies() -> None:
    octets = bytearray(Segment(7, 3, 0, Heartbeat(1, 0), minor=1).encode())
    octets[10:12] = (20).to_bytes(2, "big")
    assert Segment.decode(bytes(octets) + b"more") == Segment(7, 3, 0, Heartbeat(1, 0), minor=1)


@pytest.mark.parametrize(
    ("octets", "path"),
    [(b"", "magic"), (b"\x00" * 60, "magic"), (b"pyiccp-1\x00\x09" + bytes(50), "kind"), (b"pyiccp-1", "minor")],
)
def test_what_is_not_ours(octets: bytes, path: str) -> None:
    with pytest.raises(Malformed) as caught:
        Segment.decode(octets)
    assert caught.value.path == path


def test_a_fence_of_an_unknown_kind() -> None:
    octets = bytearray(Segment(7, 3, 4, Fence(FenceKind.DOWN, 10, 5)).encode())
    octets[24] = 7
    with pytest.raises(Malformed, match=r"body\.kind at octet 24: 7 has no meaning here"):
        Segment.decode(bytes(octets))


def test_keepalive_octets() -> None:
    keepalive = Keepalive(7, Kind.ANSWER, 9, 3, Role.PRIMARY, Mode.HOLD, mac("74:4D:28:11:70:6B"))
    octets = bytes.fromhex(HEADER + "4b 01 01 00000007 00000009 00000003 01 00 744d2811706b")
    assert keepalive.encode() == octets
    assert Keepalive.decode(octets) == keepalive
    with pytest.raises(Malformed):
        Keepalive.decode(Segment(7, 3, 0, Heartbeat(1, 0)).encode())
    with pytest.raises(Malformed):
        Segment.decode(octets + bytes(20))
