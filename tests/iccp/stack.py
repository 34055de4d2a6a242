"""Two whole stacks, ICCP over link over octets, joined by wires that do what they must not, as a node joins them."""

import heapq
import pickle
from collections.abc import Callable, Sequence
from typing import Any

from iccp.talk import DELAY
from pyiccp._link import LinkCore
from pyiccp._link import events as link
from pyiccp._sansio import Instant, milliseconds
from pyiccp.iccp import IccpCore
from pyiccp.iccp import events as iccp
from pyiccp.iccp.events import Application
from pyiccp.wire._link import Segment
from pyiccp.wire._malformed import Malformed
from pyiccp.wire.iccp._pdu import IccpPdu, TlvValue, ldp_status

HEARTBEAT = milliseconds(300)
MEMBER = "p1"


class Stack:
    """One node's link and ICCP."""

    def __init__(self, name: str, start: int) -> None:
        self.name = name
        self.begin(start)

    def begin(self, start: int) -> None:
        """The node starts, for the *start*th time."""
        self.link = LinkCore(1, start, HEARTBEAT, (MEMBER,))
        self.iccp = IccpCore(self.name, 1, 1, tuple(Application))
        self.up_at: Instant | None = None
        self.told: iccp.MlacpChanged | None = None
        self.sessions = 0
        self.delivered: list[tuple[Application, tuple[TlvValue, ...]]] = []
        """In the newest session."""
        self.whys: list[str] = []
        self.refusal = ""

    def link_do(self, event: link.Event, now: Instant) -> list[Segment]:
        return self._follow(self.link.handle(event, now), now)

    def iccp_do(self, event: iccp.Event, now: Instant) -> list[Segment]:
        if isinstance(event, iccp.MlacpChanged):
            self.told = event
        return self._follow(self.iccp.handle(event, now), now)

    def advance(self, now: Instant) -> list[Segment]:
        segments = []
        for core in (self.link, self.iccp):
            if core.deadline is not None and core.deadline <= now:
                segments += self._follow(core.advance(now), now)
        return segments

    @property
    def deadline(self) -> Instant | None:
        return min((at for at in (self.link.deadline, self.iccp.deadline) if at is not None), default=None)

    def _follow(self, actions: Sequence[Any], now: Instant) -> list[Segment]:
        waiting = list(actions)
        segments: list[Segment] = []
        while waiting:
            action = waiting.pop(0)
            match action:
                case link.TransmitSegment():
                    segments.append(action.segment)
                case link.Establish():
                    waiting += self.iccp.handle(iccp.CarrierEstablished(), now)
                case link.Lose(why):
                    waiting += self.iccp.handle(iccp.CarrierLost(why), now)
                case link.Deliver(_, message):
                    waiting += self._decoded(message, now)
                case link.Refuse(text):
                    self.refusal = text
                case iccp.SendMessage(stream, message):
                    octets = IccpPdu(1, 0, (message,)).encode()
                    waiting += self.link.handle(link.MessageQueued(link.Stream(stream), octets), now)
                case iccp.ReportSession(up, _, why):
                    self.up_at = now if up else None
                    if up:
                        self.sessions += 1
                        self.delivered = []
                    elif why:
                        self.whys.append(why)
                case iccp.DeliverTlvs(application, tlvs):
                    self.delivered.append((application, tlvs))
                case iccp.ResetCarrier(why):
                    waiting += self.link.handle(link.ResetRequested(why), now)
        return segments

    def _decoded(self, octets: bytes, now: Instant) -> list[iccp.Action]:
        actions: list[iccp.Action] = []
        try:
            for message in IccpPdu.decode(octets).messages:
                actions += self.iccp.handle(iccp.MessageReceived(message), now)
        except Malformed as error:
            actions += self.iccp.handle(iccp.MalformedReceived(ldp_status(error), error.why), now)
        return actions


class Stacks:
    """Both, and the wire: `fate` gives the delays of the copies of a segment that arrive."""

    def __init__(self) -> None:
        self.now: Instant = 1_000_000
        self.a, self.b = Stack("a", 1), Stack("b", 1)
        self.fate: Callable[[str, Segment], Sequence[Instant]] = lambda sender, segment: (DELAY,)
        self.octets = 0
        """Sent by A."""
        self._air: list[tuple[Instant, int, str, bytes]] = []
        self._count = 0

    def carrier(self, up: bool = True) -> None:
        for end in (self.a, self.b):
            self.link(end, link.MemberCameUp(MEMBER) if up else link.MemberWentDown(MEMBER))

    def link(self, end: Stack, event: link.Event) -> None:
        self._send(end, end.link_do(event, self.now))

    def iccp(self, end: Stack, event: iccp.Event) -> None:
        self._send(end, end.iccp_do(event, self.now))

    def restart(self, end: Stack, start: int) -> None:
        """Crash and start, carrier standing."""
        told = end.told
        end.begin(start)
        self.link(end, link.MemberCameUp(MEMBER))
        if told is not None:
            self.iccp(end, told)

    def thaw(self) -> None:
        """Both go on from pickles."""
        for end in (self.a, self.b):
            end.link, end.iccp = pickle.loads(pickle.dumps((end.link, end.iccp)))

    def run(self, span: Instant) -> None:
        end = self.now + span
        while True:
            deadlines = [at for at in (self.a.deadline, self.b.deadline) if at is not None]
            if self._air:
                deadlines.append(self._air[0][0])
            soonest = min(deadlines, default=end + 1)
            if soonest > end:
                break
            self.now = max(self.now, soonest)
            for stack in (self.a, self.b):
                self._send(stack, stack.advance(self.now))
            while self._air and self._air[0][0] <= self.now:
                _, _, receiver, octets = heapq.heappop(self._air)
                stack = self.a if receiver == "a" else self.b
                self.link(stack, link.SegmentReceived(MEMBER, Segment.decode(octets)))
        self.now = end

    def _send(self, end: Stack, segments: list[Segment]) -> None:
        for segment in segments:
            octets = segment.encode()
            self.octets += len(octets) + 14 if end is self.a else 0
            for delay in self.fate(end.name, segment):
                self._count += 1
                receiver = "b" if end is self.a else "a"
                heapq.heappush(self._air, (self.now + delay, self._count, receiver, octets))
