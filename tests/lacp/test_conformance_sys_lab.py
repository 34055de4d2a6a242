"""SYS-10 … SYS-17 with whole devices: the quick setup's MLAG pair (B = Peer1, C = Peer2, which gives way) and its
client A, octets on the wires; A is our strict 802.1AX and each of the models of other products in turn."""

from collections.abc import Callable

import pytest

from lab.quick import HIGHER, PAIR, PEER1, bond, build, carries, inline, node, port, scenario, started, until
from lacp.pcapng import read
from pyiccp._mlag.events import HoldOutOfSync
from pyiccp._mlag.store import Store
from pyiccp._node.events import Action
from pyiccp._node.node import Node
from pyiccp._sansio import Instant, microseconds, milliseconds, seconds
from pyiccp.lab._clients import KINDS, OURS
from pyiccp.lab._links import Way
from pyiccp.lab._network import Network
from pyiccp.lab._run import prepare
from pyiccp.lab._scenario import QUICKSTART, Scenario, parse
from pyiccp.wire._lacpdu import Lacpdu, Participant
from pyiccp.wire._mac import Mac, mac
from pyiccp.wire.iccp._mlag import BondNumber

NO_KEEPALIVE = ('[[keepalive]]\nends = ["Peer1", "Peer2"]\n', "")
LINKS = ("sfp-sfpplus1", "sfp-sfpplus2")
TO_B, TO_C = LINKS
SOLO = mac("FE" + HIGHER[2:])
"""C's own identity: its bridge MAC, locally administered and worse."""
DELAY = microseconds(50)
"""Of every wire in the quick setup."""
REACTION = {
    "pyiccp": 0,
    "ovs": milliseconds(0.7),
    "teamd": milliseconds(5),
    "linux-bonding": milliseconds(4 * 104.09),
}
"""From an LACPDU to what the product makes of it: at once, a turn of its loop, the next slot for sending."""
PEER_SAYS = "the partner's port is now heard on another port"

every_kind = pytest.mark.parametrize("kind", KINDS)


def quick(*events: str, kind: str = OURS, changes: tuple[tuple[str, str], ...] = ()) -> Scenario:
    client = ('config = "client.rsc"', f'config = "client.rsc"\nkind = "{kind}"')
    return scenario(*events, until="60s", flows=False, changes=(client, *changes))


def whole(network: Network) -> bool:
    """One LAG over both nodes, and all three systems agree."""
    partners = {port(network, "Client", link).partner_sys_id for link in LINKS}
    return (
        bond(network, "Client").active_ports == LINKS
        and carries(network, "Peer1", TO_C)
        and carries(network, "Peer2", TO_C)
        and partners == {mac(PAIR)}
    )


def b_never_leaves(network: Network) -> Callable[[], bool]:
    """B's half of the LAG carries data at both ends."""
    return lambda: carries(network, "Peer1", TO_C) and carries(network, "Client", TO_B)


def said(network: Network, name: str, words: str) -> list[Instant]:
    """When the timeline of a device says so."""
    return [line.at for line in network.timeline if line.node == name and words in line.what]


def end_of_link(network: Network, link: str) -> Participant:
    """The partner that the client has recorded on a link."""
    return node(network, "Client").lacp.port(link).partner


@pytest.mark.check("SYS-10")
@every_kind
def test_sys_10_one_lag_over_two_nodes(kind: str) -> None:
    """With whole devices and every kind of client: one LAG; ports 0x8002 and 0x9002 under one system and key."""
    network = until(started(quick(kind=kind)), 3.0)
    assert whole(network)
    ends = [end_of_link(network, link) for link in LINKS]
    assert [end.port for end in ends] == [0x8002, 0x9002]
    assert ends[0].system == ends[1].system and ends[0].key == ends[1].key
    until(network, 40.0, lambda: whole(network))


