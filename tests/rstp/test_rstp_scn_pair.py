"""SCN-13 to SCN-15 with whole nodes in the lab: a pair, a bridge behind its bond, and a third switch."""

import itertools

import pytest

from lab.third import Bpdus, network
from pyiccp._sansio import seconds
from pyiccp.lab._network import Network
from pyiccp.wire._mac import mac

check = pytest.mark.check
PAIR = mac("74:4D:28:11:70:6B")


def root_port(net: Network) -> tuple[str, bool, int]:
    """Role of the client's bond, whether it forwards, and how often it began to."""
    port = net.devices["Client"].node.tree_of["bond1"].port("bond1")  # type: ignore[union-attr]
    return port.role.name, port.forwarding, port.counters["forward_transitions"]


def hellos(bpdus: Bpdus, since: float) -> list[float]:
    return [at / 1e9 for _, sink, at, _ in bpdus.heard if sink.startswith("Client:sfp") and at >= seconds(since)]


@check("SCN-13")
@pytest.mark.parametrize("root", ["pair", "third"])
def test_the_client_of_a_pair_hears_one_bridge(root: str) -> None:
    """For sixty seconds one bridge identifier, one port identifier, a hello every two seconds, no flap."""
    net = network(root=root, flows=())
    bpdus = Bpdus(net)
    net.run(seconds(8))
    before = root_port(net)
    assert before[:2] == ("Root", True)
    net.run(seconds(68))
    said = [event.bpdu for event in bpdus.to("Client:sfp1", "Client:sfp2", since=seconds(8))]
    assert {(bpdu.bridge.mac, bpdu.hello_time) for bpdu in said} == {(PAIR, 512)}
    assert len({bpdu.port for bpdu in said}) == 1
    gaps = [b - a for a, b in itertools.pairwise(hellos(bpdus, 8))]
    assert len(gaps) >= 29
    assert all(gap == pytest.approx(2, abs=0.01) for gap in gaps)
    assert root_port(net) == before


@pytest.mark.long
@check("SCN-14")
@pytest.mark.parametrize("half", ["Peer1", "Peer2"])
def test_half_of_a_pair_crashes(half: str) -> None:
    """The client keeps its root port without a flap, and hears of at most one topology change, from one bridge."""
    net = network(f"12s crash {half}")
    bpdus = Bpdus(net)
    net.run(seconds(11.9))
    before = root_port(net)
    net.run(seconds(40))
    assert root_port(net) == before
    heard = [event.bpdu for event in bpdus.to("Client:sfp1", "Client:sfp2", since=seconds(12))]
    assert {bpdu.bridge.mac for bpdu in heard} == {PAIR}
    told = [bpdu for bpdu in heard if bpdu.flags.topology_change]
    assert len(told) <= 3, "what one change tells within hello + 1 s, and no storm"
    assert net.wires.loops == 0


@pytest.mark.long
@check("SCN-15")
@pytest.mark.parametrize("keepalive", [True, False])
@pytest.mark.parametrize("fault", ["cut", "silence"])
def test_a_pair_is_split(fault: str, keepalive: bool) -> None:
    """ICCP is lost, with the peer link or with carrier on: no loop, and the primary keeps the bridge identifier."""
    net = network(f"12s {fault} Peer1:sfp1", keepalive=keepalive)
    bpdus = Bpdus(net)
    net.run(seconds(40))
    assert net.wires.loops == 0
    assert all(each.duplicated == each.reflected == 0 for each in net.directions)
    status = {name: net.devices[name].node.status(net.now) for name in ("Peer1", "Peer2")}  # type: ignore[union-attr]
    identifiers = {name: each.bridges["bridge1"].bridge_id for name, each in status.items()}
    assert identifiers["Peer1"] == "0x1000.74:4D:28:11:70:6B"
    assert not identifiers["Peer2"].endswith("74:4D:28:11:70:6B")
    heard = [event.bpdu for event in bpdus.to("Client:sfp1", "Client:sfp2", since=seconds(20))]
    assert {bpdu.bridge.mac for bpdu in heard} == {PAIR}
    assert root_port(net)[:2] == ("Root", True)
