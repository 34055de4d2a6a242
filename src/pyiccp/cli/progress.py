"""A progress bar on standard error for runs that take long; nothing unless that is a terminal."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from pyiccp.sansio import Instant

T = TypeVar("T")
_STEP = 10_000


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
