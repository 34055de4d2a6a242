"""Flows of the quick setup through faults and repairs: nothing loops, nothing comes twice, what can run runs (M14)."""

import pytest

from lab.quick import lost, run

CUT, MEND = "cut Peer{}:sfp-sfpplus2", "mend Peer{}:sfp-sfpplus2"


@pytest.mark.parametrize("peer", [1, 2])
def test_cut_of_one_member_loses_at_most_one_frame_and_its_return_none(peer: int) -> None:
    result = run("6s " + CUT.format(peer), "9s " + MEND.format(peer), until="14s")
    assert not result.bad
    assert max(lost(result).values()) <= 1
    assert len(result.nodes["Client"].bonds["bond1"].active_ports) == 2


@pytest.mark.parametrize("delay", ["8ms", "20ms"])
def test_a_member_returns_without_loss_however_slow_the_peer_answers(delay: str) -> None:
    """1. The round trip over the peer link takes longer than a Prepare waits for its first repetition. 2. Peer1's half
    opens at an answer to an older Prepare, with all copies since that one. 3. Nothing is lost, nothing comes twice."""
    link = 'ends = ["Peer1:sfp-sfpplus1", "Peer2:sfp-sfpplus1"]\n'
    slow = [(link, f'{link}delay = "{delay}"\n')]
    result = run("6s " + CUT.format(1), "9s " + MEND.format(1), until="14s", changes=slow)
    assert not result.bad
    assert max(lost(result).values()) <= 1
    assert result.nodes["Client"].bonds["bond1"].active_ports == ("sfp-sfpplus1", "sfp-sfpplus2")


def test_cut_of_both_members_in_turn() -> None:
    events = ("6s " + CUT.format(1), "9s " + MEND.format(1), "14s " + CUT.format(2), "17s " + MEND.format(2))
    result = run(*events, until="22s")
    assert not result.bad
    assert max(lost(result).values()) <= 2


def test_crash_and_return_of_the_primary() -> None:
    """1. Peer1 crashes at 6 s; the orphan on it is away, the other flow loses at most 3 frames.
    2. Peer1 starts at 10 s; once the session is up its orphan is reached again and nothing more is lost."""
    result = run("6s crash Peer1", "10s start Peer1", until="16s")
    assert not result.bad
    flows = lost(result)
    assert flows["h1>h3"] + flows["h3>h1"] <= 3
    assert flows["h1>h2"] <= 4500
    assert flows["h2>h1"] <= 4500
    identities = {bond.lacp_partner_system_id for bond in result.nodes["Client"].bonds.values()}
    assert len(identities) == 1
    assert [node.mlag.active_role for node in result.nodes.values() if node.mlag] == ["secondary", "primary"]


def test_without_keepalive_the_primary_s_crash_costs_one_identity_change_and_its_return_nothing() -> None:
    """1. Peer1 crashes; Peer2 cannot know, gives the pair identity up and comes back under its solo one: detection
    and LACP's two seconds (M14: + 3 s). 2. Peer1 returns and takes the pair identity; Peer2 leaves the solo identity
    when Peer1's half can carry the client: not one frame is lost by that."""
    none = [('[[keepalive]]\nends = ["Peer1", "Peer2"]\n', "")]
    crashed = lost(run("6s crash Peer1", until="10s", changes=none))
    assert 1900 <= crashed["h1>h3"] <= 3000
    returned = run("6s crash Peer1", "10s start Peer1", until="18s", changes=none)
    assert not returned.bad
    assert lost(returned)["h1>h3"] == crashed["h1>h3"]
    assert lost(returned)["h3>h1"] == crashed["h3>h1"]
    assert returned.nodes["Client"].bonds["bond1"].active_ports == ("sfp-sfpplus1", "sfp-sfpplus2")


def test_crash_and_fresh_return_of_the_secondary() -> None:
    result = run("6s crash Peer2", "10s start Peer2 fresh", until="16s")
    assert not result.bad
    flows = lost(result)
    assert flows["h1>h2"] + flows["h2>h1"] <= 3
    assert flows["h1>h3"] <= 4500
    assert flows["h3>h1"] <= 4500


def test_planned_stop_and_return_lose_nothing() -> None:
    result = run("6s stop Peer2", "10s start Peer2", until="16s")
    assert not result.bad
    flows = lost(result)
    assert flows["h1>h2"] + flows["h2>h1"] == 0


@pytest.mark.parametrize(
    "events",
    [
        ("6s hang Peer1", "8s start Peer1"),
        ("6s freeze Peer1", "9s thaw Peer1"),
        ("6s freeze Peer2", "6s100ms thaw Peer2"),
        ("6s silence Peer1:sfp-sfpplus1", "9s heal Peer1:sfp-sfpplus1"),
        ("6s silence-rx Peer1:sfp-sfpplus1", "9s heal Peer1:sfp-sfpplus1"),
        ("6s silence-tx Client:sfp-sfpplus1", "9s heal Client:sfp-sfpplus1"),
        ("6s cut Peer1:sfp-sfpplus1", "9s mend Peer1:sfp-sfpplus1"),
        ("6s cut keepalive", "7s cut Peer1:sfp-sfpplus1", "9s mend Peer1:sfp-sfpplus1", "10s mend keepalive"),
        (
            "6s cut Peer1:sfp-sfpplus1", "6s10ms cut Peer1:sfp-sfpplus2",
            "9s mend Peer1:sfp-sfpplus2", "9s mend Peer1:sfp-sfpplus1",
        ),
    ],
)  # fmt: skip
def test_no_fault_makes_a_loop_or_a_copy_and_repairs_bring_everything_back(events: tuple[str, ...]) -> None:
    result = run(
        *events,
        until="20s",
        changes=[('to = "h2"', 'to = "h2"\nevery = "3ms"'), ('to = "h3"', 'to = "h3"\nevery = "3ms"')],
    )
    assert not result.bad
    assert [node.mlag.status for node in result.nodes.values() if node.mlag] == ["connected", "connected"]
    assert len(result.nodes["Client"].bonds["bond1"].active_ports) == 2
    for flow in result.flows:
        assert flow.received > 1500, "it runs again after the repair"
