"""What must not speak on a peer port, and for how long that is shown (M2.3, M3.2)."""

from pyiccp._sansio import Instant


class Refusal:
    """The text shown while somebody speaks who must not; the first reason stands until it has been quiet long enough.

    So two offenders that take turns do not make the status flicker, and a flood of wrong frames makes one action.
    """

    def __init__(self, span: Instant) -> None:
        self._span = span
        self.text = ""
        self.until: Instant = 0

    def offend(self, text: str, now: Instant) -> bool:
        """*text* describes what was just heard; True when the text to show changes."""
        if self.text and text != self.text:
            return False
        changed = text != self.text
        self.text = text
        self.until = now + self._span
        return changed

    def clear(self) -> bool:
        """Forget it; True when there was a text."""
        changed = bool(self.text)
        self.text = ""
        self.until = 0
        return changed

    def fingerprint(self, now: Instant) -> tuple[object, ...]:
        """State relative to *now*."""
        return self.text, max(self.until - now, 0)


class Rival:
    """An older incarnation beside a living one: once or twice it is a late frame, later it is somebody else."""

    def __init__(self, silence: Instant) -> None:
        self._silence = silence
        self._since: Instant = 0
        self.incarnation = 0
        """Of the newest one heard; 0 = of none."""

    def lasts(self, incarnation: int, now: Instant) -> bool:
        """*incarnation* was heard; True when the same was heard long ago already."""
        if incarnation != self.incarnation:
            self.incarnation, self._since = incarnation, now
            return False
        return now - self._since >= self._silence
