"""What frames prove about ICCP: which step a session never took, who was refused, who fell silent."""

from collections.abc import Iterator
from statistics import median

from pyiccp._explain.observe_iccp import (
    Session,
    Sessions,
    Side,
    Uttered,
    asks,
    naks,
    open_tables,
    reached,
    said_goodbye,
    synchronised,
)
from pyiccp._report.findings import Finding, Ref
from pyiccp._sansio import Instant, milliseconds, seconds
from pyiccp.wire.iccp import codes
from pyiccp.wire.iccp.codes import IccpStatus, LdpStatus
from pyiccp.wire.iccp.ldp import IccpCapability, Status

UP_WITHIN = seconds(5)
MISSED = 3
"""Heartbeats in a row."""
SONIC_TIMEOUT = seconds(15)
LATE = milliseconds(50)
PLANNED = (LdpStatus.SHUTDOWN, LdpStatus.SUCCESS)

_STEPS = {
    "ldp": ("initialised", "capable", "alive", "connecting", "connected"),
    "link": ("initialised", "capable", "connecting", "connected"),
    "sonic": ("capable", "connecting", "connected"),
}
_MISSING = {
    "initialised": ("never sends its Initialization", "RFC 5036 2.5.3", "is ICCP on at that end, on this very link?"),
    "capable": ("does not announce the ICCP capability", "RFC 7275 8", "it speaks LDP but not ICCP: switch it on"),
    "alive": ("never answers the Initialization with a KeepAlive", "RFC 5036 2.5.3", "compare session parameters"),
    "connecting": ("never sends RG Connect", "RFC 7275 4.2.1", "is it configured for a redundancy group?"),
    "connected": ("never connects its applications", "RFC 7275 4.4", "compare applications and their versions"),
}


def iccp_findings(sessions: Sessions, end_of_capture: Instant) -> Iterator[Finding]:
    """Everything about ICCP."""
    yield from _foreign(sessions)
    for session in sessions:
        if not session.is_iccp:
            continue
        refused = [*_domains(session), *_refusals(session), *_notifications(session)]
        yield from refused
        if not refused:
            yield from _never_up(session, end_of_capture)
        yield from _tables(session, end_of_capture)
        for side in session.sides.values():
            yield from _gaps(session, side, end_of_capture)


def finding(
    code: str,
    severity: str,
    at: tuple[Instant, Ref],
    session: Session,
    message: str,
    evidence: str,
    clause: str,
    fix: str,
    *,
    until: Instant | None = None,
    more: tuple[Ref, ...] = (),
    side: Side | None = None,
) -> Finding:
    """A finding at a message."""
    return Finding(
        code=code,
        severity=severity,
        time_ns=at[0],
        until_ns=until,
        frames=(at[1], *more),
        where=session.where,
        message=message,
        evidence=evidence,
        clause=clause,
        fix=fix,
        lane=f"{session.key} {side.name}" if side is not None else "",
    )


def _at(one: Uttered) -> tuple[Instant, Ref]:
    return one.time, one.frame


def _foreign(sessions: Sessions) -> Iterator[Finding]:
    """Frames behind the EtherType in a layout that we do not speak."""
    told: set[bytes] = set()
    for seen in sessions.foreign:
        if seen.source in told or seen.malformed is None:
            continue
        told.add(seen.source)
        version = seen.malformed.path == "major"
        yield Finding(
            code="version-refused" if version else "foreign-iccp",
            severity="error" if version else "warning",
            time_ns=seen.time,
            frames=(seen.frame,),
            where=seen.link.name,
            message=f"{seen.source.hex(':').upper()} speaks {'another version' if version else 'another layout'} "
            f"on the peer link: {seen.malformed.fault.why}",
            evidence="seen: the first octets of its frames",
            clause="M2.5",
            fix="run one major version on both nodes"
            if version
            else "EtherType 0x88B5 is anybody's; a pyiccp node pairs with a pyiccp node",
        )


