"""Frames on their way: queues, loss, the wire itself, and the watch for frames that come by again."""

from collections.abc import Callable
from random import Random

from pyiccp._sansio import Instant
from pyiccp.lab._clock import DELIVER, SERVE, Agenda
from pyiccp.lab._frames import MAGIC, TRAILER
from pyiccp.lab._links import CROSSINGS, Way

Capture = Callable[[Way, bytes, Instant], None]
"""Is shown every frame that goes on a wire."""


class Wires:
    """Puts frames on the ways of links."""

    __slots__ = ("agenda", "capture", "loops", "random")

    def __init__(self, agenda: Agenda, random: Random) -> None:
        self.agenda = agenda
        self.random = random
        self.loops = 0
        """Crossings of a link in one direction beyond the first of a frame."""
        self.capture: Capture | None = None

    def __getstate__(self) -> tuple[Agenda, Random, int]:
        return self.agenda, self.random, self.loops

    def __setstate__(self, state: tuple[Agenda, Random, int]) -> None:
        """A capture is not kept: it is re-attached."""
        self.agenda, self.random, self.loops = state
        self.capture = None

    def transmit(self, way: Way, frame: bytes, ordered: bool, now: Instant) -> None:
        """Send *frame* by *way*; where frames queue, in the order of the data or ahead of it."""
        queue = way.queue
        if queue is None:
            self._put(way, frame, now, now + way.delay)
        else:
            (queue.data if ordered else queue.urgent).append((now, frame))
            if not queue.busy:
                self.serve(way, way.epoch, now)

    def serve(self, way: Way, epoch: int, now: Instant) -> None:
        """The wire is free: send the next frame that waits."""
        queue = way.queue
        if queue is None or epoch != way.epoch:
            return
        frame = queue.next(now)
        queue.busy = frame is not None
        if frame is not None:
            sent = now + queue.time_of(frame)
            self._put(way, frame, now, sent + way.delay)
            self.agenda.add(sent, SERVE, way, None, epoch)

    def _put(self, way: Way, frame: bytes, now: Instant, arrival: Instant) -> None:
        """*frame* goes on the wire."""
        if self.capture is not None:
            self.capture(way, frame, now)
        if way.silent or (way.loss and self.random.random() < way.loss):
            return
        mark = frame[-TRAILER.size :]
        if mark.startswith(MAGIC):
            crossings = way.crossings(mark)
            if crossings > 1:
                self.loops += 1
                if crossings > CROSSINGS:
                    return
        if way.batch_at == arrival:
            way.batch.append(frame)
        else:
            way.batch_at = arrival
            way.batch = [frame]
            self.agenda.add(arrival, DELIVER, way, way.batch, way.epoch)
