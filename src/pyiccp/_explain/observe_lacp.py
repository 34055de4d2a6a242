"""Ends of links as LACPDUs show them: what each said, when, and to whom it is connected."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import msgspec

from pyiccp._explain.reading import Link, Seen
from pyiccp._report.findings import Ref
from pyiccp._sansio import Instant, seconds
from pyiccp.lacp._functions import same_system
from pyiccp.wire._lacpdu import Lacpdu, Participant
from pyiccp.wire._mac import ZERO, mac_text

FAST, SLOW = seconds(1), seconds(30)
SHORT_TIMEOUT, LONG_TIMEOUT = 3 * FAST, 3 * SLOW
GRACE = seconds(0.5)
"""Real senders are late by their ticks."""


class Said(msgspec.Struct, frozen=True, gc=False):
    """One LACPDU."""

    time: Instant
    frame: Ref
    pdu: Lacpdu


class End:
    """One end of a link: a source address, a port number, a place where it was seen."""

    def __init__(self, link: Link, source: bytes, port: int) -> None:
        self.link, self.source, self.port = link, source, port
        self.said: list[Said] = []
        self.runs: list[Said] = []
        """The first of each run of LACPDUs that say the same."""
        self.peer: End | None = None
        self.capture_ends = 0
        self._times: list[Instant] = []

    @property
    def key(self) -> str:
        return f"lacp {self.link.capture}.{self.link.interface} {self.source.hex()} {self.port}"

    @property
    def title(self) -> str:
        return f"{mac_text(self.source)} port {self.port}"

    def take(self, said: Said) -> bool:
        """True when it says something new."""
        self.said.append(said)
        self._times.append(said.time)
        if self.runs and self.runs[-1].pdu == said.pdu:
            return False
        self.runs.append(said)
        return True

    def at(self, time: Instant) -> Said | None:
        """The newest LACPDU at *time*."""
        index = bisect_right(self._times, time)
        return self.said[index - 1] if index else None

    def between(self, after: Instant, until: Instant) -> list[Said]:
        """LACPDUs with after < time <= until."""
        return self.said[bisect_right(self._times, after) : bisect_right(self._times, until)]

    def period(self, said: Said) -> Instant:
        """How often it sends: as the partner asked, by what it recorded of it."""
        return FAST if said.pdu.partner.state.timeout else SLOW

    @property
    def lasts(self) -> Instant:
        """Until when its last LACPDU speaks for it, within the capture."""
        return min(self.said[-1].time + self.period(self.said[-1]), self.capture_ends)

    def was_silent(self, said: Said) -> bool:
        """Before *said* it had missed three of its own LACPDUs: its link, or it, was down."""
        before = self.at(said.time - 1)
        return before is not None and said.time - before.time > 3 * self.period(before) + GRACE

    def patience(self, said: Said) -> Instant:
        """How long it waits for its partner."""
        return SHORT_TIMEOUT if said.pdu.actor.state.timeout else LONG_TIMEOUT


class Ports:
    """All ends, paired by what they say of each other."""

    def __init__(self, frames: Iterable[Seen], end_of_capture: Instant) -> None:
        self.ends: dict[tuple[int, int, bytes, int], End] = {}
        self._identities: dict[tuple[int, int, bytes, int], End] = {}
        for seen in frames:
            self._take(seen)
        self._join_renumbered()
        self._pair_the_rest()
        for end in self:
            end.capture_ends = end_of_capture

    def _take(self, seen: Seen) -> None:
        pdu: Lacpdu = seen.value
        place = (seen.link.capture, seen.link.interface)
        key = (*place, seen.source, pdu.actor.port)
        end = self.ends.get(key)
        if end is None:
            end = self.ends[key] = End(seen.link, seen.source, pdu.actor.port)
        if not end.take(Said(seen.time, seen.frame, pdu)):
            return
        self._identities[(*place, pdu.actor.system, pdu.actor.port)] = end
        other = self._identities.get((*place, pdu.partner.system, pdu.partner.port))
        if other is not None and other is not end and pdu.partner.system != ZERO:
            end.peer = other
            if other.peer is None:
                other.peer = end

    def _join_renumbered(self) -> None:
        """A port that took another number (a node that joined its pair) is one end, where a link has two addresses."""
        by_place: dict[tuple[int, int], dict[bytes, list[End]]] = {}
        for (capture, interface, source, _), end in self.ends.items():
            by_place.setdefault((capture, interface), {}).setdefault(source, []).append(end)
        for sources in by_place.values():
            for ends in sources.values() if len(sources) <= 2 else ():
                first = ends[0]
                for later in ends[1:]:
                    if first.said[-1].time < later.said[0].time:
                        self._join(first, later)

    def _join(self, first: End, later: End) -> None:
        for said in later.said:
            first.take(said)
        first.port = later.port
        first.peer = later.peer or first.peer
        self.ends = {key: end for key, end in self.ends.items() if end is not later}
        for end in self:
            if end.peer is later:
                end.peer = first

    def _pair_the_rest(self) -> None:
        """Two ends alone on a link hear each other, or should."""
        by_link: dict[tuple[int, int], list[End]] = {}
        for (capture, interface, _, _), end in self.ends.items():
            by_link.setdefault((capture, interface), []).append(end)
        for ends in by_link.values():
            if len(ends) == 2 and ends[0].source != ends[1].source:
                for end, other in (ends, ends[::-1]):
                    if end.peer is None:
                        end.peer = other

    def __iter__(self) -> Iterator[End]:
        return iter(self.ends.values())

    def left(self) -> dict[tuple[int, int], list[Instant]]:
        """When ports gave up Synchronization or Aggregation with a partner at hand, by the place of the link."""
        found: dict[tuple[int, int], list[Instant]] = {}
        for end in self:
            for before, after in pairwise(end.runs):
                was, now = before.pdu.actor.state, after.pdu.actor.state
                gave_up = (was.synchronization, was.aggregation) > (now.synchronization, now.aggregation)
                if gave_up and not (now.expired or now.defaulted):
                    found.setdefault((end.link.capture, end.link.interface), []).append(after.time)
        return found

    def pairs(self) -> Iterator[tuple[End, End]]:
        """Each two ends that are connected, once, the one first that spoke first."""
        done: set[int] = set()
        for end in self:
            if end.peer is not None and id(end) not in done:
                done |= {id(end), id(end.peer)}
                yield end, end.peer


def names(pdu: Lacpdu, actor: Participant) -> bool:
    """*pdu* sees the system, key and port of *actor*."""
    return same_system(pdu.partner, actor)


class Span(msgspec.Struct, frozen=True, gc=False):
    """A time during which something held."""

    start: Instant
    end: Instant
    first: Said
    """What began it."""
    open: bool
    """It still held when the last of the ends fell silent, or the capture ended."""


def spans(ends: tuple[End, ...], holds: Callable[..., bool]) -> Iterator[Span]:
    """When *holds* of the newest LACPDU of every end. Silence is no change; nothing holds before all have spoken."""
    events = sorted(((said.time, index, said) for index, end in enumerate(ends) for said in end.runs), key=_time)
    newest: list[Said | None] = [None] * len(ends)
    begun: Said | None = None
    for time, index, said in events:
        newest[index] = said
        true = None not in newest and holds(*(one.pdu for one in newest if one is not None))
        if true and begun is None:
            begun = said
        elif not true and begun is not None:
            yield Span(begun.time, time, begun, False)
            begun = None
    if begun is not None:
        # An end is taken for what it said until its next LACPDU is due.
        yield Span(begun.time, max(end.lasts for end in ends), begun, True)


def _time(event: tuple[Instant, int, Said]) -> tuple[Instant, int]:
    return event[0], event[1]
