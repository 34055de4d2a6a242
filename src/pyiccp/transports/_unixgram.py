"""Unix datagram sockets: a frame per datagram (as QEMU's `-netdev dgram` speaks), no privilege needed."""

import socket
import stat
from collections.abc import Sequence
from contextlib import suppress
from errno import EADDRINUSE, EAGAIN, ECONNREFUSED, ENOBUFS, EPERM, EPROTOTYPE
from pathlib import Path
from types import TracebackType
from typing import Self

import trio

from pyiccp.transports._base import LONGEST, bound_socket, drain, read_batch

PROBE = 0.05
"""Seconds between two looks at whether the other end is there."""
_ALIVE = (0, EAGAIN, EPERM, EPROTOTYPE)
"""What connecting says of a socket that somebody is bound to: taken, full, connected elsewhere, of another kind."""
RETRY = 0.001
"""Seconds until a full receiver is tried again: a poll does not tell of its room unless connected."""


class UnixDatagram:
    """A cable between the socket *local* and the socket *remote*; carrier = somebody is bound to *remote*."""

    offloads = False
    missed = 0

    def __init__(self, local: Path, remote: Path) -> None:
        self.local, self.remote = local, remote
        self.lost = 0
        self._said = False
        self._socket: socket.socket

    async def __aenter__(self) -> Self:
        make_room(self.local, socket.SOCK_DGRAM)
        self._socket = bound_socket(socket.AF_UNIX, socket.SOCK_DGRAM, str(self.local))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
        remove_socket(self.local)

    async def link_change(self) -> bool:
        while self._present() == self._said:
            await trio.sleep(PROBE)
        self._said = not self._said
        return self._said

    async def receive_many(self) -> Sequence[bytes]:
        while True:
            await trio.lowlevel.wait_readable(self._socket)
            if frames := read_batch(self._read):
                return frames

    async def send_many(self, frames: Sequence[bytes]) -> None:
        await trio.lowlevel.checkpoint()
        for frame in frames:
            await self._send(frame)

    def discard(self) -> None:
        drain(self._read)

    async def _send(self, frame: bytes) -> None:
        while True:
            try:
                self._socket.sendto(frame, str(self.remote))
                return
            except OSError as error:
                if error.errno not in (EAGAIN, ENOBUFS):
                    self.lost += 1
                    return
            await trio.sleep(RETRY)

    def _read(self) -> bytes:
        return self._socket.recv(LONGEST)

    def _present(self) -> bool:
        """Connecting sends nothing, and fails only when nobody is there."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(str(self.remote))
            except PermissionError:
                return True  # bound, and itself connected to someone else's address
            except OSError:
                return False
        return True


def make_room(path: Path, kind: int) -> None:
    """For a socket at *path*: one that a dead program left is removed. OSError while a program listens there: two of
    one configuration would take each other's cables away."""
    with socket.socket(socket.AF_UNIX, kind) as probe:
        probe.setblocking(False)
        error = probe.connect_ex(str(path))
    if error in _ALIVE:
        raise OSError(EADDRINUSE, f"{path} is in use by another program")
    if error == ECONNREFUSED:
        remove_socket(path)


def remove_socket(path: Path) -> None:
    """Remove a socket that a dead program left at *path*; anything else stays and makes the bind fail."""
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(path.lstat().st_mode):
            path.unlink()
