"""A network on a virtual clock: devices, links, hosts and flows, driven by one agenda.

There is no clock and no thread; randomness is one seeded generator. The whole network is plain data: pickled at any
instant and resumed it goes on octet by octet the same (a capture is re-attached).
"""

from collections.abc import Callable, Sequence
from heapq import heappop
from random import Random

import msgspec

from pyiccp._node.config import NodeConfig
from pyiccp._node.events import (
    Action,
    DeliverLocally,
    DropQueued,
    Event,
    FlushRequested,
    GuardsCleared,
    KeepaliveReceived,
    LinkCameUp,
    LinkWentDown,
    Notice,
    Remember,
    Stopped,
    StopRequested,
    Transmit,
    TransmitBatch,
    TransmitKeepalive,
)
from pyiccp._sansio import Instant, milliseconds
from pyiccp.lab._clients import OURS, client
from pyiccp.lab._clock import DARK, DATAGRAM, DELIVER, FAULT, PLUG, SERVE, TICK, WAKE, Agenda
from pyiccp.lab._copies import Copies, HasTree
from pyiccp.lab._device import FROZEN, HUNG, NEVER, OFF, RUNNING, Device, NodeFactory
from pyiccp.lab._faults import Fault, apply
from pyiccp.lab._flows import Direction, Pace
from pyiccp.lab._hosts import Host
from pyiccp.lab._links import Keepalive, Link, Side, Way
from pyiccp.lab._moving import plug
from pyiccp.lab._wires import Wires

LAST_LIGHT = milliseconds(1)
"""From the end of a stopped node's program to its ports going dark: what it sent last still arrives."""


class Moment(msgspec.Struct, frozen=True, gc=False):
    """One line of the timeline."""

    at: Instant
    node: str
    what: str