def _domains(session: Session) -> Iterator[Finding]:
    pair = session.pair()
    if pair is None or not pair[0].domains or not pair[1].domains or set(pair[0].domains) & set(pair[1].domains):
        return
    (here, first), (there, second) = (next(iter(side.domains.items())) for side in pair)
    yield finding(
        "rg-mismatch",
        "error",
        _at(max(first, second, key=lambda one: one.time)),
        session,
        f"{pair[0].name} is in redundancy group {here}, {pair[1].name} in {there}: they never connect",
        "seen: the group in the messages of both",
        "RFC 7275 4.2.1",
        "set one domain (redundancy group) on both nodes",
        more=(min(first, second, key=lambda one: one.time).frame,),
    )


def _refusals(session: Session) -> Iterator[Finding]:
    told: set[tuple[str, int]] = set()
    mismatch = any(True for _ in _domains(session))
    for side in session.sides.values():
        for one, nak in naks(side):
            if (side.name, nak.status) in told:
                continue
            told.add((side.name, nak.status))
            if nak.status == IccpStatus.UNKNOWN_RG and mismatch:
                continue
            code, what, fix = _REFUSED.get(nak.status, ("iccp-refused", "refuses a message", "compare both ends"))
            name = IccpStatus(nak.status).name if nak.status in list(IccpStatus) else f"{nak.status:#x}"
            yield finding(
                code,
                "error",
                _at(one),
                session,
                f"{side.name} {what} ({name})",
                "seen: its NAK",
                "RFC 7275 6.4.1",
                fix,
                side=side,
            )


_REFUSED = {
    int(IccpStatus.UNKNOWN_RG): (
        "rg-mismatch",
        "does not know the redundancy group that it is offered",
        "set one domain (redundancy group) on both nodes",
    ),
    int(IccpStatus.INCOMPATIBLE_VERSION): (
        "version-refused",
        "refuses the protocol version of an application",
        "run releases whose application versions overlap",
    ),
}


def _notifications(session: Session) -> Iterator[Finding]:
    for side in session.sides.values():
        for one in side.messages(codes.NOTIFICATION):
            status = one.of(Status)
            if status is None or not status.fatal or status.code in PLANNED:
                continue
            name = LdpStatus(status.code).name if status.code in list(LdpStatus) else f"{status.code:#x}"
            version = status.code == LdpStatus.BAD_PROTOCOL_VERSION
            yield finding(
                "version-refused" if version else "iccp-session-lost",
                "error",
                _at(one),
                session,
                f"{side.name} ends the session: {name.lower().replace('_', ' ')}",
                "seen: its Notification, fatal",
                "RFC 5036 3.5.1",
                "see what went before it; KeepAlive and Hold Timer expired mean silence of the other side",
                side=side,
            )
            break


def _never_up(session: Session, end_of_capture: Instant) -> Iterator[Finding]:
    """The first step that one side never took, when the other had taken it or waited for it."""
    start, frame = session.first
    if end_of_capture - start < UP_WITHIN or any(said_goodbye(side) for side in session.sides.values()):
        return
    sides = list(session.sides.values())
    if any(side.first(codes.RG_APPLICATION_DATA) for side in sides):
        return
    if len(sides) == 1:
        yield finding(
            "iccp-session-never-up",
            "error",
            (start, frame),
            session,
            f"{sides[0].name} speaks and nobody answers",
            "seen: frames of one side only",
            "RFC 5036 2.5",
            "is the other node up, is this its peer port, does the link pass frames both ways?",
            side=sides[0],
        )
        return
    if session.kind == "link" and not any(side.uttered for side in sides):
        deaf = [side for side in sides if side.first_echo is None]
        if deaf:
            yield finding(
                "iccp-session-never-up",
                "error",
                deaf[0].times[0],
                session,
                f"{deaf[0].name} never echoes the other's heartbeats: it does not hear it",
                "seen: heartbeats of both, no incarnation of the peer in one's",
                "M2.2",
                "frames are lost in one direction of the peer link, or the domains differ",
                side=deaf[0],
            )
        return
    began = any(side.first(codes.INITIALIZATION) or side.first(codes.CAPABILITY) for side in sides)
    if not began:
        return  # the capture begins inside the session
    for step in _STEPS[session.kind]:
        lacking = [side for side in sides if step not in {name for _, _, name in reached(side, session.kind)}]
        if lacking:
            what, clause, fix = _MISSING[step]
            capability = next((one for side in sides if (one := side.first_tlv(IccpCapability))), None)
            yield finding(
                "iccp-session-never-up",
                "error",
                lacking[0].times[0],
                session,
                f"{' and '.join(side.name for side in lacking)} {what}",
                "seen: all steps before it",
                clause,
                fix,
                side=lacking[0],
                more=(capability.frame,) if capability is not None else (),
            )
            return


