"""Two ICCP cores on a fake clock, over a carrier that delivers in order within each stream."""

import heapq
import pickle
from collections.abc import Sequence

from pyiccp._sansio import Instant, microseconds
from pyiccp.iccp import IccpCore
from pyiccp.iccp._outbox import MAX_MESSAGE
from pyiccp.iccp.events import (
    Action,
    Application,
    CarrierEstablished,
    CarrierLost,
    DeliverTlvs,
    Event,
    MessageReceived,
    MlacpChanged,
    ReportPeerMlacp,
    ReportSession,
    ResetCarrier,
    SendMessage,
    Stream,
)
from pyiccp.wire._mac import mac
from pyiccp.wire._state import STATES
from pyiccp.wire.iccp._pdu import Message, TlvValue
from pyiccp.wire.iccp.mlacp import (
    AggregatorConfig,
    AggregatorState,
    Condition,
    PortConfig,
    PortState,
    Selected,
    SystemConfig,
)

DELAY = microseconds(50)
ALL = (Application.MLACP, Application.MLAG, Application.FDB)


class End:
    """One core and what came out of it."""

    def __init__(self, name: str, domain: int = 7, applications: tuple[Application, ...] = ALL) -> None:
        self.name = name
        self.core = IccpCore(name, domain, 1, applications)
        self.reports: list[tuple[Instant, ReportSession]] = []
        self.delivered: list[tuple[Application, tuple[TlvValue, ...]]] = []
        self.mlacp_reports = 0
        self.resets: list[str] = []
        self.sent: list[Message] = []

    @property
    def up(self) -> bool:
        return bool(self.reports) and self.reports[-1][1].up

    def note(self, action: Action, now: Instant) -> None:
        match action:
            case ReportSession():
                self.reports.append((now, action))
            case DeliverTlvs(application, tlvs):
                self.delivered.append((application, tlvs))
            case ReportPeerMlacp():
                self.mlacp_reports += 1
            case ResetCarrier(why):
                self.resets.append(why)
            case SendMessage(_, message):
                self.sent.append(message)


class Talk:
    """A and B; `delay` is the one-way delay of each stream. A reset is only recorded: the test decides what follows."""

    def __init__(self, a: End | None = None, b: End | None = None) -> None:
        self.now: Instant = 1_000_000
        self.a = a or End("a")
        self.b = b or End("b")
        self.delay = {Stream.URGENT: DELAY, Stream.BULK: DELAY}
        self._air: list[tuple[Instant, int, str, Message]] = []
        self._count = 0

    def other(self, end: End) -> End:
        return self.b if end is self.a else self.a

    def do(self, end: End, event: Event) -> Sequence[Action]:
        return self._carry_out(end, end.core.handle(event, self.now))

    def say(self, end: End, message: Message) -> Sequence[Action]:
        """*end* receives *message* from nowhere."""
        return self.do(end, MessageReceived(message))

    def up(self) -> None:
        for end in (self.a, self.b):
            self.do(end, CarrierEstablished())

    def down(self, why: str = "no carrier") -> None:
        self._air.clear()
        for end in (self.a, self.b):
            self.do(end, CarrierLost(why))

    def thaw(self) -> None:
        for end in (self.a, self.b):
            end.core = pickle.loads(pickle.dumps(end.core))

    def run(self, span: Instant) -> None:
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
                _, _, receiver, message = heapq.heappop(self._air)
                self.say(self.a if receiver == "a" else self.b, message)
        self.now = end

    def _carry_out(self, end: End, actions: Sequence[Action]) -> Sequence[Action]:
        for action in actions:
            end.note(action, self.now)
            if isinstance(action, SendMessage):
                self._count += 1
                receiver = "b" if end is self.a else "a"
                octets = action.message.encode()
                assert Message.decode(octets) == action.message
                assert len(octets) <= MAX_MESSAGE
                arrival = self.now + self.delay[action.stream]
                heapq.heappush(self._air, (arrival, self._count, receiver, action.message))
        return actions


def bonds(node: int, keys: Sequence[int] = (10,), per_bond: int = 1, speed: int = 10000) -> MlacpChanged:
    """A node with one aggregator per key; ROID = key + 1."""
    system = mac("74:4D:28:11:70:6B")
    partner = mac("74:4D:28:7B:7F:96")
    aggregators = []
    ports = []
    for index, key in enumerate(keys, 1):
        aggregators.append(
            (
                AggregatorConfig(key + 1, index, system, key, name=f"bond{index}"),
                AggregatorState(partner, 65535, 9, index, key, Condition.UP),
            )
        )
        for n in range(per_bond):
            number = 0x8000 | node << 12 | index << 4 | n
            ports.append(
                (
                    PortConfig(number, system, key, speed=speed, name=f"sfp{index}-{n}"),
                    PortState(
                        partner, 65535, 1, 255, 9, STATES[0x3D], STATES[0x3D], number, key,
                        Selected.SELECTED, Condition.UP, index,
                    ),
                )
            )  # fmt: skip
    return MlacpChanged(SystemConfig(system, 32768, node), tuple(aggregators), tuple(ports))
