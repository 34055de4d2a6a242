"""SYS-10 … SYS-13, SYS-15, SYS-16 with whole devices: the quick setup's MLAG pair (B = Peer1, C = Peer2, which
gives way) and its client (A, our strict 802.1AX), octets on the wires."""

from collections.abc import Callable

import pytest

from lab.quick import HIGHER, PAIR, PEER1, inline, scenario, started
from pyiccp.lab.network import Network
from pyiccp.lab.scenario import Scenario
from pyiccp.node.status import BondPortStatus, BondStatus
from pyiccp.sansio import milliseconds, seconds
from pyiccp.wire.mac import mac

NO_KEEPALIVE = ('[[keepalive]]\nends = ["Peer1", "Peer2"]\n', "")
LINKS = ("sfp-sfpplus1", "sfp-sfpplus2")
TO_B, TO_C = LINKS
SOLO = mac("FE" + HIGHER[2:])
"""C's own identity: its bridge MAC, locally administered and worse."""


def bond(network: Network, name: str) -> BondStatus:
    node = network.devices[name].node
    assert node is not None
    return next(iter(node.status(network.now).bonds.values()))


def port(network: Network, name: str, which: str = TO_C) -> BondPortStatus:
    return bond(network, name).ports[which]


def carries(network: Network, name: str, which: str = TO_C) -> bool:
    return which in bond(network, name).active_ports


def until(network: Network, end: float, always: Callable[[], bool] = lambda: True) -> Network:
    """Run to *end* seconds in steps of 5 ms; *always* must hold after each."""
    while network.now < seconds(end):
        network.run(min(seconds(end), network.now + milliseconds(5)))
        assert always(), f"at {network.now / 1e9:.3f} s"
    return network


def quick(*events: str, changes: tuple[tuple[str, str], ...] = ()) -> Scenario:
    return scenario(*events, until="60s", flows=False, changes=changes)


def whole(network: Network) -> bool:
    """One LAG over both nodes, and all three systems agree."""
    partners = {port(network, "Client", link).partner_sys_id for link in LINKS}
    return (
        bond(network, "Client").active_ports == LINKS
        and carries(network, "Peer1")
        and carries(network, "Peer2")
        and partners == {mac(PAIR)}
    )


def b_never_leaves(network: Network) -> Callable[[], bool]:
    """B's half of the LAG carries data at both ends."""
    return lambda: carries(network, "Peer1") and carries(network, "Client", TO_B)


def test_sys_10_one_lag_over_two_nodes() -> None:
    """The client builds one LAG; the two ends it hears have one system and key and different port numbers (SYS-14's
    fault cannot be configured: each half of the pair numbers its ports in its own range)."""
    network = until(started(quick()), 3.0)
    assert whole(network)
    until(network, 40.0, lambda: whole(network))


def test_sys_11_12_c_under_its_own_identity_and_back() -> None:
    """1. The peer link breaks at 6 s and nothing tells C that B lives: C takes its own identity, and the PDU that says
    so leaves at once. The client drops the link to C only. 2. The link is mended at 12 s: the LAG is whole again.
    B never left."""
    events = ("6s cut Peer1:sfp-sfpplus1", "12s mend Peer1:sfp-sfpplus1")
    network = until(started(quick(*events, changes=(NO_KEEPALIVE,))), 5.995)
    steady = b_never_leaves(network)
    network.run(seconds(6) + milliseconds(1))
    assert bond(network, "Peer2").lacp_system_id == SOLO
    assert not carries(network, "Client", TO_C) and port(network, "Client").partner_sys_id != mac(PAIR)
    until(network, 11.995, lambda: steady() and not carries(network, "Client", TO_C))
    assert "partner" in (port(network, "Client").reason or "")
    until(network, 15.0, steady)
    assert whole(network)


def test_sys_13_c_has_another_key() -> None:
    """C's bond has another mlag-id, hence another key: its link is out, and both nodes say so to a person."""
    other = inline("Peer2", PEER1.replace("mlag-id=10", "mlag-id=11"))
    network = until(started(quick(changes=(other,))), 5.0)
    assert bond(network, "Client").active_ports == (TO_B,) and not carries(network, "Peer2")
    assert port(network, "Client", TO_B).partner_sys_id == port(network, "Client", TO_C).partner_sys_id
    assert port(network, "Client", TO_B).partner_key != port(network, "Client", TO_C).partner_key
    for name in ("Peer1", "Peer2"):
        assert any(line.node == name and "has no bond on" in line.what for line in network.timeline)


def test_sys_15_the_nodes_cabled_to_each_other() -> None:
    """An MLAG port of B and one of C on one cable: refused at both ends, with the reason; the client goes on."""
    cable = ('["Client:sfp-sfpplus2", "Peer2:sfp-sfpplus2"]', '["Peer1:sfp-sfpplus3", "Peer2:sfp-sfpplus2"]')
    two = inline("Peer1", PEER1.replace("slaves=sfp-sfpplus2", "slaves=sfp-sfpplus2,sfp-sfpplus3"))
    network = until(started(quick(changes=(cable, two))), 3.0)
    steady = b_never_leaves(network)
    until(network, 20.0, lambda: steady() and not carries(network, "Peer1", "sfp-sfpplus3"))
    for name, which in (("Peer1", "sfp-sfpplus3"), ("Peer2", "sfp-sfpplus2")):
        assert "S" not in port(network, name, which).flags and not carries(network, name, which)
        assert "our own system id" in (port(network, name, which).reason or "")


def test_sys_16_c_is_held_out_of_sync() -> None:
    """The peer link breaks with a keepalive that works: C is held out of sync and goes on talking; the client keeps
    only B. Once the hold is over C carries data within wait_while: it returns under another identity than it was held
    with, so this is not the bound of one round trip that the check has for a hold alone."""
    events = ("6s cut Peer1:sfp-sfpplus1", "12s mend Peer1:sfp-sfpplus1")
    network = until(started(quick(*events)), 5.995)
    steady = b_never_leaves(network)
    network.run(seconds(6) + milliseconds(1))
    until(network, 11.995, lambda: steady() and not carries(network, "Client", TO_C))
    assert "held" in (port(network, "Peer2").reason or "") and "S" not in port(network, "Peer2").flags
    until(network, 14.1, steady)
    assert whole(network)


@pytest.mark.parametrize("end", ["Client:sfp-sfpplus1", "Client:sfp-sfpplus2"])
def test_one_half_cut_leaves_the_other(end: str) -> None:
    """SYS-05 over two nodes: the other half never stops; the cut one is back after the two seconds of wait_while."""
    network = until(started(quick(f"6s cut {end}", f"8s mend {end}")), 5.995)
    other = TO_C if end.endswith("1") else TO_B
    until(network, 10.1, lambda: carries(network, "Client", other))
    assert whole(network)
