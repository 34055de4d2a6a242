"""The plain walk over a classic pcap in memory: one record after another. What the lanes must agree with."""

from mmap import mmap
from struct import Struct
from typing import NamedTuple

from pyiccp.capture._control import HINTS, SWAPPED_HINTS, is_control
from pyiccp.capture._packet import LONGEST, Stopped
from pyiccp.capture._pcap import RECORD, Head, broken_record

Buffer = bytes | mmap


class Walked(NamedTuple):
    """Records from a start up to a limit."""

    hits: list[tuple[int, int, int]]
    """Control frames: index of the record among these, where it starts and ends."""
    records: int
    landing: int
    """The first record that starts at the limit or behind it."""
    stopped: Stopped | None
    """What is no record, at `landing`."""


def walk(buffer: Buffer, head: Head, start: int, limit: int) -> Walked:
    """Follow the records of *buffer* from *start* to *limit*."""
    end = len(buffer)
    order = head.order
    # Octets kept, and the two after the addresses; in the wrong order on purpose, see SWAPPED_HINTS.
    look = Struct(f"{order}8xI16xH").unpack_from
    kept_at = Struct(f"{order}8xI").unpack_from
    hints = SWAPPED_HINTS if order == "<" else HINTS
    hits = []
    at, records = start, 0
    fast = min(limit, end - 30)
    while at < fast:
        kept, kind = look(buffer, at)
        after = at + RECORD + kept
        if kept > LONGEST or after > end:
            break
        if hints[kind] and is_control(buffer[at + RECORD : after]):
            hits.append((records, at, after))
        records += 1
        at = after
    while at < limit:
        left = end - at - RECORD
        kept = kept_at(buffer, at)[0] if left >= 0 else 0
        stopped = broken_record(at, kept, left)
        if stopped is not None:
            return Walked(hits, records, at, stopped)
        after = at + RECORD + kept
        if is_control(buffer[at + RECORD : after]):
            hits.append((records, at, after))
        records += 1
        at = after
    return Walked(hits, records, at, None)
