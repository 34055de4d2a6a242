"""One switch between two veths, in overload: frames per second of processor time, beside Open vSwitch.

A generator offers frames to random ones of 10,000 hosts as fast as it can. The switch has an access port and a trunk,
so that every frame gets a tag or loses one; it learns, refreshes, filters VLANs and asks spanning tree. What counts is
what arrived at the far end by the time that the switch's own threads ran (/proc/PID/task/*/schedstat), the same for
both. Open vSwitch is its userspace datapath on AF_PACKET ports. Needs root, iproute2 and openvswitch-switch.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.forward_load import HOSTS, VLAN

CONFIG = f"""
/interface bridge add name=bridge1 vlan-filtering=yes protocol-mode=rstp
/interface bridge port add bridge=bridge1 interface=ether1 pvid={VLAN} edge=yes horizon=1
/interface bridge port add bridge=bridge1 interface=ether2 edge=yes horizon=2
/interface bridge vlan add bridge=bridge1 tagged=ether2 vlan-ids={VLAN}
"""
WAYS = ("push", "pop")
"""From the access port to the trunk, or back."""
WARM = 10 * HOSTS
"""Frames before the measurement: nearly every host has been a destination by then."""
LONGEST = 20.0
"""Seconds that this may take."""


def run(*words: str, check: bool = True) -> str:
    return subprocess.run(words, check=check, capture_output=True, text=True, timeout=60).stdout


class Wires:
    """Three namespaces: the access side's host, the switch, the trunk side's hosts."""

    def __init__(self) -> None:
        self.tag = f"pyfw{os.getpid() % 100000}"
        self.access, self.switch, self.trunk = (f"{self.tag}-{name}" for name in "gfs")

    def lay(self) -> None:
        for space in (self.access, self.switch, self.trunk):
            run("ip", "netns", "add", space)
            run("ip", "netns", "exec", space, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1")
        for here, near, far in ((self.access, "g0", "f0"), (self.trunk, "s0", "f1")):
            run("ip", "link", "add", near, "netns", here, "type", "veth", "peer", "name", far, "netns", self.switch)
            for space, name in ((here, near), (self.switch, far)):
                run("ip", "-n", space, "link", "set", name, "arp", "off", "mtu", "2000", "up")

    def end(self) -> None:
        for space in (self.access, self.switch, self.trunk):
            run("ip", "netns", "del", space, check=False)

    def arrived(self, way: str) -> int:
        """Frames that have reached the far end."""
        space, name = (self.trunk, "s0") if way == "push" else (self.access, "g0")
        return int(json.loads(run("ip", "-n", space, "-s", "-j", "link", "show", name))[0]["stats64"]["rx"]["packets"])

    def load(self, way: str, size: int, sources: int, seconds: float) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "bench.forward_load", way, str(size), str(sources), str(seconds)]
        space = self.access if way == "push" else self.trunk
        started = subprocess.Popen(["ip", "netns", "exec", space, *words], stdout=subprocess.PIPE)
        assert started.stdout is not None
        started.stdout.readline()
        return started

    def introduce(self, way: str) -> None:
        """Let every destination be heard once."""
        side = "trunk" if way == "push" else "access"
        space = self.trunk if way == "push" else self.access
        run("ip", "netns", "exec", space, sys.executable, "-m", "bench.forward_load", "introduce", side)


def processor_time(pid: int) -> float:
    """Seconds that the threads of *pid* have run, what the kernel did in their name included."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


@contextmanager
def pyiccp(wires: Wires, folder: Path) -> Iterator[int]:
    (folder / "switch.rsc").write_text(CONFIG)
    words = ["ip", "netns", "exec", wires.switch, sys.executable, "-c", "from pyiccp._cli import main; main()", "node"]
    words += [str(folder / "switch.rsc"), "--name", "switch", "--mac", "02:00:00:00:ff:01"]
    words += ["--port", "ether1=raw:f0", "--port", "ether2=raw:f1"]
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        time.sleep(3)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


