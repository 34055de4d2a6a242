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

from pyiccp.capture._ahead import Ahead
from pyiccp.capture._guesses import guesses
from pyiccp.capture._looking import Look
from pyiccp.capture._packet import LONGEST, Stopped
from pyiccp.capture._pcap import HEADER, RECORD, Head
from pyiccp.capture._walk import Buffer, walk

if TYPE_CHECKING:
    from numpy.typing import NDArray

LANES = 1024
CHUNK = 1 << 16
"""Octets that make a lane worth it."""
_STEPS = 64
"""Records of a lane between two looks at where the lanes are."""
_KEPT = 8
"""From the record to its number of octets."""
_LOWER = 0xFFFFFFFF


class Found(NamedTuple):
    """What a scan of the whole file found."""

    hits: list[tuple[int, int, int]]
    """Records that may hold control frames: number from 1, start, end."""
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
            return Found([(index + 1, at, after) for index, at, after in alone.hits], alone.records, alone.stopped)
        limits = [*starts[1:], end]
        walked = _Lanes(buffer, head, starts, limits)
    first = [0] * len(starts)
    """Per lane: the number of its first record; 0 = its records do not count."""
    mended: list[tuple[int, int, int]] = []
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
            mended += [(number + index, start, after) for index, start, after in again.hits]
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
        # A view of every octet and the ones after it: overlapping numbers at a stride of one octet. The lower halves of
        # these are what a record has of octets.
        at = _KEPT if head.order == "<" else _KEPT - 4
        self._kept = np.ndarray((self._end - at - 7,), f"{head.order}i8", buffer, at, (1,))
        self._look = Look(buffer)
        self._limits = np.array(limits, "i8")
        self.landing = np.array(starts, "i8")
        """Per lane: the first record at the limit or behind; beyond the end of the file if a record is none."""
        self.count = np.zeros(len(starts), "i8")
        self._found: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]] = []
        active = np.arange(len(starts))
        while active.size:
            active = self._block(active)

    def hits(self, first: list[int]) -> Iterable[tuple[int, int, int]]:
        """Records that may hold control frames, where the lanes' records start at these numbers."""
        np = self._np
        lane, index, at, after = (np.concatenate(part) for part in zip(*self._found, strict=True))
        start = np.array(first)[lane]
        counts = np.flatnonzero(start)
        number = (start + index)[counts]
        order = np.argsort(number, kind="stable")
        counts = counts[order]
        at, after = at[counts], after[counts]
        self._near.take(np.add.outer(at, np.arange(3) * 64), mode="clip")
        return zip(number[order].tolist(), at.tolist(), after.tolist(), strict=True)

    def _block(self, active: "NDArray[Any]") -> "NDArray[Any]":
        """Walk the active lanes some steps; returns those that are still on their way."""
        np = self._np
        rows, first = self._walked(self.landing[active])
        records, limits = rows[:-1], self._limits[active]
        step, lane = np.divmod(self._look.perhaps(records.ravel(), first.ravel()), active.size)
        count = self.count[active]
        if (records[-1] < limits).all():
            steps: Any = _STEPS
            self.landing[active] = rows[-1]
        else:
            inside = records < limits
            steps = inside.sum(0)
            self.landing[active] = rows[steps, np.arange(active.size)]
            here = inside[step, lane]
            step, lane = step[here], lane[here]
        self._found.append((active[lane], count[lane] + step, records[step, lane], rows[step + 1, lane]))
        self.count[active] = count + steps
        going: NDArray[Any] = active[self.landing[active] < limits]
        return going

    def _walked(self, start: "NDArray[Any]") -> "tuple[NDArray[Any], NDArray[Any]]":
        """A row of records per step, the first of them *start*, and the octets that `Look` wants of all but the last;
        beyond the end of the file behind what is no record."""
        np = self._np
        near, kept, types, size = self._near, self._kept, self._look.first, len(start)
        octet = np.empty(size, "u1")
        first: NDArray[Any] = np.empty((_STEPS, size), "u1")
        rows: NDArray[Any] = np.empty((_STEPS + 1, size), "i8")
        rows[0] = start
        for (at, after), kinds in zip(pairwise(rows), first, strict=True):
            # Every record is a cache miss. This gather, whose result nobody wants, keeps dozens of them under way; the
            # one below keeps few, and takes a third of the time when the octets are near already.
            near.take(at, out=octet, mode="clip")
            types.take(at, out=kinds, mode="clip")
            try:
                number = kept[at]
            except IndexError:  # a lane that ran over the end
                number = kept[np.minimum(at, len(kept) - 1)]
            np.bitwise_and(number, _LOWER, out=after)
            after += at
            after += RECORD
        jumps = rows[1:] - rows[:-1]
        if int(jumps.max()) > RECORD + LONGEST:
            wild = jumps > RECORD + LONGEST
            for lane in np.flatnonzero(wild.any(0)).tolist():
                rows[int(wild[:, lane].argmax()) + 1 :, lane] = self._end + 1
        return rows, first
