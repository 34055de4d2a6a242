"""The walk over a big classic pcap in about a thousand lanes at once.

A sequential walk waits for memory at every record: where the next one starts is only known when the length of this
one has arrived. So the file is cut into chunks, the first record of each chunk is *guessed*, and all chunks are walked
in lock-step, one gather for the lengths of all lanes.

Why the result is that of the sequential walk, whatever the payloads hold: lane 0 starts where the file's first record
starts. A lane ends at the first record at or behind the next lane's guess. If it ends exactly there, the next lane's
records are the sequential walk's too, because where a record starts decides all that follow. If not, the guess was
wrong: the next chunk is walked again from where the lane did end. A guess decides about speed only.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from pyiccp.capture.ahead import Ahead
from pyiccp.capture.control import FIRST_OCTETS, PERHAPS, SWAPPED_HINTS, TAGGED
from pyiccp.capture.guesses import guesses
from pyiccp.capture.packet import LONGEST, Stopped
from pyiccp.capture.pcap import HEADER, RECORD, Head
from pyiccp.capture.walk import Buffer, walk

if TYPE_CHECKING:
    from numpy.typing import NDArray

LANES = 1024
CHUNK = 1 << 16
"""Octets that make a lane worth it."""
_STEPS = 32
"""Records of a lane between two looks at where the lanes are."""
_KEPT = 8
"""From the record to its number of octets."""
_TYPE = RECORD + 12
"""From the record to the octets after the addresses."""
_TAGS = 4
"""Tags looked behind here; frames with more are looked at one by one."""


class Found(NamedTuple):
    """What a scan of the whole file found."""

    hits: list[tuple[int, int]]
    """Frames that may be control frames: number from 1, offset of the record."""
    frames: int
    stopped: Stopped | None


def find(buffer: Buffer, head: Head, lanes: int = LANES, chunk: int = CHUNK) -> Found:
    """Walk all of *buffer*; needs NumPy."""
    end = len(buffer)
    chunks = min(lanes, end // chunk)
    with Ahead(buffer, chunks):
        starts = guesses(buffer, head, chunks)
        if len(starts) == 1:
            alone = walk(buffer, head, HEADER, end)
            return Found([(index + 1, at) for index, at in alone.hits], alone.records, alone.stopped)
        limits = [*starts[1:], end]
        walked = _Lanes(buffer, head, starts, limits)
    first = [0] * len(starts)
    """Per lane: the number of its first record; 0 = its records do not count."""
    mended: list[tuple[int, int]] = []
    at, number = HEADER, 1
    stopped = None
    lanes_walked = zip(starts, limits, walked.landing.tolist(), walked.count.tolist(), strict=True)
    for lane, (start, limit, landing, count) in enumerate(lanes_walked):
        if at == start and landing <= end:
            first[lane] = number
            number += count
            at = landing
        elif at < limit:  # a wrong guess, or a lane that ran into what is no record
            again = walk(buffer, head, at, limit)
            mended += [(number + index, offset) for index, offset in again.hits]
            number += again.records
            at = again.landing
            stopped = again.stopped
            if stopped is not None:
                break
    hits = walked.hits(first)
    return Found(sorted([*hits, *mended]) if mended else list(hits), number - 1, stopped)


class _Lanes:
    """All lanes walked from their starts to their limits."""

    def __init__(self, buffer: Buffer, head: Head, starts: list[int], limits: list[int]) -> None:
        import numpy as np

        self._np = np
        self._end = len(buffer)
        self._near = np.frombuffer(buffer, "u1", offset=_KEPT)
        # A view of every octet and the ones after it: overlapping numbers at a stride of one octet.
        self._kept = np.ndarray((self._end - _KEPT - 3,), f"{head.order}u4", buffer, _KEPT, (1,))
        self._types = [
            (np.frombuffer(buffer, "u1", offset=at), np.ndarray((self._end - at - 1,), "<u2", buffer, at, (1,)))
            for at in range(_TYPE, _TYPE + 4 * _TAGS + 1, 4)
        ]
        """Behind so many tags: the first octet, and both, of what is the EtherType of a record that starts here."""
        self._hints = np.frombuffer(SWAPPED_HINTS, "u1")
        self._limits = np.array(limits, "i8")
        self.landing = np.array(starts, "i8")
        """Per lane: the first record at the limit or behind; beyond the end of the file if a record is none."""
        self.count = np.zeros(len(starts), "i8")
        self._found: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = []
        active = np.arange(len(starts))
        while active.size:
            active = self._block(active)

    def hits(self, first: list[int]) -> Iterable[tuple[int, int]]:
        """Number and offset of records that may be control frames, where the lanes' records start at these numbers."""
        np = self._np
        lane, index, at = (np.concatenate(part) for part in zip(*self._found, strict=True))
        start = np.array(first)[lane]
        counts = start > 0
        number, at = (start + index)[counts], at[counts]
        order = np.argsort(number, kind="stable")
        self._near.take(np.add.outer(at, np.arange(3) * 64), mode="clip")
        return zip(number[order].tolist(), at[order].tolist(), strict=True)

    def _block(self, active: "NDArray[Any]") -> "NDArray[Any]":
        """Walk the active lanes some steps; returns those that are still on their way."""
        np = self._np
        rows = self._walked(self.landing[active])
        records, limits = rows[:-1], self._limits[active]
        jumps = rows[1:] - records
        if int(jumps.max()) > RECORD + LONGEST:
            wild = (records < limits) & (jumps > RECORD + LONGEST)
            for lane in np.flatnonzero(wild.any(0)).tolist():
                rows[int(wild[:, lane].argmax()) + 1 :, lane] = self._end + 1
        inside = records < limits
        count = self.count[active]
        self._look(active, count, records, inside)
        steps = inside.sum(0)
        self.count[active] = count + steps
        self.landing[active] = rows[steps, np.arange(active.size)]
        going: NDArray[Any] = active[self.landing[active] < limits]
        return going

    def _look(
        self, active: "NDArray[Any]", count: "NDArray[Any]", records: "NDArray[Any]", inside: "NDArray[Any]"
    ) -> None:
        """Keep the records whose frames may be control frames."""
        step, lane = self._np.divmod(self._perhaps(records.ravel()), active.size)
        here = inside[step, lane]
        step, lane = step[here], lane[here]
        self._found.append((active[lane], count[lane] + step, records[step, lane]))

    def _walked(self, start: "NDArray[Any]") -> "NDArray[Any]":
        """A row of records per step, the first of them *start*, whatever the octets say there."""
        np = self._np
        kept, last = self._kept, len(self._kept) - 1
        index, near = np.empty(len(start), "i8"), np.empty(len(start), "u1")
        rows: NDArray[Any] = np.empty((_STEPS + 1, len(start)), "i8")
        rows[0] = start
        for at, after in pairwise(rows):
            # Every record is a cache miss. This gather, whose result nobody wants, keeps dozens of them under way; the
            # one below keeps few, and takes a third of the time when the octets are near already.
            self._near.take(at, out=near, mode="clip")
            np.minimum(at, last, out=index)
            np.add(at, RECORD, out=after)
            after += kept[index]
        return rows

    def _perhaps(self, at: "NDArray[Any]") -> "NDArray[Any]":
        """Which of these records may hold control frames: indices, in no order."""
        index, hints = self._hinted(at, 0)
        found = [index[hints == PERHAPS]]
        index = index[hints == TAGGED]
        for tags in range(1, _TAGS + 1):
            if not index.size:
                break
            behind, hints = self._hinted(at.take(index), tags)
            found.append(index[behind[hints == PERHAPS]])
            index = index[behind[hints == TAGGED]]
        whole: NDArray[Any] = self._np.concatenate([*found, index])
        return whole

    def _hinted(self, at: "NDArray[Any]", tags: int) -> "tuple[NDArray[Any], NDArray[Any]]":
        """Indices of the records with a hint behind so many tags, and the hints."""
        np = self._np
        octets, kinds = self._types[tags]
        first = octets.take(at, mode="clip")
        some = first <= FIRST_OCTETS[0]
        for octet in FIRST_OCTETS[1:]:
            some |= first == octet
        index = np.flatnonzero(some)
        hints: NDArray[Any] = self._hints[kinds[np.minimum(at.take(index), len(kinds) - 1)]]
        return index, hints
