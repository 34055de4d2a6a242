"""The two streams of a session, urgent and bulk: independent of each other, urgent first."""

from pyiccp._link.events import Stream
from pyiccp._link.inbound import Inbound, MessageTooLongError
from pyiccp._link.outbound import MAX_MESSAGE, Outbound
from pyiccp._sansio import Instant, Timers
from pyiccp.wire._link import Data

STREAMS = tuple(Stream)
RETRY = ("retry-urgent", "retry-bulk")
"""Names of their timers."""


class Streams:
    """Both halves of both streams, as they are from the start of a session to its end."""

    def __init__(self, timers: Timers[str]) -> None:
        self.fault = ""
        """Why the session cannot go on; empty while it can."""
        self._timers = timers
        self._outbound = (Outbound(), Outbound())
        self._inbound = (Inbound(), Inbound())

    def close(self) -> None:
        """The session is over."""
        for key in RETRY:
            self._timers.cancel(key)

    def queue(self, stream: Stream, message: bytes) -> None:
        """Send *message* when its turn comes."""
        self._outbound[stream].queue(message)

    def receive(self, data: Data, now: Instant) -> list[bytes]:
        """The messages that *data* completes; ValueError when it cannot be meant."""
        if data.stream >= len(self._inbound):
            raise ValueError("of-an-unknown-stream")
        if not self._outbound[data.stream].acknowledge(data.acknowledgement, now):
            raise ValueError("acknowledging-what-was-never-sent")
        if not data.sequence:
            return []
        try:
            return self._inbound[data.stream].receive(data.sequence, data.more, data.body)
        except MessageTooLongError:
            self.fault = f"a message of more than {MAX_MESSAGE} octets from the peer"
            return []

    def retry(self, key: str, now: Instant) -> bool:
        """The timer *key* ran out; True when something has to be repeated."""
        outbound = self._outbound[RETRY.index(key)]
        if outbound.retry_at is None or outbound.retry_at > now:
            return False
        outbound.retry(now)
        return True

    def take(self, now: Instant) -> list[tuple[Data, int]]:
        """What to send now, each with the number of times that its stream has been repeating."""
        segments: list[tuple[Data, int]] = []
        for stream, outbound, inbound in zip(STREAMS, self._outbound, self._inbound, strict=True):
            if outbound.exhausted:
                self.fault = "the peer takes no messages"
                return []
            for part in outbound.take(now):
                segments.append((Data(stream, part.sequence, inbound.arrived, part.more, part.body), outbound.tries))
                inbound.settle()
            if inbound.owing:
                segments.append((Data(stream, 0, inbound.arrived, False, b""), 0))
                inbound.settle()
            if outbound.retry_at is not None and RETRY[stream] not in self._timers:
                self._timers.set(RETRY[stream], outbound.retry_at)
        return segments

    def pulls(self) -> list[tuple[Stream, int]]:
        """The streams that can take more octets of messages than their users were told."""
        credits = zip(STREAMS, (outbound.pull() for outbound in self._outbound), strict=True)
        return [(stream, credit) for stream, credit in credits if credit is not None]

    def fingerprint(self, now: Instant) -> tuple[object, ...]:
        """State relative to *now*."""
        return (
            tuple(outbound.fingerprint(now) for outbound in self._outbound),
            tuple(inbound.fingerprint() for inbound in self._inbound),
        )
