"""The bonding guest: a Linux kernel of its own under qemu, with one bond over two network cards."""

import json
import re
import socket
import time
from pathlib import Path
from typing import Any

from interop.kernel import Image
from interop.spaces import Space, until

MAC = "52:54:00:77:00:00"
BOOT = 120.0
PATIENCE = 20.0
TAPS = ("guest0", "guest1")


class GuestDied(Exception):  # noqa: N818 - an event, not a mistake
    """The guest does not answer."""


class Guest:
    """Booted in *space*, where its two TAP interfaces are between tests."""

    def __init__(self, image: Image, space: Space, folder: Path, address: str) -> None:
        self.space, self.folder = space, folder
        self._number = 0
        self._where = dict.fromkeys(TAPS, (space, ""))
        for path in (self._control, self._monitor):
            path.unlink(missing_ok=True)
        self._process = space.start(*self._command(image, address), log=folder / "qemu.log")
        try:
            self._console = self._connect(self._control, BOOT)
        except GuestDied:
            self._process.wait()
            raise
        try:
            self._read(b"<ready>", BOOT)
        except GuestDied:
            self.end()
            raise

    @property
    def _control(self) -> Path:
        return self.folder / "control"

    @property
    def _monitor(self) -> Path:
        return self.folder / "monitor"

    def _command(self, image: Image, address: str) -> list[str]:
        """TCG: a /dev/kvm may be there and not work. The speed is given, or bonding sends no LACPDU."""
        append = f"console=ttyS0 quiet panic=-1 acpi=off mitigations=off cryptomgr.notests b.mac={MAC} b.ip={address}"
        command = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
        command += ["-M", "pc,usb=off,vmport=off", "-m", "96", "-accel", "tcg,thread=single", "-cpu", "max,-la57"]
        command += ["-kernel", str(image.kernel), "-initrd", str(image.initrd), "-append", append]
        command += ["-chardev", f"file,id=console,path={self.folder}/console.log", "-serial", "chardev:console"]
        command += ["-chardev", f"socket,id=control,path={self._control},server=on,wait=off"]
        command += ["-device", "virtio-serial-pci", "-device", "virtserialport,chardev=control,name=control"]
        command += ["-qmp", f"unix:{self._monitor},server=on,wait=off"]
        for number, tap in enumerate(TAPS):
            command += ["-netdev", f"tap,id=n{number},ifname={tap},script=no,downscript=no"]
            card = f"virtio-net-pci,romfile=,netdev=n{number},id=nic{number},mac={MAC[:-1]}{number}"
            command += ["-device", f"{card},speed=10000,duplex=full"]
        return command

    def run(self, line: str) -> str:
        """What the guest's shell printed for *line*, which must end well."""
        self._number += 1
        self._console.sendall(f"\n{self._number} timeout {int(PATIENCE)} sh -c '{line}'\n".encode())
        text = self._read(f"<{self._number}:".encode(), PATIENCE)
        output, _, code = text.rpartition(f"<{self._number}:")
        if code.strip() != "0>":
            raise GuestDied(f"{line}: {output}{code}")
        return output

    def well(self) -> bool:
        """Whether it answers, with both cards in the bond."""
        try:
            return self.run("cat /sys/class/net/bond0/bonding/slaves").split() == ["eth0", "eth1"]
        except (GuestDied, OSError):
            return False

    def carrier(self, number: int, on: bool) -> None:
        """Plug both ends of a cable, or pull them: the guest does not see what happens to the TAP interface."""
        space, name = self._where[TAPS[number]]
        self._ask(f"set_link nic{number} {'on' if on else 'off'}")
        space.ip("link", "set", name or TAPS[number], "carrier", "on" if on else "off")

    def plug(self, number: int, space: Space, name: str) -> None:
        """The cable's other end is now the interface *name* in *space*."""
        tap = TAPS[number]
        before, old = self._where[tap]
        if before is not space:
            before.ip("link", "set", old or tap, "netns", space.name, "name", name)
        self._where[tap] = (space, name)
        space.ip("link", "set", name, "arp", "off", "mtu", "9000", "up")
        self.carrier(number, True)

    def home(self) -> None:
        """Take the cables out of the test's namespaces, which are about to go."""
        for number, tap in enumerate(TAPS):
            self.plug(number, self.space, tap)

    def bond(self) -> dict[str, Any]:
        """`partner`: MAC address; `carrying`: numbers of the cards that collect and distribute in the aggregate."""
        text = self.run("cat /proc/net/bonding/bond0")
        head, *slaves = text.split("Slave Interface: ")
        active = re.search(r"Aggregator ID: (\d+)", head)
        partner = re.search(r"Partner Mac Address: (\S+)", head)
        carrying = set()
        for slave in slaves:
            aggregator = re.search(r"Aggregator ID: (\d+)", slave)
            state = re.search(r"actor lacp pdu:.*?port state: (\d+)", slave, re.DOTALL)
            same = active and aggregator and aggregator[1] == active[1]
            if same and state and int(state[1]) & 0x30 == 0x30 and "MII Status: up" in slave:
                carrying.add(int(slave[3]))
        return {"partner": partner[1] if partner else "", "carrying": carrying, "text": text}

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._console.close()

    def _connect(self, path: Path, patience: float) -> socket.socket:
        """qemu takes one at a time."""
        stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stream.settimeout(patience)

        def connected() -> bool:
            if self._process.poll() is not None:
                raise GuestDied((self.folder / "qemu.log").read_text())
            try:
                stream.connect(str(path))
            except OSError:
                return False
            return True

        until(f"qemu listens at {path.name}", connected, patience)
        return stream

    def _read(self, end: bytes, patience: float) -> str:
        """All up to the line with *end*."""
        octets, deadline = b"", time.monotonic() + patience
        while end not in octets or b"\n" not in octets[octets.index(end) :]:
            self._console.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                more = self._console.recv(65536)
            except TimeoutError:
                more = b""
            if not more:
                console = self.folder / "console.log"
                raise GuestDied(f"{octets!r}\n{console.read_text() if console.exists() else ''}")
            octets += more
        return octets.decode(errors="replace")

    def _ask(self, line: str) -> None:
        """A command for qemu itself."""
        with self._connect(self._monitor, PATIENCE) as stream, stream.makefile("rw") as lines:
            lines.readline()
            for request in (
                {"execute": "qmp_capabilities"},
                {"execute": "human-monitor-command", "arguments": {"command-line": line}},
            ):
                print(json.dumps(request), file=lines, flush=True)
                while not {"return", "error"} & (answer := json.loads(lines.readline())).keys():
                    pass
                if answer.get("return", {}) not in ({}, ""):
                    raise GuestDied(f"{line}: {answer}")
