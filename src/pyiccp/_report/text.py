"""A report for a terminal."""

from collections.abc import Iterator

from pyiccp._report.findings import SEVERITIES, Finding, Ref
from pyiccp._report.timeline import Lane, Report

SECOND = 1_000_000_000
MOST_STEPS = 40
"""Steps of one lane that are printed; JSON and HTML have them all."""


def to_text(report: Report) -> str:
    """Verdict, who is there, findings, then what each port went through."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    span = (report.end_ns - report.start_ns) / SECOND
    yield f"{report.title}: {report.frames} control frames in {span:.3f} s"
    yield from (f"note: {note}" for note in report.notes)
    yield ""
    yield "healthy: nothing to complain about" if report.healthy else _count(report)
    for number, finding in enumerate(report.findings, 1):
        yield ""
        yield from _finding(report, number, finding)
    if report.nodes:
        yield ""
        yield "systems"
    for node in report.nodes:
        yield f"  {node.title}  ({node.kind})"
        yield from (f"      {line}" for line in node.detail)
    for lane in report.lanes:
        yield ""
        yield from _lane(report, lane)


def _count(report: Report) -> str:
    parts = []
    for severity in SEVERITIES:
        number = sum(finding.severity == severity for finding in report.findings)
        if number:
            parts.append(f"{number} {severity}{'s' * (number > 1)}")
    return " and ".join(parts)


def _finding(report: Report, number: int, finding: Finding) -> Iterator[str]:
    when = _after(report, finding.time_ns)
    if finding.until_ns is not None:
        when += f" to {_after(report, finding.until_ns)}"
    yield f"{number}. {finding.severity} at {when}: {finding.message} [{finding.code}]"
    frames = ", ".join(_ref(report, frame) for frame in finding.frames)
    yield f"     {finding.evidence}" + (f"; frame{'s' * (len(finding.frames) > 1)} {frames}" if frames else "")
    yield f"     clause {finding.clause}"
    for index, line in enumerate(finding.fix.splitlines()):
        yield f"     fix: {line}" if not index else f"          {line}"


def _lane(report: Report, lane: Lane) -> Iterator[str]:
    yield f"{lane.title}  ({lane.group})"
    for step in lane.steps[:MOST_STEPS]:
        frame = "" if step.frame is None else f"#{_ref(report, step.frame)}"
        mark = "" if step.evidence == "seen" else f"  ({step.evidence})"
        yield f"  {_after(report, step.time_ns):>12}  {frame:>7}  {step.state:<26}  {step.detail}{mark}".rstrip()
    if len(lane.steps) > MOST_STEPS:
        yield f"  {'':>12}  {'':>7}  … {len(lane.steps) - MOST_STEPS} more"


def _after(report: Report, time_ns: int) -> str:
    return f"{(time_ns - report.start_ns) / SECOND:.3f} s"


def _ref(report: Report, frame: Ref) -> str:
    several = len(report.captures) > 1
    return f"{report.captures[frame.capture]}:{frame.number}" if several else str(frame.number)
