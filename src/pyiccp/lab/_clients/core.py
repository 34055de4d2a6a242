"""What the models of other products have in common: ports, timers, LACPDUs out, and the interface of our own core.

A model says what happens when a link comes or goes, an LACPDU comes in or a timer fires. Everything else is here.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from pyiccp._sansio import Instant, Timers
from pyiccp.lacp._config import AggregatorConfig, PortConfig
from pyiccp.lacp._variables import Selected
from pyiccp.lacp._views import AggregatorView, PortView
from pyiccp.lacp.events import (
    Action,
    Event,
    IdentityChanged,
    LacpduReceived,
    LinkCameUp,
    LinkWentDown,
    MarkerReceived,
    PortConfigured,
    ReportPort,
    SetCollecting,
    SetDistributing,
    Transmit,
)
from pyiccp.wire._lacpdu import Lacpdu, Participant
from pyiccp.wire._marker import Marker
from pyiccp.wire._state import STATES

CURRENT, EXPIRED, DEFAULTED = "CURRENT", "EXPIRED", "DEFAULTED"
DISABLED = "PORT_DISABLED"
NOBODY = Participant()
ASKING = Participant(state=STATES[0].replace(timeout=True))
"""What a port says of a partner it has not heard: answer me, quickly."""


class ClientPort:
    """One link of a bond."""

    def __init__(self, config: PortConfig, aggregator: AggregatorConfig) -> None:
        self.name = config.name
        self.up = False
        self.rx = DISABLED
        self.partner = NOBODY
        self.attached = False
        """In the aggregate that the product has chosen."""
        self.owed = False
        """An LACPDU is to be sent."""
        self.collecting = False
        self.distributing = False
        self.received = self.sent = 0
        self.actor = NOBODY
        self.reported: tuple[Any, ...] = ()
        self.configure(config, aggregator)

    def configure(self, config: PortConfig, aggregator: AggregatorConfig) -> None:
        """Take what management says; the other bits of the state stay."""
        self.config, self.aggregator = config, aggregator
        self.actor = Participant(
            system_priority=aggregator.system_priority,
            system=aggregator.system,
            key=aggregator.key,
            port_priority=config.priority,
            port=aggregator.port_base + config.number,
            state=self.actor.state.replace(
                activity=config.active, timeout=config.short_timeout, aggregation=config.aggregatable
            ),
        )

    def bits(self, **bits: bool) -> None:
        """Write bits of the actor's state."""
        self.actor = replace(self.actor, state=self.actor.state.replace(**bits))

    def partner_bits(self, **bits: bool) -> None:
        """Write bits of what is known of the partner."""
        self.partner = replace(self.partner, state=self.partner.state.replace(**bits))


Key = tuple[str, str]
"""(port, timer); port '' for a timer of the whole system."""


