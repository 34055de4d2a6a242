"""Bridge ports as BPDUs show them: roles, states, roots, and who is on which link."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

import msgspec

from pyiccp._explain.reading import Link, Seen
from pyiccp._report.findings import Ref
from pyiccp._sansio import Instant
from pyiccp.rstp._vectors import bridge_number
from pyiccp.wire._bpdu import UNIT, BridgeId, ConfigBpdu, MstBpdu, PvstBpdu, RstBpdu, TcnBpdu
from pyiccp.wire._flags import Flags, PortRole
from pyiccp.wire._mac import mac_text

HELLO = 2_000_000_000
BURST = 2 * HELLO
"""Topology change flags further apart than this are two changes."""
Vector = tuple[int, int, int, int]
"""Root, cost, bridge, port: the lower is the better (17.6)."""


class Told(msgspec.Struct, frozen=True, gc=False):
    """One BPDU, whatever its kind."""

    time: Instant
    frame: Ref
    kind: str
    """`rst`, `config`, `tcn`."""
    flags: Flags | None
    root: BridgeId | None
    cost: int
    bridge: BridgeId | None
    port: int
    age: int
    """In 1/256 s."""

    @property
    def role(self) -> PortRole | None:
        """As an RST BPDU says it; a Configuration BPDU comes from a designated port."""
        if self.kind == "config":
            return PortRole.DESIGNATED
        return None if self.flags is None else self.flags.role

    @property
    def vector(self) -> Vector | None:
        if self.root is None or self.bridge is None:
            return None
        return (
            bridge_number(self.root.priority, self.root.mac),
            self.cost,
            bridge_number(self.bridge.priority, self.bridge.mac),
            self.port,
        )

    @property
    def topology_change(self) -> bool:
        return self.kind == "tcn" or (self.flags is not None and self.flags.topology_change)


class BridgePort:
    """One port that sends BPDUs, on one link."""

    def __init__(self, link: tuple[Link, int | None], source: bytes) -> None:
        self.link, self.vlan = link
        self.source = source
        self.bridge = b""
        self.number = 0
        self.told: list[Told] = []
        self.runs: list[Told] = []
        self._times: list[Instant] = []

    @property
    def key(self) -> str:
        vlan = "" if self.vlan is None else f" {self.vlan}"
        return f"stp {self.link.capture}.{self.link.interface}{vlan} {self.source.hex()}"

    @property
    def title(self) -> str:
        who = mac_text(self.bridge) if self.bridge else mac_text(self.source)
        vlan = "" if self.vlan is None else f", VLAN {self.vlan}"
        return f"bridge {who} port {self.number & 0xFFF} on {self.link.name}{vlan}"

    def take(self, told: Told) -> None:
        if told.bridge is not None:
            self.bridge, self.number = told.bridge.mac, told.port
        last = self.runs[-1] if self.runs else None
        if last is None or _says(last) != _says(told):
            self.runs.append(told)
        self.told.append(told)
        self._times.append(told.time)

    def at(self, time: Instant) -> Told | None:
        """The newest BPDU at *time*."""
        index = bisect_right(self._times, time)
        return self.told[index - 1] if index else None

    def between(self, after: Instant, until: Instant) -> list[Told]:
        """BPDUs with after < time <= until."""
        return self.told[bisect_right(self._times, after) : bisect_right(self._times, until)]


def _says(told: Told) -> tuple[object, ...]:
    return told.kind, told.flags.octet if told.flags is not None else None, told.vector


class Tree:
    """All ports that were heard, by link and by bridge."""

    def __init__(self, frames: Iterable[Seen]) -> None:
        self._ports: dict[tuple[int, int, int | None, bytes], BridgePort] = {}
        for seen in frames:
            vlan, bpdu = (seen.value.vlan, seen.value.bpdu) if isinstance(seen.value, PvstBpdu) else (None, seen.value)
            key = (seen.link.capture, seen.link.interface, vlan, seen.source)
            port = self._ports.get(key)
            if port is None:
                port = self._ports[key] = BridgePort((seen.link, vlan), seen.source)
            port.take(_told(seen, bpdu))

    def __iter__(self) -> Iterator[BridgePort]:
        return iter(self._ports.values())

    def links(self) -> list[list[BridgePort]]:
        """The ports on each link."""
        found: dict[tuple[int, int, int | None], list[BridgePort]] = {}
        for (capture, interface, vlan, _), port in self._ports.items():
            found.setdefault((capture, interface, vlan), []).append(port)
        return list(found.values())

    def bridges(self) -> dict[tuple[bytes, int | None], list[BridgePort]]:
        """The ports of each bridge, instance by instance."""
        found: dict[tuple[bytes, int | None], list[BridgePort]] = {}
        for port in self:
            if port.bridge:
                found.setdefault((port.bridge, port.vlan), []).append(port)
        return found


def _told(seen: Seen, bpdu: ConfigBpdu | TcnBpdu | RstBpdu | MstBpdu) -> Told:
    if isinstance(bpdu, TcnBpdu):
        return Told(seen.time, seen.frame, "tcn", None, None, 0, None, 0, 0)
    kind = "config" if isinstance(bpdu, ConfigBpdu) else "rst"
    return Told(
        seen.time,
        seen.frame,
        kind,
        bpdu.flags,
        bpdu.root,
        bpdu.root_path_cost,
        bpdu.bridge,
        bpdu.port,
        bpdu.message_age,
    )


def seconds_of(age: int) -> float:
    """Message age in seconds."""
    return age / UNIT


def bursts(tree: Tree) -> list[tuple[Told, BridgePort]]:
    """The first BPDU of each topology change: whoever sent it began it, as far as the capture shows."""
    told = sorted(((one, port) for port in tree for one in port.told if one.topology_change), key=when)
    found: list[tuple[Told, BridgePort]] = []
    last: Instant | None = None
    for one, port in told:
        if last is None or one.time - last > BURST:
            found.append((one, port))
        last = one.time
    return found


def when(entry: tuple[Told, BridgePort]) -> Instant:
    """The key to sort them by."""
    return entry[0].time
