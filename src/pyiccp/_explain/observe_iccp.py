"""ICCP sessions as frames show them: over pyiccp's link, over TCP (LDP), and in SONiC's dialect."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from typing import Any

import msgspec

from pyiccp._explain.reading import Seen
from pyiccp._report.findings import Ref
from pyiccp._sansio import Instant
from pyiccp.wire._link import Heartbeat, Segment
from pyiccp.wire._mac import mac_text
from pyiccp.wire.iccp import codes
from pyiccp.wire.iccp._fdb import HostSync
from pyiccp.wire.iccp._mlag import Goodbye
from pyiccp.wire.iccp._pdu import IccpPdu
from pyiccp.wire.iccp.ldp import CommonSession, IccpCapability
from pyiccp.wire.iccp.mlacp import SyncData, SyncRequest
from pyiccp.wire.iccp.rg import Nak, RgId
from pyiccp.wire.iccp.sonic import SonicMessage


class Uttered(msgspec.Struct, frozen=True, gc=False):
    """One message of a session, or a heartbeat, from one side."""

    time: Instant
    frame: Ref
    type: int
    """Of the LDP message; 0 = a heartbeat of the link."""
    tlvs: tuple[Any, ...] = ()

    def of(self, kind: Any) -> Any:
        """The first TLV of a class, or None."""
        return next((one for one in self.tlvs if isinstance(one, kind)), None)


class Side:
    """One speaker of a session."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.uttered: list[Uttered] = []
        self.times: list[tuple[Instant, Ref]] = []
        """Of everything it sent, heartbeats too."""
        self.domains: dict[int, Uttered] = {}
        """RG id, or the link's domain, where it was first said."""
        self.first_echo: Instant | None = None
        """When it first showed that it hears the other (link only)."""
        self.keepalive = 0
        """LDP keepalive time that it asked for, seconds."""

    def messages(self, kind: int) -> Iterator[Uttered]:
        """Its messages of one type."""
        return (one for one in self.uttered if one.type == kind)

    def first(self, kind: int) -> Uttered | None:
        """Its first message of one type."""
        return next(self.messages(kind), None)

    def first_tlv(self, kind: Any) -> Uttered | None:
        """Its first message with a TLV of a class."""
        return next((one for one in self.uttered if one.of(kind) is not None), None)


class Session:
    """Two speakers."""

    def __init__(self, kind: str, key: str, where: str) -> None:
        self.kind = kind
        """`link`, `ldp` or `sonic`."""
        self.key = f"iccp {key}"
        self.where = where
        self.sides: dict[str, Side] = {}

    def side(self, name: str) -> Side:
        if name not in self.sides:
            self.sides[name] = Side(name)
        return self.sides[name]

    def pair(self) -> tuple[Side, Side] | None:
        """Both sides, in the order of their names; None while only one was heard."""
        sides = sorted(self.sides.values(), key=lambda side: side.name)
        return (sides[0], sides[1]) if len(sides) == 2 else None

    @property
    def is_iccp(self) -> bool:
        """Anything of ICCP was said: plain LDP is none of our business."""
        said = (one for side in self.sides.values() for one in side.uttered)
        return self.kind != "ldp" or any(one.type >= codes.RG_CONNECT or one.of(IccpCapability) for one in said)

    @property
    def first(self) -> tuple[Instant, Ref]:
        """Its first frame."""
        return min(side.times[0] for side in self.sides.values())

    @property
    def last(self) -> Instant:
        """The time of its last frame."""
        return max(side.times[-1][0] for side in self.sides.values())


