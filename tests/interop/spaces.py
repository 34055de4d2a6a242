"""Network namespaces, the cables between them, and programs in them."""

import os
import subprocess
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Self

import pytest

_TAG = f"pyi{os.getpid() % 100000}"
_INDEXES = count(1001)
STEP = 0.05


def run(*words: str, check: bool = True, timeout: float = 60.0) -> str:
    """What the program printed; it must end well, unless *check* is off."""
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=timeout)
    if check and done.returncode != 0:
        pytest.fail(f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def until(what: str, seen: Callable[[], bool], patience: float, said: Callable[[], str] = str) -> None:
    """Wait until *what* is *seen*; it fails after *patience* seconds with what *said* has to say."""
    deadline = time.monotonic() + patience
    while not seen():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {patience} s: {what}\n{said()}")
        time.sleep(STEP)


class Space:
    """One network namespace, without IPv6, and what was started in it."""

    def __init__(self, name: str) -> None:
        self.name = f"{_TAG}-{name}"
        run("ip", "netns", "add", self.name)
        self.sysctl("net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        self.up("lo")

    def run(self, *words: str, check: bool = True, timeout: float = 60.0) -> str:
        return run("ip", "netns", "exec", self.name, *words, check=check, timeout=timeout)

    def start(self, *words: str, log: Path, feed: bool = False) -> subprocess.Popen[str]:
        """A program in the background; what it says on standard error is added to *log*.

        With *feed* its standard input and output are pipes.
        """
        pipe = subprocess.PIPE if feed else subprocess.DEVNULL
        with log.open("a") as file:
            command = ("ip", "netns", "exec", self.name, *words)
            return subprocess.Popen(command, stdin=pipe, stdout=pipe if feed else file, stderr=file, text=True)

    def sysctl(self, *settings: str) -> None:
        self.run("sysctl", "-qw", *settings)

    def ip(self, *words: str) -> str:
        """`ip` from outside: quicker, and it needs no program that runs inside."""
        return run("ip", "-n", self.name, *words)

    def up(self, interface: str, up: bool = True) -> None:
        self.ip("link", "set", interface, "up" if up else "down")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        run("ip", "netns", "del", self.name, check=False)


def cable(one: Space, name: str, other: Space, other_name: str, mtu: int = 9000) -> None:
    """A veth, up at both ends. No two interfaces have one index: a mix-up of namespaces would not show otherwise.

    The kernel must not speak ARP on an end that a node or a switch owns, and does on neither.
    """
    ends = ["type", "veth", "peer", "name", other_name, "index", str(next(_INDEXES)), "mtu", str(mtu)]
    words = ["ip", "link", "add", name, "index", str(next(_INDEXES)), "netns", one.name, "mtu", str(mtu)]
    run(*words, *ends, "netns", other.name)
    for space, end in ((one, name), (other, other_name)):
        space.ip("link", "set", end, "arp", "off", "up")
