"""transmit-hash-policy: which member of a bond carries a frame.

The hashes are those of the Linux bonding driver, which RouterOS' properties name: a conversation stays on one member.
`encap-*` look at the outer headers only.
"""

from collections.abc import Callable

_IPV4 = b"\x08\x00"
_IPV6 = b"\x86\xdd"
_TAGS = (b"\x81\x00", b"\x88\xa8")


def layer_2(frame: bytes) -> int:
    """Last octets of both addresses, and the EtherType."""
    return frame[5] ^ frame[11] ^ frame[12] ^ frame[13]


def layer_2_and_3(frame: bytes) -> int:
    """The layer-2 hash and both IP addresses."""
    offset, kind = _network(frame)
    return layer_2(frame) ^ _addresses(frame, offset, kind)


def layer_3_and_4(frame: bytes) -> int:
    """Both IP addresses and both ports; the layer-2 hash for everything that is not IP. Fragments have no ports."""
    offset, kind = _network(frame)
    if kind == _IPV4 and len(frame) >= offset + 20:
        mixed = _addresses(frame, offset, kind)
        start = offset + (frame[offset] & 15) * 4
        fragment = int.from_bytes(frame[offset + 6 : offset + 8], "big") & 0x3FFF
        return mixed if fragment else mixed ^ _ports(frame, start, frame[offset + 9])
    if kind == _IPV6 and len(frame) >= offset + 40:
        return _addresses(frame, offset, kind) ^ _ports(frame, offset + 40, frame[offset + 6])
    return layer_2(frame)


HASHES: dict[str, Callable[[bytes], int]] = {
    "layer-2": layer_2,
    "layer-2-and-3": layer_2_and_3,
    "layer-3-and-4": layer_3_and_4,
    "encap-2-and-3": layer_2_and_3,
    "encap-3-and-4": layer_3_and_4,
}


def spread(value: int, members: int) -> int:
    """An index below *members* from a hash *value*."""
    value ^= value >> 16
    value ^= value >> 8
    return (value & 0xFFFF) % members


def _network(frame: bytes) -> tuple[int, bytes]:
    """Where the network header starts, behind at most one tag, and the EtherType in front of it."""
    kind = frame[12:14]
    return (18, frame[16:18]) if kind in _TAGS else (14, kind)


def _addresses(frame: bytes, offset: int, kind: bytes) -> int:
    if kind == _IPV4:
        return int.from_bytes(frame[offset + 12 : offset + 16], "big") ^ int.from_bytes(
            frame[offset + 16 : offset + 20], "big"
        )
    if kind == _IPV6:
        mixed = int.from_bytes(frame[offset + 8 : offset + 24], "big") ^ int.from_bytes(
            frame[offset + 24 : offset + 40], "big"
        )
        return (mixed ^ mixed >> 32 ^ mixed >> 64 ^ mixed >> 96) & 0xFFFFFFFF
    return 0


def _ports(frame: bytes, start: int, protocol: int) -> int:
    """Both ports of TCP, UDP or SCTP, one above the other; 0 for anything else."""
    if protocol not in (6, 17, 132) or len(frame) < start + 4:
        return 0
    return int.from_bytes(frame[start : start + 2], "big") ^ int.from_bytes(frame[start + 2 : start + 4], "big") << 8
