"""The host table over real cables: two processes, a million hosts, and what that does to everything else.

A (the parent) knows the hosts, B (the child) gets them. Both say how long their longest call took and how far apart the
heartbeats that reached them were; then A flushes everything. Before that a control, in the same milliseconds.
"""

import argparse
import gc
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

import msgspec
import trio

from bench.hosts import PEER, bridge, config, fill, hosts
from pyiccp._bridge.events import FlushRequested
from pyiccp._node.events import Action, Event
from pyiccp._node.node import Node
from pyiccp._node.status import NodeStatus
from pyiccp._sansio import Instant, milliseconds, seconds
from pyiccp.transports._driver import Driver
from pyiccp.transports._unixgram import UnixDatagram

HEARTBEAT = milliseconds(100)
PATIENCE = 240
"""Seconds for all of it."""
PIECES, PIECE = 2000, 100_000
"""Of the control: pieces of work, and numbers that are added up in one."""
_KIND, _HEARTBEAT = 14 + 9, 0
"""Where a frame of the peer port says what it is."""


class Watched:
    """A node, its calls timed and the heartbeats that reach it noted."""

    def __init__(self, number: int) -> None:
        plain = config(number)
        self.node = Node(
            msgspec.structs.replace(plain, tuning=msgspec.structs.replace(plain.tuning, liveness=HEARTBEAT))
        )
        self.calls: list[tuple[float, float, str]] = []
        """Seconds of the processor, seconds that went by, name."""
        self.gap = 0.0
        self.heard: float | None = None

    def begin(self) -> None:
        """Forget what was measured."""
        self.calls.clear()
        self.gap = 0.0
        self.heard = None

    def figures(self) -> dict[str, Any]:
        """In milliseconds: of the processor, and as they went by, which counts what else the machine did."""
        calls = sorted(self.calls, reverse=True)
        return {
            "longest": [(round(own * 1e3, 2), round(span * 1e3, 2), name) for own, span, name in calls[:3]],
            "calls": len(calls),
            "over-5-ms": (sum(own > 5e-3 for own, _, _ in calls), sum(span > 5e-3 for _, span, _ in calls)),
            "heartbeat-gap": round(self.gap * 1e3, 1),
        }

    @property
    def deadline(self) -> Instant | None:
        return self.node.deadline

    def start(self, now: Instant) -> Sequence[Action]:
        return self.node.start(now)

    def handle(self, event: Event, now: Instant) -> Sequence[Action]:
        return self.timed("handle", lambda: self.node.handle(event, now))

    def advance(self, now: Instant) -> Sequence[Action]:
        return self.timed("advance", lambda: self.node.advance(now))

    def forward(self, port: str, frames: Iterable[bytes], now: Instant) -> Sequence[Action]:
        arrived = list(frames)
        if any(frame[_KIND] == _HEARTBEAT for frame in arrived if len(frame) > _KIND):
            if self.heard is not None:
                self.gap = max(self.gap, perf_counter() - self.heard)
            self.heard = perf_counter()
        return self.timed("forward", lambda: self.node.forward(port, arrived, now))

    def send(self, interface: str, frames: Iterable[bytes], now: Instant) -> Sequence[Action]:
        return self.node.send(interface, frames, now)

    def status(self, now: Instant) -> NodeStatus:
        return self.node.status(now)

    def timed(self, name: str, call: Callable[[], Sequence[Action]]) -> Sequence[Action]:
        start, own = perf_counter(), thread_time()
        actions = call()
        self.calls.append((thread_time() - own, perf_counter() - start, name))
        return actions


async def run(number: int, folder: Path, expected: int) -> None:
    """One node until B knows all hosts, and then none of them."""
    watched = Watched(number)
    if number == 0:
        fill(watched.node, hosts(expected), seconds(trio.current_time()))
    gc.collect()
    gc.freeze()
    ends = (folder / "a", folder / "b")
    with trio.fail_after(PATIENCE):
        await _run(number, watched, ends, expected)


async def _run(number: int, watched: Watched, ends: tuple[Path, Path], expected: int) -> None:
    table = bridge(watched.node).table
    async with UnixDatagram(ends[number], ends[1 - number]) as port, trio.open_nursery() as nursery:
        driver = Driver(watched, {PEER: port})
        await nursery.start(driver.run)
        while not watched.node.pairing.link.established:
            await trio.sleep(0.001)
        watched.begin()
        start = perf_counter()
        told = bridge(watched.node).table.announcements
        while table.learned < expected or (number == 0 and (told.end_due or not told.running)):
            await trio.sleep(0.01)
        report("whole table", number, watched, perf_counter() - start)
        if number == 0:
            await trio.sleep(1)
            start = perf_counter()
            now = driver.now()
            flushed = watched.timed("flush", lambda: bridge(watched.node).handle(FlushRequested(), now))
            driver._carry_out(watched.node._carry_out(flushed, now, []), now)
        else:
            start = perf_counter()
        while table.learned or table.busy:
            await trio.sleep(0.01)
        report("flush", number, watched, perf_counter() - start)
        await trio.sleep(1)
        nursery.cancel_scope.cancel()


def report(what: str, number: int, watched: Watched, span: float) -> None:
    print(json.dumps({"node": "AB"[number], "what": what, "seconds": round(span, 2), **watched.figures()}), flush=True)
    watched.begin()


def control() -> None:
    """A fixed piece of work, again and again: its longest tells what the machine itself adds to a call."""
    spans = []
    for _ in range(PIECES):
        own = thread_time()
        sum(range(PIECE))
        spans.append((thread_time() - own) * 1e3)
    spans.sort()
    print(json.dumps({"what": "control", "median": round(spans[PIECES // 2], 2), "longest": round(spans[-1], 2)}))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench hosts-wire", description=__doc__)
    parser.add_argument("--hosts", type=int, default=1_000_000)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child is not None:
        trio.run(run, 1, options.child, options.hosts)
        return 0
    control()
    with tempfile.TemporaryDirectory(prefix="pyiccp-bench-") as folder:
        command = [sys.executable, "-m", "bench", "hosts-wire", "--hosts", str(options.hosts), "--child", folder]
        with subprocess.Popen(command) as child:
            try:
                trio.run(run, 0, Path(folder), options.hosts)
                child.wait(timeout=60)
            finally:
                child.kill()
    return 0
