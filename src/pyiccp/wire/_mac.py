"""MAC addresses: six octets, compared as numbers are (big-endian octets order alike)."""

from typing import NewType

Mac = NewType("Mac", bytes)
"""Six octets. Plain bytes at run time: cheap to decode, to hash and to compare."""

ZERO = Mac(bytes(6))
BROADCAST = Mac(b"\xff" * 6)
SLOW_PROTOCOLS = Mac(b"\x01\x80\xc2\x00\x00\x02")
NEAREST_BRIDGE = Mac(b"\x01\x80\xc2\x00\x00\x0e")
"""Where ICCP, LLDP and PTP frames go that must not cross a bridge."""


def mac(text: str) -> Mac:
    """The address written as six hexadecimal pairs with colons or dashes; ValueError for anything else."""
    pairs = text.replace("-", ":").split(":")
    if len(pairs) != 6 or not all(len(pair) == 2 for pair in pairs):
        raise ValueError(f"{text!r} is not a MAC address; write six pairs of digits, e.g. 74:4D:28:11:70:6B")
    try:
        return Mac(bytes(int(pair, 16) for pair in pairs))
    except ValueError:
        raise ValueError(f"{text!r} is not a MAC address; its pairs must be hexadecimal") from None


def mac_text(octets: bytes) -> str:
    """Upper case with colons, as RouterOS prints it."""
    return octets.hex(":").upper()


def mac_plus(octets: bytes, offset: int) -> Mac:
    """The address *offset* above (modulo 2**48)."""
    return Mac(((int.from_bytes(octets, "big") + offset) & 0xFFFFFFFFFFFF).to_bytes(6, "big"))


def is_group(octets: bytes) -> bool:
    """True for a group (multicast or broadcast) address."""
    return bool(octets[0] & 1)


def is_reserved(octets: bytes) -> bool:
    """True for 01:80:C2:00:00:00 … 0F, which no bridge forwards (802.1Q table 8-1)."""
    return octets[:5] == b"\x01\x80\xc2\x00\x00" and octets[5] < 16
