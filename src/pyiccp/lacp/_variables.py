"""The variables of a port, of an aggregator and of the system, spelt as printed (802.1AX 6.4.4 to 6.4.8)."""

from enum import Enum
from typing import Any

from msgspec.structs import replace

from pyiccp._sansio import Instant, Timers, seconds
from pyiccp.lacp._config import AggregatorConfig, PortConfig
from pyiccp.lacp._conversations import Conversations
from pyiccp.lacp.events import Action
from pyiccp.wire._lacpdu import Lacpdu, Participant
from pyiccp.wire._mac import Mac

Fast_Periodic_Time = seconds(1)
Slow_Periodic_Time = seconds(30)
Short_Timeout_Time = seconds(3)
Long_Timeout_Time = seconds(90)
Churn_Detection_Time = seconds(60)
Aggregate_Wait_Time = seconds(2)


class Selected(Enum):
    """What Selection thinks of a port (6.4.8)."""

    UNSELECTED = "unselected"
    SELECTED = "selected"
    STANDBY = "standby"


class Standby(Enum):
    """Why a port is STANDBY."""

    NO = "not standby"
    FOREIGN = "another LAG drives the aggregator"
    CAPACITY = "max_links"
    TOO_FEW = "min_links"
    HELD = "hold_out_of_sync"
    MISMATCH = "the pair has chosen another partner"
    DUPLICATE = "the peer hears this very end of a link"


LagId = tuple[int, Mac, int, int, int, int, int]
"""Partner (priority, system, key, port priority, port), own (port priority, port); the own system and key are the
aggregator's. Port fields are 0 when both ends are aggregatable (6.3.6)."""


End = tuple[int, Mac, int, int]
"""(system priority, system, key, port): one end of a link (M11)."""


def end_of(participant: Participant) -> End:
    """Which end of which link *participant* is."""
    return participant.system_priority, participant.system, participant.key, participant.port


class Clock:
    """What all ports share: the time of the call that is under way, the timers, what the peer node hears."""

    def __init__(self) -> None:
        self.now: Instant = 0
        self.timers: Timers[Timer] = Timers()
        self.peer_heard: tuple[Participant, ...] = ()
        """Ends of links that the other node of the pair hears."""
        self.peer_ends: frozenset[End] = frozenset()
        """The same, to look up."""
        self.gives_way = False
        """Of two ports that hear one end, the other node's counts (M11)."""


