"""ICCP over TCP: connections put together again, cut into PDUs or messages, found again behind a gap."""

from collections.abc import Iterator, Mapping

import msgspec

from pyiccp.capture._tcp import Chunk, Connections, Ends
from pyiccp.wire._ip import Carried
from pyiccp.wire._malformed import Fault, Malformed
from pyiccp.wire.iccp._pdu import IccpPdu
from pyiccp.wire.iccp._stream import PduStream, SonicStream
from pyiccp.wire.iccp.sonic import SonicMessage

_LARGEST = 0xFFFF
"""PDU Length: what the session agreed on may not be in the capture."""
_LIKELY = 9000
"""PDU Length of what is taken for a PDU in the middle of a stream."""
_SONIC_TYPES = (0x0202, 0x0700, 0x0701, 0x0702, 0x0703)


class Unit(msgspec.Struct, frozen=True, gc=False):
    """A PDU or a message of a stream."""

    protocol: str
    ends: Ends | None
    value: IccpPdu | SonicMessage | Malformed
    octets: bytes
    missing: int = 0
    """Octets just before it that the capture does not have."""


class Streams:
    """All connections of the ports that are of interest."""

    def __init__(self, ports: Mapping[int, str]) -> None:
        self._ports = ports
        self._connections = Connections()
        self._cutters: dict[Ends, _Cutter] = {}

    def segment(self, frame: bytes, carried: Carried) -> Iterator[Unit]:
        """The units that the segment in *frame* completes."""
        for ends, chunk in self._connections.segment(frame, carried):
            yield from self._chunk(ends, chunk)

    def end(self) -> Iterator[Unit]:
        """What is left when the capture is over: segments that waited, then units that were never completed."""
        for ends, chunk in self._connections.end():
            yield from self._chunk(ends, chunk)
        for cutter in self._cutters.values():
            yield from cutter.end()

    def _chunk(self, ends: Ends, chunk: Chunk) -> Iterator[Unit]:
        cutter = self._cutters.get(ends)
        if cutter is None or chunk.start:
            protocol = self._ports.get(ends.destination.port) or self._ports[ends.source.port]
            cutter = self._cutters[ends] = _Cutter(protocol, ends)
        yield from cutter.feed(chunk)


class _Cutter:
    """One direction: finds the first unit it can see from its start, then cuts."""

    def __init__(self, protocol: str, ends: Ends) -> None:
        self._protocol = protocol
        self._ends = ends
        self._stream: PduStream | SonicStream | None = None
        self._missing = 0
        """Octets lost since the last unit."""

    def feed(self, chunk: Chunk) -> Iterator[Unit]:
        """The units that *chunk* completes."""
        if chunk.missing:
            self._missing += chunk.missing
            self._stream = None
        if self._stream is None:
            if not (chunk.start or self._likely(chunk.octets)):
                self._missing += len(chunk.octets)
                return
            self._stream = SonicStream() if self._protocol == "sonic-iccp" else PduStream(_LARGEST)
        stream = self._stream
        octets = stream.waiting + chunk.octets
        for value in stream.feed(chunk.octets):
            if value is stream.lost:
                yield self._unit(value, octets)
                self._missing += len(octets)
                self._stream = None
                return
            size = 4 + int.from_bytes(octets[2:4], "big")
            yield self._unit(value, octets[:size])
            octets = octets[size:]

    def end(self) -> Iterator[Unit]:
        """A unit that was begun and never completed."""
        waiting = self._stream.waiting if self._stream is not None else b""
        if waiting:
            what = "SONiC message" if self._protocol == "sonic-iccp" else "LDP PDU"
            why = f"the capture ends after {len(waiting)} octets of it"
            yield self._unit(Malformed(what, Fault("length", len(waiting), why)), waiting)

    def _unit(self, value: IccpPdu | SonicMessage | Malformed, octets: bytes) -> Unit:
        missing, self._missing = self._missing, 0
        return Unit(self._protocol, self._ends, value, octets, missing)

    def _likely(self, octets: bytes) -> bool:
        """True if a unit seems to start here: senders begin segments with one."""
        kind, length = int.from_bytes(octets[:2], "big"), int.from_bytes(octets[2:4], "big")
        if self._protocol == "sonic-iccp":
            return kind in _SONIC_TYPES and length >= 4
        return kind == 1 and 14 <= length <= _LIKELY
