"""docs/redundancy.md, from the outcomes of a run."""

from collections.abc import Sequence
from itertools import groupby

from redundancy.bounds import BOUNDS, Bound
from redundancy.judge import Cells
from redundancy.runner import SCENARIOS, Outcome

HEAD = """# What every fault costs

Rendered by `PYTHONPATH=tests python -m redundancy` from a run; not written by hand. Virtual time, links of 50 us, flows
of one frame per millisecond and direction with 64 streams; both halves of the client's bond carry at least a quarter of
them each way before a fault, each fault is seen to happen, and each network is whole at the end of its row. The
bounds are written by hand in `tests/redundancy/bounds.py`, the networks are in `tests/redundancy/scenarios`.

A number is frames lost, in brackets where the flow can have no path meanwhile (listed, not counted). D duplicates,
L loops, R reflections, I changes of the partner's identity at the client, S changes of the root at the
neighbouring bridge that saw most, A how often the client was left alone: its bond, its only link to others, had no link
left, or only links to another system, as when the partner changes identity. None of these is allowed unless the bound
says so. Changes are counted after every control frame and every other call of a neighbour's node, not at intervals. A
bridge that was left alone is the root to nobody else: until it hears another one again, its own claim is no change.
"""


def page(outcomes: Sequence[Outcome], broken: Sequence[str] = ()) -> str:
    """The page."""
    failures = [*broken, *(failure for each in outcomes for failure in each.failures)]
    steps = sum(len(each.steps) for each in outcomes)
    parts = [HEAD, f"{len(outcomes) + len(broken)} rows, {steps} steps; {len(failures)} cells outside their bounds."]
    if failures:
        parts += ["", "## Outside their bounds", "", *(f"* {failure}" for failure in failures)]
    for network, some in groupby(outcomes, key=lambda each: each.network):
        parts += ["", f"## {network}", "", _caption(network), "", *_table(list(some))]
    return "\n".join(parts) + "\n"


def _caption(network: str) -> str:
    with (SCENARIOS / f"{network}.toml").open(encoding="utf-8") as file:
        return file.readline().removeprefix("# ").strip()


def _table(outcomes: list[Outcome]) -> list[str]:
    flows = list(outcomes[0].steps[0].losses)
    lines = [
        f"| events | {' | '.join(flows)} | D | L | R | I | S | A | bound |",
        f"|---{'|--:' * (len(flows) + 6)}|---|",
    ]
    for outcome in outcomes:
        for number, step in enumerate(outcome.steps):
            events = "; ".join(step.events)
            what = f"**{outcome.title}**: {events}" if not number else f"… {events}"
            seen = step.seen
            counts = [
                seen.duplicates,
                seen.loops,
                seen.reflections,
                seen.identities,
                max(seen.roots.values(), default=0),
                max(seen.alone.values(), default=0),
            ]
            verdict = "**no**: " if step.failures else ""
            lines.append(
                f"| {what} | {' | '.join([*_losses(step), *map(str, counts)])} | {verdict}{_words(step.kind)} |"
            )
    return lines


def _losses(step: Cells) -> list[str]:
    return [f"({lost})" if name in step.uncounted else str(lost) for name, lost in step.losses.items()]


def _words(kind: str) -> str:
    bound = BOUNDS.get(kind)
    return f"{kind}: {_numbers(bound)}" if bound is not None else f"{kind}: none"


def _numbers(bound: Bound) -> str:
    parts = [f"≤ {bound.path}"]
    if bound.changed is not None:
        parts.append(f"changed way ≤ {bound.changed}")
    if bound.dead is not None:
        parts.append(f"dead half ≤ {bound.dead} ms")
    for letter, most in (("I", bound.identities), ("S", bound.roots), ("A", bound.alone)):
        if most:
            parts.append(f"{letter} ≤ {most}")
    return ", ".join(parts)
