"""Which frames are control frames: told by EtherType or LLC behind any tags, whoever they are addressed to."""

from pyiccp.wire.ethernet import LONGEST, SLOW_PROTOCOLS_TYPE, TAGS
from pyiccp.wire.link import ETHERTYPE as LINK_TYPE

BPDU_LLC = b"\x42\x42\x03"
PVST_SNAP = b"\xaa\xaa\x03\x00\x00\x0c\x01\x0b"
TYPES = (SLOW_PROTOCOLS_TYPE, LINK_TYPE)

_SLOW = SLOW_PROTOCOLS_TYPE.to_bytes(2, "big")

NO, PERHAPS, TAGGED = 0, 1, 2


def _hint(kind: int) -> int:
    if kind in TAGS:
        return TAGGED
    return PERHAPS if kind in TYPES or kind <= LONGEST else NO


HINTS = bytes(_hint(kind) for kind in range(0x10000))
"""What the two octets after the addresses, read as a big-endian number, let expect."""

FIRST_OCTETS = (LONGEST >> 8, *sorted({kind >> 8 for kind in (*TAGS, *TYPES)}))
"""Of the two octets after the addresses the first is one of these or below the first of these; most frames end here."""

SWAPPED_HINTS = bytes(HINTS[kind >> 8 | (kind & 0xFF) << 8] for kind in range(0x10000))
"""The same for octets read in the wrong order, which costs nothing."""


def is_control(frame: bytes) -> bool:
    """True for slow protocols, BPDUs of every kind and the link between two nodes."""
    if frame.startswith(_SLOW, 12):
        return True
    size = len(frame)
    if size < 14:
        return False
    kind = frame[12] << 8 | frame[13]
    start = 14
    while kind in TAGS and size >= start + 4:
        kind = frame[start + 2] << 8 | frame[start + 3]
        start += 4
    if kind > LONGEST:
        return kind in TYPES
    return frame.startswith((BPDU_LLC, PVST_SNAP), start)
