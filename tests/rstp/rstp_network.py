"""Whole networks of RSTP cores on a virtual clock: links with a delay, shared segments, faults, and who can reach whom.

A network is written in words: `"A.1-B.1 B.2-C.1 C.2-A.2"` is a ring; `"A.1-A.2-B.1"` is one shared segment of three
ports. Bridges are named by a letter or word; the first one named has the lowest address.
"""

from heapq import heappop, heappush
from typing import Any

from msgspec.structs import replace

from pyiccp._sansio import Instant, microseconds, seconds
from pyiccp.rstp import BridgeConfig, PortConfig, Role, RstpCore
from pyiccp.rstp.events import (
    Action,
    BpduReceived,
    BridgeConfigured,
    Event,
    IdentityChanged,
    LinkCameUp,
    LinkWentDown,
    PortAdded,
    SetForwarding,
    SetLearning,
    Transmit,
)
from pyiccp.wire._mac import Mac, mac, mac_plus

FIRST = mac("02:00:00:00:a0:00")
DELAY = microseconds(50)


class Segment:
    """One cable or hub: the (bridge, port) pairs on it, and what is wrong with it."""

    def __init__(self, ends: tuple[tuple[str, str], ...]) -> None:
        self.ends = ends
        self.up = False
        self.deaf: list[tuple[str, str]] = []
        """Ends whose transmissions get lost without anybody's noticing."""
        self.epoch = 0
        """A cut loses what is under way."""


