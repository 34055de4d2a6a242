"""`pyiccp lab check`: every order of faults and repairs, up to a depth, against the invariants."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec
from rich.console import Console

from pyiccp.cli.output import emit
from pyiccp.lab.build import build
from pyiccp.lab.check import NETWORKS
from pyiccp.lab.check.counterexample import minimal, write
from pyiccp.lab.check.kinds import KINDS, PLAIN
from pyiccp.lab.check.pool import Progress, search, walks
from pyiccp.lab.check.search import Cause, Found, Report, settled
from pyiccp.lab.check.trace import text_of
from pyiccp.lab.scenario import Scenario, load
from pyiccp.node.config import ConfigError
from pyiccp.node.node import Node

SCHEMA = 1
FULL_DEPTH = 3


@click.command("check")
@click.argument("scenario", required=False, type=click.Path(path_type=Path), metavar="[SCENARIO.toml]")
@click.option("--depth", type=click.IntRange(1, 9), metavar="N", help="Events in a row; default 2, with --full 3.")
@click.option("--full", is_flag=True, help="All kinds of events, and depth 3.")
@click.option("--random", "count", type=click.IntRange(1), metavar="N", help="N random walks instead.")
@click.option("--seed", type=int, default=1, show_default=True, metavar="N", help="Seed of the first walk.")
@click.option("--no-prune", is_flag=True, help="Search on from states that were met before, too.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Processes; default: one per processor.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Write each counter-example into DIR: scenario and capture.")  # fmt: skip
def check(
    scenario: Path | None,
    depth: int | None,
    full: bool,
    count: int | None,
    seed: int,
    no_prune: bool,
    jobs: int | None,
    as_json: bool,
    out: Path | None,
) -> None:
    """Search a network for an order of faults and repairs that breaks MLAG.

    Without a scenario: the quick setup with fast LACP. Faults: links cut or silent, nodes crash, hang, freeze, stop;
    keepalive lost. Each event comes at rest, one link delay after the one before, and at every moment at which a node
    waits for something. Watched: loops, duplicates, reflections, two partners or identities, reach, tables, liveness.
    Exit code 1 when a counter-example is found.

    \b
    Examples:
      pyiccp lab check                          depth 2, the default network
      pyiccp lab check my.toml --out found      counter-examples into found/
      pyiccp lab check --random 200 --seed 7    longer orders, at random
    """
    chosen = load(NETWORKS / "pair.toml" if scenario is None else scenario)
    start = _start(chosen)
    kinds, workers = (KINDS if full else PLAIN), jobs or os.cpu_count() or 1
    with _progress() as progress:
        if count is not None:
            report = walks(start, count, seed, jobs=workers, progress=progress)
        else:
            levels = depth or (FULL_DEPTH if full else 2)
            report = search(start, levels, kinds, prune=not no_prune, jobs=workers, progress=progress)
    report.found = [minimal(start, each) for each in _by_kind(report.found)]
    emit(_json(report, seed, count) if as_json else _text(report, seed, count))
    if out is not None:
        for number, found in enumerate(report.found, 1):
            for path in write(out / str(number), chosen, start, found):
                click.echo(path, err=True)
    if report.found:
        raise click.exceptions.Exit(1)


def _start(scenario: Scenario) -> bytes:
    network = build(msgspec.structs.replace(scenario, flows=(), events=()), Node)
    network.start()
    try:
        return settled(network)
    except ValueError as error:
        raise ConfigError(f"{scenario.document.file}: {error}", file=None) from None


def _by_kind(found: list[Found]) -> list[Found]:
    """The shortest of each kind of violation: a search finds the same hole many times."""
    best: dict[str, Found] = {}
    for each in sorted(found, key=lambda found: len(found.trace)):
        best.setdefault(f"{each.violation.kind} {each.violation.detail}", each)
    return list(best.values())


def _text(report: Report, seed: int, count: int | None) -> str:
    lines = [
        f"{report.runs} events followed to rest, {report.states} distinct states, {report.pruned} met before"
        + (f"; seed {seed}" if count is not None else "")
    ]
    lines += [f"counter-example: {each.violation}\n  {text_of(each.trace)}" for each in report.found]
    if report.indistinguishable:
        lines.append(f"{len(report.indistinguishable)} traces that look like a crash of the peer (M0.2), for example")
        lines += [f"  {text_of(each.trace)}\n    {each.violation}" for each in _by_kind(report.indistinguishable)]
    if report.spanning_tree:
        lines.append(f"{len(report.spanning_tree)} traces in which {Cause.SPANNING_TREE.value}, for example")
        lines += [f"  {text_of(each.trace)}\n    {each.violation}" for each in _by_kind(report.spanning_tree)[:1]]
    lines.append("no counter-example" if not report.found else f"{len(report.found)} counter-examples")
    return "\n".join(lines) + "\n"


def _json(report: Report, seed: int, count: int | None) -> str:
    value = {
        "schema": SCHEMA,
        "runs": report.runs,
        "states": report.states,
        "pruned": report.pruned,
        "seed": None if count is None else seed,
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


@contextmanager
def _progress() -> Iterator[Progress | None]:
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with console.status("searching") as status:
        yield lambda report, done, of: status.update(
            f"{done} of {of}: {report.runs} events, {report.states} states, {len(report.found)} counter-examples"
        )
