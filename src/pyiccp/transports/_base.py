"""The one shape of every transport: what a port's cable can do."""

import socket
from collections.abc import Callable, Sequence
from errno import EAGAIN, EINTR, ENETDOWN, ENODEV, ENXIO
from types import TracebackType
from typing import Any, Protocol, Self

import trio

BATCH = 128
"""The most frames of one `receive_many`: no port keeps the others waiting for longer."""
LONGEST = 65_600
"""Octets of the longest frame taken off a cable: a GSO frame of 64 KiB with its header."""
GONE = (ENETDOWN, ENODEV, ENXIO)
"""An interface that is down, or not there any more."""


class Transport(Protocol):
    """A cable's end. Whole frames with their tags in band; frames while there is no carrier are lost, not kept.

    Opened by `async with`. Every method may be cancelled; frames are then either taken or still there.
    """

    offloads: bool
    """Whether `send_many` takes unfinished frames (node.offload); the driver finishes them for the others."""

    @property
    def lost(self) -> int:
        """Frames that could not be sent."""

    @property
    def missed(self) -> int:
        """Received frames that the system says it dropped because they were not read in time."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def link_change(self) -> bool:
        """Wait until the carrier is not what was said last (at first: down); what it is now."""

    async def receive_many(self) -> Sequence[bytes]:
        """Wait for at least one frame; up to `BATCH` in order of arrival."""

    async def send_many(self, frames: Sequence[bytes]) -> None:
        """Hand *frames* over in order; waits while the cable is slower than its sender."""

    def discard(self) -> None:
        """Throw away what arrived and was not received yet."""


class Signal:
    """Something may have changed: wakes whoever waits."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = trio.Event()

    def wake(self) -> None:
        self._event.set()

    async def wait(self) -> None:
        """Until the next `wake`; one that came since the last wait counts."""
        await self._event.wait()
        self._event = trio.Event()


class Carrier:
    """A carrier that is up or down, and the one task that wants to know."""

    __slots__ = ("_said", "_signal", "up")

    def __init__(self, up: bool = False) -> None:
        self.up = up
        self._said = False
        self._signal = Signal()

    @property
    def unsaid(self) -> bool:
        """It is not what was said last."""
        return self.up != self._said

    def set(self, up: bool) -> None:
        self.up = up
        self._signal.wake()

    async def change(self) -> bool:
        """See `Transport.link_change`."""
        while not self.unsaid:
            await self._signal.wait()
        self._said = self.up
        return self._said


def read_batch(read: Callable[[], bytes | None]) -> list[bytes]:
    """What a non-blocking *read* gives now: frames until it would block. None from *read* is skipped."""
    frames: list[bytes] = []
    for _ in range(BATCH):
        try:
            frame = read()
        except OSError as error:
            if error.errno == EINTR:
                continue
            if error.errno == EAGAIN or frames:
                break
            raise
        if frame is not None:
            frames.append(frame)
    return frames


def drain(read: Callable[[], bytes | None]) -> None:
    """Read until there is nothing left; a broken cable has nothing left."""
    try:
        while True:
            read()
    except OSError:
        return


def bound_socket(family: int, kind: int, address: Any) -> socket.socket:
    """A non-blocking socket bound to *address*; none is left over when that fails."""
    made = socket.socket(family, kind)
    try:
        made.setblocking(False)
        made.bind(address)
    except OSError:
        made.close()
        raise
    return made
