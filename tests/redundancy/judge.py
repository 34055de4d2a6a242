"""The cells of one step against its bound."""

from typing import Self

import msgspec

from pyiccp.lab._network import Network
from redundancy.bounds import Bound
from redundancy.observer import Observer
from redundancy.rows import Step
from redundancy.watch import Watch


class Seen(msgspec.Struct, kw_only=True):
    """Counters at an instant, or what was added between two."""

    duplicates: int
    loops: int
    reflections: int
    identities: int
    roots: dict[str, int]
    """Per neighbouring bridge."""
    alone: dict[str, int]
    """Per neighbouring bridge."""

    @classmethod
    def of(cls, network: Network, observer: Observer, watch: Watch) -> Self:
        return cls(
            duplicates=sum(each.duplicated for each in network.directions) + observer.both,
            loops=network.wires.loops,
            reflections=sum(each.reflected for each in network.directions),
            identities=watch.identities,
            roots=dict(watch.roots),
            alone=dict(watch.alone),
        )

    def since(self, before: Self) -> Self:
        return type(self)(
            duplicates=self.duplicates - before.duplicates,
            loops=self.loops - before.loops,
            reflections=self.reflections - before.reflections,
            identities=self.identities - before.identities,
            roots={name: count - before.roots.get(name, 0) for name, count in self.roots.items()},
            alone={name: count - before.alone.get(name, 0) for name, count in self.alone.items()},
        )


class Cells(msgspec.Struct, kw_only=True):
    """What one step of a row cost."""

    events: tuple[str, ...]
    kind: str
    losses: dict[str, int]
    uncounted: tuple[str, ...]
    seen: Seen
    failures: list[str]
    """What is outside its bound, or has none."""


def judged(
    step: Step,
    bound: Bound | None,
    names: list[str],
    missing: list[list[int]],
    halves: list[dict[int, set[int]]],
    seen: Seen,
    streams: int,
) -> Cells:
    """*missing*: sequence numbers, per direction of *names*; *halves*: which of its streams each half carried."""
    uncounted = tuple(name for name in names if _touches(name, step.without))
    cells = Cells(
        events=step.events,
        kind=step.kind,
        losses={name: len(lost) for name, lost in zip(names, missing, strict=True)},
        uncounted=uncounted,
        seen=seen,
        failures=[],
    )
    if bound is None:
        cells.failures.append(f"no bound for {step.kind!r}")
        return cells
    for name, lost, carried in zip(names, missing, halves, strict=True):
        if name in uncounted:
            continue
        if _touches(name, step.changed):
            cells.failures += _beyond(f"{name} (changed way)", len(lost), bound.changed)
            continue
        dead = carried[step.half] if step.half is not None else set()
        silent = sum(sequence % streams in dead for sequence in lost)
        cells.failures += _beyond(name, len(lost) - silent, bound.path)
        if dead:
            # The bound is a time: a stream among the dead half's sends one frame in so many of the flow's.
            cells.failures += _beyond(f"{name} (dead half), ms", silent * streams // len(dead), bound.dead)
    for what, count, most in (
        ("duplicates", seen.duplicates, 0),
        ("loops", seen.loops, 0),
        ("reflections", seen.reflections, 0),
        ("identity changes", seen.identities, bound.identities),
        *((f"root changes at {name}", count, bound.roots) for name, count in seen.roots.items()),
        *((f"{name} left alone", count, bound.alone) for name, count in seen.alone.items()),
    ):
        cells.failures += _beyond(what, count, most)
    return cells


def _beyond(what: str, count: int, most: int | None) -> list[str]:
    if most is None:
        return [f"{what}: no bound"]
    return [f"{what}: {count}, at most {most}"] if count > most else []


def _touches(name: str, hosts: tuple[str, ...]) -> bool:
    return any(host in name.split(">") for host in hosts)
