"""Bridges with spanning tree, ours and others', told in the same words."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from interop.nodes import NodeProgram
from interop.ovs import Ovs
from interop.spaces import Space

ROOT, DESIGNATED, ALTERNATE = "root", "designated", "alternate"


@dataclass(frozen=True)
class Told:
    """What a bridge says of itself: root as (priority, MAC in 12 hexadecimal digits), ports as (role, forwarding)."""

    root: tuple[int, str]
    ports: dict[str, tuple[str, bool]]


class Bridge(Protocol):
    def told(self) -> Told: ...
    def priority(self, value: int) -> None:
        """Be preferred as the root by a lower one."""

    def end(self) -> None: ...


class OvsBridge:
    """Open vSwitch with RSTP; port ports[n] of the bridge."""

    def __init__(self, space: Space, folder: Path, mac: str, priority: int, ports: tuple[str, ...]) -> None:
        self._ports = ports
        self.ovs = Ovs(space, folder)
        self.ovs.bridge("br0", mac, f"other-config:rstp-priority={priority}", "rstp_enable=true")
        for port in ports:
            self.ovs.port("br0", port)

    def told(self) -> Told:
        said = self.ovs.column("bridge", "rstp_status", "br0")
        found = re.fullmatch(r"(\w)\.(\w{3})\.(\w{12})", said.get("rstp_root_id", ""))
        root = (int(found[1] + found[2], 16), found[3].lower()) if found else (0, "")
        ports = {}
        for port in self._ports:
            status = self.ovs.column("port", "rstp_status", port)
            role = status.get("rstp_port_role", "").lower()
            ports[port] = (role, status.get("rstp_port_state") == "Forwarding")
        return Told(root, ports)

    def priority(self, value: int) -> None:
        self.ovs.vsctl("set", "bridge", "br0", f"other-config:rstp-priority={value}")

    def version(self, value: int, priority: int) -> None:
        """2 = RSTP, 0 = STP. With another version it forgets its priority until that is changed."""
        self.ovs.vsctl("set", "bridge", "br0", f"other-config:rstp-force-protocol-version={value}")
        for again in (priority ^ 0x2000, priority):
            self.priority(again)

    def end(self) -> None:
        self.ovs.end()


class KernelBridge:
    """Linux' own bridge with STP; its shortest timers."""

    def __init__(self, space: Space, mac: str, priority: int, ports: tuple[str, ...]) -> None:
        self._space, self._ports = space, ports
        timers = ("forward_delay", "400", "hello_time", "100", "max_age", "600")
        kind = ("type", "bridge", "stp_state", "1", "priority", str(priority), *timers)
        space.ip("link", "add", "br0", "address", mac, *kind)
        for port in ports:
            space.ip("link", "set", port, "master", "br0")
        space.ip("link", "add", "stub", "type", "veth", "peer", "name", "stub-end")
        for port in ("stub", "stub-end"):  # a bridge that is designated nowhere tells nobody of changes
            space.up(port)
        space.ip("link", "set", "stub", "master", "br0")
        space.up("br0")

    def told(self) -> Told:
        """From sysfs: as JSON, `ip` gives the bridge's own identifier for the root's."""
        bridge = self._read("bridge", "bridge_id", "root_id", "root_port")
        ports = {}
        for name in self._ports:
            port = self._read(f"brif/{name}", "state", "port_no", "designated_bridge")
            role = ROOT if int(port["port_no"], 16) == int(bridge["root_port"]) else ALTERNATE
            if port["designated_bridge"] == bridge["bridge_id"]:
                role = DESIGNATED
            ports[name] = (role if port["state"] != "0" else "disabled", port["state"] == "3")
        priority, mac = bridge["root_id"].split(".")
        return Told((int(priority, 16), mac), ports)

    def _read(self, folder: str, *names: str) -> dict[str, str]:
        paths = [f"/sys/class/net/br0/{folder}/{name}" for name in names]
        return dict(zip(names, self._space.run("cat", *paths).split(), strict=True))

    def priority(self, value: int) -> None:
        self._space.ip("link", "set", "br0", "type", "bridge", "priority", str(value))

    def end(self) -> None:
        self._space.ip("link", "del", "br0")


class OurBridge:
    """A plain bridge as `pyiccp node`; the shortest timers of STP as well."""

    MAC = "74:4D:28:00:00:10"

    def __init__(self, space: Space, folder: Path, priority: int, cables: dict[str, str]) -> None:
        ports = "".join(f"add bridge=bridge1 interface={port}\n" for port in cables)
        timers = "forward-delay=4s max-message-age=6s"
        bridge = f"/interface bridge\nadd name=bridge1 protocol-mode=rstp priority={priority:#x} {timers}\n"
        text = f"{bridge}/interface bridge port\n{ports}"
        self._cables = cables
        self.node = NodeProgram(space, folder, "Bridge", self.MAC, text, cables)
        self.node.start()

    def told(self) -> Told:
        """Ports by the interfaces that they are on."""
        status = self.node.status()
        if not status:
            return Told((0, ""), {})
        bridge = status["bridges"]["bridge1"]
        priority, _, mac = (bridge["root-bridge-id"] or "0x0.0").partition(".")
        ports = {}
        for port, interface in self._cables.items():
            said = bridge["ports"][port]
            ports[interface] = ((said["role"] or "").removesuffix("-port"), said["forwarding"])
        return Told((int(priority, 16), mac.replace(":", "").lower()), ports)

    def end(self) -> None:
        self.node.end()