class Network:
    """The lab's network. Build it with `add_*` and `connect`, then `start` it and `run` it as far as wanted."""

    def __init__(self, build: NodeFactory, seed: int = 1) -> None:
        self.agenda = Agenda()
        self.build = build
        self.random = Random(seed)
        self.wires = Wires(self.agenda, self.random)
        self.devices: dict[str, Device] = {}
        self.hosts: dict[str, Host] = {}
        self.links: list[Link] = []
        self.keepalives: list[Keepalive] = []
        self.directions: list[Direction] = []
        self.paces: list[Pace] = []
        self.copies = Copies()
        self.timeline: list[Moment] = []
        self.warnings: list[str] = []
        """What the lab itself has to say about the scenario."""

    @property
    def now(self) -> Instant:
        return self.agenda.now

    # --- building

    def add_device(self, config: NodeConfig, kind: str = OURS) -> Device:
        device = self.devices[config.name] = Device(config, kind)
        return device

    def add_host(self, host: Host, device: Device | None = None, interface: str = "") -> None:
        """A host at a device's *interface*, or without a device one that a link will wire."""
        self.hosts[host.name] = host
        if device is not None:
            host.device, host.interface = device, interface
            device.hosts.setdefault(interface, []).append(host)

    def connect(self, first: Side, second: Side, delay: Instant, loss: float = 0.0, rate: int | None = None) -> Link:
        """A link between two ends."""
        link = Link(len(self.links), first, second, delay, loss, rate)
        self.links.append(link)
        for side, way in zip(link.sides, link.ways, strict=True):
            if side.device is not None:
                side.device.ways[side.port] = way
            elif side.host is not None:
                side.host.way = way
        return link

    def add_keepalive(self, first: Device, second: Device, delay: Instant, loss: float = 0.0) -> None:
        path = Keepalive(first, second, delay, loss)
        self.keepalives.append(path)
        first.keepalive = second.keepalive = path

    def add_direction(self, direction: Direction, every: Instant, start: Instant, stop: Instant) -> None:
        """*direction* (created with the next index) sends at this pace."""
        self.directions.append(direction)
        for pace in self.paces:
            if (pace.every, pace.start, pace.stop) == (every, start, stop):
                pace.add(direction)
                return
        pace = Pace(every, start, stop)
        pace.add(direction)
        self.paces.append(pace)

    def schedule(self, at: Instant, fault: Fault) -> None:
        """*fault* is to happen at *at*."""
        self.agenda.add(at, FAULT, fault)

    def start(self) -> None:
        """Everything is switched on at instant 0; events of the scenario at an instant come before flows."""
        for pace in self.paces:
            if pace.start <= pace.stop:
                self.agenda.add(pace.start, TICK, pace)
        for device in self.devices.values():
            self._boot(device)
        for link in self.links:
            self.refresh(link)

    # --- running

    def run(self, until: Instant, watch: Callable[[], bool] | None = None) -> bool:
        """Let everything happen up to and including *until*.

        *watch*, if any, is called after each thing that happened; once it says True the run stops there and then, and
        this returns True.
        """
        agenda = self.agenda
        heap = agenda.heap
        while heap and heap[0][0] <= until:
            now, _, kind, subject, payload, stamp = heappop(heap)
            agenda.now = now
            if kind == DELIVER:
                self._deliver(subject, payload, stamp, now)
            elif kind == WAKE:
                self._wake(subject, now)
            elif kind == TICK:
                self._tick(subject, now)
            elif kind == SERVE:
                self.wires.serve(subject, stamp, now)
            elif kind == DATAGRAM:
                self.tell(subject, KeepaliveReceived(payload))
            elif kind == FAULT:
                self.note("lab", str(subject))
                apply(self, subject)
            elif kind == PLUG:
                plug(self, subject, payload[0], payload[1], stamp)
            elif kind == DARK and stamp == subject.life:
                self._darken(subject)
            if watch is not None and watch():
                return True
        agenda.now = until
        return False

    def note(self, node: str, what: str) -> None:
        """One line for the timeline."""
        self.timeline.append(Moment(self.agenda.now, node, what))

    # --- life of a device

    def boot(self, device: Device, fresh: bool = False) -> None:
        """Switch *device* on; one whose node is dead is switched off first, one that stops may finish first."""
        if device.stopping:
            device.restart = "fresh" if fresh else "again"
            return
        if device.state in (RUNNING, FROZEN):
            self.note("lab", f"{device.name} runs already")
            return
        self.power_off(device)
        if fresh:
            device.store = None
        self._boot(device)
        for way in tuple(device.ways.values()):
            self.refresh(way.link)

    def _boot(self, device: Device) -> None:
        device.life += 1
        device.state = RUNNING
        device.backlog.clear()
        ours = device.kind == OURS
        device.node = self.build(device.config, device.store) if ours else client(device.kind, device.config)
        if isinstance(device.node, HasTree):
            device.node.observe_tree(self.copies.see)
        self._act(device, device.node.start(self.now), self.now)
        self._rearm(device)

    def power_off(self, device: Device) -> None:
        """Its node is gone, its ports go dark; its store stays."""
        self.hang(device)
        if device.state != OFF:
            device.state = OFF
            for way in tuple(device.ways.values()):
                self.refresh(way.link)

    def _darken(self, device: Device) -> None:
        """Its node has stopped as planned; a start that came meanwhile is due now."""
        restart = device.restart
        self.power_off(device)
        if restart is not None:
            self.boot(device, restart == "fresh")

    def hang(self, device: Device) -> None:
        """Its node is gone, its ports keep their carrier."""
        if device.state != OFF:
            device.state = HUNG
        device.node = None
        device.stopping = False
        device.restart = None
        device.wake = NEVER
        device.backlog.clear()

    def freeze(self, device: Device) -> None:
        """Its node is not called; what arrives waits."""
        if device.state == RUNNING:
            device.state = FROZEN

    def thaw(self, device: Device) -> None:
        """Its node is called again: first for what is due, then for what waited."""
        if device.state != FROZEN:
            return
        device.state = RUNNING
        self._advance(device)
        while device.backlog and device.state == RUNNING:
            event, port, frames = device.backlog.popleft()
            if event is not None:
                self.tell(device, event)
            else:
                self._forward(device, port, frames)
        if device.state == RUNNING:
            self._rearm(device)

    def stop(self, device: Device) -> None:
        """Ask its node to stop as planned."""
        if device.state in (RUNNING, FROZEN):
            device.stopping = True
            self.tell(device, StopRequested())

    def clear_guards(self, device: Device) -> None:
        """Enable ports of its bridges again that BPDU guard has disabled."""
        if device.state == RUNNING:
            self.tell(device, GuardsCleared())

    def flush(self, device: Device) -> None:
        """Have its bridges forget every host that they have learned; on both nodes of a pair."""
        if device.state == RUNNING:
            self.tell(device, FlushRequested(None))

    def refresh(self, link: Link) -> None:
        """See whether *link* has carrier, and tell both ends when that has changed."""
        whole = link.whole
        if whole == link.up:
            return
        link.up = whole
        for way in link.ways:
            if whole:
                way.up = True
            else:
                way.darken()
        for side in link.sides:
            if side.device is not None:
                self.tell(side.device, LinkCameUp(side.port) if whole else LinkWentDown(side.port))

    # --- calling nodes

    def tell(self, device: Device, event: Event) -> None:
        """*event* happened to its node."""
        if device.state == FROZEN:
            device.backlog.append((event, "", ()))
        elif device.state == RUNNING and self._advance(device):
            assert device.node is not None
            self._act(device, device.node.handle(event, self.now), self.now)
            self._rearm(device)

    def _forward(self, device: Device, port: str, frames: Sequence[bytes]) -> None:
        now = self.agenda.now
        if device.wake > now or self._advance(device):
            actions = device.node.forward(port, frames, now)  # type: ignore[union-attr]
            if actions:
                self._act(device, actions, now)
            self._rearm(device)

    def _advance(self, device: Device) -> bool:
        """Fire what is due before anything else happens; False when the node ended thereby."""
        if device.wake <= self.agenda.now and device.node is not None:
            self._act(device, device.node.advance(self.agenda.now), self.agenda.now)
            self._rearm(device)
        return device.state == RUNNING

    def _rearm(self, device: Device) -> None:
        node = device.node
        deadline = None if node is None else node.deadline
        if deadline is None:
            device.wake = NEVER
            return
        # What a call has set going may have been due before it: that is now, the clock does not go back.
        device.wake = deadline = max(deadline, self.now)
        if deadline < device.scheduled:
            device.scheduled = deadline
            self.agenda.add(deadline, WAKE, device)

    def _wake(self, device: Device, now: Instant) -> None:
        if device.scheduled == now:
            device.scheduled = NEVER
        if device.state == RUNNING:
            if device.wake <= now:
                self._advance(device)
            else:
                self._rearm(device)

    def _act(self, device: Device, actions: Sequence[Action], now: Instant) -> None:
        """Carry out what a node wants done, in order."""
        for action in actions:
            kind = type(action)
            if kind is Transmit:
                way = device.ways.get(action.port)  # type: ignore[union-attr]
                if way is not None and way.up:
                    self.wires.transmit(way, action.frame, action.ordered, now)  # type: ignore[union-attr]
            elif kind is TransmitBatch:
                way = device.ways.get(action.port)  # type: ignore[union-attr]
                if way is not None and way.up:
                    for frame in action.frames:  # type: ignore[union-attr]
                        self.wires.transmit(way, frame, True, now)
            elif isinstance(action, DeliverLocally):
                for host in device.hosts.get(action.interface, ()):
                    host.receive((action.frame,), now)
            elif isinstance(action, TransmitKeepalive):
                self._send_keepalive(device, action.octets, now)
            elif isinstance(action, DropQueued):
                device.drop_queued(action.port)
            elif isinstance(action, Remember):
                device.store = action.store
            elif isinstance(action, Notice):
                self.note(device.name, action.what)
            elif isinstance(action, Stopped):
                restart = device.restart
                self.hang(device)
                device.stopping, device.restart = True, restart
                self.agenda.add(now + LAST_LIGHT, DARK, device, None, device.life)

    # --- arrivals and datagrams

    def _deliver(self, way: Way, frames: list[bytes], epoch: int, now: Instant) -> None:
        if epoch != way.epoch:
            return
        if way.batch is frames:
            way.batch_at = -1
        sink = way.sink
        device = sink.device
        if device is None:
            if sink.host is not None:
                sink.host.receive(frames, now)
        elif device.state == RUNNING:
            self._forward(device, sink.port, frames)
        elif device.state == FROZEN:
            device.keep(sink.port, frames)

    def _send_keepalive(self, device: Device, octets: bytes, now: Instant) -> None:
        path = device.keepalive
        if path is None or path.cut or (path.loss and self.random.random() < path.loss):
            return
        first, second = path.ends
        self.agenda.add(now + path.delay, DATAGRAM, second if device is first else first, octets)

    # --- flows

    def originate(self, host: Host, frames: Sequence[bytes]) -> None:
        """*host* sends *frames* now."""
        now, device = self.now, host.device
        if device is None:
            if host.way is not None and host.way.up:
                for frame in frames:
                    self.wires.transmit(host.way, frame, True, now)
        elif device.state == RUNNING and self._advance(device):
            assert device.node is not None
            self._act(device, device.node.send(host.interface, frames, now), now)
            self._rearm(device)

    def _tick(self, pace: Pace, now: Instant) -> None:
        """Every direction of this pace sends one frame; a host that begins announces itself first."""
        for host, directions in pace.members:
            frames = [direction.next(now) for direction in directions]
            if now == pace.start:
                frames.insert(0, directions[0].announcement())
            self.originate(host, frames)
        if now + pace.every <= pace.stop:
            self.agenda.add(now + pace.every, TICK, pace)
