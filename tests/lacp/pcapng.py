"""Just enough of pcapng and pcap to replay the captures under tests/vectors."""

import struct
from pathlib import Path
from typing import NamedTuple

from pyiccp.wire._lacpdu import Lacpdu
from pyiccp.wire._mac import Mac

VECTORS = Path(__file__).parents[1] / "vectors" / "lacp"


class Packet(NamedTuple):
    at: float
    interface: str
    octets: bytes


class Frame(NamedTuple):
    """An LACPDU of 110 octets, as all three products send them."""

    at: float
    source: Mac
    pdu: Lacpdu


def lacpdus(name: str) -> list[Frame]:
    """The LACPDUs of a capture."""
    frames = []
    for at, _, octets in read(name):
        if octets[12:15] == b"\x88\x09\x01" and len(octets) == 124:
            frames.append(Frame(at, Mac(octets[6:12]), Lacpdu.decode(octets[14:])))
    return frames


def read(name: str) -> list[Packet]:
    """The packets of a capture in the order of the file; times from the first one."""
    data = (VECTORS / name).read_bytes()
    packets = _pcapng(data) if data[:4] == b"\n\r\r\n" else _pcap(data)
    start = packets[0].at
    return [packet._replace(at=packet.at - start) for packet in packets]


def _pcap(data: bytes) -> list[Packet]:
    order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    at, packets = 24, []
    while at < len(data):
        seconds, micros, size = struct.unpack_from(order + "III", data, at)
        packets.append(Packet(seconds + micros / 1e6, "", data[at + 16 : at + 16 + size]))
        at += 16 + size
    return packets


def _pcapng(data: bytes) -> list[Packet]:
    at, packets = 0, []
    interfaces: list[tuple[str, float]] = []
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        body = data[at + 8 : at + size - 4]
        if kind == 1:
            options = _options(body[8:])
            resolution = options.get(9, b"\x06")[0]
            interfaces.append((options.get(2, b"").decode(), 10.0**-resolution))
        elif kind == 6:
            number, high, low, captured, _ = struct.unpack_from("<IIIII", body)
            name, unit = interfaces[number]
            packets.append(Packet((high << 32 | low) * unit, name, body[20 : 20 + captured]))
        at += size
    return packets


def _options(body: bytes) -> dict[int, bytes]:
    found, at = {}, 0
    while at + 4 <= len(body):
        code, size = struct.unpack_from("<HH", body, at)
        if code == 0:
            break
        found[code] = body[at + 4 : at + 4 + size]
        at += 4 + (size + 3) // 4 * 4
    return found
