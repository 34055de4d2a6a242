"""What LACPDUs prove about one link: nobody there, one deaf, out of date, looped, two that cannot agree."""

from collections.abc import Iterator

from pyiccp._explain.finding import finding
from pyiccp._explain.observe_lacp import GRACE, LONG_TIMEOUT, End, Ports, Said, names, spans
from pyiccp._report.findings import Finding, Ref
from pyiccp._sansio import Instant, seconds
from pyiccp.wire._lacpdu import Lacpdu
from pyiccp.wire._mac import ZERO

PATIENCE = seconds(3.5)
"""A partner may be switched on a moment later."""
SETTLED = seconds(3)
"""What two ends do not agree about for this long is no start-up."""
CHURN_TIME = seconds(60)


def link_findings(ports: Ports, end_of_capture: Instant) -> Iterator[Finding]:
    """Everything about single ends and pairs of them."""
    for end in ports:
        yield from _absent(end)
        yield from _lost(end, end_of_capture)
        yield from _churn(end)
        yield from _own_system(end)
    for one, other in ports.pairs():
        yield from _rates(one, other)
        yield from _passive(one, other)
        for end, peer in ((one, other), (other, one)):
            yield from _wrong_view(end, peer)
        yield from _link_down(one, other, end_of_capture)


def hears_nobody(pdu: Lacpdu) -> bool:
    """No partner is recorded."""
    return pdu.partner.system == ZERO


def out_of_date(pdu: Lacpdu) -> bool:
    """What is recorded of the partner is old or invented."""
    return pdu.actor.state.expired or pdu.actor.state.defaulted


def _absent(end: End) -> Iterator[Finding]:
    """Nobody from the start, until Defaulted or for longer than a start takes."""
    first = end.runs[0]
    if not hears_nobody(first.pdu):
        return
    heard = next((said for said in end.runs if not hears_nobody(said.pdu)), None)
    alone_until = heard.time if heard is not None else end.said[-1].time
    gave_up = any(said.pdu.actor.state.defaulted and not said.pdu.actor.state.expired
                  for said in end.runs if said.time < alone_until or heard is None)  # fmt: skip
    if not gave_up and alone_until - first.time < PATIENCE:
        return
    peer = end.peer
    spoken = [] if peer is None else [said for said in peer.between(first.time, alone_until) if said.time < alone_until]
    until = heard.time if heard is not None else None
    if peer is not None and len(spoken) >= 3:
        yield _one_way(end, peer, first, spoken[-1].frame, until)
        return
    yield finding(
        "partner-absent",
        "error",
        first,
        end,
        f"{end.title} speaks and hears nobody for {_span(alone_until - first.time)}",
        "seen: its LACPDUs carry no partner",
        "6.4.12",
        "check that LACP runs at the other end, on this very link, and that the cable leads there",
        until=until,
    )


def _lost(end: End, end_of_capture: Instant) -> Iterator[Finding]:
    """EXPIRED, then DEFAULTED, after there was a partner: who fell silent, or who became deaf."""
    before: Said | None = None
    for said in end.runs:
        state, was = said.pdu.actor.state, before
        before = said
        if was is None or hears_nobody(was.pdu) or _is_another(said.pdu, was.pdu):
            continue
        if state.expired and not was.pdu.actor.state.expired and not hears_nobody(said.pdu):
            yield from _expired(end, said, was)
        if state.defaulted and not was.pdu.actor.state.defaulted and not _left(end, said):
            yield finding(
                "partner-defaulted",
                "error",
                said,
                end,
                f"{end.title} has given its partner up: defaulted values stand in for it",
                "seen: Defaulted is set where a partner was before",
                "6.4.12",
                "the partner must speak again on this link; until then the port carries nothing it can rely on",
                until=_recovered(end, said),
            )


def _is_another(pdu: Lacpdu, before: Lacpdu) -> bool:
    """Set up anew under another identity or key: that is told elsewhere."""
    now, then = pdu.actor, before.actor
    return (now.system, now.system_priority, now.key) != (then.system, then.system_priority, then.key)


