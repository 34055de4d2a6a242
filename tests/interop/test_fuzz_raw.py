"""`pyiccp fuzz send` and `replay` on real wires: a device that dies is found, and what killed it made small."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from interop.conftest import MakeSpace
from interop.spaces import Space, cable, run, until
from pyiccp.testing._campaign import Finding

PROGRAM = (sys.executable, "-c", "from pyiccp._cli import main; main()", "fuzz")
HERE = Path(__file__).parent
WEAK = HERE / "weak_device.py"
WEAK_SERVER = HERE.parent / "testing" / "weak_server.py"
SMALLEST = bytes(12) + b"\x88\x09\x01" + bytes(3)
"""Nothing less is an LACPDU whose first TLV has no length."""
PORT = "16646"


class Lab(NamedTuple):
    """A namespace with a veth, and a device at its far end."""

    space: Space
    folder: Path
    restart: str
    monitor: str

    def fuzz(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = ("ip", "netns", "exec", self.space.name, *PROGRAM, *words)
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)

    @property
    def watched(self) -> tuple[str, ...]:
        return "--port", "raw:va0", "--monitor", self.monitor, "--restart", self.restart, "--patience", "20"


@pytest.fixture
def lab(program: Callable[[str], str], space: MakeSpace, folder: Path) -> Iterator[Lab]:
    for name in ("flock", "setsid", "ss"):
        program(name)
    wires = space("fuzz")
    cable(wires, "va0", wires, "vb0")
    lock = folder / "lock"
    lock.touch()
    device = shlex.join([sys.executable, str(WEAK), "vb0", str(lock)])
    restart = f"setsid {device} >/dev/null 2>&1 </dev/null &"
    monitor = f"! flock -n {shlex.quote(str(lock))} true"
    wires.run("sh", "-c", restart)
    until("the device holds its lock", lambda: subprocess.run(monitor, shell=True, check=False).returncode == 0, 20)
    yield Lab(wires, folder, restart, monitor)
    for number in run("ip", "netns", "pids", wires.name).split():  # nobody waits for what a restart has started
        os.kill(int(number), signal.SIGKILL)


def test_a_device_behind_a_veth_is_broken_and_the_cause_made_small(lab: Lab) -> None:
    """1. Mutated LACPDUs go out of a raw socket to a device that dies of one kind. 2. It is seen dead, restarted for
    every try, and what killed it comes down to the 18 octets that matter. 3. Sent again the saved case kills it again;
    a sound LACPDU does not."""
    words = ("--protocol", "lacp", "--count", "60", "--batch", "20", "--save", str(lab.folder))
    done = lab.fuzz("send", *lab.watched, *words)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "the monitor ended with" in done.stdout
    case = Finding.load(lab.folder / "case-1.json")
    assert (case.kind, case.minimised) == ("raw", True)
    assert case.octets == (SMALLEST,)
    again = lab.fuzz("replay", str(lab.folder / "case-1.json"), *lab.watched)
    assert (again.returncode, "the monitor ended with" in again.stdout) == (1, True)
    good = lab.folder / "good.bin"
    good.write_bytes(SMALLEST[:17] + b"\x14" + bytes(106))
    sound = lab.fuzz("replay", str(good), *lab.watched)
    assert (sound.returncode, "nothing happened" in sound.stdout) == (0, True), sound.stdout + sound.stderr


def test_a_device_that_bears_it_all_is_left_alone(lab: Lab) -> None:
    done = lab.fuzz("send", *lab.watched, "--protocol", "rstp,iccp", "--count", "500", "--save", str(lab.folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "500 inputs sent, 0 findings" in done.stderr
    assert not list(lab.folder.glob("case-*"))


def test_frames_that_the_interface_refuses_are_no_finding(lab: Lab) -> None:
    """An MTU too short for an LACPDU: nothing of it reached the device, which is as well as before."""
    lab.space.ip("link", "set", "va0", "mtu", "68")
    done = lab.fuzz("send", *lab.watched, "--protocol", "lacp", "--count", "5", "--save", str(lab.folder))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search("0 findings, [3-5] frames left out that raw:va0 does not take", done.stderr), done.stderr


def test_a_server_in_a_namespace_is_broken_over_tcp(lab: Lab) -> None:
    """The same over TCP: the server dies, its successor is asked, the saved case kills that one as well."""
    server = shlex.join([sys.executable, str(WEAK_SERVER), PORT, str(lab.folder / "pid")])
    restart = f"setsid {server} >/dev/null 2>&1 </dev/null &"
    lab.space.run("sh", "-c", restart)
    words = ("--tcp", f"127.0.0.1:{PORT}", "--restart", restart, "--patience", "20")
    until("the server listens", lambda: f":{PORT}" in lab.space.run("ss", "-ltn"), 20)
    done = lab.fuzz("send", *words, "--protocol", "iccp", "--count", "200", "--batch", "20", "--seed", "2",
                    "--save", str(lab.folder))  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    case = Finding.load(lab.folder / "case-1.json")
    assert (case.kind, case.minimised, len(case.units)) == ("tcp", True, 1)
    assert len(case.octets[0]) <= 8
    assert lab.fuzz("replay", str(lab.folder / "case-1.json"), *words).returncode == 1
