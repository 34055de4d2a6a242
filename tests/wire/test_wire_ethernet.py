"""Frames, tags, and text dumps of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyiccp.wire._ethernet import CUSTOMER_TAG, SERVICE_TAG, Frame, Header, Tag, peek, tagged, untagged
from pyiccp.wire._hexdump import hexdump, unhexdump
from pyiccp.wire._mac import mac
from pyiccp.wire._malformed import Malformed

HERE, THERE = mac("02:00:00:00:00:01"), mac("02:00:00:00:00:02")
PLAIN = HERE + THERE + b"\x08\x00" + bytes(46)


def test_ethernet_ii_8023_and_tags() -> None:
    assert Frame.decode(PLAIN) == Frame(HERE, THERE, (), 0x0800, bytes(46))
    bpdu = HERE + THERE + b"\x00\x04BB\x03\x00" + b"padding"
    assert Frame.decode(bpdu) == Frame(HERE, THERE, (), None, b"BB\x03\x00", 4, b"padding")
    qinq = HERE + THERE + bytes.fromhex("88a8 3064 8100 a014 0800") + b"x"
    tags = (Tag(100, 1, True, SERVICE_TAG), Tag(20, 5, False, CUSTOMER_TAG))
    assert Frame.decode(qinq) == Frame(HERE, THERE, tags, 0x0800, b"x")
    assert Frame(HERE, THERE, (), None, b"abc").encode() == HERE + THERE + b"\x00\x03abc"


@pytest.mark.parametrize(
    ("octets", "path"),
    [
        (b"", "destination"),
        (PLAIN[:11], "source"),
        (PLAIN[:13], "ethertype"),
        (HERE + THERE + bytes.fromhex("8100 0014 08"), "tags[0]"),
        (HERE + THERE + bytes.fromhex("0005 424203"), "length"),
    ],
)
def test_what_is_no_frame(octets: bytes, path: str) -> None:
    with pytest.raises(Malformed) as caught:
        Frame.decode(octets)
    assert caught.value.path == path
    assert caught.value.offset <= len(octets)


@given(st.binary(max_size=80))
def test_a_frame_comes_back(octets: bytes) -> None:
    for whole in (octets, PLAIN[:12] + octets):
        try:
            frame = Frame.decode(whole)
        except Malformed:
            continue
        assert frame.encode() == whole


def test_peek_looks_behind_one_tag_of_the_bridge() -> None:
    assert peek(PLAIN) == Header(HERE, THERE, None, 0, 0x0800, 60)
    assert peek(tagged(PLAIN, 20, 3)) == Header(HERE, THERE, 20, 3, 0x0800, 64)
    assert peek(tagged(PLAIN, 0, 7)) == Header(HERE, THERE, 0, 7, 0x0800, 64)
    service = tagged(tagged(PLAIN, 20), 100, 0, SERVICE_TAG)
    assert peek(service) == Header(HERE, THERE, None, 0, SERVICE_TAG, 68)
    assert peek(service, SERVICE_TAG) == Header(HERE, THERE, 100, 0, CUSTOMER_TAG, 68)
    assert untagged(service) == tagged(PLAIN, 20)
    assert peek(PLAIN[:14]) == Header(HERE, THERE, None, 0, 0x0800, 14)
    assert peek(PLAIN[:13]) is None
    assert peek(tagged(PLAIN[:14], 20)[:17]) is None


@given(st.binary(min_size=14, max_size=30))
def test_peek_agrees_with_the_frame(octets: bytes) -> None:
    header = peek(octets)
    assert header is not None or octets[12:14] == b"\x81\x00"
    if (
        header is not None
        and header.ethertype > 1500
        and header.vid is None
        and header.ethertype not in (0x88A8, 0x9100)
    ):
        assert Frame.decode(octets).ethertype == header.ethertype


@given(st.binary(max_size=100), st.integers(0, 0xFFFF))
def test_a_dump_reads_back(octets: bytes, start: int) -> None:
    assert unhexdump(hexdump(octets, start)) == octets


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("0180c2000002", b"\x01\x80\xc2\x00\x00\x02"),
        ("01 80 c2\n00-00-02  # a comment", b"\x01\x80\xc2\x00\x00\x02"),
        ("0000 0002 02", b"\x00\x00\x00\x02\x02"),
        ("\t0x0000:  0180 c200 0002  ......\n\t0x0006:  8809  ..", b"\x01\x80\xc2\x00\x00\x02\x88\x09"),
        ("00000000: 0001 0203 0405 0607 0809 0a0b 0c0d 0e0f  abababababababab", bytes(range(16))),
        ("0000   61 62 63                                          abc", b"abc"),
        ("00000000  61 62  |ab|\n00000002\n", b"ab"),
        ("", b""),
    ],
)
def test_dumps_of_others(text: str, octets: bytes) -> None:
    assert unhexdump(text) == octets


def test_what_is_no_dump_names_its_line() -> None:
    with pytest.raises(ValueError, match="line 2"):
        unhexdump("00 01\nhello")
