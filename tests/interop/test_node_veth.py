"""Three `pyiccp node` programs in network namespaces of their own, over veth: sockets, carrier and tags of the kernel.

Peer1 and Peer2 are the document's pair; the third is their client, with TAP interfaces in Peer1 and in the client that
the kernel's own `ping` uses. Needs root and iproute2.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pyiccp.lab._scenario import QUICKSTART

MACS = {"Peer1": "74:4D:28:11:70:6B", "Peer2": "74:4D:28:16:2C:91", "Client": "74:4D:28:7B:7F:96"}
CONFIGS = {"Peer1": "peer1.rsc", "Peer2": "peer2.rsc", "Client": "client.rsc"}
CABLES = (
    ("Peer1", "sfp-sfpplus1", "Peer2", "sfp-sfpplus1"),
    ("Peer1", "sfp-sfpplus2", "Client", "sfp-sfpplus1"),
    ("Peer2", "sfp-sfpplus2", "Client", "sfp-sfpplus2"),
)
LOCAL = {"Peer1": ("bridge1", "10.75.0.1/24"), "Client": ("bond1", "10.75.0.2/24")}
PROGRAM = (sys.executable, "-c", "from pyiccp._cli import main; main()")
PATIENCE = 100.0
"""Slow LACP (30 s) thrice and ten more: the client of the document asks for slow PDUs."""


def run(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, check=check, capture_output=True, text=True, timeout=60)


class Wires:
    """The namespaces, the cables between them, and the programs in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tag = f"py{os.getpid() % 100000}"
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.ports: dict[str, dict[str, str]] = {name: {} for name in MACS}

    def space(self, node: str) -> str:
        return f"{self.tag}-{node}"

    def lay(self) -> None:
        for node in MACS:
            run("ip", "netns", "add", self.space(node))
            self.inside(
                node, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"
            )
        for number, (one, port, other, other_port) in enumerate(CABLES):
            first, second = f"v{number}a", f"v{number}b"
            ends = ["type", "veth", "peer", "name", second, "netns", self.space(other)]
            run("ip", "link", "add", first, "netns", self.space(one), *ends)
            for node, name, place in ((one, first, port), (other, second, other_port)):
                self.inside(node, "ip", "link", "set", name, "mtu", "9000", "arp", "off", "up")
                self.ports[node][place] = name

    def inside(self, node: str, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return run("ip", "netns", "exec", self.space(node), *words, check=check)

    def start(self, node: str) -> None:
        f = self.folder
        words = ["ip", "netns", "exec", self.space(node), *PROGRAM, "node", str(QUICKSTART / CONFIGS[node])]
        words += ["--name", node, "--mac", MACS[node], "--control", str(f / node), "--state", str(f / "state")]
        words += ["--pcap", str(f / f"{node}.{time.monotonic_ns()}.pcapng")]
        for port, interface in self.ports[node].items():
            words += ["--port", f"{port}=raw:{interface}"]
        if node in LOCAL:
            words += ["--local", f"{LOCAL[node][0]}=tap:own0"]
        with (f / f"{node}.log").open("ab") as log:
            self.running[node] = subprocess.Popen(words, stderr=log)
        self.wait(f"{node} answers", lambda: bool(self.status(node)))
        if node in LOCAL:
            self.inside(node, "ip", "addr", "replace", LOCAL[node][1], "dev", "own0")
            self.inside(node, "ip", "link", "set", "own0", "address", f"02:00:00:00:00:0{len(node)}")
            self.inside(node, "ip", "link", "set", "own0", "up")

    def status(self, node: str) -> dict[str, Any]:
        done = run(*PROGRAM, "monitor", "--json", "--control", str(self.folder / node), check=False)
        return json.loads(done.stdout) if done.returncode == 0 else {}

    def wait(self, what: str, seen: Callable[[], bool], patience: float = PATIENCE) -> None:
        deadline = time.monotonic() + patience
        while not seen():
            if time.monotonic() > deadline:
                logs = "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))
                pytest.fail(f"not within {patience} s: {what}\n{logs}")
            time.sleep(0.1)

    def connected(self) -> bool:
        statuses = [self.status(node) for node in ("Peer1", "Peer2")]
        return all(status and status["mlag"]["status"] == "connected" for status in statuses)

    def active(self) -> list[str]:
        status = self.status("Client")
        return list(status["bonds"]["bond1"]["active-ports"]) if status else []

    def both(self) -> bool:
        return self.connected() and len(self.active()) == 2

    def ping(self, size: int = 56) -> tuple[int, str]:
        """Answers to ten pings from the client to Peer1, and what was printed."""
        done = self.inside(
            "Client", "ping", "-c", "10", "-i", "0.05", "-W", "1", "-s", str(size), "10.75.0.1", check=False
        )
        received = re.search(r"(\d+) received", done.stdout)
        return int(received[1]) if received else 0, done.stdout

    def cut(self, node: str, port: str, up: bool = False) -> None:
        self.inside(node, "ip", "link", "set", self.ports[node][port], "up" if up else "down")

    def end(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()
        for node in MACS:
            run("ip", "netns", "del", self.space(node), check=False)


@pytest.fixture
def wires(program: Callable[[str], str]) -> Iterator[Wires]:
    for name in ("ip", "ping"):
        program(name)
    if os.geteuid() != 0:
        pytest.skip("needs root")
    folder = Path(tempfile.mkdtemp(prefix="w"))
    made = Wires(folder)
    try:
        made.lay()
        yield made
    finally:
        made.end()
        shutil.rmtree(folder)


def test_the_pair_carries_its_client_through_cuts_a_kill_and_a_return(wires: Wires) -> None:
    """1. Two links carry, ping goes through, no answer comes twice. 2. Each of the client's links is cut and mended.
    3. Peer2 is killed; the client goes on by Peer1. 4. Peer2 comes back. 5. Peer1 stops as planned."""
    for node in MACS:
        wires.start(node)
    wires.wait("both links carry", wires.both)
    wires.wait("the client reaches Peer1", lambda: wires.ping()[0] == 10, 13)
    received, text = wires.ping(1400)
    assert received == 10 and "DUP" not in text, text

    for node, own, other in (("Peer1", "sfp-sfpplus1", "sfp-sfpplus2"), ("Peer2", "sfp-sfpplus2", "sfp-sfpplus1")):
        wires.cut(node, "sfp-sfpplus2")
        wires.wait(f"{own} left", lambda other=other: wires.active() == [other], 13)  # type: ignore[misc]
        wires.wait("ping by the other link", lambda: wires.ping()[0] == 10, 13)
        wires.cut(node, "sfp-sfpplus2", up=True)
        wires.wait("both links carry again", wires.both)

    wires.running["Peer2"].kill()
    wires.running["Peer2"].wait()
    wires.cut("Peer2", "sfp-sfpplus2")
    wires.wait("Peer2's link left", lambda: wires.active() == ["sfp-sfpplus1"], 13)
    wires.wait("ping by Peer1 alone", lambda: wires.ping()[0] == 10, 13)
    wires.cut("Peer2", "sfp-sfpplus2", up=True)
    wires.start("Peer2")
    wires.wait("both links carry after the return", wires.both)
    received, text = wires.ping()
    assert received == 10 and "DUP" not in text, text

    wires.running["Peer1"].send_signal(signal.SIGTERM)
    assert wires.running["Peer1"].wait(timeout=13) == 0
    wires.wait("the client goes on by Peer2", lambda: wires.active() == ["sfp-sfpplus2"], 13)