@pytest.mark.check("SYS-11")
@pytest.mark.check("SYS-12")
@every_kind
def test_sys_11_12_c_under_its_own_identity_and_back(kind: str) -> None:
    """With whole devices and every kind of client: the peer link breaks and nothing tells C that B lives. C's LACPDU
    under its own, worse identity leaves at 0 s; the client drops that link only. Mended, the LAG is whole again. B
    never left."""
    events = ("6s cut Peer1:sfp-sfpplus1", "12s mend Peer1:sfp-sfpplus1")
    network = until(started(quick(*events, kind=kind, changes=(NO_KEEPALIVE,))), 5.995)
    steady = b_never_leaves(network)
    network.run(seconds(6) + DELAY)
    assert bond(network, "Peer2").lacp_system_id == SOLO
    assert end_of_link(network, TO_C).system == SOLO and end_of_link(network, TO_C).system_priority == 65535
    network.run(seconds(6) + DELAY + REACTION[kind])
    assert not carries(network, "Client", TO_C) and steady()
    until(network, 11.995, lambda: steady() and not carries(network, "Client", TO_C))
    until(network, 15.0 + REACTION[kind] / 1e9, steady)
    assert whole(network)


@pytest.mark.check("SYS-13")
@every_kind
def test_sys_13_c_has_another_key(kind: str) -> None:
    """With whole devices and every kind of client: C's bond has another mlag-id, hence another key: its link is out,
    and both nodes say so once mLACP has told them, after the session is up."""
    other = inline("Peer2", PEER1.replace("mlag-id=10", "mlag-id=11"))
    network = until(started(quick(kind=kind, changes=(other,))), 5.0)
    assert bond(network, "Client").active_ports == (TO_B,)
    assert carries(network, "Peer1", TO_C) and not carries(network, "Peer2", TO_C)
    one, two = (end_of_link(network, link) for link in LINKS)
    assert one.system == two.system and one.key != two.key
    for name in ("Peer1", "Peer2"):
        assert said(network, name, "has no bond on")[0] >= said(network, name, "ICCP session")[0]


BY_HAND = """
[lab]
until = "60s"
[node.B]
mac = "02:00:00:00:0B:00"
script = '''
{hand}'''
[node.C]
mac = "02:00:00:00:0C:00"
script = '''
{hand}'''
[node.Client]
mac = "02:00:00:00:0A:00"
kind = "{kind}"
script = '''
/interface bonding add mode=802.3ad name=bond1 slaves=sfp-sfpplus1,sfp-sfpplus2 lacp-rate=1sec
'''
[[link]]
ends = ["Client:sfp-sfpplus1", "B:sfp-sfpplus2"]
[[link]]
ends = ["Client:sfp-sfpplus2", "C:sfp-sfpplus2"]
"""
HAND = (
    "/interface bonding add mode=802.3ad name=bond1 slaves=sfp-sfpplus2 lacp-system-id=02:00:5E:00:00:4D lacp-rate=1sec"
)


@pytest.mark.check("SYS-14")
@every_kind
def test_sys_14_what_equal_port_numbers_do(kind: str) -> None:
    """With whole devices: two switches that share an identity by hand, without MLAG, have equal port numbers. The
    strict client sees its partner's port move for ever; the other products do not look at it."""
    network = until(prepare(parse(BY_HAND.format(hand=HAND, kind=kind), "hand.toml", QUICKSTART)), 20.0)
    ends = [end_of_link(network, link) for link in LINKS]
    if kind == OURS:
        assert len(said(network, "Client", PEER_SAYS)) > 3
        assert len(bond(network, "Client").active_ports) < 2
    else:
        assert ends[0].port == ends[1].port
        assert bond(network, "Client").active_ports == LINKS


