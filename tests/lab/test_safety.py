"""Safety rules that the checker has shown to be necessary: with the rule off a trace violates an invariant, with it on
the same trace holds. `docs/safety.md` is rendered from this table."""

from pathlib import Path

import pytest

from mlag.switches import SWITCHES, off
from pyiccp.lab.build import build
from pyiccp.lab.check import NETWORKS
from pyiccp.lab.check.counterexample import replay
from pyiccp.lab.check.search import settled
from pyiccp.lab.check.trace import parse_trace
from pyiccp.lab.scenario import Scenario, load, parse
from pyiccp.node.node import Node

PAGE = Path(__file__).parents[2] / "docs" / "safety.md"
KEEPALIVE = '\n[[keepalive]]\nends = ["Peer1", "Peer2"]\n'
START = ""
"""No fault is needed: the network breaks while it comes up."""

PEER = "Peer1:sfp-sfpplus1"
NECESSARY = {
    "M1.2": (
        "without keepalive",
        f"rest: crash Peer1; rest: start Peer1; rest: stop Peer2; rest: start Peer2; rest: cut {PEER}",
        "two identities",
    ),
    "M1.3": ("without keepalive", "rest: cut Peer1:sfp-sfpplus1", "two identities"),
    "M1.4": ("without keepalive", f"rest: stop Peer1; rest: cut {PEER}; rest: start Peer1 fresh", "two identities"),
    "M3.1": ("pair", "rest: cut Client:sfp-sfpplus1", "reach"),
    "M4.1": ("pair", START, "duplicate"),
    "M4.2": ("pair", "rest: cut Peer1:sfp-sfpplus1; rest: mend Peer1:sfp-sfpplus1", "duplicate"),
    "M4.5": ("pair", "rest: stop Peer1", "reflection"),
    "M6.1 polls": ("pair", "rest: cut keepalive; rest: cut Peer1:sfp-sfpplus1", "reach"),
    "M8.2": (
        "pair",
        f"rest: crash Peer2; rest: cut {PEER}; rest: start Peer2; "
        "rest: cut Client:sfp-sfpplus1; rest: mend Client:sfp-sfpplus1",
        "reach",
    ),
    "M8.3": (
        "pair",
        f"rest: cut {PEER}; rest: freeze Peer1; delay: freeze Peer2; rest: thaw Peer1; delay: thaw Peer2",
        "reach",
    ),
}
"""Rule -> network, trace, the kind of violation while the rule is off."""


def network(name: str) -> Scenario:
    if name == "pair":
        return load(NETWORKS / "pair.toml")
    text = (NETWORKS / "pair.toml").read_text()
    assert KEEPALIVE in text
    return parse(text.replace(KEEPALIVE, ""), "no-keepalive.toml", NETWORKS)


def violated(name: str, trace: str) -> str:
    """The kind of violation on *trace*, or nothing."""
    net = build(network(name), Node)
    net.start()
    try:
        start = settled(net)
    except ValueError as error:
        assert trace == START, error
        return str(error).removeprefix("without any fault: ").partition(":")[0]
    found = None if trace == START else replay(start, parse_trace(trace))
    return "" if found is None else found.violation.kind


@pytest.mark.parametrize("rule", NECESSARY)
def test_without_the_rule_the_trace_violates_an_invariant_and_with_it_none(rule: str) -> None:
    name, trace, kind = NECESSARY[rule]
    with off(rule):
        assert violated(name, trace) == kind
    assert violated(name, trace) == ""


def page() -> str:
    lines = [
        "# Safety rules and what happens without them",
        "",
        "Rendered from `tests/lab/test_safety.py`. With the rule off the trace violates an invariant (M13) that holds",
        "with the rule on; the test does both. Traces are in the words of `pyiccp lab check`.",
        "",
        "| rule off | network | trace | what is violated |",
        "|---|---|---|---|",
    ]
    for rule, (name, trace, kind) in NECESSARY.items():
        lines.append(f"| {rule} | {name} | {trace or 'none: while it comes up'} | {kind} |")
    rest = ", ".join(rule for rule in SWITCHES if rule not in NECESSARY)
    lines += [
        "",
        "## Not shown yet",
        "",
        f"{rest}.",
        "",
        "Each of these has a switch in `tests/mlag/switches.py`, but no trace of the checker's network shows what it",
        "protects from: single events have been tried for all of them, pairs of events for some. Several guard what",
        "that network and depth do not have: a third switch, a wrong cable, a host that moves, three faults in a row.",
        "",
    ]
    return "\n".join(lines)


def test_the_page_is_what_this_table_says() -> None:
    assert PAGE.read_text() == page()


if __name__ == "__main__":
    PAGE.write_text(page())
