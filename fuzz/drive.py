"""A core under test on a fake clock: what must hold of every core, whatever its peer says."""

import pickle
from collections.abc import Sequence
from typing import Any

from pyiccp._sansio import Instant, milliseconds, seconds

SPANS = tuple(map(seconds, (0, 0.001, 0.05, 0.3, 1, 1, 3, 30, 90, 3600)))
"""How long a fuzzer may let time pass at once."""
MOST_ACTIONS = 20_000
MOST_TURNS = 200
"""Calls that one span takes at most; then it ends with one that comes late, as after a sleep of the machine."""
_IN_A_ROW = 1_000
_START = milliseconds(1000)


class Drive:
    """Feeds *core* and looks after it."""

    def __init__(self, core: Any) -> None:
        self.core = core
        self.now: Instant = _START

    def do(self, event: Any) -> Sequence[Any]:
        """*event* happens now."""
        return self.seen(self.core.handle(event, self.now))

    def seen(self, actions: Sequence[Any]) -> Sequence[Any]:
        """A call said so much; it must not be without bound."""
        assert len(actions) <= MOST_ACTIONS, f"{len(actions)} actions of one call"
        return actions

    def wait(self, span: Instant) -> list[Any]:
        """Time passes; the core is called when it asks. What it wanted done."""
        end, found = self.now + span, []
        for _ in range(MOST_TURNS):
            due = self.core.deadline
            if due is None or due > end:
                break
            self.now = max(self.now, due)
            found += self.seen(self.core.advance(self.now))
            self._at_rest(found)
        self.now = end
        found += self.seen(self.core.advance(end))
        return found

    def _at_rest(self, found: list[Any]) -> None:
        """A core whose deadline stays in the present would keep its driver busy for ever."""
        for _ in range(_IN_A_ROW):
            due = self.core.deadline
            if due is None or due > self.now:
                return
            found += self.seen(self.core.advance(self.now))
        raise AssertionError(f"{type(self.core).__name__} spins")

    def end(self) -> None:
        """The state is plain: a copy of it is the same, and has nothing that cannot be compared."""
        again = pickle.loads(pickle.dumps(self.core))
        assert again.fingerprint(self.now) == self.core.fingerprint(self.now)
        assert again.deadline == self.core.deadline
