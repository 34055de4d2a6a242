"""The RSTP core of one bridge: events in, actions out (802.1D-2004 17)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from pyiccp._sansio import Instant, Trace, seconds
from pyiccp.rstp._bridge_detection import BRIDGE_DETECTION, EDGE
from pyiccp.rstp._config import BridgeConfig, PortConfig, check_bridge, check_port
from pyiccp.rstp._messages import take
from pyiccp.rstp._port_migration import PORT_MIGRATION
from pyiccp.rstp._port_transmit import PORT_TRANSMIT, rename
from pyiccp.rstp._restore import restore
from pyiccp.rstp._role_selection import ROLE_SELECTION, ROLE_SELECTION_MACHINE
from pyiccp.rstp._settling import MACHINES, Settling
from pyiccp.rstp._snapshot import Snapshot, fingerprint, snapshot
from pyiccp.rstp._state_transition import STATE_TRANSITION
from pyiccp.rstp._variables import QUEUED, Bridge, InfoIs, Kind, Leaving, Port, Timer
from pyiccp.rstp._vectors import same_bridge, same_port
from pyiccp.rstp._views import BridgeView, PortView, bridge_view, port_view
from pyiccp.rstp.events import (
    Action,
    BpduDiscarded,
    BpduReceived,
    BridgeConfigured,
    Event,
    FlushHosts,
    GuardCleared,
    IdentityChanged,
    Incident,
    LinkCameUp,
    LinkWentDown,
    MigrationChecked,
    PortAdded,
    PortConfigured,
    PortRemoved,
    PortStateApplied,
    ReportIncident,
    SetAgeing,
)

_SENDING = ("helloWhen", "txWhen", "claimWhile")
"""Timers that only Port Transmit looks at."""
_LATE = seconds(1)

Change = PortAdded | PortRemoved | PortStateApplied | LinkCameUp | LinkWentDown
"""What may happen to many ports at once."""


class RstpCore(Settling):
    """One bridge. Each call runs all machines but Port Transmit to a fixed point, then Port Transmit.

    With *applied_at_once* the caller carries out `SetLearning` and `SetForwarding` before it sends what follows in the
    same list; without, it answers each of them with `PortStateApplied`.
    """

    def __init__(self, config: BridgeConfig, ports: Iterable[PortConfig] = (), *, applied_at_once: bool = True) -> None:
        check_bridge(config)
        self.trace: Trace | None = None
        self.gathering = False
        self.bridge = Bridge(config, applied_at_once)
        self.clock = self.bridge.clock
        ROLE_SELECTION_MACHINE.start(self.bridge)
        for port in ports:
            self._port_added(PortAdded(port))
        self._settle_all()
        self.clock.actions.clear()

    @property
    def deadline(self) -> Instant | None:
        """When the next timer expires."""
        return self.clock.timers.next

    def handle(self, event: Event, now: Instant) -> Sequence[Action]:
        """*event* happened at *now*; timers that are due by then fire first. ValueError for what 17.14 forbids."""
        self._fire(now)
        self.clock.now = now
        self._HANDLERS[type(event)](self, event)
        return self._done()

    def handle_together(self, events: Iterable[Change], now: Instant) -> Sequence[Action]:
        """*events* happened at *now*, all at once: the machines run when the last of them is taken in. One by one,
        fifty ports that vanish with their node would set every machine of every port in motion fifty times."""
        self._fire(now)
        self.clock.now = now
        self.gathering = True
        for event in events:
            self._HANDLERS[type(event)](self, event)
        self.gathering = False
        self._settle_all()
        return self._done()

    def advance(self, now: Instant) -> Sequence[Action]:
        """Fire the timers that are due."""
        self._fire(now)
        return self._done()

    def fingerprint(self, now: Instant) -> tuple[Any, ...]:
        """Everything that decides what the core will do."""
        return fingerprint(self.bridge, now)

    def snapshot(self, now: Instant) -> Snapshot:
        """The state as named fields; `advance(now)` comes first."""
        return snapshot(self.bridge, now)

    @classmethod
    def restored(cls, state: Snapshot, now: Instant) -> "RstpCore":
        """A core that goes on from *state*, the same to the last action. ValueError for what no core can have said."""
        core = cls(state.config, applied_at_once=state.applied_at_once)
        restore(core.bridge, state, now)
        if core._at_rest():
            return core
        raise ValueError("the state is not one that the machines can rest in")

    def port(self, name: str) -> PortView:
        """A picture of a port."""
        return port_view(self.bridge.ports[name])

    def view(self) -> BridgeView:
        """A picture of the bridge."""
        return bridge_view(self.bridge)

    @property
    def ports(self) -> tuple[str, ...]:
        """The names of the ports, in the order in which they were added."""
        return tuple(self.bridge.ports)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "trace": None}

    # --- running the machines

    def _done(self) -> Sequence[Action]:
        actions = tuple(self.clock.actions)
        self.clock.actions.clear()
        return actions

    def _fire(self, now: Instant) -> None:
        """Fire what is due at the time it was due, so nothing drifts; but a sleep is not made up for."""
        while (due := self.clock.timers.next) is not None and due <= now:
            self.clock.now = max(self.clock.now, due if now - due < _LATE else now)
            quiet: dict[str, Port] | None = {}
            for timer in self.clock.timers.due(due):
                timer.zero = True
                port = timer.port
                if port is None or timer.name not in _SENDING:
                    self._expired(timer)
                    quiet = None
                elif quiet is not None:
                    quiet[port.name] = port
            if quiet is None:
                self._settle_all()
            else:
                for port in quiet.values():
                    self._settle(port)

    def _expired(self, timer: Timer) -> None:
        """What a timer does beside being seen by the conditions of the machines."""
        port = timer.port
        if timer is self.bridge.ageingWhile:
            self.clock.actions.append(SetAgeing(None))
        elif port is None:
            return
        elif timer is port.guardWhile:
            port.guarded = False
            self._enable(port)
        elif timer is port.doubtWhile and port.proposing:
            port.newInfo = True

    # --- helpers of the events

    def _enable(self, port: Port) -> None:
        """portEnabled = MAC operational and bridge port on (17.19.18)."""
        enabled = port.link and port.config.enabled and not port.guarded
        if enabled and not port.portEnabled:
            port.edgeDelayWhile.release()
            port.mdelayWhile.release()
        port.portEnabled = enabled

    def _recompute(self) -> None:
        """Roles of all ports are to be selected anew."""
        for port in self.bridge.ports.values():
            port.reselect = True
            port.selected = False
        if not self.bridge.ports:
            ROLE_SELECTION(self.bridge)
        self._settle_all()

    # --- events

    def _link_came_up(self, event: LinkCameUp) -> None:
        port = self.bridge.ports.get(event.port)
        if port is None:
            return
        port.link, port.down_at = True, None
        port.full_duplex = event.point_to_point
        cost, port.speed = port.PortPathCost, event.speed
        port.learn_cost()
        self._enable(port)
        if event.edge and port.portEnabled and port.config.auto_edge:
            port.boxes[BRIDGE_DETECTION.name] = EDGE.__name__
            EDGE(port)
        if port.PortPathCost != cost:
            self._recompute()
        else:
            self._settle_all()

    def _link_went_down(self, event: LinkWentDown) -> None:
        port = self.bridge.ports.get(event.port)
        if port is not None:
            port.link, port.down_at = False, self.clock.now
            self._enable(port)
            self._settle_all()

    def _bpdu_received(self, event: BpduReceived) -> None:
        port = self.bridge.ports.get(event.port)
        if port is None:
            return
        port.counters.rx_bpdu += 1
        if not port.config.enabled or port.config.bpdu_filter or port.guarded:
            return
        if not port.link and port.down_at is not None and self.clock.now - port.down_at < QUEUED:
            return
        if not take(port, event.bpdu):
            port.counters.rx_discarded += 1
            return
        if port.msgKind is Kind.TCN or port.msgFlags.topology_change:
            port.counters.rx_tc += 1
        if port.config.bpdu_guard:
            self._guard(port)
        else:
            port.rcvdBPDU = True
            if not port.portEnabled:
                # The link event is late: what came in proves that there is a link (rstp 8.3).
                port.link = True
                self._enable(port)
        self._settle(port)

    def _guard(self, port: Port) -> None:
        port.guarded = True
        port.do(ReportIncident(port.name, Incident.BPDU_GUARD))
        if port.config.guard_recovery is not None:
            port.guardWhile.start(port.config.guard_recovery)
        self._enable(port)

    def _bpdu_discarded(self, event: BpduDiscarded) -> None:
        port = self.bridge.ports.get(event.port)
        if port is not None:
            port.counters.rx_discarded += 1

    def _port_added(self, event: PortAdded) -> None:
        config = event.config
        self._check_port(config)
        if config.name in self.bridge.ports:
            raise ValueError(f"port {config.name} is in the bridge already")
        port = Port(config, self.bridge)
        before = self.bridge.leaving.pop(config.name, None)
        if before is not None:
            # Back before it was shut: what is under way still counts.
            port.learning, port.forwarding, port.commands = before.learning, before.forwarding, before.commands
        self.bridge.ports[config.name] = port
        for machine in (*MACHINES, PORT_TRANSMIT):
            machine.start(port, self.trace)
        self._settle_all()

    def _port_removed(self, event: PortRemoved) -> None:
        port = self.bridge.ports.pop(event.port, None)
        if port is None:
            return
        for timer in port.timers:
            timer.stop()
        STATE_TRANSITION.start(port, self.trace)
        if port.learning or port.forwarding:
            self.bridge.leaving[port.name] = Leaving(port.learning, port.forwarding, port.commands, port.shutSince)
        port.do(FlushHosts(port.name))
        self._recompute()

    def _port_configured(self, event: PortConfigured) -> None:
        config = event.config
        port = self.bridge.ports.get(config.name)
        if port is None:
            raise ValueError(f"port {config.name} is not in the bridge")
        self._check_port(config)
        old = port.portId
        port.configure(config)
        if not same_port(old, port.portId) and port.portId > old:
            rename(port, self.bridge.BridgeIdentifier, old)
        if port.infoIs is InfoIs.Received:
            port.portPriority = port.portPriority._replace(BridgePortID=port.portId)
        if not (config.enabled and config.bpdu_guard):
            port.guarded = False
            port.guardWhile.stop()
        self._enable(port)
        self._recompute()

    def _bridge_configured(self, event: BridgeConfigured) -> None:
        self._configure(event.config, still_used=False)

    def _configure(self, config: BridgeConfig, still_used: bool) -> None:
        check_bridge(config)
        bridge, old = self.bridge, self.bridge.BridgeIdentifier
        version = bridge.rstpVersion
        bridge.configure(config)
        moved = not same_bridge(old, bridge.BridgeIdentifier)
        if moved and not still_used:
            bridge.formerIdentifier = old
            bridge.formerWhile.start(config.max_age)
        for port in bridge.ports.values():
            port.learn_cost()
            if moved and bridge.BridgeIdentifier > old:
                rename(port, old, port.portId)
            if moved and port.infoIs is InfoIs.Received and same_bridge(port.portPriority.DesignatedBridgeID, old):
                # A Backup port: what it holds this very bridge has said, under the name that is no more.
                port.rcvdInfoWhile.stop()
            if version != bridge.rstpVersion:
                PORT_MIGRATION.start(port, self.trace)
        self._recompute()

    def _identity_changed(self, event: IdentityChanged) -> None:
        config = replace(self.bridge.config, mac=event.mac, priority=event.priority)
        self._configure(config, event.still_used)

    def _port_state_applied(self, event: PortStateApplied) -> None:
        port = self.bridge.ports.get(event.port)
        left = self.bridge.leaving.get(event.port)
        shutting = left if port is None or port.boxes["PST"] != "DISCARDING" else port
        if shutting is None or (event.number is not None and event.number < shutting.shutSince):
            return
        shutting.learning = shutting.learning and event.learning
        shutting.forwarding = shutting.forwarding and event.forwarding
        if left is not None and not (left.learning or left.forwarding):
            del self.bridge.leaving[event.port]
        self._settle_all()

    def _migration_checked(self, event: MigrationChecked) -> None:
        port = self.bridge.ports.get(event.port)
        if port is not None and self.bridge.rstpVersion:
            port.mcheck = True
            self._settle_all()

    def _guard_cleared(self, event: GuardCleared) -> None:
        port = self.bridge.ports.get(event.port)
        if port is not None and port.guarded:
            port.guarded = False
            port.guardWhile.stop()
            self._enable(port)
            self._settle_all()

    def _check_port(self, config: PortConfig) -> None:
        check_port(config)
        for port in self.bridge.ports.values():
            if port.name != config.name and port.config.number == config.number:
                raise ValueError(f"port {config.name}: number {config.number} is taken by {port.name}")

    _HANDLERS: ClassVar[dict[type, Callable[..., None]]] = {
        LinkCameUp: _link_came_up,
        LinkWentDown: _link_went_down,
        BpduReceived: _bpdu_received,
        BpduDiscarded: _bpdu_discarded,
        PortAdded: _port_added,
        PortRemoved: _port_removed,
        PortConfigured: _port_configured,
        BridgeConfigured: _bridge_configured,
        IdentityChanged: _identity_changed,
        PortStateApplied: _port_state_applied,
        MigrationChecked: _migration_checked,
        GuardCleared: _guard_cleared,
    }
