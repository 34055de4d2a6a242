"""A box of the lab: the node that runs on it, its power, its disk and its ports."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pyiccp._node.config import NodeConfig
from pyiccp._node.events import Event
from pyiccp._node.like import NodeLike
from pyiccp._sansio import Instant

if TYPE_CHECKING:
    from pyiccp._mlag.store import Store
    from pyiccp.lab._hosts import Host
    from pyiccp.lab._links import Keepalive, Way

NEVER: Instant = 1 << 62
OFF, RUNNING, HUNG, FROZEN = "off", "running", "hung", "frozen"
RECEIVE_BUFFER = 1024
"""Arrivals that wait for a frozen node; more are lost."""


NodeFactory = Callable[[NodeConfig, "Store | None"], NodeLike]


class Device:
    """What survives a crash of its node: configuration, store, cables."""

    __slots__ = ("backlog", "config", "hosts", "keepalive", "kind", "life", "name", "node", "restart", "scheduled",
                 "state", "stopping", "store", "wake", "ways")  # fmt: skip

    def __init__(self, config: NodeConfig, kind: str) -> None:
        self.name = config.name
        self.kind = kind
        """Whose LACP it speaks: see `lab.clients`."""
        self.config = config
        self.state = OFF
        self.node: NodeLike | None = None
        self.store: Store | None = None
        """What the node said is to be remembered."""
        self.stopping = False
        """Asked to stop, and its ports are not dark yet."""
        self.restart: str | None = None
        """`again` or `fresh`: to be started once it has stopped."""
        self.life = 0
        """One more at every start."""
        self.wake: Instant = NEVER
        """The node's deadline."""
        self.scheduled: Instant = NEVER
        """The earliest entry of the agenda that will look at it."""
        self.ways: dict[str, Way] = {}
        """Out of each wired port."""
        self.hosts: dict[str, list[Host]] = {}
        """Who lives at an interface."""
        self.keepalive: Keepalive | None = None
        self.backlog: deque[tuple[Event | None, str, Sequence[bytes]]] = deque()
        """What happened while the node was frozen: an event, or frames by a port."""

    @property
    def powered(self) -> bool:
        return self.state != OFF

    def keep(self, port: str, frames: Sequence[bytes]) -> None:
        """Frames arrived that nobody takes now."""
        if len(self.backlog) < RECEIVE_BUFFER:
            self.backlog.append((None, port, frames))

    def drop_queued(self, port: str) -> None:
        """Throw away the data that waits to leave by *port* and what came in by it and was not handled (M3.1)."""
        way = self.ways.get(port)
        if way is not None and way.queue is not None:
            way.queue.data.clear()
        if self.backlog:
            self.backlog = deque(entry for entry in self.backlog if entry[0] is not None or entry[1] != port)
