"""What waits to leave by one port: control ahead of data, both bounded, data not for long."""

from collections import deque
from collections.abc import Sequence

import trio

from pyiccp._node.retagged import octets_of
from pyiccp._sansio import Instant
from pyiccp.transports._base import BATCH, Signal

ROOM = 1024
"""Frames of each kind; data that does not fit is lost at the tail, as in a switch."""
OCTETS = 8 << 20
"""Of data: a frame that no card has cut yet may have 64 KiB."""


class PortQueue:
    """Filled by the node, emptied by the port's sender.

    Fences of the link are data here (M4.4). Data older than *stay* is dropped: a frame's flight is bounded (M0.4).
    """

    def __init__(self, stay: Instant) -> None:
        self.stay = stay
        self.dropped = 0
        self._control: deque[bytes] = deque()
        self._data: deque[tuple[Instant, Sequence[bytes], int]] = deque()
        """Frames as they came, in batches of at most `BATCH`, and their octets."""
        self._frames = self._octets = 0
        """In `_data`."""
        self._filled = Signal()
        self._sending: trio.CancelScope | None = None
        """Of the data that is being handed over right now."""

    def __len__(self) -> int:
        return len(self._control) + self._frames

    @property
    def idle(self) -> bool:
        """Nothing waits and no data is being handed over."""
        return not len(self) and self._sending is None

    def put(self, frame: bytes, ordered: bool, now: Instant) -> None:
        """Queue *frame*; `ordered` = with the data."""
        if ordered:
            self.put_data((frame,), now)
        elif len(self._control) >= ROOM:
            self.dropped += 1
        else:
            self._control.append(frame)
            self._filled.wake()

    def put_data(self, frames: Sequence[bytes], now: Instant) -> None:
        """Queue *frames* in this order, as many as there is room for."""
        room = ROOM - self._frames
        if len(frames) > room or len(frames) > BATCH:
            self.dropped += max(0, len(frames) - room)
            for at in range(0, room, BATCH):
                self.put_data(frames[at : min(at + BATCH, room)], now)
            return
        size = octets_of(frames)
        if not frames or self._octets + size > OCTETS:
            self.dropped += len(frames)
            return
        self._data.append((now, frames, size))
        self._frames += len(frames)
        self._octets += size
        self._filled.wake()

    def drop_data(self) -> None:
        """Empty the data queue, and what a slow cable has not taken yet (M3.1)."""
        self.dropped += self._frames
        self._data.clear()
        self._frames = self._octets = 0
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
        """Data frames to send now, `BATCH` at most, if no control waits."""
        frames: Sequence[bytes] = ()
        while self._data and not self._control:
            since, batch, size = self._data[0]
            stale = now - since > self.stay
            if not stale and len(frames) + len(batch) > BATCH:
                break
            self._data.popleft()
            self._frames -= len(batch)
            self._octets -= size
            if stale:
                self.dropped += len(batch)
            else:
                frames = [*frames, *batch] if frames else batch
        return frames

    def sending_data(self) -> trio.CancelScope:
        """The scope in which data is handed over: `drop_data` ends it."""
        self._sending = trio.CancelScope()
        return self._sending

    def sent(self) -> None:
        """The hand-over has ended."""
        self._sending = None
