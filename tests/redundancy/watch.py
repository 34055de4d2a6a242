"""Counts changes that neighbours see, each of them: nothing is sampled."""

from collections.abc import Callable, Sequence
from typing import Any

from pyiccp._node.events import Action, Event
from pyiccp._sansio import Instant
from pyiccp.lab._device import Device, NodeLike
from pyiccp.lab._network import Network
from pyiccp.wire._mac import Mac
from redundancy.observer import CLIENT, PEERS

_LINK_LOCAL = b"\x01\x80\xc2\x00\x00"
"""BPDUs and LACPDUs are to addresses that begin so."""
_BPDU = b"\x01\x80\xc2\x00\x00\x00"


class Watched:
    """A neighbour's node that is looked at after each thing that may change its root or its partner. Control frames
    that arrive at one instant are given to it one by one, as what one of them says the next may take back."""

    def __init__(self, node: NodeLike, look: Callable[[bool, Instant], None]) -> None:
        self._node = node
        self._look = look
        """Called as look(was a BPDU given to it, now)."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._node, name)

    def handle(self, event: Event, now: Instant) -> Sequence[Action]:
        actions = self._node.handle(event, now)
        self._look(False, now)
        return actions

    def advance(self, now: Instant) -> Sequence[Action]:
        actions = self._node.advance(now)
        self._look(False, now)
        return actions

    def forward(self, port: str, frames: Sequence[bytes], now: Instant) -> Sequence[Action]:
        if not any(frame.startswith(_LINK_LOCAL) for frame in frames):
            return self._node.forward(port, frames, now)
        actions: list[Action] = []
        for frame in frames:
            actions += self._node.forward(port, (frame,), now)
            self._look(frame.startswith(_BPDU), now)
        return actions


class Watch:
    """Of the partner's identity at the client, of the root at bridges, and how often a bridge was left alone."""

    def __init__(self, network: Network) -> None:
        self.identities = 0
        self.roots: dict[str, int] = {}
        """Changes of the root, per bridge."""
        self.alone: dict[str, int] = {}
        """How often a bridge's bond, its only link to others, had no link any more, or none but such to another system:
        so it is when the partner changes identity, if both happen in one call."""
        self._identity: Mac | None = None
        self._roots: dict[str, str | None] = {}
        self._deaf: set[str] = set()
        """Bridges that have heard no other since they were alone. M14 counts identifiers under which neighbours see
        others; who hears nobody is a root to nobody else."""
        for device in network.devices.values():
            if device.name not in PEERS and device.node is not None:
                self.alone[device.name] = 0
                self._look(device, False, network.now)
                device.node = Watched(device.node, self._looker(device))

    def _looker(self, device: Device) -> Callable[[bool, Instant], None]:
        return lambda heard, now: self._look(device, heard, now)

    def _look(self, device: Device, heard: bool, now: Instant) -> None:
        """Compare with what was seen last."""
        assert device.node is not None
        name, status = device.name, device.node.status(now)
        alone = bool(status.bonds) and not any(bond.active_ports for bond in status.bonds.values())
        identity = next((bond.lacp_partner_system_id for bond in status.bonds.values()), None)
        if name == CLIENT and identity is not None and any(identity) and identity != self._identity:
            if self._identity is not None:
                alone = True
                self.identities += 1
            self._identity = identity
        if alone:
            self.alone[name] += name not in self._deaf
            self._deaf.add(name)
        elif heard:
            self._deaf.discard(name)
        if name not in self._deaf:
            for bridge in status.bridges.values():
                changed = self._roots.get(name) != bridge.root_bridge_id
                self.roots[name] = self.roots.get(name, -1) + changed
                self._roots[name] = bridge.root_bridge_id
