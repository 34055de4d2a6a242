"""A capture of what goes over cables: one pcapng file, one interface per port."""

from collections.abc import Callable, Sequence
from pathlib import Path
from time import time_ns
from types import TracebackType
from typing import Self

from pyiccp.capture.packet import Interface, Packet
from pyiccp.capture.pcapng import PcapngWriter
from pyiccp.node.offload import all_finished
from pyiccp.transports.base import Transport


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


class Mirrored:
    """Any transport, with its frames written to a capture."""

    def __init__(self, inner: Transport, capture: Capture, index: int) -> None:
        self.inner, self._capture, self._index = inner, capture, index
        self.offloads = inner.offloads

    @property
    def lost(self) -> int:
        return self.inner.lost

    @property
    def missed(self) -> int:
        return self.inner.missed

    async def __aenter__(self) -> Self:
        await self.inner.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.inner.__aexit__(kind, error, trace)

    async def link_change(self) -> bool:
        return await self.inner.link_change()

    async def receive_many(self) -> Sequence[bytes]:
        frames = await self.inner.receive_many()
        self._capture.write(self._index, frames, outbound=False)
        return frames

    async def send_many(self, frames: Sequence[bytes]) -> None:
        self._capture.write(self._index, frames, outbound=True)
        await self.inner.send_many(frames)

    def discard(self) -> None:
        self.inner.discard()
