"""Safety rules that have been shown to be necessary: with the rule off a run violates an invariant, with it on the same
run holds. `docs/safety.md` is rendered from the tables here.

Some runs are traces, as the checker walks them; the others are scenario files in `necessary/`, written by hand: they
need a moment of a few microseconds, a third switch, another client or a wrong cable.
"""

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from lab.verdicts import violations
from mlag.switches import SWITCHES, off
from pyiccp._node.node import Node
from pyiccp.lab._build import build
from pyiccp.lab._check import NETWORKS
from pyiccp.lab._check.counterexample import replay
from pyiccp.lab._check.search import settled
from pyiccp.lab._check.trace import parse_trace
from pyiccp.lab._scenario import Scenario, load

PAGE = Path(__file__).parents[2] / "docs" / "safety.md"
HERE = Path(__file__).parent / "necessary"
START = ""
"""No fault is needed: the network breaks while it comes up."""
PEER = "Peer1:sfp-sfpplus1"


class Run(msgspec.Struct, frozen=True):
    """A trace of the checker."""

    network: str
    """Of `lab.check.networks`."""
    trace: str
    kind: str
    """Of the violation while the rule is off."""
    story: str


class Case(msgspec.Struct, frozen=True):
    """A scenario file; its first comment is its story."""

    kind: str
    most: int | None = None
    """Frames that a flow may lose with the rule on (M14); None where loss is not the point."""


TRACES = {
    "M1.2": Run(
        "alone",
        f"rest: crash Peer1; rest: start Peer1; rest: stop Peer2; rest: start Peer2; rest: cut {PEER}",
        "two identities",
        "Peer2 went on alone, and the pair adopted its solo identity. When the pair splits later, that identity is the "
        "pair's to Peer1 and Peer2's own to Peer2.",
    ),
    "M1.3": Run(
        "alone",
        f"rest: cut {PEER}",
        "two identities",
        "The secondary that gives way must not say what the primary says.",
    ),
    "M1.4": Run(
        "alone",
        f"rest: stop Peer1; rest: cut {PEER}; rest: start Peer1 fresh",
        "two identities",
        "A fresh node comes up alone. Its bridge MAC is the pair's identity, which the other one still carries.",
    ),
    "M4.1": Run("pair", START, "duplicate", "Both halves deliver what is flooded."),
    "M4.2": Run(
        "pair",
        f"rest: cut {PEER}; rest: mend {PEER}",
        "duplicate",
        "A half opens before the other node has closed its filter.",
    ),
    "M4.5": Run(
        "pair",
        "rest: stop Peer1",
        "reflection",
        "What the client sends to a half that drains comes back by the other.",
    ),
    "M6.1 polls": Run(
        "pair",
        f"rest: cut keepalive; rest: cut {PEER}",
        "two identities",
        "The keepalive was lost first: its silence says nothing about the peer, so both keep the identity.",
    ),
    "M8.2": Run(
        "pair",
        f"rest: crash Peer2; rest: cut {PEER}; rest: start Peer2; "
        "rest: cut Client:sfp-sfpplus1; rest: mend Client:sfp-sfpplus1",
        "reach",
        "Peer2 goes on alone although Peer1 answers. A client whose link to Peer1 was away stays with Peer2.",
    ),
    "M8.3": Run(
        "pair",
        f"rest: cut {PEER}; rest: freeze Peer1; delay: freeze Peer2; rest: thaw Peer1; delay: thaw Peer2",
        "reach",
        "Both nodes wait for each other, and nobody carries the client.",
    ),
    "M10.1": Run(
        "pair",
        START,
        "tables",
        "The client's host is seen by both nodes at once, and each takes the other's word for the newer one.",
    ),
}
SCENARIOS = {
    "M1.8": Case("duplicate"),
    "M2.4": Case("duplicate"),
    "M3.1": Case("loop"),
    "M4.3": Case("duplicate"),
    "M4.4": Case("duplicate"),
    "M5.1": Case("loss", 0),
    "M6.1 epoch": Case("two identities"),
    "M6.2": Case("duplicate"),
    "M8.1": Case("loss", 0),
    "M9.3": Case("loop"),
    "M9.4": Case("loss", 3),
    "M9.4 silence": Case("loss", 0),
    "M10.3": Case("tables"),
    "M11": Case("reach"),
}
KEEP = ("reflection", "two identities")
"""What `policy=keep` violates in `policy-keep.toml`."""


