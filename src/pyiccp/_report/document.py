"""A report as plain data for JSON: kebab-case keys, times with all their digits."""

from typing import Any

import msgspec

from pyiccp._report.findings import Finding
from pyiccp._report.timeline import Link, Report

SCHEMA = 1
SECOND = 1_000_000_000


def document(report: Report) -> dict[str, Any]:
    """`{"schema", "healthy", "systems", "timeline", "findings"}`, and what goes with them."""
    return {
        "schema": SCHEMA,
        "healthy": report.healthy,
        "captures": list(report.captures),
        "start": seconds(report.start_ns),
        "start-ns": report.start_ns,
        "duration": seconds(report.end_ns - report.start_ns),
        "frames": report.frames,
        "systems": [{"name": node.title, "kind": node.kind, "detail": list(node.detail)} for node in report.nodes],
        "links": [_link(report, link) for link in report.links],
        "timeline": [
            {
                **_time(report, step.time_ns),
                "port": lane.title,
                "group": lane.group,
                "protocol": lane.protocol,
                "state": step.state,
                "evidence": step.evidence,
                "frame": None if step.frame is None else step.frame.number,
                "capture": None if step.frame is None else report.captures[step.frame.capture],
                "detail": step.detail,
            }
            for lane in report.lanes
            for step in lane.steps
        ],
        "findings": [_finding(report, finding) for finding in report.findings],
        "notes": list(report.notes),
    }


def to_json(report: Report) -> str:
    """The document as text."""
    return msgspec.json.format(msgspec.json.encode(document(report)), indent=2).decode() + "\n"


def seconds(time_ns: int) -> msgspec.Raw:
    """A number with all its digits, more than a float can hold."""
    sign, time_ns = ("-", -time_ns) if time_ns < 0 else ("", time_ns)
    return msgspec.Raw(f"{sign}{time_ns // SECOND}.{time_ns % SECOND:09d}".encode())


def _time(report: Report, time_ns: int) -> dict[str, Any]:
    return {"time": seconds(time_ns), "time-ns": time_ns, "after": seconds(time_ns - report.start_ns)}


def _link(report: Report, link: Link) -> dict[str, Any]:
    titles = {node.key: node.title for node in report.nodes}
    between = [titles.get(key, key) for key in (link.one, link.other)]
    return {"between": between, "name": link.title, "up": link.level == "up"}


def _finding(report: Report, finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        **_time(report, finding.time_ns),
        "until": None if finding.until_ns is None else seconds(finding.until_ns),
        "frames": [frame.number for frame in finding.frames],
        "capture": report.captures[finding.frames[0].capture] if finding.frames else None,
        "where": finding.where,
        "message": finding.message,
        "evidence": finding.evidence,
        "clause": finding.clause,
        "fix": finding.fix,
    }
