"""A finding at one PDU of one port, of whatever protocol."""

from typing import Protocol

from pyiccp._report.findings import Finding, Ref
from pyiccp._sansio import Instant


class Sighting(Protocol):
    """One PDU that was seen."""

    @property
    def time(self) -> Instant: ...
    @property
    def frame(self) -> Ref: ...


class Speaker(Protocol):
    """Who sent it."""

    @property
    def title(self) -> str: ...
    @property
    def key(self) -> str: ...


def finding(
    code: str,
    severity: str,
    seen: Sighting,
    speaker: Speaker,
    message: str,
    evidence: str,
    clause: str,
    fix: str,
    *,
    until: Instant | None = None,
    more: tuple[Ref, ...] = (),
) -> Finding:
    """What *seen* proves about *speaker*; *more* frames belong to it."""
    return Finding(
        code=code,
        severity=severity,
        time_ns=seen.time,
        until_ns=until,
        frames=(seen.frame, *more),
        where=speaker.title,
        message=message,
        evidence=evidence,
        clause=clause,
        fix=fix,
        lane=speaker.key,
    )
