"""Every transport keeps the same promises: whole frames, in order, carrier told, nothing kept without one."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import trio
from trio.testing import MockClock

from pyiccp._node.offload import Offload, Offloaded, finished
from pyiccp.capture._files import read
from pyiccp.transports._base import Transport
from pyiccp.transports._faults import Faulty
from pyiccp.transports._memory import memory_cable
from pyiccp.transports._pcap import Capture, Replay
from pyiccp.transports._udp import UdpPath, parse_address
from pyiccp.transports._unixgram import UnixDatagram
from pyiccp.transports._unixstream import UnixStream

FRAMES = [bytes([number]) * (14 + 37 * number) for number in range(40)]
KINDS = ("memory", "unixgram", "unixstream")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short: a unix socket's path has 107 octets at most."""
    with tempfile.TemporaryDirectory(prefix="c") as name:
        yield Path(name)


def cable(kind: str, folder: Path) -> tuple[Transport, Transport]:
    if kind == "memory":
        return memory_cable()
    if kind == "unixgram":
        return UnixDatagram(folder / "a", folder / "b"), UnixDatagram(folder / "b", folder / "a")
    return UnixStream(folder / "s"), UnixStream(folder / "s", listen=False)


async def receive(end: Transport, count: int) -> list[bytes]:
    frames: list[bytes] = []
    with trio.fail_after(5):
        while len(frames) < count:
            frames += await end.receive_many()
    return frames


async def plug_in(first: Transport, second: Transport) -> None:
    """Until both ends have carrier."""
    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(first.link_change)
            nursery.start_soon(second.link_change)


@pytest.mark.parametrize("kind", KINDS)
async def test_frames_arrive_whole_and_in_order_both_ways(kind: str, folder: Path) -> None:
    first, second = cable(kind, folder)
    async with first, second:
        await plug_in(first, second)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(first.send_many, FRAMES)
            nursery.start_soon(second.send_many, FRAMES[::-1])
            assert await receive(second, len(FRAMES)) == FRAMES
            assert await receive(first, len(FRAMES)) == FRAMES[::-1]


@pytest.mark.parametrize("kind", KINDS)
async def test_the_other_end_going_away_is_a_carrier_lost(kind: str, folder: Path) -> None:
    first, second = cable(kind, folder)
    async with first, trio.open_nursery() as nursery:

        async def listen() -> None:
            while True:
                await first.receive_many()

        async with second:
            await plug_in(first, second)
            nursery.start_soon(listen)
        with trio.fail_after(5):
            assert await first.link_change() is False
        await first.send_many(FRAMES[:3])
        assert first.lost == 3
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("kind", ["unixgram", "unixstream"])
async def test_an_end_that_comes_back_is_used_again(kind: str, folder: Path) -> None:
    first, second = cable(kind, folder)
    async with first, trio.open_nursery() as nursery:
        async with second:
            await plug_in(first, second)
        back: list[bytes] = []

        async def listen() -> None:
            while True:
                back.extend(await first.receive_many())

        nursery.start_soon(listen)
        with trio.fail_after(5):
            assert await first.link_change() is False
        _, third = cable(kind, folder)
        async with third:
            await plug_in(first, third)
            await third.send_many(FRAMES[:1])
            with trio.fail_after(5):
                while not back:
                    await trio.sleep(0.01)
        assert back == FRAMES[:1]
        nursery.cancel_scope.cancel()


async def test_what_was_discarded_does_not_arrive(folder: Path) -> None:
    for first, second in (cable("memory", folder), cable("unixgram", folder)):
        async with first, second:
            await plug_in(first, second)
            await first.send_many(FRAMES[:5])
            second.discard()
            await first.send_many(FRAMES[5:6])
            assert await receive(second, 1) == FRAMES[5:6]


async def test_a_file_that_is_no_socket_is_not_removed(folder: Path) -> None:
    (folder / "a").write_text("precious")
    with pytest.raises(OSError, match="in use"):
        async with UnixDatagram(folder / "a", folder / "b"):
            pass
    assert (folder / "a").read_text() == "precious"


async def test_a_stream_cancelled_within_a_frame_keeps_its_place(folder: Path) -> None:
    first, second = cable("unixstream", folder)
    huge = os.urandom(60_000)
    async with first, second:
        await plug_in(first, second)
        with trio.move_on_after(0.05) as scope:
            await first.send_many([huge] * 50)  # far more than the socket holds
        assert scope.cancelled_caught
        async with trio.open_nursery() as nursery:
            nursery.start_soon(first.send_many, [b"after" * 4])
            received = [b""]
            while received[-1] != b"after" * 4:
                received += await receive(second, 1)
        assert set(received[1:-1]) == {huge}


async def test_udp_hears_its_peer_only() -> None:
    addresses = [("127.0.0.1", port) for port in (47275, 47276, 47277)]
    first, second = UdpPath(addresses[0], addresses[1]), UdpPath(addresses[1], addresses[0])
    stranger = UdpPath(addresses[2], addresses[1])
    async with first, second, stranger:
        assert await first.link_change()
        await stranger.send_many([b"who?"])
        await first.send_many([b"poll"])
        assert await receive(second, 1) == [b"poll"]


