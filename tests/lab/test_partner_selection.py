"""M11 with whole devices: the two halves of a bond never carry two clients, whoever is wired to them."""

from pathlib import Path

from lab.quick import bond, carries, port, until
from pyiccp._sansio import milliseconds, seconds
from pyiccp.lab._network import Network
from pyiccp.lab._run import prepare
from pyiccp.lab._scenario import parse
from pyiccp.wire._mac import mac

TO_B, TO_C = "sfp-sfpplus1", "sfp-sfpplus2"
NODE = """
[node.{name}]
mac = "{address}"
script = '''{script}'''
"""
HALF = """
/interface bonding add mlag-id=10 mode=802.3ad name=bond1 slaves=sfp-sfpplus2 lacp-rate=1sec
/interface bridge add name=bridge1 vlan-filtering=yes
/interface bridge port add bridge=bridge1 interface=sfp-sfpplus1 pvid=99
/interface bridge port add bridge=bridge1 interface=bond1
/interface bridge vlan add bridge=bridge1 tagged=sfp-sfpplus1 vlan-ids=1
/interface bridge mlag set bridge=bridge1 peer-port=sfp-sfpplus1
"""
ONE = "\n/interface bonding add mode=802.3ad name=bond1 slaves=sfp-sfpplus1,sfp-sfpplus2 lacp-rate=1sec\n"
CLONE = (
    "\n/interface bonding add mode=802.3ad name=bond1 slaves=sfp-sfpplus1 lacp-rate=1sec"
    " lacp-system-id=02:00:00:00:00:C1\n"
)
LINK = '\n[[link]]\nends = ["{}", "{}"]\n'
PAIR = NODE.format(name="Peer1", address="74:4D:28:11:70:6B", script=HALF) + NODE.format(
    name="Peer2", address="74:4D:28:16:2C:91", script=HALF
)
PEER_LINK = LINK.format("Peer1:sfp-sfpplus1", "Peer2:sfp-sfpplus1")
KEEPALIVE = '\n[[keepalive]]\nends = ["Peer1", "Peer2"]\n'
HALVES = ("Peer1", "Peer2")


def network(*events: str, nodes: str, links: tuple[tuple[str, str], ...]) -> Network:
    listed = ", ".join(f'"{event}"' for event in events)
    text = f'[lab]\nuntil = "60s"\nevents = [{listed}]\n' + PAIR + nodes + PEER_LINK + KEEPALIVE
    return prepare(parse(text + "".join(LINK.format(*ends) for ends in links), "test.toml", Path()))


def two_clients(*events: str, script: str = ONE) -> Network:
    """X on B1, Y on B2."""
    nodes = NODE.format(name="X", address="02:00:00:00:0A:00", script=script)
    nodes += NODE.format(name="Y", address="02:00:00:00:0B:00", script=script)
    wired = (("X:sfp-sfpplus1", "Peer1:sfp-sfpplus2"), ("Y:sfp-sfpplus1", "Peer2:sfp-sfpplus2"))
    return network(*events, nodes=nodes, links=wired)


def in_sync(net: Network, name: str) -> bool:
    return "S" in port(net, name, "sfp-sfpplus2").flags


def at_most_one(net: Network) -> bool:
    """The halves are never in sync with two partners."""
    partners = {port(net, name, "sfp-sfpplus2").partner_sys_id for name in HALVES if in_sync(net, name)}
    return len(partners) < 2


def test_two_clients_on_one_bond() -> None:
    """1. The primary hears X, the other node Y: X is the partner, Y stays out and both nodes can tell. 2. X's cable
    breaks: Y gets the bond, after the two seconds that any link waits. 3. X is back: nothing preempts; X stays out."""
    net = until(two_clients("10s cut X:sfp-sfpplus1", "20s mend X:sfp-sfpplus1"), 9.9)
    assert carries(net, "X", "sfp-sfpplus1") and carries(net, "Peer1", "sfp-sfpplus2")
    assert not in_sync(net, "Peer2") and not carries(net, "Y", "sfp-sfpplus1")
    why = port(net, "Peer2", "sfp-sfpplus2")
    assert why.reason == "partner 02:00:00:00:0B:00 key 17 is not the one that the pair has chosen for this bond"
    assert why.reason_code == "partner-mismatch"
    until(net, 12.5, lambda: at_most_one(net))
    assert carries(net, "Peer2", "sfp-sfpplus2") and carries(net, "Y", "sfp-sfpplus1")
    until(net, 40.0, lambda: at_most_one(net) and carries(net, "Y", "sfp-sfpplus1"))
    assert port(net, "Peer1", "sfp-sfpplus2").reason_code == "partner-mismatch"


