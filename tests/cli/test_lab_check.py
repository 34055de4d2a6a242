"""`pyiccp lab check` as a user sees it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mlag.switches import off
from pyiccp._cli.lab import lab
from pyiccp.lab._check import NAMES
from pyiccp.lab._check.kinds import KINDS
from pyiccp.lab._run import run
from pyiccp.lab._scenario import load

PEER = "Peer1:sfp-sfpplus1"


def check(*words: str) -> Result:
    return CliRunner().invoke(lab, ["check", *words])


def test_help_lists_kinds_networks_and_examples() -> None:
    text = check("--help").output
    assert all(kind in text for kind in KINDS)
    assert all(name in text for name in NAMES)
    assert "pyiccp lab check --random 200 --seed 7" in text and "Exit code" in text


def test_what_was_searched_is_said() -> None:
    result = check("--network", "alone", "--depth", "1", "--kinds", "cut,crash", "--jobs", "1")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "alone, depth 1; kinds: cut, crash",
        "5 events followed to rest (5 at rest),",
        "5 distinct states, 0 met before",
        "no counter-example",
    ]


def test_json_has_phases_and_numbers() -> None:
    result = check("--kinds", "keepalive", "--depth", "2", "--json", "--jobs", "2")
    report = json.loads(result.stdout)
    assert (result.exit_code, report["network"], report["kinds"], report["depth"]) == (0, "pair", ["keepalive"], 2)
    assert sum(report["phases"].values()) == report["runs"] and {"rest", "delay"} <= set(report["phases"])
    assert report["states"] == 2 and report["counter-examples"] == []


def test_random_walks_print_their_seed() -> None:
    result = check("--random", "2", "--seed", "5", "--jobs", "1")
    assert result.stdout.startswith(f"pair, random, seed 5; kinds: {', '.join(KINDS)}\n")


@pytest.mark.long
def test_a_counter_example_is_exit_code_1_and_is_written(tmp_path: Path) -> None:
    trace = f"rest: cut {PEER}; rest: mend {PEER}"
    assert check("--trace", trace).exit_code == 0
    with off("M4.2"):
        result = check("--trace", f"rest: cut keepalive; {trace}", "--out", str(tmp_path))
    assert result.exit_code == 1
    assert "counter-example: duplicate" in result.stdout and f"  {trace}" in result.stdout
    assert {path.name for path in (tmp_path / "1").iterdir()} >= {"counterexample.toml", "counterexample.pcapng"}
    assert not run(load(tmp_path / "1" / "counterexample.toml")).bad


def test_traces_apart_are_no_counter_examples() -> None:
    result = check("--trace", f"rest: silence {PEER}; ask@Peer2: cut keepalive")
    assert result.exit_code == 0
    assert "1 traces look like a crash of the peer (M0.2)" in result.stdout and "no counter-example" in result.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--kinds", "cut,cot"), "no kind 'cot'; kinds are cut, silence"),
        (("--trace", "rest: crash Peer3"), "no node 'Peer3'; nodes are Peer1, Peer2, Client"),
        (("--trace", "soon crash Peer1"), "is no step of a trace"),
        (("--network", "fourth"), "'fourth' is not one of 'alone'"),
        (("--network", "pair", "my.toml"), "exclude each other"),
        (("--depth", "0"), "0 is not in the range"),
    ],
)
def test_wrong_options_are_exit_code_2(words: tuple[str, ...], said: str) -> None:
    result = check(*words)
    assert result.exit_code == 2 and said in result.output
