"""What the log of the pair's spanning tree is told (M9)."""

from collections.abc import Callable
from typing import Any

import msgspec

from pyiccp._sansio import Instant
from pyiccp.wire.iccp._pdu import TlvValue

Observer = Callable[[tuple[int, int], int, tuple[Any, ...]], None]
"""Called as observer(session, sequence, copy) after every entry of a session; sequence 0 = the snapshot."""


class Changed(msgspec.Struct, frozen=True, gc=False):
    """Something happened on this node."""

    change: TlvValue
    patience: Instant = 0
    """A bond is down because it starts anew under another identity, its carrier is on: for so long it may be so before
    it counts; see `_wait`."""


class Heard(msgspec.Struct, frozen=True, gc=False):
    """The peer said something of the tree."""

    value: TlvValue


class Started(msgspec.Struct, frozen=True, gc=False):
    """A session: this node is number *node*, and primary or not."""

    primary: bool
    node: int


class Held(msgspec.Struct, frozen=True, gc=False):
    """The session is lost: go on alone, open nothing (M6.1, M6.2)."""


class Released(msgspec.Struct, frozen=True, gc=False):
    """Alone: nobody else's ports count any more, they drop out, ours may open (M9.7). In a session: both gates are
    open; a secondary's ports enter the tree."""


Event = Changed | Heard | Started | Held | Released
