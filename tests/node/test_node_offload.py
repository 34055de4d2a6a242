"""What a kernel left to its card is done as the card would have: sums right, trains cut, tags moved with the note."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyiccp._node.offload import Offload, Offloaded, Train, all_finished, finished, reshaped
from pyiccp.transports._vnet import PLAIN, header_of, noted

ADDRESSES = bytes.fromhex("020000000001 020000000002")
TAG = bytes.fromhex("8100 000a")
SIXES = bytes.fromhex("20010db8000000000000000000000001 20010db8000000000000000000000002")
FOURS = bytes.fromhex("c0000201 c0000202")
FIN, PSH, ACK, CWR = 1, 8, 16, 128


def total(octets: bytes) -> int:
    """RFC 1071 as it is printed: words added one by one, carries folded in. Of a right packet it is 0xFFFF."""
    octets += bytes(len(octets) % 2)
    number = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    while number >> 16:
        number = (number & 0xFFFF) + (number >> 16)
    return number


def packet(
    payload: bytes, *, six: bool = False, udp: bool = False, tag: bytes = b"", flags: int = ACK, identity: int = 0xFFFE
) -> bytes:
    """A frame as a stack hands it over: pseudo header's sum where the checksum belongs."""
    if udp:
        upper = struct.pack(">HHHH", 1, 2, 8 + len(payload), 0)
    else:
        upper = struct.pack(">HHIIBBHHH", 1, 2, 0xFFFFFF00, 7, 0x80, flags, 500, 0, 0) + bytes(12)
    size, protocol = len(upper) + len(payload), 17 if udp else 6
    addresses = SIXES if six else FOURS
    at = 6 if udp else 16
    upper = upper[:at] + total(addresses + struct.pack(">II", size, protocol)).to_bytes(2, "big") + upper[at + 2 :]
    if six:
        ip = struct.pack(">IHBB", 6 << 28, size, protocol, 64) + addresses
    else:
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + size, identity, 0x4000, 64, protocol, 0) + addresses
        ip = ip[:10] + (0xFFFF - total(ip)).to_bytes(2, "big") + ip[12:]
    return ADDRESSES + tag + (b"\x86\xdd" if six else b"\x08\x00") + ip + upper + payload


def start_of(six: bool, tag: bytes = b"") -> int:
    return 14 + len(tag) + (40 if six else 20)


def right(frame: bytes, six: bool, udp: bool, tag: bytes = b"") -> bool:
    """Both checksums and both lengths of a finished frame."""
    network = 14 + len(tag)
    ip, upper = frame[network : start_of(six, tag)], frame[start_of(six, tag) :]
    pseudo = (SIXES if six else FOURS) + struct.pack(">II", len(upper), 17 if udp else 6)
    said = int.from_bytes(ip[4:6], "big") if six else int.from_bytes(ip[2:4], "big") - 20
    return (
        total(pseudo + upper) == 0xFFFF
        and said == len(upper)
        and (six or total(ip) == 0xFFFF)
        and (not udp or int.from_bytes(upper[4:6], "big") == len(upper))
    )


@given(st.binary(max_size=200), st.booleans(), st.booleans(), st.sampled_from([b"", TAG, TAG + TAG]))
def test_a_blank_checksum_is_filled_in(payload: bytes, six: bool, udp: bool, tag: bytes) -> None:
    frame = packet(payload, six=six, udp=udp, tag=tag)
    (done,) = finished(Offloaded(frame, Offload(start_of(six, tag), 6 if udp else 16)))
    assert right(done, six, udp, tag)
    assert type(done) is bytes and len(done) == len(frame)


