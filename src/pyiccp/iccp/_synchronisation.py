"""What mLACP and STP have in common: sets between Start and End, requests for them, and the pace of answers to such
requests (RFC 7275 9.2.2, RFC 7727 4.2.3)."""

from collections.abc import Callable
from typing import Generic, TypeVar

from pyiccp._sansio import Instant, seconds

Request = TypeVar("Request")

_LAST_NUMBER = 0xFFFF
_NOBODY = 0
"""The number of a set that nobody asked for."""

_ANSWERS = 16
_ANSWERS_SPAN = seconds(1)
"""Requests answered in such a span; whoever asks more often gets one full set when it is over."""


class Synchronisation(Generic[Request]):
    """The receiving side: the set that we are inside of, and our requests that are under way."""

    def __init__(self) -> None:
        self.pending: dict[int, Request] = {}
        """By number."""
        self.skipping = False
        """Inside an answer to a request that we never made."""
        self._number = 0
        self._sync: int | None = None
        self._answered = _NOBODY

    @property
    def inside(self) -> bool:
        """Between Start and End."""
        return self._sync is not None

    def mark(self, number: int, end: bool) -> None:
        """Start and End. Start again restarts, End alone is nothing. An answer may come in several sets of one number
        (RFC 7727 3.6)."""
        if end:
            if self.skipping or number == self._sync:
                if self.pending.pop(number, None) is not None:
                    self._answered = number
                self._sync = None
                self.skipping = False
            return
        self.skipping = number not in (_NOBODY, self._answered) and number not in self.pending
        self._sync = None if self.skipping else number
        if number == _NOBODY:
            self.pending.clear()  # a full set answers whatever we were waiting for (7275 9.2.2.3)

    def ask(self, make: Callable[[int], Request]) -> Request:
        """Another request, under the next number."""
        self._number = self._number % _LAST_NUMBER + 1
        request = self.pending[self._number] = make(self._number)
        return request

    def fingerprint(self) -> tuple[object, ...]:
        """The state."""
        return self._number, tuple(self.pending.values()), self._sync, self._answered, self.skipping


class Answering:
    """The answering side: not more often than is sensible; what is not answered is owed."""

    def __init__(self) -> None:
        self.owed_at: Instant | None = None
        """When the full set is sent that too many requests have earned."""
        self._count = 0
        self._since: Instant = 0

    def may(self, now: Instant) -> bool:
        """Whether a request that came *now* is answered."""
        if now - self._since >= _ANSWERS_SPAN:
            self._since = now
            self._count = 0
        self._count += 1
        if self._count > _ANSWERS:
            self.owed_at = self._since + _ANSWERS_SPAN
        return self._count <= _ANSWERS

    def pay(self, now: Instant) -> bool:
        """Whether the set that is owed is due."""
        if self.owed_at is None or self.owed_at > now:
            return False
        self.owed_at = None
        return True

    def fingerprint(self, now: Instant) -> tuple[object, ...]:
        """State relative to *now*."""
        owed = None if self.owed_at is None else self.owed_at - now
        return owed, (min(self._count, _ANSWERS), now - self._since) if self._count else ()