class Network:
    def __init__(
        self,
        text: str,
        *,
        delay: Instant = DELAY,
        settings: dict[str, dict[str, Any]] | None = None,
        port_settings: dict[str, dict[str, Any]] | None = None,
        every_port: dict[str, Any] | None = None,
        chaos: Any = None,
        watch: bool = True,
    ) -> None:
        self.now: Instant = 0
        self.delay = delay
        self.chaos = chaos
        self.watch = watch
        self.cores: dict[str, RstpCore] = {}
        self.macs: dict[str, Mac] = {}
        self.segments: list[Segment] = []
        self.at: dict[tuple[str, str], Segment] = {}
        self.sent: list[tuple[Instant, str, str, Any]] = []
        self.actions: list[tuple[Instant, str, Action]] = []
        self.loops: list[tuple[Instant, list[tuple[str, str]]]] = []
        self._queue: list[tuple[Instant, int, str, Event, Segment | None, int]] = []
        self._count = 0
        for word in text.split():
            ends = tuple((end.split(".")[0], end) for end in word.split("-"))
            segment = Segment(ends)
            self.segments.append(segment)
            for bridge, port in ends:
                self._bridge(bridge, (settings or {}).get(bridge, {}))
                over = {**(every_port or {}), **(port_settings or {}).get(port, {})}
                number = int(port.split(".")[1])
                self.cores[bridge].handle(PortAdded(PortConfig(**{"name": port, "number": number, **over})), 0)
                self.at[bridge, port] = segment

    def _bridge(self, name: str, settings: dict[str, Any]) -> None:
        if name not in self.cores:
            self.macs[name] = mac_plus(FIRST, 0x100 * len(self.cores))
            self.cores[name] = RstpCore(BridgeConfig(**{"mac": self.macs[name], **settings}))

    # --- time

    def run(self, span: float) -> "Network":
        """Let *span* seconds pass."""
        end = self.now + seconds(span)
        while True:
            due = min((core.deadline for core in self.cores.values() if core.deadline is not None), default=None)
            if self._queue and (due is None or self._queue[0][0] <= due):
                at, _, bridge, event, segment, epoch = self._queue[0]
                if at > end:
                    break
                heappop(self._queue)
                self.now = at
                if bridge in self.cores and (segment is None or segment.epoch == epoch):
                    self.tell(bridge, event)
            elif due is not None and due <= end:
                self.now = max(self.now, due)
                for name, core in list(self.cores.items()):
                    if core.deadline is not None and core.deadline <= self.now:
                        self._do(name, core.advance(self.now))
            else:
                break
        self.now = end
        return self

    def tell(self, bridge: str, event: Event) -> None:
        """The event happens to *bridge* now."""
        self._do(bridge, self.cores[bridge].handle(event, self.now))

    def _do(self, bridge: str, actions: Any) -> None:
        changed = False
        for action in actions:
            self.actions.append((self.now, bridge, action))
            if isinstance(action, Transmit):
                self.sent.append((self.now, bridge, action.port, action.bpdu))
                self._carry(bridge, action)
            changed = changed or "Forwarding" in type(action).__name__
        if changed and self.watch:
            self.look_for_loop()

    def _carry(self, bridge: str, action: Transmit) -> None:
        segment = self.at.get((bridge, action.port))
        if segment is None or not segment.up or (bridge, action.port) in segment.deaf:
            return
        for other, port in segment.ends:
            if (other, port) == (bridge, action.port) or other not in self.cores:
                continue
            delays = [self.delay] if self.chaos is None else self.chaos(self.delay)
            for delay in delays:
                self._later(delay, other, BpduReceived(port, action.bpdu), segment)

    def _later(self, delay: Instant, bridge: str, event: Event, segment: Segment | None) -> None:
        self._count += 1
        epoch = 0 if segment is None else segment.epoch
        heappush(self._queue, (self.now + delay, self._count, bridge, event, segment, epoch))

    # --- faults

    def up(self, *ports: str, speed: int = 10_000) -> "Network":
        """Carrier on the segments of *ports*, on all without arguments; both ends notice at once."""
        for segment in self._segments(ports):
            segment.up = True
            for bridge, port in segment.ends:
                if bridge in self.cores:
                    self.tell(bridge, LinkCameUp(port, speed, len(segment.ends) == 2))
        return self

    def cut(self, *ports: str) -> "Network":
        """Carrier lost on the segments of *ports*."""
        for segment in self._segments(ports):
            segment.up = False
            segment.epoch += 1
            for bridge, port in segment.ends:
                if bridge in self.cores:
                    self.tell(bridge, LinkWentDown(port))
        return self

    def silence(self, *ports: str) -> "Network":
        """BPDUs and data get lost on the segments of *ports*, carrier stays."""
        for segment in self._segments(ports):
            segment.deaf = list(segment.ends)
        return self

    def heal(self, *ports: str) -> "Network":
        for segment in self._segments(ports):
            segment.deaf = []
        self.look_for_loop()
        return self

    def kill(self, bridge: str) -> "Network":
        """The bridge dies; its neighbours lose carrier."""
        core = self.cores.pop(bridge)
        for port in core.ports:
            segment = self.at[bridge, port]
            segment.epoch += 1
            if len(segment.ends) == 2:
                segment.up = False
                for other, end in segment.ends:
                    if other != bridge and other in self.cores:
                        self.tell(other, LinkWentDown(end))
        return self

    def priority(self, bridge: str, priority: int) -> "Network":
        self.tell(bridge, IdentityChanged(self.macs[bridge], priority))
        return self

    def _segments(self, ports: tuple[str, ...]) -> list[Segment]:
        if not ports:
            return self.segments
        return [self.at[port.split(".")[0], port] for port in ports]

    # --- what can be seen

    def role(self, port: str) -> str:
        return self.cores[port.split(".")[0]].port(port).role.name

    def roles(self) -> str:
        """E.g. `A.1=Designated B.1=Root`."""
        return " ".join(
            f"{port}={self.role(port)}"
            for segment in self.segments
            for bridge, port in segment.ends
            if bridge in self.cores
        )

    def forwarding(self, port: str) -> bool:
        return self.cores[port.split(".")[0]].port(port).forwarding

    def bpdus(self, port: str, since: Instant = 0) -> list[tuple[Instant, Any]]:
        return [(at, bpdu) for at, _, name, bpdu in self.sent if name == port and at >= since]

    def _edges(self) -> list[tuple[str, int]]:
        """Bridge to segment, for every port that forwards onto a segment that carries."""
        return [
            (bridge, index)
            for index, segment in enumerate(self.segments)
            if segment.up and not segment.deaf
            for bridge, port in segment.ends
            if bridge in self.cores and self.cores[bridge].bridge.ports[port].forwarding
        ]

    def look_for_loop(self) -> None:
        """A cycle of bridges and segments that forward (a segment with fewer than two open ports cannot be in one)."""
        parent: dict[Any, Any] = {}

        def find(node: Any) -> Any:
            while parent.setdefault(node, node) != node:
                node = parent[node]
            return node

        for bridge, index in self._edges():
            one, other = find(bridge), find(index)
            if one == other:
                self.loops.append((self.now, self._edges()))
                return
            parent[one] = other

    def parts(self) -> list[list[str]]:
        """Bridges that can reach each other by data, and (physically) ought to, as two partitions must be equal."""
        return self._partition([(b, i) for b, i in self._edges()])

    def wired(self) -> list[list[str]]:
        return self._partition(
            [
                (bridge, index)
                for index, segment in enumerate(self.segments)
                if segment.up and not segment.deaf
                for bridge, _ in segment.ends
                if bridge in self.cores
            ]
        )

    def _partition(self, edges: list[tuple[str, int]]) -> list[list[str]]:
        group = {name: name for name in self.cores}
        by_segment: dict[int, list[str]] = {}
        for bridge, index in edges:
            by_segment.setdefault(index, []).append(bridge)
        for members in by_segment.values():
            old, new = {group[name] for name in members}, group[members[0]]
            group = {name: new if leader in old else leader for name, leader in group.items()}
        parts: dict[str, list[str]] = {}
        for name, leader in group.items():
            parts.setdefault(leader, []).append(name)
        return sorted(sorted(part) for part in parts.values())

    def at_rest(self) -> None:
        """One root in every part, no loop, everybody reached; roles fit each other."""
        self.loops.clear()
        self.look_for_loop()
        assert not self.loops, self.loops
        assert self.parts() == self.wired(), self.roles()
        for part in self.wired():
            roots = {self.cores[name].view().root for name in part}
            best = min((self.cores[name].bridge.BridgeIdentifier, name) for name in part)
            assert roots == {self.cores[best[1]].view().bridge}, (part, roots)
        for segment in self.segments:
            if segment.up and not segment.deaf:
                roles = [self.cores[b].port(p).role for b, p in segment.ends if b in self.cores]
                assert not roles or roles.count(Role.Designated) == 1, (segment.ends, roles)

    def configure(self, bridge: str, **over: Any) -> None:
        self.tell(bridge, BridgeConfigured(replace(self.cores[bridge].bridge.config, **over)))


def settling(network: Network, span: float) -> Instant:
    """How long after now the last port opened or shut, in *span* seconds."""
    since, seen = network.now, len(network.actions)
    network.run(span)
    changes = [at for at, _, action in network.actions[seen:] if isinstance(action, SetForwarding | SetLearning)]
    return max(changes, default=since) - since
