"""pcapng: sections of blocks, several interfaces, options (draft-ietf-opsawg-pcapng)."""

from collections.abc import Iterator, Sequence
from struct import Struct, calcsize, unpack_from
from typing import BinaryIO, Literal

from pyiccp.capture._feed import Feed
from pyiccp.capture._packet import LONGEST, SECOND, CaptureError, Interface, Packet, Stopped

SECTION = b"\n\r\r\n"
"""Reads the same in both byte orders."""
_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE_PACKET, _PACKET = 0x0A0D0D0A, 1, 2, 3, 6
_ORDER_MAGIC = 0x1A2B3C4D
_LONGEST_BLOCK = 16 << 20
_COMMENT, _IF_NAME, _EPB_FLAGS, _USER_APPLICATION, _IF_TSRESOL, _IF_TSOFFSET = 1, 2, 2, 4, 9, 14
_INBOUND, _OUTBOUND = 1, 2


class _Clock:
    """Units of an interface's timestamps (if_tsresol, if_tsoffset)."""

    def __init__(self, resolution: int, offset: int) -> None:
        self._offset = offset * SECOND
        self._binary = resolution & 0x7F if resolution & 0x80 else None
        self._decimal = resolution & 0x7F

    def nanoseconds(self, units: int) -> int:
        if self._binary is not None:
            return self._offset + (units * SECOND >> self._binary)
        if self._decimal <= 9:
            return self._offset + int(units * 10 ** (9 - self._decimal))
        return self._offset + int(units // 10 ** (self._decimal - 9))


class _Broken(Exception):  # noqa: N818 - not an error of ours: where the file stops
    def __init__(self, why: str) -> None:
        self.why = why


class PcapngReader:
    """Packets of a pcapng stream, in order. Interfaces appear as they are read; `stopped` is known at the end."""

    def __init__(self, feed: Feed) -> None:
        if feed.peek(4) != SECTION:
            raise CaptureError.foreign("pcapng file", feed.peek(4))
        self._feed = feed
        self._endian: Literal["little", "big"] = "little"
        self._first = 0
        """Index of this section's first interface."""
        self._clocks: list[_Clock] = []
        self._number = 0
        self.interfaces: list[Interface] = []
        self.stopped: Stopped | None = None

    def __iter__(self) -> Iterator[Packet]:
        while True:
            at = self._feed.offset
            try:
                block = self._block()
                if block is None:
                    break
                packet = self._packet(*block)
            except _Broken as broken:
                self.stopped = Stopped(at, self._feed.broken or broken.why)
                return
            if packet is not None:
                yield packet
        if self._feed.broken:
            self.stopped = Stopped(self._feed.offset, self._feed.broken)

    def _block(self) -> tuple[int, bytes] | None:
        """Type and body of the next block; a section header turns to its byte order."""
        head = self._feed.read(8)
        if not head:
            return None
        if len(head) < 8:
            raise _Broken(f"{len(head)} octets where a block needs 12")
        if head[:4] == SECTION:
            magic = self._feed.peek(4)
            self._endian = "big" if magic == _ORDER_MAGIC.to_bytes(4, "big") else "little"
            if len(magic) == 4 and int.from_bytes(magic, self._endian) != _ORDER_MAGIC:
                raise _Broken(f"a section with the byte order {magic.hex()}")
        kind = int.from_bytes(head[:4], self._endian)
        total = int.from_bytes(head[4:], self._endian)
        if total < 12 or total % 4 or total > _LONGEST_BLOCK:
            raise _Broken(f"a block of {total} octets")
        body = self._feed.read(total - 8)
        if len(body) < total - 8:
            raise _Broken(f"a block of {total} octets where {len(body) + 8} are left")
        if int.from_bytes(body[-4:], self._endian) != total:
            raise _Broken(f"a block of {total} octets that ends as one of {int.from_bytes(body[-4:], self._endian)}")
        return kind, body[:-4]

    def _unpack(self, form: str, body: bytes) -> tuple[int, ...]:
        form = (">" if self._endian == "big" else "<") + form
        if len(body) < calcsize(form):
            raise _Broken(f"a block's body of {len(body)} octets where {calcsize(form)} is the least")
        return unpack_from(form, body)

    def _packet(self, kind: int, body: bytes) -> Packet | None:
        if kind == _PACKET:
            interface, high, low, kept, length = self._unpack("IIIII", body)
            return self._enhanced(interface, high << 32 | low, kept, length, body, 20)
        if kind == _OLD_PACKET:
            interface, _, high, low, kept, length = self._unpack("HHIIII", body)
            return self._enhanced(interface, high << 32 | low, kept, length, body, 20)
        if kind == _SIMPLE_PACKET:
            return self._simple(body)
        if kind == _SECTION:
            self._unpack("IHHq", body)
            self._first = len(self.interfaces)
        elif kind == _INTERFACE:
            self._interface(body)
        return None

    def _interface(self, body: bytes) -> None:
        linktype, _, snaplen = self._unpack("HHI", body)
        options = self._options(body, 8)
        name = options.get(_IF_NAME, b"").rstrip(b"\0").decode("utf-8", "replace")
        resolution = options.get(_IF_TSRESOL, b"\x06")[:1] or b"\x06"
        offset = int.from_bytes(options.get(_IF_TSOFFSET, b"")[:8], self._endian, signed=True)
        self.interfaces.append(Interface(name, linktype, snaplen))
        self._clocks.append(_Clock(resolution[0], offset))

    def _enhanced(self, interface: int, units: int, kept: int, length: int, body: bytes, at: int) -> Packet:
        index = self._index(interface)
        if kept > LONGEST or kept > len(body) - at:
            raise _Broken(f"a packet of {kept} octets in a block with room for {len(body) - at}")
        options = self._options(body, at + kept + -kept % 4)
        comment = options.get(_COMMENT)
        flags = int.from_bytes(options.get(_EPB_FLAGS, b"")[:4], self._endian) & 3
        self._number += 1
        return Packet(
            self._number,
            self._clocks[index].nanoseconds(units),
            index,
            body[at : at + kept],
            length,
            comment.decode("utf-8", "replace") if comment is not None else None,
            flags == _OUTBOUND if flags in (_INBOUND, _OUTBOUND) else None,
        )

    def _simple(self, body: bytes) -> Packet:
        """A packet of the first interface without a time; what it kept follows from the snapshot length."""
        (length,) = self._unpack("I", body)
        index = self._index(0)
        kept = min(length, self.interfaces[index].snaplen or length)
        if kept > len(body) - 4:
            raise _Broken(f"a packet of {kept} octets in a block with room for {len(body) - 4}")
        self._number += 1
        return Packet(self._number, None, index, body[4 : 4 + kept], length)

    def _index(self, interface: int) -> int:
        index = self._first + interface
        if index >= len(self.interfaces):
            raise _Broken(f"a packet of interface {interface}, which nobody described")
        return index

    def _options(self, body: bytes, at: int) -> dict[int, bytes]:
        """First of each kind; a list that does not hold together ends where it breaks."""
        found: dict[int, bytes] = {}
        while at + 4 <= len(body):
            code = int.from_bytes(body[at : at + 2], self._endian)
            size = int.from_bytes(body[at + 2 : at + 4], self._endian)
            if code == 0 or at + 4 + size > len(body):
                break
            found.setdefault(code, body[at + 4 : at + 4 + size])
            at += 4 + size + -size % 4
        return found


class PcapngWriter:
    """Writes one section, little-endian, times in nanoseconds."""

    def __init__(self, file: BinaryIO, interfaces: Sequence[Interface] = (Interface(),), application: str = "") -> None:
        self._write = file.write
        options = _option(_USER_APPLICATION, application.encode()) if application else b""
        self._block(_SECTION, Struct("<IHHq").pack(_ORDER_MAGIC, 1, 0, -1) + _closed(options))
        for interface in interfaces:
            name = _option(_IF_NAME, interface.name.encode()) if interface.name else b""
            head = Struct("<HHI").pack(interface.linktype, 0, interface.snaplen)
            self._block(_INTERFACE, head + _closed(name + _option(_IF_TSRESOL, b"\x09")))

    def write(self, packet: Packet) -> None:
        """One block more. A packet without a time gets time 0."""
        time, octets = packet.time_ns or 0, packet.octets
        head = Struct("<IIIII").pack(packet.interface, time >> 32, time & 0xFFFFFFFF, len(octets), packet.length)
        options = _option(_COMMENT, packet.comment.encode()) if packet.comment is not None else b""
        if packet.outbound is not None:
            flags = _OUTBOUND if packet.outbound else _INBOUND
            options += _option(_EPB_FLAGS, flags.to_bytes(4, "little"))
        self._block(_PACKET, head + octets + bytes(-len(octets) % 4) + _closed(options))

    def _block(self, kind: int, body: bytes) -> None:
        total = len(body) + 12
        self._write(Struct("<II").pack(kind, total) + body + total.to_bytes(4, "little"))


def _option(code: int, value: bytes) -> bytes:
    return Struct("<HH").pack(code, len(value)) + value + bytes(-len(value) % 4)


def _closed(options: bytes) -> bytes:
    return options + bytes(4) if options else b""
