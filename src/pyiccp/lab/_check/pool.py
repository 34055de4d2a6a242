"""A search or a set of walks on several processors; the result does not depend on how many."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Any

from pyiccp.lab._check.kinds import KINDS, PLAIN
from pyiccp.lab._check.search import Outcome, Report, Task, first_events, follow, mended
from pyiccp.lab._check.trace import REST
from pyiccp.lab._check.walks import walk

Progress = Callable[[Report, int, int], None]
"""Is told the report so far, how many events (or walks) are done and how many there are, of this depth."""


def search(
    start: bytes, depth: int, kinds: Sequence[str] = PLAIN, *, prune: bool = True, jobs: int = 1,
    progress: Progress | None = None,
) -> Report:  # fmt: skip
    """Search from *start*, at rest: every order of up to *depth* events, breadth first."""
    with _pool(jobs) as pool:
        return _Search(pool, tuple(kinds), prune, progress).run(start, depth)


def walks(
    start: bytes, count: int, seed: int, kinds: Sequence[str] = KINDS, *, jobs: int = 1,
    progress: Progress | None = None,
) -> Report:  # fmt: skip
    """*count* random walks; walk *n* has the seed `seed + n`."""
    total = Report()
    with _pool(jobs) as pool:
        for done, report in enumerate(pool.map(partial(walk, start, tuple(kinds)), range(seed, seed + count)), 1):
            total.add(report)
            if progress is not None:
                progress(total, done, count)
    return total


class _Search:
    """Level by level: states that any branch has met are known to all, and the work divides into single events."""

    def __init__(self, pool: Executor, kinds: tuple[str, ...], prune: bool, progress: Progress | None) -> None:
        self.pool = pool
        self.kinds = kinds
        self.prune = prune
        self.progress = progress
        self.report = Report()

    def run(self, start: bytes, depth: int) -> Report:
        tasks: Sequence[Task] = first_events(start, self.kinds)
        for left in reversed(range(depth)):
            tasks = self._level(tasks, left > 0)
        return self.report

    def _level(self, tasks: Sequence[Task], deeper: bool) -> list[Task]:
        """Follow all *tasks*; what comes next."""
        report = self.report
        following: list[Task] = []
        mending: list[Future[Any]] = []
        for done, outcome in enumerate(self.pool.map(partial(follow, self.kinds, deeper), tasks), 1):
            report.followed(outcome.trace[-1].phase)
            report.record(outcome.verdict)
            report.spanning_tree += outcome.apart
            if outcome.rest is not None:
                known = outcome.state in report.met
                report.met.add(outcome.state)
                if not (known and self.prune):
                    mending.append(self.pool.submit(mended, outcome))
                following += self._after(outcome, known)
            if self.progress is not None:
                self.progress(report, done, len(tasks))
        for each in mending:
            report.record(each.result())
        return following

    def _after(self, outcome: Outcome, known: bool) -> Iterator[Task]:
        for point, faults in outcome.further:
            if point.phase == REST and known and self.prune:
                self.report.pruned += 1
                continue
            for fault in faults:
                yield Task(outcome.trace, point, fault)


class _Here(Executor):
    """This process, one thing after the other."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future

    def map(self, fn: Callable[..., Any], *iterables: Any, **_: Any) -> Iterator[Any]:
        """Lazily."""
        return map(fn, *iterables)


@contextmanager
def _pool(jobs: int) -> Iterator[Executor]:
    if jobs < 2:
        yield _Here()
        return
    with ProcessPoolExecutor(jobs, get_context("fork")) as pool:
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)
