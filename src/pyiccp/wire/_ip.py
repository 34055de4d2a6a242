"""As much of IP, TCP and UDP as it takes to find what they carry (RFC 791, 8200, 9293, 768)."""

from typing import NamedTuple

from construct import Bytes, Int8ub, Int16ub, Int32ub

from pyiccp.wire._layout import Layout

IPV4 = 0x0800
IPV6 = 0x86DD
TCP = 6
UDP = 17

IPV4_HEADER = Layout(
    "IPv4",
    "version_and_length" / Int8ub,
    "type_of_service" / Int8ub,
    "total_length" / Int16ub,
    "identification" / Int16ub,
    "flags_and_offset" / Int16ub,
    "time_to_live" / Int8ub,
    "protocol" / Int8ub,
    "checksum" / Int16ub,
    "source" / Bytes(4),
    "destination" / Bytes(4),
)
IPV6_HEADER = Layout(
    "IPv6",
    "version_and_flow" / Int32ub,
    "payload_length" / Int16ub,
    "next_header" / Int8ub,
    "hop_limit" / Int8ub,
    "source" / Bytes(16),
    "destination" / Bytes(16),
)
TCP_HEADER = Layout(
    "TCP",
    "source_port" / Int16ub,
    "destination_port" / Int16ub,
    "sequence" / Int32ub,
    "acknowledgement" / Int32ub,
    "data_offset" / Int8ub,
    "flags" / Int8ub,
    "window" / Int16ub,
    "checksum" / Int16ub,
    "urgent" / Int16ub,
)
UDP_HEADER = Layout(
    "UDP",
    "source_port" / Int16ub,
    "destination_port" / Int16ub,
    "length" / Int16ub,
    "checksum" / Int16ub,
)

FIN, SYN, RST = 0x01, 0x02, 0x04


class Carried(NamedTuple):
    """What a TCP segment or a UDP datagram carries, and between whom."""

    protocol: int
    """TCP or UDP."""
    network: int
    """Offset of the IP header."""
    transport: int
    """Offset of the TCP or UDP header."""
    source: bytes
    destination: bytes
    source_port: int
    destination_port: int
    start: int
    """Offset of the data."""
    end: int
    """Where the data end; beyond what was captured if the packet was cut."""
    sequence: int = 0
    flags: int = 0
    """FIN, SYN and so on."""


def carried(octets: bytes, start: int, ethertype: int) -> Carried | None:
    """What the packet at *start* carries; None for fragments and for anything but TCP and UDP."""
    if ethertype == IPV4:
        return _ipv4(octets, start)
    return _ipv6(octets, start) if ethertype == IPV6 else None


def _ipv4(octets: bytes, start: int) -> Carried | None:
    if len(octets) < start + IPV4_HEADER.size or octets[start] >> 4 != 4:
        return None
    header = 4 * (octets[start] & 15)
    total = int.from_bytes(octets[start + 2 : start + 4], "big")
    fragment = int.from_bytes(octets[start + 6 : start + 8], "big") & 0x3FFF
    if header < IPV4_HEADER.size or total < header or fragment:
        return None
    addresses = octets[start + 12 : start + 16], octets[start + 16 : start + 20]
    return _transport(octets, start, start + header, start + total, octets[start + 9], *addresses)


def _ipv6(octets: bytes, start: int) -> Carried | None:
    if len(octets) < start + IPV6_HEADER.size or octets[start] >> 4 != 6:
        return None
    end = start + IPV6_HEADER.size + int.from_bytes(octets[start + 4 : start + 6], "big")
    addresses = octets[start + 8 : start + 24], octets[start + 24 : start + 40]
    return _transport(octets, start, start + IPV6_HEADER.size, end, octets[start + 6], *addresses)


def _transport(
    octets: bytes, network: int, start: int, end: int, protocol: int, source: bytes, destination: bytes
) -> Carried | None:
    if protocol not in (TCP, UDP):
        return None
    size = UDP_HEADER.size if protocol == UDP else TCP_HEADER.size
    if min(len(octets), end) < start + size:
        return None
    ports = int.from_bytes(octets[start : start + 2], "big"), int.from_bytes(octets[start + 2 : start + 4], "big")
    if protocol == UDP:
        length = int.from_bytes(octets[start + 4 : start + 6], "big")
        end = min(end, start + max(length, size))
        return Carried(UDP, network, start, source, destination, *ports, start + size, end)
    data = start + 4 * (octets[start + 12] >> 4)
    if data < start + size or data > end:
        return None
    sequence = int.from_bytes(octets[start + 4 : start + 8], "big")
    return Carried(TCP, network, start, source, destination, *ports, data, end, sequence, octets[start + 13])
