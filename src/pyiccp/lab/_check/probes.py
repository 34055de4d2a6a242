"""Probes instead of long flows: every host sends to every other and to all, at the moments that matter."""

from pyiccp._sansio import Instant, microseconds, milliseconds, seconds
from pyiccp.lab._flows import Direction
from pyiccp.lab._hosts import Host
from pyiccp.lab._network import Network

STREAMS = 8
"""5-tuples of a direction that take turns, so that both halves of a bond carry some."""
BURST = tuple(microseconds(us) for us in (0, 10, 30, 50, 80, 110, 160, 250))
"""After the data plane of a node has changed: frames before, on and behind those that are under way."""
LATER = (
    *(milliseconds(ms) for ms in (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 300, 500, 700)),
    *(seconds(s) for s in (1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8)),
)
"""After an event."""
WAIT = milliseconds(5)
"""The last probe has arrived everywhere so long after the delays of all links together."""


class Probes:
    """The probing directions of a network; their counters live in the network and are pickled with it."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.wait = WAIT + sum(max(way.delay for way in link.ways) for link in network.links)
        if not network.directions:
            _lay(network)
        self.by_host: list[tuple[Host, list[Direction]]] = [
            (host, [each for each in network.directions if each.source is host]) for host in network.hosts.values()
        ]

    def send(self) -> None:
        """One round: a frame of every direction, now."""
        now = self.network.now
        for host, directions in self.by_host:
            self.network.originate(host, [direction.next(now) for direction in directions])

    @property
    def wrong(self) -> str:
        """What has come twice, come back or gone round, or nothing."""
        if self.network.wires.loops:
            return "loop: a frame crossed a link again in one direction"
        for direction in self.network.directions:
            if direction.duplicated:
                return f"duplicate: {_name(direction)}"
            if direction.reflected:
                return f"reflection: {_name(direction)}"
        return ""

    def absolve(self) -> None:
        """What has come twice so far is no more wrong."""
        self.network.wires.loops = 0
        for direction in self.network.directions:
            direction.duplicated = direction.reflected = 0

    def reached(self) -> dict[tuple[str, str], int]:
        """(from, to) -> share of the streams that arrive now, in eighths. Takes a moment of virtual time."""
        before = [direction.received for direction in self.network.directions]
        for _ in range(STREAMS):
            self.send()
            self.network.run(self.network.now + self.wait)
        return {
            (direction.source.name, direction.sink.name): direction.received - was
            for direction, was in zip(self.network.directions, before, strict=True)
            if not direction.broadcast
        }

    def forget(self) -> None:
        """Nothing is under way: what links and hosts remember of earlier probes is of no use any more."""
        for link in self.network.links:
            for way in link.ways:
                way.seen, way.older = {}, {}
        for host in self.network.hosts.values():
            host.seen, host.older = {}, {}
        for direction in self.network.directions:
            direction.forget()


def _lay(network: Network) -> None:
    hosts = list(network.hosts.values())
    for source in hosts:
        others = [host for host in hosts if host is not source]
        for sink in others:
            network.directions.append(Direction(len(network.directions), source, sink, STREAMS, False))
        if others:
            network.directions.append(Direction(len(network.directions), source, others[0], STREAMS, True))


def _name(direction: Direction) -> str:
    return f"{direction.source.name} to {'all' if direction.broadcast else direction.sink.name}"


def probe_times(now: Instant) -> list[Instant]:
    """When to probe after an event at *now*, besides bursts; the latest first."""
    return sorted((now + offset for offset in LATER), reverse=True)
