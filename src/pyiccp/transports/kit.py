"""Checks for a transport of your own: what the driver relies on, each as a function that raises AssertionError::

    @asynccontextmanager
    async def cable():
        async with MyPort(...) as one, MyPort(...) as other:
            yield one, other

    async def test_my_port():
        await kit.check(cable)

Both ends are open when they are yielded, and have or soon get carrier. Each check gets a new cable.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import trio

from pyiccp.transports._base import BATCH, Transport

__all__ = [
    "check",
]

PATIENCE = 10.0
"""Seconds for whatever is waited for."""
FRAMES = tuple(bytes([number]) * (60 + 31 * number) for number in range(40))
"""Of every length between 60 and 1269 octets, each different."""
TAGS = ("", "81000064", "8100e001", "88a800c8", "88a800c881000064", "91000005")
"""None, 802.1Q, priority and VLAN 1, 802.1ad, one in another, an old one."""
TAGGED = tuple(bytes.fromhex(f"ffffffffffff020000000001{tag}88b5") + bytes([7]) * 60 for tag in TAGS)

Cable = Callable[[], AbstractAsyncContextManager[tuple[Transport, Transport]]]


async def check(cable: Cable) -> None:
    """Every check, each with a cable of its own."""
    for each in CHECKS:
        async with cable() as (one, other):
            found: BaseException | None = None
            try:
                with trio.fail_after(PATIENCE):
                    await plug_in(one, other)
                    await each(one, other)
            except* AssertionError as group:
                found = group
            while isinstance(found, BaseExceptionGroup):
                found = found.exceptions[0]
            if found is not None:
                raise found


async def plug_in(one: Transport, other: Transport) -> None:
    """Until both ends have said that they have carrier."""

    async def carrier(end: Transport) -> None:
        assert await end.link_change() is True, "the first change of an end is to have carrier"

    async with trio.open_nursery() as nursery:
        nursery.start_soon(carrier, one)
        nursery.start_soon(carrier, other)


async def receive(end: Transport, count: int) -> list[bytes]:
    """At least *count* frames."""
    frames: list[bytes] = []
    while len(frames) < count:
        some = await end.receive_many()
        assert 0 < len(some) <= BATCH, f"receive_many gave {len(some)} frames: 1 to {BATCH} are right"
        frames += some
    return frames


async def frames_arrive_whole_and_in_order(one: Transport, other: Transport) -> None:
    """Both ways at once, of all lengths, and each once."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(one.send_many, FRAMES)
        nursery.start_soon(other.send_many, FRAMES[::-1])
        assert await receive(other, len(FRAMES)) == list(FRAMES), "frames changed, went missing or changed places"
        assert await receive(one, len(FRAMES)) == list(FRAMES[::-1]), "frames changed, went missing or changed places"
    assert one.lost == other.lost == 0, "nothing was lost, but `lost` counts something"


async def tags_stay_in_band(one: Transport, other: Transport) -> None:
    """A kernel or a card may take a tag off a frame and hand it over beside it: it is to be put back."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(one.send_many, TAGGED)
        nursery.start_soon(other.send_many, TAGGED)
        assert await receive(other, len(TAGGED)) == list(TAGGED), "tags changed or went missing"
        assert await receive(one, len(TAGGED)) == list(TAGGED), "tags changed or went missing"


async def more_than_a_batch_comes_in_batches(one: Transport, other: Transport) -> None:
    """What was handed over in one call may take several to receive."""
    frames = [number.to_bytes(4, "big") * 20 for number in range(5 * BATCH)]

    async def send() -> None:
        for at in range(0, len(frames), BATCH):
            await one.send_many(frames[at : at + BATCH])

    async with trio.open_nursery() as nursery:
        nursery.start_soon(send)
        assert await receive(other, len(frames)) == frames, "frames of several batches changed places"


async def carrier_is_said_once(one: Transport, other: Transport) -> None:
    """`link_change` waits for the next change, however often it is called."""
    with trio.move_on_after(0.3) as waited:
        await one.link_change()
    assert waited.cancelled_caught, "link_change returned although nothing had changed"


async def a_cancelled_receive_loses_nothing(one: Transport, other: Transport) -> None:
    """What arrives after the cancellation is there for the next call."""
    with trio.move_on_after(0.05) as waited:
        await other.receive_many()
    assert waited.cancelled_caught, "receive_many returned although nothing was sent"
    await one.send_many(FRAMES[:3])
    with trio.CancelScope() as scope:
        scope.cancel()
        early = await other.receive_many()
        assert early, "receive_many returned nothing"
        raise AssertionError("a cancelled receive_many must not return")
    assert await receive(other, 3) == list(FRAMES[:3]), "a cancelled receive_many took frames away"


async def what_was_discarded_does_not_arrive(one: Transport, other: Transport) -> None:
    """`discard` throws away what is there, and nothing that comes later."""
    await one.send_many(FRAMES[:5])
    await trio.sleep(0.2)
    other.discard()
    await one.send_many(FRAMES[5:6])
    assert await receive(other, 1) == [FRAMES[5]], "discard left frames behind, or took later ones"


async def a_slow_reader_does_not_stop_the_loop(one: Transport, other: Transport) -> None:
    """While nobody reads, sending may wait or lose, but the program goes on."""
    ticks = 0

    async def send() -> None:
        for _ in range(200):
            await one.send_many(FRAMES)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(send)
        for _ in range(10):
            await trio.sleep(0.01)
            ticks += 1
        nursery.cancel_scope.cancel()
    assert ticks == 10


CHECKS: Sequence[Callable[[Transport, Transport], Awaitable[None]]] = (
    frames_arrive_whole_and_in_order,
    tags_stay_in_band,
    more_than_a_batch_comes_in_batches,
    carrier_is_said_once,
    a_cancelled_receive_loses_nothing,
    what_was_discarded_does_not_arrive,
    a_slow_reader_does_not_stop_the_loop,
)


def opened(make: Callable[[], tuple[Transport, Transport]]) -> Cable:
    """A cable of two ends that *make* gives unopened."""

    @asynccontextmanager
    async def cable() -> AsyncIterator[tuple[Transport, Transport]]:
        one, other = make()
        async with one, other:
            yield one, other

    return cable
