"""The frames of lab hosts: real IPv4/UDP and ARP, ending in a trailer that tells which frame it is.

The trailer is at the very end, so it is found with or without an 802.1Q tag, and inside an envelope of the peer link.
"""

from struct import Struct

MAGIC = b"pyic"
TRAILER = Struct(">4sIQ")
"""Magic, direction of a flow (or ANNOUNCEMENT plus that), sequence number."""
ANNOUNCEMENT = 0x8000_0000
SOURCE_PORT = 49152
TARGET_PORT = 40000
BROADCAST_IP = bytes((10, 255, 255, 255))

_NUMBERED = Struct(">Q8sQ")
_ALL_ONES = (1 << 64) - 1


def host_ip(number: int) -> bytes:
    """The address of host *number* in 10.0.0.0/8."""
    return (0x0A00_0000 + number).to_bytes(4, "big")


def internet_checksum(octets: bytes) -> int:
    """One's complement of the one's complement sum (RFC 1071)."""
    total = sum(int.from_bytes(octets[i : i + 2].ljust(2, b"\0"), "big") for i in range(0, len(octets), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def label(direction: int) -> bytes:
    """The trailer without its sequence number."""
    return MAGIC + direction.to_bytes(4, "big")


def numbered(head: bytes, mark: bytes, sequence: int) -> bytes:
    """The frame of stream *head* with *sequence*.

    The payload carries the number and its complement: their sum is the same for every number, and so is the UDP
    checksum, which `stream_head` has computed once.
    """
    return head + _NUMBERED.pack(sequence ^ _ALL_ONES, mark, sequence)


def stream_head(
    source: bytes, target: bytes, vlan: int | None, source_ip: bytes, target_ip: bytes, stream: int, mark: bytes
) -> bytes:
    """Ethernet, IPv4 and UDP headers of one 5-tuple (RFC 791, RFC 768)."""
    payload = _NUMBERED.pack(_ALL_ONES, mark, 0)
    udp_length = 8 + len(payload)
    ports = (SOURCE_PORT + stream).to_bytes(2, "big") + TARGET_PORT.to_bytes(2, "big")
    udp = ports + udp_length.to_bytes(2, "big")
    pseudo = source_ip + target_ip + b"\x00\x11" + udp_length.to_bytes(2, "big")
    # A computed zero is sent as all ones: zero means "no checksum".
    udp_sum = internet_checksum(pseudo + udp + bytes(2) + payload) or 0xFFFF
    head = b"\x45\x00" + (20 + udp_length).to_bytes(2, "big") + b"\x00\x00\x40\x00\x40\x11"
    ip_sum = internet_checksum(head + bytes(2) + source_ip + target_ip)
    ip = head + ip_sum.to_bytes(2, "big") + source_ip + target_ip
    return target + source + tag(vlan) + b"\x08\x00" + ip + udp + udp_sum.to_bytes(2, "big")


def announcement(source: bytes, vlan: int | None, address: bytes, direction: int) -> bytes:
    """The ARP announcement of a host that starts to talk (RFC 5227, 3); the trailer sits in the padding."""
    arp = b"\x00\x01\x08\x00\x06\x04\x00\x01" + source + address + bytes(6) + address
    frame = b"\xff" * 6 + source + tag(vlan) + b"\x08\x06" + arp
    return frame.ljust(60 - TRAILER.size, b"\0") + TRAILER.pack(MAGIC, ANNOUNCEMENT | direction, 0)


def tag(vlan: int | None) -> bytes:
    """The 802.1Q tag of *vlan*, or nothing."""
    return b"" if vlan is None else b"\x81\x00" + vlan.to_bytes(2, "big")