def test_never_two_partners_while_the_pair_comes_up() -> None:
    net = two_clients()
    until(net, 9.9, lambda: at_most_one(net))


def test_the_chosen_client_of_the_lost_peer_stays_out() -> None:
    """The primary dies. The survivor, whose own client was kept out, is alone: its client gets the bond."""
    net = until(two_clients("10s crash Peer1"), 9.9)
    assert not in_sync(net, "Peer2")
    until(net, 14.0)
    assert carries(net, "Y", "sfp-sfpplus1")


def test_the_halves_of_a_split_pair() -> None:
    """The client is itself a pair, Q1 and Q2, without a keepalive. 1. Whole: one LAG of both links. 2. Their peer link
    breaks: Q2 takes its solo identity, and the half that hears it leaves; the other one never stops. 3. Mended: whole
    again."""
    nodes = NODE.format(name="Q1", address="02:00:00:00:0A:00", script=HALF)
    nodes += NODE.format(name="Q2", address="02:00:00:00:0B:00", script=HALF)
    wired = (
        ("Q1:sfp-sfpplus1", "Q2:sfp-sfpplus1"),
        ("Q1:sfp-sfpplus2", "Peer1:sfp-sfpplus2"),
        ("Q2:sfp-sfpplus2", "Peer2:sfp-sfpplus2"),
    )
    net = until(network("10s cut Q1:sfp-sfpplus1", "16s mend Q1:sfp-sfpplus1", nodes=nodes, links=wired), 9.9)
    assert all(carries(net, name, "sfp-sfpplus2") for name in (*HALVES, "Q1", "Q2"))
    until(net, 10.1, lambda: at_most_one(net) and carries(net, "Peer1", "sfp-sfpplus2"))
    assert bond(net, "Q2").lacp_system_id == mac("FE:00:00:00:0B:00")
    until(net, 15.9, lambda: at_most_one(net) and carries(net, "Peer1", "sfp-sfpplus2") and not in_sync(net, "Peer2"))
    assert port(net, "Peer2", "sfp-sfpplus2").reason_code == "partner-mismatch"
    until(net, 22.0, lambda: carries(net, "Peer1", "sfp-sfpplus2"))
    assert all(carries(net, name, "sfp-sfpplus2") for name in (*HALVES, "Q1", "Q2"))


def test_two_clients_with_one_identity() -> None:
    """X and Y were cloned: system, key and port number are the same. Priority and key tell nobody apart, but one end of
    a link cannot be in two places: the primary's counts, and both nodes say so."""
    net = two_clients(script=CLONE)
    until(net, 9.9, lambda: not in_sync(net, "Peer2"))
    assert carries(net, "X", "sfp-sfpplus1") and not carries(net, "Y", "sfp-sfpplus1")
    why = port(net, "Peer2", "sfp-sfpplus2")
    assert why.reason_code == "duplicate-partner" and "heard by our peer as well" in (why.reason or "")
    for name in HALVES:
        assert any(line.node == name and "heard by our peer as well" in line.what for line in net.timeline)


def test_a_cable_moved_to_the_other_node() -> None:
    """A client's cable moves from the primary to the other node and the old port never sees its carrier go (a media
    converter): it is kept out only until the old port has given its partner up, six seconds after its last LACPDU."""
    nodes = NODE.format(name="X", address="02:00:00:00:0A:00", script=CLONE)
    nodes += NODE.format(name="Y", address="02:00:00:00:0B:00", script=CLONE)
    wired = (("X:sfp-sfpplus1", "Peer1:sfp-sfpplus2"), ("Y:sfp-sfpplus1", "Peer2:sfp-sfpplus2"))
    events = ("1ms cut Y:sfp-sfpplus1", "10s silence X:sfp-sfpplus1", "10s mend Y:sfp-sfpplus1")
    net = until(network(*events, nodes=nodes, links=wired), 9.9)
    assert carries(net, "X", "sfp-sfpplus1")
    until(net, 14.9, lambda: not in_sync(net, "Peer2"))
    until(net, 15.5)
    assert carries(net, "Y", "sfp-sfpplus1") and carries(net, "Peer2", "sfp-sfpplus2")


def test_one_client_over_both_nodes_is_one_partner() -> None:
    """The normal case: nobody is kept out, and nothing is said."""
    nodes = NODE.format(name="X", address="02:00:00:00:0A:00", script=ONE)
    wired = ((f"X:{TO_B}", "Peer1:sfp-sfpplus2"), (f"X:{TO_C}", "Peer2:sfp-sfpplus2"))
    net = network(nodes=nodes, links=wired)
    net.run(seconds(3) + milliseconds(100))
    assert bond(net, "X").active_ports == (TO_B, TO_C)
    assert not any("peer as well" in line.what for line in net.timeline)
