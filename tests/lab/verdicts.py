"""What a scenario violates of mlag.md M13, or of the bounds on loss in M14: it is run to its end, and watched."""

from pyiccp.lab._check.fingerprint import plane_of
from pyiccp.lab._check.invariants import at_every_step, at_rest, node_of
from pyiccp.lab._check.reach import promised
from pyiccp.lab._flows import Direction
from pyiccp.lab._network import Network
from pyiccp.lab._run import prepare
from pyiccp.lab._scenario import Scenario

TAIL = 20
"""Frames: a flow whose last ones are all missing does not arrive any more."""


class _Watch:
    """Called after each thing that happens; True stops the run: what was looked for has been found."""

    def __init__(self, network: Network, wanted: str) -> None:
        self.network = network
        self.wanted = wanted
        self.found: dict[str, str] = {}
        self._planes: list[object] = []

    def __call__(self) -> bool:
        planes: list[object] = [
            None if (node := node_of(device)) is None else plane_of(node) for device in self.network.devices.values()
        ]
        if planes != self._planes:
            self._planes = planes
            self.note(at_every_step(self.network))
        if self.network.wires.loops:
            self.note("loop: a frame crossed a link again in one direction")
        for each in self.network.directions:
            if each.duplicated:
                self.note(f"duplicate: {_name(each)}")
            if each.reflected:
                self.note(f"reflection: {_name(each)}")
        return self.wanted in self.found

    def note(self, wrong: str) -> None:
        """Keep the first violation of a kind."""
        if wrong:
            kind, _, detail = wrong.partition(": ")
            self.found.setdefault(kind, detail)


def violations(scenario: Scenario, most: int | None, wanted: str = "") -> dict[str, str]:
    """Kind -> the first violation of that kind, up to the end or to the first of the kind *wanted*. A flow that loses
    more than *most* frames is a `loss` (None: loss is not looked at); one that does not arrive any more in the end
    breaks `reach`."""
    network = prepare(scenario)
    watch = _Watch(network, wanted)
    if network.run(scenario.until, watch):
        return watch.found
    for each in network.directions:
        missing = each.missing()
        if len(missing) >= TAIL and missing[-TAIL] == each.sent - TAIL:
            watch.note(f"reach: {_name(each)}, nothing arrives any more")
        if most is not None and len(missing) > most:
            watch.note(f"loss: {_name(each)}, {len(missing)} frames of {each.sent}")
    watch.note(at_rest(network, promised(network)))
    return watch.found


def _name(direction: Direction) -> str:
    return f"{direction.source.name} to {'all' if direction.broadcast else direction.sink.name}"
