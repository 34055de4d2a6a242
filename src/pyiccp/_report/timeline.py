"""Timelines: one lane per port with the states it went through, and the frames that made them."""

import msgspec

from pyiccp._report.findings import Finding, Ref

LEVELS = ("up", "ready", "wait", "down", "off")
"""Carries data; agreed; on its way; broken; not there. The colours of a lane."""


class Step(msgspec.Struct, frozen=True, gc=False):
    """From this time on."""

    time_ns: int
    state: str
    level: str
    """See `LEVELS`."""
    evidence: str
    """`seen`, `inferred` or `unknown`."""
    frame: Ref | None = None
    detail: str = ""


class Lane(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One port."""

    key: str
    title: str
    group: str
    """What it belongs to: a system, a bridge, a session."""
    protocol: str
    steps: tuple[Step, ...]


class Arrow(msgspec.Struct, frozen=True, gc=False):
    """A frame that said something new."""

    time_ns: int
    frame: Ref | None
    source: str
    target: str
    """Empty: to whom it may concern."""
    title: str
    protocol: str
    level: str = "ready"


class Node(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A system, a bridge or an ICCP speaker."""

    key: str
    title: str
    kind: str
    """`lacp`, `bridge`, `iccp`, `device`."""
    detail: tuple[str, ...] = ()


class Link(msgspec.Struct, frozen=True, gc=False):
    """Two nodes that hear one another."""

    one: str
    other: str
    title: str
    level: str


class Report(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Everything that is shown."""

    title: str
    captures: tuple[str, ...]
    start_ns: int
    end_ns: int
    frames: int
    """Control frames that were looked at."""
    nodes: tuple[Node, ...] = ()
    links: tuple[Link, ...] = ()
    lanes: tuple[Lane, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    """About the reading itself: clocks that were aligned, files that break off."""

    @property
    def healthy(self) -> bool:
        """Nothing to complain about."""
        return not self.findings
