"""Link state from the kernel: rtnetlink(7), the few octets of it that a port needs.

A library for netlink would bring an event loop of its own; this is one socket and two structures.
"""

import socket
import struct
from collections.abc import Iterator

import msgspec

GROUP_LINK = 1
_HEADER = struct.Struct("=IHHII")
_LINK = struct.Struct("=BxHiII")
_ATTRIBUTE = struct.Struct("=HH")
_NEWLINK, _DELLINK, _GETLINK = 16, 17, 18
_REQUEST_DUMP = 0x301
_IFNAME = 3
_IFF_UP, _IFF_LOWER_UP = 0x1, 0x10000
_BUFFER = 1 << 20


class Link(msgspec.Struct, frozen=True):
    """An interface, as one message tells of it."""

    index: int
    name: str
    up: bool
    """Administratively up, with carrier."""
    gone: bool


def open_netlink() -> socket.socket:
    """A socket that hears of every change of a link, and is first told how all links are."""
    made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    made.bind((0, GROUP_LINK))
    ask_all(made)
    return made


def ask_all(made: socket.socket) -> None:
    """Ask how all links are: at the beginning, and after messages were lost."""
    made.send(_HEADER.pack(_HEADER.size + _LINK.size, _GETLINK, _REQUEST_DUMP, 1, 0) + _LINK.pack(0, 0, 0, 0, 0))


def links(octets: bytes) -> Iterator[Link]:
    """The links that the messages in *octets* tell of."""
    at = 0
    while at + _HEADER.size <= len(octets):
        length, kind, _, _, _ = _HEADER.unpack_from(octets, at)
        if length < _HEADER.size:
            return
        if kind in (_NEWLINK, _DELLINK) and length >= _HEADER.size + _LINK.size:
            _, _, index, flags, _ = _LINK.unpack_from(octets, at + _HEADER.size)
            name = _name(octets[at + _HEADER.size + _LINK.size : at + length])
            up = flags & (_IFF_UP | _IFF_LOWER_UP) == _IFF_UP | _IFF_LOWER_UP
            yield Link(index, name, up and kind == _NEWLINK, kind == _DELLINK)
        at += length + -length % 4


def _name(attributes: bytes) -> str:
    at = 0
    while at + _ATTRIBUTE.size <= len(attributes):
        length, kind = _ATTRIBUTE.unpack_from(attributes, at)
        if length < _ATTRIBUTE.size:
            break
        if kind == _IFNAME:
            return attributes[at + _ATTRIBUTE.size : at + length].rstrip(b"\0").decode("utf-8", "replace")
        at += length + -length % 4
    return ""
