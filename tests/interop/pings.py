"""64 streams of pings, and what a capture at their source says of them."""

import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from interop.pinger import MAGIC, STREAMS
from interop.spaces import Space, until
from pyiccp.capture._files import read

PROGRAM = Path(__file__).with_name("pinger.py")
EVERY = 0.002
ROUND = STREAMS * EVERY
REQUEST, REPLY = 8, 0
_ICMP = struct.Struct("!B7x8sI")


@dataclass
class Seen:
    """Echo requests and replies of a capture: serial number → time of its first sighting in s, and how often."""

    first: dict[int, float] = field(default_factory=dict)
    times: Counter[int] = field(default_factory=Counter)


def seen(file: Path) -> tuple[Seen, Seen]:
    """Requests and replies in *file*."""
    found = {REQUEST: Seen(), REPLY: Seen()}
    with file.open("rb") as octets:
        for packet in read(octets):
            if packet.octets[12:14] != b"\x08\0" or packet.octets[23] != 1 or len(packet.octets) < 54:
                continue
            kind, magic, serial = _ICMP.unpack_from(packet.octets, 34)
            if magic == MAGIC and kind in found:
                found[kind].first.setdefault(serial, (packet.time_ns or 0) / 1e9)
                found[kind].times[serial] += 1
    return found[REQUEST], found[REPLY]


@dataclass(frozen=True)
class Verdict:
    """What became of the pings of one stretch."""

    sent: int
    lost: int
    duplicates: int
    silence: float
    """Seconds of the longest time in which pings were lost: no longer than a round of the streams without a loss."""
    seconds: float


def judge(requests: Seen, replies: Seen, serials: Iterable[int]) -> Verdict:
    """The pings with these serial numbers, in ascending order; all must be in the capture."""
    stretch = list(serials)
    missing = [serial for serial in stretch if serial not in requests.first]
    assert not missing, f"not in the capture: {missing[:5]}"
    lost = [serial for serial in stretch if serial not in replies.first]
    duplicates = sum(replies.times[serial] - 1 for serial in stretch if serial in replies.first)
    longest = 0.0
    first = last = None
    for serial in lost:
        at = requests.first[serial]
        if first is None or last is None or at - last > ROUND:
            first = at
        last = at
        longest = max(longest, last - first + EVERY)
    seconds = requests.first[stretch[-1]] - requests.first[stretch[0]] if stretch else 0.0
    return Verdict(len(stretch), len(lost), duplicates, longest, seconds)


class Pings:
    """The pings of *space* to *destination*, from when this is made."""

    def __init__(self, space: Space, destination: str, log: Path) -> None:
        command = (sys.executable, str(PROGRAM), destination, str(int(EVERY * 1000)))
        self._process: subprocess.Popen[str] = space.start(*command, log=log, feed=True)

    def serial(self) -> int:
        """The serial number of the next request."""
        assert self._process.stdin is not None and self._process.stdout is not None
        print(file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def reach(self, serial: int, patience: float = 120.0) -> None:
        """Wait until the next request has this number or a later one."""
        until(f"ping number {serial} leaves", lambda: self.serial() >= serial, patience)

    def end(self) -> None:
        """Input ends, so it does."""
        self._process.communicate(timeout=20)