@given(
    st.binary(min_size=1, max_size=3000),
    st.integers(200, 1500),
    st.booleans(),
    st.booleans(),
    st.sampled_from([b"", TAG]),
)
def test_a_train_is_cut_and_every_frame_of_it_is_right(
    payload: bytes, size: int, six: bool, udp: bool, tag: bytes
) -> None:
    frame = packet(payload, six=six, udp=udp, tag=tag, flags=ACK | PSH | FIN | CWR)
    train = Train.UDP if udp else Train.TCP_OVER_IPV6 if six else Train.TCP_OVER_IPV4
    start = start_of(six, tag)
    cuts = finished(Offloaded(frame, Offload(start, 6 if udp else 16, train, size, ecn=True)))
    header = start + (8 if udp else 32)
    assert b"".join(cut[header:] for cut in cuts) == payload
    assert [len(cut) - header for cut in cuts[:-1]] == [size] * (len(cuts) - 1)
    assert all(right(cut, six, udp, tag) for cut in cuts)
    if not six:
        at = start - 20 + 4
        assert [int.from_bytes(cut[at : at + 2], "big") for cut in cuts] == [
            (0xFFFE + number) & 0xFFFF for number in range(len(cuts))
        ]
    if not udp:
        sequences = [int.from_bytes(cut[start + 4 : start + 8], "big") for cut in cuts]
        assert sequences == [(0xFFFFFF00 + number * size) & 0xFFFFFFFF for number in range(len(cuts))]
        flags = [cut[start + 13] for cut in cuts]
        assert [bool(each & (FIN | PSH)) for each in flags] == [False] * (len(cuts) - 1) + [True]
        assert [bool(each & CWR) for each in flags] == [True] + [False] * (len(cuts) - 1)


def test_a_train_that_a_card_put_together_has_no_blank_checksum_and_is_cut_alike() -> None:
    frame = packet(bytes(3000))
    blank = finished(Offloaded(frame, Offload(34, 16, Train.TCP_OVER_IPV4, 1000)))
    assert finished(Offloaded(frame, Offload(0, 0, Train.TCP_OVER_IPV4, 1000))) == blank


@given(st.binary(max_size=120), st.builds(Offload, *[st.integers(0, 150)] * 2, st.integers(0, 8), st.integers(0, 90)))
def test_no_note_makes_it_raise(octets: bytes, left: Offload) -> None:
    assert sum(map(len, finished(Offloaded(octets, left)))) < 20_000


def test_a_tag_moves_what_the_note_points_at() -> None:
    frame = Offloaded(packet(bytes(3000)), Offload(34, 16, Train.TCP_OVER_IPV4, 1000, 66))
    inserted = reshaped(frame, frame[:12] + TAG + frame[12:])
    assert isinstance(inserted, Offloaded)
    assert inserted.offload == Offload(38, 16, Train.TCP_OVER_IPV4, 1000, 70)
    assert finished(inserted) == [cut[:12] + TAG + cut[12:] for cut in finished(frame)]
    removed = reshaped(inserted, inserted[:12] + inserted[16:])
    assert isinstance(removed, Offloaded) and (removed, removed.offload) == (frame, frame.offload)
    assert type(reshaped(bytes(frame), bytes(frame) + TAG)) is bytes


def test_frames_with_nothing_left_to_do_are_not_copied() -> None:
    frames = [bytes(60), bytes(70)]
    assert all_finished(frames) is frames
    blank = Offloaded(packet(b"x"), Offload(34, 16))
    assert all_finished([*frames, blank]) == [*frames, *finished(blank)]


@pytest.mark.parametrize("tag", [0, 4])
def test_the_header_of_the_kernel_comes_and_goes(tag: int) -> None:
    header = struct.pack("=BBHHHH", 1, 0x81, 66, 1448, 34, 16)
    frame = noted(header, bytes(2000), tag)
    assert isinstance(frame, Offloaded)
    assert frame.offload == Offload(34 + tag, 16, Train.TCP_OVER_IPV4, 1448, 66 + tag, ecn=True)
    assert header_of(frame) == struct.pack("=BBHHHH", 1, 0x81, 66 + tag, 1448, 34 + tag, 16)
    for done in (PLAIN, struct.pack("=BBHHHH", 2, 0, 0, 0, 0, 0)):
        assert type(noted(done, bytes(60), tag)) is bytes
        assert header_of(bytes(60)) == PLAIN