class ClientCore:
    """A LACP system that behaves like some product; see pyiccp.lacp.LacpCore for the interface."""

    product: ClassVar[str] = ""
    """What it is a model of."""

    def __init__(self, aggregators: tuple[AggregatorConfig, ...], ports: tuple[PortConfig, ...]) -> None:
        self.aggregators = {config.name: config for config in aggregators}
        self.ports = {config.name: ClientPort(config, self.aggregators[config.aggregator]) for config in ports}
        self.timers: Timers[Key] = Timers()
        self.now: Instant = 0
        self.actions: list[Action] = []

    # --- what a model says

    def link_up(self, port: ClientPort) -> None:
        """Carrier is there."""
        raise NotImplementedError

    def link_down(self, port: ClientPort) -> None:
        """Carrier is gone; the port carries nothing any more."""
        raise NotImplementedError

    def heard(self, port: ClientPort, pdu: Lacpdu) -> None:
        """An LACPDU came in by a port that has carrier."""
        raise NotImplementedError

    def fired(self, port: ClientPort | None, timer: str) -> None:
        """A timer is due; None for one of the whole system."""
        raise NotImplementedError

    def reconfigured(self, port: ClientPort) -> None:
        """Management changed what the port says of itself."""
        raise NotImplementedError

    def marker(self, port: ClientPort, marker: Marker) -> None:
        """A Marker came in: most products do not answer (they MUST)."""

    # --- what a model does

    def start(self, port: ClientPort | None, timer: str, span: Instant) -> None:
        """The timer fires *span* from now."""
        self.timers.set(("" if port is None else port.name, timer), self.now + span)

    def stop(self, port: ClientPort, timer: str) -> None:
        self.timers.cancel((port.name, timer))

    def say(self, port: ClientPort) -> None:
        """Send the LACPDU of this instant."""
        port.owed = False
        port.sent += 1
        self.actions.append(Transmit(port.name, Lacpdu(port.actor, port.partner)))

    def carry(self, port: ClientPort, on: bool) -> None:
        """Data passes both ways, or none: collects first, stops distributing first."""
        if on and not port.collecting:
            self.actions += [SetCollecting(port.name, True), SetDistributing(port.name, True)]
        elif port.collecting and not on:
            self.actions += [SetDistributing(port.name, False), SetCollecting(port.name, False)]
        port.collecting = port.distributing = on

    def members(self, aggregator: str) -> list[ClientPort]:
        """The ports of one bond, in the order of their configuration."""
        return [port for port in self.ports.values() if port.aggregator.name == aggregator]

    # --- the interface of a core

    @property
    def deadline(self) -> Instant | None:
        """When `advance` is next due."""
        return self.timers.next

    def handle(self, event: Event, now: Instant) -> Sequence[Action]:
        """See sansio.Core. Events that only a pair's core knows are nothing to a client."""
        self._fire(now)
        match event:
            case LinkCameUp(name) if not self.ports[name].up:
                self.ports[name].up = True
                self.link_up(self.ports[name])
            case LinkWentDown(name) if self.ports[name].up:
                self.ports[name].up = False
                self.carry(self.ports[name], False)
                self.link_down(self.ports[name])
            case LacpduReceived(name, pdu):
                self.ports[name].received += 1
                if self.ports[name].up:
                    self.heard(self.ports[name], pdu)
            case MarkerReceived(name, marker) if self.ports[name].up:
                self.marker(self.ports[name], marker)
            case IdentityChanged():
                self._identity(event)
            case PortConfigured(config):
                port = self.ports[config.name]
                port.configure(config, port.aggregator)
                self.reconfigured(port)
        return self._done(now)

    def advance(self, now: Instant) -> Sequence[Action]:
        """See sansio.Core."""
        self._fire(now)
        return self._done(now)

    def fingerprint(self, now: Instant) -> tuple[Any, ...]:
        """See sansio.Core."""
        ports = tuple(
            (port.name, port.up, port.rx, port.actor, port.partner, port.attached, port.owed, port.collecting)
            for port in self.ports.values()
        )
        return (*ports, self.timers.fingerprint(now))

    def port(self, name: str) -> PortView:
        """A picture of a port."""
        port = self.ports[name]
        carries = port.distributing
        state = "collecting and distributing" if carries else "attached" if port.attached else "detached"
        return PortView(
            name=name,
            aggregator=port.aggregator.name,
            port_enabled=port.up,
            actor=port.actor,
            partner=port.partner,
            heard=port.rx in (CURRENT, EXPIRED) and port.partner != ASKING,
            selected=Selected.SELECTED if port.attached else Selected.UNSELECTED,
            rx=port.rx,
            mux="COLLECTING_DISTRIBUTING" if carries else "ATTACHED" if port.attached else "DETACHED",
            state=state if port.up else "no link",
            collecting=port.collecting,
            distributing=carries,
            ready=carries,
            reason=None,
            sentence=None,
            actor_churn=False,
            partner_churn=False,
            counters={"LACPDUsRx": port.received, "LACPDUsTx": port.sent},
        )

    def aggregator(self, name: str) -> AggregatorView:
        """A picture of a bond."""
        config, ports = self.aggregators[name], self.members(name)
        attached = [port for port in ports if port.attached and port.rx in (CURRENT, EXPIRED)]
        partner = attached[0].partner if attached and attached[0].partner.system != NOBODY.system else None
        return AggregatorView(
            name=name,
            system=config.system,
            system_priority=config.system_priority,
            key=config.key,
            partner=partner,
            active_ports=_names(port for port in ports if port.distributing),
            heard=tuple(port.partner for port in attached),
            inactive_ports=_names(port for port in ports if not port.distributing),
            attached_ports=_names(port for port in ports if port.attached),
        )

    # --- inside

    def _fire(self, now: Instant) -> None:
        while (deadline := self.timers.next) is not None and deadline <= now:
            name, timer = self.timers.pop(now) or ("", "")
            self.now = deadline
            self.fired(self.ports.get(name), timer)
        self.now = now

    def _identity(self, event: IdentityChanged) -> None:
        config = self.aggregators[event.aggregator] = replace(
            self.aggregators[event.aggregator],
            system=event.system,
            system_priority=event.system_priority,
            key=event.key,
            port_base=event.port_base,
        )
        for port in self.members(event.aggregator):
            port.configure(port.config, config)
            self.reconfigured(port)

    def _done(self, now: Instant) -> Sequence[Action]:
        for port in self.ports.values():
            picture = (port.up, port.rx, port.actor, port.partner, port.attached, port.collecting)
            if picture != port.reported:
                port.reported = picture
                self.actions.append(ReportPort(port.name))
        actions = tuple(self.actions)
        self.actions.clear()
        return actions


def view_differs(pdu: Lacpdu, actor: Participant, bits: int) -> bool:
    """The sender of *pdu* sees something else than *actor*; of the state only *bits* count."""
    view = pdu.partner
    return (
        view.system != actor.system
        or view.system_priority != actor.system_priority
        or view.key != actor.key
        or view.port != actor.port
        or view.port_priority != actor.port_priority
        or bool((view.state.octet ^ actor.state.octet) & bits)
    )


def rank(port: ClientPort) -> tuple[int, bytes, int, int]:
    """How good a link is in the eyes of products that follow the better system: its priority and address, and the
    priority and number of its port. Less is better."""
    better = min(port.actor, port.partner, key=lambda end: (end.system_priority, end.system))
    return better.system_priority, better.system, better.port_priority, better.port


def lag(partner: Participant) -> tuple[int, bytes, int]:
    """What two links must agree on to be one aggregate."""
    return partner.system_priority, partner.system, partner.key


def _names(ports: Iterable[ClientPort]) -> tuple[str, ...]:
    return tuple(port.name for port in ports)
