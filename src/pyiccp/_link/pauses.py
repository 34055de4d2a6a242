"""How long a session that was given up is not taken up again."""

from pyiccp._sansio import Instant

LONGEST = 64
"""Heartbeat intervals of the longest pause; a session that lived as long makes the next pause short."""


class Pauses:
    """Each pause is twice the one before, from one interval on."""

    def __init__(self, heartbeat: Instant) -> None:
        self._heartbeat = heartbeat
        self.number = 0
        """Pauses since a session that lived long."""

    def begin(self, lived: Instant) -> Instant:
        """The span of the pause after a session that *lived* so long."""
        if lived > LONGEST * self._heartbeat:
            self.number = 0
        span = min(1 << self.number, LONGEST) * self._heartbeat
        self.number = min(self.number + 1, LONGEST)
        return span
