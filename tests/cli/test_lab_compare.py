"""`pyiccp lab compare`: frames lost per event and policy."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pyiccp._cli.lab import lab
from pyiccp.lab._scenario import QUICKSTART

PEER_LINK = "Peer1:sfp-sfpplus1"


def compare(*arguments: str) -> Result:
    return CliRunner().invoke(lab, ["compare", *arguments])


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    """The quick setup without a keepalive; its peer link is cut for a second, then a member of the client."""
    text = (QUICKSTART / "lab.toml").read_text()
    head, tail = text.index("until"), text.index("[node.Peer1]")
    events = f'["6s cut {PEER_LINK}", "7s mend {PEER_LINK}", "9s cut Peer1:sfp-sfpplus2"]'
    text = f'{text[:head]}until = "10s"\nevents = {events}\n{text[tail:]}'
    text = text.replace('[[keepalive]]\nends = ["Peer1", "Peer2"]\n', "").replace(
        'to = "h2"', 'to = "h2"\nevery = "2ms"'
    )
    for file in QUICKSTART.glob("*.rsc"):
        (tmp_path / file.name).write_text(file.read_text())
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return str(path)


def test_json_tells_losses_per_event_policy_and_flow(scenario: str) -> None:
    """1. The peer link is cut: under `safe` the secondary leaves, h3 behind it is cut off and h1 is not; under `keep`
    both halves carry on, and half of what should cross the peer link is lost. 2. A member is cut: one frame at most."""
    done = compare(scenario, "--policy", "safe,keep", "--json")
    assert done.exit_code == 0, done.output
    result = json.loads(done.stdout)
    assert (result["schema"], result["until"], result["policies"]) == (1, 10.0, ["safe", "keep"])
    assert [(each["at"], each["events"]) for each in result["events"]] == [
        (6.0, [f"cut {PEER_LINK}"]),
        (7.0, [f"mend {PEER_LINK}"]),
        (9.0, ["cut Peer1:sfp-sfpplus2"]),
    ]
    assert all(lost == 0 for flows in result["before"].values() for lost in flows.values())
    split = result["events"][0]["lost"]
    assert split["safe"]["h1>h3"] >= 990
    assert split["safe"]["h1>h2"] + split["safe"]["h2>h1"] <= 4
    assert split["keep"] != split["safe"]
    for policy in ("safe", "keep"):
        total = sum(sum(each["lost"][policy].values()) for each in result["events"])
        assert result["totals"][policy]["lost"] == total


def test_text_is_one_table_with_a_column_per_policy(scenario: str) -> None:
    done = compare(scenario, "--policy", "keep, routeros")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["frames", "lost", "keep", "routeros"]
    assert lines[1].split() == ["before", "the", "first", "event", "0", "0"]
    assert any(line.startswith(f"6.000 s cut {PEER_LINK}") for line in lines)
    assert [line.split()[0] for line in lines[-3:]] == ["duplicated", "reflected", "loops"]
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize(
    ("policies", "why"), [("safe,brave", "no policy 'brave'; there are safe, keep, routeros"), ("safe,safe", "twice")]
)
def test_a_policy_that_there_is_not(policies: str, why: str) -> None:
    done = compare("--policy", policies)
    assert done.exit_code == 2
    assert why in done.output


def test_help_has_examples() -> None:
    assert "pyiccp lab compare my.toml --policy safe,keep --json" in compare("--help").output