class Sessions:
    """All sessions, and link frames of a layout that is not ours."""

    def __init__(self, frames: Iterable[Seen]) -> None:
        self._sessions: dict[str, Session] = {}
        self.foreign: list[Seen] = []
        for seen in frames:
            if seen.malformed is not None:
                if seen.protocol == "pyiccp-link" and seen.malformed.path in ("major", "magic"):
                    self.foreign.append(seen)
                continue
            self._take(seen)

    def __iter__(self) -> Iterator[Session]:
        return iter(self._sessions.values())

    def _take(self, seen: Seen) -> None:
        if isinstance(seen.value, Segment):
            self._segment(seen, seen.value)
        elif isinstance(seen.value, IccpPdu):
            side = self._side(seen, "link" if seen.ends is None else "ldp")
            for message in seen.value.messages:
                _utter(side, Uttered(seen.time, seen.frame, message.type, message.tlvs))
        elif isinstance(seen.value, SonicMessage):
            side = self._side(seen, "sonic")
            _utter(side, Uttered(seen.time, seen.frame, seen.value.type, seen.value.tlvs))

    def _side(self, seen: Seen, kind: str) -> Side:
        if seen.ends is None:
            place = f"{seen.link.capture}.{seen.link.interface}"
            return self._session("link", place, seen.link.name).side(mac_text(seen.source))
        source, destination = (str(ip_address(end.address)) for end in (seen.ends.source, seen.ends.destination))
        one, other = sorted((source, destination))
        return self._session(kind, f"{one} {other}", f"{one} and {other}").side(source)

    def _session(self, kind: str, key: str, where: str) -> Session:
        if key not in self._sessions:
            self._sessions[key] = Session(kind, key, where)
        return self._sessions[key]

    def _segment(self, seen: Seen, segment: Segment) -> None:
        side = self._side(seen, "link")
        beat = Uttered(seen.time, seen.frame, 0)
        side.times.append((seen.time, seen.frame))
        side.domains.setdefault(segment.domain, beat)
        if isinstance(segment.body, Heartbeat) and segment.peer_incarnation and side.first_echo is None:
            side.first_echo = seen.time


def _utter(side: Side, one: Uttered) -> None:
    side.uttered.append(one)
    if not side.times or side.times[-1][0] != one.time:
        side.times.append((one.time, one.frame))
    rg = one.of(RgId)
    if rg is not None:
        side.domains.setdefault(rg.rg_id, one)
    common = one.of(CommonSession)
    if common is not None:
        side.keepalive = common.keepalive


def reached(side: Side, kind: str) -> list[tuple[Instant, Ref, str]]:
    """When a side took each step, in order, as far as it got."""
    found: list[tuple[Instant, Ref, str]] = []

    def step(name: str, one: Uttered | None) -> None:
        if one is not None:
            found.append((one.time, one.frame, name))

    if kind == "sonic":
        step("capable", side.first(codes.CAPABILITY))
    else:
        step("initialised", side.first(codes.INITIALIZATION))
        step("capable", side.first_tlv(IccpCapability))
        step("alive", side.first(codes.KEEPALIVE))
    step("connecting", side.first(codes.RG_CONNECT))
    step("connected", side.first(codes.RG_APPLICATION_DATA))
    step("synchronised", synchronised(side))
    return sorted(found)


def synchronised(side: Side) -> Uttered | None:
    """The end of its first synchronisation."""
    ends = (one for one in side.uttered for tlv in one.tlvs if isinstance(tlv, SyncData | HostSync) and tlv.end)
    return next(ends, None)


def asks(side: Side) -> Uttered | None:
    """Its first request for the other's tables."""
    return side.first_tlv(SyncRequest)


_TABLES: dict[type, str] = {SyncData: "bond states", HostSync: "the host table"}


def open_tables(side: Side) -> Iterator[tuple[Uttered, str]]:
    """Announcements of tables that began and were never ended."""
    begun: dict[str, Uttered] = {}
    for one in side.uttered:
        for tlv in one.tlvs:
            name = _TABLES.get(type(tlv))
            if name is None:
                continue
            if tlv.end:
                begun.pop(name, None)
            else:
                begun.setdefault(name, one)
    yield from ((one, name) for name, one in begun.items())


def naks(side: Side) -> Iterator[tuple[Uttered, Nak]]:
    """Its refusals."""
    for one in side.messages(codes.RG_NOTIFICATION):
        nak = one.of(Nak)
        if nak is not None:
            yield one, nak


def said_goodbye(side: Side) -> Instant | None:
    """When it announced its planned stop."""
    found = [one.time for one in side.uttered if one.of(Goodbye) is not None]
    return found[-1] if found else None
