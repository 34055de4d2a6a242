"""The kit for third parties, on the cables that need a kernel: AF_PACKET over a veth, a TAP and its interface."""

import sys

import pytest

from interop.conftest import MakeSpace, Program
from interop.spaces import cable

CAPABILITIES = "-all,+net_raw,+net_admin"
"""Those of docs/node.md, and no other."""
SCRIPT = """
import fcntl
import os
import struct
import subprocess
from contextlib import asynccontextmanager

import trio

from pyiccp.transports import kit
from pyiccp.transports._raw import RawPort
from pyiccp.transports._tap import TapPort

@asynccontextmanager
async def veth():
    async with RawPort("va0") as one, RawPort("vb0") as other:
        yield one, other

@asynccontextmanager
async def tap():
    async with TapPort("tap0") as one:
        subprocess.run(("ip", "link", "set", "tap0", "arp", "off", "up"), check=True)
        async with RawPort("tap0") as other:
            yield one, other

@asynccontextmanager
async def tap_by_fd():
    file = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(file, 0x400454CA, struct.pack("16sH22x", b"tap%d", 0x5002))
    async with TapPort(file=file) as one:
        assert one.name == "tap0"
        os.close(file)
        subprocess.run(("ip", "link", "set", "tap0", "arp", "off", "up"), check=True)
        async with RawPort("tap0") as other:
            yield one, other

@asynccontextmanager
async def tap_turned():
    async with tap() as (one, other):
        yield other, one

trio.run(kit.check, CABLE)
print("whole")
"""


@pytest.mark.parametrize("kind", ["veth", "tap", "tap_turned", "tap_by_fd"])
def test_the_kit_passes(program: Program, space: MakeSpace, kind: str) -> None:
    """The other end of a TAP is the kernel's: a raw port on the same interface speaks for it."""
    setpriv, room = program("setpriv"), space("kit")
    cable(room, "va0", room, "vb0")
    words = [setpriv, "--bounding-set", CAPABILITIES, sys.executable, "-c", SCRIPT.replace("CABLE", kind)]
    assert room.run(*words) == "whole\n"