def _expired(end: End, said: Said, was: Said) -> Iterator[Finding]:
    patience = end.patience(was)
    peer = end.peer
    if peer is None:
        yield _silent(end, said, "unknown: the other end is not in the capture")
        return
    heard = peer.between(said.time - patience, said.time)
    recovered = _recovered(end, said)
    later = peer.between(said.time, recovered or end.said[-1].time)
    if recovered is not None:
        later = [one for one in later if one.time < recovered]
    if heard and len(later) >= 2 and len(heard) + len(later) >= 3:
        yield _one_way(end, peer, said, heard[0].frame, recovered)
    elif heard and said.time - heard[-1].time < patience - GRACE:
        if said.time - end.said[0].time < SETTLED or end.was_silent(said):
            return  # it has only just been started, or its link was down for longer, which is told elsewhere
        yield finding(
            "link-flap",
            "warning",
            said,
            end,
            f"{end.title} started anew {(said.time - heard[-1].time) / 1e9:.1f} s after its partner's last LACPDU: "
            "its link was down in between",
            f"inferred: Expired is set long before {patience // seconds(1)} s of silence",
            "6.4.12",
            "look at the cable, the transceiver and the counters of both ports",
            until=recovered,
        )
    elif not _left(end, said):
        last = peer.at(said.time)
        why = "seen: its last LACPDU" if last is not None else "seen: no LACPDU of it"
        yield _silent(end, said, why, (last.frame,) if last is not None else ())


def _silent(end: End, said: Said, evidence: str, more: tuple[Ref, ...] = ()) -> Finding:
    who = f" ({end.peer.title})" if end.peer is not None else ""
    return finding(
        "partner-expired",
        "warning",
        said,
        end,
        f"{end.title} has not heard its partner{who} for a whole timeout",
        evidence,
        "6.4.12",
        "see whether the partner's LACP still runs, and whether the link loses frames",
        until=_recovered(end, said),
        more=more,
    )


def _one_way(end: End, peer: End, said: Said, spoken: Ref, until: Instant | None) -> Finding:
    return finding(
        "one-way-loss",
        "error",
        said,
        end,
        f"{end.title} does not hear {peer.title}, which speaks: frames are lost in that direction",
        "seen: LACPDUs of the one, and no trace of them in the other's",
        "6.4.12",
        f"the way from {peer.title} to {end.title}: fibre strand, transceiver, or a filter on slow protocols",
        until=until,
        more=(spoken,),
    )


def _left(end: End, said: Said) -> bool:
    """The partner announced that it leaves: its last LACPDU gave up Synchronization or Aggregation."""
    if end.peer is None:
        return False
    last = end.peer.at(said.time)
    if last is None or (last.pdu.actor.state.synchronization and last.pdu.actor.state.aggregation):
        return False
    return any(one.pdu.actor.state.synchronization for one in end.peer.runs if one.time < last.time)


def _recovered(end: End, said: Said) -> Instant | None:
    """When the port was current again."""
    return next(
        (one.time for one in end.runs if one.time > said.time and not out_of_date(one.pdu)
         and not hears_nobody(one.pdu)), None,
    )  # fmt: skip


def _link_down(one: End, other: End, end_of_capture: Instant) -> Iterator[Finding]:
    """Both ends silent at once for longer than either would be: the link, or both ports, were down."""
    for before, after in zip(one.said, [*one.said[1:], None], strict=True):
        until = after.time if after is not None else end_of_capture
        allowed = 3 * one.period(before) + GRACE
        if until - before.time <= allowed:
            continue
        last = other.at(before.time + one.period(before))
        if last is None or last.time + allowed > until or other.between(last.time, until - 1):
            continue
        if not (before.pdu.actor.state.synchronization and last.pdu.actor.state.synchronization):
            continue  # one of them had said that it leaves
        shown = min(before, last, key=lambda said: said.time)
        yield finding(
            "link-down",
            "error",
            shown,
            one,
            f"the link between {one.title} and {other.title} fell silent in both directions"
            + (f" for {_span(until - shown.time)}" if after is not None else " and stayed so"),
            f"inferred: each spoke every {one.period(before) // seconds(1)} s; the frame shown is the last LACPDU",
            "6.4.12",
            "carrier, cable and administrative state of both ports at that time",
            until=until if after is not None else None,
            more=(after.frame,) if after is not None else (),
        )


