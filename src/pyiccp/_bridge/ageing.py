"""Ageing without a scan (802.1Q 8.8.3): a refresh writes one number, a host is looked at about once per ageing time.

Entrys are filed by the tick in which they would age. A tick is 1/256 of the ageing time. When a tick begins, its hosts
are looked at: those seen since are filed again further on, those that age within this tick go to a small heap that
gives the exact instant.

The hosts of a tick are kept in tuples. A list of a million hosts is walked by every full garbage collection (16 ms, in
whatever call that falls); a tuple of hosts, which are no containers, is walked once and never again.
"""

from heapq import heappop, heappush

from pyiccp._bridge.host import Entry
from pyiccp._sansio import Instant

UNFILED = -1
AT_ONCE = 256
"""Entrys looked at in one call: a call stays short however many hosts share a tick."""


class Tick:
    """The hosts filed under one tick, stale ones among them."""

    def __init__(self) -> None:
        self.full: list[tuple[Entry, ...]] = []
        """AT_ONCE hosts each."""
        self.open: list[Entry] = []
        """Those filed last."""

    def __len__(self) -> int:
        return sum(map(len, self.full)) + len(self.open)

    def append(self, host: Entry) -> None:
        """One more."""
        self.open.append(host)
        if len(self.open) == AT_ONCE:
            self.full.append(tuple(self.open))
            self.open.clear()


class Ageing:
    """When to look at which host."""

    def __init__(self, ageing_time: Instant) -> None:
        self.time = ageing_time
        self.grain = max(1, ageing_time // 256)
        self.ticks: dict[int, Tick] = {}
        self.order: list[int] = []
        """A heap of the keys of `ticks`."""
        self.begun: int | None = None
        """The newest tick that was looked at; hosts that age up to its end go to the heap."""
        self.looking: list[Entry] = []
        """What is to be looked at next of the tick `begun`, last first."""
        self.coming: list[tuple[Entry, ...]] = []
        """The rest of that tick, last first."""
        self.soon: list[tuple[Instant, int, Entry]] = []
        self.count = 0
        """Numbers the entries of `soon`; a filed host knows its own as -2 - number."""
        self.filed = 0
        self.stale = 0
        """About how many hosts are still listed where they are no longer filed."""
        self.round: list[int] = []
        """Ticks that are still to be tidied, last first."""
        self.place = 0
        """How many full tuples of the last of them `tidy` has not looked at; 0 = it begins with that tick."""

    @property
    def deadline(self) -> Instant | None:
        """When `due` has something to look at."""
        if self.looking or self.coming:
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
        """Throw stale ones away, looking at up to *count* or at one tuple; a round of all ticks finds them all."""
        if not self.round:
            self.round, self.place, self.stale = sorted(self.ticks, reverse=True), 0, 0
        while self.round and count > 0:
            number = self.round[-1]
            tick = self.ticks.get(number)
            if tick is None:
                self.place = 0
            else:
                count -= self._tidy(tick, number)
            if not self.place:
                self.round.pop()
                count -= 1

    def _tidy(self, tick: Tick, number: int) -> int:
        """Throw the stale ones of one tuple away; how many hosts were looked at."""
        full = tick.full
        if not self.place:
            self.place = len(full) + 1
            tick.open = [host for host in tick.open if host.slot == number]
        self.place = min(self.place, len(full) + 1) - 1
        if not self.place:
            return len(tick.open)
        hosts = full[self.place - 1]
        left = [host for host in hosts if host.slot == number]
        if len(left) < len(hosts):
            # The last one has been looked at.
            full[self.place - 1] = full[-1]
            full.pop()
            for host in left:
                tick.append(host)
        return len(hosts)

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
        filed = self.ticks.get(tick)
        if filed is None:
            filed = self.ticks[tick] = Tick()
            heappush(self.order, tick)
        filed.append(host)
        host.slot = tick

    def _next(self, now: Instant) -> Entry | None:
        """The next filed host to be looked at by *now*."""
        while True:
            if self.looking:
                host = self.looking.pop()
                if host.slot == self.begun:
                    return host
            elif self.coming:
                self.looking = list(reversed(self.coming.pop()))
                continue
            elif self.soon and self.soon[0][0] <= now:
                _, number, host = heappop(self.soon)
                if host.slot == -2 - number:
                    return host
            elif self.order and self.order[0] * self.grain <= now:
                self.begun = heappop(self.order)
                tick = self.ticks.pop(self.begun)
                self.coming = [tuple(tick.open), *reversed(tick.full)]
                continue
            else:
                return None
            self.stale = max(0, self.stale - 1)
