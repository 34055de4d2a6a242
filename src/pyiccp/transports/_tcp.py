"""ICCP over TCP: an `IccpCore` as a whole LDP session with one neighbour (RFC 5036 2.5, RFC 7275 4.1).

The end with the larger transport address connects, the other listens; nobody but the configured neighbour is heard.
Urgent messages go before bulk that is not with the kernel yet, cut between messages.
"""

import ipaddress
import socket
from collections import deque
from collections.abc import Callable, Iterable

import trio

from pyiccp._sansio import Instant, seconds
from pyiccp.iccp._core import IccpCore
from pyiccp.iccp.events import (
    Action,
    CarrierEstablished,
    CarrierLost,
    Event,
    Ldp,
    MalformedReceived,
    MessageReceived,
    ResetCarrier,
    SendMessage,
    Stream,
)
from pyiccp.transports._base import Signal, bound_socket
from pyiccp.transports._udp import Address
from pyiccp.wire._malformed import Malformed
from pyiccp.wire.iccp._pdu import IccpPdu, ldp_status
from pyiccp.wire.iccp._stream import PduStream

PORT = 646
"""Of LDP (RFC 5036 3.10)."""
RETRY = 1.0
"""Seconds between two attempts to connect."""
LAST_WORDS = 1.0
"""Seconds that a closed session's notification has to leave."""
CHUNK = 1 << 13
"""Octets that are read before others have their turn."""
BACKLOG = 1 << 20
"""Octets that wait for a neighbour who does not read; one more closes the connection."""
ROOM = 1 << 15
"""Octets of bulk that may wait: `room` says how many are left."""
STRANGER, SECOND, EARLY = "connections of strangers", "second connections", "connections before the pause was over"


def is_active(local: Address, peer: Address) -> bool:
    """Whether *local* connects: the larger address does (RFC 5036 2.5.2); of equal ones the larger port."""
    ours, theirs = ((int(ipaddress.ip_address(host)), port) for host, port in (local, peer))
    return ours > theirs


