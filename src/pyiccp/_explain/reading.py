"""Captures -> control frames in one order of time."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from pyiccp._explain.align import offsets
from pyiccp._report.findings import Ref
from pyiccp.capture._decoder import Decoder
from pyiccp.capture._files import read
from pyiccp.capture._packet import CaptureError
from pyiccp.capture._tcp import Ends
from pyiccp.wire._malformed import Malformed

SAME_FRAME = 5_000_000
"""Two captures saw one frame if they agree about its octets and, after alignment, about its time: nanoseconds."""


class Link(msgspec.Struct, frozen=True, gc=False, order=True):
    """Where frames were seen: one interface of one capture."""

    capture: int
    interface: int
    name: str


class Seen(msgspec.Struct, frozen=True, gc=False):
    """One control frame, or one unit of a stream."""

    time: int
    """Nanoseconds since 1970, by the clock of the first capture."""
    frame: Ref
    link: Link
    source: bytes
    protocol: str
    value: Any
    octets: bytes
    malformed: Malformed | None = None
    ends: Ends | None = None
    outbound: bool | None = None
    """Sent rather than received at the place of the capture, where the file says it."""


class Captures(msgspec.Struct, frozen=True):
    """All of it."""

    names: tuple[str, ...]
    seen: tuple[Seen, ...]
    notes: tuple[str, ...]


def read_captures(files: Iterable[tuple[str, BinaryIO]]) -> Captures:
    """Read, align and merge; CaptureError for what is no capture."""
    names: list[str] = []
    notes: list[str] = []
    each: list[list[Seen]] = []
    for index, (name, file) in enumerate(files):
        names.append(Path(name).name)
        found, stopped = _one(index, name, file)
        each.append(found)
        if stopped:
            notes.append(f"{names[-1]}: {stopped}")
    shifts, said = offsets([[(one.time, one.octets) for one in found] for found in each], names)
    notes += said
    merged = [
        msgspec.structs.replace(one, time=one.time + shift) if shift else one
        for found, shift in zip(each, shifts, strict=True)
        for one in found
    ]
    merged.sort(key=lambda one: one.time)
    return Captures(tuple(names), tuple(_once(merged) if len(each) > 1 else merged), tuple(notes))


def _one(index: int, name: str, file: BinaryIO) -> tuple[list[Seen], str]:
    try:
        capture = read(file)
    except CaptureError as error:
        raise CaptureError(f"{name}: {error}") from None
    decoder = Decoder(capture.interfaces)
    links: dict[int, Link] = {}
    found: list[Seen] = []
    for decoded in decoder.decode(capture):
        packet = decoded.packet
        link = links.get(packet.interface)
        if link is None:
            several = f" [{packet.interface}]" if len(capture.interfaces) > 1 else ""
            label = capture.interfaces[packet.interface].name or Path(name).stem + several
            link = links[packet.interface] = Link(index, packet.interface, label)
        found.append(
            Seen(
                packet.time_ns or 0,
                Ref(index, packet.number),
                link,
                packet.octets[6:12],
                decoded.protocol,
                decoded.value,
                decoded.octets,
                decoded.malformed,
                decoded.ends,
                packet.outbound,
            )
        )
    return found, str(capture.stopped) if capture.stopped is not None else ""


def _once(merged: list[Seen]) -> list[Seen]:
    """Without what a second capture saw again. Frames that one capture saw twice stay: that is a loop."""
    kept: list[Seen] = []
    recent: dict[bytes, Seen] = {}
    for one in merged:
        before = recent.get(one.octets)
        if before is not None and before.link.capture != one.link.capture and one.time - before.time <= SAME_FRAME:
            continue
        recent[one.octets] = one
        kept.append(one)
    return kept
