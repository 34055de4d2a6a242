"""The walk over a big classic pcap in about a thousand lanes at once.

A sequential walk waits for memory at every record: where the next one starts is only known when the length of this
one has arrived. So the file is cut into chunks, the first record of each chunk is *guessed*, and all chunks are walked
in lock-step, one gather for the lengths of all lanes.

Why the result is that of the sequential walk, whatever the payloads hold: lane 0 starts where the file's first record
starts. A lane ends at the first record at or behind the next lane's guess. If it ends exactly there, the next lane's
records are the sequential walk's too, because where a record starts decides all that follow. If not, the guess was
wrong: the next chunk is walked again from where the lane did end. A guess decides about speed only.
"""

from typing import TYPE_CHECKING, Any, NamedTuple

from pyiccp.capture.control import NO, SWAPPED_HINTS, TAGGED
from pyiccp.capture.packet import LONGEST, SECOND, Stopped
from pyiccp.capture.pcap import HEADER, RECORD, Head
from pyiccp.capture.walk import Buffer, walk

if TYPE_CHECKING:
    from numpy.typing import NDArray

LANES = 1024
CHUNK = 1 << 16
"""Octets that make a lane worth it."""
_STEPS = 16
"""Records of a lane between two looks at where the lanes are."""
_WINDOW = 1 << 17
_TRIES = 256
"""How far, and how often, a chunk is searched for its first record."""
_CHAINED = 3
"""Plausible headers in a row that make a guess."""
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
    starts = _guesses(buffer, head, min(lanes, end // chunk))
    if len(starts) == 1:
        alone = walk(buffer, head, HEADER, end)
        return Found([(index + 1, at) for index, at in alone.hits], alone.records, alone.stopped)
    limits = [*starts[1:], end]
    walked = _Lanes(buffer, head, starts, limits)
    hits: list[tuple[int, int]] = []
    at, number = HEADER, 1
    for lane, (start, limit) in enumerate(zip(starts, limits, strict=True)):
        landing = int(walked.landing[lane])
        if at == start and landing <= end:
            hits += [(number + index, offset) for index, offset in walked.hits(lane)]
            number += int(walked.count[lane])
            at = landing
        elif at < limit:  # a wrong guess, or a lane that ran into what is no record
            again = walk(buffer, head, at, limit)
            hits += [(number + index, offset) for index, offset in again.hits]
            number += again.records
            at = again.landing
            if again.stopped is not None:
                return Found(hits, number - 1, again.stopped)
    return Found(hits, number - 1, None)


def _guesses(buffer: Buffer, head: Head, chunks: int) -> list[int]:
    """Where the lanes start; a chunk without a guess belongs to the lane before it."""
    end = len(buffer)
    starts = [HEADER]
    if end < HEADER + RECORD:
        return starts
    high = head.record.unpack_from(buffer, HEADER)[0] >> 16
    for chunk in range(1, chunks):
        start = max(end * chunk // chunks, starts[-1] + 1)
        for candidate in (high, high + 1):
            guess = _guess(buffer, head, start, candidate)
            if guess is not None:
                starts.append(guess)
                high = candidate
                break
    return starts


def _guess(buffer: Buffer, head: Head, start: int, high: int) -> int | None:
    """The first place from *start* on that looks like a record of a time with these upper 16 bits."""
    pattern = (high & 0xFFFF).to_bytes(2, "little" if head.order == "<" else "big")
    shift = 2 if head.order == "<" else 0
    end = min(start + _WINDOW, len(buffer))
    at = start + shift
    for _ in range(_TRIES):
        at = buffer.find(pattern, at, end)
        if at < 0:
            return None
        if _plausible(buffer, head, at - shift):
            return at - shift
        at += 1
    return None


def _plausible(buffer: Buffer, head: Head, at: int) -> bool:
    for _ in range(_CHAINED):
        if at == len(buffer):
            return True
        if at > len(buffer) - RECORD:
            return False
        _, fraction, kept, length = head.record.unpack_from(buffer, at)
        if not 0 < kept <= length <= LONGEST or fraction * head.unit >= SECOND:
            return False
        at += RECORD + kept
    return True


class _Lanes:
    """All lanes walked from their starts to their limits."""

    def __init__(self, buffer: Buffer, head: Head, starts: list[int], limits: list[int]) -> None:
        import numpy as np

        self._end = len(buffer)
        # Views of every octet and the ones after it: overlapping numbers at a stride of one octet.
        self._words = np.ndarray((self._end - 3,), f"{head.order}u4", buffer, strides=(1,))
        self._kinds = np.ndarray((self._end - 1,), "<u2", buffer, strides=(1,))
        self._hints = np.frombuffer(SWAPPED_HINTS, "u1")
        self._limits = np.array(limits, "i8")
        self.landing = np.array(starts, "i8")
        """Per lane: the first record at the limit or behind; beyond the end of the file if a record is none."""
        self.count = np.zeros(len(starts), "i8")
        self._found: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = []
        active = np.arange(len(starts))
        rows = np.empty((_STEPS + 1, len(active)), "i8")
        while active.size:
            active = self._block(active, rows[:, : active.size])
        found = [np.concatenate(part) for part in zip(*self._found, strict=True)] or [np.zeros(0, "i8")] * 3
        order = np.argsort(found[0], kind="stable")
        self._index, self._at = found[1][order].tolist(), found[2][order].tolist()
        self._bounds = np.searchsorted(found[0][order], np.arange(len(starts) + 1)).tolist()

    def hits(self, lane: int) -> list[tuple[int, int]]:
        """Index and offset of the lane's records that may be control frames."""
        part = slice(self._bounds[lane], self._bounds[lane + 1])
        return list(zip(self._index[part], self._at[part], strict=True))

    def _block(self, active: "NDArray[Any]", rows: "NDArray[Any]") -> "NDArray[Any]":
        """Walk the active lanes some steps; returns those that are still on their way."""
        import numpy as np

        words, last = self._words, self._end - 4
        rows[0] = self.landing[active]
        for step in range(_STEPS):
            at = rows[step]
            np.add(words[np.minimum(at + 8, last)], at + RECORD, out=rows[step + 1])
        limits = self._limits[active]
        inside = rows[:-1] < limits
        jumps = np.diff(rows, axis=0)
        if int(jumps.max()) > RECORD + LONGEST:
            wild = inside & (jumps > RECORD + LONGEST)
            for lane in np.flatnonzero(wild.any(0)).tolist():
                rows[int(wild[:, lane].argmax()) + 1 :, lane] = self._end + 1
            inside = rows[:-1] < limits
        self._look(active, rows[:-1], inside)
        steps = inside.sum(0)
        self.count[active] += steps
        self.landing[active] = rows[steps, np.arange(active.size)]
        going: NDArray[Any] = active[self.landing[active] < limits]
        return going

    def _look(self, active: "NDArray[Any]", records: "NDArray[Any]", inside: "NDArray[Any]") -> None:
        """Keep the records whose frames may be control frames."""
        import numpy as np

        last = self._end - 2
        hints = self._hints[self._kinds[np.minimum(records + _TYPE, last)]]
        step, lane = np.nonzero((hints != NO) & inside)
        at = records[step, lane]
        tagged = np.flatnonzero(hints[step, lane] == TAGGED)
        for tags in range(1, _TAGS + 1):
            hint = self._hints[self._kinds[np.minimum(at[tagged] + _TYPE + 4 * tags, last)]]
            at[tagged[hint == NO]] = -1
            tagged = tagged[hint == TAGGED]
        kept = at >= 0
        step, lane, at = step[kept], lane[kept], at[kept]
        self._found.append((active[lane], self.count[active][lane] + step, at))
