"""Looks at the wires while a row runs."""

from collections import defaultdict

from pyiccp._sansio import Instant
from pyiccp.lab._frames import ANNOUNCEMENT, MAGIC, TRAILER
from pyiccp.lab._links import Link, Way
from pyiccp.lab._network import Network

CLIENT = "Client"
PEERS = ("Peer1", "Peer2")
SENSES = ("from the client", "to the client")


class Observer:
    """Which half of the client's bond carried what; frames that crossed both; frames swallowed by a silence."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.both = 0
        """Frames that crossed both halves in one direction while the client was collecting on both."""
        self.swallowed: dict[int, int] = defaultdict(int)
        """Frames put on a silent way, per link."""
        self._halves = {link.index: half for link in network.links if (half := _half(link)) is not None}
        self._seen: tuple[dict[bytes, int], dict[bytes, int]] = ({}, {})
        network.wires.capture = self._see

    def _see(self, way: Way, frame: bytes, now: Instant) -> None:
        if way.silent:
            self.swallowed[way.link.index] += 1
        half = self._halves.get(way.link.index)
        mark = frame[-TRAILER.size :]
        if half is None or not mark.startswith(MAGIC):
            return
        to_client = way.sink.device is not None and way.sink.device.name == CLIENT
        first = self._seen[to_client].setdefault(mark, half)
        if first != half and len(self._collecting()) == len(self._halves):
            self.both += 1

    def _collecting(self) -> tuple[str, ...]:
        node = self.network.devices[CLIENT].node
        assert node is not None
        return next(iter(node.status(self.network.now).bonds.values())).active_ports

    def shares(self) -> dict[str, tuple[float, ...]]:
        """Per sense, the part of the frames that each half carried."""
        return {
            sense: tuple(sum(half == k for half in seen.values()) / max(1, len(seen)) for k in (1, 2))
            for sense, seen in zip(SENSES, self._seen, strict=True)
        }

    def streams(self) -> dict[int, dict[int, set[int]]]:
        """Per direction of a flow and half: which of its streams went there."""
        found: dict[int, dict[int, set[int]]] = defaultdict(lambda: {1: set(), 2: set()})
        for seen in self._seen:
            for mark, half in seen.items():
                _, number, sequence = TRAILER.unpack(mark)
                if not number & ANNOUNCEMENT:
                    direction = self.network.directions[number]
                    found[number][half].add(sequence % direction.streams)
        return dict(found)


def _half(link: Link) -> int | None:
    """1 or 2: the half of the client's bond that *link* is."""
    names = [side.device.name for side in link.sides if side.device is not None]
    if CLIENT not in names:
        return None
    return next((k for k, peer in enumerate(PEERS, 1) if peer in names), None)
