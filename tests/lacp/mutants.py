"""Is every arrow of every machine held by a conformance test?

    python tests/lacp/mutants.py        try all mutants, write docs/mutants-lacp.md, exit 1 if one survives unexplained

A mutant is one table with one arrow deleted, or with one condition negated. It is killed by a failing test.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pyiccp._sansio import Machine
from pyiccp.lacp._churn import ACTOR_CHURN_DETECTION, PARTNER_CHURN_DETECTION
from pyiccp.lacp._mux import COUPLED, INDEPENDENT
from pyiccp.lacp._periodic import PERIODIC
from pyiccp.lacp._receive import RECEIVE

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "mutants-lacp.md"
TABLES: dict[str, Machine[Any]] = {
    "receive": RECEIVE,
    "periodic": PERIODIC,
    "mux coupled": COUPLED,
    "mux independent": INDEPENDENT,
    "actor churn": ACTOR_CHURN_DETECTION,
    "partner churn": PARTNER_CHURN_DETECTION,
}
KINDS = ("delete", "negate")
TESTS = ("rx", "mux", "sel", "tx", "chn", "sys", "mrk", "v2")

EXPLAINED: dict[str, str] = {}
"""Survivors and why they are equal to the original."""


def names() -> list[str]:
    """Every mutant: table, number of the arrow, kind."""
    return [f"{table}:{n}:{kind}" for table in TABLES for n in range(len(TABLES[table].arrows)) for kind in KINDS]


def describe(name: str) -> str:
    table, number, kind = name.split(":")
    arrow = TABLES[table].arrows[int(number)]
    source = arrow.source.__name__ if arrow.source else "ANYWHERE"
    return f"{table}: {source} --{arrow.condition.__name__}--> {arrow.target.__name__}, {kind}d"


def mutate(name: str) -> None:
    """Change the table in place, for the rest of the process."""
    table, number, kind = name.split(":")
    machine = TABLES[table]
    arrows = list(machine.arrows)
    arrow = arrows[int(number)]
    if kind == "delete":
        del arrows[int(number)]
    else:
        arrows[int(number)] = arrow._replace(condition=lambda port: not arrow.condition(port))
    changed = Machine(machine.name, machine.begin, arrows)
    ways = dict.fromkeys(machine._ways, ())
    machine.arrows, machine._ways = changed.arrows, {**ways, **changed._ways}


def killer(name: str) -> str | None:
    """The test that fails on a mutant; None if it survives."""
    files = [f"tests/lacp/test_conformance_{part}.py" for part in TESTS]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", *files],
        cwd=ROOT,
        env={**os.environ, "PYICCP_LACP_MUTANT": name},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = [line.split("::")[1].split(" ")[0] for line in run.stdout.splitlines() if line.startswith("FAILED")]
    if run.returncode == 0:
        return None
    return failed[0] if failed else f"pytest exit {run.returncode}"


def main() -> int:
    lines, survivors = [], []
    for name in names():
        test = killer(name)
        if test is None:
            survivors.append(name)
        verdict = f"`{test}`" if test else f"survives: {EXPLAINED.get(name, 'UNEXPLAINED')}"
        print(f"{describe(name):90} {verdict}", flush=True)
        lines.append(f"| {describe(name)} | {verdict} |")
    head = f"{len(lines)} mutants, {len(lines) - len(survivors)} killed, {len(survivors)} survive."
    text = "\n".join(
        [
            "# Mutants of the LACP machines",
            "",
            "Rendered by `python tests/lacp/mutants.py`: each arrow of each table deleted, each condition negated, and",
            "the first conformance test that fails on it.",
            "",
            head,
            "",
            "| mutant | killed by |",
            "|---|---|",
            *lines,
        ]
    )
    PAGE.write_text(text + "\n")
    print(head)
    return int(any(name not in EXPLAINED for name in survivors))


if __name__ == "__main__":
    sys.exit(main())
