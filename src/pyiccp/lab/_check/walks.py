"""Random walks: longer orders of events than a search can enumerate, each ending in repairs alone."""

from random import Random

from pyiccp.lab._check.course import Course, Point, restored
from pyiccp.lab._check.fingerprint import digest
from pyiccp.lab._check.kinds import possible
from pyiccp.lab._check.search import Found, Report, judged, recover
from pyiccp.lab._check.trace import REST, Step

LENGTH = 8
"""Events of a walk at most, before the repairs."""


def walk(start: bytes, kinds: tuple[str, ...], seed: int) -> Report:
    """One walk from *start*, at rest; its report has the states at all phases."""
    choose = Random(seed)
    report = Report()
    point = Point(REST, restored(start).now, start)
    trace: tuple[Step, ...] = ()
    for _ in range(choose.randint(1, LENGTH)):
        network = restored(point.octets)
        fault = choose.choice(possible(network, kinds))
        trace = (*trace, Step(point.phase, fault, point.at))
        course = Course(network)
        course.run(fault)
        report.followed(point.phase)
        report.spanning_tree += [Found(trace, violation) for violation in course.apart[:1]]
        if course.violation is not None:
            report.record(judged(network, Found(trace, course.violation)))
            return report
        report.met |= {digest(restored(each.octets)) for each in course.points}
        point = choose.choice(course.points)
    network = restored(point.octets)
    if (found := recover(network, trace)) is not None:
        report.record(judged(network, found))
    return report
