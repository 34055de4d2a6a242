"""The search: every order of faults and repairs up to a depth, each at every phase of the one before."""

from collections.abc import Sequence

import msgspec

from pyiccp.lab.check.course import Course, Point, restored, snapshot
from pyiccp.lab.check.fingerprint import fingerprint
from pyiccp.lab.check.invariants import Violation, alive_again, violation_of
from pyiccp.lab.check.kinds import PLAIN, pair, possible, repairs
from pyiccp.lab.check.trace import REST, Step, Trace, looks_like_a_crash
from pyiccp.lab.faults import Fault
from pyiccp.lab.network import Network

MOST_REPAIRS = 20
"""Repairs in a row; what is still broken then stays so."""


class Found(msgspec.Struct, frozen=True):
    """A trace and the invariant that it violates."""

    trace: Trace
    violation: Violation


class Report(msgspec.Struct):
    """What a search did and found."""

    runs: int = 0
    """Events whose consequences were followed to rest."""
    states: int = 0
    """Distinct states at rest."""
    pruned: int = 0
    """Moments left out because their state had been met before."""
    found: list[Found] = []
    indistinguishable: list[Found] = []
    """Violations that assumption M0.2 excludes; apart from passes."""

    def add(self, other: "Report") -> None:
        """Take *other*'s numbers and finds as well."""
        self.runs += other.runs
        self.states += other.states
        self.pruned += other.pruned
        self.found += other.found
        self.indistinguishable += other.indistinguishable


class Search:
    """One search over the network in *start*, at rest."""

    def __init__(self, start: bytes, kinds: Sequence[str] = PLAIN, prune: bool = True) -> None:
        self.start = start
        self.kinds = tuple(kinds)
        self.prune = prune
        self.report = Report()
        self._met: dict[object, int] = {}
        """State at a point -> depth to which it has been searched."""
        self._alive: set[object] = set()
        """States at rest from which repairs have been seen to lead back."""

    def first_events(self) -> tuple[Fault, ...]:
        """What can happen first."""
        return possible(restored(self.start), self.kinds)

    def branch(self, first: Fault, depth: int) -> Report:
        """Search everything that begins with *first*."""
        self._follow(Point(REST, restored(self.start).now, self.start), first, (), depth)
        return self.report

    def _follow(self, point: Point, fault: Fault, before: Trace, depth: int) -> None:
        """*fault* happens at *point*; what may come after it, if *depth* allows."""
        trace = (*before, Step(point.phase, fault, point.at))
        course = Course(restored(point.octets))
        course.run(fault)
        self.report.runs += 1
        if course.violation is not None:
            self._record(course.network, Found(trace, course.violation))
            return
        rest = course.points[0]
        self._check_alive(rest, trace)
        if depth < 2:
            return
        for each in course.points:
            network = restored(each.octets)
            if self._searched(network, each, depth - 1):
                continue
            for following in possible(network, self.kinds):
                self._follow(each, following, trace, depth - 1)

    def _searched(self, network: Network, point: Point, depth: int) -> bool:
        if not self.prune or point.phase != REST:
            return False
        state = fingerprint(network)
        if self._met.get(state, 0) >= depth:
            self.report.pruned += 1
            return True
        self._met[state] = depth
        return False

    def _check_alive(self, rest: Point, trace: Trace) -> None:
        """From every state reached, repairs alone lead back to both halves carrying."""
        network = restored(rest.octets)
        state = fingerprint(network)
        if state in self._alive:
            if self.prune:
                return
        else:
            self._alive.add(state)
            self.report.states += 1
        if (found := recover(network, trace)) is not None:
            self._record(network, found)

    def _record(self, network: Network, found: Found) -> None:
        if excluded(network, found.trace):
            self.report.indistinguishable.append(found)
        else:
            self.report.found.append(found)


def recover(network: Network, before: Trace) -> Found | None:
    """Repair everything that is broken in *network*, at rest after *before*; what is wrong on the way or in the end,
    with the repairs as further steps."""
    trace = before
    while events := repairs(network):
        if len(trace) - len(before) >= MOST_REPAIRS:
            return Found(trace, Violation("liveness", f"{events[0]} does not help", network.now))
        trace = (*trace, Step(REST, events[0], network.now))
        course = Course(network)
        course.run(events[0], wanted=False)
        if course.violation is not None:
            return Found(trace, course.violation)
    course = Course(network)
    course.run(None, wanted=False)
    wrong = "" if course.violation is not None else alive_again(network, course.reached)
    violation = violation_of(wrong, network.now) if wrong else course.violation
    return None if violation is None else Found(trace, violation)


def excluded(network: Network, trace: Trace) -> bool:
    """Whether assumption M0.2 excludes *trace*."""
    nodes = pair(network)
    members = {device.name: device.config for device in nodes}
    ends = tuple(
        side.name for link in network.links if {side.device for side in link.sides} == set(nodes) for side in link.sides
    )
    ask_time = max((config.tuning.ask_time for config in members.values()), default=0)
    return looks_like_a_crash(trace, ends, ask_time)


def settled(network: Network) -> bytes:
    """*network*, just started, run to rest and checked there."""
    course = Course(network)
    course.run(None, wanted=False)
    if course.violation is None and (wrong := alive_again(network, course.reached)):
        course.violation = violation_of(wrong, network.now)
    if course.violation is not None:
        raise ValueError(f"without any fault: {course.violation}")
    return snapshot(network)
