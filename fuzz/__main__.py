"""python -m fuzz: every harness in turn, for as long as you like; what is found is saved, small, under build/fuzz.

python -m fuzz --minutes 1                        all of them, a minute in all
python -m fuzz --minutes 60 --engine atheris      guided by coverage (extra: fuzz)
python -m fuzz --only core-lacp,node --seed 7     some of them, another search
python -m fuzz --replay core-lacp FILE            one input, with its traceback
"""

import argparse
import sys
from pathlib import Path

from fuzz.engine import Found, search
from fuzz.harness import Harness, every


def main() -> int:
    parser = argparse.ArgumentParser(
        "python -m fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=1.0, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--engine", choices=("plain", "atheris"), default="plain")
    parser.add_argument("--only", default="", metavar="NAMES", help="comma-separated")
    parser.add_argument("--list", action="store_true", help="harnesses and their invariants")
    parser.add_argument("--replay", nargs=2, metavar=("NAME", "FILE"))
    asked = parser.parse_args()
    harnesses = every()
    if asked.list:
        for one in harnesses.values():
            print(f"{one.name:24}{one.invariant}")
        return 0
    if asked.replay:
        name, file = asked.replay
        _known(parser, [name]).one(Path(file).read_bytes())
        print("nothing happened")
        return 0
    names = asked.only.split(",") if asked.only else list(harnesses)
    _known(parser, names)
    seconds = asked.minutes * 60 / len(names)
    if asked.engine == "atheris":
        from fuzz.guided import guide

        return max(guide(name, seconds, asked.seed) for name in names)
    return max(_search(harnesses[name], asked.seed, seconds, min(asked.minutes, 1)) for name in names)


def _search(harness: Harness, seed: int, seconds: float, share: float) -> int:
    """A minute or more feeds what the tests of planted bugs feed, and goes on until the time is over."""
    return _report(harness, search(harness, seed=seed, seconds=seconds, least=int(harness.least * share)))


def _known(parser: argparse.ArgumentParser, names: list[str]) -> Harness:
    harnesses = every()
    for name in names:
        if name not in harnesses:
            parser.error(f"no harness {name!r}; there are {', '.join(harnesses)}")
    return harnesses[names[-1]]


def _report(harness: Harness, outcome: Found | int) -> int:
    if not isinstance(outcome, Found):
        print(f"{harness.name:24}{outcome:10,} inputs, nothing found", flush=True)
        return 0
    path = outcome.save()
    print(f"{harness.name:24}{outcome.inputs:10,} inputs: {type(outcome.error).__name__}: {outcome.error}")
    print(f"    {harness.invariant}\n    again: python -m fuzz --replay {harness.name} {path}", flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
