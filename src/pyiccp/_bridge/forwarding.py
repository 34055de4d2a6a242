"""Where a frame goes (802.1Q 8.6; mlag.md M3, M4): a pure function of ports, VLANs and the host table."""

from pyiccp._bridge.config import BridgeConfig, PortConfig
from pyiccp._bridge.fdb import HostTable
from pyiccp._bridge.host import Entry
from pyiccp._bridge.verdicts import DROPPED, DropReason, Output, Verdict
from pyiccp._bridge.vlans import Vlans
from pyiccp.wire._ethernet import Header
from pyiccp.wire._mac import BROADCAST, ZERO, is_group, is_reserved


class Port:
    """A port of the bridge at run time."""

    def __init__(self, config: PortConfig, *, peer: bool = False, up: bool = False) -> None:
        self.config = config
        self.name = config.name
        self.mlag_id = config.mlag_id
        self.peer = peer
        self.receiving = up
        self.sending = up
        self.learning = True
        self.forwarding = True
        """What spanning tree allows."""
        self.filter_open = False
        """M4.1: what entered by the peer port may leave here. At session start every half counts as up."""
        self.envelope = False
        """M4.5: what entered here crosses the peer port in an envelope."""
        self.copies = False
        """M4.6: what would leave here is named under `copies`."""

    @property
    def state(self) -> tuple[bool, ...]:
        return (
            self.receiving,
            self.sending,
            self.learning,
            self.forwarding,
            self.filter_open,
            self.envelope,
            self.copies,
        )


class Forwarding:
    """The rules. Nothing here changes anything."""

    def __init__(self, config: BridgeConfig, vlans: Vlans, table: HostTable) -> None:
        self.vlans = vlans
        self.table = table
        self.forward_reserved = config.forward_reserved_addresses
        self.gate_open = False
        self.ports = {port.name: Port(port, peer=port.name == config.peer_port) for port in config.ports}
        self.ports[config.name] = Port(config.own_port, up=True)
        self.peer = self.ports.get(config.peer_port) if config.peer_port is not None else None

    def admit(self, port: Port, header: Header) -> tuple[int, DropReason | None]:
        """The VLAN of a frame that entered by *port*, or why it is not admitted."""
        if not port.receiving:
            return 0, DropReason.NOT_RECEIVING
        if port.peer and not self.gate_open:
            return 0, DropReason.GATE_CLOSED
        if is_reserved(header.destination) and not self.forward_reserved:
            return 0, DropReason.RESERVED_ADDRESS
        if is_group(header.source) or header.source == ZERO:
            return 0, DropReason.INVALID_SOURCE
        return self.vlans.classify(port.config, header)

    def decide(self, port: Port, vid: int, header: Header, origin: int | None) -> Verdict:
        """The verdict on a frame in VLAN *vid* that *port* admitted; *origin* = mlag-id of its envelope."""
        if not port.forwarding:
            return DROPPED[DropReason.DISCARDING]
        if is_group(header.destination):
            return _Journey(self, port, vid, header, origin).flood()
        host = self.table.find(vid, header.destination)
        if host is None:
            return _Journey(self, port, vid, header, origin).flood()
        return _Journey(self, port, vid, header, origin).to(self.ports[host.port])


class _Journey:
    """One frame on its way through the bridge."""

    def __init__(self, rules: Forwarding, port: Port, vid: int, header: Header, origin: int | None) -> None:
        self.rules = rules
        self.port = port
        self.vid = vid
        self.header = header
        self.members = rules.vlans.members(vid)
        self.origin = origin if port.peer else None
        self.source: Entry | None = rules.table.find(vid, header.source) if port.peer else None

    def flood(self) -> Verdict:
        """Unknown unicast, multicast, broadcast: to every member, as the ports' flood flags allow."""
        header = self.header
        if header.destination == BROADCAST:
            flag = "broadcast_flood"
        elif is_group(header.destination):
            flag = "unknown_multicast_flood"
        else:
            flag = "unknown_unicast_flood"
        outputs: list[Output] = []
        copies: list[Output] = []
        for port in self.rules.ports.values():
            if not getattr(port.config, flag) or self._bar(port) is not None:
                continue
            if port.sending:
                outputs.append(self._output(port))
            elif port.copies:
                copies.append(self._output(port))
        if not outputs and not copies:
            return DROPPED[DropReason.NOWHERE]
        return Verdict(tuple(outputs), tuple(copies))

    def to(self, port: Port) -> Verdict:
        """Known unicast. To a dual-homed bond it leaves by the local half when that is sending, else over the peer
        port (M4.7)."""
        bar = self._bar(port)
        if bar is None and port.sending:
            return Verdict((self._output(port),))
        copies = (self._output(port),) if bar is None and port.copies else ()
        if bar is None:
            bar = DropReason.NOT_SENDING
            peer = self.rules.peer
            if port.mlag_id is not None and peer is not None and peer.sending and self._bar(peer) is None:
                return Verdict((self._output(peer),), copies)
        return Verdict((), copies) if copies else DROPPED[bar]

    def _bar(self, out: Port) -> DropReason | None:
        """Why the frame must not leave by *out*, were it sending."""
        port = self.port
        if out is port:
            return DropReason.SAME_PORT
        if out.name not in self.members:
            return DropReason.EGRESS_VLAN
        if not out.forwarding:
            return DropReason.DISCARDING
        if out.config.horizon is not None and out.config.horizon == port.config.horizon:
            return DropReason.HORIZON
        if out.peer:
            return None if self.rules.gate_open else DropReason.GATE_CLOSED
        if port.peer and out.mlag_id is not None:
            if self.enveloped(out):
                return DropReason.ENVELOPED
            if self.filtered(out):
                return DropReason.FILTERED
            if self.reflected(out):
                return DropReason.REFLECTED
        return None

    def enveloped(self, out: Port) -> bool:
        """M4.5: the frame's envelope says that it came from this bond."""
        return self.origin == out.mlag_id

    def filtered(self, out: Port) -> bool:
        """M4.1: what entered by the peer port leaves by a dual-homed bond only if the peer's half is down."""
        return not out.filter_open

    def reflected(self, out: Port) -> bool:
        """M4.5, the second fence: the frame's source is on this bond."""
        return self.source is not None and self.source.port == out.name

    def _output(self, out: Port) -> Output:
        vid = self.header.vid
        if self.rules.vlans.filtering:
            vid = self.vid if self.members[out.name] else None
        envelope = self.port.mlag_id if out.peer and self.port.envelope else None
        return Output(out.name, vid, envelope)
