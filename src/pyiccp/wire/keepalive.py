"""Keepalive: one datagram between two nodes over a path of its own, beside the peer port (mlag.md M6)."""

from enum import IntEnum

import msgspec

from pyiccp.wire.mac import Mac


class Kind(IntEnum):
    POLL = 0
    ANSWER = 1


class Role(IntEnum):
    NONE = 0
    PRIMARY = 1
    SECONDARY = 2


class Mode(IntEnum):
    NORMAL = 0
    HOLD = 1
    ISOLATED = 2


class Keepalive(msgspec.Struct, frozen=True, gc=False):
    """Who is alive, and in which condition."""

    domain: int
    kind: int
    """See `Kind`."""
    number: int
    """Of the poll; an answer repeats it. 32 bits."""
    epoch: int
    role: int
    """See `Role`."""
    mode: int
    """See `Mode`."""
    bridge_mac: Mac
    minor: int = 0
