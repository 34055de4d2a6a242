"""What lab hosts put on the wire is what it says it is."""

from hypothesis import given
from hypothesis import strategies as st

from pyiccp.lab._frames import TRAILER, announcement, internet_checksum, label, numbered, stream_head

A, B = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")


def verify(frame: bytes, vlan: int | None) -> None:
    start = 14 if vlan is None else 18
    ip = frame[start:]
    assert internet_checksum(ip[:20]) == 0
    assert int.from_bytes(ip[2:4], "big") == len(ip)
    udp = ip[20:]
    assert int.from_bytes(udp[4:6], "big") == len(udp)
    assert udp[6:8] != b"\0\0"
    assert internet_checksum(ip[12:20] + b"\x00\x11" + udp[4:6] + udp) == 0


@given(
    st.integers(0, 2**64 - 1), st.integers(0, 2**31 - 1), st.integers(0, 16383), st.none() | st.integers(1, 4094),
    st.integers(1, 2**24 - 1), st.integers(1, 2**24 - 1),
)  # fmt: skip
def test_every_number_has_valid_lengths_and_checksums(
    sequence: int, direction: int, stream: int, vlan: int | None, one: int, two: int
) -> None:
    mark = label(direction)
    ips = [(0x0A000000 + number).to_bytes(4, "big") for number in (one, two)]
    frame = numbered(stream_head(A, B, vlan, ips[0], ips[1], stream, mark), mark, sequence)
    verify(frame, vlan)
    assert TRAILER.unpack(frame[-16:]) == (b"pyic", direction, sequence)
    assert len(frame) >= 60


def test_an_announcement_is_an_arp_request_for_oneself() -> None:
    frame = announcement(A, None, bytes((10, 0, 0, 1)), 3)
    assert len(frame) == 60
    assert frame[:14] == b"\xff" * 6 + A + b"\x08\x06"
    assert frame[28:32] == frame[38:42] == bytes((10, 0, 0, 1))
