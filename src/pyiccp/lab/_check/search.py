"""One event of a search: followed to rest, judged, with what may come next; and the way back by repairs alone."""

from collections.abc import Sequence
from enum import Enum

import msgspec

from pyiccp._sansio import seconds
from pyiccp.lab._check.course import Course, Point, restored, snapshot
from pyiccp.lab._check.fingerprint import digest
from pyiccp.lab._check.invariants import Violation, alive_again, violation_of
from pyiccp.lab._check.kinds import PLAIN, is_peer_link, is_plain, pair, possible, repairs
from pyiccp.lab._check.trace import REST, Step, Trace, looks_like_a_crash
from pyiccp.lab._faults import Fault
from pyiccp.lab._network import Network

COPIES = ("loop", "duplicate", "reflection")
HELLO = seconds(2)
MOST_REPAIRS = 20
"""Repairs in a row; what is still broken then stays so."""


class Found(msgspec.Struct, frozen=True):
    """A trace and the invariant that it violates."""

    trace: Trace
    violation: Violation


class Cause(Enum):
    """What is to blame for a violation."""

    MLAG = "what we do"
    LOOKS_LIKE_A_CRASH = "M0.2"
    SPANNING_TREE = (
        "a frame in flight when it opens a port at once (M0.4), or a silent cable between bridges that comes back "
        "while both its ends forward, until the next BPDU (802.1D)"
    )


class Report(msgspec.Struct):
    """What a search did and found."""

    runs: int = 0
    """Events whose consequences were followed to rest."""
    met: set[bytes] = set()
    """Digests of the distinct states."""
    phases: dict[str, int] = {}
    """Phase, without the node's name -> how many of the events came at it."""
    pruned: int = 0
    """Moments left out because their state had been met before."""
    found: list[Found] = []
    indistinguishable: list[Found] = []
    """Violations that assumption M0.2 excludes; apart from passes."""
    spanning_tree: list[Found] = []
    """Frames that come twice because 802.1D lets them; apart from passes."""

    @property
    def states(self) -> int:
        """How many distinct states were met."""
        return len(self.met)

    def add(self, other: "Report") -> None:
        """Take *other*'s numbers and finds as well."""
        self.runs += other.runs
        for phase, count in other.phases.items():
            self.phases[phase] = self.phases.get(phase, 0) + count
        self.met |= other.met
        self.pruned += other.pruned
        self.found += other.found
        self.indistinguishable += other.indistinguishable
        self.spanning_tree += other.spanning_tree

    def followed(self, phase: str) -> None:
        """One more event, which came at *phase*, was followed to rest."""
        self.runs += 1
        what = phase.partition("@")[0]
        self.phases[what] = self.phases.get(what, 0) + 1

    def record(self, verdict: "Verdict | None") -> None:
        """Take a violation, if there is one, into the list where it belongs."""
        if verdict is None:
            return
        match verdict.cause:
            case Cause.MLAG:
                self.found.append(verdict.found)
            case Cause.LOOKS_LIKE_A_CRASH:
                self.indistinguishable.append(verdict.found)
            case Cause.SPANNING_TREE:
                self.spanning_tree.append(verdict.found)


class Verdict(msgspec.Struct, frozen=True):
    """A violation, and what is to blame."""

    found: Found
    cause: Cause


class Task(msgspec.Struct, frozen=True):
    """An event to follow: *fault* happens at *point*, to which *before* has led."""

    before: Trace
    point: Point
    fault: Fault


class Outcome(msgspec.Struct, frozen=True):
    """What an event has led to: a violation, or a state at rest and the moments at which more may come."""

    trace: Trace
    verdict: Verdict | None = None
    apart: tuple[Found, ...] = ()
    """Copies that M0.4 allows."""
    rest: Point | None = None
    state: bytes = b""
    """Digest of the state at rest."""
    further: tuple[tuple[Point, tuple[Fault, ...]], ...] = ()
    """Moments, rest first, and what can happen there."""


def follow(kinds: tuple[str, ...], deeper: bool, task: Task) -> Outcome:
    """Follow one event to rest; look for what may come after it if the search goes *deeper*."""
    trace = (*task.before, Step(task.point.phase, task.fault, task.point.at))
    course = Course(restored(task.point.octets))
    course.run(task.fault, wanted=deeper)
    apart = tuple(Found(trace, violation) for violation in course.apart[:1])
    if course.violation is not None:
        return Outcome(trace, judged(course.network, Found(trace, course.violation)), apart)
    rest = course.points[0] if deeper else Point(REST, course.network.now, snapshot(course.network))
    further = tuple((point, possible(restored(point.octets), kinds)) for point in course.points) if deeper else ()
    return Outcome(trace, None, apart, rest, digest(course.network), further)


def mended(outcome: Outcome) -> Verdict | None:
    """Whether repairs alone lead back from where *outcome* rests."""
    assert outcome.rest is not None
    network = restored(outcome.rest.octets)
    found = recover(network, outcome.trace)
    return None if found is None else judged(network, found)


def first_events(start: bytes, kinds: Sequence[str] = PLAIN) -> tuple[Task, ...]:
    """What can happen first to the network in *start*, at rest."""
    network = restored(start)
    point = Point(REST, network.now, start)
    return tuple(Task((), point, fault) for fault in possible(network, tuple(kinds)))


def judged(network: Network, found: Found) -> Verdict:
    """*found* on *network*, with its cause."""
    return Verdict(found, cause_of(network, found))


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


def cause_of(network: Network, found: Found) -> Cause:
    """Whether an assumption excludes *found*."""
    ends = tuple(link.sides[0].name for link in network.links if is_peer_link(link))
    ask_time = max((device.config.tuning.ask_time for device in pair(network)), default=0)
    if ends and looks_like_a_crash(found.trace, ends, ask_time):
        return Cause.LOOKS_LIKE_A_CRASH
    healed = {link.sides[0].name for link in network.links if is_plain(link)}
    heals = [step.at for step in found.trace if step.fault.verb == "heal" and step.fault.target in healed]
    if heals and found.violation.kind in COPIES and found.violation.at - max(heals) <= HELLO:
        return Cause.SPANNING_TREE
    return Cause.MLAG


def settled(network: Network) -> bytes:
    """*network*, just started, run to rest and checked there."""
    course = Course(network)
    course.run(None, wanted=False)
    if course.violation is None and (wrong := alive_again(network, course.reached)):
        course.violation = violation_of(wrong, network.now)
    if course.violation is not None:
        raise ValueError(f"without any fault: {course.violation}")
    return snapshot(network)
