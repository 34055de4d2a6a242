"""Ageing without a scan (802.1Q 8.8.3): a refresh writes one number, a host is looked at about once per ageing time.

Hosts are filed by the tick in which they would age. A tick is 1/256 of the ageing time. When a tick begins, its hosts
are looked at: those seen since are filed again further on, those that age within this tick go to a small heap that
gives the exact instant.
"""

from heapq import heapify, heappop, heappush

from pyiccp.bridge.host import Host
from pyiccp.sansio import Instant

UNFILED = -1
AT_ONCE = 1024
"""Hosts looked at in one call: a call stays short however many hosts share a tick."""


class Ageing:
    """When to look at which host."""

    def __init__(self, ageing_time: Instant) -> None:
        self.time = ageing_time
        self.grain = max(1, ageing_time // 256)
        self.ticks: dict[int, list[Host]] = {}
        self.order: list[int] = []
        """A heap of the keys of `ticks`."""
        self.begun: int | None = None
        """The newest tick that was looked at; hosts that age up to its end go to the heap."""
        self.looking: list[Host] = []
        """What is left of the tick `begun`, last first."""
        self.soon: list[tuple[Instant, int, Host]] = []
        self.count = 0
        """Numbers the entries of `soon`; a filed host knows its own as -2 - number."""
        self.filed = 0
        self.stale = 0
        """About how many hosts are still listed where they are no longer filed."""

    @property
    def deadline(self) -> Instant | None:
        """When `due` has something to look at."""
        if self.looking:
            assert self.begun is not None
            return self.begun * self.grain
        soon = self.soon[0][0] if self.soon else None
        if not self.order:
            return soon
        tick = self.order[0] * self.grain
        return tick if soon is None or tick < soon else soon

    def file(self, host: Host) -> None:
        """Look at *host* when its ageing time is over, counted from `host.seen`."""
        if host.slot != UNFILED:
            self.unfile(host)
        self._put(host)
        self.filed += 1

    def unfile(self, host: Host) -> None:
        """Do not look at *host* any more."""
        if host.slot == UNFILED:
            return
        host.slot = UNFILED
        self.filed -= 1
        self.stale += 1
        if self.stale > 2 * self.filed + AT_ONCE:
            self._sweep()

    def due(self, now: Instant) -> list[Host]:
        """Hosts whose time is over, no longer filed; when there may be more, `deadline` is not after *now*."""
        over: list[Host] = []
        for _ in range(AT_ONCE):
            host = self._next(now)
            if host is None:
                break
            self.filed -= 1
            host.slot = UNFILED
            if host.seen + self.time > now:
                self.file(host)
            else:
                over.append(host)
        return over

    def _put(self, host: Host) -> None:
        instant = host.seen + self.time
        tick = instant // self.grain
        if self.begun is not None and tick <= self.begun:
            self.count += 1
            host.slot = -2 - self.count
            heappush(self.soon, (instant, self.count, host))
            return
        hosts = self.ticks.get(tick)
        if hosts is None:
            hosts = self.ticks[tick] = []
            heappush(self.order, tick)
        hosts.append(host)
        host.slot = tick

    def _next(self, now: Instant) -> Host | None:
        """The next filed host to be looked at by *now*."""
        while True:
            if self.looking:
                host = self.looking.pop()
                if host.slot == self.begun:
                    return host
            elif self.soon and self.soon[0][0] <= now:
                _, number, host = heappop(self.soon)
                if host.slot == -2 - number:
                    return host
            elif self.order and self.order[0] * self.grain <= now:
                self.begun = heappop(self.order)
                self.looking = self.ticks.pop(self.begun)
                self.looking.reverse()
                continue
            else:
                return None
            self.stale = max(0, self.stale - 1)

    def _sweep(self) -> None:
        """Forget the stale ones: what was filed and removed does not stay in memory until its tick comes."""
        for tick, hosts in self.ticks.items():
            hosts[:] = [host for host in hosts if host.slot == tick]
        self.looking[:] = [host for host in self.looking if host.slot == self.begun]
        self.soon[:] = [entry for entry in self.soon if entry[2].slot == -2 - entry[1]]
        heapify(self.soon)
        self.stale = 0
