"""The data path: frames come in by a physical port or from the device itself, and leave by ports (M4).

Payload is opaque: a frame is decoded as far as its header, and only when no verdict on it is remembered.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from pyiccp._bridge.core import BridgeCore
from pyiccp._bridge.events import Action as BridgeAction
from pyiccp._bridge.verdicts import Output, Verdict
from pyiccp._link.core import LinkCore
from pyiccp._node.config import NodeConfig
from pyiccp._node.events import Action, DeliverLocally, Transmit
from pyiccp._node.express import plan
from pyiccp._node.offload import finished, reshaped
from pyiccp._node.retagged import new_tag
from pyiccp._node.trunk import Trunk
from pyiccp._node.wiring import port_mac
from pyiccp._sansio import Instant, milliseconds
from pyiccp.wire._ethernet import peek
from pyiccp.wire._link import ETHERTYPE, Envelope
from pyiccp.wire._mac import NEAREST_BRIDGE, Mac

MAX_COPIES = 1024
COPY_TIME = milliseconds(100)
"""M4.6: one round trip to the peer is enough, but a peer in user space may be a while about it."""

TAGGED_HEADER = 18
"""Octets without which a frame is a runt, if it is tagged."""
_LINK_TYPE = ETHERTYPE.to_bytes(2, "big")


@dataclass(slots=True)
class Copies:
    """What would have left by a bond that is about to open, since its first Prepare."""

    number: int = 0
    """Of the newest Prepare."""
    frames: deque[tuple[int, Instant, bytes]] = field(default_factory=lambda: deque(maxlen=MAX_COPIES))
    """The Prepare before it, when it was made, the frame."""


class Plane:
    """Ports, bonds and bridges of one device, joined."""

    def __init__(self, config: NodeConfig, bridges: dict[str, BridgeCore], link: LinkCore | None) -> None:
        self.macs: dict[str, Mac] = {port: port_mac(config, port) for port in config.ports}
        self.running: dict[str, bool] = dict.fromkeys(config.ports, False)
        self.disabled = frozenset(config.disabled_ports)
        self.trunks = {bond.name: Trunk(bond) for bond in config.bonds if not bond.disabled}
        self.trunk_of = {slave: trunk for trunk in self.trunks.values() for slave in trunk.bond.slaves}
        self.bridges = bridges
        self.bridge_at = {bridge.name: bridges[bridge.name] for bridge in config.bridges if bridge.name in bridges}
        self.tags: dict[str, int] = {}
        """Interface -> EtherType of its bridge's tags."""
        for bridge in config.bridges:
            self.tags[bridge.name] = bridge.ether_type
            for port in bridge.ports:
                if bridge.name in bridges and not port.disabled:
                    self.bridge_at[port.interface] = bridges[bridge.name]
                    self.tags[port.interface] = self.tags[bridge.name]
        self.link = link
        self.copies: dict[str, Copies] = {}
        self.decided = False
        """Some bridge has decided anew, and may have learned a host that will age."""

    def bridges_of(self, interface: str | None) -> Sequence[BridgeCore]:
        """The bridge of *interface*; all of them when None."""
        if interface is None:
            return tuple(self.bridges.values())
        bridge = self.bridge_at.get(interface)
        return () if bridge is None else (bridge,)

    # --- in

    def take(self, port: str, frame: bytes, now: Instant, out: list[Action]) -> Sequence[BridgeAction]:
        """A data frame came in by the physical *port*."""
        interface = port
        trunk = self.trunk_of.get(port)
        if trunk is not None:
            if port not in trunk.collecting:
                return ()
            interface = trunk.bond.name
        return self.enter(interface, frame, now, out)

    def enter(self, interface: str, frame: bytes, now: Instant, out: list[Action]) -> Sequence[BridgeAction]:
        """A data frame is at *interface*: into its bridge, or to the device."""
        bridge = self.bridge_at.get(interface)
        if bridge is None:
            out.append(DeliverLocally(interface, frame))
            return ()
        return self._decide(bridge, interface, frame, now, None, out)

    def open_envelope(
        self, interface: str, envelope: Envelope, now: Instant, out: list[Action]
    ) -> Sequence[BridgeAction]:
        """A data frame of the peer's half of a bond came in by the peer port *interface* (M4.5)."""
        bridge = self.bridge_at.get(interface)
        if bridge is None:
            return ()
        return self._decide(bridge, interface, envelope.frame, now, envelope.mlag_id, out)

    def _decide(
        self, bridge: BridgeCore, interface: str, frame: bytes, now: Instant, origin: int | None, out: list[Action]
    ) -> Sequence[BridgeAction]:
        """The remembered verdict, or a new one; a runt is dropped."""
        actions: Sequence[BridgeAction] = ()
        kept = bridge.lookup(interface, frame, now, origin) if len(frame) >= TAGGED_HEADER else None
        if kept is None:
            header = peek(frame, self.tags[interface])
            if header is None:
                return actions
            self.decided = True
            kept, actions = bridge.forward(interface, frame, header, now, origin)
            kept.path = bridge.memory.path(plan(self, kept.verdict, interface, frame))
        self._obey(kept.verdict, interface, frame, now, out)
        return actions

    # --- out

    def leave(self, interface: str, frame: bytes, out: list[Action]) -> None:
        """*frame*, tagged as it shall be, leaves by *interface*."""
        trunk = self.trunks.get(interface)
        if trunk is not None:
            slave = trunk.choose(frame)
            if slave is not None:
                out.append(Transmit(slave, frame))
        elif interface in self.bridges:
            out.append(DeliverLocally(interface, frame))
        elif self.running.get(interface):
            out.append(Transmit(interface, frame))

    def member(self, interface: str) -> str | None:
        """The physical port by which control frames leave *interface*: a bond's first that distributes."""
        trunk = self.trunks.get(interface)
        if trunk is not None:
            return trunk.distributing[0] if trunk.distributing else None
        return interface if self.running.get(interface) else None

    def interface_of(self, port: str) -> str | None:
        """What a control frame that came in by the physical *port* came in by; None where a bond takes nothing in."""
        trunk = self.trunk_of.get(port)
        if trunk is None:
            return port
        return trunk.bond.name if port in trunk.collecting else None

    def _obey(self, verdict: Verdict, interface: str, frame: bytes, now: Instant, out: list[Action]) -> None:
        for output in verdict.outputs:
            shaped = self._shape(output, interface, frame)
            if output.envelope is None:
                self.leave(output.port, shaped, out)
            else:
                self._leave_in_envelope(output, shaped, out)
        for output in verdict.copies:
            kept = self.copies.get(output.port)
            if kept is not None:
                kept.frames.append((kept.number, now, self._shape(output, interface, frame)))

    def _shape(self, output: Output, interface: str, frame: bytes) -> bytes:
        """*frame* with the tag that it carries out of a port."""
        tag, rest = new_tag(output.vid, frame, self.tags[interface])
        return frame if tag is None else reshaped(frame, frame[:12] + tag + frame[rest:])

    def _leave_in_envelope(self, output: Output, frame: bytes, out: list[Action]) -> None:
        """M4.5: the frame and the bond it came from, in the order of the data. No card looks into an envelope: what is
        in there is finished."""
        if self.link is None or output.envelope is None:
            return
        trunk = self.trunks.get(output.port)
        member = output.port if trunk is None else trunk.choose(frame)
        if member is not None and self.running.get(member):
            for each in finished(frame):
                body = self.link.segment(Envelope(output.envelope, each)).encode()
                out.append(Transmit(member, self.link_frame(member, body)))

    def link_frame(self, member: str, body: bytes) -> bytes:
        """An Ethernet frame to the peer, padded to the minimum."""
        return (NEAREST_BRIDGE + self.macs[member] + _LINK_TYPE + body).ljust(60, b"\0")

    # --- copies for a bond that is about to open (M4.6)

    def keep_copies(self, bond: str, number: int) -> None:
        """From now on, under this *number*."""
        self.copies.setdefault(bond, Copies()).number = number

    def drop_copies(self, bond: str) -> None:
        """Throw them away and keep no more."""
        self.copies.pop(bond, None)

    def release_copies(self, bond: str, number: int, members: tuple[str, ...], now: Instant, out: list[Action]) -> None:
        """Send those from *number* on that are young enough by *members*, which are about to distribute."""
        trunk = self.trunks.get(bond)
        kept = self.copies.pop(bond, None)
        if trunk is None or kept is None or not members:
            return
        for filed, at, frame in kept.frames:
            if filed >= number and now - at <= COPY_TIME:
                out.append(Transmit(trunk.pick(frame, members), frame))


def is_link_segment(frame: bytes) -> bool:
    """A frame of the link's EtherType to the nearest-bridge group, untagged."""
    return frame[12:14] == _LINK_TYPE and frame[:6] == NEAREST_BRIDGE
