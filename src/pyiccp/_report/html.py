"""A report as one HTML page that needs no network: findings, topology, swim lanes on one time axis, ladder of frames.

Everything is in the page without its script, which only zooms the time axis. Whatever came from a wire is escaped, and
the page forbids itself to load anything.
"""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from pyiccp._report.diagram import diagram
from pyiccp._report.findings import Finding, Ref
from pyiccp._report.ladder import ladder
from pyiccp._report.timeline import LEVELS, Lane, Report, Step

HERE = Path(__file__).parent
SECOND = 1_000_000_000
NARROW = 4.0
"""Percent of the width below which a segment has no room for a word."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
_MEANING = {
    "up": "carries data",
    "ready": "agreed",
    "wait": "on its way",
    "down": "broken",
    "off": "left or silent",
}


def to_html(report: Report) -> str:
    """The page."""
    style = (HERE / "page.css").read_text(encoding="utf-8")
    script = (HERE / "page.js").read_text(encoding="utf-8")
    return "".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n',
            '<link rel="icon" href="data:,">\n',
            f"<title>{escape(report.title)} · pyiccp</title>\n<style>\n{style}</style>\n</head>\n<body>\n",
            *_head(report),
            "<main>\n",
            *_findings(report),
            *_topology(report),
            *_timeline(report),
            *ladder(report, {frame: number for number, one in enumerate(report.findings, 1) for frame in one.frames}),
            "</main>\n",
            "<footer>Written by pyiccp. Solid: seen on the wire; striped: inferred from it.</footer>\n",
            f"<script>\n{script}</script>\n</body>\n</html>\n",
        )
    )


def _head(report: Report) -> Iterator[str]:
    yield '<a class="skip" href="#findings">Skip to the findings</a>\n<header>\n'
    yield f"<h1>{escape(report.title)}</h1>\n"
    span = (report.end_ns - report.start_ns) / SECOND
    yield f'<p class="soft">{report.frames} control frames in {span:.3f} s</p>\n'
    yield from (f'<p class="soft">{escape(note)}</p>\n' for note in report.notes)
    verdict = "Healthy: nothing to complain about." if report.healthy else _count(report)
    yield f'<p class="verdict{"" if report.healthy else " bad"}" role="status">{verdict}</p>\n'
    yield '<nav aria-label="On this page"><a href="#findings">Findings</a><a href="#topology">Topology</a>'
    yield '<a href="#timeline">Timeline</a><a href="#ladder">Frames</a></nav>\n</header>\n'


def _count(report: Report) -> str:
    errors = sum(one.severity == "error" for one in report.findings)
    warnings = len(report.findings) - errors
    said = [f"{n} {word}{'s' if n > 1 else ''}" for n, word in ((errors, "error"), (warnings, "warning")) if n]
    return " and ".join(said) + "."


def _findings(report: Report) -> Iterator[str]:
    yield '<section aria-labelledby="findings">\n<h2 id="findings">Findings</h2>\n'
    if report.healthy:
        yield '<p class="soft">None.</p>\n'
    yield '<ol class="findings">\n'
    for number, finding in enumerate(report.findings, 1):
        yield from _finding(report, number, finding)
    yield "</ol>\n</section>\n"


def _finding(report: Report, number: int, finding: Finding) -> Iterator[str]:
    start = _seconds(report, finding.time_ns)
    end = start if finding.until_ns is None else _seconds(report, finding.until_ns)
    when = f"{start:.3f} s" + (f" to {end:.3f} s" if finding.until_ns is not None else "")
    yield f'<li class="finding {finding.severity}" id="f{number}">\n'
    yield f'<p class="head"><b>{number}. {finding.severity}</b> <code>{escape(finding.code)}</code> '
    yield f"<span>{when}</span></p>\n"
    yield f"<h3>{escape(finding.message)}</h3>\n<dl>\n"
    for name, value in (
        ("where", finding.where),
        ("evidence", finding.evidence),
        ("clause", finding.clause),
        ("fix", finding.fix),
    ):
        yield f"<dt>{name}</dt><dd>{escape(value)}</dd>\n"
    yield '</dl>\n<p class="links">'
    lanes = [index for index, lane in enumerate(report.lanes) if lane.key == finding.lane]
    yield from (f'<a class="chip" href="#lane{index}">its lane</a>' for index in lanes)
    drawn = {arrow.frame for arrow in report.arrows}
    for frame in finding.frames:
        label = f"frame {_ref(report, frame)}"
        yield f'<a class="chip" href="#{anchor(frame)}">{label}</a>' if frame in drawn else f"<span>{label}</span>"
    yield f'<button type="button" data-zoom="{start:.9f} {end:.9f}">zoom the timeline</button></p>\n</li>\n'


def _topology(report: Report) -> Iterator[str]:
    yield '<section aria-labelledby="topology">\n<h2 id="topology">Topology</h2>\n'
    if not report.nodes:
        yield '<p class="soft">Nobody was heard.</p>\n</section>\n'
        return
    yield '<div class="map">\n'
    yield from diagram(report.nodes, report.links)
    yield '<ul class="who">\n'
    for number, node in enumerate(report.nodes, 1):
        details = "".join(f"<br>{escape(line)}" for line in node.detail)
        yield f'<li><span class="mono">{number}. {escape(node.title)}</span> '
        yield f'<span class="soft">({escape(node.kind)}){details}</span></li>\n'
    yield "</ul>\n</div>\n</section>\n"


def _timeline(report: Report) -> Iterator[str]:
    yield '<section aria-labelledby="timeline">\n<h2 id="timeline" tabindex="-1">Timeline</h2>\n'
    if not report.lanes:
        yield '<p class="soft">No port spoke.</p>\n</section>\n'
        return
    yield '<div class="toolbar"><button type="button" data-zoom="all">the whole capture</button>'
    yield '<span class="soft">shown: <span id="zoomed">the whole capture</span></span><ul class="legend">'
    yield from (f'<li class="{level}">{_MEANING[level]}</li>' for level in LEVELS)
    span = max(report.end_ns - report.start_ns, 1) / SECOND
    yield f'</ul></div>\n<div class="lanes" data-span="{span:.9f}">\n'
    group = ""
    for index, lane in enumerate(report.lanes):
        if lane.group != group:
            group = lane.group
            yield f'<p class="group">{escape(group)}</p>\n'
        yield from _lane(report, index, lane, span)
    yield '<div class="lane axis" aria-hidden="true"><span class="name"></span><div class="track ticks">'
    for step in range(5):
        last = " last" if step == 4 else ""
        yield f'<span class="tick{last}" style="left:{step * 25}%">{span * step / 4:.2f} s</span>'
    yield "</div></div>\n</div>\n</section>\n"


def _lane(report: Report, index: int, lane: Lane, span: float) -> Iterator[str]:
    yield f'<div class="lane" id="lane{index}"><span class="name">{escape(lane.title)}</span>'
    yield f'<div class="track" role="group" aria-label="states of {escape(lane.title)}">'
    drawn = {arrow.frame for arrow in report.arrows}
    for step, until in _merged(lane.steps, report.end_ns):
        start, end = _seconds(report, step.time_ns), _seconds(report, until)
        yield _segment(report, step, start, end, span, step.frame in drawn)
    for number, finding in enumerate(report.findings, 1):
        if finding.lane != lane.key:
            continue
        start = _seconds(report, finding.time_ns)
        if finding.until_ns is not None:
            end = _seconds(report, finding.until_ns)
            yield f'<span class="band" data-from="{start:.9f}" data-until="{end:.9f}" {_box(start, end, span)}></span>'
        title = escape(f"finding {number}: {finding.message}", quote=True)
        yield f'<a class="mark {finding.severity}" href="#f{number}" data-from="{start:.9f}" '
        yield f'style="left:{start / span * 100:.4f}%" title="{title}" aria-label="{title}"></a>'
    yield "</div></div>\n"


def _segment(report: Report, step: Step, start: float, end: float, span: float, is_drawn: bool) -> str:
    frame = "" if step.frame is None else f", frame {_ref(report, step.frame)}"
    title = escape(f"{step.state} from {start:.3f} s{frame} ({step.evidence}). {step.detail}", quote=True)
    narrow = " narrow" if (end - start) / span * 100 < NARROW else ""
    inferred = "" if step.evidence == "seen" else " inferred"
    link = f' href="#{anchor(step.frame)}"' if is_drawn and step.frame is not None else ' tabindex="0"'
    return (
        f'<a class="seg {step.level}{narrow}{inferred}"{link} data-from="{start:.9f}" data-until="{end:.9f}" '
        f'{_box(start, end, span)} title="{title}" aria-label="{title}">{escape(step.state)}</a>'
    )


def _merged(steps: tuple[Step, ...], end: int) -> Iterator[tuple[Step, int]]:
    """Steps with their ends; those that only differ in detail are one."""
    begun: Step | None = None
    for step in steps:
        if begun is not None and (begun.state, begun.level, begun.evidence) == (step.state, step.level, step.evidence):
            continue
        if begun is not None:
            yield begun, step.time_ns
        begun = step
    if begun is not None:
        yield begun, end


def _box(start: float, end: float, span: float) -> str:
    return f'style="left:{start / span * 100:.4f}%;width:{max(end - start, 0) / span * 100:.4f}%"'


def _seconds(report: Report, time_ns: int) -> float:
    return (time_ns - report.start_ns) / SECOND


def _ref(report: Report, frame: Ref) -> str:
    return f"{report.captures[frame.capture]}:{frame.number}" if len(report.captures) > 1 else str(frame.number)


def anchor(frame: Ref) -> str:
    """The name of a frame's rung."""
    return f"frame{frame.capture}-{frame.number}"
