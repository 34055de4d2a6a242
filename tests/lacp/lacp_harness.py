"""A LACP core on a fake clock, a scripted partner for it, and wires between two cores."""

from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from typing import Any

from msgspec.structs import replace

from pyiccp._sansio import Instant, seconds
from pyiccp.lacp import AggregatorConfig, LacpCore, PortConfig, PortView
from pyiccp.lacp._frames import classify
from pyiccp.lacp.events import (
    Action,
    Event,
    Incident,
    LacpduReceived,
    LinkCameUp,
    LinkWentDown,
    MarkerReceived,
    PortConfigured,
    ReportIncident,
    SetCollecting,
    SetDistributing,
    Transmit,
)
from pyiccp.wire._lacpdu import Lacpdu, Participant
from pyiccp.wire._mac import mac
from pyiccp.wire._marker import Marker
from pyiccp.wire._state import LETTERS, STATES, State

US = mac("02:00:00:00:00:01")
PEER = mac("02:00:00:00:00:fa")
BETTER, WORSE = mac("02:00:00:00:00:00"), mac("02:00:00:00:00:fb")
"""Systems that are better and worse than PEER (and than US)."""


def flags(letters: str) -> State:
    """The state octet of the letters ATGSCDFE."""
    return STATES[sum(1 << LETTERS.index(letter) for letter in letters)]


def bond(name: str = "bond", **over: Any) -> AggregatorConfig:
    """The aggregator of 2.1: system …01, priority 0x8000, key 1, coupled."""
    return AggregatorConfig(**{"name": name, "system": US, "system_priority": 0x8000, "key": 1, **over})


def port(n: int, /, **over: Any) -> PortConfig:
    """A port of 2.1: named p1, p2 …, active, short timeout, aggregatable."""
    return PortConfig(**{"name": f"p{n}", "aggregator": "bond", "number": n, "short_timeout": True, **over})


class Dut:
    """The device under test: advances its core from deadline to deadline and writes down what it does."""

    def __init__(self, core: LacpCore) -> None:
        self.core = core
        self.now: Instant = 0
        self.log: list[tuple[Instant, Action]] = []
        self.wakes = 0
        self.boxes: list[tuple[Instant, str, str, str]] = []
        """(when, port, machine, box) of every transition."""
        core.trace = self._trace

    def _trace(self, context: Any, machine: str, source: str, target: str, condition: str) -> None:
        self.boxes.append((self.now, context.name, machine, target))

    def do(self, event: Event) -> list[Action]:
        """The event happens now."""
        return self._note(self.core.handle(event, self.now))

    def _note(self, actions: Iterable[Action]) -> list[Action]:
        actions = list(actions)
        self.log += [(self.now, action) for action in actions]
        return actions

    def run(self, span: float) -> "Dut":
        """Let *span* seconds pass."""
        end = self.now + seconds(span)
        while (due := self.core.deadline) is not None and due <= end:
            assert due >= self.now, "a deadline in the past"
            self.now = due
            self.wakes += 1
            self._note(self.core.advance(self.now))
        self.now = end
        return self

    # --- stimuli

    def up(self, *numbers: int) -> "Dut":
        for number in numbers:
            self.do(LinkCameUp(f"p{number}"))
        return self

    def down(self, *numbers: int) -> "Dut":
        for number in numbers:
            self.do(LinkWentDown(f"p{number}"))
        return self

    def hear(self, number: int, pdu: Lacpdu) -> list[Action]:
        return self.do(LacpduReceived(f"p{number}", pdu))

    def frame(self, number: int, octets: bytes, **over: Any) -> list[Action]:
        """A frame comes in, octets and all."""
        event = classify(f"p{number}", octets, **over)
        return [] if event is None else self.do(event)

    def configure(self, number: int, **over: Any) -> list[Action]:
        """Management changes the configuration of a port."""
        return self.do(PortConfigured(replace(self.core.ports[f"p{number}"].config, **over)))

    def marker(self, number: int, marker: Marker) -> list[Action]:
        return self.do(MarkerReceived(f"p{number}", marker))

    def peer(self, number: int, **over: Any) -> Lacpdu:
        """An LACPDU of the partner on port *number* with an exact view of us; see `peer`."""
        return peer(self.core.port(f"p{number}").actor, number, **over)

    def keep_hearing(self, span: float, *numbers: int, every: float = 1.0, **over: Any) -> "Dut":
        """*span* seconds in which the partner sends its LACPDU at once and then every second on each port."""
        step, end = seconds(every), self.now + seconds(span)
        while True:
            for number in numbers:
                self.hear(number, self.peer(number, **over))
            if self.now + step > end:
                return self.run((end - self.now) / 1e9)
            self.run(every)

    # --- what can be seen

    def view(self, number: int) -> PortView:
        return self.core.port(f"p{number}")

    def state(self, number: int) -> str:
        """The letters of our state that are set."""
        return self.view(number).actor.state.text.replace("-", "")

    def sent(self, number: int) -> list[tuple[float, Lacpdu]]:
        """(seconds, LACPDU) of port *number*, in the log."""
        return [
            (at / 1e9, action.pdu)
            for at, action in self.log
            if isinstance(action, Transmit) and action.port == f"p{number}" and isinstance(action.pdu, Lacpdu)
        ]

    def times(self, number: int, since: Instant = 0) -> list[float]:
        """When LACPDUs left port *number*, in seconds after *since*."""
        return [round(at - since / 1e9, 9) for at, _ in self.sent(number)]

    def letters(self, number: int) -> list[str]:
        """The state letters of each LACPDU that left port *number*, in the log."""
        return [pdu.actor.state.text.replace("-", "") for _, pdu in self.sent(number)]

    def gates(self, number: int) -> list[str]:
        """`+c +d -d -c` in order, of port *number*, in the log."""
        return [
            ("+" if action.on else "-") + ("c" if isinstance(action, SetCollecting) else "d")
            for _, action in self.log
            if isinstance(action, SetCollecting | SetDistributing) and action.port == f"p{number}"
        ]

    def visited(self, number: int, machine: str) -> list[str]:
        """The boxes that *machine* of port *number* entered, since `forget`."""
        return [box for _, name, which, box in self.boxes if name == f"p{number}" and which == machine]

    def incidents(self, number: int) -> list[Incident]:
        """What was reported of port *number*, in the log."""
        return [action.incident for _, action in self.of(ReportIncident) if action.port == f"p{number}"]

    def counters(self, number: int) -> dict[str, int]:
        return self.view(number).counters

    def of(self, kind: type[Any]) -> list[tuple[float, Any]]:
        """(seconds, action) of one kind, in the log."""
        return [(at / 1e9, action) for at, action in self.log if isinstance(action, kind)]

    def forget(self) -> "Dut":
        """Empty the log."""
        self.log.clear()
        self.boxes.clear()
        return self


