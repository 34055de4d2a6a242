"""Hostile frames on every port of a running pair: no node raises, and neither does what reports on it.

What a neighbour may do to the others is not this harness's question: `tests/fuzzing/test_robustness.py` asks it.
"""

import pickle
from functools import lru_cache
from random import Random
from typing import Any

from fuzz import pools
from fuzz.data import Data
from fuzz.drive import SPANS, Drive
from fuzz.vectors import frames
from pyiccp._node.events import GuardsCleared, KeepaliveReceived, LinkCameUp, LinkWentDown, Transmit, TransmitBatch
from pyiccp._node.node import Node
from pyiccp._sansio import Instant, seconds
from pyiccp.lab._run import prepare
from pyiccp.lab._scenario import QUICKSTART, parse
from pyiccp.testing._mutation import Mutator
from pyiccp.testing._protocols import PROTOCOLS
from pyiccp.testing._tree import Seed

POOL = 512
_STEPS = 24
_COPIED = 8
"""One input in so many asks whether a copy of a node is the same: that takes as long as all the rest."""


@lru_cache(None)
def joined() -> tuple[bytes, Instant]:
    """The packaged lab after three seconds, as a pickle of both nodes of the pair."""
    text = (QUICKSTART / "lab.toml").read_text()
    network = prepare(parse(text, "lab.toml", QUICKSTART))
    network.run(seconds(3))
    nodes = [device.node for device in network.devices.values() if isinstance(device.node, Node) and device.node.mlag]
    for node in nodes:
        # The lab compares both copies of the spanning tree; who forges entries of its log makes them differ.
        node.observe_tree(None)
    return pickle.dumps(nodes), network.now


@lru_cache(None)
def hostile() -> tuple[bytes, ...]:
    """Frames of every protocol, mutated, among them mutants of real ones."""
    rng = Random("hostile frames")
    names = [name for name in PROTOCOLS if name != "pyiccp-keepalive"]
    seeds = [
        Seed.of_frame(PROTOCOLS[name].frame(PROTOCOLS[name].seed(rng).octets, n)) for n in range(8) for name in names
    ]
    mutator = Mutator([*seeds, *map(Seed.of_frame, frames())], rng)
    return tuple(mutator.mutant().octets for _ in range(POOL))


def run(octets: bytes) -> None:
    """A list of operations on the two nodes of a pair that has joined."""
    data = Data(octets)
    pickled, now = joined()
    nodes: list[Node] = pickle.loads(pickled)
    for node in nodes:
        # Between two nodes without a shared key the fuzzer can forge an entry of the log; that copies of the tree are
        # equal holds for entries that arrive as they were sent.
        node.observe_tree(None)
    drives = [Drive(node) for node in nodes]
    for drive in drives:
        drive.now = now
    heard: list[list[tuple[str, bytes]]] = [[], []]
    for _ in range(_STEPS):
        if not data.more:
            break
        end = data.number() % 2
        drive, node = drives[end], nodes[end]
        port = data.pick(node.config.ports)
        actions: Any = ()
        match data.number() % 11:
            case 0 | 1 | 2:
                some = [hostile()[data.number(2) % POOL] for _ in range(1 + data.number() % 8)]
                actions = drive.seen(node.forward(port, some, drive.now))
            case 3:
                actions = drive.seen(node.forward(port, [data.chunk()], drive.now))
            case 4 | 5 if heard[end]:
                where, frame = data.pick(heard[end][-200:])
                at = data.number(2) % len(frame)
                frame = frame[:at] + data.octets(1) + frame[at + 1 :]
                actions = drive.seen(node.forward(where, [frame], drive.now))
            case 6:
                actions = drive.wait(data.pick(SPANS[:7]))
            case 7:
                actions = drive.do(KeepaliveReceived(data.chunk()))
            case 8:
                actions = drive.do(data.pick((LinkCameUp, LinkWentDown))(port))
            case 9:
                actions = drive.do(GuardsCleared(data.pick((None, port))))
            case _:
                if (beat := pools.one("pyiccp-keepalive", data)) is not None:
                    actions = drive.do(KeepaliveReceived(beat.encode()))
        # What one node sends by its peer port is what the other hears, if the fuzzer wants it to be damaged.
        for action in actions:
            if isinstance(action, Transmit | TransmitBatch) and action.port in node.members:
                sent = [action.frame] if isinstance(action, Transmit) else action.frames
                heard[1 - end] += [(action.port, frame) for frame in sent if frame]
    for drive in drives:
        drive.core.status(drive.now)
        if len(octets) % _COPIED == 0:
            drive.end()


HARNESSES = (("node", pools.scripts, run, 250),)
