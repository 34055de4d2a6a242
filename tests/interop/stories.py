"""A client behind a network, pinged without a pause while things happen to it; what each of them cost."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from interop.captures import Capturing
from interop.clients import LOCAL, Client, OvsClient, lend_addresses
from interop.networks import Network, frames, settle, spread
from interop.pinger import MAGIC, SERIAL
from interop.pings import Pings, Verdict, judge, seen
from interop.spaces import Space, until

IN_FLIGHT = 25
"""Pings that may be on their way when something happens: 50 ms."""
WARM = 250
SETTLED = 250
"""Pings after the last state of an event was seen, before the next event."""
LEAST = 0.25
SAMPLE = 256
PATIENCE = 60.0
"""Open vSwitch moves one stream a second."""


@dataclass(frozen=True)
class Share:
    """ICMP frames of the pings on link n: towards the client, and from it."""

    requests: tuple[int, int]
    replies: tuple[int, int]


@dataclass
class Story:
    """One client on one network; `happens` for each event, then `verdicts` of what the captures hold."""

    network: Network
    near: Client
    far: OvsClient
    folder: Path
    stretches: dict[str, tuple[int, int]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.network.plug(self.near, self.far)
            self.near.begin()
            self.far.begin()
            lend_addresses(self.far.space)
            settle(self.network, self.near, self.far)
            for number, (space, near, far) in enumerate(self.network.places()):
                for name, interface in (("near", near), ("far", far)):
                    self._capture(stack, space, interface, f"{name}{number}")
            self.host = self._capture(stack, self.far.space, "host0", "host")
            self.pings = Pings(self.far.space, LOCAL, self.folder / "pinger.log")
            stack.callback(self.pings.end)
            self.pings.reach(WARM)
            self._stack = stack.pop_all()
        return self

    def _capture(self, stack: ExitStack, space: Space, interface: str, name: str) -> Capturing:
        made = Capturing(space, interface, self.folder / f"{name}.pcap")
        stack.callback(made.end)
        return made

    def happens(self, what: str, do: Callable[[], None], seen: Callable[[], None], pings: int = 0) -> None:
        """*what* happens by *do*; it lasts until it was *seen*, and at least so many *pings*."""
        start = self.pings.serial() - IN_FLIGHT
        do()
        seen()
        self.pings.reach(max(start + pings, self.pings.serial() + SETTLED))
        self.stretches[what] = (start, self.pings.serial() - IN_FLIGHT)

    def fault(self, what: str, do: Callable[[], None], seen: Callable[[], None], pings: int = 0) -> None:
        """*what* happens once the streams are spread over both links at both ends: so that it can be felt."""
        until("the streams are spread over both links", self._spread, PATIENCE, lambda: str(frames(self.network)))
        self.happens(what, do, seen, pings)

    def _spread(self) -> bool:
        """Over the next few pings every link carries a good part, each way."""
        before = frames(self.network)
        self.pings.reach(self.pings.serial() + SAMPLE)
        return spread(before, frames(self.network)) >= LEAST

    def settles(self) -> None:
        """Both links of both bonds carry."""
        settle(self.network, self.near, self.far)

    def __exit__(self, *raised: object) -> None:
        if raised[0] is None:
            self.host.holds(SERIAL.pack(MAGIC, self.pings.serial() - 1))
        self._stack.close()

    def verdicts(self) -> dict[str, Verdict]:
        """After the end."""
        requests, replies = seen(self.host.file)
        return {what: judge(requests, replies, range(*stretch)) for what, stretch in self.stretches.items()}

    def shares(self, what: str, end: str) -> Share:
        """How the frames of one stretch were spread over the links at the *end* `near` or `far`."""
        counts = []
        for number in range(2):
            requests, replies = seen(self.folder / f"{end}{number}.pcap")
            stretch = range(*self.stretches[what])
            counts.append(tuple(sum(serial in one.times for serial in stretch) for one in (requests, replies)))
        (requests_0, replies_0), (requests_1, replies_1) = counts
        return Share((requests_0, requests_1), (replies_0, replies_1))
