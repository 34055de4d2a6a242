"""Contenders measured in turns, so that whatever the machine does besides meets them all."""

import gc
import importlib
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import Any

Run = Callable[[], Any]


def best(contenders: dict[str, Run], seconds: float = 0.2, rounds: int = 25) -> dict[str, float]:
    """Shortest time of one call of each. A round gives every contender about the same share of *seconds*."""
    calls = {}
    for name, run in contenders.items():
        start = perf_counter()
        run()
        calls[name] = max(1, int(seconds / len(contenders) / max(perf_counter() - start, 1e-9)))
    times: dict[str, float] = {name: float("inf") for name in contenders}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, run in contenders.items():
                start = perf_counter()
                for _ in range(calls[name]):
                    run()
                times[name] = min(times[name], (perf_counter() - start) / calls[name])
    finally:
        gc.enable()
    return times


def table(title: str, times: dict[str, float], ours: str, items: int, unit: str) -> None:
    """Time per item, and how many times faster than each *ours* is."""
    print(f"\n{title}\n{'':42}{'ns/' + unit:>12}{'ours is':>12}")
    for name, seconds in sorted(times.items(), key=lambda one: one[1]):
        ratio = seconds / times[ours]
        said = "" if name == ours else f"{ratio:8.1f} x" if ratio >= 10 else f"{ratio:8.2f} x"
        print(f"{name:42}{seconds / items * 1e9:12,.0f}{said:>12}")


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
