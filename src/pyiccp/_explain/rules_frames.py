"""What single frames prove, whatever they carry: malformed ones, ones that come back, markers without an answer."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pyiccp._explain.reading import Seen
from pyiccp._report.findings import Finding
from pyiccp._sansio import milliseconds, seconds
from pyiccp.capture._decoder import FAMILIES
from pyiccp.wire._mac import mac_text
from pyiccp.wire._marker import INFORMATION, RESPONSE, Marker

BACK = milliseconds(2)
"""A frame seen again on the same link within this came back; senders repeat themselves once a second."""
TWICE, MOST = 3, 0.8
"""Coming back that often, and of all that was sent so much, is no accident."""
ANSWER = seconds(1)
_CLAUSES = {"lacp": ("LACPDU", "6.4.2"), "stp": ("BPDU", "9.3.4"), "marker": ("Marker PDU", "6.5")}


def frame_findings(seen: Sequence[Seen]) -> Iterator[Finding]:
    """Findings that need no state of a protocol."""
    yield from _malformed(seen)
    yield from _come_back(seen)
    yield from _markers(seen)


def _family(protocol: str) -> str:
    return "stp" if protocol in FAMILIES["stp"] else protocol


def _malformed(seen: Sequence[Seen]) -> Iterator[Finding]:
    """One finding for each sender and kind of frame."""
    found: dict[tuple[bytes, str], list[Seen]] = {}
    for one in seen:
        if one.malformed is not None and not (
            one.protocol == "pyiccp-link" and one.malformed.path in ("major", "magic")
        ):
            found.setdefault((one.source, _family(one.protocol)), []).append(one)
    for (source, family), frames in found.items():
        what, clause = _CLAUSES.get(family, ("message", "RFC 5036 3.5"))
        first = frames[0]
        assert first.malformed is not None
        yield Finding(
            code="malformed",
            severity="warning",
            time_ns=first.time,
            frames=tuple(one.frame for one in frames[:5]),
            where=first.link.name,
            message=f"{mac_text(source)} sent {len(frames)} malformed {what}{'s' * (len(frames) > 1)}, "
            f"first: {first.malformed}",
            evidence="seen: the octets",
            clause=clause,
            fix="`pyiccp decode --format hex` shows where it breaks; implementations differ in what they accept",
        )


def _come_back(seen: Sequence[Seen]) -> Iterator[Finding]:
    """The same octets again on the same link, at once: something returns what it is sent."""
    recent: dict[tuple[int, int, bytes], Seen] = {}
    found: dict[tuple[bytes, str], list[Seen]] = {}
    sent: Counter[tuple[bytes, str]] = Counter()
    for one in seen:
        family = _family(one.protocol)
        if family not in ("lacp", "stp"):
            continue
        key = (one.link.capture, one.link.interface, one.octets)
        before = recent.pop(key, None)
        same_way = before is not None and before.outbound is not None and before.outbound is one.outbound
        if before is not None and one.time - before.time <= BACK and not same_way:
            found.setdefault((one.source, family), []).append(one)
        else:
            sent[one.source, family] += 1
            recent[key] = one
    for (source, family), frames in found.items():
        if len(frames) < TWICE or len(frames) < MOST * sent[source, family]:
            continue
        what = "LACPDU" if family == "lacp" else "BPDU"
        yield Finding(
            code="loop-back" if family == "lacp" else "looped-back-bpdu",
            severity="error",
            time_ns=frames[0].time,
            frames=tuple(one.frame for one in frames[:5]),
            where=frames[0].link.name,
            message=f"{what}s of {mac_text(source)} come back to it: {len(frames)} were seen twice within "
            f"{BACK // milliseconds(1)} ms",
            evidence="seen: equal octets on one link",
            clause="6.4.9" if family == "lacp" else "17.21.10",
            fix="a loop-back plug, a port in loop-back mode, or a device behind it that returns what it gets",
        )


def _markers(seen: Sequence[Seen]) -> Iterator[Finding]:
    """Marker Information has to be answered whatever the state of the port."""
    answers: dict[int, list[int]] = {}
    for one in seen:
        if _is_marker(one, RESPONSE):
            answers.setdefault(one.value.requester_transaction_id, []).append(one.time)
    unanswered = [
        one
        for one in seen
        if _is_marker(one, INFORMATION)
        and seen[-1].time - one.time > ANSWER
        and not any(0 <= time - one.time <= ANSWER for time in answers.get(one.value.requester_transaction_id, ()))
    ]
    if unanswered:
        first = unanswered[0]
        yield Finding(
            code="peer-departs",
            severity="warning",
            time_ns=first.time,
            frames=tuple(one.frame for one in unanswered[:5]),
            where=first.link.name,
            message=f"{len(unanswered)} Marker PDU{'s' * (len(unanswered) > 1)} of {mac_text(first.source)} "
            "had no response: its partner does not implement the Marker protocol",
            evidence="seen: Marker Information, and no response within a second",
            clause="6.5.4.2",
            fix="known of some implementations; use a time instead of markers to move conversations",
        )


def _is_marker(one: Seen, kind: int) -> bool:
    return isinstance(one.value, Marker) and one.value.tlv_type == kind
