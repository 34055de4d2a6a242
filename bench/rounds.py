"""Contenders measured in turns, so that whatever the machine does besides meets them all."""

import gc
import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from time import thread_time
from typing import Any

Run = Callable[[], Any]
Clock = Callable[[], float]


def best(
    contenders: dict[str, Run], seconds: float = 0.2, rounds: int = 25, clock: Clock = thread_time
) -> dict[str, float]:
    """Shortest time of one call of each. A round gives every contender about the same share of *seconds*.

    Contenders that start processes or threads want `perf_counter` for *clock*; processor time is blind to what else
    the machine does.
    """
    calls = {}
    for name, run in contenders.items():
        start = clock()
        run()
        calls[name] = max(1, int(seconds / len(contenders) / max(clock() - start, 1e-9)))
    times: dict[str, float] = {name: float("inf") for name in contenders}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, run in contenders.items():
                start = clock()
                for _ in range(calls[name]):
                    run()
                times[name] = min(times[name], (clock() - start) / calls[name])
    finally:
        gc.enable()
    return times


@dataclass(frozen=True, slots=True)
class Table:
    """Contenders of one round, beside one of ours."""

    title: str
    times: dict[str, float]
    ours: str
    items: int
    unit: str

    def ratio(self, name: str) -> float:
        """How many times faster than *name* ours is."""
        return self.times[name] / self.times[self.ours]

    def __str__(self) -> str:
        """A line a contender: time per item and ratio, the fastest first."""
        lines = [self.title, f"{'':52}{'ns/' + self.unit:>12}{'ours is':>12}"]
        for name, seconds in sorted(self.times.items(), key=lambda one: one[1]):
            ratio = self.ratio(name)
            said = "" if name == self.ours else f"{ratio:8.1f} x" if ratio >= 10 else f"{ratio:8.2f} x"
            lines.append(f"{name:52}{seconds / self.items * 1e9:12,.0f}{said:>12}")
        return "\n".join(lines)


def show(tables: Iterable[Table]) -> None:
    """Print each as soon as it is measured."""
    for table in tables:
        print(f"\n{table}", flush=True)


def optional(name: str) -> Any:
    """The module, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"({name} is not installed)")
        return None


def versions(*packages: str) -> str:
    """What is installed of *packages*."""
    found = []
    for package in packages:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
