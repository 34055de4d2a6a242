"""The matrix misses no change at a neighbour, however short."""

import pytest
from msgspec.structs import replace

from lab.third import Bpdus, network
from pyiccp._sansio import seconds
from pyiccp.lab._network import Network
from pyiccp.rstp._frames import frame_octets
from pyiccp.wire._bpdu import BridgeId, RstBpdu
from pyiccp.wire._mac import mac
from redundancy.watch import Watch

ANOTHER = BridgeId(0, mac("02:00:00:00:00:01"))


def told(net: Network, *bpdus: RstBpdu) -> None:
    """All of them reach the third switch in one batch."""
    third = net.devices["Third"].node
    assert third is not None
    third.forward("ether1", [frame_octets(mac("02:00:00:00:00:02"), bpdu) for bpdu in bpdus], net.now)


def test_a_root_that_is_named_and_taken_back_in_one_instant_counts_twice() -> None:
    net = network()
    heard = Bpdus(net)
    net.run(seconds(10))
    truth = heard.to("Third:ether1")[-1].bpdu
    assert isinstance(truth, RstBpdu)
    watch = Watch(net)
    told(net, truth, truth)
    assert watch.roots == {"Third": 0, "Client": 0}
    told(net, replace(truth, root=ANOTHER), truth)
    assert watch.roots == {"Third": 2, "Client": 0}


@pytest.mark.long
def test_a_client_without_a_link_is_left_alone_and_no_root_for_anybody() -> None:
    """The pair is the root. 1. The client loses both links: it is its own root, and alone. 2. They are back."""
    net = network("10s cut Client:sfp1", "10s cut Client:sfp2", "11s mend Client:sfp1", "11s mend Client:sfp2")
    net.run(seconds(9))
    watch = Watch(net)
    net.run(seconds(10.5))
    client = net.devices["Client"].node
    assert client is not None
    assert client.status(net.now).bridges["bridge1"].root_bridge
    net.run(seconds(18))
    assert not client.status(net.now).bridges["bridge1"].root_bridge
    assert (watch.roots["Client"], watch.alone["Client"]) == (0, 1)


@pytest.mark.long
def test_a_client_that_hears_another_root_after_it_was_alone_sees_a_change() -> None:
    net = network("10s cut Client:sfp1", "10s cut Client:sfp2", "11s mend Client:sfp1", "11s mend Client:sfp2")
    net.run(seconds(9))
    watch = Watch(net)
    net.run(seconds(18))
    client = net.devices["Client"].node
    assert client is not None
    client.forward("sfp1", [frame_octets(mac("02:00:00:00:00:02"), _claim(net))], net.now)
    assert watch.roots["Client"] == 1


def _claim(net: Network) -> RstBpdu:
    heard = Bpdus(net)
    net.run(net.now + seconds(3))
    truth = heard.to("Client:sfp1", "Client:sfp2")[-1].bpdu
    assert isinstance(truth, RstBpdu)
    return replace(truth, root=ANOTHER)
