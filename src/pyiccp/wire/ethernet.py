"""Ethernet II, 802.3 + LLC, 802.1Q (802.3 3.1, 802.1Q 9)."""

import msgspec

from pyiccp.wire.mac import Mac

CUSTOMER_TAG = 0x8100
SERVICE_TAG = 0x88A8
SLOW_PROTOCOLS_TYPE = 0x8809


class Tag(msgspec.Struct, frozen=True, gc=False):
    """One VLAN tag."""

    vid: int
    pcp: int = 0
    dei: bool = False
    tpid: int = CUSTOMER_TAG


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A frame without its FCS."""

    destination: Mac
    source: Mac
    tags: tuple[Tag, ...]
    """Outermost first."""
    ethertype: int | None
    """None for an 802.3 frame, whose `length` counts."""
    payload: bytes
    """Octets after the EtherType; of an 802.3 frame as many as `length` says, LLC first."""
    length: int | None = None
    padding: bytes = b""
    """Octets of an 802.3 frame beyond its length."""


class Header(msgspec.Struct, frozen=True, gc=False):
    """What forwarding needs to know of a frame."""

    destination: Mac
    source: Mac
    vid: int | None
    """None = untagged; 0 = priority-tagged."""
    pcp: int
    ethertype: int
    """After the bridge's tag; a number below 1536 is an 802.3 length."""
    size: int
    """Octets of the frame."""


def peek(frame: bytes, tpid: int = CUSTOMER_TAG) -> Header | None:
    """The header of *frame*, looking behind one tag of EtherType *tpid*; None for a runt."""
    kind = int.from_bytes(frame[12:14], "big")
    if kind != tpid:
        if len(frame) < 14:
            return None
        return Header(Mac(frame[:6]), Mac(frame[6:12]), None, 0, kind, len(frame))
    if len(frame) < 18:
        return None
    tci = frame[14] << 8 | frame[15]
    return Header(
        Mac(frame[:6]), Mac(frame[6:12]), tci & 0xFFF, tci >> 13, int.from_bytes(frame[16:18], "big"), len(frame)
    )


def tagged(frame: bytes, vid: int, pcp: int = 0, tpid: int = CUSTOMER_TAG) -> bytes:
    """*frame* with a tag pushed in front of its EtherType."""
    return frame[:12] + (tpid << 16 | pcp << 13 | vid).to_bytes(4, "big") + frame[12:]


def untagged(frame: bytes) -> bytes:
    """*frame* without its outermost tag; it must have one."""
    return frame[:12] + frame[16:]
