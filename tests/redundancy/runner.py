"""Runs rows: each from a copy of its network at rest with both halves carrying, through its steps, to its cells."""

import functools
import pickle
from collections.abc import Iterable
from pathlib import Path

import msgspec

from pyiccp._sansio import Instant, microseconds, milliseconds, seconds
from pyiccp.lab._faults import Fault, parse_event
from pyiccp.lab._ledger import UNDER_WAY, Ledger, pairs
from pyiccp.lab._network import Network
from pyiccp.lab._run import prepare
from pyiccp.lab._scenario import load
from redundancy.bounds import BOUNDS
from redundancy.judge import Cells, Seen, judged
from redundancy.observer import Observer
from redundancy.rows import Row, Step
from redundancy.watch import Watch
from redundancy.witness import happened, whole

SCENARIOS = Path(__file__).parent / "scenarios"
UNDISTURBED = milliseconds(400)
"""Flows run for so long before they are looked at."""
PHASE = microseconds(25)
"""Events come so long after frames were sent: some are on a wire then."""
SHARE = 0.25
"""Both halves carry at least this part of the client's frames, each way, before a fault."""

Streams = dict[int, dict[int, set[int]]]


class Outcome(msgspec.Struct, kw_only=True):
    """A row with its cells."""

    network: str
    title: str
    steps: list[Cells]

    @property
    def failures(self) -> list[str]:
        return [
            f"{self.network}: {self.title}: {'; '.join(step.events)}: {why}"
            for step in self.steps
            for why in step.failures
        ]


@functools.cache
def undisturbed(name: str) -> bytes:
    """Network *name* with its flows running, pickled with the streams that each half carried."""
    scenario = load(SCENARIOS / f"{name}.toml")
    network = prepare(scenario)
    start = min(flow.start for flow in scenario.flows)
    network.run(start + milliseconds(100))
    observer = Observer(network)
    network.run(start + UNDISTURBED)
    for sense, share in observer.shares().items():
        assert min(share) >= SHARE, f"{name}: before any fault the halves carry {share} of the frames {sense}"
    return pickle.dumps((network, observer.streams()))


def run(row: Row) -> Outcome:
    """All steps of *row*, each from the state that the one before has left."""
    network, streams = pickle.loads(undisturbed(row.network))
    observer, watch, ledger = Observer(network), Watch(network), Ledger(network)
    at: Instant = network.now + 2 * UNDER_WAY + PHASE
    seen: list[Seen] = []
    for step in row.steps:
        ledger.before(at, network.run)
        before = Seen.of(network, observer, watch)
        faults = list(_schedule(network, step, at))
        open_ = [str(fault) for fault in faults if happened(network, fault, observer)]
        assert not open_, f"{row.title}: {open_} before it was done"
        at += seconds(step.lasts)
        network.run(at - 2 * UNDER_WAY)
        missed = [str(fault) for fault in faults if not happened(network, fault, observer)]
        assert not missed, f"{row.title}: {missed} did not happen"
        seen.append(Seen.of(network, observer, watch).since(before))
    ledger.before(at, network.run)
    assert whole(network), f"{row.title}: repaired, and not whole again"
    names, missing = pairs(network.directions), ledger.missing()
    assert not any(missing[0]), f"{row.network}: frames lost before any fault"
    halves = [streams.get(each.index, {1: set(), 2: set()}) for each in network.directions]
    cells = [
        judged(step, BOUNDS.get(step.kind), names, lost, halves, found, network.directions[0].streams)
        for step, lost, found in zip(row.steps, missing[1:-1], seen, strict=True)
    ]
    return Outcome(network=row.network, title=row.title, steps=cells)


def _schedule(network: Network, step: Step, at: Instant) -> Iterable[Fault]:
    for event in step.events:
        later, _, rest = event.partition(" ") if event.startswith("+") else ("+0s", "", event)
        offset, fault = parse_event(f"{later[1:]} {rest}")
        network.schedule(at + offset, fault)
        yield fault
