"""Priority vectors, times and identifiers (802.1D-2004 9.2.5, 17.5, 17.6): lower is better, lexicographic."""

from typing import NamedTuple

from pyiccp._sansio import Instant
from pyiccp.wire._bpdu import UNIT, BridgeId
from pyiccp.wire._mac import Mac

MAC_BITS = (1 << 48) - 1
NUMBER_BITS = 0xFFF
MOST_COST = (1 << 32) - 1
NANOSECONDS = 1_000_000_000 // UNIT
"""In one unit of a time field: 1/256 s is a whole number of nanoseconds."""


class PriorityVector(NamedTuple):
    """What spanning tree compares. Bridge identifiers are the eight octets as a number."""

    RootID: int
    RootPathCost: int
    DesignatedBridgeID: int
    DesignatedPortID: int
    BridgePortID: int


class Times(NamedTuple):
    """Timer values as a BPDU carries them, in 1/256 s."""

    MessageAge: int
    MaxAge: int
    ForwardDelay: int
    HelloTime: int


def bridge_number(priority: int, mac: Mac) -> int:
    """The bridge identifier as a number (9.2.5)."""
    return priority << 48 | int.from_bytes(mac, "big")


def bridge_id(number: int) -> BridgeId:
    """The bridge identifier as a BPDU holds it."""
    return BridgeId(number >> 48, Mac((number & MAC_BITS).to_bytes(6, "big")))


def same_bridge(one: int, other: int) -> bool:
    """Bridges are told apart by their addresses, whatever their priorities (17.6)."""
    return one & MAC_BITS == other & MAC_BITS


def same_port(one: int, other: int) -> bool:
    """Ports of one bridge are told apart by their 12-bit numbers (17.6)."""
    return one & NUMBER_BITS == other & NUMBER_BITS


def add_cost(cost: int, more: int) -> int:
    """The sum, saturating: a cost that wraps would make the farthest bridge the nearest."""
    return min(cost + more, MOST_COST)


def span(units: int) -> Instant:
    """Units of 1/256 s in nanoseconds."""
    return units * NANOSECONDS


def units(nanoseconds: Instant) -> int:
    """Nanoseconds in units of 1/256 s, rounded down."""
    return nanoseconds // NANOSECONDS


def next_age(age: int) -> int:
    """The message age one bridge on: a second more, rounded to the nearest whole second (17.21.25)."""
    return (age + UNIT + UNIT // 2) // UNIT * UNIT
