"""The kit for third parties, on our own transports, and on ones with a fault each that it must find."""

import socket
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest

from pyiccp.transports import kit
from pyiccp.transports._base import Transport
from pyiccp.transports._faults import Faulty
from pyiccp.transports._memory import memory_cable
from pyiccp.transports._pcap import Capture
from pyiccp.transports._udp import UdpPath
from pyiccp.transports._unixgram import UnixDatagram
from pyiccp.transports._unixstream import UnixStream


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="k") as name:
        yield Path(name)


async def test_memory(folder: Path) -> None:
    await kit.check(kit.opened(memory_cable))


async def test_unix_datagrams(folder: Path) -> None:
    a, b = folder / "a", folder / "b"
    await kit.check(kit.opened(lambda: (UnixDatagram(a, b), UnixDatagram(b, a))))


async def test_unix_streams(folder: Path) -> None:
    await kit.check(kit.opened(lambda: (UnixStream(folder / "s"), UnixStream(folder / "s", listen=False))))


async def test_udp(folder: Path) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(type=socket.SOCK_DGRAM) as other:
        ends = []
        for free in (one, other):
            free.bind(("127.0.0.1", 0))
            ends.append(free.getsockname())
    await kit.check(kit.opened(lambda: (UdpPath(ends[0], ends[1]), UdpPath(ends[1], ends[0]))))


async def test_what_wraps_keeps_the_promises(folder: Path) -> None:
    capture = Capture(folder / "c.pcapng", ["a"])

    def make() -> tuple[Transport, Transport]:
        one, other = memory_cable()
        return Faulty(one, Random(1)), capture.mirror("a", other)

    await kit.check(kit.opened(make))
    capture.close()


class Broken(Faulty):
    """Keeps all promises; each test's subclass breaks one."""

    def __init__(self) -> None:
        one, self.far = memory_cable()
        super().__init__(one, Random(1))


class Reversing(Broken):
    async def send_many(self, frames: Sequence[bytes]) -> None:
        await super().send_many(frames[::-1])


class Untagging(Broken):
    async def send_many(self, frames: Sequence[bytes]) -> None:
        tagged = frames == kit.TAGGED
        await super().send_many([frame[:12] + frame[16:] for frame in frames] if tagged else frames)


class Chattering(Broken):
    async def link_change(self) -> bool:
        await kit.trio.lowlevel.checkpoint()
        return True


class Keeping(Broken):
    def discard(self) -> None:
        pass


class Miscounting(Broken):
    async def send_many(self, frames: Sequence[bytes]) -> None:
        self.lost += 1
        await super().send_many(frames)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (Reversing, "changed places"),
        (Untagging, "tags changed"),
        (Chattering, "nothing had changed"),
        (Keeping, "discard left"),
        (Miscounting, "`lost` counts"),
    ],
)
async def test_a_broken_promise_is_found(broken: type[Broken], said: str) -> None:
    def make() -> tuple[Transport, Transport]:
        one = broken()
        return (one.far, one) if broken is Keeping else (one, one.far)

    with pytest.raises(AssertionError, match=said):
        await kit.check(kit.opened(make))
