"""Progress on standard error for runs that take long: a bar or a line that changes where that is a terminal."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from pyiccp._sansio import Instant
from pyiccp.lab._check.search import Report

T = TypeVar("T")
_STEP = 10_000
_SELDOM = 60
"""Seconds between lines where nobody looks."""


def counted(things: Iterable[T], what: str) -> Iterator[T]:
    """*things* as they are; a person at a terminal who sees nothing else is told how many went by."""
    console = Console(stderr=True)
    if not console.is_terminal or Console().is_terminal:
        yield from things
        return
    with Progress(TextColumn("{task.completed:,} " + what), console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        for number, thing in enumerate(things, 1):
            if number % _STEP == 0:
                bar.update(task, completed=number)
            yield thing


@contextmanager
def searching() -> Iterator[Callable[[Report, int, int], None]]:
    """What to call with a search's report so far, how much of it is done, and of how much: a line that changes at a
    terminal, else a line a minute."""
    console = Console(stderr=True)
    said = monotonic()

    def line(report: Report, done: int, of: int) -> str:
        return f"{done} of {of}: {report.runs} events, {report.states} states, {len(report.found)} counter-examples"

    def now_and_then(report: Report, done: int, of: int) -> None:
        nonlocal said
        if monotonic() - said >= _SELDOM:
            said = monotonic()
            print(line(report, done, of), file=sys.stderr, flush=True)

    if not console.is_terminal:
        yield now_and_then
        return
    with console.status("searching") as status:
        yield lambda report, done, of: status.update(line(report, done, of))


@contextmanager
def progress_of(until: Instant) -> Iterator[Callable[[Instant], None] | None]:
    """What to call with the virtual time reached, or None when nobody looks."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.fields[reached]:.0f} s of virtual time"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=until, reached=0.0)

        def reached(now: Instant) -> None:
            bar.update(task, completed=now, reached=now / 1_000_000_000)

        yield reached
