"""Which event of a run cost which frames: losses of every direction, split at instants."""

from collections.abc import Callable, Sequence

from pyiccp._sansio import Instant, milliseconds
from pyiccp.lab._flows import Direction
from pyiccp.lab._network import Network

UNDER_WAY = milliseconds(10)
"""A frame that left no longer before an event and has not arrived by then is counted with that event: it may have been
on a wire that was cut."""


class Ledger:
    """Keeps apart what was sent between one event and the next."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._first: list[list[int]] = []
        """Per event, for each direction: the first frame that is counted with it."""

    def before(self, instant: Instant, advance: Callable[[Instant], None]) -> None:
        """Let *advance* take the network to just before the event at *instant*; what leaves from then on is its."""
        advance(max(self.network.now, instant - UNDER_WAY))
        sent = [direction.sent for direction in self.network.directions]
        advance(max(self.network.now, instant - 1))
        directions = self.network.directions
        self._first.append([max(count, each.expected) for count, each in zip(sent, directions, strict=True)])

    def losses(self) -> list[list[int]]:
        """Frames lost, per direction: before the first event, then of each event; call it when nothing is under way."""
        return [[len(each) for each in part] for part in self.missing()]

    def missing(self) -> list[list[list[int]]]:
        """The same as the frames' sequence numbers."""
        bounds = [[0] * len(self.network.directions), *self._first]
        ends = [*self._first, [each.sent for each in self.network.directions]]
        gone = [direction.missing() for direction in self.network.directions]
        return [
            [[one for one in lost if low <= one < high] for lost, low, high in zip(gone, first, last, strict=True)]
            for first, last in zip(bounds, ends, strict=True)
        ]


def pairs(directions: Sequence[Direction]) -> list[str]:
    """What tables call them: `h1>h2`."""
    return [f"{each.source.name}>{each.sink.name}" for each in directions]
