"""The loop that runs a node: deadlines, arrivals, and its actions carried out in order.

Node calls are synchronous and happen where something arrived; what a port sends waits in a queue of its own, so that
no cable keeps another waiting. `Remember` is written, durably, where it stands among the actions: a node whose promise
is not on disk has nothing better to do than to wait for that.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import trio

from pyiccp._mlag.store import Store
from pyiccp._node.control import portions
from pyiccp._node.events import (
    Action,
    DeliverLocally,
    DropQueued,
    Event,
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
from pyiccp._node.like import NodeLike
from pyiccp._node.offload import all_finished
from pyiccp._node.status import NodeStatus
from pyiccp._sansio import Instant, milliseconds, seconds
from pyiccp.transports._base import Signal, Transport
from pyiccp.transports._queue import PortQueue

LAST_LIGHT = 0.2
"""Seconds that the last frames of a stopped node have to leave."""
STAY = milliseconds(300)
"""How long data may wait for its port: one heartbeat by default (M0.4)."""
_NEVER = 1 << 62


def _forget(store: Store) -> None:
    """Remember nothing."""


def _ignore(what: str) -> None:
    """Tell nobody."""


class Driver:
    """One node on its cables. All transports are open already; `run` ends once a planned stop is done."""

    def __init__(
        self,
        node: NodeLike,
        ports: Mapping[str, Transport],
        *,
        keepalive: Transport | None = None,
        local: Mapping[str, Transport] | None = None,
        remember: Callable[[Store], None] = _forget,
        notice: Callable[[str], None] = _ignore,
        stay: Instant = STAY,
    ) -> None:
        self.node = node
        self.ports = dict(ports)
        self.local = dict(local or {})
        """What the device itself has at an interface: its side of a bridge, a bond or a port."""
        self.keepalive = keepalive
        self.remember, self.notice = remember, notice
        self.queues = {name: PortQueue(stay) for name in self.ports}
        self.local_queues = {name: PortQueue(stay) for name in self.local}
        self.keepalive_queue = PortQueue(stay)
        self.stopped = trio.Event()
        self._wake: Instant = _NEVER
        self._rearmed = Signal()
        self._now: Instant = 0

    # --- what others call, between two of the loop's own calls

    def now(self) -> Instant:
        """The instant on Trio's clock; never steps back."""
        self._now = max(self._now, seconds(trio.current_time()))
        return self._now

    def status(self) -> NodeStatus:
        """The node as it is now."""
        return self.node.status(self.now())

    def stop(self) -> None:
        """Ask for a planned stop (M5); `run` returns when it is done."""
        self.tell(StopRequested())

    def tell(self, event: Event) -> None:
        """*event* happened."""
        now = self.now()
        self._carry_out(self.node.handle(event, now), now)

    # --- the loop

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Drive the node until it has stopped, or until cancelled."""
        async with trio.open_nursery() as nursery:
            now = self.now()
            self._carry_out(self.node.start(now), now)
            nursery.start_soon(self._keep_time)
            for name, port in self.ports.items():
                nursery.start_soon(self._watch, name, port)
                nursery.start_soon(self._receive, port, self.node.forward, name)
                nursery.start_soon(self._send, port, self.queues[name])
            for name, port in self.local.items():
                nursery.start_soon(self._follow, port)
                nursery.start_soon(self._receive, port, self.node.send, name)
                nursery.start_soon(self._send, port, self.local_queues[name])
            if self.keepalive is not None:
                nursery.start_soon(self._follow, self.keepalive)
                nursery.start_soon(self._listen, self.keepalive)
                nursery.start_soon(self._send, self.keepalive, self.keepalive_queue)
            task_status.started()
            await self.stopped.wait()
            with trio.move_on_after(LAST_LIGHT):
                await self._emptied()
            nursery.cancel_scope.cancel()

    async def _emptied(self) -> None:
        while not all(queue.idle for queue in self.queues.values()):
            await trio.sleep(LAST_LIGHT / 100)

    async def _keep_time(self) -> None:
        """Call `advance` when it is due."""
        while True:
            self._wake = due = self._deadline()
            with trio.CancelScope(deadline=due / 1e9) as sleep:
                await self._rearmed.wait()
            if sleep.cancelled_caught and not self.stopped.is_set():
                self._now = now = max(self.now(), due)
                self._carry_out(self.node.advance(now), now)

    def _deadline(self) -> Instant:
        due = self.node.deadline
        return _NEVER if due is None else due

    async def _watch(self, name: str, port: Transport) -> None:
        while True:
            up = await port.link_change()
            if not up:
                self.queues[name].drop_data()
            self.tell(LinkCameUp(name) if up else LinkWentDown(name))

    async def _follow(self, port: Transport) -> None:
        """A cable that no node event is about must still be asked: it learns of its carrier in being asked."""
        while True:
            await port.link_change()

    async def _receive(
        self, port: Transport, take: Callable[[str, Sequence[bytes], Instant], Sequence[Action]], name: str
    ) -> None:
        while True:
            for number, frames in enumerate(portions(await port.receive_many())):
                if number:
                    await trio.lowlevel.checkpoint()  # timers and other ports do not wait for the rest
                if frames and not self.stopped.is_set():
                    now = self.now()
                    self._carry_out(take(name, frames, now), now)

    async def _listen(self, path: Transport) -> None:
        while True:
            for octets in await path.receive_many():
                self.tell(KeepaliveReceived(octets))

    async def _send(self, port: Transport, queue: PortQueue) -> None:
        """Hand over what waits for *port*, control first; only data can be called back."""
        while True:
            await queue.wait()
            if control := queue.take_control():
                await port.send_many(control)
            elif data := queue.take_data(self.now()):
                if not port.offloads:
                    data = all_finished(data)
                with queue.sending_data():
                    await port.send_many(data)
                queue.sent()

    # --- actions

    def _carry_out(self, actions: Iterable[Action], now: Instant) -> None:
        """Do *actions*, in order."""
        for action in actions:
            match action:
                case Transmit(port, frame, ordered):
                    if (queue := self.queues.get(port)) is not None:
                        queue.put(frame, ordered, now)
                case TransmitBatch(port, frames):
                    if (queue := self.queues.get(port)) is not None:
                        queue.put_data(frames, now)
                case DeliverLocally(interface, frame):
                    if (queue := self.local_queues.get(interface)) is not None:
                        queue.put(frame, True, now)
                case TransmitKeepalive(octets):
                    if self.keepalive is not None:
                        self.keepalive_queue.put(octets, False, now)
                case DropQueued(port):
                    if (queue := self.queues.get(port)) is not None:
                        queue.drop_data()
                        self.ports[port].discard()
                case Remember(store):
                    self.remember(store)
                case Notice(what):
                    self.notice(what)
                case Stopped():
                    self.stopped.set()
        if self._deadline() < self._wake:
            self._rearmed.wake()
