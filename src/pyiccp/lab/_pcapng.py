"""A capture of the whole lab: pcapng with one interface per link and the lab's own time.

draft-ietf-opsawg-pcapng: section header, interface descriptions with `if_tsresol` 10^-9, enhanced packets.
"""

from struct import Struct
from typing import BinaryIO

from pyiccp._sansio import Instant
from pyiccp.lab._links import Link, Way

_BLOCK = Struct("<II")
_SECTION = Struct("<IHHq")
_INTERFACE = Struct("<HHI")
_PACKET = Struct("<IIIIIII")
_OPTION = Struct("<HH")
_PACKET_OPTIONS = Struct("<HHIHHI")
_ETHERNET = 1
_IF_NAME, _IF_TSRESOL, _SHB_USERAPPL, _EPB_FLAGS = 2, 9, 4, 2
_INBOUND, _OUTBOUND = 1, 2


class PcapngWriter:
    """Writes what goes on the wires of *links*; outbound = sent by the end that is named first."""

    def __init__(self, file: BinaryIO, links: list[Link]) -> None:
        self._write = file.write
        section = _SECTION.pack(0x1A2B3C4D, 1, 0, -1) + _option(_SHB_USERAPPL, b"pyiccp lab") + bytes(4)
        self._block(0x0A0D0D0A, section)
        for link in links:
            options = _option(_IF_NAME, link.name.encode()) + _option(_IF_TSRESOL, b"\x09") + bytes(4)
            self._block(1, _INTERFACE.pack(_ETHERNET, 0, 0) + options)

    def __call__(self, way: Way, frame: bytes, at: Instant) -> None:
        """*frame* goes out by *way* at *at*."""
        length = len(frame)
        padding = -length % 4
        total = _PACKET.size + length + padding + _PACKET_OPTIONS.size
        self._write(
            _PACKET.pack(6, total, way.link.index, at >> 32, at & 0xFFFFFFFF, length, length)
            + frame
            + bytes(padding)
            + _PACKET_OPTIONS.pack(_EPB_FLAGS, 4, _OUTBOUND if way.outbound else _INBOUND, 0, 0, total)
        )

    def _block(self, kind: int, body: bytes) -> None:
        total = _BLOCK.size + len(body) + 4
        self._write(_BLOCK.pack(kind, total) + body + total.to_bytes(4, "little"))


def _option(code: int, value: bytes) -> bytes:
    return _OPTION.pack(code, len(value)) + value + bytes(-len(value) % 4)
