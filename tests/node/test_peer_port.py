"""What crosses the peer port, and what does not (M3, M4)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from node.labs import PEER, joined, node
from pyiccp._node.events import Action, DeliverLocally, LinkWentDown, Transmit
from pyiccp._sansio import seconds
from pyiccp.lab._network import Network
from pyiccp.rstp._config import BridgeConfig, PortConfig
from pyiccp.rstp._core import RstpCore
from pyiccp.rstp._frames import frame_octets
from pyiccp.rstp.events import LinkCameUp
from pyiccp.rstp.events import Transmit as TransmitBpdu
from pyiccp.wire._link import ETHERTYPE, Envelope, Segment
from pyiccp.wire._mac import NEAREST_BRIDGE, mac

STATION, OTHER = bytes.fromhex("0200000000aa"), bytes.fromhex("0200000000bb")
BROADCAST = b"\xff" * 6
PEER_PORT, HALF, ORPHAN = "sfp-sfpplus1", "sfp-sfpplus2", "ether1"


def frame(destination: bytes = BROADCAST, source: bytes = STATION, tag: bytes = b"", fill: bytes = b"") -> bytes:
    return (destination + source + tag + b"\x08\x00\x45\x00" + fill).ljust(60, b"\0")


def ports(actions: list[Action]) -> list[str]:
    return [action.port for action in actions if isinstance(action, Transmit) and action.ordered]


def take(net: Network, name: str, port: str, data: bytes) -> list[Action]:
    return list(node(net, name).forward(port, [data], net.now))


def test_a_broadcast_of_an_orphan_leaves_by_the_own_half_and_the_peer_port_tagged() -> None:
    net = joined()
    actions = take(net, "Peer1", ORPHAN, frame())
    assert sorted(ports(actions)) == [PEER_PORT, HALF]
    tagged = next(a.frame for a in actions if isinstance(a, Transmit) and a.port == PEER_PORT and a.ordered)
    assert tagged[12:16] == b"\x81\x00\x00\x01", "VLAN 1 is tagged on the peer port"
    assert any(isinstance(a, DeliverLocally) and a.interface == "bridge1" for a in actions)


def test_from_the_peer_port_nothing_leaves_by_a_half_whose_other_half_is_up() -> None:
    net = joined()
    actions = take(net, "Peer2", PEER_PORT, frame(tag=b"\x81\x00\x00\x01"))
    assert ports(actions) == [ORPHAN]


def test_when_the_peer_says_its_half_is_down_frames_leave_by_ours() -> None:
    net = joined()
    first = node(net, "Peer1")
    net.devices["Peer1"].node = None
    for action in first.handle(LinkWentDown(HALF), net.now):
        if isinstance(action, Transmit) and action.port == PEER_PORT:
            node(net, "Peer2").forward(PEER_PORT, [action.frame], net.now)
    assert sorted(ports(take(net, "Peer2", PEER_PORT, frame(tag=b"\x81\x00\x00\x01")))) == [ORPHAN, HALF]


def test_a_bond_without_another_half_is_reached_from_the_peer_port() -> None:
    """1. Peer2's bond has another mlag-id. 2. A host of Peer2 sends to the client behind Peer1's bond. 3. Nobody else
    could deliver it: it must leave by that bond."""
    net = joined(peer2=PEER.replace("mlag-id=10", "mlag-id=11"))
    assert sorted(ports(take(net, "Peer1", PEER_PORT, frame(tag=b"\x81\x00\x00\x01")))) == [ORPHAN, HALF]


def test_untagged_data_on_the_peer_port_stay_in_its_pvid() -> None:
    """M3.3: VLAN 99 has no other member."""
    net = joined()
    assert ports(take(net, "Peer2", PEER_PORT, frame())) == []


def test_iccp_frames_elsewhere_than_on_the_peer_port_are_nobody_s() -> None:
    net = joined()
    heartbeat = next(
        action.frame
        for action in node(net, "Peer2").advance(node(net, "Peer2").deadline or 0)
        if isinstance(action, Transmit) and action.frame[12:14] == ETHERTYPE.to_bytes(2, "big")
    )
    assert take(net, "Peer1", HALF, heartbeat) == []
    assert take(net, "Peer1", ORPHAN, heartbeat) == []


def test_the_gate_is_shut_without_a_session() -> None:
    net = joined()
    first = node(net, "Peer1")
    first.handle(LinkWentDown(PEER_PORT), net.now)
    first.plane.running[PEER_PORT] = True  # light without a session
    assert take(net, "Peer1", PEER_PORT, frame(tag=b"\x81\x00\x00\x01")) == []
    assert PEER_PORT not in ports(take(net, "Peer1", ORPHAN, frame(source=OTHER)))


def test_an_envelope_of_a_stale_session_is_dropped() -> None:
    """M4.5 trusts envelopes; only those of the living session may be trusted."""
    net = joined()
    link = node(net, "Peer2").pairing.link
    inner = frame(tag=b"\x81\x00\x00\x01", source=OTHER)
    good = Segment(link.domain, link.peer_incarnation, link.incarnation, Envelope(10, inner))
    stale = Segment(link.domain, link.peer_incarnation, link.incarnation - 1, Envelope(10, inner))
    head = NEAREST_BRIDGE + STATION + ETHERTYPE.to_bytes(2, "big")
    assert ports(take(net, "Peer2", PEER_PORT, head + stale.encode())) == []
    assert ports(take(net, "Peer2", PEER_PORT, head + good.encode())) == [ORPHAN]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([PEER_PORT, HALF, ORPHAN]),
            st.one_of(
                st.binary(max_size=200),
                st.binary(max_size=120).map(lambda b: b"\x01\x80\xc2\x00\x00\x02" + STATION + b"\x88\x09" + b),
                st.binary(max_size=120).map(lambda b: NEAREST_BRIDGE + STATION + b"\x88\xb5pyiccp-1" + b),
                st.binary(max_size=60).map(lambda b: frame(fill=b)),
            ),
        ),
        max_size=12,
    )
)
def test_nothing_that_comes_in_raises_and_the_session_lives(received: list[tuple[str, bytes]]) -> None:
    net = joined()
    for name in ("Peer1", "Peer2"):
        for port, octets in received:
            node(net, name).forward(port, [octets], net.now)
        assert node(net, name).pairing.mlag.connected


def test_a_bpdu_on_the_peer_port_shuts_the_gate_and_is_shown() -> None:
    """M3.2: 1. A bridge speaks on the peer port. 2. The status says so, data no longer cross it, the session lives.
    3. It has been silent for three hellos: all is well again."""
    net = joined()
    bridge = RstpCore(BridgeConfig(mac=mac("02:00:00:00:00:99")), (PortConfig(name="p", number=1),))
    said = bridge.handle(LinkCameUp("p"), 0)
    bpdu = next(action.bpdu for action in said if isinstance(action, TransmitBpdu))
    heard = frame_octets(mac("02:00:00:00:00:99"), bpdu).ljust(60, b"\0")
    peer1 = node(net, "Peer1")
    peer1.forward("sfp-sfpplus1", [heard], net.now)
    status = peer1.status(net.now)
    assert status.mlag is not None
    assert status.mlag.status == "foreign bridge on peer port"
    assert status.bridges["bridge1"].ports["sfp-sfpplus1"].status == "inactive"
    assert not peer1.plane.bridges["bridge1"].forwarding.gate_open
    net._rearm(net.devices["Peer1"])
    net.run(net.now + seconds(7))
    status = peer1.status(net.now)
    assert status.mlag is not None
    assert status.mlag.status == "connected"
    assert peer1.plane.bridges["bridge1"].forwarding.gate_open
