"""What CI asks of the checker, and with `--soak` what takes hours: `PYTHONPATH=tests python -m lab.every_order`.

1. The pair, depth 2, complete: every state searched from, and with pruning; both must come to the same verdicts.
2. Every network, every kind of event, depth 1.
3. Random walks on every network in turn: 200 at least, and until 5,000 distinct states were met.
"""

import argparse
import os
import sys
from time import monotonic

from lab.checked import at_rest
from pyiccp.lab._check import NAMES, NETWORKS
from pyiccp.lab._check.kinds import KINDS, PLAIN
from pyiccp.lab._check.pool import search, walks
from pyiccp.lab._check.search import Found, Report
from pyiccp.lab._check.trace import text_of
from pyiccp.lab._scenario import load

WALKS, STATES = 200, 5000
ROUND = 20
"""Walks on one network before the next has its turn."""
OPEN: dict[str, str] = {}
"""Trace -> what is wrong, of counter-examples that are found and not mended yet: told, and no failure. A mended one
leaves this list."""
SLOW = ("large", "third", "third-below")
"""Spanning tree beside the pair: five times the work for a state. They have their turn once."""
JOBS = os.cpu_count() or 1


def say(what: str, report: Report, since: float) -> bool:
    """One line; the counter-examples below it. False if there are any that are not `OPEN`."""
    apart = f"{len(report.indistinguishable)} indistinguishable (M0.2), {len(report.spanning_tree)} of 802.1D"
    print(
        f"{what}: {report.runs} events, {report.states} states, {report.pruned} pruned, {len(report.found)} "
        f"counter-examples, {apart}, {monotonic() - since:.0f} s",
        flush=True,
    )
    for each in report.found:
        print(f"  {OPEN.get(text_of(each.trace), each.violation)}\n    {text_of(each.trace)}")
    return all(text_of(each.trace) in OPEN for each in report.found)


def verdicts(found: list[Found]) -> set[str]:
    return {str(each.violation.kind) for each in found}


def deep(start: bytes, name: str, depth: int, kinds: tuple[str, ...], prune: bool = True) -> tuple[Report, bool]:
    began = monotonic()
    report = search(start, depth, kinds, prune=prune, jobs=JOBS)
    how = "" if prune else ", nothing pruned"
    return report, say(f"{name}, depth {depth}, {len(kinds)} kinds{how}", report, began)


def at_random(starts: dict[str, bytes], seed: int, count: int, states: int, thorough: bool = False) -> bool:
    """Round after round, all networks in every one if *thorough*, until there are enough walks and enough states; a
    state belongs to its network."""
    began = monotonic()
    reports = {name: Report() for name in starts}
    done = 0
    while done < count or sum(report.states for report in reports.values()) < states:
        for name, start in starts.items():
            if name in SLOW and reports[name].runs and not thorough:
                continue
            reports[name].add(walks(start, ROUND, seed + done, jobs=JOBS))
            done += ROUND
    good = [say(f"{name}, random", report, began) for name, report in reports.items()]
    total = sum(report.states for report in reports.values())
    print(f"random: seed {seed}, {done} walks, {total} distinct states, {monotonic() - began:.0f} s", flush=True)
    return all(good)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--soak", action="store_true", help="depth 2 and 300 walks on every network, then depth 3")
    asked = arguments.parse_args()
    starts = {name: at_rest(load(NETWORKS / f"{name}.toml")) for name in NAMES}
    if asked.soak:
        good = [deep(start, name, 2, PLAIN)[1] for name, start in starts.items()]
        good.append(at_random(starts, asked.seed, 300 * len(starts), STATES, thorough=True))
        good.append(deep(starts["pair"], "pair", 3, KINDS)[1])
        return 0 if all(good) else 1
    pruned, good_pruned = deep(starts["pair"], "pair", 2, PLAIN)
    whole, good_whole = deep(starts["pair"], "pair", 2, PLAIN, prune=False)
    same = verdicts(pruned.found) == verdicts(whole.found) and pruned.met == whole.met
    same = same and verdicts(pruned.indistinguishable) == verdicts(whole.indistinguishable)
    print("pruned and whole: " + ("the same states and verdicts" if same else "DIFFERENT"))
    good = [deep(start, name, 1, KINDS)[1] for name, start in starts.items()]
    return 0 if all((good_pruned, good_whole, same, *good, at_random(starts, asked.seed, WALKS, STATES))) else 1


if __name__ == "__main__":
    sys.exit(main())
