"""Classic pcap, as much as the captures under tests/vectors/stp need."""

import struct
from pathlib import Path
from typing import NamedTuple

VECTORS = Path(__file__).parents[1] / "vectors" / "stp"


class Packet(NamedTuple):
    at: float
    """Seconds, as in events.txt."""
    octets: bytes


def read(name: str) -> list[Packet]:
    data = (VECTORS / name).read_bytes()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    fraction = 1e9 if data[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d") else 1e6
    at, packets = 24, []
    while at + 16 <= len(data):
        seconds, parts, size = struct.unpack_from(order + "III", data, at)
        packets.append(Packet(seconds + parts / fraction, data[at + 16 : at + 16 + size]))
        at += 16 + size
    return packets
