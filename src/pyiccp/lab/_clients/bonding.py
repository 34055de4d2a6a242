"""Linux bonding 6.1 (mode 802.3ad, ad_select stable) as measured: every clause on a coarse clock.

One tick nominally lasts 100 ms, really 104.09 ms; timers count ticks, so 30 s last 31.2 s. LACPDUs leave on every third
tick only. Links need two seconds (20 ticks) of wait_while from carrier on, heard or not; S is said by the links of the
active aggregator alone, and that one changes only when it has no link left. A link that changes its aggregator does not
wait again.
"""

from msgspec.structs import replace

from pyiccp._sansio import Instant, milliseconds
from pyiccp.lab._clients.core import CURRENT, DEFAULTED, DISABLED, EXPIRED, ClientCore, ClientPort, view_differs
from pyiccp.lacp._config import AggregatorConfig, PortConfig
from pyiccp.lacp.events import Transmit
from pyiccp.wire._lacpdu import Lacpdu, Participant
from pyiccp.wire._marker import INFORMATION, RESPONSE, Marker

TICK = milliseconds(104.09)
"""104.02 to 104.13 ms in the captures."""
SLOT = 3
"""Ticks from one chance to send to the next."""
WAIT, FAST, SLOW, SHORT, LONG = 20, 10, 300, 30, 900
"""Ticks."""
_LOW_BITS = 0x0F
"""Activity, Timeout, Aggregation, Synchronization."""
DEFAULT_PARTNER = Participant(system_priority=65535, key=1, port_priority=255, port=1)
Lag = tuple[int, bytes, int, str]


class Link:
    """What the driver knows of one port beside what LACP says."""

    def __init__(self, number: int) -> None:
        self.aggregator = number
        self.begun = True
        """INITIALIZE is done; EXPIRED follows with the next tick."""
        self.waited = 0
        """Ticks since the first one with carrier."""
        self.carries = False
        """The Mux is in COLLECTING_DISTRIBUTING."""
        self.current_while = 0
        self.fast = True
        """The partner asks for LACPDUs every second."""
        self.periodic = 0
        """Ticks since the last periodic LACPDU was due."""


