"""Two quick-setup bridges, frames for them, and a first-in first-out wire between their tables."""

from collections import deque
from collections.abc import Sequence

from pyiccp._bridge import BridgeConfig, BridgeCore, PortConfig, StaticHost, Verdict, VlanConfig
from pyiccp._bridge.events import (
    Action,
    AnnounceEnd,
    AnnounceFlush,
    AnnounceHosts,
    Event,
    FilterChanged,
    FlushReceived,
    GateChanged,
    HostsReceived,
    HostsWanted,
    PortStateChanged,
    SessionEnded,
    SessionStarted,
    Warn,
)
from pyiccp._sansio import seconds
from pyiccp.wire._ethernet import Header, peek, tagged
from pyiccp.wire._mac import BROADCAST, Mac, mac

H1, H2, H3 = mac("02:00:00:00:00:01"), mac("02:00:00:00:00:02"), mac("02:00:00:00:00:03")
BRIDGE_MACS = (mac("74:4D:28:11:70:6B"), mac("74:4D:28:11:70:6C"))
AGEING = seconds(300)
PLENTY = 1 << 20


def host(number: int) -> Mac:
    return Mac(b"\x02\x00\x00\x00\x00" + bytes([number]))


def frame(source: Mac, destination: Mac = BROADCAST, vid: int | None = None) -> bytes:
    octets = destination + source + b"\x08\x00\x45\x00" + bytes(46)
    return octets if vid is None else tagged(octets, vid)


def header(source: Mac, destination: Mac = BROADCAST, vid: int | None = None) -> Header:
    found = peek(frame(source, destination, vid))
    assert found is not None
    return found


def config(node: int = 0, **changes: object) -> BridgeConfig:
    """Peer port, two dual-homed bonds, two orphan ports; VLAN 10 untagged on all but the peer port, 20 tagged."""
    values: dict[str, object] = {
        "name": "bridge1",
        "vlan_filtering": True,
        "pvid": 1,
        "peer_port": "peer",
        "ports": (
            PortConfig(name="peer", pvid=99),
            PortConfig(name="bond1", pvid=10, mlag_id=10),
            PortConfig(name="bond2", pvid=10, mlag_id=0),
            PortConfig(name="ether1", pvid=10),
            PortConfig(name="ether2", pvid=10),
        ),
        "vlans": (
            VlanConfig(vid=10, tagged=("peer",)),
            VlanConfig(vid=20, tagged=("peer", "bond1", "bond2", "ether1", "ether2")),
        ),
        "hosts": (StaticHost(address=BRIDGE_MACS[node], port="bridge1", own=True),),
        "ageing_time": AGEING,
    }
    return BridgeConfig(**(values | changes))  # type: ignore[arg-type]


def bridge(node: int = 0, *, gate: bool = True, **changes: object) -> BridgeCore:
    """A bridge whose links are all up and whose filters are closed."""
    core = BridgeCore(config(node, **changes))
    for port in core.config.ports:
        core.handle(PortStateChanged(port.name, True, True), 0)
    core.handle(GateChanged(gate), 0)
    return core


def send(core: BridgeCore, ingress: str, octets: bytes, now: int = 0, origin: int | None = None) -> Verdict:
    """One frame through the cached door; what learning announces is thrown away."""
    return send_and_tell(core, ingress, octets, now, origin)[0]


def send_and_tell(
    core: BridgeCore, ingress: str, octets: bytes, now: int = 0, origin: int | None = None
) -> tuple[Verdict, Sequence[Action]]:
    kept = core.lookup(ingress, octets, now, origin)
    if kept is not None:
        return kept.verdict, ()
    found = peek(octets)
    assert found is not None
    kept, actions = core.forward(ingress, octets, found, now, origin)
    return kept.verdict, actions


def ports(verdict: Verdict) -> list[str]:
    return [output.port for output in verdict.outputs]


def where(core: BridgeCore, address: Mac, vid: int = 10) -> tuple[str, str] | None:
    """(interface, flags) of a host, None when it is unknown."""
    return next(
        ((view.interface, view.flags) for view in core.hosts() if (view.address, view.vid) == (address, vid)), None
    )


class Pair:
    """Two bridges and what is on its way between them. Time stands still unless `now` is moved."""

    def __init__(self, *, window: int = PLENTY, **changes: object) -> None:
        self.now = 0
        self.window = window
        self.nodes = [bridge(node, **changes) for node in (0, 1)]
        self.wires: list[deque[Action]] = [deque(), deque()]
        """Towards node 0, towards node 1."""
        self.warnings: list[tuple[int, str]] = []
        self.ends = [0, 0]
        self.told = [0, 0]
        """Announced hosts, by sender."""

    def handle(self, node: int, event: Event) -> None:
        self.carry(node, self.nodes[node].handle(event, self.now))

    def carry(self, node: int, actions: Sequence[Action]) -> None:
        for action in actions:
            if isinstance(action, Warn):
                self.warnings.append((node, action.text))
            else:
                if isinstance(action, AnnounceHosts):
                    self.told[node] += sum(len(batch.addresses) // 6 for batch in action.batches)
                self.wires[1 - node].append(action)

    def start(self) -> "Pair":
        for node in (0, 1):
            self.handle(node, SessionStarted(node))
            self.handle(node, HostsWanted(self.window))
        return self

    def advance(self, node: int) -> None:
        """Some time passes: the call in which a session begins tells of no hosts, the next one may."""
        self.carry(node, self.nodes[node].advance(self.now))

    def stop(self) -> None:
        for node in (0, 1):
            self.wires[node].clear()
            self.handle(node, SessionEnded())

    def see(self, node: int, port: str, source: Mac, destination: Mac = BROADCAST, vid: int | None = None) -> Verdict:
        verdict, actions = send_and_tell(self.nodes[node], port, frame(source, destination, vid), self.now)
        self.carry(node, actions)
        return verdict

    def deliver(self, node: int) -> bool:
        """The next thing on its way to *node* arrives."""
        if not self.wires[node]:
            return False
        match self.wires[node].popleft():
            case AnnounceHosts(batches):
                for batch in batches:
                    self.handle(node, HostsReceived(batch))
            case AnnounceFlush(flush):
                self.handle(node, FlushReceived(flush))
            case AnnounceEnd():
                self.ends[node] += 1
        return True

    def settle(self) -> "Pair":
        """Until nothing is on its way and nothing is waiting for the carrier."""
        for _ in range(10_000):
            moved = [self.deliver(node) for node in (0, 1)]
            for node, core in enumerate(self.nodes):
                while core.deadline is not None and core.deadline <= self.now and core.table.busy:
                    self.carry(node, core.advance(self.now))
                self.handle(node, HostsWanted(self.window))
            if not any(moved) and not any(self.wires):
                return self
        raise AssertionError("the tables do not come to rest")

    def at(self, now: int) -> "Pair":
        """Time passes; both cores get their deadlines on the way, and what they say arrives at once."""
        while due := [
            (deadline, node)
            for node, core in enumerate(self.nodes)
            if (deadline := core.deadline) is not None and deadline <= now
        ]:
            deadline, node = min(due)
            self.now = max(self.now, deadline)
            self.carry(node, self.nodes[node].advance(self.now))
            self.settle()
        self.now = now
        return self

    def filters(self, node: int, port: str, is_open: bool) -> None:
        self.handle(node, FilterChanged(port, is_open))

    def equal(self) -> bool:
        return self.nodes[0].shared_table() == self.nodes[1].shared_table()
