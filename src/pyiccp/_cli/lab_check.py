"""`pyiccp lab check`: every order of faults and repairs, up to a depth, against the invariants."""

import os
from pathlib import Path
from typing import Any

import click
import msgspec

from pyiccp._cli.files import named
from pyiccp._cli.lab_check_report import Asked, json_of, most_telling, text_of_report
from pyiccp._cli.output import emit
from pyiccp._cli.progress import searching
from pyiccp._node.config import ConfigError
from pyiccp._node.node import Node
from pyiccp.lab._build import build
from pyiccp.lab._check import DEFAULT, NAMES, NETWORKS
from pyiccp.lab._check.counterexample import minimal, replay, timed, write
from pyiccp.lab._check.course import restored
from pyiccp.lab._check.kinds import KINDS, PLAIN
from pyiccp.lab._check.pool import search, walks
from pyiccp.lab._check.search import Report, judged, settled
from pyiccp.lab._check.trace import Trace, parse_trace
from pyiccp.lab._faults import check_target
from pyiccp.lab._network import Network
from pyiccp.lab._scenario import Scenario, load

DEPTH, FULL_DEPTH = 2, 3


def _kinds(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    named = tuple(dict.fromkeys(name.strip() for name in value.split(",")))
    if unknown := [name for name in named if name not in KINDS]:
        raise click.BadParameter(f"no kind {unknown[0]!r}; kinds are {', '.join(KINDS)}")
    return named


def _trace(_: click.Context, __: click.Parameter, value: str | None) -> Trace | None:
    try:
        return None if value is None else parse_trace(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command("check", short_help="Search for an order of faults that breaks MLAG.")
@click.argument("scenario", required=False, type=click.Path(path_type=Path), metavar="[SCENARIO.toml]")
@click.option("--network", type=click.Choice(NAMES), help=f"A packaged network instead of a file; default {DEFAULT}.")
@click.option("--depth", type=click.IntRange(1, 9), metavar="N",
              help=f"Events in a row; default {DEPTH}, with --full {FULL_DEPTH}.")  # fmt: skip
@click.option("--full", is_flag=True, help=f"All kinds of events, and depth {FULL_DEPTH}.")
@click.option("--kinds", callback=_kinds, metavar="KIND,…", help="Only these kinds of events; they are listed above.")
@click.option("--random", "count", type=click.IntRange(1), metavar="N", help="N random walks instead.")
@click.option("--seed", type=int, default=1, show_default=True, metavar="N", help="Seed of the first walk.")
@click.option("--trace", callback=_trace, metavar="TEXT", help="Follow this one trace, as a report prints it.")
@click.option("--no-prune", is_flag=True, help="Search on from states that were met before, too.")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="Processes; default: one per processor.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Write each counter-example into DIR: scenario and capture.")  # fmt: skip
def check(
    scenario: Path | None,
    network: str | None,
    depth: int | None,
    full: bool,
    kinds: tuple[str, ...] | None,
    count: int | None,
    seed: int,
    trace: Trace | None,
    no_prune: bool,
    jobs: int | None,
    as_json: bool,
    out: Path | None,
) -> None:
    """Search a network for an order of faults and repairs that breaks MLAG.

    Without a scenario: the quick setup with fast LACP. Each event comes at rest, one link delay after the one before,
    and at every moment at which a node waits for something. Watched: loops, duplicates, reflections, two partners or
    identities, copies of the spanning tree that differ, reach, host tables, liveness. Exit code 0: nothing found, 1: a
    counter-example, 2: a wrong option or scenario.

    \b
    Kinds of events; a fault's repair comes with it:
      cut, silence                  a cable loses its carrier, or only what it carries
      silence-tx, silence-rx        the same in one direction (with --full, --random or --kinds)
      crash, hang, freeze, stop     a node loses power, its program ends, pauses, is asked to stop
      fresh                         a node starts without its memory
      keepalive                     the path beside the peer link is cut
      move                          a host with a cable is plugged in elsewhere

    \b
    Examples:
      pyiccp lab check                                depth 2, the default network
      pyiccp lab check --network third --depth 1      with a third switch
      pyiccp lab check my.toml --out found            counter-examples into found/
      pyiccp lab check --random 200 --seed 7          longer orders, at random
      pyiccp lab check --trace "rest: crash Peer1; ask@Peer2: start Peer1"
    """
    if scenario is not None and network is not None:
        raise click.UsageError("--network and a scenario exclude each other")
    file = NETWORKS / f"{network or DEFAULT}.toml" if scenario is None else scenario
    chosen = load(file)
    if out is not None:
        with named(out):  # before a search that takes minutes, not behind it
            out.mkdir(parents=True, exist_ok=True)
    start = _start(chosen)
    asked = Asked(
        network=file.stem if scenario is None else str(file),
        kinds=kinds or (KINDS if full or count is not None else PLAIN),
        depth=None if count is not None or trace is not None else depth or (FULL_DEPTH if full else DEPTH),
        seed=None if count is None else seed,
        trace=trace,
    )
    report = _followed(start, chosen, trace) if trace is not None else _searched(start, asked, count, no_prune, jobs)
    report.found = [minimal(start, each) for each in most_telling(report.found)]
    emit(json_of(report, asked) if as_json else text_of_report(report, asked))
    if out is not None:
        for number, found in enumerate(report.found, 1):
            for path in write(out / str(number), chosen, start, found):
                click.echo(path, err=True)
    if report.found:
        raise click.exceptions.Exit(1)


def _searched(start: bytes, asked: Asked, count: int | None, no_prune: bool, jobs: int | None) -> Report:
    workers = jobs or os.cpu_count() or 1
    with searching() as progress:
        common: dict[str, Any] = {"jobs": workers, "progress": progress}
        if count is not None and asked.seed is not None:
            return walks(start, count, asked.seed, asked.kinds, **common)
        return search(start, asked.depth or DEPTH, asked.kinds, prune=not no_prune, **common)


def _followed(start: bytes, scenario: Scenario, trace: Trace) -> Report:
    network = _built(scenario)
    for step in trace:
        try:
            check_target(network, step.fault)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--trace") from None
    report = Report(runs=len(trace))
    found = replay(start, trace)
    if found is not None:
        report.record(judged(restored(start), found))
        return report
    try:
        timed(start, trace)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--trace") from None
    return report


def _built(scenario: Scenario) -> Network:
    return build(msgspec.structs.replace(scenario, flows=(), events=()), Node)


def _start(scenario: Scenario) -> bytes:
    network = _built(scenario)
    network.start()
    try:
        return settled(network)
    except ValueError as error:
        raise ConfigError(f"{scenario.document.file}: {error}", file=None) from None
