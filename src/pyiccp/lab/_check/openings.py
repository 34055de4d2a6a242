"""M0.4: when the spanning tree opens a port at once, a frame that is in flight at that instant may come twice. Such
copies are counted apart, for as long as a frame can be in flight."""

from pyiccp._node.node import Node
from pyiccp._sansio import Instant
from pyiccp.lab._check.kinds import is_plain
from pyiccp.lab._device import RUNNING
from pyiccp.lab._network import Network


class Openings:
    """Watches the bridge ports at the ends of cables between bridges."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.flight = sum(max(way.delay for way in link.ways) for link in network.links)
        self.at: Instant = -self.flight - 1
        """When the newest of them began to forward."""
        self._open = self._forwarding()

    def look(self) -> None:
        """Call it whenever a data plane has changed."""
        now_open = self._forwarding()
        if now_open - self._open:
            self.at = self.network.now
        self._open = now_open

    @property
    def recent(self) -> bool:
        """Whether a frame that passed the port's other end before it opened may still be under way."""
        return self.network.now - self.at <= self.flight

    def _forwarding(self) -> frozenset[str]:
        return frozenset(
            side.name
            for link in self.network.links
            if is_plain(link)
            for side in link.sides
            if side.device is not None
            and side.device.state == RUNNING
            and isinstance(side.device.node, Node)
            and any(
                side.port in bridge.forwarding.ports and bridge.forwarding.ports[side.port].forwarding
                for bridge in side.device.node.plane.bridges.values()
            )
        )
