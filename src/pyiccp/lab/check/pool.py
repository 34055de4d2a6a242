"""A search or a set of walks on several processors; the result does not depend on how many."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

from pyiccp.lab.check.kinds import PLAIN
from pyiccp.lab.check.search import Report, Search
from pyiccp.lab.check.walks import walk
from pyiccp.lab.faults import Fault

Progress = Callable[[Report], None]
BATCH = 20
"""Walks that share their set of states."""


def search(
    start: bytes, depth: int, kinds: Sequence[str] = PLAIN, *, prune: bool = True, jobs: int = 1,
    progress: Progress | None = None,
) -> Report:  # fmt: skip
    """Search from *start*, one branch for every first event."""
    first = Search(start, kinds).first_events()
    return _gather(partial(_branch, start, tuple(kinds), prune, depth), first, jobs, progress)


def walks(start: bytes, count: int, seed: int, *, jobs: int = 1, progress: Progress | None = None) -> Report:
    """*count* random walks; walk *n* has the seed `seed + n`. States are counted once per `BATCH` walks."""
    batches = [range(seed + n, seed + min(n + BATCH, count)) for n in range(0, count, BATCH)]
    return _gather(partial(_batch, start), batches, jobs, progress)


def _branch(start: bytes, kinds: tuple[str, ...], prune: bool, depth: int, first: Fault) -> Report:
    return Search(start, kinds, prune).branch(first, depth)


def _batch(start: bytes, seeds: range) -> Report:
    met: set[object] = set()
    report = Report()
    for seed in seeds:
        report.add(walk(start, seed, met))
    return report


def _gather(do: Callable[[Any], Report], parts: Iterable[Any], jobs: int, progress: Progress | None) -> Report:
    total = Report()
    if jobs < 2:
        for part in parts:
            total.add(do(part))
            if progress is not None:
                progress(total)
        return total
    with ProcessPoolExecutor(jobs, get_context("fork")) as pool:
        for report in pool.map(do, parts):
            total.add(report)
            if progress is not None:
                progress(total)
    return total
