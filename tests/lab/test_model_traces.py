"""The traces that a search on paper models of M1 to M8 came upon, marked [V] in the rules: each holds, by name, and
each is seen to be what it says."""

import pytest
from msgspec.structs import replace

from lab.checked import at_rest, violation
from pyiccp._mlag.events import Mode
from pyiccp._mlag.store import Store
from pyiccp._node import wiring
from pyiccp._node.config import NodeConfig
from pyiccp._node.node import Node
from pyiccp.lab._build import build
from pyiccp.lab._check import NETWORKS
from pyiccp.lab._check.counterexample import passed
from pyiccp.lab._check.course import Course
from pyiccp.lab._check.probes import STREAMS
from pyiccp.lab._check.trace import parse_trace
from pyiccp.lab._faults import Fault
from pyiccp.lab._network import Network
from pyiccp.lab._scenario import load
from pyiccp.lacp._core import LacpCore

PEER = "Peer1:sfp-sfpplus1"


def one_link_at_most(config: NodeConfig, store: Store | None) -> Node:
    """A client whose bond keeps its second link in standby (802.1AX 6.4.14); the pair is as always."""
    if config.mlag is not None:
        return Node(config, store)
    bonds = tuple(replace(bond, max_links=1) for bond in wiring.aggregators(config))
    return Node(config, lacp=LacpCore(bonds, wiring.lacp_ports(config)))


def after(start: bytes, trace: str) -> Network:
    """The network at the moment of the last step of *trace*, before it."""
    return passed(start, parse_trace(trace))


def node(network: Network, name: str) -> Node:
    running = network.devices[name].node
    assert isinstance(running, Node)
    return running


def mode(network: Network, name: str) -> Mode:
    core = node(network, name).mlag
    assert core is not None
    return core.pair.mode


@pytest.fixture(scope="module")
def pair() -> bytes:
    return at_rest(load(NETWORKS / "pair.toml"))


@pytest.fixture(scope="module")
def alone() -> bytes:
    return at_rest(load(NETWORKS / "alone.toml"))


@pytest.fixture(scope="module")
def third() -> bytes:
    return at_rest(load(NETWORKS / "third-below.toml"))


@pytest.mark.parametrize("drained", ["Peer1", "Peer2"])
def test_a_flush_during_a_drain(third: bytes, drained: str) -> None:
    """M4.5: the table that says where the client's own frame came from is gone; it must not go back to it."""
    trace = f"rest: stop {drained}; drain@{drained}: cut Third:ether1"
    network = after(third, trace)
    core = node(network, drained).mlag
    assert core is not None and core.pair.draining
    assert violation(third, trace) == ""
    assert violation(third, f"rest: cut Third:ether1; rest: stop {drained}; drain@{drained}: mend Third:ether1") == ""


@pytest.mark.parametrize(("joining", "lost"), [("Peer1", "silence-tx"), ("Peer2", "silence-rx")])
def test_a_lost_prepare(pair: bytes, joining: str, lost: str) -> None:
    """M4.4: the one Prepare that was sent never arrives; only the answer to a later one opens the half."""
    client = f"Client:sfp-sfpplus{joining[-1]}"
    trace = f"rest: cut {client}; rest: mend {client}; sync@{joining}: {lost} {PEER}; prepare@{joining}: heal {PEER}"
    network = after(pair, trace)
    half = next(iter(node(network, joining).mlag.pair.fences.halves.values()))  # type: ignore[union-attr]
    assert half.waiting is not None
    assert any(way.silent for link in network.links for way in link.ways)
    assert violation(pair, trace) == ""


@pytest.mark.parametrize("link", ["Client:sfp-sfpplus1", "Client:sfp-sfpplus2"])
def test_a_standby_client_link(link: str) -> None:
    """M4.2: a half that the client keeps in standby says Down, and is no black hole for orphans: at every rest all that
    the client's other link reaches is reached."""
    network = build(load(NETWORKS / "pair.toml"), one_link_at_most)
    network.start()
    for fault in (None, Fault("cut", link), Fault("mend", link)):
        course = Course(network)
        course.run(fault, wanted=False)
        assert course.violation is None
        assert set(course.reached.values()) == {STREAMS}
        (trunk,) = node(network, "Client").plane.trunks.values()
        assert len(trunk.distributing) == 1


def test_a_frozen_primary(pair: bytes, alone: bytes) -> None:
    """M2.4: it thaws beside its successor."""
    network = after(pair, "rest: freeze Peer1; rest: thaw Peer1")
    assert mode(network, "Peer2") is Mode.NORMAL
    for start in (pair, alone):
        assert violation(start, "rest: freeze Peer1; rest: thaw Peer1") == ""
        assert violation(start, f"rest: freeze Peer1; delay: cut {PEER}; rest: thaw Peer1; rest: mend {PEER}") == ""


def test_keepalive_lost_before_the_peer_link(pair: bytes) -> None:
    """M6.1: silence of a keepalive that was silent before proves nothing: the secondary gives way."""
    trace = f"rest: cut keepalive; rest: cut {PEER}"
    assert violation(pair, trace) == ""
    network = after(pair, f"{trace}; rest: mend keepalive")
    carrying = [name for name in ("Peer1", "Peer2") if not node(network, name).mlag.pair.identity.solo]  # type: ignore[union-attr]
    assert carrying == ["Peer1"]


@pytest.mark.parametrize("fresh", ["Peer1", "Peer2"])
def test_a_fresh_node_alone(pair: bytes, alone: bytes, fresh: str) -> None:
    """M1.4: it comes up with its solo identity, never with one that the pair may have."""
    trace = f"rest: crash Peer2; rest: crash Peer1; rest: start {fresh} fresh"
    for start in (pair, alone):
        assert violation(start, trace) == ""
        network = after(start, f"{trace}; rest: cut {PEER}")
        core = node(network, fresh).mlag
        assert core is not None and core.pair.identity.solo


def test_both_in_hold(pair: bytes) -> None:
    """M8.3: the keepalive answers, and each would wait for the other for ever."""
    trace = f"rest: cut {PEER}; rest: freeze Peer1; delay: freeze Peer2; rest: thaw Peer1; delay: thaw Peer2"
    assert violation(pair, trace) == ""
    network = after(pair, f"{trace}; rest: mend {PEER}")
    assert sorted(mode(network, name).name for name in ("Peer1", "Peer2")) != ["HOLD", "HOLD"]
