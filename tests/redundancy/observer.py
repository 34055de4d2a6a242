"""Looks at the wires and the neighbours while a row runs."""

from collections import defaultdict

from pyiccp.lab.frames import ANNOUNCEMENT, MAGIC, TRAILER
from pyiccp.lab.links import Link, Way
from pyiccp.lab.network import Network
from pyiccp.sansio import Instant
from pyiccp.wire.mac import Mac

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


class Watch:
    """Counts changes that neighbours see: of the partner's identity at the client, of the root at bridges."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.identities = -1
        self.roots: dict[str, int] = {}
        """Of the root, per bridge."""
        self._identity: Mac | None = None
        self._roots: dict[str, str] = {}
        self.look()

    def look(self) -> None:
        """Compare with what was seen last."""
        for device in self.network.devices.values():
            if device.name in PEERS or device.node is None:
                continue
            status = device.node.status(self.network.now)
            alone = bool(status.bonds) and not any(bond.active_ports for bond in status.bonds.values())
            # M14 counts identifiers under which neighbours see others; who sees nobody is a root to nobody else.
            for bridge in () if alone else status.bridges.values():
                changed = self._roots.get(device.name) != bridge.root_bridge_id
                self.roots[device.name] = self.roots.get(device.name, -1) + changed
                self._roots[device.name] = bridge.root_bridge_id
            identity = next((bond.lacp_partner_system_id for bond in status.bonds.values()), None)
            if device.name == CLIENT and identity is not None and any(identity):
                self.identities += identity != self._identity
                self._identity = identity


def _half(link: Link) -> int | None:
    """1 or 2: the half of the client's bond that *link* is."""
    names = [side.device.name for side in link.sides if side.device is not None]
    if CLIENT not in names:
        return None
    return next((k for k, peer in enumerate(PEERS, 1) if peer in names), None)