@pytest.mark.check("SYS-14")
@every_kind
def test_sys_14_a_pair_never_sends_equal_port_numbers(kind: str) -> None:
    """With whole devices and every kind of client: one disk is copied to both nodes, which would both be number 0. The
    one whose memory it is not says so and starts fresh, before it sends anything; no end of a link is ever said on
    both wires, and the client sees no port move."""
    network = build(quick(kind=kind), Node)
    for name in ("Peer1", "Peer2"):
        network.devices[name].store = Store(owner=mac(PAIR), system=mac(PAIR), epoch=1, node=0)
    sent: dict[str, set[tuple[bytes, int]]] = {"Peer1": set(), "Peer2": set()}
    first: list[Instant] = []

    def see(way: Way, frame: bytes, now: Instant) -> None:
        sender = way.link.sides[0 if way.outbound else 1].name.partition(":")[0]
        if sender in sent and frame[12:15] == b"\x88\x09\x01":
            actor = Lacpdu.decode(frame[14:]).actor
            sent[sender].add((actor.system, actor.port))
            first.append(now)

    network.wires.capture = see
    network.start()
    until(network, 5.0)
    assert whole(network)
    assert not sent["Peer1"] & sent["Peer2"]
    assert (mac(PAIR), 0x8002) in sent["Peer1"]
    assert (mac(PAIR), 0x9002) in sent["Peer2"]
    (at,) = said(network, "Peer2", "a copied disk: starting as a fresh node")
    assert at <= first[0]
    assert not said(network, "Peer1", "copied disk")
    assert not said(network, "Client", PEER_SAYS)


@pytest.mark.check("SYS-14")
def test_sys_14_two_nodes_that_remember_one_number() -> None:
    """With whole devices: both nodes were number 0 before, each by its own memory. Before either says S=1 the error is
    raised, and mended."""
    network = build(quick(), Node)
    for name in ("Peer1", "Peer2"):
        network.devices[name].store = Store(system=mac(PAIR), epoch=1, node=0)
    network.start()
    until(network, 5.0)
    assert whole(network)
    for name in ("Peer1", "Peer2"):
        (at,) = said(network, name, "both nodes remember the number 0")
        assert at < milliseconds(1)


@pytest.mark.check("SYS-15")
@every_kind
def test_sys_15_the_nodes_cabled_to_each_other(kind: str) -> None:
    """With whole devices and every kind of client: an MLAG port of B and one of C on one cable: refused at both ends,
    with the reason; the client goes on."""
    cable = ('["Client:sfp-sfpplus2", "Peer2:sfp-sfpplus2"]', '["Peer1:sfp-sfpplus3", "Peer2:sfp-sfpplus2"]')
    two = inline("Peer1", PEER1.replace("slaves=sfp-sfpplus2", "slaves=sfp-sfpplus2,sfp-sfpplus3"))
    network = until(started(quick(kind=kind, changes=(cable, two))), 3.0)
    steady = b_never_leaves(network)
    until(network, 20.0, lambda: steady() and not carries(network, "Peer1", "sfp-sfpplus3"))
    for name, which in (("Peer1", "sfp-sfpplus3"), ("Peer2", "sfp-sfpplus2")):
        assert "S" not in port(network, name, which).flags and not carries(network, name, which)
        assert "our own system id" in (port(network, name, which).reason or "")


def command(network: Network, name: str, held: bool) -> None:
    """MLAG on a device holds its bond out of sync, or lets it come."""
    device = network.devices[name]
    out: list[Action] = []
    node(network, name)._carry_out([HoldOutOfSync("client-bond", held)], network.now, out)
    network._act(device, out, network.now)
    network._rearm(device)


@pytest.mark.check("SYS-16")
@every_kind
def test_sys_16_c_stands_by(kind: str) -> None:
    """With whole devices and every kind of client: C is held out of sync under the pair's identity and goes on talking;
    the client keeps only B. On the switch-over C collects at once, the client carries data with C half a round trip
    later, beside what the product itself takes, and C distributes after that round trip and one of the peer link, which
    the fences need (M4.2)."""
    network = until(started(quick(kind=kind)), 4.995)
    command(network, "Peer2", True)
    network.run(seconds(5) + DELAY + REACTION[kind])
    steady = b_never_leaves(network)
    until(network, 9.0, lambda: steady() and not carries(network, "Client", TO_C))
    held = port(network, "Peer2", TO_C)
    assert held.reason_code == "held" and "S" not in held.flags and held.partner_sys_id != SOLO
    assert node(network, "Peer2").lacp.port(TO_C).counters["LACPDUsTx"] >= 3
    command(network, "Peer2", False)
    command(network, "Peer1", True)
    switched = network.now
    assert TO_C in node(network, "Peer2").plane.trunks["client-bond"].collecting
    network.run(switched + DELAY + REACTION[kind])
    assert carries(network, "Client", TO_C)
    network.run(switched + 4 * DELAY + 2 * REACTION[kind])
    assert carries(network, "Peer2", TO_C) and not carries(network, "Peer1", TO_C)


