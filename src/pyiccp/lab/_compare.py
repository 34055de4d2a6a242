"""One scenario under several policies: what each event costs under each."""

from collections.abc import Callable, Sequence
from itertools import groupby

import msgspec

from pyiccp._node.node import Node
from pyiccp._sansio import Instant, milliseconds
from pyiccp.lab._build import build
from pyiccp.lab._ledger import Ledger, pairs
from pyiccp.lab._scenario import Event, NodeEntry, Scenario

_STRIDE = milliseconds(500)
Progress = Callable[[Instant], None]


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """The scenario under one policy."""

    policy: str
    flows: tuple[str, ...]
    """`h1>h2`, one per direction."""
    before: tuple[int, ...]
    """Frames lost before the first event, per flow."""
    lost: tuple[tuple[int, ...], ...]
    """Per instant with events, the same."""
    duplicated: int
    reflected: int
    loops: int


def instants(scenario: Scenario) -> list[tuple[Instant, list[Event]]]:
    """Events by their instant, those after the end left out."""
    events = sorted((event for event in scenario.events if event.at <= scenario.until), key=lambda event: event.at)
    return [(at, list(some)) for at, some in groupby(events, key=lambda event: event.at)]


def follow(scenario: Scenario, policy: str, progress: Progress | None = None) -> Course:
    """Run *scenario* with every node under *policy*."""
    network = build(msgspec.structs.replace(scenario, nodes=tuple(_under(policy, scenario.nodes))), Node)
    network.start()
    ledger = Ledger(network)

    def advance(until: Instant) -> None:
        while network.now < until:
            network.run(min(until, network.now + _STRIDE))
            if progress is not None:
                progress(network.now)

    for at, _ in instants(scenario):
        ledger.before(at, advance)
    advance(scenario.until)
    before, *lost = (tuple(each) for each in ledger.losses())
    return Course(
        policy=policy,
        flows=tuple(pairs(network.directions)),
        before=before,
        lost=tuple(lost),
        duplicated=sum(each.duplicated for each in network.directions),
        reflected=sum(each.reflected for each in network.directions),
        loops=network.wires.loops,
    )


def _under(policy: str, nodes: Sequence[NodeEntry]) -> list[NodeEntry]:
    replace = msgspec.structs.replace
    return [replace(node, tuning=replace(node.tuning, policy=policy)) for node in nodes]