class TcpSession:
    """*core*, whose LSR id is *lsr_id*, at *local*, with the neighbour *peer_lsr_id* at *peer*.

    `run` keeps a session up until cancelled; `do` tells the core something; *tell* gets every action that is not the
    carrier's own.
    """

    def __init__(
        self,
        core: IccpCore,
        local: Address,
        peer: Address,
        peer_lsr_id: int,
        tell: Callable[[Action], None],
        *,
        keepalive: int = 15,
        retry: float = RETRY,
    ) -> None:
        self.core, self.local, self.peer = core, local, peer
        self.active = is_active(local, peer)
        self.refused = dict.fromkeys((STRANGER, SECOND, EARLY), 0)
        """Connections closed without a word."""
        self._tell = tell
        self._carrier = Ldp(self.active, peer_lsr_id, keepalive)
        self._retry = retry
        self._family = socket.AF_INET6 if ":" in local[0] else socket.AF_INET
        self._wires: tuple[deque[bytes], deque[bytes]] = (deque(), deque())
        """What waits in each stream."""
        self._sizes = [0, 0]
        self._stream: trio.SocketStream | None = None
        self._closing = False
        self._pause_until: Instant = 0
        self._queued = Signal()
        self._rearmed = Signal()
        self._drained = Signal()

    @property
    def room(self) -> int:
        """Octets of bulk that may be queued: more than that only makes memory grow."""
        return max(0, ROOM - self._sizes[Stream.BULK]) if self._stream is not None else 0

    async def drained(self) -> None:
        """Until `room` may have become more."""
        await self._drained.wait()

    def do(self, event: Event) -> None:
        """*event* happened."""
        self._carry_out(self.core.handle(event, self._now()))

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Keep a session up until cancelled. OSError if *local* cannot be listened at."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._keep_time)
            if self.active:
                task_status.started()
                await self._connect()
                return
            listener = bound_socket(self._family, socket.SOCK_STREAM, self.local)
            with trio.socket.from_stdlib_socket(listener) as listening:
                listening.listen(8)
                task_status.started()
                await self._accept(trio.SocketListener(listening), nursery)

    # --- connections

    async def _connect(self) -> None:
        while True:
            try:
                stream = await trio.open_tcp_stream(*self.peer, local_address=self.local[0])
            except OSError:
                await trio.sleep(self._retry)
                continue
            await self._serve(stream)
            await trio.sleep(max(self._retry, (self._pause_until - self._now()) / 1e9))

    async def _accept(self, listener: trio.SocketListener, nursery: trio.Nursery) -> None:
        while True:
            stream = await listener.accept()
            why = self._refusal(stream)
            if why is None:
                self._stream = stream
                nursery.start_soon(self._serve, stream)
            else:
                self.refused[why] += 1
                stream.socket.close()

    def _refusal(self, stream: trio.SocketStream) -> str | None:
        """Why a connection is closed at once."""
        try:
            host = stream.socket.getpeername()[0]
        except OSError:  # it is closed already
            return STRANGER
        if host != self.peer[0]:
            return STRANGER
        if self._stream is not None:
            return SECOND
        return EARLY if self._now() < self._pause_until else None

    async def _serve(self, stream: trio.SocketStream) -> None:
        """One connection, from its first to its last octet."""
        self._stream, self._closing = stream, False
        for wire in self._wires:
            wire.clear()
        self._sizes = [0, 0]
        async with stream, trio.open_nursery() as nursery:
            self.do(CarrierEstablished(self._carrier))
            nursery.start_soon(self._receive, stream)
            await self._send(stream)
            nursery.cancel_scope.cancel()
        self._stream = None
        self._drained.wake()

    async def _receive(self, stream: trio.SocketStream) -> None:
        pdus = PduStream()
        while not self._closing:
            try:
                octets = await stream.receive_some(CHUNK)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                octets = b""
            for unit in pdus.feed(octets):
                self._hear(unit)
            if not octets:
                self._lose("neighbour closed the connection")

    def _hear(self, unit: IccpPdu | Malformed) -> None:
        if isinstance(unit, Malformed):
            if not self._closing:
                self.do(MalformedReceived(ldp_status(unit), unit.why))
            return
        for message in unit.messages:
            if not self._closing:
                self.do(MessageReceived(message, unit.lsr_id))

    async def _send(self, stream: trio.SocketStream) -> None:
        """Until the connection is to be closed and what it was to say has been said."""
        try:
            while not self._closing:
                await self._queued.wait()
                while not self._closing and (octets := self._next()) is not None:
                    await stream.send_all(octets)
            with trio.move_on_after(LAST_WORDS):
                while (octets := self._next()) is not None:
                    await stream.send_all(octets)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            self._lose("connection broken")

    def _next(self) -> bytes | None:
        """The next PDU: urgent before bulk."""
        for stream in Stream:
            wire = self._wires[stream]
            if wire:
                octets = wire.popleft()
                self._sizes[stream] -= len(octets)
                if stream is Stream.BULK:
                    self._drained.wake()
                return octets
        return None

    def _lose(self, why: str) -> None:
        """The connection is of no use any more."""
        if not self._closing:
            self._close()
            self.do(CarrierLost(why))

    def _close(self) -> None:
        self._closing = True
        self._wires[Stream.BULK].clear()
        self._sizes[Stream.BULK] = 0
        self._queued.wake()

    # --- the core

    def _now(self) -> Instant:
        return seconds(trio.current_time())

    async def _keep_time(self) -> None:
        while True:
            due = self.core.deadline
            with trio.CancelScope(deadline=float("inf") if due is None else due / 1e9) as sleep:
                await self._rearmed.wait()
            if sleep.cancelled_caught and due is not None:
                self._carry_out(self.core.advance(max(self._now(), due)))

    def _carry_out(self, actions: Iterable[Action]) -> None:
        for action in actions:
            match action:
                case SendMessage(stream, message):
                    self._queue(stream, IccpPdu(self.core.lsr_id, 0, (message,)).encode())
                case ResetCarrier(_, pause):
                    self._pause_until = self._now() + pause
                    self._close()
            if not isinstance(action, SendMessage):
                self._tell(action)
        if self._sizes[Stream.URGENT] + self._sizes[Stream.BULK] > BACKLOG:
            self._lose("neighbour does not read")
        self._rearmed.wake()

    def _queue(self, stream: Stream, octets: bytes) -> None:
        if self._stream is None or self._closing:
            return
        self._wires[stream].append(octets)
        self._sizes[stream] += len(octets)
        self._queued.wake()
