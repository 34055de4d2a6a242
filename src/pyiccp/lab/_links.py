"""A link: two ways, each with a delay, and if wanted a loss and a rate with its queue."""

from collections import deque
from typing import TYPE_CHECKING

from pyiccp._sansio import Instant, microseconds, milliseconds

if TYPE_CHECKING:
    from pyiccp.lab._device import Device
    from pyiccp.lab._hosts import Host

DEFAULT_DELAY = microseconds(50)
MEMORY = 4096
"""Frames a way remembers at least, to see one that comes by again."""
CROSSINGS = 8
"""A frame that loops is counted every time and thrown away after so many, so that a storm ends."""
PATIENCE = milliseconds(100)
"""A frame that waited longer for its turn is thrown away (mlag.md M0.4)."""


class Queue:
    """What waits for a wire with a rate: control first, data in order."""

    __slots__ = ("busy", "data", "nanoseconds_per_bit", "urgent")

    def __init__(self, bits_per_second: int) -> None:
        self.nanoseconds_per_bit = 1e9 / bits_per_second
        self.busy = False
        self.urgent: deque[tuple[Instant, bytes]] = deque()
        self.data: deque[tuple[Instant, bytes]] = deque()

    def next(self, now: Instant) -> bytes | None:
        """Take the frame whose turn it is."""
        for waiting in (self.urgent, self.data):
            while waiting:
                since, frame = waiting.popleft()
                if now - since <= PATIENCE:
                    return frame
        return None

    def time_of(self, frame: bytes) -> Instant:
        """How long *frame* occupies the wire, with preamble, FCS and gap (24 octets)."""
        return round((len(frame) + 24) * 8 * self.nanoseconds_per_bit)

    def clear(self) -> None:
        """Forget everything that waits."""
        self.urgent.clear()
        self.data.clear()


class Side:
    """One end of a link: a device's port, or a host."""

    __slots__ = ("device", "host", "name", "port")

    def __init__(self, name: str, device: "Device | None", port: str, host: "Host | None") -> None:
        self.name = name
        self.device = device
        self.port = port
        self.host = host

    @property
    def powered(self) -> bool:
        """Whether this end gives carrier."""
        return self.device is None or (self.device.powered and self.port not in self.device.config.disabled_ports)


class Way:
    """One direction of a link."""

    __slots__ = (
        "batch",
        "batch_at",
        "delay",
        "epoch",
        "link",
        "loss",
        "older",
        "outbound",
        "queue",
        "seen",
        "silent",
        "sink",
        "up",
    )

    def __init__(self, link: "Link", sink: Side, outbound: bool, delay: Instant, loss: float, rate: int | None) -> None:
        self.link = link
        self.sink = sink
        self.outbound = outbound
        """From the first end of the link to the second."""
        self.delay = delay
        self.loss = loss
        self.queue = None if rate is None else Queue(rate)
        self.up = False
        self.silent = False
        self.epoch = 0
        """One more at every loss of carrier: what was on the wire then never arrives."""
        self.batch: list[bytes] = []
        self.batch_at: Instant = -1
        """Frames on the wire that arrive at this instant; a further one joins them."""
        self.seen: dict[bytes, int] = {}
        self.older: dict[bytes, int] = {}

    def crossings(self, mark: bytes) -> int:
        """Count one crossing of the frame with trailer *mark*: 1 = the first, as it should be."""
        count = (self.seen.get(mark) or self.older.get(mark) or 0) + 1
        self.seen[mark] = count
        if len(self.seen) >= MEMORY:
            self.older, self.seen = self.seen, {}
        return count

    def darken(self) -> None:
        """Carrier is lost: so is all that was under way."""
        self.up = False
        self.epoch += 1
        self.batch_at = -1
        if self.queue is not None:
            self.queue.clear()
            self.queue.busy = False


class Link:
    """A cable between two ends."""

    __slots__ = ("cut", "index", "sides", "up", "ways")

    def __init__(
        self,
        index: int,
        first: Side,
        second: Side,
        delay: Instant = DEFAULT_DELAY,
        loss: float = 0.0,
        rate: int | None = None,
    ) -> None:
        self.index = index
        self.sides = (first, second)
        self.ways = (Way(self, second, True, delay, loss, rate), Way(self, first, False, delay, loss, rate))
        """From the first end, from the second end."""
        self.cut = False
        self.up = False

    @property
    def name(self) -> str:
        return f"{self.sides[0].name} -- {self.sides[1].name}"

    def replug(self, host: "Host", end: Side) -> None:
        """The cable of *host* ends at *end* now."""
        ours = next(place for place, side in enumerate(self.sides) if side.host is host)
        before = self.sides[1 - ours]
        if before.device is not None:
            del before.device.ways[before.port]
        self.sides = (self.sides[0], end) if ours == 0 else (end, self.sides[1])
        self.ways[ours].sink = end
        if end.device is not None:
            end.device.ways[end.port] = self.ways[1 - ours]

    @property
    def whole(self) -> bool:
        """Whether both ends have reason to see carrier."""
        return not self.cut and self.sides[0].powered and self.sides[1].powered


class Keepalive:
    """A path for datagrams between two devices beside all links."""

    __slots__ = ("cut", "delay", "ends", "loss")

    def __init__(self, first: "Device", second: "Device", delay: Instant = DEFAULT_DELAY, loss: float = 0.0) -> None:
        self.ends = (first, second)
        self.delay = delay
        self.loss = loss
        self.cut = False
