"""Frames taken together leave as they would have one by one: same frames, same order at each port, same state after."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from node.labs import joined, node
from pyiccp._node.events import Action, DeliverLocally, LinkCameUp, Transmit, TransmitBatch
from pyiccp._node.node import Node
from pyiccp._node.offload import Offload, Offloaded
from pyiccp._routeros.config import node_config, parse_config
from pyiccp._sansio import milliseconds
from pyiccp.wire._mac import NEAREST_BRIDGE, mac

STATIONS = [bytes.fromhex("0200000000") + bytes([last]) for last in (0xAA, 0xBB, 0xCC)]
GROUPS = [b"\xff" * 6, bytes.fromhex("01005e000001")]
TAGS = [b"", b"\x81\x00\x00\x01", b"\x81\x00\x60\x0a", b"\x81\x00\x00\x63", b"\x88\xa8\x00\x0a"]
SWITCH = """
/interface bonding add name=bond1 slaves=ether3,ether4 mode=balance-xor transmit-hash-policy=layer-2-and-3
/interface bridge add name=bridge1 vlan-filtering=yes protocol-mode=none
/interface bridge port add bridge=bridge1 interface=ether1 pvid=10 horizon=1
/interface bridge port add bridge=bridge1 interface=ether2 pvid=10 horizon=1
/interface bridge port add bridge=bridge1 interface=bond1
/interface bridge port add bridge=bridge1 interface=ether5 pvid=10
/interface bridge vlan add bridge=bridge1 tagged=bond1 vlan-ids=10
"""


def octets(destination: bytes, source: bytes, tag: bytes, size: int) -> bytes:
    return (destination + source + tag + b"\x08\x00\x45\x00").ljust(size, b"\x07")


DATA = st.builds(
    octets,
    st.sampled_from(STATIONS + STATIONS + GROUPS),
    st.sampled_from([*STATIONS, *STATIONS, GROUPS[1], bytes(6)]),
    st.sampled_from(TAGS),
    st.just(60),
)
FRAMES = st.one_of(
    DATA,
    DATA,
    DATA,
    st.builds(Offloaded, DATA, st.builds(Offload, st.just(34), st.just(16))),
    st.builds(lambda frame, size: frame[:size], DATA, st.integers(0, 20)),
    st.binary(max_size=60).map(lambda body: b"\x01\x80\xc2\x00\x00\x02" + STATIONS[0] + b"\x88\x09" + body),
    st.binary(max_size=60).map(lambda body: NEAREST_BRIDGE + STATIONS[0] + b"\x88\xb5" + body),
)
BATCHES = st.lists(st.lists(FRAMES, max_size=10), max_size=5)


def by_port(actions: Sequence[Action]) -> dict[Any, list[Any]]:
    """What each port sends, control and data apart, and what the device itself gets; in order."""
    said: dict[Any, list[Any]] = {}
    for action in actions:
        match action:
            case Transmit(port, frame, ordered):
                said.setdefault((port, ordered), []).append((frame, getattr(frame, "offload", None)))
            case TransmitBatch(port, frames):
                assert frames, "no empty batch"
                sent = [(frame, getattr(frame, "offload", None)) for frame in frames]
                said.setdefault((port, True), []).extend(sent)
            case DeliverLocally(interface, frame):
                said.setdefault(interface, []).append(frame)
            case _:
                said.setdefault(None, []).append(action)
    return said


def same(together: Node, single: Node, port: str, batches: list[list[bytes]], now: int) -> None:
    for batch in batches:
        now += milliseconds(1)
        whole = together.forward(port, batch, now)
        alone = ([], *([frame] for frame in batch))  # what is due comes also where there is no frame
        parts = [action for frames in alone for action in single.forward(port, frames, now)]
        assert by_port(whole) == by_port(parts)
        assert together.fingerprint(now) == single.fingerprint(now)
    for name, bridge in together.plane.bridges.items():
        assert bridge.drops == single.plane.bridges[name].drops


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["sfp-sfpplus1", "sfp-sfpplus2", "ether1"]), BATCHES)
def test_of_a_pair(port: str, batches: list[list[bytes]]) -> None:
    net, other = joined(), joined()
    same(node(net, "Peer1"), node(other, "Peer1"), port, batches, net.now)


def switch() -> Node:
    parsed = parse_config(SWITCH, "switch.rsc")
    made = Node(node_config(parsed, name="S", mac=mac("02:00:00:00:01:00")))
    made.start(0)
    for port in made.config.ports:
        made.handle(LinkCameUp(port), 0)
    return made


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["ether1", "ether2", "ether3", "ether5"]), BATCHES), max_size=4))
def test_of_a_switch_with_a_bond(rounds: list[tuple[str, list[list[bytes]]]]) -> None:
    together, single = switch(), switch()
    for number, (port, batches) in enumerate(rounds):
        same(together, single, port, batches, milliseconds(100 * number))


def test_known_frames_go_in_one_batch_a_port() -> None:
    made = switch()
    for port, source in (("ether1", STATIONS[0]), ("ether5", STATIONS[1])):
        made.forward(port, [octets(GROUPS[0], source, b"", 60)], 1)
    there, back = (octets(a, b, b"", 60) for a, b in ((STATIONS[1], STATIONS[0]), (STATIONS[0], STATIONS[1])))
    made.forward("ether1", [there], 2)
    assert made.forward("ether1", [there] * 5, 3) == [TransmitBatch("ether5", [there] * 5)]
    made.forward("ether5", [back], 3)
    assert made.forward("ether5", [back] * 2, 3) == [TransmitBatch("ether1", [back] * 2)]
    assert made.plane.bridges["bridge1"].table.get(10, STATIONS[0]).seen == 3  # type: ignore[union-attr]


def test_what_goes_one_by_one_keeps_its_place_in_a_batch() -> None:
    """A flood also goes to the device itself, so it is no part of a batch: neither frame may pass it."""
    made = switch()
    for port, source in (("ether1", STATIONS[0]), ("ether5", STATIONS[1])):
        made.forward(port, [octets(GROUPS[0], source, b"", 60)], 1)
    first, flood, last = (
        octets(to, STATIONS[0], b"", size)
        for to, size in zip((STATIONS[1], GROUPS[0], STATIONS[1]), (60, 61, 62), strict=True)
    )
    made.forward("ether1", [first], 2)
    assert [frame for frame, _ in by_port(made.forward("ether1", [first, flood, last], 3))["ether5", True]] == [
        first,
        flood,
        last,
    ]
