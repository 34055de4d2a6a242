"""Ageing without a scan (802.1Q 8.8.3): a refresh writes one number, a host is looked at about once per ageing time.

Entrys are filed by the tick in which they would age. A tick is 1/256 of the ageing time. When a tick begins, its hosts
are looked at: those seen since are filed again further on, those that age within this tick go to a small heap that
gives the exact instant.
"""

from heapq import heappop, heappush

from pyiccp.bridge.host import Entry
from pyiccp.sansio import Instant

UNFILED = -1
AT_ONCE = 256
"""Entrys looked at in one call: a call stays short however many hosts share a tick."""


class Ageing:
    """When to look at which host."""

    def __init__(self, ageing_time: Instant) -> None:
        self.time = ageing_time
        self.grain = max(1, ageing_time // 256)
        self.ticks: dict[int, list[Entry]] = {}
        self.order: list[int] = []
        """A heap of the keys of `ticks`."""
        self.begun: int | None = None
        """The newest tick that was looked at; hosts that age up to its end go to the heap."""
        self.looking: list[Entry] = []
        """What is left of the tick `begun`, last first."""
        self.soon: list[tuple[Instant, int, Entry]] = []
        self.count = 0
        """Numbers the entries of `soon`; a filed host knows its own as -2 - number."""
        self.filed = 0
        self.stale = 0
        """About how many hosts are still listed where they are no longer filed."""
        self.round: list[int] = []
        """Ticks that are still to be tidied, last first."""
        self.place = 0
        """Where `tidy` is in the list of the last of them; 0 = at its end."""

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

    def file(self, host: Entry) -> None:
        """Look at *host* when its ageing time is over, counted from `host.seen`."""
        if host.slot != UNFILED:
            self.unfile(host)
        self._put(host)
        self.filed += 1

    def unfile(self, host: Entry) -> None:
        """Do not look at *host* any more."""
        if host.slot == UNFILED:
            return
        host.slot = UNFILED
        self.filed -= 1
        self.stale += 1

    @property
    def tidying(self) -> bool:
        """`tidy` has something to do: what was filed and removed shall not stay in memory until its tick comes."""
        return bool(self.round) or self.stale > 2 * self.filed + AT_ONCE

    def tidy(self, count: int) -> None:
        """Throw stale ones away, looking at up to *count*; a round of all ticks finds them all."""
        if not self.round:
            self.round, self.place, self.stale = sorted(self.ticks, reverse=True), 0, 0
        while self.round and count > 0:
            tick = self.round[-1]
            hosts = self.ticks.get(tick, [])
            self.place = min(self.place or len(hosts), len(hosts))
            while self.place and count > 0:
                count -= 1
                self.place -= 1
                if hosts[self.place].slot != tick:
                    hosts[self.place] = hosts[-1]
                    hosts.pop()
            if not self.place:
                self.round.pop()
                count -= 1

    def due(self, now: Instant) -> list[Entry]:
        """Entrys whose time is over, no longer filed; when there may be more, `deadline` is not after *now*."""
        over: list[Entry] = []
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

    def _put(self, host: Entry) -> None:
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

    def _next(self, now: Instant) -> Entry | None:
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
