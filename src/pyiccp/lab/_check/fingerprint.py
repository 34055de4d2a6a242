"""What a search calls the same state: every core's fingerprint, times coarse and numbers that only grow left out.

`fingerprint(now)` subtracts: handed a `Coarse` clock, every deadline and every age comes out as a number of quanta.
At rest the quantum is so large that only the order past, near and far is left: phases of timers do not make two states
different there (a complete search without pruning is compared with one that prunes, in the tests).
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from msgspec.structs import replace

from pyiccp._mlag.core import MlagCore
from pyiccp._node.node import Node
from pyiccp._sansio import Instant, seconds
from pyiccp.lab._check.kinds import pair
from pyiccp.lab._device import RUNNING, Device
from pyiccp.lab._links import Link
from pyiccp.lab._network import Network

AT_REST = seconds(60)


class Coarse(int):
    """An instant from which only coarse differences can be told."""

    quantum: Instant

    def __new__(cls, now: Instant, quantum: Instant) -> "Coarse":
        self = super().__new__(cls, now)
        self.quantum = quantum
        return self

    def __rsub__(self, other: int) -> int:
        """A deadline minus now."""
        return -(-(int(other) - int(self)) // self.quantum)

    def __sub__(self, other: int) -> int:
        """Now minus a deed: an age."""
        return (int(self) - int(other)) // self.quantum


def fingerprint(network: Network, quantum: Instant = AT_REST) -> tuple[Any, ...]:
    """The state of *network* as a hashable tuple."""
    now = Coarse(network.now, quantum)
    epochs = sorted({device.store.epoch for device in pair(network) if device.store is not None})
    return (
        tuple(_device(device, now, epochs) for device in network.devices.values()),
        tuple(_link(link) for link in network.links),
        tuple(path.cut for path in network.keepalives),
    )


def digest(network: Network) -> bytes:
    """The state of *network*, at rest or not, in a few octets; the same in every process."""
    return blake2b(repr(fingerprint(network)).encode(), digest_size=12).digest()


def _link(link: Link) -> tuple[Any, ...]:
    return link.up, link.cut, tuple(side.name for side in link.sides), tuple(way.silent for way in link.ways)


def _device(device: Device, now: Coarse, epochs: Sequence[int]) -> tuple[Any, ...]:
    store = device.store
    kept = None if store is None else replace(store, incarnation=0, replay=0, epoch=epochs.index(store.epoch))
    return device.state, device.stopping, device.restart, kept, _node(device, now, epochs)


def _node(device: Device, now: Coarse, epochs: Sequence[int]) -> tuple[Any, ...]:
    node = device.node
    if not isinstance(node, Node) or device.state != RUNNING:
        return ()
    return (
        () if node.mlag is None else _mlag(node.mlag, now, epochs),
        node.lacp.fingerprint(now),
        tuple(tree.fingerprint(now) for tree in node.trees.values()),
        plane_of(node),
        tuple((view.address, view.vid, view.interface) for view in node_hosts(node)),
    )


def _mlag(core: MlagCore, now: Coarse, epochs: Sequence[int]) -> tuple[Any, ...]:
    """Incarnations and epochs grow for ever; only which node's is higher matters."""
    pair_state = core.pair
    session = pair_state.session
    return (
        pair_state.mode,
        pair_state.identity,
        epochs.index(pair_state.store.epoch) if pair_state.store.epoch in epochs else -1,
        None
        if session is None
        else (session.outcome, session.peer_bonds, session.applied, session.peer_applied, session.gate,
              session.peer_gate, session.goodbye, session.moving),
        pair_state.fences.fingerprint(now),
        pair_state.members,
        tuple(key for key, _ in pair_state.timers.fingerprint(now)),
        (pair_state.deciding, pair_state.stopping, pair_state.draining, pair_state.problem),
    )  # fmt: skip


def node_hosts(node: Node) -> list[Any]:
    """Every host that the bridges of *node* know, in order."""
    return sorted(
        (view for bridge in node.plane.bridges.values() for view in bridge.hosts()),
        key=lambda view: (view.vid or 0, view.address),
    )


def plane_of(node: Node) -> tuple[Any, ...]:
    """What decides where a frame goes: members of bonds, states of bridge ports, gate, filter and envelope."""
    return (
        tuple((trunk.collecting, trunk.distributing) for trunk in node.plane.trunks.values()),
        tuple(
            (bridge.forwarding.gate_open, tuple(port.state for port in bridge.forwarding.ports.values()))
            for bridge in node.plane.bridges.values()
        ),
    )
