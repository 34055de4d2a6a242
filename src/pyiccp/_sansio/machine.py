"""State machines as the IEEE figures draw them: boxes with bodies, arrows with conditions.

A **box** is a function named as printed; calling it performs the box's body on a context (a port). An **arrow** is one
row: from, condition, to. An open arrow starts `ANYWHERE`, an unconditional one has the condition `UCT`. The state
itself is a string in `context.boxes`, so a context stays plain data: it can be pickled, compared and printed.
"""

from collections.abc import Callable, Iterable
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

ANYWHERE = None
"""The tail of an open arrow."""


class Context(Protocol):
    """What machines run on."""

    boxes: dict[str, str]
    """Machine name -> name of the box it is in."""


C = TypeVar("C", bound=Context)
Box = Callable[[C], None]
Condition = Callable[[C], bool]
Trace = Callable[[Any, str, str, str, str], None]
"""Called as trace(context, machine, from, to, condition) for every transition taken."""


def UCT(context: Any) -> bool:
    """The unconditional transition."""
    return True


class Arrow(NamedTuple, Generic[C]):
    """One arrow of a figure."""

    source: Box[C] | None
    condition: Condition[C]
    target: Box[C]


class NotSettledError(RuntimeError):
    """Machines did not come to rest within the bound: a defect of the tables, never of a peer."""


class Machine(Generic[C]):
    """One figure: its arrows in the order in which they are tried, open arrows first as the standards demand.

    An open arrow into the box the machine is already in is not taken again: it would spin while its condition holds.
    """

    def __init__(self, name: str, begin: Box[C], arrows: Iterable[Arrow[C]]) -> None:
        self.name = name
        self.begin = begin
        self.arrows = tuple(arrows)
        boxes = {begin.__name__: begin}
        for arrow in self.arrows:
            boxes[arrow.target.__name__] = arrow.target
            if arrow.source is not None:
                boxes[arrow.source.__name__] = arrow.source
        self.boxes = boxes
        opened = [arrow for arrow in self.arrows if arrow.source is None]
        self._ways = {
            name: tuple(
                (arrow.condition, arrow.target)
                for arrow in (
                    *(arrow for arrow in opened if arrow.target.__name__ != name),
                    *(arrow for arrow in self.arrows if arrow.source is not None and arrow.source.__name__ == name),
                )
            )
            for name in boxes
        }

    def start(self, context: C, trace: Trace | None = None) -> None:
        """BEGIN: enter the first box, whatever the state was."""
        self._enter(context, self.begin, context.boxes.get(self.name, ""), "BEGIN", trace)

    def step(self, context: C, trace: Trace | None = None) -> bool:
        """Take the first arrow whose condition holds; False when there is none."""
        here = context.boxes[self.name]
        for condition, target in self._ways[here]:
            if condition(context):
                self._enter(context, target, here, condition.__name__, trace)
                return True
        return False

    def _enter(self, context: C, box: Box[C], source: str, condition: str, trace: Trace | None) -> None:
        context.boxes[self.name] = box.__name__
        if trace is not None:
            trace(context, self.name, source, box.__name__, condition)
        box(context)


def settle(machines: Iterable[Machine[C]], contexts: Iterable[C], trace: Trace | None = None, bound: int = 100) -> None:
    """Run *machines* on *contexts* until none of them can take an arrow."""
    machines, contexts = tuple(machines), tuple(contexts)
    for _ in range(bound):
        moved = False
        for context in contexts:
            for machine in machines:
                moved |= machine.step(context, trace)
        if not moved:
            return
    raise NotSettledError(f"{[machine.name for machine in machines]} still moving after {bound} rounds")
