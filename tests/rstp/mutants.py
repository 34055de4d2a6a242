"""Is every arrow of every machine held by a conformance test?

    python tests/rstp/mutants.py              try all mutants, write docs/mutants-rstp.md, exit 1 if one survives
                                              unexplained; a quarter of an hour on two idle cores
    python tests/rstp/mutants.py PRT          only those whose name contains PRT; the page, if the others were tried

A mutant is one table with one arrow deleted, or with one condition negated. It is killed by a failing test; a table
that spins fails one, as the machines are settled within a bound. Tests that do not end in time kill nothing.
"""

import io
import multiprocessing
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from pyiccp._sansio import Machine
from pyiccp.rstp._bridge_detection import BRIDGE_DETECTION
from pyiccp.rstp._port_information import PORT_INFORMATION
from pyiccp.rstp._port_migration import PORT_MIGRATION
from pyiccp.rstp._port_receive import PORT_RECEIVE
from pyiccp.rstp._port_transmit import PORT_TRANSMIT
from pyiccp.rstp._role_selection import ROLE_SELECTION_MACHINE
from pyiccp.rstp._role_transitions import ROLE_TRANSITIONS
from pyiccp.rstp._state_transition import STATE_TRANSITION
from pyiccp.rstp._topology_change import TOPOLOGY_CHANGE

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "mutants-rstp.md"
MACHINES: tuple[Machine[Any], ...] = (
    *(PORT_RECEIVE, PORT_MIGRATION, BRIDGE_DETECTION, PORT_TRANSMIT, PORT_INFORMATION, ROLE_SELECTION_MACHINE),
    *(ROLE_TRANSITIONS, STATE_TRANSITION, TOPOLOGY_CHANGE),
)
TABLES = {machine.name: machine for machine in MACHINES}
KINDS = ("delete", "negate")
TESTS = ("enc", "hsk", "edg", "ppm", "tcm", "vec", "age", "txh_bkp_mgt", "arrows", "val", "stories", "scn")
"""The quick ones first."""
WORKERS = 2
PATIENCE = 900.0
"""Seconds after which a run of the tests is given up."""
VARIABLE = "PYICCP_RSTP_MUTANT"
BUILD = ROOT / "build" / "mutants-rstp"
"""One file for each mutant that was tried: who killed it, or nothing."""

EXPLAINED: dict[str, str] = {
    "BDM:2:delete": "no state leads here: in EDGE only a BPDU taken in clears operEdge, and EDGE_LOST follows",
    "PIM:2:delete": "no state leads here: rcvdMsg is set on enabled ports only; PRX clears it with the link",
}
"""Survivors and why they are equal to the original."""


def names() -> list[str]:
    """Every mutant: table, number of the arrow, kind."""
    return [f"{table}:{n}:{kind}" for table in TABLES for n in range(len(TABLES[table].arrows)) for kind in KINDS]


def describe(name: str) -> str:
    table, number, kind = name.split(":")
    arrow = TABLES[table].arrows[int(number)]
    source = arrow.source.__name__ if arrow.source else "ANYWHERE"
    return f"{table}: {source} --{arrow.condition.__name__}--> {arrow.target.__name__}, {kind}d"


def verdict_of(name: str) -> Path:
    return BUILD / name.replace(":", "-")


def mutate(name: str) -> None:
    """Change the table in place, for the rest of the process."""
    table, number, kind = name.split(":")
    machine = TABLES[table]
    arrows = list(machine.arrows)
    arrow = arrows[int(number)]
    if kind == "delete":
        del arrows[int(number)]
    else:
        arrows[int(number)] = arrow._replace(condition=lambda owner: not arrow.condition(owner))
    changed = Machine(machine.name, machine.begin, arrows)
    ways = dict.fromkeys(machine._ways, ())
    machine.arrows, machine._ways = changed.arrows, {**ways, **changed._ways}


class _FirstFailure:
    """A pytest plugin that remembers the test that failed."""

    name: str | None = None

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and self.name is None:
            self.name = report.nodeid.split("::")[-1].split("[")[0]


def _try(name: str, verdict: Path) -> None:
    """In a process of its own: run the tests on the mutant, write down who killed it, or nothing."""
    import pytest

    os.environ[VARIABLE] = name
    os.chdir(ROOT)
    first = _FirstFailure()
    files = [f"tests/rstp/test_rstp_{part}.py" for part in TESTS]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        code = pytest.main(["-x", "-q", "--no-header", "-n", "0", "-m", "", "-p", "no:cacheprovider", *files], [first])
    verdict.write_text(first.name or ("" if code == 0 else f"pytest exit {int(code)}"))


def killers(chosen: list[str]) -> dict[str, str | None]:
    """By mutant the test that fails on it; None if it survives."""
    import pytest  # noqa: F401  (loaded once, before the forks)

    fork = multiprocessing.get_context("fork")
    BUILD.mkdir(parents=True, exist_ok=True)
    waiting, running, found = list(chosen), {}, {}
    while waiting or running:
        while waiting and len(running) < WORKERS:
            name = waiting.pop(0)
            verdict = verdict_of(name)
            verdict.unlink(missing_ok=True)
            process = fork.Process(target=_try, args=(name, verdict))
            process.start()
            running[name] = (process, verdict, monotonic() + PATIENCE)
        for name, (process, verdict, end) in list(running.items()):
            if process.is_alive() and monotonic() < end:
                continue
            ended = not process.is_alive()
            process.kill()
            process.join()
            del running[name]
            found[name] = (verdict.read_text() or None) if ended else None
            print(f"{describe(name):90} {found[name] or ('SURVIVES' if ended else 'GIVEN UP')}", flush=True)
        sleep(0.02)
    return found


def page(found: dict[str, str | None]) -> str:
    """The page, from who killed each mutant."""
    lines = [
        "# Mutants of the RSTP machines",
        "",
        "Rendered by `python tests/rstp/mutants.py`: each arrow of each table deleted, each condition negated, and",
        "the first conformance test that fails on it.",
        "",
        summary(found),
        "",
        "| mutant | killed by |",
        "|---|---|",
    ]
    for name, killer in found.items():
        how = f"survives: {EXPLAINED.get(name, 'UNEXPLAINED')}" if killer is None else f"`{killer}`"
        lines.append(f"| {describe(name)} | {how} |")
    return "\n".join(lines) + "\n"


def summary(found: dict[str, str | None]) -> str:
    survivors = sum(1 for killer in found.values() if killer is None)
    return f"{len(found)} mutants, {len(found) - survivors} killed, {survivors} survive."


def main() -> int:
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [name for name in names() if part in name]
    found = killers(chosen)
    survivors = [name for name in chosen if found[name] is None]
    print(summary(found), *(f"{name} {describe(name)}" for name in survivors), sep="\n")
    if all(verdict_of(name).exists() for name in names()):
        PAGE.write_text(page({name: verdict_of(name).read_text() or None for name in names()}))
    return int(any(name not in EXPLAINED for name in survivors))


if __name__ == "__main__":
    sys.exit(main())