@contextmanager
def open_vswitch(wires: Wires, folder: Path) -> Iterator[int]:
    database = f"unix:{folder}/db"
    environment = os.environ | {f"OVS_{name}DIR": str(folder) for name in ("RUN", "LOG", "DB", "SYSCONF")}
    run("ovsdb-tool", "create", str(folder / "conf.db"), "/usr/share/openvswitch/vswitch.ovsschema")
    daemon = ["ip", "netns", "exec", wires.switch]
    quiet = ["--no-chdir", "-vconsole:off"]
    words = ["ovsdb-server", str(folder / "conf.db"), f"--remote=p{database}", f"--unixctl={folder}/db.ctl"]
    server = subprocess.Popen([*daemon, *words, *quiet], env=environment, stderr=subprocess.DEVNULL)
    time.sleep(1)
    ask = ["ovs-vsctl", f"--db={database}", "--timeout=15"]
    run(*ask, "--no-wait", "init")
    words = ["ovs-vswitchd", database, f"--unixctl={folder}/ctl"]
    switch = subprocess.Popen([*daemon, *words, *quiet], env=environment, stderr=subprocess.DEVNULL)
    edge = "other_config:rstp-port-admin-edge=true"
    try:
        run(*ask, "add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev", "fail-mode=standalone")
        run(*ask, "set", "bridge", "br0", f"other_config:mac-table-size={4 * HOSTS}", "rstp_enable=true")
        run(*ask, "add-port", "br0", "f0", f"tag={VLAN}", "--", "set", "port", "f0", edge)
        run(*ask, "add-port", "br0", "f1", f"trunks={VLAN}", "--", "set", "port", "f1", edge)
        time.sleep(4)
        yield switch.pid
    finally:
        run(*ask, "--if-exists", "del-br", "br0", check=False)
        for process in (switch, server):
            process.terminate()
            process.wait()


SWITCHES: dict[str, Callable[[Wires, Path], object]] = {"pyiccp": pyiccp, "Open vSwitch": open_vswitch}


def _warm(wires: Wires, way: str) -> None:
    """Until verdicts are remembered and flows set up: on a busy machine a second is not enough for that."""
    end, enough = time.monotonic() + LONGEST, wires.arrived(way) + WARM
    while wires.arrived(way) < enough and time.monotonic() < end:
        time.sleep(0.2)


def measure(name: str, way: str, size: int, sources: int, seconds: float) -> tuple[float, float]:
    """(frames per second of processor time, frames per second) of one switch."""
    wires, folder = Wires(), Path(tempfile.mkdtemp(prefix="f"))
    try:
        wires.lay()
        with SWITCHES[name](wires, folder) as pid:  # type: ignore[attr-defined]
            wires.introduce(way)
            load = wires.load(way, size, sources, LONGEST + seconds)
            try:
                _warm(wires, way)
                start, frames, spent = time.monotonic(), wires.arrived(way), processor_time(pid)
                time.sleep(seconds)
                frames, spent = wires.arrived(way) - frames, processor_time(pid) - spent
                took = time.monotonic() - start
            finally:
                load.kill()
                load.wait()
        return frames / spent, frames / took
    finally:
        wires.end()
        shutil.rmtree(folder)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench forward", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=2, help="measurements of each, in turns; the best counts")
    parser.add_argument("--sizes", type=int, nargs="*", default=[64, 1500], help="octets of a frame")
    parser.add_argument("--sources", type=int, nargs="*", default=[1, 16], help="hosts that send")
    parser.add_argument("--ways", nargs="*", choices=WAYS, default=list(WAYS), help="the tag is pushed, or popped")
    parser.add_argument("--only", choices=SWITCHES, help="leave the other switch out")
    options = parser.parse_args(arguments)
    missing = [
        tool for tool in ("ip", "ovs-vswitchd") if shutil.which(tool, path=f"{os.environ['PATH']}:/usr/sbin") is None
    ]
    if os.geteuid() != 0 or missing or not hasattr(socket, "AF_PACKET"):
        print(f"needs root{''.join(f', {tool}' for tool in missing)}", file=sys.stderr)
        return 3
    names = [options.only] if options.only else list(SWITCHES)
    print(f"{HOSTS} hosts; frames per second of processor time, (per second), best of {options.rounds}")
    print("octets  tag    sources  " + "  ".join(f"{name:>22}" for name in names) + "     ratio")
    for size in options.sizes:
        for way in options.ways:
            for sources in options.sources:
                best = dict.fromkeys(names, (0.0, 0.0))
                for _ in range(options.rounds):
                    for name in names:
                        best[name] = max(best[name], measure(name, way, size, sources, options.seconds))
                cells = "  ".join(f"{best[name][0]:11,.0f} ({best[name][1]:8,.0f})" for name in names)
                ratio = "" if options.only else f"{best['pyiccp'][0] / best['Open vSwitch'][0]:9.2f}"
                print(f"{size:6}  {way:5}  {sources:7}  {cells} {ratio}", flush=True)
    return 0
