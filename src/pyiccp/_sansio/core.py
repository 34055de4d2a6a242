"""The one interface of every protocol core, and the unit of its time."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

Event = TypeVar("Event", contravariant=True)
Action = TypeVar("Action", covariant=True)

Instant = int
"""A point in time, or a span, in nanoseconds. Monotonic; zero means nothing; only drivers know a wall clock."""


def seconds(value: float) -> Instant:
    """A span of *value* seconds in nanoseconds, rounded to the nearest."""
    return round(value * 1_000_000_000)


def milliseconds(value: float) -> Instant:
    """A span of *value* milliseconds in nanoseconds, rounded to the nearest."""
    return round(value * 1_000_000)


def microseconds(value: float) -> Instant:
    """A span of *value* microseconds in nanoseconds, rounded to the nearest."""
    return round(value * 1_000)


class Core(Protocol[Event, Action]):
    """Events in, actions out; no clock, no socket, no randomness of its own.

    A caller that finds `deadline` due calls `advance` before `handle`. Neither raises because of what a peer did.
    The whole state is plain attributes: a core can be pickled at any instant and goes on the same.
    """

    @property
    def deadline(self) -> Instant | None:
        """When `advance` is next due, or None; O(1)."""

    def handle(self, event: Event, now: Instant) -> Sequence[Action]:
        """*event* happened at *now*: what to do about it, in order."""

    def advance(self, now: Instant) -> Sequence[Action]:
        """Fire what is due at *now*; being called early or twice is harmless."""

    def fingerprint(self, now: Instant) -> tuple[Any, ...]:
        """The state as a canonical tuple: deadlines relative to *now*, counters left out."""
