"""AF_PACKET on a veth of its own namespace: tags whole, carrier told, an interface that goes and comes back."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

CAPABILITIES = "-all,+net_raw,+net_admin"
SCRIPT = """
import subprocess
import trio
from pyiccp.transports._raw import RawPort

def ip(*words):
    subprocess.run(("ip", *words), check=True)

def cable():
    ip("link", "add", "va0", "type", "veth", "peer", "name", "vb0")
    for name in ("va0", "vb0"):
        ip("link", "set", name, "arp", "off", "up")

UNTAGGED = bytes.fromhex("ffffffffffff 020000000001 88b5") + bytes(50)
TAGS = ("8100 0064", "8100 6000", "88a8 00c8 8100 0064", "9100 0005")
FRAMES = [UNTAGGED] + [UNTAGGED[:12] + bytes.fromhex(tag) + UNTAGGED[12:] for tag in TAGS]

async def receive(port, count):
    frames = []
    while len(frames) < count:
        frames += await port.receive_many()
    return frames

async def both(one, other, up):
    for port in (one, other):
        assert await port.link_change() is up

async def main():
    cable()
    with trio.fail_after(20):
        async with RawPort("va0") as a, RawPort("vb0") as b:
            await both(a, b, True)
            for round in range(3):
                await a.send_many(FRAMES)
                assert await receive(b, len(FRAMES)) == FRAMES, "tags"
                await b.send_many(FRAMES[:1])
                assert await receive(a, 1) == FRAMES[:1], "its own frames came back"
                if round == 0:
                    ip("link", "set", "va0", "down")
                    await both(a, b, False)
                    await a.send_many(FRAMES)
                    assert a.lost == len(FRAMES)
                    ip("link", "set", "va0", "up")
                    await both(a, b, True)
                elif round == 1:
                    ip("link", "del", "va0")
                    await both(a, b, False)
                    cable()
                    await both(a, b, True)
            await a.send_many([bytes(2000)])
            assert a.lost == len(FRAMES) + 1, "longer than the interface takes"
            burst = [number.to_bytes(4, "big") * 16 for number in range(4000)]
            await a.send_many(burst)
            assert await receive(b, len(burst)) == burst and b.missed == 0, "burst"
            tagged = [FRAMES[1][:14] + number.to_bytes(2, "big") + FRAMES[1][16:] for number in range(200)]
            await a.send_many(tagged)
            assert await receive(b, len(tagged)) == tagged, "nothing but tagged frames"
            flood = [bytes(60)] * 10000
            await a.send_many(flood)
            seen = 0
            with trio.move_on_after(0.5):
                while True:
                    seen += len(await b.receive_many())
            assert seen + b.missed == len(flood) and 0 < b.missed < len(flood), "drops are told"
            assert a.lost == len(FRAMES) + 1
    print("whole")

trio.run(main)
"""


def test_a_raw_port_keeps_its_promises(program: Callable[[str], str]) -> None:
    """With the two capabilities of the manual, and no other."""
    ip, setpriv = program("ip"), program("setpriv")
    if os.geteuid() != 0:
        pytest.skip("needs root")
    space = f"pyraw{os.getpid()}"
    subprocess.run([ip, "netns", "add", space], check=True)
    try:
        for what in ("all", "default"):
            subprocess.run(
                [ip, "netns", "exec", space, "sysctl", "-qw", f"net.ipv6.conf.{what}.disable_ipv6=1"], check=True
            )
        done = subprocess.run(
            [ip, "netns", "exec", space, setpriv, "--bounding-set", CAPABILITIES, sys.executable, "-c", SCRIPT],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.stdout == "whole\n", done.stderr
    finally:
        subprocess.run([ip, "netns", "del", space], check=True)
