"""Which frames are control frames: told by EtherType or LLC behind any tags, whoever they are addressed to."""

from pyiccp.wire._ethernet import LONGEST, SLOW_PROTOCOLS_TYPE, TAGS
from pyiccp.wire._link import ETHERTYPE as LINK_TYPE

BPDU_LLC = b"\x42\x42\x03"
PVST_SNAP = b"\xaa\xaa\x03\x00\x00\x0c\x01\x0b"
TYPES = (SLOW_PROTOCOLS_TYPE, LINK_TYPE)

_TAGS, _TYPES = (frozenset(kind.to_bytes(2, "big") for kind in kinds) for kinds in (TAGS, TYPES))
_LONGEST = LONGEST.to_bytes(2, "big")

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
    at = 12
    while (kind := frame[at : at + 2]) in _TAGS:
        at += 4
    return kind in _TYPES or (kind <= _LONGEST and frame.startswith((BPDU_LLC, PVST_SNAP), at + 2))
