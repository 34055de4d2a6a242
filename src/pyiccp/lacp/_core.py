"""The LACP core of one system: events in, actions out (802.1AX 6.4)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from pyiccp._sansio import Instant, NotSettledError, Trace, settle
from pyiccp.lacp._churn import ACTOR_CHURN_DETECTION, PARTNER_CHURN_DETECTION
from pyiccp.lacp._config import AggregatorConfig, PortConfig
from pyiccp.lacp._fingerprint import fingerprint
from pyiccp.lacp._functions import await_echo, end_drain, same_port, start_drain, unselect
from pyiccp.lacp._marker import marker_timed_out, receive_marker, request_marker
from pyiccp.lacp._mux import COUPLED, INDEPENDENT
from pyiccp.lacp._periodic import PERIODIC
from pyiccp.lacp._receive import RECEIVE
from pyiccp.lacp._report import look_for_incidents, report
from pyiccp.lacp._selection import select
from pyiccp.lacp._transmit import transmit
from pyiccp.lacp._variables import Aggregator, Clock, Port, Timer, end_of
from pyiccp.lacp._version2 import fall_back, forget_version
from pyiccp.lacp._views import AggregatorView, PortView, aggregator_view, port_view
from pyiccp.lacp.events import (
    Action,
    DistributionHeld,
    DrainRequested,
    Event,
    IdentityChanged,
    IllegalReceived,
    Incident,
    LacpduReceived,
    LinkCameUp,
    LinkWentDown,
    MarkerReceived,
    MarkerRequested,
    OutOfSyncHeld,
    PartnerRequired,
    PeerHeard,
    PortConfigured,
    ReportIncident,
    TransmitFailed,
    UnknownReceived,
)

_COUPLED = (RECEIVE, COUPLED)
_INDEPENDENT = (RECEIVE, INDEPENDENT)
_AFTERWARDS = (PERIODIC, ACTOR_CHURN_DETECTION, PARTNER_CHURN_DETECTION)
_BOUND = 100
_LAST_NUMBER = 0xFFFF


class LacpCore:
    """One system with its aggregators and ports; every port begins without a link.

    Each call runs Receive, Selection and Mux of the ports it touches to a fixed point, then Periodic and Churn, then
    Transmit, so whatever asked for an LACPDU in between, one leaves.
    """

    def __init__(self, aggregators: tuple[AggregatorConfig, ...], ports: tuple[PortConfig, ...]) -> None:
        self.trace: Trace | None = None
        self.clock = Clock()
        self.actions: list[Action] = []
        self.aggregators = {config.name: Aggregator(config, self.actions) for config in aggregators}
        self.ports: dict[str, Port] = {}
        numbers: dict[int, str] = {}
        for config in ports:
            aggregator = self.aggregators[config.aggregator]
            if not 1 <= config.number <= _LAST_NUMBER - aggregator.config.port_base:
                raise ValueError(f"port {config.name}: number {config.number} does not fit in 16 bits, or is 0")
            twin = numbers.setdefault(config.number, config.name)
            if twin != config.name:
                raise ValueError(f"ports {twin} and {config.name} have the same number {config.number}")
            port = Port(config, aggregator, self.clock)
            aggregator.ports.append(port)
            self.ports[config.name] = port
        for port in self.ports.values():
            for machine in (*self._machines(port.aggregator), *_AFTERWARDS):
                machine.start(port)
        self._settle(self.ports.values())
        self.actions.clear()

    @property
    def deadline(self) -> Instant | None:
        """When the next timer expires."""
        return self.clock.timers.next

    def handle(self, event: Event, now: Instant) -> Sequence[Action]:
        """*event* happened at *now*; timers that are due by then fire first."""
        self._fire(now)
        self._settle(self._HANDLERS[type(event)](self, event))
        return self._done()

    def advance(self, now: Instant) -> Sequence[Action]:
        """Fire the timers that are due."""
        self._fire(now)
        return self._done()

    def fingerprint(self, now: Instant) -> tuple[Any, ...]:
        """Everything that decides what the core will do."""
        return fingerprint(self.aggregators.values(), self.ports.values(), self.clock, now)

    def port(self, name: str) -> PortView:
        """A picture of a port."""
        return port_view(self.ports[name])

    def aggregator(self, name: str) -> AggregatorView:
        """A picture of an aggregator."""
        return aggregator_view(self.aggregators[name])

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "trace": None}

    # --- running the machines

    def _done(self) -> Sequence[Action]:
        actions = tuple(self.actions)
        self.actions.clear()
        return actions

    def _fire(self, now: Instant) -> None:
        self.clock.now = now
        touched: dict[str, Port] = {}
        for timer in self.clock.timers.due(now):
            port = timer.port
            timer.expired = True
            touched[port.name] = port
            self._expired(timer, port)
        if touched:
            self._settle(touched.values())

    def _expired(self, timer: Timer, port: Port) -> None:
        """What a timer does beside being seen by the conditions of the machines."""
        if timer is port.wait_while or timer is port.echo_guard:
            port.aggregator.reselect = True
        elif timer is port.drain_echo or timer is port.drain_limit:
            end_drain(port)
        elif timer is port.marker_timer:
            marker_timed_out(port)
        elif timer is port.fallback:
            fall_back(port)

    def _settle(self, touched: Iterable[Port]) -> None:
        by_aggregator: dict[str, list[Port]] = {}
        for port in touched:
            by_aggregator.setdefault(port.aggregator.config.name, []).append(port)
        for name, ports in by_aggregator.items():
            self._settle_aggregator(self.aggregators[name], ports)

    def _settle_aggregator(self, aggregator: Aggregator, ports: Sequence[Port]) -> None:
        machines = self._machines(aggregator)
        settle(machines, ports, self.trace)
        for _ in range(_BOUND):
            if not aggregator.reselect:
                break
            aggregator.reselect = False
            select(aggregator)
            ports = aggregator.ports
            settle(machines, ports, self.trace)
        else:
            raise NotSettledError(f"Selection of {aggregator.config.name} did not come to rest")
        settle(_AFTERWARDS, ports, self.trace)
        for port in ports:
            port.received = None
            if port.NTT:
                transmit(port)
        report(aggregator, ports)

    def _machines(self, aggregator: Aggregator) -> tuple[Any, ...]:
        return _INDEPENDENT if aggregator.config.independent else _COUPLED

    # --- events: each returns the ports that it touches

    def _link_came_up(self, event: LinkCameUp) -> Iterable[Port]:
        port = self.ports[event.port]
        port.port_enabled = True
        return (port,)

    def _link_went_down(self, event: LinkWentDown) -> Iterable[Port]:
        port = self.ports[event.port]
        port.port_enabled = False
        return (port,)

    def _lacpdu_received(self, event: LacpduReceived) -> Iterable[Port]:
        port, pdu = self.ports[event.port], event.pdu
        port.counters.LACPDUsRx += 1
        if not (port.port_enabled and port.LACP_Enabled):
            return ()
        port.received = pdu
        if same_port(pdu.actor, port.partner):
            return (port,)
        moved = [
            other
            for other in self.ports.values()
            if other is not port and not other.actor.state.defaulted and same_port(pdu.actor, other.partner)
        ]
        for other in moved:
            other.port_moved = True
            other.do(ReportIncident(other.name, Incident.PORT_MOVED))
        return (*moved, port)

    def _marker_received(self, event: MarkerReceived) -> Iterable[Port]:
        port = self.ports[event.port]
        if port.port_enabled:
            receive_marker(port, event.marker)
        return ()

    def _illegal_received(self, event: IllegalReceived) -> Iterable[Port]:
        self.ports[event.port].counters.IllegalRx += 1
        return ()

    def _unknown_received(self, event: UnknownReceived) -> Iterable[Port]:
        self.ports[event.port].counters.UnknownRx += 1
        return ()

    def _identity_changed(self, event: IdentityChanged) -> Iterable[Port]:
        aggregator = self.aggregators[event.aggregator]
        config = replace(
            aggregator.config,
            system=event.system,
            system_priority=event.system_priority,
            key=event.key,
            port_base=event.port_base,
        )
        if config == aggregator.config:
            return ()
        aggregator.config = config
        aggregator.lag = None
        for port in aggregator.ports:
            port.configure(port.config)
            unselect(port)
            await_echo(port)
            # The budget of the rate limit was the old identity's: the new one must be on the wire at once (M1.8).
            port.sent_at = ()
            port.NTT = True
        return aggregator.ports

    def _out_of_sync_held(self, event: OutOfSyncHeld) -> Iterable[Port]:
        aggregator = self.aggregators[event.aggregator]
        aggregator.held = event.held
        aggregator.reselect = True
        if not event.held:
            aggregator.draining = False
        for port in aggregator.ports:
            end_drain(port)
        return aggregator.ports

    def _distribution_held(self, event: DistributionHeld) -> Iterable[Port]:
        aggregator = self.aggregators[event.aggregator]
        aggregator.distribution_held = event.held
        return aggregator.ports

    def _drain_requested(self, event: DrainRequested) -> Iterable[Port]:
        aggregator = self.aggregators[event.aggregator]
        aggregator.draining = True
        aggregator.held = True
        aggregator.reselect = True
        for port in aggregator.ports:
            start_drain(port)
        return aggregator.ports

    def _port_configured(self, event: PortConfigured) -> Iterable[Port]:
        port = self.ports[event.config.name]
        before, old = port.config, port.actor
        port.configure(event.config)
        if port.actor.state.aggregation is not old.state.aggregation:
            unselect(port)
        if port.actor != old:
            port.NTT = True
        if event.config.version2 != before.version2:
            forget_version(port)
            port.NTT = True
        port.partner_admin_changed = event.config.partner != before.partner
        port.aggregator.reselect = True
        return (port,)

    def _transmit_failed(self, event: TransmitFailed) -> Iterable[Port]:
        port = self.ports[event.port]
        port.sent = None
        port.NTT = True
        return (port,)

    def _partner_required(self, event: PartnerRequired) -> Iterable[Port]:
        aggregator = self.aggregators[event.aggregator]
        aggregator.required = event.partner
        aggregator.reselect = True
        return aggregator.ports

    def _peer_heard(self, event: PeerHeard) -> Iterable[Port]:
        clock, ends = self.clock, frozenset(map(end_of, event.partners))
        changed = clock.peer_ends ^ ends if event.gives_way is clock.gives_way else clock.peer_ends | ends
        clock.peer_heard, clock.peer_ends, clock.gives_way = event.partners, ends, event.gives_way
        touched = [port for port in self.ports.values() if end_of(port.partner) in changed]
        for port in touched:
            port.aggregator.reselect = True
            look_for_incidents(port)
        return touched

    def _marker_requested(self, event: MarkerRequested) -> Iterable[Port]:
        port = self.ports[event.port]
        if port.port_enabled:
            request_marker(port)
        return ()

    _HANDLERS: ClassVar[dict[type[Any], Callable[["LacpCore", Any], Iterable[Port]]]] = {
        LinkCameUp: _link_came_up,
        LinkWentDown: _link_went_down,
        LacpduReceived: _lacpdu_received,
        MarkerReceived: _marker_received,
        IllegalReceived: _illegal_received,
        UnknownReceived: _unknown_received,
        IdentityChanged: _identity_changed,
        OutOfSyncHeld: _out_of_sync_held,
        DistributionHeld: _distribution_held,
        DrainRequested: _drain_requested,
        PortConfigured: _port_configured,
        TransmitFailed: _transmit_failed,
        PartnerRequired: _partner_required,
        PeerHeard: _peer_heard,
        MarkerRequested: _marker_requested,
    }
