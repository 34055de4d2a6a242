"""The header that AF_PACKET and TAP put ahead of a frame to say what is left to do on it (`struct virtio_net_hdr`)."""

import struct

from pyiccp._node.offload import Offload, Offloaded

HEADER = struct.Struct("=BBHHHH")
"""flags, gso_type, hdr_len, gso_size, csum_start, csum_offset; in the machine's own order of octets."""
PLAIN = bytes(HEADER.size)
_NEEDS_CHECKSUM = 1
_ECN = 0x80


def noted(header: bytes, frame: bytes, inserted: int = 0) -> bytes:
    """*frame* with the note of its *header*; *inserted* octets of tag were put back ahead of what it counts."""
    if header == PLAIN:
        return frame
    flags, kind, size, cut, start, offset = HEADER.unpack(header)
    needed = bool(flags & _NEEDS_CHECKSUM)
    if not needed and not kind:
        return frame  # DATA_VALID: looked at already, and right
    start, size = start + inserted if needed else 0, size + inserted if size else 0
    return Offloaded(frame, Offload(start, offset, kind & ~_ECN, cut, size, bool(kind & _ECN)))


def header_of(frame: bytes) -> bytes:
    """The header to send *frame* with."""
    if type(frame) is not Offloaded:
        return PLAIN
    left = frame.offload
    kind = left.train | (_ECN if left.ecn else 0)
    return HEADER.pack(_NEEDS_CHECKSUM if left.start else 0, kind, left.header, left.size, left.start, left.offset)
