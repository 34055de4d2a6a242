"""What LACPDUs prove about bonds: halves that differ, identities that change, numbers used twice, departures."""

from collections.abc import Callable, Iterator
from itertools import pairwise

from pyiccp._explain.finding import finding
from pyiccp._explain.observe_lacp import End, Ports, Said, spans
from pyiccp._explain.rules_lacp import SETTLED, hears_nobody, out_of_date
from pyiccp._report.findings import Finding
from pyiccp._sansio import Instant, seconds
from pyiccp.wire._lacpdu import Lacpdu
from pyiccp.wire._mac import ZERO, Mac, mac_text

APART = seconds(1.5)
"""Both halves of a pair change within one fast period; longer is no change but a difference."""
TOGETHER = seconds(2)
KEPT = seconds(0.9)
"""Distributing after this long without reason is a departure, not a PDU under way."""


def bond_findings(ports: Ports) -> Iterator[Finding]:
    """Everything about several links together."""
    yield from _halves(ports)
    yield from _identity_changes(ports)
    yield from _numbers_used_twice(ports)
    told: set[tuple[bytes, str]] = set()
    for one in sorted((one for end in ports for one in _departures(end)), key=lambda one: one.time_ns):
        what = (one.message.partition(" ")[0].encode(), one.message.partition(") ")[2])
        if what not in told:
            told.add(what)
            yield one


def bonds(ports: Ports) -> dict[tuple[bytes, int], list[End]]:
    """Ends by the system and the key that they said last."""
    found: dict[tuple[bytes, int], list[End]] = {}
    for end in ports:
        actor = end.said[-1].pdu.actor
        found.setdefault((actor.system, actor.key), []).append(end)
    return found


# A difference of systems says it all; the others count between links of one system.
_DIFFERENCES: tuple[tuple[str, str, Callable[[Lacpdu], object]], ...] = (
    ("system-id-mismatch", "system identifiers", lambda pdu: pdu.actor.system),
    ("priority-mismatch", "system priorities", lambda pdu: pdu.actor.system_priority),
    ("key-mismatch", "keys", lambda pdu: pdu.actor.key),
)


def _halves(ports: Ports) -> Iterator[Finding]:
    """One bond, whose links end at two identities."""
    for members in bonds(ports).values():
        for index, one in enumerate(members):
            for other in members[index + 1 :]:
                if one.peer is not None and other.peer is not None and one.peer is not other.peer:
                    yield from _between(one, other, one.peer, other.peer)


def _between(one: End, other: End, first: End, second: End) -> Iterator[Finding]:
    for code, what, read in _DIFFERENCES:

        def differ(
            a: Lacpdu, b: Lacpdu, c: Lacpdu, d: Lacpdu, code: str = code, read: Callable[[Lacpdu], object] = read
        ) -> bool:
            if hears_nobody(a) or hears_nobody(b) or out_of_date(a) or out_of_date(b):
                return False
            same = c.actor.system == d.actor.system
            return read(c) != read(d) and (same or code == "system-id-mismatch")

        for span in spans((one, other, first, second), differ):
            alive = all(end.between(span.start, span.end) for end in (first, second))
            if span.end - span.start < APART or not alive:
                continue
            left, right = first.at(span.start), second.at(span.start)
            if left is None or right is None:
                continue
            here, there = (_shown(read(said.pdu)) for said in (left, right))
            yield finding(
                code,
                "error",
                span.first,
                second if span.first is right else first,
                f"the bond of {mac_text(one.said[-1].pdu.actor.system)} ends at two {what}: {here} ({first.title}) "
                f"and {there} ({second.title}); only one of its links can carry",
                f"seen: {what} in the LACPDUs of both far ends",
                "6.3.6",
                "both nodes of a pair need one system-id, priority and key (mlag-id) for one bond: "
                "see whether the pair is connected; without a pair, the bond is wired to two switches",
                until=None if span.open else span.end,
            )


def _shown(value: object) -> str:
    return mac_text(value) if isinstance(value, bytes) else str(value)


