"""TCP of two kernels with their default offloads, through two `pyiccp node` bridges and a tagged trunk between them.

A host behind a veth or a TAP leaves checksums and segmentation to a card that is not there. Every kind of cable must
carry what it sends: an interface takes the frames as they are, a unix socket gets them finished.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROGRAM = (sys.executable, "-c", "from pyiccp._cli import main; main()")
CONFIG = """
/interface bridge
add name=bridge1 vlan-filtering=yes protocol-mode=none
/interface bridge port
add bridge=bridge1 interface=ether1 pvid=10
add bridge=bridge1 interface=ether2
/interface bridge vlan
add bridge=bridge1 tagged=ether2 vlan-ids=10
"""
OCTETS = 24 << 20
LISTEN = """
import hashlib, socket, sys
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
with socket.create_server((sys.argv[1], 5001), family=family) as door:
    print("listening", flush=True)
    stream, _ = door.accept()
    seen = hashlib.sha256()
    while octets := stream.recv(1 << 16):
        seen.update(octets)
print(seen.hexdigest())
"""
SEND = """
import socket, sys
with open(sys.argv[2], "rb") as file, socket.create_connection((sys.argv[1], 5001), timeout=20) as stream:
    stream.sendfile(file)
"""
IPV4, IPV6 = ("10.77.0.1", "10.77.0.2"), ("fd77::1", "fd77::2")


class Wires:
    """Two hosts, two switches, each in a namespace of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tag = f"pt{os.getpid() % 100000}"
        self.running: list[subprocess.Popen[str]] = []
        self.hosts: list[str] = []
        """Where each host is: a TAP stays where its program runs."""

    def space(self, name: str) -> list[str]:
        return ["ip", "netns", "exec", f"{self.tag}-{name}"]

    def inside(self, name: str, *words: str) -> str:
        done = subprocess.run([*self.space(name), *words], check=True, capture_output=True, text=True, timeout=60)
        return done.stdout

    def lay(self, hosts: tuple[str, str], trunk: str) -> None:
        for name in ("h0", "h1", "s0", "s1"):
            subprocess.run(["ip", "netns", "add", f"{self.tag}-{name}"], check=True)
        for name in ("s0", "s1"):
            self.inside(name, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1")
        for number, kind in enumerate(hosts):
            if kind == "raw":
                self.veth(f"h{number}", "eth0", f"s{number}", "host")
        if trunk == "raw":
            self.veth("s0", "trunk", "s1", "trunk")
        for number, kind in enumerate(hosts):
            switch = f"s{number}"
            self.hosts.append(f"h{number}" if kind == "raw" else switch)
            far = {"raw": "raw:trunk", "unixgram": f"unixgram:{self.folder}/{number}:{self.folder}/{1 - number}"}[trunk]
            self.switch(switch, f"ether1={kind}:{'host' if kind == 'raw' else 'eth0'}", f"ether2={far}")
            if kind == "tap":
                self.wait(lambda switch=switch: "eth0" in self.inside(switch, "ip", "link"))  # type: ignore[misc]
                self.inside(switch, "sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=0")
            for address in (f"{IPV4[number]}/24", f"{IPV6[number]}/64"):
                self.inside(self.hosts[number], "ip", "addr", "add", address, "dev", "eth0", "nodad")
            self.inside(self.hosts[number], "ip", "link", "set", "eth0", "up")
        self.wait(lambda: "1 received" in self.ping())

    def ping(self) -> str:
        words = [*self.space(self.hosts[0]), "ping", "-c", "1", "-W", "1", IPV4[1]]
        return subprocess.run(words, check=False, capture_output=True, text=True, timeout=60).stdout

    def veth(self, one: str, first: str, other: str, second: str) -> None:
        ends = ["type", "veth", "peer", "name", second, "netns", f"{self.tag}-{other}"]
        subprocess.run(["ip", "link", "add", first, "netns", f"{self.tag}-{one}", *ends], check=True)
        for space, name in ((one, first), (other, second)):
            if space.startswith("s"):
                self.inside(space, "ip", "link", "set", name, "arp", "off", "up")

    def switch(self, name: str, *ports: str) -> None:
        config = self.folder / "switch.rsc"
        config.write_text(CONFIG)
        words = [
            *self.space(name),
            *PROGRAM,
            "node",
            str(config),
            "--name",
            name,
            "--mac",
            f"02:00:00:00:0{name[1]}:01",
        ]
        for port in ports:
            words += ["--port", port]
        with (self.folder / f"{name}.log").open("w") as log:
            self.running.append(subprocess.Popen(words, stderr=log, text=True))

    def wait(self, seen: Callable[[], bool], patience: float = 20) -> None:
        deadline = time.monotonic() + patience
        while not seen():
            if time.monotonic() > deadline:
                pytest.fail("\n".join(path.read_text() for path in sorted(self.folder.glob("*.log"))))
            time.sleep(0.1)

    def transfer(self, source: int, sink: int, address: str, file: Path) -> str:
        """What host *sink* received of *file*, as a digest."""
        words = [*self.space(self.hosts[sink]), sys.executable, "-c", LISTEN, address]
        listener = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        self.running.append(listener)
        assert listener.stdout is not None and listener.stdout.readline() == "listening\n"
        self.inside(self.hosts[source], sys.executable, "-c", SEND, address, str(file))
        return listener.communicate(timeout=30)[0].strip()

    def end(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()
        for name in ("h0", "h1", "s0", "s1"):
            subprocess.run(["ip", "netns", "del", f"{self.tag}-{name}"], check=False)


@pytest.fixture
def wires(program: Callable[[str], str]) -> Iterator[Wires]:
    for name in ("ip", "ping"):
        program(name)
    if os.geteuid() != 0:
        pytest.skip("needs root")
    folder = Path(tempfile.mkdtemp(prefix="t"))
    made = Wires(folder)
    try:
        yield made
    finally:
        made.end()
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("hosts", "trunk"),
    [
        pytest.param(("raw", "raw"), "raw", id="veth-tagged_veth-veth"),
        pytest.param(("raw", "raw"), "unixgram", id="veth-tagged_unixgram-veth"),
        pytest.param(("tap", "raw"), "raw", id="tap-tagged_veth-veth"),
        pytest.param(("tap", "tap"), "unixgram", id="tap-tagged_unixgram-tap"),
    ],
)
def test_tcp_with_default_offloads_runs_through(wires: Wires, hosts: tuple[str, str], trunk: str) -> None:
    """1. TCP of a host behind a veth stalled: ping went through, but its checksums stayed blank and its segments came
    as one frame of 64 KiB. 2. Both ways, both versions of IP, whole."""
    wires.lay(hosts, trunk)
    file = wires.folder / "octets"
    file.write_bytes(os.urandom(OCTETS))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    for addresses in (IPV4, IPV6):
        for source, sink in ((0, 1), (1, 0)):
            assert wires.transfer(source, sink, addresses[sink], file) == digest
