"""The checker: what it enumerates, that it finds what is wrong, and what it has found before."""

from pathlib import Path

import msgspec
import pytest

from pyiccp._mlag import fences
from pyiccp._node.node import Node
from pyiccp._sansio import seconds
from pyiccp.lab._build import build
from pyiccp.lab._check import NETWORKS
from pyiccp.lab._check.counterexample import minimal, replay, write
from pyiccp.lab._check.course import Course, restored
from pyiccp.lab._check.kinds import KINDS, possible, repairs
from pyiccp.lab._check.pool import search, walks
from pyiccp.lab._check.search import first_events, settled
from pyiccp.lab._check.trace import looks_like_a_crash, parse_trace, text_of
from pyiccp.lab._run import run
from pyiccp.lab._scenario import Scenario, load

PEER = "Peer1:sfp-sfpplus1"


@pytest.fixture(scope="module")
def pair() -> Scenario:
    return load(NETWORKS / "pair.toml")


def at_rest(scenario: Scenario) -> bytes:
    network = build(scenario, Node)
    network.start()
    return settled(network)


@pytest.fixture(scope="module")
def start(pair: Scenario) -> bytes:
    return at_rest(pair)


@pytest.mark.long
def test_every_single_event_holds(start: bytes) -> None:
    first = [str(task.fault) for task in first_events(start, KINDS)]
    assert first[:4] == [f"{kind} {PEER}" for kind in KINDS[:4]]
    assert len(first) == 3 * 4 + 2 * 4 + 1
    report = search(start, 1, KINDS)
    assert report.runs == len(first)
    assert not report.found, [text_of(found.trace) for found in report.found]
    assert not report.indistinguishable


def test_a_phase_that_does_not_come_ends_a_replay(start: bytes) -> None:
    assert replay(start, parse_trace("rest: cut keepalive; prepare@Peer1: crash Peer1")) is None


def test_what_is_broken_can_only_be_repaired(start: bytes) -> None:
    network = restored(start)
    course = Course(network)
    course.run(parse_trace(f"rest: silence {PEER}")[0].fault, wanted=False)
    assert [str(event) for event in repairs(network)] == [f"heal {PEER}"]
    named = [str(event) for event in possible(network)]
    assert f"heal {PEER}" in named
    assert f"cut {PEER}" not in named


def test_traces_are_text(start: bytes) -> None:
    text = f"rest: cut {PEER}; prepare@Peer2: crash Peer1; delay: start Peer1 fresh"
    assert text_of(parse_trace(text)) == text
    for wrong in ("cut Peer1:x", "rest: cot Peer1:x", "rest: cut Peer1:x again"):
        with pytest.raises(ValueError, match="is no step of a trace"):
            parse_trace(wrong)


def test_losing_both_paths_at_once_is_a_crash_to_each_node() -> None:
    """M0.2."""
    both = parse_trace(f"rest: cut {PEER}; delay: cut keepalive")
    assert looks_like_a_crash(both, (PEER,), seconds(1))
    apart = (both[0], msgspec.structs.replace(both[1], at=seconds(2)))
    assert not looks_like_a_crash(apart, (PEER,), seconds(1))
    mended = parse_trace(f"rest: mend {PEER}; delay: cut keepalive")
    assert not looks_like_a_crash(mended, (PEER,), seconds(1))


heed = fences.Fences.received


def answer_without_closing(
    self: fences.Fences, member: str, fence: fences.Fence, members: tuple[str, ...]
) -> list[fences.Action]:
    """M4.1 and M4.4 broken: Closed is said, but the filter stays open."""
    return [
        action
        for action in heed(self, member, fence, members)
        if not (isinstance(action, fences.SetFilter) and not action.open)
    ]


@pytest.mark.long
def test_a_broken_rule_is_found_shortened_and_written_down(
    pair: Scenario, start: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fences.Fences, "received", answer_without_closing)
    with pytest.raises(ValueError, match="without any fault: duplicate"):
        at_rest(pair)
    long = parse_trace("rest: cut keepalive; rest: cut Client:sfp-sfpplus1; rest: mend Client:sfp-sfpplus1")
    found = replay(start, long)
    assert found is not None
    assert found.violation.kind in ("duplicate", "reflection")
    best = minimal(start, found)
    assert text_of(best.trace) == "rest: cut Client:sfp-sfpplus1; rest: mend Client:sfp-sfpplus1"
    paths = write(tmp_path, pair, start, best)
    assert {path.name for path in paths} >= {"counterexample.toml", "counterexample.pcapng", "Peer1.rsc"}
    assert run(load(tmp_path / "counterexample.toml")).bad
    monkeypatch.undo()
    assert not run(load(tmp_path / "counterexample.toml")).bad


def test_a_network_that_is_wrong_without_a_fault_is_refused(pair: Scenario) -> None:
    broken = msgspec.structs.replace(pair, links=pair.links[1:])
    with pytest.raises(ValueError, match="without any fault: liveness"):
        at_rest(broken)


@pytest.mark.long
def test_random_walks_hold_and_are_the_same_every_time(start: bytes) -> None:
    once = walks(start, 4, 11)
    assert once.phases["rest"] and sum(once.phases.values()) == once.runs
    assert not once.found, [text_of(found.trace) for found in once.found]
    assert (once.runs, once.states) == ((again := walks(start, 4, 11, jobs=2)).runs, again.states)
