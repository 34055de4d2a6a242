"""`pyiccp lab compare`: what the same faults cost under different policies."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from pyiccp._cli.output import emit
from pyiccp._cli.progress import progress_of
from pyiccp._sansio import Instant
from pyiccp.lab._compare import Course, follow, instants
from pyiccp.lab._scenario import POLICIES, Event, Scenario, command_line_events, load
from pyiccp.lab._units import seconds_of

SCHEMA = 1
Timed = list[tuple[Instant, list[Event]]]


@click.command("compare", short_help="Say what each event costs under each policy.")
@click.argument("scenario", required=False, type=click.Path(path_type=Path), metavar="[SCENARIO.toml]")
@click.option("--policy", "policies", default=",".join(POLICIES), show_default=True, metavar="POLICY,…",
              help="Which to compare, in this order.")  # fmt: skip
@click.option("--event", "events", multiple=True, metavar="EVENT", help='One more event, e.g. "20s crash Peer1".')
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def compare(scenario: Path | None, policies: str, events: tuple[str, ...], as_json: bool) -> None:
    """Run a scenario once per policy and print the frames that each event costs each flow.

    Without a scenario: the quick setup. A frame counts with the last event before it was sent, or with the one that
    caught it on its way. Copies, frames that came back to their sender and loops are counted below. Exit code 0
    whatever is lost; 2 when the scenario or a policy is wrong.

    \b
    Policies, when the peer is lost:
      safe      one node leaves the shared identity unless it is known to be alone (default of a node)
      keep      both keep it: unsafe while both are alive
      routeros  what is published: warn only
    \b
    Examples:
      pyiccp lab compare
      pyiccp lab compare --event "40s cut Peer1:sfp-sfpplus1" --event "50s mend Peer1:sfp-sfpplus1"
      pyiccp lab compare my.toml --policy safe,keep --json
    """
    chosen = load(scenario)
    chosen = msgspec.structs.replace(chosen, events=(*chosen.events, *command_line_events(events)))
    wanted = _policies(policies)
    with progress_of(chosen.until * len(wanted)) as progress:
        courses = []
        for number, policy in enumerate(wanted):
            shift = number * chosen.until
            told = None if progress is None else lambda now, add=shift: progress(now + add)
            courses.append(follow(chosen, policy, told))
    timed = instants(chosen)
    emit(_json(chosen, timed, courses) if as_json else _text(timed, courses))


def _policies(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in POLICIES:
            raise click.BadParameter(f"no policy {name!r}; there are {', '.join(POLICIES)}", param_hint="--policy")
    if len(set(names)) < len(names):
        raise click.BadParameter("a policy is named twice", param_hint="--policy")
    return names


def _text(timed: Timed, courses: Sequence[Course]) -> str:
    """One table: an event is a line, below it its flows that lost something under some policy."""
    flows = courses[0].flows
    lines: list[tuple[str, ...]] = [("frames lost", *(course.policy for course in courses))]
    parts = [("before the first event", [course.before for course in courses])]
    parts += [(_name(at, events), [course.lost[n] for course in courses]) for n, (at, events) in enumerate(timed)]
    for name, losses in parts:
        lines.append((name, *(str(sum(lost)) for lost in losses)))
        for number, flow in enumerate(flows):
            if any(lost[number] for lost in losses):
                lines.append((f"  {flow}", *(str(lost[number]) for lost in losses)))
    lines += [
        (word, *(str(getattr(course, word)) for course in courses)) for word in ("duplicated", "reflected", "loops")
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(courses) + 1)]
    return "".join(_aligned(line, widths) for line in lines)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    cells = [f"{cell:>{width}}" for cell, width in zip(line[1:], widths[1:], strict=True)]
    return "  ".join([f"{line[0]:<{widths[0]}}", *cells]) + "\n"


def _name(at: Instant, events: Sequence[Event]) -> str:
    return f"{seconds_of(at):.3f} s " + "; ".join(str(event.fault) for event in events)


def _json(scenario: Scenario, timed: Timed, courses: Sequence[Course]) -> str:
    def by_flow(losses: Sequence[int]) -> dict[str, int]:
        return dict(zip(courses[0].flows, losses, strict=True))

    value = {
        "schema": SCHEMA,
        "until": seconds_of(scenario.until),
        "policies": [course.policy for course in courses],
        "before": {course.policy: by_flow(course.before) for course in courses},
        "events": [
            {
                "at": seconds_of(at),
                "events": [str(event.fault) for event in events],
                "lost": {course.policy: by_flow(course.lost[number]) for course in courses},
            }
            for number, (at, events) in enumerate(timed)
        ],
        "totals": {
            course.policy: {
                "lost": sum(course.before) + sum(map(sum, course.lost)),
                "duplicated": course.duplicated,
                "reflected": course.reflected,
                "loops": course.loops,
            }
            for course in courses
        },
    }
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
