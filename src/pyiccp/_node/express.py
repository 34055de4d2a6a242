"""The batched door: frames whose verdict is remembered go from port to port in one loop, the others one by one.

What is remembered of a verdict besides itself is its path: by which ports, with which tag. Everything else, control
frames and new hosts, envelopes and frames for the device, is done the slow way where it stands among the frames, so
that each port sends what it would send if the frames had come one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pyiccp._bridge.core import BridgeCore
from pyiccp._bridge.verdicts import Verdict
from pyiccp._node.events import Action, TransmitBatch
from pyiccp._node.offload import Offloaded, reshaped
from pyiccp._node.retagged import Retagged, new_tag
from pyiccp._node.trunk import Trunk
from pyiccp._sansio import Instant

if TYPE_CHECKING:
    from pyiccp._node.plane import Plane

Hop = tuple[str | None, Trunk | None, bytes | None, int]
"""The port, or the bond that chooses it; what stands between the addresses and the rest of the frame, None = as it
came; where that rest begins."""
Path = tuple[Hop, ...]


def plan(plane: Plane, verdict: Verdict, interface: str, frame: bytes) -> Path | None:
    """The path of frames like *frame*, which came by *interface*; None when they are to be taken one by one."""
    if verdict.copies:
        return None
    hops: list[Hop] = []
    for output in verdict.outputs:
        if output.envelope is not None or output.port in plane.bridges:
            return None
        trunk = plane.trunks.get(output.port)
        if trunk is None and not plane.running.get(output.port):
            continue
        hops.append((None if trunk else output.port, trunk, *new_tag(output.vid, frame, plane.tags[interface])))
    return tuple(hops)


def express(
    bridge: BridgeCore,
    interface: str,
    frames: Sequence[bytes],
    now: Instant,
    out: list[Action],
    slowly: Callable[[bytes], None],
) -> None:
    """*frames*, none of them a runt, came in by *interface* of *bridge*; *slowly* takes one whose path is not known."""
    door = bridge.memory.door(interface)
    batches = _Batches(out)
    unfinished = Offloaded in map(type, frames)
    last: Path | None = None
    append: Callable[[bytes], None] | None = None
    for frame in frames:
        try:
            host, lane = door[frame[6:16]]
            kept = lane[frame[:6]]
            path = kept.path
        except KeyError:
            path = None
        if path is None:
            batches.end()  # what it says is said here: later frames go in batches of their own
            last = None
            slowly(frame)
            continue
        if host is not None:
            host.seen = now
        if path is not last:
            last, append = path, None if unfinished else batches.sole(path)
        if append is not None:
            append(frame)
        elif path:
            batches.each(path, frame)
        elif kept.verdict.dropped is not None:
            bridge.drops[kept.verdict.dropped] += 1


class _Batches:
    """What leaves by each port, in actions that grow while frames are added."""

    def __init__(self, out: list[Action]) -> None:
        self._out = out
        self._open: dict[str, tuple[bytes | None, int, list[bytes]]] = {}
        """The batch of each port that may still grow: its tag, its rest, its frames as they came."""

    def end(self) -> None:
        """No batch may grow any more."""
        self._open.clear()

    def sole(self, path: Path) -> Callable[[bytes], None] | None:
        """Where to append frames of *path*, if all of them leave by one port only."""
        if len(path) != 1:
            return None
        port, trunk, tag, rest = path[0]
        if trunk is not None:
            if len(trunk.distributing) != 1:
                return None
            port = trunk.distributing[0]
        assert port is not None
        return self._batch(port, tag, rest).append

    def each(self, path: Path, frame: bytes) -> None:
        """*frame* goes the whole *path*; what is left to do on it goes along."""
        for port, trunk, tag, rest in path:
            shaped = frame if tag is None else reshaped(frame, frame[:12] + tag + frame[rest:])
            if trunk is not None:
                port = trunk.choose(shaped)
                if port is None:
                    continue
            assert port is not None
            self._batch(port, None, 0).append(shaped)

    def _batch(self, port: str, tag: bytes | None, rest: int) -> list[bytes]:
        """The frames of *port* that are changed alike; a new batch if the last ones were not."""
        known = self._open.get(port)
        if known is not None and known[0] == tag and known[1] == rest:
            return known[2]
        frames: list[bytes] = []
        self._open[port] = tag, rest, frames
        self._out.append(TransmitBatch(port, frames if tag is None else Retagged(frames, tag, rest)))
        return frames
