"""SCN-9: the examples of 802.1D-2004 figures 17-4 to 17-7, and twenty topologies more.

LANs have letters: a bridge is the list of the LANs that its ports are on, in order; `0` is a LAN of its own. The roles
expected are those that Open vSwitch's unit tests give for the same figures: R root (with its cost), D designated,
`-` alternate or backup; B where it must be backup.
"""

import pytest
from rstp_network import FIRST, Network

from pyiccp.wire._mac import mac_plus

COST = {"path_cost": 200_000}


def lans(*bridges: str) -> str:
    """The network in which bridge n of *bridges*, `A=a b e c`, is on these LANs."""
    ends: dict[str, list[str]] = {}
    alone = 0
    for bridge in bridges:
        name, letters = bridge.split("=")
        for number, letter in enumerate(letters.split(), 1):
            if letter == "0":
                alone += 1
                letter = f"0{alone}"
            ends.setdefault(letter, []).append(f"{name}.{number}")
    return " ".join("-".join(ports) for ports in ends.values())


def shown(network: Network, name: str) -> str:
    core = network.cores[name]
    letters = {"Root": f"R:{core.view().root_path_cost}", "Designated": "D", "Alternate": "-", "Backup": "B"}
    return " ".join(letters[core.port(f"{name}.{n}").role.name] for n in range(1, len(core.ports) + 1))


def settled(*bridges: str, **over: dict[str, object]) -> Network:
    addresses = {bridge[0]: {"mac": mac_plus(FIRST, 0x100 * number)} for number, bridge in enumerate(bridges)}
    network = Network(lans(*bridges), settings=addresses, every_port=COST, port_settings=over.get("ports"))
    network.up().run(100)
    assert not network.loops
    network.at_rest()
    return network


FIGURE_17_4 = (
    *("A=a b e c", "B=a b d f", "C=c d l j h g", "D=e f n m k i"),
    *("E=g i 0 0", "F=h k 0 0", "G=j m 0 0", "H=l n 0 0"),
)


@pytest.mark.check("SCN-9")
def test_figures_17_4_and_17_5() -> None:
    network = settled(*FIGURE_17_4)
    assert shown(network, "A") == "D D D D"
    assert shown(network, "B") == "R:200000 - D D"
    for name in "CD":
        assert shown(network, name) == "R:200000 - D D D D"
    for name in "EFGH":
        assert shown(network, name) == "R:400000 - D D"


@pytest.mark.check("SCN-9")
def test_figure_17_5_two_ports_of_one_bridge_on_one_lan() -> None:
    network = settled(*FIGURE_17_4[:-1], "H=l n o o")
    assert shown(network, "H") == "R:400000 - D B"
    assert shown(network, "G") == "R:400000 - D D"


@pytest.mark.check("SCN-9")
def test_figure_17_6() -> None:
    network = settled("A=a b l", "B=b c d", "C=d e f", "D=f g h", "E=j h i", "F=l j k")
    assert shown(network, "A") == "D D D"
    assert shown(network, "B") == "R:200000 D D"
    assert shown(network, "C") == "R:400000 D D"
    assert shown(network, "D") == "R:600000 D -"
    assert shown(network, "E") == "R:400000 D D"
    assert shown(network, "F") == "R:200000 D D"


@pytest.mark.check("SCN-9")
def test_figure_17_7_the_port_priority_chooses() -> None:
    bridges = ("A=b", "B=a b d f h g e c", "C=g h j l n m k i")
    network = settled(*bridges)
    assert shown(network, "B") == "D R:200000 D D D D D D"
    assert shown(network, "C") == "- R:400000 D D D D D D"
    network = settled(*bridges, ports={"B.6": {**COST, "priority": 112}})
    assert shown(network, "C") == "R:400000 - D D D D D D"


TOPOLOGIES = {
    "one bridge": ("A=a b",),
    "two bridges, one link": ("A=a", "B=a"),
    "two bridges, three links": ("A=a b c", "B=a b c"),
    "triangle": ("A=a b", "B=a c", "C=b c"),
    "square": ("A=a b", "B=b c", "C=c d", "D=d a"),
    "ring of five": ("A=a b", "B=b c", "C=c d", "D=d e", "E=e a"),
    "ring of eight": ("A=a b", "B=b c", "C=c d", "D=d e", "E=e f", "F=f g", "G=g h", "H=h a"),
    "full mesh of four": ("A=a b c", "B=a d e", "C=b d f", "D=c e f"),
    "full mesh of five": ("A=a b c d", "B=a e f g", "C=b e h i", "D=c f h j", "E=d g i j"),
    "star": ("A=a b c d", "B=a", "C=b", "D=c", "E=d"),
    "line of six": ("A=a", "B=a b", "C=b c", "D=c d", "E=d e", "F=e"),
    "root at the end of a ladder": ("A=a b", "B=a c d", "C=b c e", "D=d f g", "E=e f h", "F=g i", "G=h i"),
    "one hub for all": ("A=a", "B=a", "C=a", "D=a"),
    "two hubs": ("A=a b", "B=a b", "C=a b"),
    "hub and links": ("A=a b", "B=a c", "C=b c a"),
    "a cable on one bridge": ("A=a", "B=a b b"),
    "three ports on one hub": ("A=a", "B=a b b b"),
    "two islands": ("A=a b", "B=a b", "C=c d", "D=c d"),
    "ring on a hub": ("A=a b", "B=b c", "C=c a", "D=a d", "E=d b"),
    "two rings that share a bridge": ("A=a b", "B=b c", "C=c a d e", "D=d f", "E=f e"),
    "two rings that share a link": ("A=a b", "B=b c", "C=c a d", "D=d e", "E=e b"),
    "leaf and spine": ("A=a b c", "B=d e f", "C=a d", "D=b e", "E=c f"),
}


def expected(network: Network) -> dict[str, str]:
    """The role of each port by 17.5 and 17.6 alone: vectors are compared until nothing gets better."""
    identifiers = {name: core.bridge.BridgeIdentifier for name, core in network.cores.items()}
    ports = {port: core.bridge.ports[port] for core in network.cores.values() for port in core.ports}
    root = {name: ((number, 0, number, 0, 0), "") for name, number in identifiers.items()}
    while True:
        offers = {}
        for segment in network.segments:
            offers[segment.ends] = min(
                (root[name][0][0], root[name][0][1], identifiers[name], ports[port].portId, port)
                for name, port in segment.ends
            )
        better = dict(root)
        for ends, (best, cost, bridge, number, _) in offers.items():
            for name, port in ends:
                if identifiers[name] != bridge:
                    vector = (best, cost + ports[port].PortPathCost, bridge, number, ports[port].portId)
                    better[name] = min(better[name], (vector, port))
        if better == root:
            break
        root = better
    roles = {}
    for ends, (_, _, bridge, _, first) in offers.items():
        for name, port in ends:
            if port == first:
                roles[port] = "Designated"
            elif root[name][1] == port:
                roles[port] = "Root"
            else:
                roles[port] = "Backup" if identifiers[name] == bridge else "Alternate"
    return roles


@pytest.mark.parametrize("name", TOPOLOGIES)
def test_roles_are_those_of_17_6(name: str) -> None:
    network = settled(*TOPOLOGIES[name])
    assert {port: network.role(port) for port in expected(network)} == expected(network)


def test_the_oracle_knows_the_figures() -> None:
    network = settled("A=a b l", "B=b c d", "C=d e f", "D=f g h", "E=j h i", "F=l j k")
    roles = expected(network)
    assert [roles[f"D.{n}"] for n in (1, 2, 3)] == ["Root", "Designated", "Alternate"]