class BondingCore(ClientCore):
    """See the file's head."""

    product = "Linux bonding 6.1"

    def __init__(self, aggregators: tuple[AggregatorConfig, ...], ports: tuple[PortConfig, ...]) -> None:
        super().__init__(aggregators, ports)
        self.links = {port.name: Link(number) for number, port in enumerate(self.ports.values())}
        self.lags: dict[int, Lag] = {number: _lag(port) for number, port in enumerate(self.ports.values())}
        """What each aggregator of the driver is for, as of the last selection."""
        self.active: dict[str, int] = {}
        """The aggregator that carries data, by bond."""
        self.tick = TICK
        self.ticks = 0
        """So far; the third one sends first."""

    def link_up(self, port: ClientPort) -> None:
        """The next tick begins; the first of all starts the clock."""
        link = self.links[port.name]
        link.begun, link.waited, link.carries, link.fast = False, 0, False, True
        port.partner = DEFAULT_PARTNER
        port.rx = DISABLED
        port.bits(defaulted=True, expired=False, synchronization=False, collecting=False, distributing=False)
        if ("", "tick") not in self.timers:
            self.start(None, "tick", 0)

    def link_down(self, port: ClientPort) -> None:
        link = self.links[port.name]
        port.rx, link.carries, port.attached, port.owed = DISABLED, False, False, False
        port.partner_bits(synchronization=False)

    def heard(self, port: ClientPort, pdu: Lacpdu) -> None:
        """Taken at once; what follows from it waits for the next tick."""
        if pdu.actor.system == port.actor.system:
            return  # a loop: reported and thrown away
        port.owed |= view_differs(pdu, port.actor, _LOW_BITS)
        sees_us = not view_differs(pdu, port.actor, 0x04)
        in_sync = pdu.actor.state.synchronization and (sees_us or not pdu.actor.state.aggregation)
        port.partner = replace(pdu.actor, state=pdu.actor.state.replace(synchronization=in_sync))
        port.rx = CURRENT
        port.bits(defaulted=False, expired=False)
        self.links[port.name].current_while = SHORT if port.config.short_timeout else LONG

    def marker(self, port: ClientPort, marker: Marker) -> None:
        """The one of the three that answers."""
        if marker.tlv_type == INFORMATION:
            self.actions.append(Transmit(port.name, replace(marker, tlv_type=RESPONSE)))

    def reconfigured(self, port: ClientPort) -> None:
        port.owed = True

    def fired(self, port: ClientPort | None, timer: str) -> None:
        """One tick: time passes on every link, the Mux takes a step, Selection looks, and every third tick sends."""
        self.start(None, "tick", self.tick)
        self.ticks += 1
        up = [each for each in self.ports.values() if each.up]
        for each in up:
            self._time(each, self.links[each.name])
            self._mux(each, self.links[each.name])
        for each in up:
            self._select(each)
        for name in self.aggregators:
            self._activate(name)
        if self.ticks % SLOT == 0:
            for each in up:
                if each.owed and (each.config.active or each.partner.state.activity):
                    self.say(each)

    def _time(self, port: ClientPort, link: Link) -> None:
        if not link.begun:
            link.begun, port.owed, link.periodic = True, True, 0
            return
        if port.rx == DISABLED:
            self._expire(port, link)
        elif link.current_while:
            link.current_while -= 1
            if not link.current_while and port.rx == CURRENT:
                self._expire(port, link)
            elif not link.current_while:
                port.rx, port.partner = DEFAULTED, DEFAULT_PARTNER
                port.bits(defaulted=True, expired=False)
        link.waited += 1
        self._periodic(port, link)

    def _expire(self, port: ClientPort, link: Link) -> None:
        port.rx = EXPIRED
        port.partner_bits(synchronization=False, timeout=True)
        port.bits(expired=True)
        link.current_while = SHORT

    def _periodic(self, port: ClientPort, link: Link) -> None:
        """A partner that now asks for fewer restarts the count, one that asks for more is told at once."""
        fast = port.partner.state.timeout
        if fast is not link.fast:
            link.fast, link.periodic = fast, SLOW if fast else 0
        else:
            link.periodic += 1
        if link.periodic >= (FAST if fast else SLOW):
            link.periodic, port.owed = 0, True

    def _mux(self, port: ClientPort, link: Link) -> None:
        """One step: WAITING, ATTACHED (S when its aggregator is the active one), COLLECTING_DISTRIBUTING."""
        if link.waited <= WAIT or not link.begun:
            return
        active = self.active.get(port.aggregator.name) == link.aggregator
        ready = port.attached and active and port.partner.state.synchronization
        # That S is gone because another aggregator is the active one is told with the next LACPDU, whenever.
        port.owed |= link.carries != ready or link.waited == WAIT + 1
        port.attached, link.carries = active, ready
        port.bits(synchronization=active, collecting=ready, distributing=ready)
        self.carry(port, ready)

    def _select(self, port: ClientPort) -> None:
        """Join an aggregator that is for the same partner; else stay alone, or leave for a free one."""
        link, mine = self.links[port.name], _lag(port)
        taken = {other.aggregator for name, other in self.links.items() if name != port.name}
        twin = next(
            (
                other.aggregator
                for name, other in self.links.items()
                if name != port.name and self.ports[name].up and self.lags[other.aggregator] == mine
            ),
            None,
        )
        if self.lags[link.aggregator] == mine and link.aggregator in taken:
            return
        if twin is not None:
            link.aggregator = twin
        elif link.aggregator in taken:
            link.aggregator = next(number for number in range(len(self.links)) if number not in taken)
        self.lags[link.aggregator] = mine

    def _activate(self, name: str) -> None:
        """Another aggregator only when the active one has no link left: one with a partner, the larger, the first."""
        links: dict[int, list[ClientPort]] = {}
        for port in self.members(name):
            if port.up:
                links.setdefault(self.links[port.name].aggregator, []).append(port)
        if links and self.active.get(name) not in links:
            self.active[name] = min(links, key=lambda number: (_mute(links[number]), -len(links[number]), number))

    def fingerprint(self, now: Instant) -> tuple[object, ...]:
        """See sansio.Core."""
        links = tuple(tuple(vars(link).values()) for link in self.links.values())
        return (*super().fingerprint(now), links, tuple(self.active.items()), self.ticks % SLOT)


def _lag(port: ClientPort) -> Lag:
    """Links with a partner go by the partner, others stand for themselves."""
    partner = port.partner
    return partner.system_priority, partner.system, partner.key, "" if any(partner.system) else port.name


def _mute(ports: list[ClientPort]) -> bool:
    return not any(any(port.partner.system) for port in ports)