def _tables(session: Session, end_of_capture: Instant) -> Iterator[Finding]:
    pair = session.pair()
    for side in session.sides.values():
        for one, name in open_tables(side):
            if end_of_capture - one.time >= UP_WITHIN and session.last - one.time >= UP_WITHIN:
                yield finding(
                    "table-never-synchronised",
                    "error",
                    _at(one),
                    session,
                    f"{side.name} began to tell {name} and never ended",
                    "seen: the start, and no end",
                    "RFC 7275 9.2.2, M10",
                    "the gate of the peer port stays shut until the end arrives: look for losses on the peer link",
                    side=side,
                )
    if pair is None:
        return
    for asking, answering in (pair, pair[::-1]):
        request = asks(asking)
        if request is not None and synchronised(answering) is None and not list(open_tables(answering)):
            if session.last - request.time < UP_WITHIN:
                continue
            yield finding(
                "table-never-synchronised",
                "error",
                _at(request),
                session,
                f"{asking.name} asks for the tables and {answering.name} never sends them",
                "seen: the request, and no answer",
                "RFC 7275 9.2.2",
                f"{answering.name} is stuck: look at its log",
                side=answering,
            )


def _gaps(session: Session, side: Side, end_of_capture: Instant) -> Iterator[Finding]:
    """Silence of a side that spoke regularly."""
    times = side.times
    if len(times) < 4:
        return
    usual = _interval(session, side)
    allowed = MISSED * usual + LATE
    goodbyes = [time for one in session.sides.values() if (time := said_goodbye(one)) is not None]
    for (time, frame), after in zip(times, [*times[1:], None], strict=True):
        until = after[0] if after is not None else end_of_capture
        planned = any(0 <= time - goodbye + usual <= MISSED * usual for goodbye in goodbyes)
        if until - time <= allowed or planned:
            continue
        yield finding(
            "heartbeat-gap",
            "warning" if after is not None else "error",
            (time, frame),
            session,
            f"{side.name} was silent for {(until - time) / 1e9:.2f} s"
            + ("" if after is not None else " up to the end of the capture")
            + f", and spoke every {usual / 1e9:.2g} s before",
            "seen: the frames before and after" if after is not None else "seen: its last frame",
            "M2.2" if session.kind == "link" else "RFC 5036 2.5.6",
            "a node that crashed or hung, or losses on the link between the nodes",
            until=after[0] if after is not None else None,
            more=(after[1],) if after is not None else (),
            side=side,
        )


def _interval(session: Session, side: Side) -> Instant:
    """How often a side speaks when it has nothing to say."""
    if session.kind == "sonic":
        return SONIC_TIMEOUT // MISSED
    if session.kind == "ldp" and side.keepalive:
        return seconds(side.keepalive) // MISSED
    spaces = [later[0] - earlier[0] for earlier, later in zip(side.times, side.times[1:], strict=False)]
    long = [space for space in spaces if space >= milliseconds(5)]
    return int(median(long)) if long else seconds(5)