def _rates(one: End, other: End) -> Iterator[Finding]:
    def differ(first: Lacpdu, second: Lacpdu) -> bool:
        current = not (out_of_date(first) or out_of_date(second) or hears_nobody(first) or hears_nobody(second))
        return current and first.actor.state.timeout is not second.actor.state.timeout

    for span in spans((one, other), differ):
        if span.end - span.start < SETTLED:
            continue
        fast, slow = (one, other)
        said = one.at(span.start)
        if said is not None and not said.pdu.actor.state.timeout:
            fast, slow = other, one
        yield finding(
            "rate-mismatch",
            "warning",
            span.first,
            one,
            f"{fast.title} asks for an LACPDU a second, {slow.title} for one in 30 s: "
            f"{slow.title} notices a silent link after {LONG_TIMEOUT // seconds(1)} s only",
            "seen: their Timeout bits differ",
            "6.4.2.3",
            "set one lacp-rate on both ends, 1sec where seconds matter",
            until=None if span.open else span.end,
        )


def _passive(one: End, other: End) -> Iterator[Finding]:
    for span in spans((one, other), lambda a, b: not a.actor.state.activity and not b.actor.state.activity):
        yield finding(
            "passive-passive",
            "error",
            span.first,
            one,
            f"{one.title} and {other.title} are both passive: neither speaks unless spoken to",
            "seen: Activity is 0 at both",
            "6.4.1",
            "set lacp-mode=active on at least one end",
            until=None if span.open else span.end,
        )


def _wrong_view(end: End, peer: End) -> Iterator[Finding]:
    """What *peer* repeats of *end* is not what *end* says."""

    def wrong(ours: Lacpdu, theirs: Lacpdu) -> bool:
        return not hears_nobody(theirs) and not names(theirs, ours.actor)

    for span in spans((end, peer), wrong):
        until = span.end if span.open else span.end - 1
        repeated, spoken = peer.between(span.start - 1, until), end.between(span.start - 1, until)
        if span.end - span.start < SETTLED - GRACE or len(repeated) < 2 or len(spoken) < 2:
            continue
        ours, theirs = end.at(span.start), repeated[-1].pdu.partner
        if ours is None:
            continue
        what = [
            name
            for name, here, there in (
                ("system", ours.pdu.actor.system, theirs.system),
                ("priority", ours.pdu.actor.system_priority, theirs.system_priority),
                ("key", ours.pdu.actor.key, theirs.key),
                ("port", ours.pdu.actor.port, theirs.port),
            )
            if here != there
        ]
        yield finding(
            "wrong-partner-view",
            "error",
            repeated[0],
            peer,
            f"{peer.title} takes {end.title} for another: it repeats a wrong {' and '.join(what) or 'identity'}",
            "seen: the partner fields of the one are not the actor fields of the other",
            "6.4.9",
            "it hears somebody else (a switch in between, a mirrored port), or holds old values: restart its LACP",
            until=None if span.open else span.end,
        )


def _churn(end: End) -> Iterator[Finding]:
    def waits(pdu: Lacpdu) -> bool:
        return not (pdu.actor.state.synchronization or hears_nobody(pdu) or out_of_date(pdu))

    for span in spans((end,), waits):
        if span.end - span.start >= CHURN_TIME:
            yield finding(
                "churn",
                "warning",
                span.first,
                end,
                f"{end.title} hears its partner and stays out of sync for {_span(span.end - span.start)}",
                "seen: Synchronization is 0 for longer than the churn detection time, 60 s",
                "6.4.17",
                "the port is in no active aggregator: compare keys and partners of the bond's ports, max-links, holds",
                until=None if span.open else span.end,
            )


def _own_system(end: End) -> Iterator[Finding]:
    """The partner is this very system: its own port, another of its ports, or a twin."""
    for span in spans((end,), lambda pdu: not hears_nobody(pdu) and pdu.partner.system == pdu.actor.system):
        pdu = span.first.pdu
        until = None if span.open else span.end
        if pdu.partner.port == pdu.actor.port and pdu.partner.key == pdu.actor.key:
            yield finding(
                "loop-back",
                "error",
                span.first,
                end,
                f"{end.title} hears itself: its partner is its own port",
                "seen: the partner fields are its own actor fields",
                "6.4.9",
                "a loop-back plug, a port in loop-back mode, or a switch that returns slow protocols",
                until=until,
            )
        else:
            yield finding(
                "duplicate-system-id",
                "error",
                span.first,
                end,
                f"{end.title} has a partner with its own system identifier",
                "seen: actor and partner system are equal",
                "6.3.2",
                "two devices share one identifier (a cloned one, or both nodes of a pair on one cable), "
                "or two ports of one device are cabled together",
                until=until,
            )


def _span(time: Instant) -> str:
    return f"{time / 1e9:.1f} s"