@pytest.mark.parametrize("text", ["", "127.0.0.1", "127.0.0.1:", ":7275", "127.0.0.1:0", "127.0.0.1:70000", "h:x"])
def test_an_address_without_host_or_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ADDRESS:PORT"):
        parse_address(text)


async def test_faults_come_from_the_seed_alone(autojump_clock: MockClock) -> None:
    async def run(seed: int) -> list[bytes]:
        sender, inner = memory_cable()
        faulty = Faulty(inner, Random(seed), loss=0.2, duplicate=0.1, reorder=0.2, delay=0.01, jitter=0.05)
        frames: list[bytes] = []
        await sender.send_many(FRAMES)
        with trio.move_on_after(1):
            while True:
                frames += await faulty.receive_many()
        return frames

    once = await run(1)
    assert once == await run(1)
    assert once != await run(2)
    assert 0 < len(set(once)) < len(FRAMES) and len(once) > len(set(once))
    assert once != sorted(once)


async def test_delay_keeps_order_and_time(autojump_clock: MockClock) -> None:
    sender, inner = memory_cable()
    faulty = Faulty(inner, Random(1), delay=0.25)
    await sender.send_many(FRAMES[:2])
    before = trio.current_time()
    assert await faulty.receive_many() == FRAMES[:2]
    assert trio.current_time() - before == 0.25


async def test_a_capture_holds_both_directions(folder: Path) -> None:
    times = iter(range(10**18, 10**18 + 10))
    capture = Capture(folder / "c.pcapng", ["ether1"], clock=lambda: next(times))
    inner, outer = memory_cable()
    mirrored = capture.mirror("ether1", inner)
    await mirrored.send_many(FRAMES[:2])
    await outer.send_many(FRAMES[2:3])
    await mirrored.receive_many()
    capture.close()
    with (folder / "c.pcapng").open("rb") as file:
        seen = [(packet.octets, packet.outbound) for packet in read(file)]
    assert seen == [(FRAMES[0], True), (FRAMES[1], True), (FRAMES[2], False)]


async def test_a_capture_holds_what_a_wire_would_carry(folder: Path) -> None:
    capture = Capture(folder / "c.pcapng", ["ether1"])
    inner, _ = memory_cable()
    blank = Offloaded(bytes(80), Offload(34, 16))
    await capture.mirror("ether1", inner).send_many([blank])
    capture.close()
    with (folder / "c.pcapng").open("rb") as file:
        assert [packet.octets for packet in read(file)] == list(finished(blank)) != [bytes(80)]


async def recorded(folder: Path, clock: Iterator[int]) -> Path:
    """A capture of three frames that came in and one that went out."""
    capture = Capture(folder / "c.pcapng", ["ether1"], clock=lambda: next(clock))
    inner, outer = memory_cable()
    mirrored = capture.mirror("ether1", inner)
    for number, frame in enumerate(FRAMES[:4]):
        if number == 1:
            await mirrored.send_many([frame])
        else:
            await outer.send_many([frame])
            await mirrored.receive_many()
    capture.close()
    return folder / "c.pcapng"


async def test_a_capture_is_a_cable(folder: Path, autojump_clock: MockClock) -> None:
    """1. What had come in comes in again, each frame when it had come. 2. Then the carrier is gone."""
    start = 10**18
    file = await recorded(folder, iter([start, start + 1, start + 250_000_000, start + 250_000_000]))
    async with Replay(file) as end:
        assert await end.link_change() is True
        begin = trio.current_time()
        await end.send_many(FRAMES)
        assert await end.receive_many() == FRAMES[:1]
        with trio.move_on_after(0.1) as cancelled:
            await end.receive_many()
        assert cancelled.cancelled_caught
        assert await end.receive_many() == FRAMES[2:4]
        assert trio.current_time() - begin == pytest.approx(0.25)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(end.receive_many)
            assert await end.link_change() is False
            nursery.cancel_scope.cancel()


async def test_a_file_that_is_no_capture_is_no_cable(folder: Path) -> None:
    (folder / "c").write_bytes(b"text")
    with pytest.raises(OSError, match="no capture starts with"):
        async with Replay(folder / "c"):
            pass


async def test_a_capture_that_breaks_off_ends_there(folder: Path) -> None:
    file = await recorded(folder, iter(range(10**18, 10**18 + 4)))
    file.write_bytes(file.read_bytes()[:-10])
    async with Replay(file) as end:
        assert await receive(end, 2) == [FRAMES[0], FRAMES[2]]


async def test_discard_reaches_what_a_stream_holds_in_the_kernel(folder: Path) -> None:
    """1. A node that slept threw away what it had received (M2.4). 2. Frames of a stream that nobody had read yet were
    still in the kernel's buffer and came afterwards, stale. 3. The kit for third parties found it."""
    first, second = cable("unixstream", folder)
    async with first, second:
        await plug_in(first, second)
        await first.send_many(FRAMES)
        second.discard()
        await first.send_many(FRAMES[3:4])
        assert await receive(second, 1) == FRAMES[3:4]
