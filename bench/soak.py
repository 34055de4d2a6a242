"""Long runs: `--virtual HOURS` of the vendor's pair without flows, `--real SECONDS` under load with random cuts.

Nothing here is timed; it fails (exit code 1) when something grows, drifts or does not recover. The real run is three
`pyiccp node` programs in namespaces over veth, TCP through a TAP of the client and one of Peer1, and every few seconds
a link that is cut, a node that is killed or stopped, and all of it mended again. Needs root, iproute2 and iperf3.
"""

import argparse
import gc
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from pyiccp._node.events import Action, Transmit
from pyiccp._node.node import Node
from pyiccp._sansio import Instant, seconds
from pyiccp._service.client import Refused, ask_plain
from pyiccp.lab._run import prepare
from pyiccp.lab._scenario import QUICKSTART, load

HOUR = seconds(3600)
SLOW = 45.0
"""Seconds to recover after which the nodes' last words are shown."""
PROGRAM = (sys.executable, "-c", "from pyiccp._cli import main; main()")
MACS = {"Peer1": "74:4D:28:11:70:6B", "Peer2": "74:4D:28:16:2C:91", "Client": "74:4D:28:7B:7F:96"}
CABLES = (
    ("Peer1", "sfp-sfpplus1", "Peer2", "sfp-sfpplus1"),
    ("Peer1", "sfp-sfpplus2", "Client", "sfp-sfpplus1"),
    ("Peer2", "sfp-sfpplus2", "Client", "sfp-sfpplus2"),
)
LOCAL = {"Peer1": ("bridge1", "10.76.0.1/24"), "Client": ("bond1", "10.76.0.2/24")}


def memory(pid: int | str = "self") -> int:
    """Resident KiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


class Counted(Node):
    """A node whose frames are counted, all nodes' together."""

    sent = 0

    def forward(self, port: str, frames: Sequence[bytes], now: Instant) -> Sequence[Action]:
        return _counted(super().forward(port, frames, now))

    def advance(self, now: Instant) -> Sequence[Action]:
        return _counted(super().advance(now))


def _counted(actions: Sequence[Action]) -> Sequence[Action]:
    Counted.sent += sum(isinstance(action, Transmit) for action in actions)
    return actions


def virtual(hours: int) -> bool:
    """Memory and objects flat, as many things happening in every hour as in the first ones, nothing said."""
    network = prepare(msgspec.structs.replace(load(), flows=(), events=()), Counted)
    rows: list[tuple[int, int, int, int]] = []
    for hour in range(1, hours + 1):
        network.run(hour * HOUR)
        gc.collect()
        rows.append((memory(), len(gc.get_objects()), len(network.timeline), Counted.sent))
        if hour in (1, 2) or hour % 6 == 0:
            print(
                f"hour {hour:3}: {rows[-1][0]} KiB, {rows[-1][1]} objects, {rows[-1][2]} lines, {Counted.sent} frames",
                flush=True,
            )
    sent = [after[3] - before[3] for before, after in pairwise(rows[1:])]
    good = (
        rows[-1][0] - rows[1][0] < 1024
        and abs(rows[-1][1] - rows[1][1]) < 200
        and rows[-1][2] == rows[0][2]
        and max(sent) - min(sent) <= 2
    )
    print(f"frames per hour {min(sent)} to {max(sent)}; {'flat' if good else 'NOT FLAT'}")
    return good


def run(*words: str, check: bool = True) -> str:
    return subprocess.run(words, check=check, capture_output=True, text=True, timeout=60).stdout


