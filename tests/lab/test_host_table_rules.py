"""M10 with whole devices, rule by rule; the table itself is tested in tests/bridge."""

from lab.quick import node
from lab.third import losses
from lab.third import network as third
from node.labs import joined
from pyiccp._node.events import FlushRequested
from pyiccp._sansio import microseconds, milliseconds, seconds
from pyiccp.lab._faults import parse_event
from pyiccp.lab._network import Network
from pyiccp.wire._mac import Mac, mac

STATION = mac("02:00:00:00:0A:01")
PEER_PORT, BOND, ORPHAN = "sfp-sfpplus1", "client-bond", "ether1"


def say(net: Network, host: str, source: Mac = STATION) -> None:
    """A broadcast of *source* from where *host* is."""
    net.originate(net.hosts[host], [(b"\xff" * 6 + source + b"\x08\x00\x45\x00").ljust(60, b"\0")])


def places(net: Network, source: Mac = STATION) -> list[tuple[str, str] | None]:
    """Where Peer1 and Peer2 say that *source* is, with the flags."""
    found = []
    for name in ("Peer1", "Peer2"):
        hosts = node(net, name).status(net.now).hosts
        found.append(next(((each.on_interface, each.flags) for each in hosts if each.mac_address == source), None))
    return found


def test_m10_1_one_place_for_both_nodes_and_the_newest_sighting_wins() -> None:
    net = joined()
    say(net, "h2")
    net.run(net.now + milliseconds(1))
    assert places(net) == [(ORPHAN, "D"), (PEER_PORT, "DE")]
    say(net, "h3")
    net.run(net.now + milliseconds(1))
    assert places(net) == [(PEER_PORT, "DE"), (ORPHAN, "D")]
    say(net, "h1")
    net.run(net.now + milliseconds(1))
    assert [place and place[0] for place in places(net)] == [BOND, BOND]


def test_m10_3_a_flush_reaches_both_tables() -> None:
    net = joined()
    for host, source in (("h2", STATION), ("h1", mac("02:00:00:00:0A:02"))):
        say(net, host, source)
    net.run(net.now + milliseconds(1))
    peer2 = node(net, "Peer2")
    net._act(net.devices["Peer2"], peer2.handle(FlushRequested(), net.now), net.now)
    net._rearm(net.devices["Peer2"])
    net.run(net.now + milliseconds(5))
    assert places(net) == places(net, mac("02:00:00:00:0A:02")) == [None, None]


def test_m10_4_the_lost_peer_s_orphans_go_at_once_and_bonds_stay() -> None:
    net = joined()
    client = mac("02:00:00:00:0A:02")
    say(net, "h3")
    say(net, "h1", client)
    net.run(net.now + milliseconds(1))
    assert None not in (*places(net), *places(net, client))
    net.schedule(net.now, parse_event("1s cut Peer1:sfp-sfpplus1")[1])
    net.run(net.now + milliseconds(1))
    assert places(net)[0] is None
    assert places(net, client)[0] == (BOND, "D")


def test_m10_5_own_addresses_are_told_and_the_shared_one_is_not() -> None:
    """Peer1's bridge MAC is the pair's identity: it is everybody's own. Peer2's is Peer2's."""
    net = joined()
    assert places(net, mac("74:4D:28:16:2C:91"))[0] == (PEER_PORT, "DE")
    assert [place and place[0] for place in places(net, mac("74:4D:28:11:70:6B"))] == ["bridge1", "bridge1"]


def test_m10_6_a_host_is_known_to_the_peer_one_link_delay_later() -> None:
    net = joined()
    say(net, "h2")
    net.run(net.now + microseconds(50))  # to Peer1
    assert places(net) == [(ORPHAN, "D"), None]
    net.run(net.now + microseconds(50))
    assert places(net) == [(ORPHAN, "D"), (PEER_PORT, "DE")]


def test_what_an_isolated_node_saw_on_its_orphans_is_no_news_for_the_primary() -> None:
    """1. The peer link is cut: Peer2 is a bridge of its own, and sees the primary's hosts behind the third switch, on
    an orphan. 2. It joins: those ports are shut (M3.1), and what was learned there is forgotten before the tables are
    told. It was told, and one frame of each of the primary's flows went to a peer port that was not open yet."""
    net = third("10s cut Peer1:sfp1", "12s mend Peer1:sfp1", root="third")
    net.run(seconds(11.9))
    before = losses(net)
    net.run(seconds(12.5))
    after = losses(net)
    kept = ("h1>h2", "h2>h1", "h1>h4", "h4>h1", "h2>h4", "h4>h2")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
