"""What befalls many hosts at once: a flush, the end of a session, a port that is gone.

An order takes effect at once and is carried out later: on each host when the table is next asked for it, and on all
others by a sweep, a slice at a time. So no call gets longer by the number of hosts. Orders are numbered; an entry
knows how many of them have been carried out on it, and whoever gets an entry from the table gets it up to date.
"""

from collections.abc import Iterator

import msgspec

from pyiccp._bridge.host import AGED, ORPHAN, SEEN, STATIC, Entry
from pyiccp._bridge.walk import Shelves, Walk
from pyiccp._sansio import Instant


class Flush(msgspec.Struct, frozen=True, gc=False):
    """Learned hosts of VLAN *vid* (0 = of all) up to *sequence* go (M10.3)."""

    vid: int
    sequence: int

    def takes(self, entry: Entry) -> bool:
        return not entry.flags & STATIC and entry.sequence <= self.sequence and self.vid in (0, entry.vid)


class FlushPlace(msgspec.Struct, frozen=True, gc=False):
    """The same for one place; when it is ORPHAN, for the orphan ports of this node (*ours*) or of the peer."""

    place: int
    vid: int
    ours: bool
    sequence: int

    def takes(self, entry: Entry) -> bool:
        return (
            not entry.flags & STATIC
            and entry.sequence <= self.sequence
            and entry.place == self.place
            and (self.place != ORPHAN or self.ours == entry.ours)
            and self.vid in (0, entry.vid)
        )


class ForgetPort(msgspec.Struct, frozen=True, gc=False):
    """The hosts of *port* in VLAN *vid* (0 = in all) are somewhere else, or nowhere."""

    port: str
    vid: int

    def takes(self, entry: Entry) -> bool:
        return (
            entry.port == self.port
            and not entry.flags & STATIC
            and (entry.place != ORPHAN or bool(entry.flags & SEEN))
            and self.vid in (0, entry.vid)
        )


class EndSession(msgspec.Struct, frozen=True, gc=False):
    """The session was over at *now* (M10.4): what only the peer could reach, behind *peer_port*, goes; bonds get a
    fresh ageing time."""

    peer_port: str | None
    now: Instant

    def takes(self, entry: Entry) -> bool:
        flags = entry.flags
        if flags & STATIC:
            return not entry.ours
        return entry.port == self.peer_port or (entry.place == ORPHAN and bool(flags & AGED))


class CleanUp(msgspec.Struct, frozen=True, gc=False):
    """Crowds have gone; their addresses are still in the table."""

    def takes(self, entry: Entry) -> bool:
        return False


Order = CleanUp | Flush | FlushPlace | ForgetPort | EndSession


LISTED = 32
"""So many that are only listed cost as much as one that is looked at."""


class Sweep:
    """The walk that carries out orders on hosts that nobody asks for: every shelf, address by address."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        """Those that are not carried out everywhere."""
        self.issued = 0
        """All that there ever were."""
        self._until = 0
        """Orders up to this number are carried out everywhere when the walk is over."""
        self._walk = Walk()

    def issue(self, order: Order) -> None:
        """*order* is in effect."""
        self.orders.append(order)
        self.issued += 1

    def left(self, entry: Entry) -> list[Order]:
        """What has not been carried out on *entry*, first things first."""
        return self.orders[len(self.orders) - (self.issued - entry.done) :]

    def walk(self, tables: Shelves, vlans: dict[int, None], count: int) -> Iterator[tuple[int, bytes]]:
        """(shelf, address) of up to *count* hosts to be looked at, less for what has to be listed on the way; the table
        may change between two of them."""
        walk = self._walk
        while self.orders and count > 0:
            while walk.addresses and count > 0:
                count -= 1
                yield walk.shelf, walk.addresses.pop()
            if walk.addresses:
                return
            if not walk.over:
                walk.go_on(tables)
                count -= 1 + len(walk.addresses) // LISTED
                continue
            if self._until:
                del self.orders[: len(self.orders) - (self.issued - self._until)]
            self._until = self.issued if self.orders else 0
            if self.orders:
                walk.begin(vlans)
                count -= len(vlans) // LISTED

    def fingerprint(self, now: Instant) -> tuple[object, ...]:
        """State relative to *now*."""
        orders = tuple(
            EndSession(order.peer_port, order.now - now) if isinstance(order, EndSession) else order
            for order in self.orders
        )
        until = self.issued - self._until if self._until else None
        return (orders, self._walk.fingerprint(), until) if self.orders else ()
