"""Random walks: longer orders of events than a search can enumerate, each ending in repairs alone."""

from random import Random

from pyiccp.lab.check.course import Course, Point, restored
from pyiccp.lab.check.fingerprint import fingerprint
from pyiccp.lab.check.kinds import KINDS, possible
from pyiccp.lab.check.search import Found, Report, excluded, recover
from pyiccp.lab.check.trace import REST, Step
from pyiccp.lab.network import Network

LENGTH = 8
"""Events of a walk at most, before the repairs."""


def walk(start: bytes, seed: int, met: set[object]) -> Report:
    """One walk from *start*, at rest; its states at all phases are added to *met*."""
    choose = Random(seed)
    report = Report()
    point = Point(REST, restored(start).now, start)
    trace: tuple[Step, ...] = ()
    for _ in range(choose.randint(1, LENGTH)):
        network = restored(point.octets)
        fault = choose.choice(possible(network, KINDS))
        trace = (*trace, Step(point.phase, fault, point.at))
        course = Course(network)
        course.run(fault)
        report.runs += 1
        if course.violation is not None:
            _record(report, Found(trace, course.violation), network)
            return report
        for each in course.points:
            state = fingerprint(restored(each.octets))
            if state not in met:
                met.add(state)
                report.states += 1
        point = choose.choice(course.points)
    network = restored(point.octets)
    if (found := recover(network, trace)) is not None:
        _record(report, found, network)
    return report


def _record(report: Report, found: Found, network: Network) -> None:
    into = report.indistinguishable if excluded(network, found.trace) else report.found
    into.append(found)
