"""TAP: a network interface of the kernel whose cable ends in this program."""

import fcntl
import os
import struct
from collections.abc import Sequence
from errno import EAGAIN, EBADFD, EINVAL, EIO
from types import TracebackType
from typing import Self

import trio

from pyiccp.transports._base import LONGEST, drain, read_batch
from pyiccp.transports._interface import Interface
from pyiccp.transports._vnet import HEADER, header_of, noted

_TUNSETIFF = 0x400454CA
_TUNGETIFF = 0x800454D2
_TUNSETOFFLOAD = 0x400454D0
_TUNSETCARRIER = 0x400454E2
_TUNSETVNETHDRSZ = 0x400454D8
_TUN, _TAP, _NO_PI, _VNET_HDR = 0x0001, 0x0002, 0x1000, 0x4000
_MEANT = _TUN | _TAP | _NO_PI | _VNET_HDR
_REQUEST = "16sH22x"
"""struct ifreq: a name, and flags."""
_CHECKSUM, _TSO4, _TSO6 = 0x01, 0x02, 0x04
_DOWN = (EIO, EBADFD)
RETRY = 0.02


class TapPort:
    """The TAP interface *name*, made if it is not there; or the one of *file*, a descriptor that whoever started this
    program has opened, for which no privilege is needed. Its tags travel in band, both ways.

    Its kernel may leave checksums and the cutting of TCP to us, and takes frames with both left to it.
    """

    offloads = True
    missed = 0

    def __init__(self, name: str = "", file: int | None = None) -> None:
        self.name = name
        self.lost = 0
        self._given = file
        self._file = -1
        self._interface: Interface

    async def __aenter__(self) -> Self:
        self._file = self._made() if self._given is None else self._taken(self._given)
        try:
            fcntl.ioctl(self._file, _TUNSETVNETHDRSZ, struct.pack("i", HEADER.size))
            fcntl.ioctl(self._file, _TUNSETOFFLOAD, _CHECKSUM | _TSO4 | _TSO6)
            self._interface = Interface(self.name, _found)
            self._interface.open()
        except OSError:
            os.close(self._file)
            raise
        return self

    def _made(self) -> int:
        """The descriptor of the interface by its name."""
        file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            fcntl.ioctl(file, _TUNSETIFF, struct.pack(_REQUEST, self.name.encode(), _TAP | _NO_PI | _VNET_HDR))
        except OSError:
            os.close(file)
            raise
        return file

    def _taken(self, given: int) -> int:
        """A descriptor of our own for the one that was *given*; its name."""
        try:
            answer = fcntl.ioctl(given, _TUNGETIFF, bytes(struct.calcsize(_REQUEST)))
        except OSError as error:
            raise OSError(error.errno, f"file descriptor {given} is no TAP: {error.strerror}") from None
        name, flags = struct.unpack(_REQUEST, answer)
        self.name = name.rstrip(b"\0").decode()
        if flags & _MEANT != _TAP | _NO_PI | _VNET_HDR:
            raise OSError(EINVAL, f"file descriptor {given} is not opened with IFF_TAP | IFF_NO_PI | IFF_VNET_HDR")
        file = os.dup(given)
        os.set_blocking(file, False)
        return file

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._interface.close()
        os.close(self._file)

    def set_carrier(self, up: bool) -> None:
        """What the interface's user sees of the cable. The kernel goes on taking frames without one: we do not."""
        fcntl.ioctl(self._file, _TUNSETCARRIER, struct.pack("i", up))

    async def link_change(self) -> bool:
        up = await self._interface.link_change()
        if not up:
            self.discard()
        return up

    async def receive_many(self) -> Sequence[bytes]:
        while True:
            await trio.lowlevel.wait_readable(self._file)
            try:
                frames = read_batch(self._read)
            except OSError as error:
                if error.errno not in _DOWN:
                    raise
                await trio.sleep(RETRY)
                continue
            if frames and self._interface.up:
                return frames

    async def send_many(self, frames: Sequence[bytes]) -> None:
        await trio.lowlevel.checkpoint()
        for frame in frames:
            await self._send(frame)

    def discard(self) -> None:
        drain(self._read)

    async def _send(self, frame: bytes) -> None:
        header = header_of(frame)
        while self._interface.up:
            try:
                os.writev(self._file, (header, frame))
                return
            except OSError as error:
                if error.errno != EAGAIN:
                    break
            await trio.lowlevel.wait_writable(self._file)
        self.lost += 1

    def _read(self) -> bytes:
        octets = os.read(self._file, HEADER.size + LONGEST)
        return noted(octets[: HEADER.size], octets[HEADER.size :])


def _found(index: int) -> None:
    """A TAP belongs to its file: nothing to bind."""
