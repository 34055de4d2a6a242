"""The protocols that can be fuzzed by name: their formats, their decoder, the frame that carries them."""

import struct
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from pyiccp.testing._synthesis import synthesise
from pyiccp.testing._tree import Seed, nodes_of_message
from pyiccp.wire import _keepalive as keepalive
from pyiccp.wire import _lacpdu as lacpdu
from pyiccp.wire import _link as link
from pyiccp.wire._bpdu import ConfigBpdu, MstBpdu, PvstBpdu, RstBpdu, TcnBpdu, decode_bpdu
from pyiccp.wire._codec import Format
from pyiccp.wire._lacpdu import Lacpdu
from pyiccp.wire._mac import NEAREST_BRIDGE, SLOW_PROTOCOLS
from pyiccp.wire._marker import Marker
from pyiccp.wire.iccp import codes
from pyiccp.wire.iccp._pdu import PDU, IccpPdu
from pyiccp.wire.iccp.sonic import MESSAGE, SonicMessage

SOURCE = bytes.fromhex("020000000001")
"""Of all frames: locally administered, nobody's."""
_TARGET = bytes.fromhex("020000000002")
_BRIDGE_GROUP = bytes.fromhex("0180C2000000")
_PVST_GROUP = bytes.fromhex("01000CCCCCCD")
_SHORTEST = 60
"""Octets of a frame without its checksum."""
_LDP, _SONIC, _KEEPALIVE = 646, 8888, 49152
_FIRST_PORT = 20_000
_PORTS = 40_000
_MESSAGES = (
    codes.NOTIFICATION,
    codes.INITIALIZATION,
    codes.KEEPALIVE,
    codes.CAPABILITY,
    codes.RG_CONNECT,
    codes.RG_DISCONNECT,
    codes.RG_NOTIFICATION,
    codes.RG_APPLICATION_DATA,
)


class Protocol(NamedTuple):
    """One protocol."""

    forms: tuple[Format, ...]
    decode: Callable[[bytes], Any]
    """Octets to a value; raises Malformed, nothing else."""
    frame: Callable[[bytes, int], bytes]
    """(octets, number) to a whole Ethernet frame; what goes by TCP is a connection of its own for each number."""
    what: str
    head: bool = False
    """A message that starts with its type and length."""

    def seed(self, rng: Random) -> Seed:
        """A valid PDU and its tree."""
        form = self.forms[int(rng.random() * len(self.forms))]
        if form is PDU:
            return Seed.of_format(form, _pdu(rng))
        octets = synthesise(form, rng)
        if not self.head:
            return Seed.of_format(form, octets)
        octets = struct.pack(">HH", _MESSAGES[int(rng.random() * len(_MESSAGES))], len(octets)) + octets
        return Seed(octets, nodes_of_message(octets, form))

    def seeds(self, rng: Random, count: int = 64) -> tuple[Seed, ...]:
        """*count* valid PDUs."""
        return tuple(self.seed(rng) for _ in range(count))


def _pdu(rng: Random) -> bytes:
    """An LDP PDU whose messages have types that ICCP knows."""
    octets = bytearray(synthesise(PDU, rng))
    at = PDU.size
    while at + 4 <= len(octets):
        octets[at : at + 2] = _MESSAGES[int(rng.random() * len(_MESSAGES))].to_bytes(2, "big")
        at += 4 + int.from_bytes(octets[at + 2 : at + 4], "big")
    return bytes(octets)


def _slow(octets: bytes, number: int) -> bytes:
    return (SLOW_PROTOCOLS + SOURCE + b"\x88\x09" + octets).ljust(_SHORTEST, b"\0")


def _llc(octets: bytes, number: int) -> bytes:
    content = b"BB\x03" + octets
    return (_BRIDGE_GROUP + SOURCE + _length(content) + content).ljust(_SHORTEST, b"\0")


def _snap(octets: bytes, number: int) -> bytes:
    content = bytes.fromhex("AAAA03 00000C 010B") + octets
    return (_PVST_GROUP + SOURCE + _length(content) + content).ljust(_SHORTEST, b"\0")


def _length(content: bytes) -> bytes:
    return min(len(content), 1500).to_bytes(2, "big")


def _link(octets: bytes, number: int) -> bytes:
    return (NEAREST_BRIDGE + SOURCE + link.ETHERTYPE.to_bytes(2, "big") + octets).ljust(_SHORTEST, b"\0")


def _tcp(port: int) -> Callable[[bytes, int], bytes]:
    def frame(octets: bytes, number: int) -> bytes:
        head = struct.pack(">HHIIBBHHH", _FIRST_PORT + number % _PORTS, port, 1, 1, 0x50, 0x18, 0xFFFF, 0, 0)
        return _ipv4(6, head + octets)

    return frame


def _udp(octets: bytes, number: int) -> bytes:
    return _ipv4(17, struct.pack(">HHHH", _KEEPALIVE, _KEEPALIVE, 8 + len(octets), 0) + octets)


def _ipv4(protocol: int, content: bytes) -> bytes:
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(content), 0, 0, 64, protocol, 0, b"\n\0\0\1", b"\n\0\0\2")
    total = sum(struct.unpack(">10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    check: int = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    return _TARGET + SOURCE + b"\x08\0" + head[:10] + check.to_bytes(2, "big") + head[12:] + content


PROTOCOLS: dict[str, Protocol] = {
    "lacp": Protocol((Lacpdu.FORMAT, lacpdu.LONG), Lacpdu.decode, _slow, "LACPDUs of version 1 and 2"),
    "marker": Protocol((Marker.FORMAT,), Marker.decode, _slow, "Marker PDUs"),
    "stp": Protocol((ConfigBpdu.FORMAT, TcnBpdu.FORMAT), decode_bpdu, _llc, "Configuration and TCN BPDUs"),
    "rstp": Protocol((RstBpdu.FORMAT,), decode_bpdu, _llc, "RST BPDUs"),
    "mstp": Protocol((MstBpdu.FORMAT,), decode_bpdu, _llc, "MST BPDUs"),
    "pvst": Protocol((RstBpdu.FORMAT, ConfigBpdu.FORMAT), PvstBpdu.decode, _snap, "PVST+ BPDUs"),
    "iccp": Protocol((PDU,), IccpPdu.decode, _tcp(_LDP), "LDP PDUs of RFC 7275, TCP 646"),
    "sonic-iccp": Protocol((MESSAGE,), SonicMessage.decode, _tcp(_SONIC), "messages of SONiC's dialect", head=True),
    "pyiccp-link": Protocol(tuple(link.FORMATS.values()), link.Segment.decode, _link, "segments of our own link"),
    "pyiccp-keepalive": Protocol((keepalive.Keepalive.FORMAT,), keepalive.Keepalive.decode, _udp, "our keepalive"),
}
"""By the name that `pyiccp decode` gives them."""