def _identity_changes(ports: Ports) -> Iterator[Finding]:
    """A system that calls itself another; all its ports within two seconds are one change."""
    changes: list[tuple[Said, End, Mac, Mac]] = []
    for end in ports:
        for before, after in pairwise(end.runs):
            old, new = before.pdu.actor.system, after.pdu.actor.system
            if old != new and ZERO not in (old, new) and not _just_started(end, after.time):
                changes.append((after, end, old, new))
    changes.sort(key=lambda change: change[0].time)
    told: dict[tuple[Mac, Mac], Instant] = {}
    for said, end, old, new in changes:
        if said.time - told.get((old, new), -TOGETHER - 1) <= TOGETHER:
            continue
        told[old, new] = said.time
        together = [change for change in changes if change[2:] == (old, new) and change[0].time - said.time <= TOGETHER]
        others = [
            one
            for one in ports
            if (at := one.at(said.time)) is not None
            and at.pdu.actor.system == old
            and one.between(said.time, said.time + 2 * one.period(at))
            and all(one is not change[1] for change in together)
        ]
        back = _carries(ports, new, said.time)
        outage = f"; the client carries again after {(back - said.time) / 1e9:.2f} s" if back is not None else ""
        joins = any(
            at.pdu.actor.system == new and said.time - at.time <= 3 * one.period(at)
            for one in ports
            if one is not end and (at := one.at(said.time)) is not None
        )
        whole = not others and not joins
        yield finding(
            "identity-change",
            "error" if whole else "warning",
            said,
            end,
            f"{mac_text(old)} calls itself {mac_text(new)}, on {len(together)} port{'s' * (len(together) > 1)}"
            + (f"; {len(others)} of its ports keep the old identity" if others else outage),
            "seen: another actor system from the same ports",
            "M1.8, M6.1",
            "a pair that loses its peer without a keepalive changes identity: configure one, or a fixed system-id",
            until=back,
            more=tuple(change[0].frame for change in together[1:3]),
        )


def _just_started(end: End, time: Instant) -> bool:
    """A node that comes back may begin alone and join its pair: nobody depends on it yet."""
    recent = [said for said in end.runs if time - SETTLED < said.time <= time]
    return end.said[0].time > time - SETTLED or any(end.was_silent(said) for said in recent)


def _carries(ports: Ports, system: bytes, after: Instant) -> Instant | None:
    """When a partner first distributes towards *system*."""
    times = [
        said.time
        for end in ports
        for said in end.runs
        if said.time > after and said.pdu.partner.system == system and said.pdu.actor.state.distributing
    ]
    return min(times, default=None)


def _numbers_used_twice(ports: Ports) -> Iterator[Finding]:
    """One system and port number at two places: at once, or one after the other."""
    places: dict[tuple[bytes, int], list[tuple[End, Said]]] = {}
    for end in ports:
        for said in end.runs:
            place = places.setdefault((said.pdu.actor.system, said.pdu.actor.port), [])
            if all(one is not end for one, _ in place):
                place.append((end, said))
    for found in places.values():
        found.sort(key=lambda one: one[1].time)
        for (old, _), (new, said) in pairwise(found):
            later = [one for one in old.between(said.time, new.said[-1].time) if not hears_nobody(one.pdu)]
            if later:
                yield finding(
                    "equal-port-numbers",
                    "error",
                    said,
                    new,
                    f"{new.title} and {old.title} are two ports with one number under one system identifier",
                    "seen: both speak, alternately",
                    "6.3.4",
                    "the nodes of a pair must number their ports apart: a strict client takes it for one port "
                    "that moves, for ever",
                    more=(later[0].frame,),
                )
            else:
                yield finding(
                    "port-moved",
                    "warning",
                    said,
                    new,
                    f"the port that was heard at {old.title} is now at {new.title} ({new.link.name})",
                    "seen: its system and number at another place, and silence at the old one",
                    "6.4.12",
                    "somebody re-plugged the cable; the bond drops the old port and starts on the new one",
                    more=(old.said[-1].frame,),
                )


def _departures(end: End) -> Iterator[Finding]:
    """What the partner's implementation does and the standard does not (spec of measured behaviour)."""
    before: Said | None = None
    for said in end.runs:
        state = said.pdu.actor.state
        if before is not None and state.expired and state.distributing and not hears_nobody(said.pdu):
            yield _departure(end, said, "keeps distributing while EXPIRED: frames go to a partner that may be gone")
            break
        before = said
    peer = end.peer
    if peer is None:
        return
    for span in spans((end, peer), _distributes_alone):
        later = [one for one in end.between(span.start, span.end) if one.time >= span.start + KEPT]
        joined = any(one.pdu.actor.state.synchronization and one.time < span.start for one in peer.runs)
        if later and joined:  # before, a slow partner is on its way
            yield _departure(end, later[0], "keeps distributing although its partner is out of sync")
            break
    for span in spans((end, peer), lambda a, b: not a.actor.state.activity and not b.actor.state.activity):
        talk = end.between(span.start, span.end if span.open else span.end - 1)
        if len(talk) >= 3:
            yield _departure(end, talk[2], "goes on sending and stays in sync though both ends are passive")
            break


def _distributes_alone(ours: Lacpdu, theirs: Lacpdu) -> bool:
    state = theirs.actor.state
    heard = not hears_nobody(theirs) and not out_of_date(theirs) and not out_of_date(ours)
    return heard and ours.actor.state.distributing and not state.synchronization


def _departure(end: End, said: Said, what: str) -> Finding:
    return finding(
        "peer-departs",
        "warning",
        said,
        end,
        f"{mac_text(said.pdu.actor.system)} ({end.title}) {what}",
        "seen: the Distributing bit beside the others",
        "6.4.15",
        "known of some implementations; do not count on it to stop sending, take the link down instead",
    )
