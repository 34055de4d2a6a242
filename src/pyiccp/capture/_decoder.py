"""What the packets of a capture say, packet by packet; messages of TCP when they are complete."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from pyiccp.capture._ethernet import as_ethernet
from pyiccp.capture._packet import Interface, Packet
from pyiccp.capture._segments import Messages
from pyiccp.capture._streams import Streams, Unit
from pyiccp.capture._tcp import Ends, ends_of
from pyiccp.wire._identify import DEFAULT_PORTS, Content, decode_content, identify, name_of
from pyiccp.wire._ip import TCP
from pyiccp.wire._link import Segment
from pyiccp.wire._malformed import Malformed

FAMILIES = {
    "stp": frozenset(("stp", "rstp", "mstp", "spb", "pvst")),
    "lacp": frozenset(("lacp",)),
    "marker": frozenset(("marker",)),
    "slow": frozenset(("slow",)),
    "rstp": frozenset(("rstp",)),
    "mstp": frozenset(("mstp",)),
    "spb": frozenset(("spb",)),
    "pvst": frozenset(("pvst",)),
    "iccp": frozenset(("iccp",)),
    "sonic-iccp": frozenset(("sonic-iccp",)),
    "pyiccp-link": frozenset(("pyiccp-link",)),
    "pyiccp-keepalive": frozenset(("pyiccp-keepalive",)),
}
"""What may be asked for, and the protocols that are meant; `stp` means every kind of spanning tree."""

BY_SCAN = frozenset(("lacp", "marker", "slow", "pyiccp-link")) | FAMILIES["stp"]
"""Protocols that a scan finds."""


class Decoded(msgspec.Struct, frozen=True, gc=False):
    """One thing that a packet said, or a message that it completed."""

    packet: Packet
    protocol: str
    vlan: int | None
    octets: bytes
    """What was decoded: the frame, or a unit of a stream."""
    start: int = 0
    """Where the protocol's own octets start in them."""
    value: Any = None
    """A value of the wire; an LDP PDU holds its messages. None where the protocol is only known by name."""
    malformed: Malformed | None = None
    """Why there is no value; its offset counts from `start`."""
    ends: Ends | None = None
    """Between whom, where IP tells."""
    missing: int = 0
    """Octets of the stream just before these that the capture does not have."""


class Decoder:
    """Decodes packets in order; keeps what streams have not yet completed."""

    def __init__(
        self,
        interfaces: list[Interface],
        *,
        ports: Mapping[int, str] = DEFAULT_PORTS,
        only: frozenset[str] | None = None,
    ) -> None:
        """*ports*: TCP port -> protocol; *only*: the protocols that are wanted."""
        self._interfaces = interfaces
        self._ports = dict(ports)
        self._only = only
        self._streams = Streams(self._ports)
        self._messages = Messages()
        self._last: Packet | None = None

    def decode(self, packets: Iterable[Packet]) -> Iterator[Decoded]:
        """What *packets* say, and at their end what still waited for a missing segment."""
        only = self._only
        for packet in packets:
            for decoded in self._packet(packet):
                if only is None or decoded.protocol in only:
                    yield decoded
        if self._last is not None:
            for unit in self._streams.end():
                if only is None or unit.protocol in only:
                    yield _of_stream(self._last, None, unit)

    def _packet(self, packet: Packet) -> Iterator[Decoded]:
        linktype = self._interfaces[packet.interface].linktype
        frame = as_ethernet(linktype, packet.octets)
        content = identify(frame, self._ports)
        if content is None:
            return
        if content.carried is not None and content.carried.protocol == TCP:
            self._last = packet
            for unit in self._streams.segment(frame, content.carried):
                yield _of_stream(packet, content.vlan, unit)
            return
        decoded = _of_frame(packet, frame, content)
        yield decoded
        if isinstance(decoded.value, Segment):
            for unit in self._messages.segment(frame[6:12], decoded.value):
                yield _of_stream(packet, content.vlan, unit)


def _of_frame(packet: Packet, frame: bytes, content: Content) -> Decoded:
    value, malformed, protocol = None, None, content.protocol
    try:
        value = decode_content(frame, content)
        protocol = name_of(protocol, value)
    except Malformed as error:
        malformed = error
        protocol = _guess(protocol, frame, content.start)
    ends = ends_of(content.carried) if content.carried is not None else None
    return Decoded(packet, protocol, content.vlan, frame, content.start, value, malformed, ends)


def _guess(protocol: str, frame: bytes, start: int) -> str:
    """What a malformed BPDU wanted to be."""
    if protocol == "stp" and frame[start + 3 : start + 4] == b"\2":
        return "mstp" if frame[start + 2] == 3 else "spb" if frame[start + 2] > 3 else "rstp"
    return protocol


def _of_stream(packet: Packet, vlan: int | None, unit: Unit) -> Decoded:
    value, malformed = (None, unit.value) if isinstance(unit.value, Malformed) else (unit.value, None)
    return Decoded(packet, unit.protocol, vlan, unit.octets, 0, value, malformed, unit.ends, unit.missing)
