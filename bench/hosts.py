"""The host table, the whole way: A's table, octets of Ethernet frames, B's table, a look-up of every host on B."""

import argparse
import gc
import random
import tracemalloc
from collections import deque
from collections.abc import Sequence
from time import process_time
from typing import Any

from bench.rounds import versions
from pyiccp._bridge.core import BridgeCore
from pyiccp._node.config import Bond, Bridge, BridgePort, BridgeVlan, Mlag, NodeConfig
from pyiccp._node.events import LinkCameUp, Transmit
from pyiccp._node.node import Node
from pyiccp._sansio import Instant, microseconds, seconds
from pyiccp.wire._mac import Mac, mac

VLANS = tuple(range(10, 20))
PORTS = 48
"""Half of them orphan ports, half of them dual-homed bonds."""
PEER = "ether1"
DELAY = microseconds(50)

Key = tuple[int, Mac, str]
"""VLAN, address, where A sees it."""


def config(number: int) -> NodeConfig:
    """One node of the pair."""
    orphans = tuple(f"ether{n}" for n in range(2, 2 + PORTS // 2))
    slaves = tuple(f"ether{n}" for n in range(2 + PORTS // 2, 2 + PORTS))
    bonds = tuple(
        Bond(name=f"bond{n}", slaves=(slave,), mode="802.3ad", mlag_id=n) for n, slave in enumerate(slaves, 1)
    )
    ports = (PEER, *orphans, *(bond.name for bond in bonds))
    return NodeConfig(
        name=f"node{number}",
        mac=mac(f"74:4D:28:11:7{number}:00"),
        ports=(PEER, *orphans, *slaves),
        bonds=bonds,
        bridges=(
            Bridge(
                name="bridge1",
                protocol_mode="rstp",
                vlan_filtering=True,
                max_learned_entries=None,
                ports=tuple(BridgePort(interface=port, pvid=99 if port == PEER else 1) for port in ports),
                vlans=tuple(BridgeVlan(vlan_ids=(vid,), tagged=ports) for vid in VLANS),
            ),
        ),
        mlag=Mlag(bridge="bridge1", peer_port=PEER),
    )


def hosts(count: int) -> list[Key]:
    """*count* random hosts, spread over VLANs and ports."""
    chance = random.Random(1)
    places = [f"ether{n}" for n in range(2, 2 + PORTS // 2)] + [f"bond{n}" for n in range(1, 1 + PORTS // 2)]
    return [(VLANS[n % len(VLANS)], Mac(b"\x02" + chance.randbytes(5)), chance.choice(places)) for n in range(count)]


def fill(node: Node, keys: Sequence[Key], start: Instant) -> None:
    """*node* sees them all, at different instants from *start* on."""
    table = node.plane.bridges["bridge1"].table
    for n, (vid, address, port) in enumerate(keys):
        table.sight(vid, address, port, start + n)


class Wire:
    """Two nodes and the frames on their way between their peer ports, on a clock of their own."""

    def __init__(self) -> None:
        self.nodes = [Node(config(number)) for number in (0, 1)]
        self.now: Instant = seconds(1)
        self.octets = 0
        """From A to B."""
        self.frames = 0
        self.air: deque[tuple[Instant, int, bytes]] = deque()
        for node in self.nodes:
            node.start(self.now)

    def run(self, expected: int) -> None:
        """Link up; until B knows *expected* hosts."""
        for number, node in enumerate(self.nodes):
            self._carry(number, node.handle(LinkCameUp(PEER), self.now))
        table = bridge(self.nodes[1]).table
        while table.learned < expected:
            due = min(node.deadline for node in self.nodes if node.deadline is not None)
            if self.air and self.air[0][0] <= due:
                self.now, receiver, frame = self.air.popleft()
                self._carry(receiver, self.nodes[receiver].forward(PEER, (frame,), self.now))
                continue
            self.now = max(self.now, due)
            if self.now > seconds(60):
                raise RuntimeError(f"B knows {table.learned} of {expected} hosts after a minute")
            for number, node in enumerate(self.nodes):
                if node.deadline is not None and node.deadline <= self.now:
                    self._carry(number, node.advance(self.now))

    def _carry(self, number: int, actions: Sequence[Any]) -> None:
        for action in actions:
            if isinstance(action, Transmit) and action.port == PEER:
                assert isinstance(action.frame, bytes)
                self.air.append((self.now + DELAY, 1 - number, action.frame))
                if number == 0:
                    self.octets += len(action.frame)
                    self.frames += 1


def bridge(node: Node) -> BridgeCore:
    return node.plane.bridges["bridge1"]


def whole_way(keys: Sequence[Key]) -> tuple[float, float, Wire]:
    """Seconds of the way, seconds of the look-ups, and what is left of both nodes."""
    wire = Wire()
    fill(wire.nodes[0], keys, seconds(1))
    gc.collect()
    start = process_time()
    wire.run(len(keys))
    arrived = process_time()
    find = bridge(wire.nodes[1]).table.find
    for vid, address, _ in keys:
        find(vid, address)
    looked = process_time()
    assert all(find(vid, address) is not None for vid, address, _ in keys)
    return arrived - start, looked - arrived, wire


def yardstick(keys: Sequence[Key]) -> float:
    """Seconds of what everybody would write first."""
    pairs = [(address, vid) for vid, address, _ in keys]
    entry = object()
    table: dict[tuple[bytes, int], object] = {}
    start = process_time()
    for address, vid in pairs:
        table[address, vid] = entry
    return process_time() - start


def memory(keys: Sequence[Key]) -> tuple[float, float]:
    """Octets per host on A and on B, by what the allocator was asked for; the addresses of the test do not count."""
    wire = Wire()
    tracemalloc.start()
    try:
        for n, (vid, address, port) in enumerate(keys):
            bridge(wire.nodes[0]).table.sight(vid, Mac(bytes(bytearray(address))), port, seconds(1) + n)
        on_a, _ = tracemalloc.get_traced_memory()
        wire.run(len(keys))
        wire.air.clear()
        both, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return on_a / len(keys), (both - on_a) / len(keys)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench hosts", description=__doc__)
    parser.add_argument("--hosts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    print(versions("msgspec"))
    keys = hosts(options.hosts)
    gc.freeze()
    rounds = [(yardstick(keys), *whole_way(keys)) for _ in range(options.rounds)]
    yard = min(round_[0] for round_ in rounds)
    way, look, wire = min(((way, look, wire) for _, way, look, wire in rounds), key=lambda one: one[0] + one[1])
    count = len(keys)
    print(f"\n{count:,} hosts, {len(VLANS)} VLANs, {PORTS} ports; best of {options.rounds}, both nodes on one core")
    for name, span in (("d[mac, vid] = entry", yard), ("A to B", way), ("look-ups on B", look), ("sum", way + look)):
        print(f"{name:24}{span / count * 1e9:10,.0f} ns/host{span / yard:10.1f} x{count / span:14,.0f} hosts/s")
    print(f"{'octets A to B':24}{wire.octets / count:10.2f} per host, {wire.frames:,} frames")
    on_a, on_b = memory(keys)
    print(f"{'memory':24}{on_a:10.0f} octets per host on A, {on_b:.0f} on B")
    return 0
