"""Bonds with several links to each node of the pair: 1 and 2 of the client to Peer1, 3 and 4 to Peer2.

A half is up while one of its links distributes (M4.3): one that goes is LACP's business alone, the peer hears nothing.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import pytest

from lab.quick import bond, carries, node, port, until
from pyiccp._mlag.fences import Half
from pyiccp._sansio import Instant
from pyiccp.lab._frames import ANNOUNCEMENT, MAGIC, TRAILER
from pyiccp.lab._links import Way
from pyiccp.lab._network import Network
from pyiccp.lab._run import prepare
from pyiccp.lab._scenario import parse

HASH = "transmit-hash-policy=layer-3-and-4"
PEER = f"""
/interface bonding add mlag-id=10 mode=802.3ad name=client-bond slaves=sfp2,sfp3 lacp-rate=1sec {HASH}
/interface bridge add name=bridge1 vlan-filtering=yes
/interface bridge port add bridge=bridge1 interface=sfp1 pvid=99
/interface bridge port add bridge=bridge1 interface=client-bond
/interface bridge vlan add bridge=bridge1 tagged=sfp1 vlan-ids=1
/interface bridge mlag set bridge=bridge1 peer-port=sfp1
"""
CLIENT = f"/interface bonding add mode=802.3ad name=bond1 slaves=sfp1,sfp2,sfp3,sfp4 lacp-rate=1sec {HASH}"
STRANGER = "/interface bonding add mode=802.3ad name=bond1 slaves=sfp1 lacp-rate=1sec"
NODES = f"""
[node.Peer1]
mac = "74:4D:28:11:70:6B"
script = '''{PEER}'''
[node.Peer2]
mac = "74:4D:28:16:2C:91"
script = '''{PEER}'''
[node.Client]
mac = "74:4D:28:7B:7F:96"
script = '''{CLIENT}'''
[host.h1]
on = "Client:bond1"
[host.h2]
on = "Peer1:bridge1"
[host.h3]
on = "Peer2:bridge1"
"""
WIRES = (
    ("Peer1:sfp1", "Peer2:sfp1"),
    ("Client:sfp1", "Peer1:sfp2"),
    ("Client:sfp2", "Peer1:sfp3"),
    ("Client:sfp3", "Peer2:sfp2"),
    ("Client:sfp4", "Peer2:sfp3"),
)
KEEPALIVE = '[[keepalive]]\nends = ["Peer1", "Peer2"]\n'
START, EVERY_MS = 5500, 3
FLOW = f'[[flow]]\nfrom = "{{}}"\nto = "{{}}"\nstart = "{START}ms"\nevery = "{EVERY_MS}ms"\n'
FLOWS = "".join(FLOW.format(*ends) for ends in combinations(("h1", "h2", "h3"), 2))
EVERY = ("sfp1", "sfp2", "sfp3", "sfp4")


def network(
    *events: str,
    wires: Sequence[tuple[str, str]] = WIRES,
    more: str = "",
    delay: str = "50us",
) -> Network:
    listed = ", ".join(f'"{event}"' for event in events)
    text = f'[lab]\nuntil = "90s"\nevents = [{listed}]\n{NODES}{more}{KEEPALIVE}{FLOWS}'
    links = "".join(f'[[link]]\nends = ["{one}", "{other}"]\n' for one, other in wires)
    links = links.replace('Peer2:sfp1"]', f'Peer2:sfp1"]\ndelay = "{delay}"')
    return prepare(parse(text + links, "test.toml", Path()))


class Crossing:
    """Which links of the client's bond carried which frames of flows, and every frame that crossed two of them."""

    def __init__(self, net: Network) -> None:
        self.carried: dict[str, int] = {}
        self.twice: list[tuple[str, str]] = []
        self._seen: dict[tuple[bool, bytes], str] = {}
        net.wires.capture = self._see

    def _see(self, way: Way, frame: bytes, now: Instant) -> None:
        client = next((side for side in way.link.sides if side.name.startswith("Client:")), None)
        mark = frame[-TRAILER.size :]
        if client is None or not mark.startswith(MAGIC) or TRAILER.unpack(mark)[1] & ANNOUNCEMENT:
            return
        sense = way.sink is client
        key = f"{client.port} {'in' if sense else 'out'}"
        self.carried[key] = self.carried.get(key, 0) + 1
        first = self._seen.setdefault((sense, mark), client.port)
        if first != client.port:
            self.twice.append((first, client.port))


