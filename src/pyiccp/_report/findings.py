"""Findings: what is wrong, since when, which frames show it, and what to do."""

from collections.abc import Iterable

import msgspec

SEVERITIES = ("error", "warning")
"""An outage or what makes one; what will surprise."""


class Ref(msgspec.Struct, frozen=True, gc=False, order=True):
    """One frame."""

    capture: int
    """Index of its file."""
    number: int
    """Its place in that file, from 1."""


class Finding(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One thing that is wrong."""

    code: str
    severity: str
    time_ns: int
    """Since 1970, by the clock of the first capture."""
    until_ns: int | None = None
    """When it was over; None = not within the capture, or it has no length."""
    frames: tuple[Ref, ...] = ()
    """The first is the one that shows it."""
    where: str
    message: str
    evidence: str
    """Begins with `seen:`, `inferred:` or `unknown:`."""
    clause: str
    fix: str
    lane: str = ""
    """The key of the lane in the timeline, if it has one."""


MOST = 3
"""Of one kind at one place, more are told as a number."""


def condensed(findings: Iterable[Finding]) -> list[Finding]:
    """Where one thing happens again and again, the first with the number of times, and until when."""
    alike: dict[tuple[str, str, str], list[Finding]] = {}
    for one in findings:
        alike.setdefault((one.code, one.where, one.lane), []).append(one)
    kept: list[Finding] = []
    for same in alike.values():
        if len(same) <= MOST:
            kept += same
            continue
        same.sort(key=lambda one: one.time_ns)
        last = same[-1]
        kept.append(
            msgspec.structs.replace(
                same[0],
                message=f"{same[0].message} ({len(same)} times within {(last.time_ns - same[0].time_ns) / 1e9:.1f} s)",
                until_ns=last.until_ns,
                frames=(*same[0].frames, *(frame for one in same[1:3] for frame in one.frames[:1])),
            )
        )
    return kept


def ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors first, then in the order of time."""
    return tuple(sorted(findings, key=lambda one: (SEVERITIES.index(one.severity), one.time_ns, one.code, one.where)))