def peer(actor: Participant, number: int, *, view: dict[str, Any] | None = None, **over: Any) -> Lacpdu:
    """The partner of 2.1 on port *number*: key 7, ATGSCD, seeing *actor* exactly but for what *view* changes."""
    sender = Participant(0x8000, PEER, 7, 0x80, number, flags("ATGSCD"))
    return Lacpdu(
        replace(sender, **{name: flags(value) if isinstance(value, str) else value for name, value in over.items()}),
        replace(actor, **(view or {})),
    )


def dut(*numbers: int, ports: dict[int, dict[str, Any]] | None = None, **over: Any) -> Dut:
    """The device of 2.1 with ports 1 and 2, or those named; *over* is about the aggregator, *ports* about ports."""
    chosen = numbers or (1, 2)
    return Dut(LacpCore((bond(**over),), tuple(port(n, **(ports or {}).get(n, {})) for n in chosen)))


def cd(*numbers: int, on: tuple[int, ...] = (1,), ports: dict[int, dict[str, Any]] | None = None, **over: Any) -> Dut:
    """The CD set-up: link up on the ports *on*, their partner every second until they carry data; log empty."""
    device = dut(*numbers, ports=ports, **over).up(*on)
    device.keep_hearing(4.0, *on)
    for number in on:
        assert device.view(number).state == "collecting and distributing", device.view(number)
    return device.forget()


class Wires:
    """Point-to-point links between ports of several cores, with a delay each; runs them on one fake clock."""

    def __init__(self, cores: dict[str, LacpCore], links: Iterable[tuple[str, str]], delay: float = 50e-6) -> None:
        self.devices = {name: Dut(core) for name, core in cores.items()}
        self.other: dict[str, str] = {}
        self.delay = seconds(delay)
        self.now: Instant = 0
        self.flying: list[tuple[Instant, int, str, Any]] = []
        self.count = 0
        self.lose: Callable[[str, Lacpdu | Marker], bool] = lambda end, pdu: False
        """Asked for every frame that leaves an end `device:port`; True loses it."""
        self.live: dict[str, bool] = {}
        for one, two in links:
            self.other[one], self.other[two] = two, one
            self.live[one] = self.live[two] = False

    def __getitem__(self, name: str) -> Dut:
        return self.devices[name]

    def connect(self, *ends: str) -> "Wires":
        """Carrier comes up at both ends; without arguments on all links."""
        return self._carrier(ends or tuple(self.other), True, LinkCameUp)

    def cut(self, *ends: str) -> "Wires":
        """Carrier is lost at both ends."""
        return self._carrier(ends, False, LinkWentDown)

    def _carrier(self, ends: Iterable[str], live: bool, event: Any) -> "Wires":
        for end in ends:
            for side in (end, self.other[end]):
                if self.live[side] is not live:
                    self.live[side] = live
                    name, port_name = side.split(":")
                    self.do(name, event(port_name))
        return self

    def do(self, name: str, event: Event) -> None:
        """*event* happens to a device now."""
        self.devices[name].now = self.now
        self._carry(name, self.devices[name].do(event))

    def _carry(self, name: str, actions: Iterable[Action]) -> None:
        for action in actions:
            if isinstance(action, Transmit):
                end = f"{name}:{action.port}"
                if end in self.other and self.live[end] and not self.lose(end, action.pdu):
                    self.count += 1
                    heappush(self.flying, (self.now + self.delay, self.count, self.other[end], action.pdu))

    def run(self, span: float) -> "Wires":
        """Let *span* seconds pass."""
        end = self.now + seconds(span)
        while True:
            due = [(device.core.deadline, name) for name, device in self.devices.items() if device.core.deadline]
            arrival = self.flying[0][0] if self.flying else end + 1
            timer = min(due, default=(end + 1, ""))
            self.now = min(arrival, timer[0])
            if self.now > end:
                self.now = end
                for device in self.devices.values():
                    device.now = end
                return self
            if arrival <= timer[0]:
                _, _, target, pdu = heappop(self.flying)
                name, port_name = target.split(":")
                if self.live[target]:
                    kind = LacpduReceived if isinstance(pdu, Lacpdu) else MarkerReceived
                    self.do(name, kind(port_name, pdu))
            else:
                device = self.devices[timer[1]]
                device.now = self.now
                device.wakes += 1
                self._carry(timer[1], device._note(device.core.advance(self.now)))
