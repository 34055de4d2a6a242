"""The lab's clock never goes back."""

import pytest

from lab.third import network
from pyiccp._sansio import Instant, seconds
from pyiccp.lab._network import Network


class Clock:
    """Looks at the clock after each thing that happened."""

    def __init__(self, net: Network) -> None:
        self.net = net
        self.last: Instant = net.now

    def went_back(self) -> bool:
        before, self.last = self.last, self.net.now
        return self.last < before


@pytest.mark.parametrize("phase", [0, 800, 1600])
def test_a_timer_that_was_due_before_the_call_that_starts_it_fires_now(phase: int) -> None:
    """1. The primary hangs before a hello of its tree is due. 2. 0.9 s later its secondary has lost the session and
    goes on from the last entry of the log, whose timers were due 0.8 s ago. 3. The lab called it at that instant, in
    the past; the call after that seemed to come 0.8 s later, and it took itself for frozen (M2.4)."""
    net = network(f"{10_000 + phase}ms hang Peer1")
    assert not net.run(seconds(14), Clock(net).went_back)
    assert not [moment for moment in net.timeline if "frozen" in moment.what]
