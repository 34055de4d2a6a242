"""A node for tests of the lab alone: a learning switch over all its ports and local interfaces."""

from collections.abc import Sequence

from pyiccp._mlag.store import Store
from pyiccp._node.config import NodeConfig
from pyiccp._node.events import (
    Action,
    DeliverLocally,
    Event,
    KeepaliveReceived,
    LinkCameUp,
    LinkWentDown,
    Notice,
    Remember,
    Stopped,
    StopRequested,
    Transmit,
    TransmitKeepalive,
)
from pyiccp._node.status import NodeStatus
from pyiccp._sansio import Instant, seconds

BEAT = seconds(1)


class FakeNode:
    """Beats once a second over the keepalive, remembers its starts, forwards as a switch without spanning tree."""

    def __init__(self, config: NodeConfig, store: Store | None) -> None:
        self.config = config
        self.store = Store() if store is None else store
        self.hosts: dict[bytes, str] = {}
        self.calls: list[tuple[Instant, str]] = []
        self.deadline: Instant | None = None

    def start(self, now: Instant) -> Sequence[Action]:
        self.deadline = now + BEAT
        self.store = Store(incarnation=self.store.incarnation + 1)
        return [Remember(self.store), Notice(f"start {self.store.incarnation}")]

    def handle(self, event: Event, now: Instant) -> Sequence[Action]:
        self.calls.append((now, type(event).__name__))
        match event:
            case LinkCameUp(port):
                return [Notice(f"{port} up")]
            case LinkWentDown(port):
                self.hosts = {mac: place for mac, place in self.hosts.items() if place != port}
                return [Notice(f"{port} down")]
            case KeepaliveReceived(octets):
                return [Notice(f"heard {octets.decode()}")]
            case StopRequested():
                return [*self._flood("", b"\xff" * 6 + b"\x02" + bytes(53)), Stopped()]

    def advance(self, now: Instant) -> Sequence[Action]:
        if self.deadline is None or now < self.deadline:
            return []
        self.calls.append((now, "advance"))
        self.deadline += BEAT
        return [TransmitKeepalive(self.config.name.encode())]

    def forward(self, port: str, frames: Sequence[bytes], now: Instant) -> Sequence[Action]:
        return [action for frame in frames for action in self._switch(port, frame)]

    def send(self, interface: str, frames: Sequence[bytes], now: Instant) -> Sequence[Action]:
        return [action for frame in frames for action in self._switch(interface, frame)]

    def status(self, now: Instant) -> NodeStatus:
        return NodeStatus(
            name=self.config.name, mlag=None, bonds={}, bridges={}, hosts=(), warnings=(f"{len(self.hosts)} hosts",)
        )

    def _switch(self, ingress: str, frame: bytes) -> list[Action]:
        self.hosts[frame[6:12]] = ingress
        place = self.hosts.get(frame[:6])
        if place is None:
            return self._flood(ingress, frame)
        return [] if place == ingress else self._out(place, frame)

    def _flood(self, ingress: str, frame: bytes) -> list[Action]:
        places = (*self.config.ports, *(bridge.name for bridge in self.config.bridges))
        return [action for place in places if place != ingress for action in self._out(place, frame)]

    def _out(self, port: str, frame: bytes) -> list[Action]:
        return [DeliverLocally(port, frame)] if port.startswith("local") else [Transmit(port, frame)]
