"""A peer port that is a bond of two links (M3.4): a member that is silent leaves, the session lives by the other."""

from pathlib import Path

import pytest

from lab.quick import node, until
from pyiccp.lab._faults import parse_event
from pyiccp.lab._network import Network
from pyiccp.lab._run import prepare
from pyiccp.lab._scenario import load

BONDED = Path(__file__).parents[1] / "redundancy" / "scenarios" / "bonded.toml"
BOTH = ("sfp-sfpplus1", "sfp-sfpplus3")
FOUND = 0.9002
"""3 hb and 2 link delays (M2.2), s."""


def bonded(*events: str) -> Network:
    """Flows of 1 ms between h1, h2 and h3 from 9.5 s on."""
    net = prepare(load(BONDED))
    for event in events:
        net.schedule(*parse_event(event))
    return net


def carrying(net: Network) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Of each node's peer port: members that take data in, and that carry data out."""
    trunks = [node(net, name).plane.trunks["peer-bond"] for name in ("Peer1", "Peer2")]
    return [(trunk.collecting, trunk.distributing) for trunk in trunks]


def losses(net: Network) -> dict[str, int]:
    """But for frames that left no longer than 2 ms ago."""
    assert not net.wires.loops and not any(each.duplicated or each.reflected for each in net.directions)
    until(net, net.now / 1e9 + 0.003)
    directions = {f"{each.source.name}>{each.sink.name}": each for each in net.directions}
    return {name: sum(number < each.sent - 2 for number in each.missing()) for name, each in directions.items()}


@pytest.mark.parametrize("verb", ["silence", "silence-rx", "silence-tx"])
@pytest.mark.parametrize("member", BOTH)
def test_a_silent_member_leaves_both_ends_and_returns_without_loss(member: str, verb: str) -> None:
    """1. It is silent, whole or one way, and LACP will not know for three seconds. 2. After 3 hb it carries nothing
    more, at either end, and the timeline says so. 3. Heard again it carries again, and no frame is lost by that."""
    net = until(bonded(f"12s {verb} Peer1:{member}", f"14s heal Peer1:{member}"), 12 + FOUND)
    left = (tuple(each for each in BOTH if each != member),) * 2
    assert carrying(net) == [left, left]
    said = [(line.node, line.what) for line in net.timeline if "silent" in line.what]
    assert sorted(said) == [(name, f"peer-bond: {member} is silent and leaves") for name in ("Peer1", "Peer2")]
    lost = losses(net)
    assert max(lost.values()) <= 900
    until(net, 17.0)
    assert carrying(net) == [(BOTH, BOTH)] * 2
    assert losses(net) == lost
    assert all(node(net, name).pairing.mlag.connected for name in ("Peer1", "Peer2"))


@pytest.mark.parametrize("later", [0.05, 1.5])
def test_down_opens_without_the_member_that_is_silent(later: float) -> None:
    """M4.4: 1. A member is silent, found out or not yet. 2. Peer1's half goes: its Down never comes by that member.
    3. Peer2's filter opens by the other one, as soon as the silent one has left."""
    net = bonded("12s silence Peer1:sfp-sfpplus1", f"{12 + later}s cut Peer1:sfp-sfpplus2")
    until(net, 12 + max(later, FOUND) + 0.0015)
    half = node(net, "Peer2").pairing.mlag.pair.fences.halves["client-bond"]
    assert half.peer_down
    assert node(net, "Peer2").plane.bridges["bridge1"].forwarding.ports["client-bond"].filter_open
    lost = losses(net)
    until(net, 15.0)
    assert losses(net) == lost


def test_a_member_that_loses_its_light_leaves_at_once() -> None:
    net = until(bonded("12s cut Peer1:sfp-sfpplus3"), 12.0001)
    assert carrying(net) == [(BOTH[:1],) * 2] * 2
    until(net, 14.0)
    assert max(losses(net).values()) <= 1
