"""Two link cores back to back on a fake clock, with a pipe between them that can do everything a wire must not."""

import heapq
import pickle
import random
from collections.abc import Callable, Sequence

from pyiccp._link import LinkCore
from pyiccp._link.events import (
    Action,
    Deliver,
    DeliverFence,
    Establish,
    Event,
    FenceQueued,
    Lose,
    MemberCameUp,
    MemberWentDown,
    MessageQueued,
    Pull,
    Refuse,
    SegmentReceived,
    Stream,
    TransmitSegment,
)
from pyiccp._sansio import Instant, microseconds, milliseconds
from pyiccp.wire._link import Fence, Segment

HEARTBEAT = milliseconds(300)
DELAY = microseconds(50)


class End:
    """One node's link core and what came out of it."""

    def __init__(self, name: str, members: tuple[str, ...], start: int = 1) -> None:
        self.name = name
        self.members = members
        self.core = LinkCore(1, start, HEARTBEAT, members)
        self.actions: list[tuple[Instant, Action]] = []
        self.sessions = 0
        self.delivered: dict[Stream, list[bytes]] = {Stream.URGENT: [], Stream.BULK: []}
        """Of the newest session."""
        self.fences: list[tuple[str, Fence]] = []
        self.credit = {Stream.URGENT: 0, Stream.BULK: 0}
        self.refusal = ""
        self.up_at: Instant | None = None
        self.lost: list[tuple[Instant, str]] = []
        self.sent: list[tuple[Instant, TransmitSegment]] = []

    def note(self, action: Action, now: Instant) -> None:
        match action:
            case Establish():
                self.sessions += 1
                self.up_at = now
                self.delivered = {Stream.URGENT: [], Stream.BULK: []}
            case Lose(why):
                self.up_at = None
                self.lost.append((now, why))
            case Deliver(stream, message):
                self.delivered[stream].append(message)
            case DeliverFence(member, fence):
                self.fences.append((member, fence))
            case Pull(stream, octets):
                self.credit[stream] = octets
            case Refuse(text):
                self.refusal = text
            case TransmitSegment():
                self.sent.append((now, action))


class Pair:
    """A and B; `fate` says when each segment arrives: a list of delays, empty when it is lost."""

    def __init__(self, members: tuple[str, ...] = ("p1",), starts: tuple[int, int] = (1, 1)) -> None:
        self.now: Instant = 1_000_000
        self.a = End("a", members, starts[0])
        self.b = End("b", members, starts[1])
        self.fate: Callable[[str, str, Segment], Sequence[Instant]] = lambda sender, member, segment: (DELAY,)
        self._air: list[tuple[Instant, int, str, str, Segment]] = []
        self._count = 0

    def other(self, end: End) -> End:
        return self.b if end is self.a else self.a

    def do(self, end: End, event: Event) -> None:
        self._carry_out(end, end.core.handle(event, self.now))

    def up(self, *members: str) -> None:
        for end in (self.a, self.b):
            for member in members or end.members:
                self.do(end, MemberCameUp(member))

    def down(self, *members: str) -> None:
        for end in (self.a, self.b):
            for member in members or end.members:
                self.do(end, MemberWentDown(member))

    def say(self, end: End, message: bytes, stream: Stream = Stream.URGENT) -> None:
        self.do(end, MessageQueued(stream, message))

    def fence(self, end: End, fence: Fence) -> None:
        self.do(end, FenceQueued(fence))

    def restart(self, end: End, start: int) -> None:
        """The node crashes and starts again within the instant; carrier stays."""
        end.core = LinkCore(1, start, HEARTBEAT, end.members)
        end.up_at = None
        for member in end.members:
            self.do(end, MemberCameUp(member))

    def thaw(self, end: End) -> None:
        """Replace the core by what a pickle of it gives."""
        end.core = pickle.loads(pickle.dumps(end.core))

    def run(self, span: Instant) -> None:
        """Let *span* pass."""
        end = self.now + span
        while True:
            deadlines = [core.deadline for core in (self.a.core, self.b.core) if core.deadline is not None]
            if self._air:
                deadlines.append(self._air[0][0])
            soonest = min(deadlines, default=end + 1)
            if soonest > end:
                break
            self.now = max(self.now, soonest)
            for node in (self.a, self.b):
                if node.core.deadline is not None and node.core.deadline <= self.now:
                    self._carry_out(node, node.core.advance(self.now))
            while self._air and self._air[0][0] <= self.now:
                _, _, receiver, member, segment = heapq.heappop(self._air)
                self.do(self.a if receiver == "a" else self.b, SegmentReceived(member, segment))
        self.now = end

    def _carry_out(self, end: End, actions: Sequence[Action]) -> None:
        for action in actions:
            end.note(action, self.now)
            if isinstance(action, TransmitSegment):
                for delay in self.fate(end.name, action.member, action.segment):
                    self._count += 1
                    receiver = self.other(end).name
                    heapq.heappush(self._air, (self.now + delay, self._count, receiver, action.member, action.segment))


def chance(seed: int, loss: float, twice: float, jitter: Instant) -> Callable[[str, str, Segment], Sequence[Instant]]:
    """A wire that loses, doubles and reorders."""
    dice = random.Random(seed)

    def fate(sender: str, member: str, segment: Segment) -> Sequence[Instant]:
        copies = 0 if dice.random() < loss else 2 if dice.random() < twice else 1
        return [DELAY + dice.randrange(jitter + 1) for _ in range(copies)]

    return fate