CAPTURED = """
[lab]
until = "20s"
[node.Peer1]
mac = "74:4D:28:11:70:6B"
system-id = "02:00:5E:00:00:4D"
script = '''
{half}'''
[node.Peer2]
mac = "74:4D:28:16:2C:91"
system-id = "02:00:5E:00:00:4D"
script = '''
{half}'''
[host.r1]
[host.r2]
[[link]]
ends = ["Peer1:sfp-sfpplus1", "Peer2:sfp-sfpplus1"]
[[link]]
ends = ["r1", "Peer1:sfp-sfpplus2"]
[[link]]
ends = ["r2", "Peer2:sfp-sfpplus2"]
"""
OUR_PORTS = {"r1": (0x80, 0x8002), "r2": (0x80, 0x9002)}
"""Our ports (priority, number): in a captured client's view only these are rewritten, not system, priority and key."""


@pytest.mark.check("SYS-17")
@pytest.mark.parametrize(
    ("capture", "clients"),
    [
        ("l06_bond_mclag.pcapng", ("52:54:00:67:00:00", "52:54:00:67:00:01")),
        ("s13_mclag.pcapng", ("02:0a:61:00:00:01", "02:0a:61:00:00:02")),
    ],
)
def test_sys_17_captured_clients_of_a_pair(capture: str, clients: tuple[str, str]) -> None:
    """With whole devices: the octets of a captured client come in at both nodes of a pair that has the captured pair's
    system, priority and key. The nodes record the partners that it names, and both halves carry it."""
    half = PEER1.replace("mode=802.3ad", "mode=802.3ad lacp-system-priority=1000 lacp-rate=1sec")
    network = build(parse(CAPTURED.format(half=half), "captured.toml", QUICKSTART), Node)
    for number, name in enumerate(("Peer1", "Peer2")):
        numbers = (BondNumber(10, 100, 1, mac(PAIR)),)
        network.devices[name].store = Store(system=mac("02:00:5e:00:00:4d"), node=number, numbers=numbers)
    network.start()
    frames = [(at, octets) for at, _, octets in read(capture) if octets[12:15] == b"\x88\x09\x01" and at < 7.5]
    names: dict[str, Participant] = {}
    for at, octets in frames:
        for host, client in zip(("r1", "r2"), clients, strict=True):
            if Mac(octets[6:12]) == mac(client):
                network.run(seconds(1 + at))
                view = (
                    b"".join(value.to_bytes(2, "big") for value in OUR_PORTS[host]) if any(octets[40:46]) else bytes(4)
                )
                way = network.hosts[host].way
                assert way is not None
                network.wires.transmit(way, octets[:48] + view + octets[52:], True, network.now)
                names[host] = Lacpdu.decode(octets[14:]).actor
    network.run(seconds(8.5))
    for host, name in (("r1", "Peer1"), ("r2", "Peer2")):
        view = node(network, name).lacp.port("sfp-sfpplus2")
        assert view.partner == names[host] and view.actor.system == mac("02:00:5e:00:00:4d")
        assert (view.actor.system_priority, view.actor.key) == (1000, 100)
        assert view.distributing, f"{name}: {view.sentence}"


@pytest.mark.parametrize("end", ["Client:sfp-sfpplus1", "Client:sfp-sfpplus2"])
@every_kind
def test_one_half_cut_leaves_the_other(end: str, kind: str) -> None:
    """SYS-05 over two nodes: the other half never stops; the cut one is back after the two seconds of wait_while."""
    network = until(started(quick(f"6s cut {end}", f"8s mend {end}", kind=kind)), 5.995)
    other = TO_C if end.endswith("1") else TO_B
    until(network, 10.5 + REACTION[kind] / 1e9, lambda: carries(network, "Client", other))
    assert whole(network)
