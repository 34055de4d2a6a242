"""A counter-example as a person wants it: as short as it gets, a scenario file to run, a capture to read."""

from itertools import pairwise
from pathlib import Path

from msgspec.structs import replace

from pyiccp._sansio import milliseconds
from pyiccp.lab._check.course import Course, Point, restored
from pyiccp.lab._check.search import Found, recover
from pyiccp.lab._check.trace import Step, Trace, text_of
from pyiccp.lab._check.writing import scenario_text
from pyiccp.lab._network import Network
from pyiccp.lab._pcapng import PcapngWriter
from pyiccp.lab._scenario import Scenario

AROUND = milliseconds(5)
"""The scenario's flows begin so long before the last event and end so long after the violation; so long before and
after it they are dense."""


def replay(start: bytes, trace: Trace, capture: PcapngWriter | None = None) -> Found | None:
    """Follow *trace* from *start*; what it violates, if anything. Steps get their times. A phase that does not come
    ends it."""
    point: Point | None = Point(trace[0].phase, restored(start).now, start)
    done: tuple[Step, ...] = ()
    for place, step in enumerate(trace):
        if point is None:
            return None
        network = restored(point.octets)
        network.wires.capture = capture
        done = (*done, Step(step.phase, step.fault, point.at))
        course = Course(network)
        following = trace[place + 1].phase if place + 1 < len(trace) else None
        course.run(step.fault, wanted=True)
        if course.violation is not None:
            return Found(done, course.violation)
        point = next((each for each in course.points if each.phase == following), None)
    network = restored(course.points[0].octets)
    network.wires.capture = capture
    return recover(network, done)


def passed(start: bytes, trace: Trace) -> Network:
    """The network at the moment of the last step of *trace*, before it; ValueError if that does not come."""
    return _walked(start, trace)[0]


def timed(start: bytes, trace: Trace) -> Trace:
    """*trace* with the times at which its steps come; ValueError if one does not."""
    return _walked(start, trace)[1]


def _walked(start: bytes, trace: Trace) -> tuple[Network, Trace]:
    network = restored(start)
    done = [replace(trace[0], at=network.now)]
    for step, following in pairwise(trace):
        course = Course(network)
        course.run(step.fault)
        if course.violation is not None:
            raise ValueError(f"{course.violation} after {step}")
        point = next((each for each in course.points if each.phase == following.phase), None)
        if point is None:
            phases = ", ".join(each.phase for each in course.points)
            raise ValueError(f"no {following.phase} after {step}; there are {phases}")
        network = restored(point.octets)
        done.append(replace(following, at=point.at))
    return network, tuple(done)


def minimal(start: bytes, found: Found) -> Found:
    """*found* without the steps that it does not need."""
    best = replay(start, found.trace) or found
    shorter = True
    while shorter and len(best.trace) > 1:
        shorter = False
        for place in range(len(best.trace)):
            tried = replay(start, (*best.trace[:place], *best.trace[place + 1 :]))
            if (
                tried is not None
                and tried.violation.kind == found.violation.kind
                and len(tried.trace) < len(best.trace)
            ):
                best, shorter = tried, True
                break
    return best


def write(folder: Path, scenario: Scenario, start: bytes, found: Found) -> tuple[Path, ...]:
    """Write *found* into *folder*: `counterexample.toml`, the nodes' configurations, `counterexample.pcapng`."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for node in scenario.nodes:
        written.append(folder / f"{node.name}.rsc")
        written[-1].write_text(node.text, encoding="utf-8")
    last, wrong = found.trace[-1].at, found.violation.at
    text = scenario_text(
        scenario,
        comment=f"{found.violation}\n{text_of(found.trace)}",
        events=[(step.at, step.fault) for step in found.trace],
        flows=(last - AROUND, wrong + AROUND),
        dense=(max(last, wrong) - AROUND, wrong + AROUND),
    )
    written.append(folder / "counterexample.toml")
    written[-1].write_text(text, encoding="utf-8")
    written.append(folder / "counterexample.pcapng")
    with written[-1].open("wb") as file:
        replay(start, found.trace, PcapngWriter(file, restored(start).links))
    return tuple(written)
