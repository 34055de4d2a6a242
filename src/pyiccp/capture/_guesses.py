"""Where in the middle of a pcap file a record may start: a guess, which decides about speed only."""

from pyiccp.capture._packet import LONGEST, SECOND
from pyiccp.capture._pcap import HEADER, RECORD, Head
from pyiccp.capture._walk import Buffer

_WINDOW = 1 << 17
_TRIES = 256
"""How far, and how often, a chunk is searched for its first record."""
_CHAINED = 3
"""Plausible headers in a row that make a guess."""


def guesses(buffer: Buffer, head: Head, chunks: int) -> list[int]:
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
    unpack, unit, last = head.record.unpack_from, head.unit, len(buffer) - RECORD
    for _ in range(_CHAINED):
        if at > last:
            return at == last + RECORD
        _, fraction, kept, length = unpack(buffer, at)
        if not 0 < kept <= length <= LONGEST or fraction * unit >= SECOND:
            return False
        at += RECORD + kept
    return True
