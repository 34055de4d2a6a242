"""What waits to leave by one port: control ahead of data, both bounded, data not for long."""

from collections import deque
from collections.abc import Sequence

import trio

from pyiccp.sansio import Instant
from pyiccp.transports.base import BATCH, Signal

ROOM = 1024
"""Frames of each kind; data that does not fit is lost at the tail, as in a switch."""


class PortQueue:
    """Filled by the node, emptied by the port's sender.

    Fences of the link are data here (M4.4). Data older than *stay* is dropped: a frame's flight is bounded (M0.4).
    """

    def __init__(self, stay: Instant) -> None:
        self.stay = stay
        self.dropped = 0
        self._control: deque[bytes] = deque()
        self._data: deque[tuple[Instant, bytes]] = deque()
        self._filled = Signal()
        self._sending: trio.CancelScope | None = None
        """Of the data that is being handed over right now."""

    def __len__(self) -> int:
        return len(self._control) + len(self._data)

    @property
    def idle(self) -> bool:
        """Nothing waits and no data is being handed over."""
        return not len(self) and self._sending is None

    def put(self, frame: bytes, ordered: bool, now: Instant) -> None:
        """Queue *frame*; `ordered` = with the data."""
        if len(self._data if ordered else self._control) >= ROOM:
            self.dropped += 1
            return
        if ordered:
            self._data.append((now, frame))
        else:
            self._control.append(frame)
        self._filled.wake()

    def drop_data(self) -> None:
        """Empty the data queue, and what a slow cable has not taken yet (M3.1)."""
        self.dropped += len(self._data)
        self._data.clear()
        if self._sending is not None:
            self._sending.cancel()

    async def wait(self) -> None:
        """Until something is there."""
        while not len(self):
            await self._filled.wait()

    def take_control(self) -> Sequence[bytes]:
        """Control frames to send now."""
        return [self._control.popleft() for _ in range(min(BATCH, len(self._control)))]

    def take_data(self, now: Instant) -> Sequence[bytes]:
        """Data frames to send now, if no control waits."""
        frames: list[bytes] = []
        while self._data and not self._control and len(frames) < BATCH:
            since, frame = self._data.popleft()
            if now - since > self.stay:
                self.dropped += 1
            else:
                frames.append(frame)
        return frames

    def sending_data(self) -> trio.CancelScope:
        """The scope in which data is handed over: `drop_data` ends it."""
        self._sending = trio.CancelScope()
        return self._sending

    def sent(self) -> None:
        """The hand-over has ended."""
        self._sending = None