class Wires:
    """Three namespaces, three cables, three programs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tag = f"pysk{os.getpid() % 100000}"
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.ports: dict[str, dict[str, str]] = {name: {} for name in MACS}

    def inside(self, node: str, *words: str, check: bool = True) -> str:
        return run("ip", "netns", "exec", f"{self.tag}-{node}", *words, check=check)

    def lay(self) -> None:
        for node in MACS:
            run("ip", "netns", "add", f"{self.tag}-{node}")
            self.inside(node, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1")
        for number, (one, port, other, other_port) in enumerate(CABLES):
            first, second = f"v{number}a", f"v{number}b"
            ends = ["type", "veth", "peer", "name", second, "netns", f"{self.tag}-{other}"]
            run("ip", "link", "add", first, "netns", f"{self.tag}-{one}", *ends)
            for node, name, place in ((one, first, port), (other, second, other_port)):
                self.inside(node, "ip", "link", "set", name, "mtu", "9000", "arp", "off", "up")
                self.ports[node][place] = name

    def start(self, node: str) -> None:
        script = (QUICKSTART / f"{node.lower()}.rsc").read_text()
        config = self.folder / f"{node}.rsc"
        config.write_text(script.replace("mode=802.3ad", "mode=802.3ad lacp-rate=1sec"))
        words = ["ip", "netns", "exec", f"{self.tag}-{node}", *PROGRAM, "node", str(config), "--name", node]
        words += ["--mac", MACS[node], "--control", str(self.folder / node), "--state", str(self.folder / "state")]
        for port, interface in self.ports[node].items():
            words += ["--port", f"{port}=raw:{interface}"]
        if node in LOCAL:
            words += ["--local", f"{LOCAL[node][0]}=tap:own0"]
        with (self.folder / f"{node}.log").open("ab") as log:
            self.running[node] = subprocess.Popen(words, stderr=log)
        self.until(lambda: bool(self.status(node)))
        if node in LOCAL:
            self.inside(node, "ip", "addr", "replace", LOCAL[node][1], "dev", "own0")
            self.inside(node, "ip", "link", "set", "own0", "address", f"02:00:00:00:00:0{len(node)}", "up")

    def status(self, node: str) -> dict[str, Any]:
        """Asked by the socket itself: on a busy machine to start a program takes longer than a recovery."""
        try:
            return dict(ask_plain(self.folder / node, "status"))
        except (OSError, Refused):
            return {}

    def freezes(self) -> int:
        """How often a program got no processor for two heartbeats, and said so."""
        return sum(path.read_text().count("frozen: ") for path in self.folder.glob("*.log"))

    def until(self, seen: Callable[[], bool], patience: float = 120) -> None:
        deadline = time.monotonic() + patience
        while not seen():
            if time.monotonic() > deadline:
                raise TimeoutError("not within two minutes")
            time.sleep(0.3)

    def whole(self) -> bool:
        peers = [self.status(node) for node in ("Peer1", "Peer2")]
        client = self.status("Client")
        return (
            all(peer and peer["mlag"]["status"] == "connected" for peer in peers)
            and bool(client)
            and len(client["bonds"]["bond1"]["active-ports"]) == 2
            and "1 received" in self.inside("Client", "ping", "-c", "1", "-W", "1", "10.76.0.1", check=False)
        )

    def end(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()
        for node in MACS:
            run("ip", "netns", "del", f"{self.tag}-{node}", check=False)


def trouble(wires: Wires, dice: random.Random) -> str:
    """One thing at random, over when this returns; what it was."""
    node = dice.choice(("Peer1", "Peer2"))
    what = dice.choice(("cut", "cut", "cut", "cut", "kill", "stop"))
    if what == "cut":
        node, port, _, _ = dice.choice(CABLES)
        wires.inside(node, "ip", "link", "set", wires.ports[node][port], "down")
        time.sleep(dice.uniform(0.05, 4))
        wires.inside(node, "ip", "link", "set", wires.ports[node][port], "up")
        return f"cut {node}:{port}"
    if what == "kill":
        wires.running[node].kill()
    else:
        wires.running[node].terminate()
    wires.running[node].wait()
    time.sleep(dice.uniform(0, 3))
    wires.start(node)
    return f"{what} {node}"


def real(length: float, seed: int) -> bool:
    """Everything recovers from everything; the client, which is never stopped, neither grows nor leaks tasks."""
    folder = Path(tempfile.mkdtemp(prefix="k"))
    wires, dice = Wires(folder), random.Random(seed)
    load: list[subprocess.Popen[bytes]] = []
    marks: list[tuple[int, int]] = []
    try:
        wires.lay()
        for node in MACS:
            wires.start(node)
        wires.until(wires.whole)
        for node, words in (
            ("Peer1", ["-s"]),
            ("Client", ["-c", "10.76.0.1", "-t", "0", "-b", "100M", "--connect-timeout", "5000"]),
        ):
            line = "while true; do iperf3 " + " ".join(words) + " >/dev/null 2>&1; sleep 0.5; done"
            load.append(
                subprocess.Popen(
                    ["ip", "netns", "exec", f"{wires.tag}-{node}", "sh", "-c", line], start_new_session=True
                )
            )
        end, count = time.monotonic() + length, 0
        while time.monotonic() < end:
            frozen = wires.freezes()
            what = trouble(wires, dice)
            began = time.monotonic()
            wires.until(wires.whole)
            count += 1
            if time.monotonic() - began > SLOW:
                logs = (path.read_text().splitlines()[-12:] for path in sorted(folder.glob("*.log")))
                print("slow:", *(line for lines in logs for line in lines), sep="\n  ", flush=True)
            marks.append((memory(wires.running["Client"].pid), wires.status("Client")["tasks"]))
            print(
                f"{count:3} {what:28} whole after {time.monotonic() - began:5.1f} s, "
                f"{wires.freezes() - frozen} freezes; "
                f"client {marks[-1][0]} KiB, {marks[-1][1]} tasks",
                flush=True,
            )
    except TimeoutError:
        print("\n".join(path.read_text()[-3000:] for path in sorted(folder.glob("*.log"))))
        print("did not recover")
        return False
    finally:
        for process in load:
            os.killpg(process.pid, 9)
            process.wait()
        wires.end()
        shutil.rmtree(folder)
    settled = marks[len(marks) // 4 :]
    grown = settled[-1][0] - settled[0][0]
    good = grown < 2048 and len({tasks for _, tasks in marks}) == 1
    print(f"{count} troubles, all recovered from; the client grew by {grown} KiB; {'flat' if good else 'NOT FLAT'}")
    return good


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench soak", description=__doc__)
    parser.add_argument("--virtual", type=int, metavar="HOURS", help="of the lab's clock")
    parser.add_argument("--real", type=float, metavar="SECONDS", help="of the wall's clock")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    good = True
    if options.virtual:
        good = virtual(options.virtual)
    if options.real:
        good = real(options.real, options.seed) and good
    return 0 if good else 1
