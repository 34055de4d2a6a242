"""What a bridge remembers of its verdicts: most frames need two look-ups and no decision.

A verdict depends on the port that a frame entered by, its tag and its destination; on its source only as far as that is
valid and, at the peer port, where it is (M4.5). So sources and destinations are remembered apart, and memory grows with
the hosts, not with the pairs of them that talk. A source leads to its lane, the lane knows destinations.
"""

from typing import Any

from pyiccp._bridge.host import Host
from pyiccp._bridge.verdicts import Verdict

ROOM = 1 << 17
"""Sources and destinations remembered at most."""


class Kept:
    """The verdict on frames of one lane to one destination."""

    __slots__ = ("path", "verdict")

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.path: Any = None
        """What the node makes of it; forgotten with it."""


Lane = dict[bytes, Kept]
"""By destination: frames of one port that only differ in where they go."""
Door = dict[bytes, tuple[Host | None, Lane]]
"""Of one port, by octets 6 to 15 of a frame (source, EtherType, tag): the host to mark as seen, and the lane."""


class Memory:
    """Doors and lanes. Forgotten as a whole whenever a verdict may have become wrong."""

    def __init__(self) -> None:
        self._doors: dict[str, Door] = {}
        self._enveloped: dict[tuple[str, int], Door] = {}
        self._lanes: dict[tuple[Any, ...], Lane] = {}
        self._paths: dict[Any, Any] = {}
        self._room = ROOM

    def door(self, ingress: str, origin: int | None = None) -> Door:
        """Of frames that enter by *ingress*, in an envelope of bond *origin* or in none; the latter is the same object
        for ever, and empty after `forget`."""
        if origin is None:
            return self._doors.setdefault(ingress, {})
        return self._enveloped.setdefault((ingress, origin), {})

    def keep(
        self, ingress: str, origin: int | None, frame: bytes, lane: tuple[Any, ...], host: Host | None, verdict: Verdict
    ) -> Kept:
        """Remember *verdict* for frames like *frame*; *lane* = all that it depends on besides port and destination."""
        self._room -= 2
        if self._room < 0:
            self.forget()
        destinations = self._lanes.setdefault((ingress, origin, *lane), {})
        self.door(ingress, origin)[frame[6:16]] = host, destinations
        kept = destinations[frame[:6]] = Kept(verdict)
        return kept

    def path(self, made: Any) -> Any:
        """*made*, or the equal one that is known already: frames that go the same way are told by identity."""
        return self._paths.setdefault(made, made)

    def forget(self) -> None:
        """Everything."""
        for door in self._doors.values():
            door.clear()
        self._enveloped.clear()
        self._lanes.clear()
        self._paths.clear()
        self._room = ROOM
