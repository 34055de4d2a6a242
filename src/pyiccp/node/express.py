"""The batched door: frames whose verdict is remembered go from port to port in one loop, the others one by one.

What is remembered of a verdict besides itself is its path: by which ports, with which tag. Everything else, control
frames and new hosts, envelopes and frames for the device, is done the slow way where it stands among the frames, so
that each port sends what it would send if the frames had come one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pyiccp.bridge.core import BridgeCore
from pyiccp.bridge.verdicts import Verdict
from pyiccp.node.events import Action, TransmitBatch
from pyiccp.node.offload import Offloaded, reshaped
from pyiccp.node.trunk import Trunk
from pyiccp.sansio import Instant

if TYPE_CHECKING:
    from pyiccp.node.plane import Plane

Hop = tuple[str | None, Trunk | None, bytes | None, int]
"""The port, or the bond that chooses it; what stands between the addresses and the rest of the frame, None = as it
came; where that rest begins."""
Path = tuple[Hop, ...]


def new_tag(vid: int | None, frame: bytes, kind: int) -> tuple[bytes | None, int]:
    """What *frame* needs instead of its octets from 12 to the second value to leave with tag *vid* of EtherType
    *kind*, or untagged (None); (None, 0) when it is so already. Its priority bits are kept."""
    octets = kind.to_bytes(2, "big")
    had = frame[12:14] == octets
    if vid is None:
        return (b"", 16) if had else (None, 0)
    if not had:
        return octets + vid.to_bytes(2, "big"), 12
    control = frame[14] << 8 | frame[15]
    if control & 0xFFF == vid:
        return None, 0
    return octets + (control & 0xF000 | vid).to_bytes(2, "big"), 16


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
    unfinished = Offloaded in map(type, frames)
    batches: dict[str, list[bytes]] = {}
    for frame in frames:
        try:
            host, lane = door[frame[6:16]]
            kept = lane[frame[:6]]
        except KeyError:
            kept = None
        if kept is None or kept.path is None:
            batches.clear()  # what it says is said here: later frames go in batches of their own
            slowly(frame)
            continue
        if host is not None:
            host.seen = now
        if kept.verdict.dropped is not None:
            bridge.drops[kept.verdict.dropped] += 1
        for port, trunk, tag, rest in kept.path:
            shaped = frame
            if tag is not None:
                shaped = frame[:12] + tag + frame[rest:]
                if unfinished:
                    shaped = reshaped(frame, shaped)
            if trunk is not None:
                port = trunk.choose(shaped)
                if port is None:
                    continue
            batch = batches.get(port)
            if batch is None:
                batch = batches[port] = []
                out.append(TransmitBatch(port, batch))
            batch.append(shaped)
