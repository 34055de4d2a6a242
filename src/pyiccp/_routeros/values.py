"""Values as RouterOS writes them: each parser takes text and gives a value, or says why not."""

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from pyiccp._sansio import Instant
from pyiccp.wire._mac import Mac, mac

Parser = Callable[[str], Any]


class Refused(ValueError):  # noqa: N818 - it reads as what the parser did
    """The value is not one of this property's: why, and what to write instead."""

    def __init__(self, why: str, fix: str = "") -> None:
        self.why, self.fix = why, fix
        super().__init__(why)


def suggestion(word: str, known: tuple[str, ...] | list[str], cutoff: float = 0.6) -> str:
    """`did you mean …?`, or nothing when no known word is near."""
    near = get_close_matches(word, known, 1, cutoff)
    return f"did you mean {near[0]}?" if near else ""


def text(value: str) -> str:
    """Any text."""
    return value


def yes_no(value: str) -> bool:
    """`yes` or `no`."""
    if value not in ("yes", "no"):
        raise Refused("is not yes or no", "write yes or no")
    return value == "yes"


def choice(*words: str) -> Parser:
    """One of *words*."""

    def parse(value: str) -> str:
        if value not in words:
            raise Refused(f"is not one of {', '.join(words)}", suggestion(value, words))
        return value

    return parse


def integer(low: int, high: int, step: int = 1) -> Parser:
    """A decimal or 0x number in *low*..*high*, a multiple of *step*."""

    def parse(value: str) -> int:
        number = _number(value)
        if number is None or not low <= number <= high:
            raise Refused(f"is not in {low}..{high}")
        if number % step:
            raise Refused(f"is not a multiple of {step:#x}", f"write {number - number % step:#04x}")
        return number

    return parse


def optional(parse: Parser) -> Parser:
    """What *parse* takes, or `none` or nothing for None."""

    def either(value: str) -> Any:
        return None if value in ("none", "") else parse(value)

    return either


def named(parse: Parser, **words: Any) -> Parser:
    """What *parse* takes, or one of *words* for the value given here."""

    def either(value: str) -> Any:
        return words[value] if value in words else parse(value)

    return either


def mac_address(value: str) -> Mac:
    """Six hexadecimal pairs."""
    if not re.fullmatch(r"[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}", value):
        raise Refused("is not a MAC address", "write six pairs of digits, e.g. 74:4D:28:11:70:6B")
    return mac(value)


def names(value: str) -> tuple[str, ...]:
    """A comma list of names, each once."""
    if value in ("", "none"):
        return ()
    words = value.split(",")
    if not all(words):
        raise Refused("has an empty name in its list", "write a,b,c without blanks")
    for index, word in enumerate(words):
        if word in words[:index]:
            raise Refused(f"names {word} twice", "name it once")
    return tuple(words)


def vlan_ids(value: str) -> tuple[int, ...]:
    """`1`, `10,20-30`: VLAN ids in order, each once."""
    found: dict[int, None] = {}
    for part in value.split(",") if value else ():
        low, dash, high = part.partition("-")
        first, last = _number(low), _number(high if dash else low)
        if first is None or last is None or not 1 <= first <= last <= 4094:
            raise Refused("is not a list of VLAN ids 1..4094", "write e.g. 10,20-30")
        found.update(dict.fromkeys(range(first, last + 1)))
    return tuple(sorted(found))


_SPEED = re.compile(r"([0-9]{1,3})(?:\.([0-9]))?([MG])(?:bps|-base[0-9A-Za-z-]*)")


def speed(value: str) -> int:
    """`10Gbps`, `2.5G-baseT` in Mbit/s."""
    found = _SPEED.fullmatch(value)
    if not found:
        raise Refused("is not a speed", "write e.g. 10Gbps or 10G-baseSR-LR")
    tenths = int(found[1]) * 10 + int(found[2] or 0)
    return tenths * (100 if found[3] == "G" else 1) // (1 if found[3] == "G" else 10)


_UNITS = {"w": 604_800 * 10**9, "d": 86_400 * 10**9, "h": 3_600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6}
_PARTS = re.compile(r"([0-9]{1,9})(w|d|h|ms|m|s)")
_CLOCK = re.compile(r"(?:([0-9]{1,6})w)?(?:([0-9]{1,6})d)?([0-9]{1,4}):([0-5]?[0-9]):([0-5]?[0-9])(?:\.([0-9]{1,9}))?")
_SECONDS = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,9}))?(?:s)?")


def time(low: Instant = 0, high: Instant | None = None) -> Parser:
    """A span: `5s`, `5`, `00:00:05`, `1m30s`, `1d00:00:05`, `100ms`, in nanoseconds."""

    def parse(value: str) -> Instant:
        span = _span(value)
        if span is None:
            raise Refused("is not a time", "write e.g. 5s, 1m30s or 00:00:05")
        if span < low or (high is not None and span > high):
            raise Refused(f"is not in {low // 10**9}s..{'' if high is None else f'{high // 10**9}s'}")
        return span

    return parse


def _span(value: str) -> Instant | None:
    if plain := _SECONDS.fullmatch(value):
        return int(plain[1]) * 10**9 + _fraction(plain[2])
    if clock := _CLOCK.fullmatch(value):
        weeks, days, hours, minutes, secs = (int(part or 0) for part in clock.groups()[:5])
        whole = (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + secs
        return whole * 10**9 + _fraction(clock[6])
    parts = _PARTS.findall(value)
    if not parts or "".join(number + unit for number, unit in parts) != value:
        return None
    return sum(int(number) * _UNITS[unit] for number, unit in parts)


def _fraction(digits: str | None) -> int:
    return int((digits or "0").ljust(9, "0"))


def _number(value: str) -> int | None:
    if re.fullmatch(r"[0-9]{1,12}", value):
        return int(value)
    if re.fullmatch(r"0[xX][0-9A-Fa-f]{1,12}", value):
        return int(value, 16)
    return None
