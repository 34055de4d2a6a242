"""Ethernet II, 802.3 with LLC, 802.1Q and 802.1ad tags (802.3 3.1, 802.1Q 9, 802 10.1)."""

import struct
from typing import Self

import msgspec
from construct import Bytes, Int8ub, Int16ub

from pyiccp.wire._codec import Value
from pyiccp.wire._layout import Layout
from pyiccp.wire._mac import Mac
from pyiccp.wire._malformed import Fault, Malformed

CUSTOMER_TAG = 0x8100
SERVICE_TAG = 0x88A8
TAGS = (CUSTOMER_TAG, SERVICE_TAG, 0x9100)
"""EtherTypes that announce a tag; the last is what some bridges used before 802.1ad."""
SLOW_PROTOCOLS_TYPE = 0x8809

LONGEST = 1500
"""A type field up to here is the length of an 802.3 frame's content."""

ADDRESSES = Layout("Ethernet addresses", "destination" / Bytes(6), "source" / Bytes(6))
TAG = Layout("802.1Q tag", "tpid" / Int16ub, "tci" / Int16ub)
TYPE = Layout("EtherType or length", "type" / Int16ub)
LLC = Layout("802.2 LLC", "dsap" / Int8ub, "ssap" / Int8ub, "control" / Int8ub)
SNAP = Layout("SNAP", "oui" / Bytes(3), "pid" / Int16ub)

_TAGGED = struct.Struct(">6s6sHHH").unpack_from
_UNTAGGED = struct.Struct(">6s6sH").unpack_from


class Tag(msgspec.Struct, frozen=True, gc=False):
    """One VLAN tag."""

    vid: int
    pcp: int = 0
    dei: bool = False
    tpid: int = CUSTOMER_TAG

    @property
    def tci(self) -> int:
        """The tag's second half."""
        return self.pcp << 13 | self.dei << 12 | self.vid


class Frame(Value, frozen=True, gc=False):
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

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        end = len(octets)
        if end < 14:
            field = "ethertype" if end >= 12 else "source" if end >= 6 else "destination"
            raise Malformed("Ethernet frame", Fault(field, end, f"{end} octets where a header needs 14"))
        tags: list[Tag] = []
        at = 12
        kind = octets[at] << 8 | octets[at + 1]
        while kind in TAGS:
            if end < at + 6:
                where = f"tags[{len(tags)}]"
                raise Malformed("Ethernet frame", Fault(where, end, f"{end - at} octets where tag and type need 6"))
            tci = octets[at + 2] << 8 | octets[at + 3]
            tags.append(Tag(tci & 0xFFF, tci >> 13, tci & 0x1000 != 0, kind))
            at += 4
            kind = octets[at] << 8 | octets[at + 1]
        destination, source = Mac(octets[:6]), Mac(octets[6:12])
        if kind > LONGEST:
            return cls(destination, source, tuple(tags), kind, octets[at + 2 :])
        stop = at + 2 + kind
        if stop > end:
            raise Malformed("Ethernet frame", Fault("length", at, f"{kind} octets where {end - at - 2} are left"))
        return cls(destination, source, tuple(tags), None, octets[at + 2 : stop], kind, octets[stop:])

    def encode(self) -> bytes:
        kind = self.ethertype if self.ethertype is not None else self.length
        if kind is None:
            kind = len(self.payload)
        tags = b"".join([struct.pack(">HH", tag.tpid, tag.tci) for tag in self.tags])
        return b"".join((self.destination, self.source, tags, struct.pack(">H", kind), self.payload, self.padding))


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
    size = len(frame)
    if size >= 18:
        destination, source, kind, tci, inner = _TAGGED(frame)
        if kind == tpid:
            return Header(destination, source, tci & 0xFFF, tci >> 13, inner, size)
        return Header(destination, source, None, 0, kind, size)
    if size >= 14:
        destination, source, kind = _UNTAGGED(frame)
        if kind != tpid:
            return Header(destination, source, None, 0, kind, size)
    return None


def tagged(frame: bytes, vid: int, pcp: int = 0, tpid: int = CUSTOMER_TAG) -> bytes:
    """*frame* with a tag pushed in front of its EtherType."""
    return frame[:12] + (tpid << 16 | pcp << 13 | vid).to_bytes(4, "big") + frame[12:]


def untagged(frame: bytes) -> bytes:
    """*frame* without its outermost tag; it must have one."""
    return frame[:12] + frame[16:]
