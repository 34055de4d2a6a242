"""Every counter-example that was ever found, and the paper models' traces beside them: scenarios in `counterexamples/`,
one folder per network. Each is run as it is, and its trace is followed again by phases, whatever the times are now.

`PYTHONPATH=tests python -m lab.test_counterexamples NETWORK NAME "what it was" "TRACE"` adds one.
"""

import sys
from pathlib import Path

import pytest

from lab.checked import at_rest, violation
from pyiccp._sansio import milliseconds
from pyiccp.lab._check import NETWORKS
from pyiccp.lab._check.counterexample import timed
from pyiccp.lab._check.trace import parse_trace
from pyiccp.lab._check.writing import scenario_text
from pyiccp.lab._run import run
from pyiccp.lab._scenario import load

FOLDER = Path(__file__).parent / "counterexamples"
FILES = sorted(FOLDER.glob("*/*.toml"))
STARTS: dict[str, bytes] = {}
"""Network -> at rest, once."""


def start_of(network: str) -> bytes:
    if network not in STARTS:
        STARTS[network] = at_rest(load(NETWORKS / f"{network}.toml"))
    return STARTS[network]


def trace_in(file: Path) -> str:
    """The second line of its comment."""
    return file.read_text().splitlines()[1].removeprefix("# ")


@pytest.mark.parametrize("file", FILES, ids=[f"{file.parent.name}-{file.stem}" for file in FILES])
def test_past_counterexamples_hold(file: Path) -> None:
    assert violation(start_of(file.parent.name), trace_in(file)) == ""
    assert not run(load(file)).bad


def add(network: str, name: str, what: str, trace: str) -> None:
    scenario = load(NETWORKS / f"{network}.toml")
    folder = FOLDER / network
    folder.mkdir(parents=True, exist_ok=True)
    for node in scenario.nodes:
        (folder / f"{node.name}.rsc").write_text(node.text.strip() + "\n")
    steps = timed(start_of(network), parse_trace(trace))
    last = steps[-1].at
    text = scenario_text(
        scenario,
        comment=f"{what}\n{trace}",
        events=[(step.at, step.fault) for step in steps],
        flows=(last - milliseconds(5), last + milliseconds(300)),
        dense=(last - milliseconds(1), last + milliseconds(2)),
    )
    (folder / f"{name}.toml").write_text(text)


if __name__ == "__main__":
    add(*sys.argv[1:5])
