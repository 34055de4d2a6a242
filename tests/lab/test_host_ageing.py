"""M10.2 with whole devices, sentence by sentence: a host behind the bond ages where it is not seen, and stays where it
is. The bridges' ageing-time is ten seconds, the least that RouterOS allows."""

from struct import pack

from lab.quick import node
from lab.test_host_table_rules import BOND, places
from node.labs import PEER, joined
from pyiccp._sansio import Instant, milliseconds, seconds
from pyiccp.lab._links import Way
from pyiccp.lab._network import Network
from pyiccp.wire._mac import Mac, mac

STATION = mac("02:00:00:00:0A:01")
SHORT = PEER.replace("vlan-filtering=yes", "vlan-filtering=yes ageing-time=10s")
AGEING = seconds(10)
HERE, THERE = "sfp-sfpplus1", "sfp-sfpplus2"
"""The client's links to Peer1 and to Peer2."""


def pair() -> Network:
    return joined(peer1=SHORT, peer2=SHORT)


def packet(port: int, target: Mac = b"\xff" * 6, source: Mac = STATION) -> bytes:
    """A UDP packet; *port* decides by which link a client lets it out."""
    header = pack("!BBHHHBBH4s4s", 0x45, 0, 28, 0, 0, 64, 17, 0, b"\xc0\0\2\1", b"\xc0\0\2\2")
    return (target + source + b"\x08\x00" + header + pack("!HHHH", port, 4000, 8, 0)).ljust(60, b"\0")


def speak(net: Network, link: str) -> Instant:
    """The station behind the client is seen by the node at the other end of *link*, and by it alone."""
    choose = node(net, "Client").plane.trunks["bond1"].choose
    frame = next(frame for port in range(64) if choose(frame := packet(port)) == link)
    net.originate(net.hosts["h1"], [frame])
    net.run(net.now + milliseconds(1))
    return net.now


def flooded(net: Network, host: str) -> int:
    """How many of two frames of *host* for the station reach the orphan of the other node as well."""
    other = net.hosts["h3" if host == "h2" else "h2"]
    found: list[bytes] = []

    def see(way: Way, frame: bytes, now: Instant) -> None:
        if way.sink.host is other and frame.startswith(STATION):
            found.append(frame)

    net.wires.capture = see
    net.originate(net.hosts[host], [packet(port, STATION, mac("02:00:00:00:0B:01")) for port in (1, 2)])
    net.run(net.now + milliseconds(1))
    return len(found)


def test_a_node_that_does_not_see_it_shows_aged_and_its_peer_aged_peer() -> None:
    """1. Both nodes see the station, then Peer2 alone. 2. Peer1's ageing time is over: `A` there, `a` at Peer2; both
    keep it, and nobody floods what is for it."""
    net = pair()
    speak(net, HERE)
    speak(net, THERE)
    assert places(net) == [(BOND, "D"), (BOND, "D")]
    for _ in range(3):
        net.run(net.now + seconds(4))
        speak(net, THERE)
    assert places(net) == [(BOND, "DA"), (BOND, "Da")]
    assert (flooded(net, "h2"), flooded(net, "h3")) == (0, 0)


def test_it_is_deleted_on_both_when_both_have_aged_it_at_one_sequence() -> None:
    """1. Peer1 has aged it, Peer2 has not. 2. Peer2's ageing time is over as well: it is gone on both, at that instant
    and not before; from then on what is for it is flooded."""
    net = pair()
    speak(net, HERE)
    net.run(net.now + seconds(3))
    last = speak(net, THERE)
    net.run(last + AGEING - milliseconds(2))
    assert places(net) == [(BOND, "DA"), (BOND, "Da")]
    net.run(last + AGEING + milliseconds(1))
    assert places(net) == [None, None]
    assert (flooded(net, "h2"), flooded(net, "h3")) == (2, 2)


def test_a_later_sighting_has_a_higher_sequence_and_cancels_both_flags() -> None:
    """1. Peer1 has aged it. 2. The station speaks to Peer1 again: no flag is left on either node. 3. Peer2 ages it
    now; what Peer1 said of its own ageing before is of an older sequence, so nothing is deleted. 4. At the end Peer1
    ages it as well: only then it is gone."""
    net = pair()
    speak(net, HERE)
    net.run(net.now + seconds(6))
    there = speak(net, THERE)
    net.run(net.now + seconds(5))
    assert places(net) == [(BOND, "DA"), (BOND, "Da")]
    before = sequences(net)
    again = speak(net, HERE)
    net.run(net.now + milliseconds(1))
    assert places(net) == [(BOND, "D"), (BOND, "D")]
    assert all(new > old for new, old in zip(sequences(net), before, strict=True))
    assert len(set(sequences(net))) == 1
    net.run(there + AGEING + milliseconds(1))
    assert places(net) == [(BOND, "Da"), (BOND, "DA")]
    net.run(again + AGEING - milliseconds(2))
    assert places(net) == [(BOND, "Da"), (BOND, "DA")]
    net.run(again + AGEING + milliseconds(1))
    assert places(net) == [None, None]


def sequences(net: Network) -> list[int]:
    """Of the station's entry, on each node."""
    found = []
    for name in ("Peer1", "Peer2"):
        entry = node(net, name).pairing.bridge.table.get(1, STATION)
        assert entry is not None
        found.append(entry.sequence)
    return found
