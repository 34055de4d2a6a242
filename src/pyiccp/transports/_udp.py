"""UDP: the keepalive path between two nodes, a message per datagram."""

import socket
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import trio

from pyiccp.transports._base import LONGEST, bound_socket, drain, read_batch

Address = tuple[str, int]


class UdpPath:
    """From *local* to *peer*; others are not heard. Always up: silence is for the node to judge."""

    offloads = False
    missed = 0

    def __init__(self, local: Address, peer: Address) -> None:
        self.lost = 0
        family, _, _, _, bound = socket.getaddrinfo(*local, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)[0]
        self._local = bound
        self._peer = socket.getaddrinfo(*peer, family=family, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)[0][4]
        self._family = family
        self._said = False
        self._socket: socket.socket

    async def __aenter__(self) -> Self:
        self._socket = bound_socket(self._family, socket.SOCK_DGRAM, self._local)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    async def link_change(self) -> bool:
        if self._said:
            await trio.sleep_forever()
        self._said = True
        return True

    async def receive_many(self) -> Sequence[bytes]:
        while True:
            await trio.lowlevel.wait_readable(self._socket)
            try:
                messages = read_batch(self._read)
            except OSError:  # an earlier datagram was refused: the peer is not there
                messages = []
            if messages:
                return messages

    async def send_many(self, frames: Sequence[bytes]) -> None:
        """A path that is full or gone loses them: the next poll is soon."""
        await trio.lowlevel.checkpoint()
        for frame in frames:
            try:
                self._socket.sendto(frame, self._peer)
            except OSError:
                self.lost += 1

    def discard(self) -> None:
        drain(self._read)

    def _read(self) -> bytes | None:
        octets, source = self._socket.recvfrom(LONGEST)
        return octets if source[:2] == self._peer[:2] else None


def parse_address(text: str) -> Address:
    """`192.0.2.1:7275` or `[2001:db8::1]:7275`; ValueError for anything else."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise ValueError(f"{text!r} is not ADDRESS:PORT, e.g. 192.0.2.1:7275 or [2001:db8::1]:7275")
    return host, int(port)