def clean(net: Network) -> None:
    """M13: no loop, nothing twice, nothing back to its sender."""
    assert not net.wires.loops
    assert not any(each.duplicated or each.reflected for each in net.directions)


def rest(net: Network, end: float) -> dict[str, int]:
    """Run to *end* seconds, and on until nothing is under way; frames lost so far, by `from>to`."""
    until(net, (START + (1000 * end - START) // EVERY_MS * EVERY_MS + 2) / 1000)
    clean(net)
    return {f"{each.source.name}>{each.sink.name}": each.sent - each.received for each in net.directions}


def half(net: Network, name: str) -> Half:
    """A node's half of the client's bond, as its fences know it."""
    return node(net, name).pairing.mlag.pair.fences.halves["client-bond"]


def fence_numbers(net: Network) -> list[int]:
    """The newest fence of each half."""
    return [half(net, name).number for name in ("Peer1", "Peer2")]


def test_every_link_carries_both_ways_and_each_frame_once() -> None:
    net = until(network(), 5.4)
    crossing = Crossing(net)
    assert not any(rest(net, 7.0).values())
    assert bond(net, "Client").active_ports == EVERY
    assert min(crossing.carried[f"{port} {sense}"] for port in EVERY for sense in ("in", "out")) > 100
    assert not crossing.twice


def test_numbers_and_keys() -> None:
    """M1.5: four links of one LAG: one system, one key, four port numbers, each node's with its own base."""
    net = until(network(), 5.4)
    views = [node(net, "Client").lacp.port(name).partner for name in EVERY]
    assert len({(view.system, view.system_priority, view.key) for view in views}) == 1
    assert [view.port >> 12 for view in views] == [8, 8, 9, 9]
    assert len({view.port for view in views}) == 4


@pytest.mark.parametrize("member", EVERY)
def test_one_of_two_links_cut_and_mended(member: str) -> None:
    """The half stays up by its other link: no fence is sent, at most one frame is lost, and none on return."""
    net = until(network(f"7s cut Client:{member}", f"9s mend Client:{member}"), 6.9)
    said = fence_numbers(net)
    lost = rest(net, 8.9)
    assert max(lost.values()) <= 1
    assert bond(net, "Client").active_ports == tuple(each for each in EVERY if each != member)
    assert rest(net, 14.0) == lost
    assert fence_numbers(net) == said
    assert bond(net, "Client").active_ports == EVERY


@pytest.mark.parametrize(("peer", "apart"), [(1, "0s"), (1, "20us"), (2, "10ms"), (2, "1s")])
def test_all_of_one_half_lost_and_back(peer: int, apart: str) -> None:
    """1. Both links of a half go, at once or one after the other: the last one makes the half say Down. 2. They
    return: Prepare with the first, and the second joins a half that is up."""
    first, second = ("sfp1", "sfp2") if peer == 1 else ("sfp3", "sfp4")
    events = [f"7s cut Client:{first}", f"+{apart} cut Client:{second}"]
    events += [f"10s mend Client:{second}", f"+{apart} mend Client:{first}"]
    net = network(*_absolute(events))
    lost = rest(net, 9.9)
    assert max(lost.values()) <= 2
    assert not half(net, f"Peer{peer}").distributing and half(net, f"Peer{3 - peer}").peer_down
    assert rest(net, 16.0) == lost
    assert bond(net, "Client").active_ports == EVERY


@pytest.mark.parametrize("peer", [1, 2])
def test_planned_stop_and_return(peer: int) -> None:
    """M5.1 drains both links: not one frame of a flow that has another way is lost."""
    net = network(f"7s stop Peer{peer}", f"12s start Peer{peer}")
    lost = rest(net, 19.0)
    assert [count for name, count in lost.items() if f"h{peer + 1}" not in name] == [0, 0]
    assert bond(net, "Client").active_ports == EVERY


@pytest.mark.parametrize("peer", [1, 2])
@pytest.mark.parametrize("fault", ["crash", "hang", "freeze"])
def test_losing_a_node(peer: int, fault: str) -> None:
    """Flows of the other node's hosts: of a silent node's links LACP finds out, half of the streams were there."""
    back = "thaw" if fault == "freeze" else "start"
    net = network(f"7s {fault} Peer{peer}", f"12s {back} Peer{peer}")

    def others(lost: dict[str, int]) -> list[int]:
        return [count for name, count in lost.items() if f"h{peer + 1}" not in name]

    lost = others(rest(net, 11.9))
    assert max(lost) <= (3 if fault == "crash" else 3100 // EVERY_MS * 0.6)
    assert others(rest(net, 19.0)) == lost
    assert bond(net, "Client").active_ports == EVERY


@pytest.mark.parametrize(("member", "verb"), [("sfp1", "silence"), ("sfp3", "silence-rx"), ("sfp1", "silence-tx")])
def test_one_of_two_links_goes_silent(member: str, verb: str) -> None:
    """The client's streams on that link are lost until LACP finds out; everybody else's are not."""
    dead = 3100 if verb == "silence" else 6100
    net = network(f"7s {verb} Client:{member}", f"{7000 + dead + 400}ms heal Client:{member}")
    lost = rest(net, 7.3 + dead / 1000)
    # A quarter of the streams, and the hash need not be even.
    assert max(lost.values()) <= dead // EVERY_MS * 0.4
    assert lost["h2>h3"] == lost["h3>h2"] == 0
    assert carries(net, "Client", "sfp2")
    assert rest(net, 19.5) == lost
    assert bond(net, "Client").active_ports == EVERY


def test_two_clients_on_one_half() -> None:
    """M11 within a node: a stranger on the second link of Peer1's half stays out of sync and is named."""
    wires = [("X:sfp1" if one == "Client:sfp2" else one, other) for one, other in WIRES]
    more = f"[node.X]\nmac = \"7A:00:00:00:0A:00\"\nscript = '''{STRANGER}'''\n"
    net = network(wires=wires, more=more)
    assert not any(rest(net, 7.0).values())
    assert bond(net, "Client").active_ports == ("sfp1", "sfp3", "sfp4")
    stranger = port(net, "Peer1", "sfp3")
    assert "S" not in stranger.flags
    assert stranger.reason_code in ("partner-mismatch", "foreign")


def test_copies_leave_only_by_links_on_which_the_client_collects() -> None:
    """M4.6: 1. Peer2's half is down; its links 3 and 4 return at one instant and attach together, but what Peer2 says
    on link 4 is lost from then on. 2. The peer is slow to answer: copies since the Prepare, and what follows, leave by
    link 3 alone."""
    mends = ("9s mend Client:sfp3", "9s mend Client:sfp4")
    net = network("7s cut Client:sfp3", "7s cut Client:sfp4", *mends, "10900ms silence-rx Client:sfp4", delay="20ms")
    until(net, 8.0)
    before = _lost_for_h1(net)
    until(net, 11.5)
    assert _lost_for_h1(net) == before
    clean(net)
    assert carries(net, "Client", "sfp3")
    assert node(net, "Peer2").plane.trunks["client-bond"].distributing == ("sfp2",)


def _lost_for_h1(net: Network) -> list[int]:
    """But for the newest, which may be under way."""
    directions = [each for each in net.directions if each.sink.name == "h1"]
    return [sum(number < each.sent - 20 for number in each.missing()) for each in directions]


def _absolute(events: Sequence[str]) -> Iterator[str]:
    """`+OFFSET …` counts from the event before that has a time of its own."""
    at = ""
    for event in events:
        when, rest = event.split(" ", 1)
        if when.startswith("+"):
            yield f"{at}{'' if when == '+0s' else when[1:]} {rest}"
        else:
            at = when
            yield event
