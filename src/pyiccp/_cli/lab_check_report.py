"""What `pyiccp lab check` says in the end, as text and as JSON."""

from collections.abc import Sequence

import msgspec

from pyiccp.lab._check.search import Cause, Found, Report
from pyiccp.lab._check.trace import Trace, text_of

SCHEMA = 2


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was searched."""

    network: str
    kinds: tuple[str, ...]
    depth: int | None
    """None: random walks, or one trace."""
    seed: int | None
    trace: Trace | None


def most_telling(found: Sequence[Found]) -> list[Found]:
    """The shortest of each kind of violation: a search finds the same hole many times."""
    best: dict[str, Found] = {}
    for each in sorted(found, key=lambda found: len(found.trace)):
        best.setdefault(str(each.violation), each)
    return list(best.values())


def text_of_report(report: Report, asked: Asked) -> str:
    """For people."""
    if asked.trace is not None:
        lines = [f"{asked.network}: {text_of(asked.trace)}"]
    else:
        how = f"depth {asked.depth}" if asked.depth is not None else f"random, seed {asked.seed}"
        phases = ", ".join(f"{count} at {phase}" for phase, count in report.phases.items())
        lines = [
            f"{asked.network}, {how}; kinds: {', '.join(asked.kinds)}",
            f"{report.runs} events followed to rest ({phases}),",
            f"{report.states} distinct states, {report.pruned} met before",
        ]
    lines += [f"counter-example: {each.violation}\n  {text_of(each.trace)}" for each in report.found]
    lines += _apart(report.indistinguishable, f"look like a crash of the peer ({Cause.LOOKS_LIKE_A_CRASH.value})")
    lines += _apart(report.spanning_tree, f"are the spanning tree's: {Cause.SPANNING_TREE.value}")
    count = len(report.found)
    lines.append("no counter-example" if not count else f"{count} counter-example{'s' if count > 1 else ''}")
    return "\n".join(lines) + "\n"


def _apart(found: Sequence[Found], why: str) -> list[str]:
    """Traces that are neither passes nor counter-examples."""
    if not found:
        return []
    return [f"{len(found)} traces {why}", *(f"  {text_of(each.trace)}\n    {each.violation}" for each in found)]


def json_of(report: Report, asked: Asked) -> str:
    """For programs."""
    value = {
        "schema": SCHEMA,
        "network": asked.network,
        "kinds": asked.kinds,
        "depth": asked.depth,
        "seed": asked.seed,
        "runs": report.runs,
        "phases": report.phases,
        "states": report.states,
        "pruned": report.pruned,
        "counter-examples": [_plain(each) for each in report.found],
        "indistinguishable": [_plain(each) for each in report.indistinguishable],
        "spanning-tree": [_plain(each) for each in report.spanning_tree],
    }
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def _plain(found: Found) -> dict[str, object]:
    return {
        "trace": text_of(found.trace),
        "events": [f"{step.at}ns {step.fault}" for step in found.trace],
        "kind": found.violation.kind,
        "detail": found.violation.detail,
        "at": found.violation.at / 1_000_000_000,
    }
