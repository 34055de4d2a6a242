"""Figures of the state machines, drawn from the tables that run.

One box under another, in the order in which the table first names them; a row per arrow with its condition and where it
leads, in the order in which they are tried; and one lane per box, into which all arrows to that box flow. Open arrows
leave the box ANYWHERE. A figure cannot show what the table does not have.
"""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any, NamedTuple

from docs.generate import svg

from pyiccp._sansio import ANYWHERE, Machine
from pyiccp.iccp import _application as application
from pyiccp.iccp import _connection as connection
from pyiccp.iccp import _ldp as ldp
from pyiccp.lacp import _churn as churn
from pyiccp.lacp import _mux as mux
from pyiccp.lacp import _periodic as periodic
from pyiccp.lacp import _receive as receive
from pyiccp.rstp._port_transmit import PORT_TRANSMIT
from pyiccp.rstp._role_selection import ROLE_SELECTION_MACHINE
from pyiccp.rstp._settling import MACHINES

OPEN = "ANYWHERE"
ROW, HEAD, GAP, LANE, EDGE = 18, 24, 16, 11, 8


class Row(NamedTuple):
    """One arrow of a figure."""

    source: str
    condition: str
    target: str


def rows_of(machine: Machine[Any]) -> list[Row]:
    """The arrows of an IEEE machine, BEGIN first."""
    return [
        Row(OPEN, "BEGIN", machine.begin.__name__),
        *(
            Row(
                OPEN if arrow.source is ANYWHERE else arrow.source.__name__,
                arrow.condition.__name__,
                arrow.target.__name__,
            )
            for arrow in machine.arrows
        ),
    ]


def rows_of_table(table: dict[tuple[Enum, Enum], tuple[Enum, Enum]]) -> list[Row]:
    """The arrows of an ICCP table; an input that leads to one place from every state is an open arrow."""
    states = {state for state, _ in table}
    rows: list[Row] = []
    for (state, given), (target, act) in table.items():
        said = given.name if act.name == "NOTHING" else f"{given.name} / {act.name}"
        everywhere = all(table.get((one, given)) == (target, act) for one in states)
        row = Row(OPEN if everywhere else state.name, said, target.name)
        if row not in rows:
            rows.append(row)
    return rows


def boxes_of(rows: Iterable[Row]) -> list[str]:
    """The boxes, the open one first."""
    rows = list(rows)
    named = [name for row in rows for name in (row.source, row.target)]
    found = list(dict.fromkeys(named))
    return sorted(found, key=lambda name: name != OPEN)


def figure(title: str, rows: Sequence[Row]) -> str:
    """The figure as HTML."""
    boxes = boxes_of(rows)
    out = {box: [row for row in rows if row.source == box] for box in boxes}
    longest = max(len(row.condition) + len(row.target) + 5 for row in rows)
    width = round(longest * svg.LETTER) + 16
    top: dict[str, float] = {}
    y = EDGE
    for box in boxes:
        top[box] = y
        y += HEAD + ROW * len(out[box]) + GAP
    height = y - GAP + EDGE
    targets = [box for box in boxes if any(row.target == box for row in rows)]
    reach = {box: _ends(box, out, top) for box in targets}
    lanes = _lanes(targets, reach)
    right = EDGE + width
    parts: list[str] = []
    for number, box in enumerate(targets):
        x = right + 14 + LANE * lanes[box]
        low, high = min(reach[box]), max(reach[box])
        kind = f"lane hue{number % 6}"
        parts.append(svg.path(f"M{x:g} {low:g}V{high:g}M{x:g} {top[box] + HEAD / 2:g}H{right + 5:g}", kind))
        parts.append(svg.path(_head(right, top[box] + HEAD / 2), f"tip hue{number % 6}"))
        joined = sorted({y for y in reach[box] if y != top[box] + HEAD / 2})
        parts += [svg.path(f"M{right:g} {at:g}H{x:g}", kind) for at in joined]
    hue = {box: f"hue{number % 6}" for number, box in enumerate(targets)}
    for box in boxes:
        parts += _box(box, out[box], top[box], width, hue)
    return svg.picture(right + 20 + LANE * (max(lanes.values()) + 1), height, title, parts)


def _ends(box: str, out: dict[str, list[Row]], top: dict[str, float]) -> list[float]:
    """Heights at which the lane of *box* is joined or left."""
    rows = [
        top[source] + HEAD + ROW * number + ROW / 2
        for source, rows in out.items()
        for number, row in enumerate(rows)
        if row.target == box
    ]
    return [top[box] + HEAD / 2, *rows]


