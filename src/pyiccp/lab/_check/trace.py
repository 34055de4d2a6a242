"""A trace: faults and repairs, each with the moment at which it comes, as text and back."""

import msgspec

from pyiccp._sansio import Instant
from pyiccp.lab._faults import KEEPALIVE, Fault, parse_fault

REPAIRS = ("mend", "heal")
REST = "rest"
DELAY = "delay"
"""At rest; one link delay after the previous event. Other phases name what a node waits for: `prepare@Peer1`."""


class Step(msgspec.Struct, frozen=True):
    """One event and its phase."""

    phase: str
    fault: Fault
    at: Instant = 0
    """When it came, once that is known."""

    def __str__(self) -> str:
        return f"{self.phase}: {self.fault}"


Trace = tuple[Step, ...]


def text_of(trace: Trace) -> str:
    """`rest: cut Peer1:ether1; prepare@Peer2: crash Peer1`."""
    return "; ".join(str(step) for step in trace)


def parse_trace(text: str) -> Trace:
    """The trace that `text_of` wrote; ValueError says what is wrong."""
    return tuple(_step(part.strip()) for part in text.split(";"))


def _step(text: str) -> Step:
    phase, colon, rest = text.partition(": ")
    words = rest.split()
    try:
        if not colon or len(words) < 2:
            raise ValueError("write 'rest: cut Peer1:sfp-sfpplus1'")
        return Step(phase, parse_fault(words))
    except ValueError as error:
        raise ValueError(f"{text!r} is no step of a trace: {error}") from None


def looks_like_a_crash(trace: Trace, peer_ends: tuple[str, ...], ask_time: Instant) -> bool:
    """M0.2: peer link and keepalive were lost within *ask_time* of each other, so neither node can tell it from the
    other's death. Such traces are listed apart from passes.

    *peer_ends* names one end of every member of the peer link; it is lost with the last of them.
    """
    peer_lost: list[Instant] = []
    broken: set[str] = set()
    for step in trace:
        if step.fault.target not in peer_ends:
            continue
        if step.fault.verb in REPAIRS:
            broken.discard(step.fault.target)
        elif step.fault.target not in broken:
            broken.add(step.fault.target)
            if len(broken) == len(peer_ends):
                peer_lost.append(step.at)
    keepalive_lost = [step.at for step in trace if step.fault == Fault("cut", KEEPALIVE)]
    return any(abs(one - other) <= ask_time for one in peer_lost for other in keepalive_lost)
