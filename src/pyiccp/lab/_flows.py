"""Flows: numbered frames from one host to another at a steady pace, accounted for one by one."""

from pyiccp._sansio import Instant
from pyiccp.lab._frames import ANNOUNCEMENT, BROADCAST_IP, announcement, label, numbered, stream_head
from pyiccp.lab._hosts import Host
from pyiccp.wire._mac import BROADCAST

DEFAULT_STREAMS = 64
MAX_STREAMS = 16384


class Direction:
    """One direction of a flow: what was sent, and what became of it."""

    __slots__ = (
        "_first_sent",
        "_heads",
        "_highest",
        "_label",
        "_last_arrival",
        "_last_sent",
        "_longest",
        "_missing",
        "_newest",
        "broadcast",
        "duplicated",
        "index",
        "received",
        "reflected",
        "reordered",
        "sent",
        "sink",
        "source",
        "streams",
    )

    def __init__(self, index: int, source: Host, sink: Host, streams: int, broadcast: bool) -> None:
        if not 0 <= index < ANNOUNCEMENT:
            raise ValueError("too many flows")
        self.index = index
        self.broadcast = broadcast
        self.source = source
        self.sink = sink
        self.sent = self.received = self.duplicated = self.reflected = self.reordered = 0
        self._label = label(index)
        target, target_ip = (BROADCAST, BROADCAST_IP) if broadcast else (sink.mac, sink.ip)
        self._heads = tuple(
            stream_head(source.mac, target, source.vlan, source.ip, target_ip, stream, self._label)
            for stream in range(streams)
        )
        self.streams = streams
        self._highest = -1
        self._missing: dict[int, None] = {}
        """Sequence numbers below the highest that have not come."""
        self._newest = [-1] * streams
        self._first_sent: Instant = -1
        self._last_sent: Instant = 0
        self._last_arrival: Instant = -1
        self._longest: Instant = 0

    @property
    def lost(self) -> int:
        return self.sent - self.received

    @property
    def expected(self) -> int:
        """The sequence number behind the highest that arrived."""
        return self._highest + 1

    def missing(self) -> list[int]:
        """Sequence numbers of the frames sent that have not arrived."""
        return [*self._missing, *range(self._highest + 1, self.sent)]

    @property
    def longest_gap(self) -> Instant:
        """The longest time without an arrival from the first frame sent to the last."""
        if not self.sent:
            return 0
        since = self._last_arrival if self.received else self._first_sent
        return max(self._longest, self._last_sent - since)

    def announcement(self) -> bytes:
        """What the sending host says before its first frame."""
        return announcement(self.source.mac, self.source.vlan, self.source.ip, self.index)

    def next(self, now: Instant) -> bytes:
        """The next frame; its streams take turns."""
        sequence = self.sent
        if not sequence:
            self._first_sent = now
        self.sent = sequence + 1
        self._last_sent = now
        return numbered(self._heads[sequence % self.streams], self._label, sequence)

    def arrived(self, sequence: int, now: Instant) -> None:
        """A copy of frame *sequence* reached the sink."""
        highest = self._highest
        if sequence > highest:
            if sequence != highest + 1:
                self._missing.update(dict.fromkeys(range(highest + 1, sequence)))
            self._highest = sequence
        elif sequence in self._missing:
            del self._missing[sequence]
        else:
            self.duplicated += 1
            return
        self.received += 1
        stream = sequence % self.streams
        if sequence > self._newest[stream]:
            self._newest[stream] = sequence
        else:
            self.reordered += 1
        gap = now - (self._last_arrival if self._last_arrival >= 0 else self._first_sent)
        if gap > self._longest:
            self._longest = gap
        self._last_arrival = now

    def forget(self) -> None:
        """No copy of a frame sent so far is under way: those that have not come are lost."""
        self._missing.clear()


class Pace:
    """Directions that send at the same instants, by host: one entry of the agenda serves them all."""

    __slots__ = ("every", "members", "start", "stop")

    def __init__(self, every: Instant, start: Instant, stop: Instant) -> None:
        self.every = every
        self.start = start
        self.stop = stop
        """The last instant at which a frame may leave."""
        self.members: list[tuple[Host, list[Direction]]] = []

    def add(self, direction: Direction) -> None:
        for host, directions in self.members:
            if host is direction.source:
                directions.append(direction)
                return
        self.members.append((direction.source, [direction]))
