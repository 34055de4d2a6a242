"""A survivor that went on under its solo identity gives its bonds back to the pair (M1.2): what neighbours see of it.

1. There is no keepalive; the primary crashes, and the secondary goes on under its solo identity.
2. The primary returns, its half waits beside the survivor's under the pair's identity, as long as LACP demands.
3. The survivor takes the pair's identity again. The client leaves its half and takes the other, within one round trip;
   in that round trip no half was up, so the pair's tree lost its port, the third switch its root, and what either said
   of it went round by the third switch until the other half was up: nine changes of the root in half a millisecond.
"""

import itertools

import pytest

from lab.third import Bpdus, network
from pyiccp._sansio import seconds
from pyiccp.wire._mac import mac
from redundancy.watch import Watch

pytestmark = pytest.mark.long

PAIR, SOLO2 = mac("74:4D:28:11:70:6B"), mac("FE:4D:28:16:2C:91")
THIRD, CLIENT = mac("74:4D:28:33:00:01"), mac("74:4D:28:7B:7F:96")


@pytest.mark.parametrize("root", ["pair", "third", "client"])
def test_neighbours_see_one_change_of_the_bridges_name_and_no_other_root(root: str) -> None:
    net = network("10s crash Peer1", "15s start Peer1", root=root, keepalive=False)
    net.run(seconds(15) - 1)
    watch = Watch(net)
    net.run(seconds(24))
    renamed = 1 if root == "pair" else 0
    assert watch.roots == {"Third": renamed, "Client": renamed}
    assert watch.alone == {"Third": 0, "Client": 1}
    assert watch.identities == 1


@pytest.mark.parametrize("keepalive", [True, False])
def test_an_orphan_of_the_node_that_returns_is_reached_as_soon_as_its_port_is_known_to_be_an_edge(
    keepalive: bool,
) -> None:
    """1. The primary returns; its orphan's port looks for a bridge for three seconds (AutoEdge). 2. A survivor that is
    solo took the pair's identity three seconds after the return as well, 150 us too early: another bridge identifier
    is something else to propose, and the three seconds began anew. The orphan was out of reach for 6.0 s."""
    net = network("10s crash Peer1", "15s start Peer1", root="client", keepalive=keepalive)
    net.run(seconds(15) - 1)
    before = {each.source.name: each.received for each in net.directions if each.sink.name == "h2"}
    net.run(seconds(18.1))
    after = {each.source.name: each.received for each in net.directions if each.sink.name == "h2"}
    assert all(after[name] > before[name] for name in ("h1", "h3", "h4"))


@pytest.mark.parametrize("root", ["pair", "third", "client"])
def test_what_a_survivor_says_when_it_goes_on_under_its_solo_identity(root: str) -> None:
    """M14: one change of the bridge's identifier at neighbours. The survivor's first BPDU once named its solo
    identifier as the root, at a cost of 4,294,967,295, whoever the root was."""
    net = network("10s crash Peer1", root=root, keepalive=False)
    heard = Bpdus(net)
    net.run(seconds(14))
    said = [event.bpdu for event in heard.to("Third:ether2", since=seconds(10))]
    names = [name for name, _ in itertools.groupby(bpdu.bridge.mac for bpdu in said)]
    assert names == ([SOLO2] if root == "third" else [PAIR, SOLO2])  # no offer to a root that would have to be void
    roots = {bpdu.root.mac for bpdu in said}
    if root == "pair":
        assert roots == {SOLO2}
    elif root == "third":
        assert roots == {THIRD}
    else:
        assert roots == {CLIENT, SOLO2, THIRD}
    assert all(bpdu.root_path_cost <= 40_001 for bpdu in said)
