"""Classic pcap: one linktype, a header of 24 octets, then records of 16 and the packet (draft-ietf-opsawg-pcap)."""

from collections.abc import Iterator
from struct import Struct
from typing import BinaryIO

from pyiccp.capture._feed import Feed
from pyiccp.capture._packet import ETHERNET, LONGEST, SECOND, CaptureError, Interface, Packet, Stopped

HEADER = 24
RECORD = 16

_MAGICS = {
    bytes.fromhex("A1B2C3D4"): (">", 1000),
    bytes.fromhex("D4C3B2A1"): ("<", 1000),
    bytes.fromhex("A1B23C4D"): (">", 1),
    bytes.fromhex("4D3CB2A1"): ("<", 1),
}
MAGICS = tuple(_MAGICS)
_LINKTYPE = 0x03FFFFFF
"""The upper bits tell of an FCS."""


class Head:
    """What the first 24 octets say."""

    def __init__(self, octets: bytes) -> None:
        if octets[:4] not in _MAGICS:
            raise CaptureError.foreign("pcap file", octets[:4])
        if len(octets) < HEADER:
            raise CaptureError(f"a pcap header has {HEADER} octets, here are {len(octets)}")
        self.order, self.unit = _MAGICS[octets[:4]]
        """Byte order as `struct` writes it; nanoseconds per unit of the fraction."""
        _, _, _, _, _, snaplen, linktype = Struct(self.order + "IHHiIII").unpack(octets[:HEADER])
        self.interface = Interface(linktype=linktype & _LINKTYPE, snaplen=snaplen)
        self.record = Struct(self.order + "IIII")
        """Seconds, fraction, octets kept, octets on the wire."""


def broken_record(offset: int, kept: int, left: int) -> Stopped | None:
    """Why no record is at *offset* that says it kept so many octets where so many are left behind its header."""
    if left < 0:
        return Stopped(offset, f"{left + RECORD} octets where a record's header needs {RECORD}")
    if kept > LONGEST:
        return Stopped(offset, f"a record of {kept} octets; {LONGEST} is the most")
    if kept > left:
        return Stopped(offset, f"a record of {kept} octets where {left} are left")
    return None


class PcapReader:
    """Packets of a pcap stream, in order. `stopped` is known at the end."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._head = Head(feed.read(HEADER))
        self.interfaces = [self._head.interface]
        self.stopped: Stopped | None = None

    def __iter__(self) -> Iterator[Packet]:
        read, unpack, unit = self._feed.read, self._head.record.unpack, self._head.unit
        number = 0
        while True:
            header = read(RECORD)
            if len(header) < RECORD:
                self._end(header, 0, len(header) - RECORD)
                return
            seconds, fraction, kept, length = unpack(header)
            octets = read(kept) if kept <= LONGEST else b""
            if len(octets) < kept:
                self._end(header, kept, len(octets))
                return
            number += 1
            yield Packet(number, seconds * SECOND + fraction * unit, 0, octets, length)

    def _end(self, header: bytes, kept: int, left: int) -> None:
        if self._feed.broken:
            self.stopped = Stopped(self._feed.offset, self._feed.broken)
        elif header:
            self.stopped = broken_record(self._feed.offset - len(header) - max(left, 0), kept, left)


class PcapWriter:
    """Writes a pcap file; nanoseconds unless told otherwise."""

    def __init__(
        self,
        file: BinaryIO,
        *,
        linktype: int = ETHERNET,
        snaplen: int = LONGEST,
        nanoseconds: bool = True,
        order: str = "<",
    ) -> None:
        self._write = file.write
        self._unit = 1 if nanoseconds else 1000
        self._record = Struct(order + "IIII")
        magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
        file.write(Struct(order + "IHHiIII").pack(magic, 2, 4, 0, 0, snaplen, linktype))

    def write(self, packet: Packet) -> None:
        """One record more. Number, interface and comment have no place in this format."""
        seconds, nanoseconds = divmod(packet.time_ns or 0, SECOND)
        header = self._record.pack(seconds, nanoseconds // self._unit, len(packet.octets), packet.length)
        self._write(header + packet.octets)
