"""A larger network, anything at any time, with loss and delay: what must always hold holds at every step (M13), and
repairs alone bring everything back. `PYICCP_STATEFUL` says how many stories; `.ci/soak stateful` tells many."""

import os

import hypothesis
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lab.checked import at_rest
from pyiccp._sansio import microseconds, milliseconds, seconds
from pyiccp.lab._check import NETWORKS
from pyiccp.lab._check.course import Course, restored
from pyiccp.lab._check.invariants import alive_again, at_every_step
from pyiccp.lab._check.kinds import KINDS, is_peer_link, is_plain, possible, repairs
from pyiccp.lab._check.openings import Openings
from pyiccp.lab._check.probes import Probes
from pyiccp.lab._check.trace import REST, Step, looks_like_a_crash
from pyiccp.lab._faults import Fault, apply
from pyiccp.lab._network import Network
from pyiccp.lab._scenario import load

STORIES = int(os.environ.get("PYICCP_STATEFUL", "4"))
GAPS = st.sampled_from(
    [0, microseconds(30), microseconds(60), milliseconds(1), milliseconds(90), milliseconds(400), seconds(1.1),
     seconds(2.05), seconds(3.5), seconds(9)]
)  # fmt: skip
PROBE = milliseconds(40)
ASK_TIME = seconds(1)
START = at_rest(load(NETWORKS / "large.toml"))


class Larger(RuleBasedStateMachine):
    """Faults, repairs and time, in any order."""

    network: Network
    probes: Probes

    @initialize(
        loss=st.sampled_from((0.0, 0.0, 0.02, 0.05)),
        delays=st.lists(st.sampled_from((5, 50, 1_000, 20_000)), min_size=10, max_size=10),
        seed=st.integers(0, 99),
    )
    def begin(self, loss: float, delays: list[int], seed: int) -> None:
        self.network = restored(START)
        self.network.random.seed(seed)
        self.probes = Probes(self.network)
        self.trace: tuple[Step, ...] = ()
        self.wrong = ""
        for link, delay in zip(self.network.links, delays, strict=True):
            for way in link.ways:
                # M3.1 waits 20 ms for what is inside neighbours.
                way.delay = microseconds(min(delay, 1_000) if is_plain(link) else delay)
                # A bridge that misses three hellos opens what should stay shut: that is 802.1D's affair, not ours.
                way.loss = 0.0 if is_plain(link) else loss
        for path in self.network.keepalives:
            path.loss = loss / 2
        self.openings = Openings(self.network)

    @rule(gap=GAPS)
    def wait(self, gap: int) -> None:
        self._pass(gap)

    @precondition(lambda self: bool(self._events()))
    @rule(data=st.data(), gap=GAPS)
    def happen(self, data: st.DataObject, gap: int) -> None:
        fault = data.draw(st.sampled_from(self._events()))
        self.trace = (*self.trace, Step(REST, fault, self.network.now))
        apply(self.network, fault)
        self._pass(gap)

    @invariant()
    def holds(self) -> None:
        assert not getattr(self, "wrong", ""), f"{self.wrong} after {self._told()}"

    def teardown(self) -> None:
        if not hasattr(self, "network") or self.wrong:
            return
        for link in self.network.links:
            for way in link.ways:
                way.loss = 0.0
        for path in self.network.keepalives:
            path.loss = 0.0
        while events := repairs(self.network):
            fault = next((event for event in events if self._fair(event)), None)
            if fault is not None:
                self.trace = (*self.trace, Step(REST, fault, self.network.now))
                apply(self.network, fault)
            self._pass(seconds(3))
        course = Course(self.network)
        course.run(None, wanted=False)
        assert course.violation is None, f"{course.violation} after {self._told()}"
        assert not alive_again(self.network, course.reached), self._told()

    # --- inside

    def _events(self) -> list[Fault]:
        return [fault for fault in possible(self.network, KINDS) if self._fair(fault)]

    def _fair(self, fault: Fault) -> bool:
        """Not what M0.2 excludes, and no silent cable between bridges: 802.1D cannot bear it (see `kinds`)."""
        plain = [side.name for link in self.network.links if is_plain(link) for side in link.sides]
        if fault.verb.startswith("silence") and fault.target in plain:
            return False
        ends = tuple(link.sides[0].name for link in self.network.links if is_peer_link(link))
        return not looks_like_a_crash((*self.trace, Step(REST, fault, self.network.now)), ends, ASK_TIME)

    def _pass(self, gap: int) -> None:
        """Time goes by, with probes; the first thing that is wrong is kept."""
        end = self.network.now + gap
        self.wrong = self.wrong or at_every_step(self.network)
        while not self.wrong:
            self.probes.send()
            self.network.run(min(end, self.network.now + PROBE), self._look)
            if self.network.now >= end:
                return

    def _look(self) -> bool:
        self.openings.look()
        if self.probes.wrong and self.openings.recent:
            self.probes.absolve()
        self.wrong = self.wrong or self.probes.wrong or at_every_step(self.network)
        return bool(self.wrong)

    def _told(self) -> str:
        return "; ".join(f"{step.at}ns {step.fault}" for step in self.trace)


Larger.TestCase.settings = settings(
    max_examples=STORIES,
    stateful_step_count=12,
    deadline=None,
    derandomize="PYICCP_STATEFUL" not in os.environ,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
    print_blob=True,
)
test_a_larger_network = Larger.TestCase
