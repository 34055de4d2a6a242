"""Keepalive: one datagram between two nodes over a path of its own, beside the peer port (mlag.md M6)."""

from enum import IntEnum

from construct import Bytes, Const, Default, Int8ub, Int32ub

from pyiccp.wire._codec import Format, Value
from pyiccp.wire._layout import Layout
from pyiccp.wire._mac import Mac

MAGIC = b"pyiccp-1"
"""The name of the layout; the digit is its major version."""
KEEPALIVE = 0x4B
"""In the place of a link segment's kind; no segment has it."""

LAYOUT = Layout(
    "keepalive",
    "magic" / Const(MAGIC, Bytes(8)),
    "minor" / Default(Int8ub, 0),
    "datagram" / Const(KEEPALIVE, Int8ub),
    "kind" / Int8ub,
    "role" / Int8ub,
    "domain" / Int32ub,
    "number" / Int32ub,
    "epoch" / Int32ub,
    "mode" / Int8ub,
    "reserved" / Default(Int8ub, 0),
    "bridge_mac" / Bytes(6),
)


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


class Keepalive(Value, frozen=True, gc=False):
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


Keepalive.FORMAT = Format("keepalive", Keepalive, LAYOUT)
