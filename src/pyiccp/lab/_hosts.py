"""Hosts: the ends of flows. One lives at an interface of a node, or is wired by a link."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyiccp._sansio import Instant
from pyiccp.lab._frames import ANNOUNCEMENT, MAGIC, TRAILER, tag
from pyiccp.lab._links import MEMORY
from pyiccp.wire._mac import Mac

if TYPE_CHECKING:
    from pyiccp.lab._device import Device
    from pyiccp.lab._flows import Direction
    from pyiccp.lab._links import Way


class Host:
    """A station with one address."""

    __slots__ = (
        "device",
        "directions",
        "interface",
        "ip",
        "mac",
        "moves",
        "name",
        "older",
        "seen",
        "tagged",
        "vlan",
        "way",
    )

    def __init__(self, name: str, mac: Mac, ip: bytes, vlan: int | None, directions: "list[Direction]") -> None:
        self.name = name
        self.mac = mac
        self.ip = ip
        self.vlan = vlan
        self.tagged = tag(vlan)
        self.directions = directions
        """All of the network: what a trailer names."""
        self.device: Device | None = None
        self.interface = ""
        self.way: Way | None = None
        self.moves = 0
        self.seen: dict[bytes, None] = {}
        self.older: dict[bytes, None] = {}

    @property
    def where(self) -> str:
        """E.g. `Client:bond1`."""
        return f"{self.device.name}:{self.interface}" if self.device is not None else self.name

    def receive(self, frames: Sequence[bytes], now: Instant) -> None:
        """Account for *frames*: those of its VLAN that a flow sent, addressed to it or flooded here."""
        for frame in frames:
            mark = frame[-TRAILER.size :]
            if not mark.startswith(MAGIC) or not self._in_vlan(frame):
                continue
            _, number, sequence = TRAILER.unpack(mark)
            direction = self.directions[number & ~ANNOUNCEMENT]
            if direction.source is self:
                direction.reflected += 1
            elif direction.sink is self and not number & ANNOUNCEMENT:
                direction.arrived(sequence, now)
            elif self._again(mark):
                direction.duplicated += 1

    def _in_vlan(self, frame: bytes) -> bool:
        if self.vlan is None:
            return frame[12:14] != b"\x81\x00"
        return frame[12:14] == b"\x81\x00" and int.from_bytes(frame[14:16], "big") & 0xFFF == self.vlan

    def _again(self, mark: bytes) -> bool:
        """Whether a frame that is not for this host comes a second time: also an extra copy (mlag.md M13)."""
        if mark in self.seen or mark in self.older:
            return True
        self.seen[mark] = None
        if len(self.seen) >= MEMORY:
            self.older, self.seen = self.seen, {}
        return False
