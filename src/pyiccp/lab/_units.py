"""Spans and rates as people write them: `60s`, `50us`, `1.5ms`, `10G`."""

import re
from fractions import Fraction

from pyiccp._sansio import Instant

_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)")
_UNITS = {"ns": 1, "us": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_RATE = re.compile(r"(\d+(?:\.\d+)?)([kMGT]?)")
_SCALES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def parse_duration(text: str) -> Instant:
    """*text* in nanoseconds; parts may follow one another, as in `1m30s`."""
    parts = _SPAN.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text!r} is not a time; write a number and ns, us, ms, s, m or h: '1ms', '1m30s'")
    return sum(int(Fraction(number) * _UNITS[unit]) for number, unit in parts)


def parse_rate(text: str) -> int:
    """*text* in bits per second: `100M`, `10G`."""
    match = _RATE.fullmatch(text)
    rate = int(Fraction(match[1]) * _SCALES[match[2]]) if match else 0
    if not rate:
        raise ValueError(f"{text!r} is not a rate; write bits per second with k, M, G or T: '10G'")
    return rate


def seconds_of(instant: Instant) -> float:
    """The nearest float, in seconds."""
    return instant / 1_000_000_000
