"""The sending half of one stream: cut, number, keep until acknowledged, repeat."""

from collections import deque

from pyiccp._sansio import Instant, milliseconds

MAX_MESSAGE = 1 << 16
"""Octets of the longest message."""

MAX_BODY = 1400
"""Octets of a message in one segment: with all headers it fits 1500."""

WINDOW = 64
"""Segments under way at most; as many may wait for an earlier one at the receiver."""

CREDIT = 1 << 14
"""Octets of messages that a user may have queued without being told to stop. They are what one call makes and what
arrives at once, so no call gets long; more would not be faster before a round trip takes milliseconds."""

LIMIT = 1 << 20
"""Octets queued at which a peer that takes nothing is given up: memory is bounded."""

MAX_TRIES = 50
"""Repetitions without any progress at which a peer that hears but takes nothing is given up; about five seconds."""

_FIRST_RETRY = milliseconds(5)
_LAST_RETRY = milliseconds(100)
_LAST_SEQUENCE = (1 << 32) - 1


class Part:
    """One segment's worth of a message, numbered."""

    __slots__ = ("body", "more", "repeated", "sent_at", "sequence")

    def __init__(self, sequence: int, more: bool, body: bytes) -> None:
        self.sequence = sequence
        self.more = more
        self.body = body
        self.sent_at: Instant = 0
        self.repeated = False


class Outbound:
    """Numbered parts of messages in order; a window of them is under way.

    When the oldest part is not acknowledged in time it alone is repeated. An acknowledgement that then still falls
    short of what was under way shows the next hole, which is repeated at once (as in RFC 6582).
    """

    def __init__(self) -> None:
        self._waiting: deque[Part] = deque()
        self._flight: deque[Part] = deque()
        self._next = 1
        self._recover = 0
        self._due: deque[Part] = deque()
        self.held = 0
        """Octets queued or under way."""
        self.tries = 0
        """Repetitions since the last progress."""
        self.retry_at: Instant | None = None
        self._round_trip: Instant = 0
        self._told = CREDIT

    def queue(self, message: bytes) -> None:
        """Cut *message* into parts."""
        for start in range(0, len(message) or 1, MAX_BODY):
            body = message[start : start + MAX_BODY]
            self._waiting.append(Part(self._next, start + MAX_BODY < len(message), body))
            self._next += 1
        self.held += len(message)
        self._told -= len(message)

    @property
    def exhausted(self) -> bool:
        """Nothing more can be queued or numbered."""
        return self.held > LIMIT or self._next > _LAST_SEQUENCE or self.tries > MAX_TRIES

    def take(self, now: Instant) -> list[Part]:
        """What is to be sent at *now*: repetitions first, then new parts within the window."""
        parts = list(self._due)
        self._due.clear()
        for part in parts:
            part.repeated = True
        while self._waiting and len(self._flight) < WINDOW:
            part = self._waiting.popleft()
            part.sent_at = now
            self._flight.append(part)
            parts.append(part)
        if self._flight and self.retry_at is None:
            self.retry_at = now + self._patience()
        return parts

    def acknowledge(self, number: int, now: Instant) -> bool:
        """Every part up to *number* has arrived; False for a number that was never sent."""
        if not self._flight or number < self._flight[0].sequence:
            return number < self._next
        if number > self._flight[-1].sequence:
            return False
        while self._flight and self._flight[0].sequence <= number:
            part = self._flight.popleft()
            self.held -= len(part.body)
            if part.sequence == number and not part.repeated:
                sample = now - part.sent_at
                self._round_trip += (sample - self._round_trip) // 8 if self._round_trip else sample
        self.tries = 0
        self._due.clear()
        self.retry_at = now + self._patience() if self._flight else None
        if self._flight and number < self._recover:
            self._due.append(self._flight[0])
        return True

    def retry(self, now: Instant) -> None:
        """The timer ran out: repeat the oldest part, and be more patient."""
        self.tries += 1
        self._recover = self._flight[-1].sequence
        self._due.clear()
        self._due.append(self._flight[0])
        self.retry_at = now + self._patience()

    def pull(self) -> int | None:
        """How many octets the user may queue now, if that is worth telling."""
        credit = CREDIT - self.held
        if credit - self._told >= CREDIT // 2 or (not self.held and credit > self._told):
            self._told = credit
            return credit
        return None

    def _patience(self) -> Instant:
        return min(max(3 * self._round_trip, _FIRST_RETRY) << min(self.tries, 8), _LAST_RETRY)

    def fingerprint(self, now: Instant) -> tuple[object, ...]:
        """State relative to *now*."""
        parts = tuple((part.sequence, part.more, part.body) for part in (*self._flight, *self._waiting))
        retry = None if self.retry_at is None else self.retry_at - now
        return self._next, len(self._flight), parts, self._recover, self.tries, retry