def _lanes(targets: list[str], reach: dict[str, list[float]]) -> dict[str, int]:
    """Short lanes inside; two share a place only where they do not meet."""
    taken: list[list[tuple[float, float]]] = []
    found: dict[str, int] = {}
    for box in sorted(targets, key=lambda one: (max(reach[one]) - min(reach[one]), reach[one])):
        low, high = min(reach[box]) - 4, max(reach[box]) + 4
        free = (
            number
            for number, spans in enumerate(taken)
            if all(high < other_low or low > other_high for other_low, other_high in spans)
        )
        found[box] = next(free, len(taken))
        if found[box] == len(taken):
            taken.append([])
        taken[found[box]].append((low, high))
    return found


def _box(name: str, rows: list[Row], y: float, width: float, hue: dict[str, str]) -> list[str]:
    tall = HEAD + ROW * len(rows)
    parts = [svg.rect(EDGE, y, width, tall, "box open" if name == OPEN else "box")]
    parts.append(svg.rect(EDGE, y, width, HEAD, f"head {hue.get(name, '')}"))
    parts.append(svg.text(EDGE + 8, y + 16, name, kind="name"))
    for number, row in enumerate(rows):
        base = y + HEAD + ROW * number + 13
        parts.append(svg.text(EDGE + 8, base, row.condition, kind="word"))
        parts.append(svg.text(EDGE + width - 8, base, f"→ {row.target}", kind=f"goal {hue[row.target]}", anchor="end"))
    return parts


def _head(x: float, y: float) -> str:
    return f"M{x:g} {y:g}l8 -4v8z"


class Figure(NamedTuple):
    """A heading, where it comes from, and what is drawn."""

    title: str
    source: str
    rows: list[Row]


def _machine(title: str, source: str, machine: Machine[Any]) -> Figure:
    return Figure(title, source, rows_of(machine))


def lacp() -> list[Figure]:
    return [
        _machine("Receive (6.4.12)", "lacp/_receive.py", receive.RECEIVE),
        _machine("Periodic transmission (6.4.13)", "lacp/_periodic.py", periodic.PERIODIC),
        _machine("Mux, coupled control (6.4.15)", "lacp/_mux.py", mux.COUPLED),
        _machine("Mux, independent control (6.4.15)", "lacp/_mux.py", mux.INDEPENDENT),
        _machine("Actor churn detection (6.4.17)", "lacp/_churn.py", churn.ACTOR_CHURN_DETECTION),
        _machine("Partner churn detection (6.4.17)", "lacp/_churn.py", churn.PARTNER_CHURN_DETECTION),
    ]


_RSTP = {
    "PRX": ("Port receive (17.23)", "port_receive"),
    "PPM": ("Port protocol migration (17.24)", "port_migration"),
    "BDM": ("Bridge detection (17.25)", "bridge_detection"),
    "PTX": ("Port transmit (17.26)", "port_transmit"),
    "PIM": ("Port information (17.27)", "port_information"),
    "PRS": ("Port role selection (17.28)", "role_selection"),
    "PRT": ("Port role transitions (17.29)", "role_transitions"),
    "PST": ("Port state transition (17.30)", "state_transition"),
    "TCM": ("Topology change (17.31)", "topology_change"),
}


def rstp() -> list[Figure]:
    found = {machine.name: machine for machine in (*MACHINES, PORT_TRANSMIT, ROLE_SELECTION_MACHINE)}
    return [_machine(title, f"rstp/_{file}.py", found[name]) for name, (title, file) in _RSTP.items()]


def iccp() -> list[Figure]:
    return [
        Figure("LDP session (RFC 5036 2.5.4)", "iccp/_ldp.py", rows_of_table(ldp.TABLE)),
        Figure("ICCP connection (RFC 7275 4.2.1)", "iccp/_connection.py", rows_of_table(connection.TABLE)),
        Figure("Application connection (RFC 7275 4.4.2)", "iccp/_application.py", rows_of_table(application.TABLE)),
    ]


PAGES = {
    "lacp": ("LACP", "802.1AX-2014 with Cor-1, one set per port, run to a fixed point after every event.", lacp),
    "rstp": (
        "RSTP",
        "802.1D-2004 clause 17 with errata; Port Role Selection runs per bridge, the others per port.",
        rstp,
    ),
    "iccp": (
        "ICCP",
        "A row is an input and, behind the stroke, what is sent on the way. An input without a row is dropped and "
        "counted.",
        iccp,
    ),
}


def pages() -> dict[str, str]:
    """machines/*.md"""
    found = {}
    for name, (title, what, figures) in PAGES.items():
        parts = [f"# {title}: machines", what]
        for one in figures():
            parts += [f"## {one.title}", f"`src/pyiccp/{one.source}`", svg.raw(figure(one.title, one.rows))]
        found[f"machines/{name}.md"] = "\n\n".join(parts) + "\n"
    return found
