"""Incarnations: the number that says which life, and which session within it, a segment belongs to.

32 bits: the high half counts the starts of the node (durable, M1.6), the low half counts its sessions since, from 1.
A node moves to the following number whenever it loses its peer, so a pair (ours, the peer's) names one session and
never comes again: a segment that is late from an earlier one is told from a fresh one by its header alone.

Numbers are compared on a circle (RFC 1982), so that they may wrap. The low half wraps within itself: it must not
reach into the number of the next start. Zero is nobody's.
"""

_HALF = 1 << 31
_SESSIONS = 0xFFFF


def first(start: int) -> int:
    """The incarnation of a node that has been started *start* times."""
    return (start & 0xFFFF) << 16 | 1


def following(incarnation: int) -> int:
    """The one after *incarnation* in the same life."""
    return incarnation & ~_SESSIONS | (incarnation & _SESSIONS) % _SESSIONS + 1


def is_newer(one: int, other: int) -> bool:
    """*one* lies ahead of *other* on the circle."""
    return 0 < (one - other) & 0xFFFFFFFF < _HALF
