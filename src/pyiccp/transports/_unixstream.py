"""Unix stream sockets: four octets of length, big-endian, then the frame (as QEMU's `-netdev stream` speaks)."""

import os
import socket
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import trio

from pyiccp.transports._base import BATCH, LONGEST, Carrier, Signal, bound_socket
from pyiccp.transports._unixgram import make_room, remove_socket

RETRY = 0.1
"""Seconds between two attempts to connect."""
CHUNK = 1 << 16
DISCARDED = 64
"""Chunks at most: one who sends without end does not hold up the node."""


class UnixStream:
    """Listens at *path*, or connects to it again and again; carrier = a connection. One caller at a time."""

    offloads = False
    missed = 0

    def __init__(self, path: Path, listen: bool = True) -> None:
        self.path, self.listen = path, listen
        self.lost = 0
        self._listener: trio.SocketListener | None = None
        self._stream: trio.SocketStream | None = None
        self._carrier = Carrier()
        self._connected = Signal()
        self._buffer = bytearray()
        self._unsent = b""
        """The rest of a frame whose sending was cancelled: the stream must not lose its place."""

    async def __aenter__(self) -> Self:
        if self.listen:
            make_room(self.path, socket.SOCK_STREAM)
            listener = bound_socket(socket.AF_UNIX, socket.SOCK_STREAM, str(self.path))
            listener.listen(1)
            self._listener = trio.SocketListener(trio.socket.from_stdlib_socket(listener))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()
        if self._listener is not None:
            self._listener.socket.close()
            remove_socket(self.path)

    async def link_change(self) -> bool:
        """While there is no connection this is also who makes one."""
        if not self._carrier.unsaid and not self._carrier.up:
            self._use(await self._connect())
        return await self._carrier.change()

    async def receive_many(self) -> Sequence[bytes]:
        while True:
            if frames := self._frames():
                return frames
            if self._stream is None:
                await self._connected.wait()
                continue
            try:
                octets = await self._stream.receive_some(CHUNK)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                octets = b""
            self._buffer += octets
            if not octets:
                self._hang_up()

    async def send_many(self, frames: Sequence[bytes]) -> None:
        await trio.lowlevel.checkpoint()
        stream = self._stream
        if stream is None:
            self.lost += len(frames)
            return
        for frame in (b"", *frames):
            self._unsent += len(frame).to_bytes(4, "big") + frame if frame else b""
            while self._unsent and stream is self._stream:
                try:
                    self._unsent = self._unsent[await stream.socket.send(self._unsent) :]
                except OSError:
                    self._hang_up()
                    return

    def discard(self) -> None:
        """What is here; the beginning of a frame stays, or the stream would lose its place."""
        for _ in range(DISCARDED):
            while self._frames():
                pass
            if self._stream is None:
                return
            try:
                octets = os.read(self._stream.socket.fileno(), CHUNK)
            except BlockingIOError:
                return
            except OSError:
                octets = b""
            self._buffer += octets
            if not octets:
                self._hang_up()

    async def _connect(self) -> trio.SocketStream:
        if self._listener is not None:
            return await self._listener.accept()
        while True:
            try:
                stream = await trio.open_unix_socket(str(self.path))
            except OSError:
                await trio.sleep(RETRY)
            else:
                return stream

    def _use(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self._connected.wake()
        self._carrier.set(True)

    def _hang_up(self) -> None:
        if self._stream is not None:
            self._stream.socket.close()
        self._stream = None
        self._buffer.clear()
        self._unsent = b""
        self._carrier.set(False)

    def _frames(self) -> list[bytes]:
        """Whole frames in the buffer; a length that no frame has ends the connection."""
        frames: list[bytes] = []
        at = 0
        while len(frames) < BATCH and len(self._buffer) - at >= 4:
            size = int.from_bytes(self._buffer[at : at + 4], "big")
            if size > LONGEST:
                self._hang_up()
                return frames
            if len(self._buffer) - at - 4 < size:
                break
            frames.append(bytes(self._buffer[at + 4 : at + 4 + size]))
            at += 4 + size
        del self._buffer[:at]
        return frames
