"""The client under test and the one at the far side: bonds of two links, to whatever is behind them."""

from pathlib import Path
from typing import Any, Protocol

from interop.guest import MAC as GUEST_MAC
from interop.guest import Guest
from interop.ovs import Ovs
from interop.pinger import SOURCES, STREAMS
from interop.spaces import Space, cable

LOCAL_MAC, LOCAL = GUEST_MAC, "10.77.0.10"
FAR_MAC, FAR = "02:0c:00:00:00:20", "10.77.0.20"
NET = 24


class Client(Protocol):
    """A bond with links 0 and 1, of a machine with the address `LOCAL` and its MAC."""

    kind: str

    def plug(self, number: int, space: Space, name: str) -> None:
        """Link *number* leads to the interface *name* in *space*."""

    def begin(self) -> None:
        """Both links are plugged: the bond may start."""

    def bond(self) -> dict[str, Any]:
        """`partner`: its MAC address; `carrying`: the links that send and receive; `text`: what it says itself."""

    def carrier(self, number: int, on: bool) -> None:
        """Pull or plug link *number*: both ends see it."""

    def end(self) -> None:
        """Leave the namespaces of the test."""


class GuestClient:
    """Linux bonding."""

    kind = "Linux bonding"

    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self.plug, self.bond, self.carrier, self.end = guest.plug, guest.bond, guest.carrier, guest.home
        self.run = guest.run

    def begin(self) -> None:
        """The way back to the pinger's addresses, and no ARP in the middle of a test."""
        self._guest.run(f"ip route replace {SOURCES}0/{NET} via {FAR}")
        self._guest.run(f"arp -s {FAR} {FAR_MAC}")


class OvsClient:
    """Open vSwitch."""

    kind = "Open vSwitch"

    def __init__(self, space: Space, folder: Path, mac: str = LOCAL_MAC, address: str = LOCAL) -> None:
        self.space, self.ovs = space, Ovs(space, folder)
        self._mac, self._address = mac, address
        self.run = lambda line: space.run("sh", "-c", line)

    def plug(self, number: int, space: Space, name: str) -> None:
        """Open vSwitch takes no frame that a card would have to finish: the kernel does it on the way."""
        cable(self.space, f"link{number}", space, name)
        space.run("ethtool", "-K", name, "tx", "off")

    def begin(self) -> None:
        self.ovs.bridge("br0", f"02:0e:{self._mac[6:]}")
        self.ovs.bond("br0", "bond0", "link0", "link1")
        self.ovs.host("br0", "host0", self._mac, f"{self._address}/{NET}")
        near = self._mac == LOCAL_MAC
        other, mac = (FAR, FAR_MAC) if near else (LOCAL, LOCAL_MAC)
        self.space.ip("neigh", "replace", other, "lladdr", mac, "dev", "host0", "nud", "permanent")
        if near:
            self.space.ip("route", "replace", f"{SOURCES}0/{NET}", "via", FAR)

    def bond(self) -> dict[str, Any]:
        said = self.ovs.lacp("bond0")
        return {**said, "carrying": {int(name.removeprefix("link")) for name in said["carrying"]}}

    def carrier(self, number: int, on: bool) -> None:
        self.space.up(f"link{number}", on)

    def end(self) -> None:
        self.ovs.end()


def far_side(space: Space, folder: Path) -> OvsClient:
    """The machine that pings, from all of the pinger's addresses."""
    return OvsClient(space, folder, FAR_MAC, FAR)


def lend_addresses(space: Space) -> None:
    """The pinger's addresses, on the far side's `host0`."""
    batch = "\n".join(f"addr add {SOURCES}{stream + 1}/32 dev host0" for stream in range(STREAMS))
    space.run("sh", "-c", f"echo '{batch}' | ip -batch -")
