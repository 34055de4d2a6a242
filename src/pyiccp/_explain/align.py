"""Captures of several machines on one clock: what both saw tells how far their clocks are apart."""

from collections import Counter
from statistics import median

Sighting = tuple[int, bytes]
"""Time in nanoseconds, octets."""

AGREE = 1_000_000
"""Clocks that are no further apart than this are left alone: nanoseconds."""
ENOUGH = 3
"""Frames in common below which an alignment says that it is weak."""


def offsets(captures: list[list[Sighting]], names: list[str]) -> tuple[list[int], list[str]]:
    """What to add to each capture's times so that they agree with the first's, and what to tell a person."""
    shifts = [0] * len(captures)
    notes: list[str] = []
    known = [0]
    pending = list(range(1, len(captures)))
    while pending:
        found = [
            (len(pairs), one, other, pairs)
            for one in known
            for other in pending
            if (pairs := common(captures[one], captures[other]))
        ]
        if not found:
            notes += [
                f"{names[index]}: no frame in common with the others; its clock is taken as it is" for index in pending
            ]
            break
        count, one, other, pairs = max(found, key=lambda one: one[0])
        apart = round(median(here - there for here, there in pairs))
        shifts[other] = shifts[one] + (apart if abs(apart) > AGREE else 0)
        if shifts[other]:
            weak = "" if count >= ENOUGH else f", by {count} frame{'s' if count > 1 else ''} only"
            notes.append(f"{names[other]}: clock moved by {shifts[other] / 1e9:+.6f} s to agree with {names[0]}{weak}")
        known.append(other)
        pending.remove(other)
    return shifts, notes


def common(one: list[Sighting], other: list[Sighting]) -> list[tuple[int, int]]:
    """Times of the frames that each saw once, and of runs of equal frames that each saw equally often."""
    mine, theirs = Counter(octets for _, octets in one), Counter(octets for _, octets in other)
    shared = {octets for octets in mine if mine[octets] == theirs.get(octets)}
    singles = {octets for octets in shared if mine[octets] == 1}
    chosen = singles or shared
    times: dict[bytes, list[int]] = {octets: [] for octets in chosen}
    for time, octets in other:
        if octets in chosen:
            times[octets].append(time)
    used: Counter[bytes] = Counter()
    pairs = []
    for time, octets in one:
        if octets in chosen:
            pairs.append((time, times[octets][used[octets]]))
            used[octets] += 1
    return pairs