class Timer:
    """One timer of one port: stopped, running or expired."""

    __slots__ = ("_clock", "_last", "expired", "name", "port")

    def __init__(self, clock: Clock, port: "Port", name: str) -> None:
        self._clock, self.port, self.name = clock, port, name
        self._last: Instant = 0
        self.expired = False

    def start(self, span: Instant) -> None:
        """Expire *span* from now."""
        self._set(self._clock.now + span)

    def step(self, span: Instant) -> None:
        """Expire *span* after the last deadline, whole spans later if that is past: no drift, and no burst."""
        behind = self._clock.now - self._last
        self._set(self._last + (behind // span + 1) * span)

    def stop(self) -> None:
        self.expired = False
        self._clock.timers.cancel(self)

    @property
    def running(self) -> bool:
        return self in self._clock.timers

    def _set(self, deadline: Instant) -> None:
        self.expired = False
        self._last = deadline
        self._clock.timers.set(self, deadline)


class Port:
    """The variables of one aggregation port (6.4.7), its machines' boxes and its timers."""

    def __init__(self, config: PortConfig, aggregator: "Aggregator", clock: Clock) -> None:
        self.name = config.name
        self.config = config
        self.aggregator = aggregator
        self.clock = clock
        self.boxes: dict[str, str] = {}
        self.actor = Participant()
        self.partner = config.partner
        self.configure(config)

        self.port_enabled = False
        self.port_moved = False
        self.partner_admin_changed = False
        self.NTT = False
        self.selected = Selected.UNSELECTED
        self.standby = Standby.NO
        self.actor_churn = False
        self.partner_churn = False

        self.received: Lacpdu | None = None
        """The LACPDU that Receive has not taken yet."""
        self.heard: Lacpdu | None = None
        """The newest one that was recorded; None since a change of identity or loss of carrier (M1.8)."""
        self.sent: Lacpdu | None = None
        self.sent_at: tuple[Instant, ...] = ()
        """When the last LACPDUs left, as many as the rate limit remembers."""
        self.markers_at: tuple[Instant, ...] = ()
        """When the last Marker Responses left."""
        self.partner_version = 1
        self.partner_conversations: Conversations | None = None
        self.version_proven = False
        """The partner has echoed an LACPDU of ours since we speak version 2, or speaks it itself."""
        self.fallen_back = False
        """Version 2 is configured, but the partner does not take it."""
        self.marker_id = 0
        """Of the last Marker that was requested (6.5.4.1)."""
        self.looped = False
        self.partner_moved = False
        self.half_ready = False
        """M4.2 (i) holds for this port."""
        self.collecting = False
        """Data frames from the port are accepted; differs from the C bit with `collect_early` and in a drain."""
        self.distributing = False
        self.draining = False
        self.echo_awaited = False
        """No LACPDU has echoed the identity yet that the echo guard waits for (M1.8)."""

        self.current_while = Timer(clock, self, "current_while")
        self.periodic = Timer(clock, self, "periodic")
        self.wait_while = Timer(clock, self, "wait_while")
        self.tx_limit = Timer(clock, self, "tx_limit")
        self.actor_churn_timer = Timer(clock, self, "actor_churn")
        self.partner_churn_timer = Timer(clock, self, "partner_churn")
        self.echo_guard = Timer(clock, self, "echo_guard")
        self.drain_echo = Timer(clock, self, "drain_echo")
        self.drain_limit = Timer(clock, self, "drain_limit")
        self.marker_timer = Timer(clock, self, "marker")
        self.fallback = Timer(clock, self, "fallback")
        self.timers = tuple(value for value in vars(self).values() if isinstance(value, Timer))

        self.counters = Counters()
        self.reported: tuple[Any, ...] = ()
        """What the last ReportPort was about."""

    def configure(self, config: PortConfig) -> None:
        """Take the administrative values of *config* and of the aggregator into the operational actor."""
        self.config = config
        self.LACP_Enabled = config.enabled
        identity = self.aggregator.config
        self.actor = Participant(
            system_priority=identity.system_priority,
            system=identity.system,
            key=identity.key,
            port_priority=config.priority,
            port=identity.port_base + config.number,
            state=self.actor.state.replace(
                activity=config.active, timeout=config.short_timeout, aggregation=config.aggregatable
            ),
        )

    def set_actor(self, **bits: bool) -> None:
        """Write bits of the actor's state."""
        state = self.actor.state.replace(**bits)
        if state is not self.actor.state:
            self.actor = replace(self.actor, state=state)

    def set_partner(self, partner: Participant) -> None:
        """Write the operational partner; Selection looks again when it differs."""
        if partner != self.partner:
            self.partner = partner
            self.aggregator.reselect = True

    def set_partner_state(self, **bits: bool) -> None:
        """Write bits of the operational partner's state."""
        self.set_partner(replace(self.partner, state=self.partner.state.replace(**bits)))

    def do(self, action: Action) -> None:
        """Ask the caller for *action*."""
        self.aggregator.actions.append(action)

    @property
    def rx(self) -> str:
        """The box of the Receive machine."""
        return self.boxes["receive"]

    @property
    def mux(self) -> str:
        """The box of the Mux machine."""
        return self.boxes["mux"]

    @property
    def attached(self) -> bool:
        """The Mux is attached to the aggregator."""
        return self.boxes["mux"] not in ("DETACHED", "WAITING")

    @property
    def ready_n(self) -> bool:
        """The port waits no longer for others to join (6.4.8)."""
        return self.boxes["mux"] == "WAITING" and self.wait_while.expired

    @property
    def guarded(self) -> bool:
        """The echo guard keeps S at 0 (M1.8)."""
        return self.echo_awaited or self.echo_guard.running


class Aggregator:
    """The variables of one aggregator (6.4.6) and the ports that may join it."""

    def __init__(self, config: AggregatorConfig, actions: list[Action]) -> None:
        self.config = config
        self.ports: list[Port] = []
        self.actions = actions
        """The list of the call that is under way, shared by the whole system."""
        self.lag: LagId | None = None
        """The LAG that drives the aggregator."""
        self.reselect = True
        """Something that Selection looks at has changed."""
        self.held = config.hold_out_of_sync
        self.distribution_held = config.hold_distribution
        self.draining = False
        self.required: Participant | None = None
        """The partner that the pair has chosen (M11)."""
        self.halves_ready = 0
        """How many ports are `half_ready`."""
        self.half_ready = False
        """What the last ReportHalf said."""


class Counters:
    """aAggPortStats, named as in the MIB (7.3.3), and the churn counts of aAggPortDebugInformation (7.3.4)."""

    def __init__(self) -> None:
        self.LACPDUsRx = 0
        self.MarkerPDUsRx = 0
        self.MarkerResponsePDUsRx = 0
        self.UnknownRx = 0
        self.IllegalRx = 0
        self.LACPDUsTx = 0
        self.MarkerPDUsTx = 0
        self.MarkerResponsePDUsTx = 0
        self.ActorChurnCount = 0
        self.PartnerChurnCount = 0
        self.ActorSyncTransitionCount = 0
        self.PartnerSyncTransitionCount = 0
