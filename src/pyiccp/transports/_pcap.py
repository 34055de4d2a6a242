"""Captures and cables: what goes over cables into one pcapng file, one interface per port; a file as a cable."""

from collections.abc import Callable, Iterator, Sequence
from errno import EINVAL
from pathlib import Path
from time import time_ns
from types import TracebackType
from typing import BinaryIO, Self

import trio

from pyiccp._node.offload import all_finished
from pyiccp.capture._files import Capture as Reader
from pyiccp.capture._files import read
from pyiccp.capture._packet import ETHERNET, CaptureError, Interface, Packet
from pyiccp.capture._pcapng import PcapngWriter
from pyiccp.transports._around import Around
from pyiccp.transports._base import BATCH, Carrier, Transport


class Capture:
    """The file. Each frame is one write: what a killed program had captured is there."""

    def __init__(self, path: Path, ports: Sequence[str], clock: Callable[[], int] = time_ns) -> None:
        self._file = path.open("wb", buffering=0)
        self._clock = clock
        self._ports = tuple(ports)
        self._writer = PcapngWriter(self._file, [Interface(name) for name in ports], "pyiccp node")

    def mirror(self, port: str, inner: Transport) -> "Mirrored":
        """*inner*, captured as *port*."""
        return Mirrored(inner, self, self._ports.index(port))

    def write(self, index: int, frames: Sequence[bytes], outbound: bool) -> None:
        """*frames* went by; what a kernel left to its card is written as the card would have sent it."""
        now = self._clock()
        for frame in all_finished(frames):
            self._writer.write(Packet(0, now, index, frame, len(frame), None, outbound))

    def close(self) -> None:
        self._file.close()


class Replay:
    """A cable at whose other end a capture is played back, once and at its own pace: all whole Ethernet frames of
    which the file does not say that they were sent, from whatever interface.

    What is sent into it goes nowhere. When all is played, or the file breaks off, the carrier is gone.
    """

    offloads = False
    missed = 0
    lost = 0

    def __init__(self, path: Path) -> None:
        self.path = path
        self._carrier = Carrier()
        self._file: BinaryIO
        self._frames: Iterator[tuple[float, bytes]]
        self._next: tuple[float, bytes] | None = None

    async def __aenter__(self) -> Self:
        self._file = self.path.open("rb")
        try:
            capture = read(self._file)
        except CaptureError as error:
            self._file.close()
            raise OSError(EINVAL, f"{self.path}: {error}") from None
        self._frames = _paced(capture, trio.current_time())
        self._next = next(self._frames, None)
        self._carrier.set(self._next is not None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    async def link_change(self) -> bool:
        return await self._carrier.change()

    async def receive_many(self) -> Sequence[bytes]:
        await trio.lowlevel.checkpoint()
        if self._next is None:
            self._carrier.set(False)
            await trio.sleep_forever()
        assert self._next is not None
        await trio.sleep_until(self._next[0])
        frames: list[bytes] = []
        now = trio.current_time()
        while self._next is not None and self._next[0] <= now and len(frames) < BATCH:
            frames.append(self._next[1])
            self._next = next(self._frames, None)
        return frames

    async def send_many(self, frames: Sequence[bytes]) -> None:
        await trio.lowlevel.checkpoint()

    def discard(self) -> None:
        """What is to come is no frame that arrived."""


def _paced(capture: Reader, start: float) -> Iterator[tuple[float, bytes]]:
    """When each frame is due, and the frame; the first one at *start*, none before the one ahead of it."""
    first: int | None = None
    due = start
    for packet in capture:
        if packet.outbound or packet.length != len(packet.octets):
            continue
        if capture.interfaces[packet.interface].linktype != ETHERNET:
            continue
        if packet.time_ns is not None:
            first = packet.time_ns if first is None else first
            due = max(due, start + (packet.time_ns - first) / 1e9)
        yield due, packet.octets


class Mirrored(Around):
    """Any transport, with its frames written to a capture."""

    def __init__(self, inner: Transport, capture: Capture, index: int) -> None:
        super().__init__(inner)
        self._capture, self._index = capture, index

    @property
    def lost(self) -> int:
        return self.inner.lost

    async def receive_many(self) -> Sequence[bytes]:
        frames = await self.inner.receive_many()
        self._capture.write(self._index, frames, outbound=False)
        return frames

    async def send_many(self, frames: Sequence[bytes]) -> None:
        self._capture.write(self._index, frames, outbound=True)
        await super().send_many(frames)
