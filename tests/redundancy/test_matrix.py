"""A few rows of the failure matrix, and that a cell outside its bound, or without one, fails.

The whole matrix: `PYTHONPATH=tests python -m redundancy`.
"""

import msgspec
import pytest

from redundancy.bounds import BOUNDS, Bound
from redundancy.judge import Seen, judged
from redundancy.page import page
from redundancy.rows import Row, Step, rows
from redundancy.runner import run

CHOSEN = [
    row
    for row in rows()
    if row.network == "quick"
    and row.title
    in (
        "planned stop and return, primary",
        "member cut, primary",
        "member cut, secondary",
        "crash and return, primary",
        "peer link cut",
        "cut keepalive, cut Peer2:sfp-sfpplus2; mend keepalive, mend Peer2:sfp-sfpplus2",
    )
]
CALM = Seen(duplicates=0, loops=0, reflections=0, identities=0, roots={}, alone={})


def test_every_row_has_its_bounds_and_a_name_of_its_own() -> None:
    assert {step.kind for row in rows() for step in row.steps} <= set(BOUNDS)
    names = [(row.network, row.title) for row in rows()]
    assert len(set(names)) == len(names)
    assert len(CHOSEN) == 6


@pytest.mark.long
@pytest.mark.parametrize("row", CHOSEN, ids=lambda row: row.title)
def test_row(row: Row) -> None:
    outcome = run(row)
    assert not outcome.failures
    assert f"**{row.title}**" in page([outcome])


@pytest.mark.parametrize(
    ("bound", "missing", "seen", "failures"),
    [
        (None, [], CALM, ["no bound for 'a fault'"]),
        (Bound(path=1, dead=4), [0, 1], CALM, []),
        (Bound(path=1, dead=4), [0, 1, 2], CALM, ["h1>h2: 2, at most 1"]),
        (Bound(path=1, dead=8), [1, 5, 9], CALM, ["h1>h2 (dead half), ms: 12, at most 8"]),
        (Bound(path=9), [1], CALM, ["h1>h2 (dead half), ms: no bound"]),
        (Bound(path=9, dead=9), [], msgspec.structs.replace(CALM, loops=1), ["loops: 1, at most 0"]),
        (Bound(path=9, dead=9), [], msgspec.structs.replace(CALM, identities=1), ["identity changes: 1, at most 0"]),
    ],
)
def test_judge(bound: Bound | None, missing: list[int], seen: Seen, failures: list[str]) -> None:
    """Four streams, of which stream 1 was on the half that died."""
    step = Step(("silence x",), "a fault", half=1)
    cells = judged(step, bound, ["h1>h2"], [missing], [{1: {1}, 2: {0, 2, 3}}], seen, 4)
    assert cells.failures == failures