def violated(run: Run) -> str:
    """The kind of violation on a trace, or nothing."""
    net = build(load(NETWORKS / f"{run.network}.toml"), Node)
    net.start()
    try:
        start = settled(net)
    except ValueError as error:
        assert run.trace == START, error
        return str(error).removeprefix("without any fault: ").partition(":")[0]
    found = None if run.trace == START else replay(start, parse_trace(run.trace))
    return "" if found is None else found.violation.kind


def file_of(rule: str) -> Path:
    return HERE / f"{rule.replace(' ', '-').replace('=', '-')}.toml"


@pytest.mark.parametrize("rule", TRACES)
def test_without_the_rule_the_trace_violates_an_invariant_and_with_it_none(rule: str) -> None:
    run = TRACES[rule]
    with off(rule):
        assert violated(run) == run.kind
    assert violated(run) == ""


@pytest.mark.parametrize("rule", SCENARIOS)
def test_without_the_rule_the_scenario_violates_an_invariant_and_with_it_none(rule: str) -> None:
    case, scenario = SCENARIOS[rule], load(file_of(rule))
    with off(rule):
        assert case.kind in violations(scenario, case.most, case.kind)
    assert violations(scenario, case.most) == {}


def under(policy: str, scenario: Scenario) -> Scenario:
    nodes = (replace(node, tuning=replace(node.tuning, policy=policy)) for node in scenario.nodes)
    return replace(scenario, nodes=tuple(nodes))


def test_policy_keep_returns_a_clients_frames_and_policy_safe_does_not() -> None:
    scenario = load(file_of("policy=keep"))
    assert set(violations(scenario, None)) >= set(KEEP)
    assert violations(under("safe", scenario), None) == {}


def test_every_rule_with_a_switch_has_been_shown_necessary() -> None:
    assert {*TRACES, *SCENARIOS} == set(SWITCHES)
    assert {path.stem for path in HERE.glob("*.toml")} == {file_of(rule).stem for rule in (*SCENARIOS, "policy=keep")}


def story(rule: str) -> str:
    """The first comment of a scenario file."""
    lines = file_of(rule).read_text().partition("\n\n")[0].splitlines()
    return " ".join(line.removeprefix("# ") for line in lines)


def linked(rule: str) -> str:
    path = file_of(rule)
    return f"[{path.name}](../{path.relative_to(PAGE.parents[1])})"


PARTS = (
    "## Parts that show nothing alone",
    "",
    "Some switches turn off more than one thing, because another guard covers each of them alone:",
    "",
    "* M1.8: the 250 ms of the echo guard. A link that changes its partner waits for two seconds anyway, so the",
    "  switch leaves the old partner and the old selection in place as well.",
    "* M3.1: the gate alone. The joining node has shut its ports by then, so the switch leaves them open as well.",
    "* M4.3: the order of Down and the end of distribution. A drain in LACP ends distribution too, so the switch keeps",
    "  the half distributing while it drains.",
    "* M4.4: that the receiver ignores lower numbers. A filter opens only when Down has come by every member of the",
    "  peer port, so the switch lets a repeated fence keep its number as well: that is what breaks.",
)


def page() -> str:
    rows = {
        rule: (run.story, f"{run.network}: `{run.trace}`" if run.trace else f"{run.network}: it comes up", run.kind)
        for rule, run in TRACES.items()
    }
    rows |= {rule: (story(rule), linked(rule), case.kind) for rule, case in SCENARIOS.items()}
    rows["policy=keep"] = story("policy=keep").removeprefix("policy=keep. "), linked("policy=keep"), ", ".join(KEEP)
    lines = [
        "# Safety rules and what happens without them",
        "",
        "Rendered from `tests/lab/test_safety.py`. With the rule off the run violates what the last column names (M13;",
        "`loss`: a bound of M14), with the rule on the same run violates nothing: the tests do both. A trace is in the",
        "words of `pyiccp lab check`, on one of its own networks. A file is a scenario for `pyiccp lab`,",
        "written by hand where a search would have to hit a moment of a few microseconds, or where the rule needs a",
        "third switch, another client or a wrong cable. The switches are in `tests/mlag/switches.py`.",
        "",
        "| rule off | what happens | run | violated |",
        "|---|---|---|---|",
    ]
    lines += [f"| {rule} | {' | '.join(rows[rule])} |" for rule in (*SWITCHES, "policy=keep")]
    return "\n".join([*lines, "", *PARTS, ""])


def test_the_page_is_what_this_table_says() -> None:
    assert PAGE.read_text() == page()


if __name__ == "__main__":
    PAGE.write_text(page())
