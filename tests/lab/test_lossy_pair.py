"""Whole nodes over a peer cable that loses and delays, with crashes, starts, cuts and flushes at any point: at rest,
once the cable is well again, both hold one host table (M13)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.possessed import PEER_PORT, arrive
from node.labs import joined, node
from pyiccp._node.events import FlushRequested
from pyiccp._sansio import microseconds, milliseconds, seconds
from pyiccp.lab._faults import Fault, apply
from pyiccp.lab._links import Link
from pyiccp.lab._network import Network

NODES = ("Peer1", "Peer2")
PORTS = ("ether1", "sfp-sfpplus2")
"""An orphan port, a half of the bond."""
SETTLE = seconds(60)

NODE = st.sampled_from(NODES)
STEP = st.one_of(
    st.tuples(st.just("host"), NODE, st.sampled_from(PORTS), st.integers(1, 5)),
    st.tuples(st.just("flush"), NODE),
    st.tuples(st.sampled_from(("crash", "start")), NODE),
    st.tuples(st.sampled_from(("cut", "mend"))),
)
GAP = st.sampled_from(
    [microseconds(30), microseconds(400), milliseconds(2), milliseconds(50), milliseconds(900), seconds(4)]
)
STORY = st.lists(st.tuples(GAP, STEP), min_size=4, max_size=25)


def peer_cable(network: Network) -> Link:
    return next(link for link in network.links if link.sides[0].name == f"Peer1:{PEER_PORT}")


def weather(network: Network, loss: float, delay: int) -> None:
    for way in peer_cable(network).ways:
        way.loss, way.delay = loss, delay


def do(network: Network, step: tuple[object, ...]) -> None:
    match step:
        case ("host", str(name), str(port), int(number)):
            if network.devices[name].node is not None:
                source = bytes((2, 0, 0, 0, 0, number))
                arrive(network, name, b"\xff" * 6 + source + b"\x08\x00" + bytes(46), port)
        case ("flush", str(name)):
            network.tell(network.devices[name], FlushRequested())
        case (str(verb), str(name)):
            if (network.devices[name].node is None) == (verb == "start"):
                apply(network, Fault(verb, name))
        case (str(verb),):
            apply(network, Fault(verb, f"Peer1:{PEER_PORT}"))


@pytest.mark.long
@settings(max_examples=15, deadline=None, derandomize=True)
@given(story=STORY, loss=st.sampled_from((0.0, 0.05, 0.3)), delay=st.sampled_from((50, 1_000, 20_000)))
def test_both_hold_one_table_when_the_cable_is_well_again(
    story: list[tuple[int, tuple[object, ...]]], loss: float, delay: int
) -> None:
    network = joined()
    weather(network, loss, microseconds(delay))
    for gap, step in story:
        network.run(network.now + gap)
        do(network, step)
    weather(network, 0.0, microseconds(50))
    for step in (("mend",), *(("start", name) for name in NODES)):
        do(network, step)
    network.run(network.now + SETTLE)
    tables = [node(network, name).plane.bridges["bridge1"].shared_table() for name in NODES]
    assert tables[0] == tables[1]
    views = [node(network, name).status(network.now).mlag for name in NODES]
    assert [view.status for view in views if view is not None] == ["connected", "connected"]
