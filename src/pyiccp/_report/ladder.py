"""The ladder: frames that say something new, downwards in time, between the ports that sent and were meant."""

from collections.abc import Iterator, Mapping
from html import escape

from pyiccp._report.findings import Ref
from pyiccp._report.timeline import Arrow, Report

SECOND = 1_000_000_000
MOST_COLUMNS = 12
COLUMN = 112
"""Pixels that a column wants; the drawing scrolls sideways below that."""
LEFT = 190
"""Pixels of time and number."""


def ladder(report: Report, findings: Mapping[Ref, int]) -> Iterator[str]:
    """The section. *findings*: frame -> number of the finding that it shows."""
    yield '<section aria-labelledby="ladder">\n<h2 id="ladder">Frames that say something new</h2>\n'
    if not report.arrows:
        yield '<p class="soft">None.</p>\n</section>\n'
        return
    columns = _columns(report)
    wide = LEFT + COLUMN * len(columns)
    yield f'<div class="ladder" tabindex="0" role="region" aria-label="ladder of frames" style="--n:{len(columns)};'
    yield f'--wide:{wide}px">\n<ol>\n'
    yield '<li class="rung names" aria-hidden="true"><span>time</span><span>frame</span><div class="wires">'
    yield "".join(f"<span>{escape(name)}</span>" for name in columns)
    yield "</div></li>\n"
    for arrow in report.arrows:
        yield from _rung(report, arrow, columns, findings)
    yield "</ol>\n</div>\n</section>\n"


def _columns(report: Report) -> list[str]:
    """Senders, those connected beside one another."""
    order: dict[str, None] = {}
    for arrow in report.arrows:
        for name in (arrow.source, arrow.target):
            if name:
                order.setdefault(name)
    return list(order)[:MOST_COLUMNS]


def _rung(report: Report, arrow: Arrow, columns: list[str], findings: Mapping[Ref, int]) -> Iterator[str]:
    where = "" if arrow.frame is None else f' id="frame{arrow.frame.capture}-{arrow.frame.number}"'
    number = "" if arrow.frame is None else f"#{arrow.frame.number}"
    finding = None if arrow.frame is None else findings.get(arrow.frame)
    label = f'<a href="#f{finding}" title="finding {finding}">{number}</a>' if finding is not None else number
    yield f'<li class="rung {arrow.level}"{where}>'
    yield f'<span class="mono">{(arrow.time_ns - report.start_ns) / SECOND:.6f} s</span><span>{label}</span>'
    yield f'<div class="wires" aria-hidden="true">{_rails(len(columns))}{_shot(arrow, columns)}</div>'
    to = f" → {escape(arrow.target)}" if arrow.target else ""
    yield f'<span class="plain">{escape(arrow.source)}{to}: {escape(arrow.title)}</span></li>\n'


def _rails(count: int) -> str:
    return "".join(f'<i style="left:{(2 * index + 1) / (2 * count) * 100:.3f}%"></i>' for index in range(count))


def _shot(arrow: Arrow, columns: list[str]) -> str:
    title = escape(arrow.title)
    if arrow.source not in columns:
        return f'<span class="shot self" style="grid-column:1/-1"><span>{escape(arrow.source)}: {title}</span></span>'
    one = columns.index(arrow.source) + 1
    if arrow.target not in columns or arrow.target == arrow.source:
        return f'<span class="shot self" style="grid-column:{one}" title="{title}"><span>{title}</span></span>'
    other = columns.index(arrow.target) + 1
    half = 50 / (abs(other - one) + 1)
    side = "right" if other > one else "left"
    place = f"grid-column:{min(one, other)}/{max(one, other) + 1};margin:0 {half:.3f}%"
    return f'<span class="shot {side}" style="{place}" title="{title}"><span>{title}</span></span>'
