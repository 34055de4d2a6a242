"""mLACP, the learning side: what the peer has told of its bonds, and the receiver rules (RFC 7275 9.2; iccp.md 3.5)."""

import msgspec

from pyiccp.iccp._synchronisation import Synchronisation
from pyiccp.wire.iccp._pdu import TlvValue
from pyiccp.wire.iccp.mlacp import (
    PURGE,
    AggregatorConfig,
    AggregatorState,
    Condition,
    PortConfig,
    PortPriority,
    PortState,
    RequestType,
    Selected,
    SyncData,
    SyncRequest,
    SystemConfig,
)

NO_AGGREGATOR = 0
"""In a Port State: selection has chosen none yet. Departs from 7.2.3, which knows no such number."""

_MAX_OBJECTS = 4096
"""Aggregators, and ports, of one peer; what is more is refused. A port number has as many local values."""


def is_sound(tlv: TlvValue) -> bool:
    """Every number of *tlv* is one that the standard gives a meaning to."""
    match tlv:
        case SystemConfig():
            return tlv.node_id <= 7
        case AggregatorConfig():
            return tlv.roid != 0
        case AggregatorState():
            return tlv.condition <= Condition.TEST
        case PortState():
            return tlv.selected <= Selected.STANDBY and tlv.condition <= Condition.TEST
        case PortPriority():
            return tlv.opcode <= 1
        case SyncRequest():
            return tlv.number != 0 and tlv.request in tuple(RequestType)
        case _:
            return True


class MlacpLearned:
    """The peer's bonds, and what follows from each TLV: refusals, requests, answers owed."""

    def __init__(self) -> None:
        self.system: SystemConfig | None = None
        self.aggregators: dict[int, tuple[AggregatorConfig, AggregatorState | None]] = {}
        """By ROID, the handle that both nodes share."""
        self.ports: dict[int, tuple[PortConfig, PortState | None]] = {}
        """By port number."""
        self._roids: dict[int, int] = {}
        """Aggregator ID -> ROID."""
        self.changed = False
        self.refused: list[TlvValue] = []
        """To be sent back in a NAK."""
        self.requests: list[SyncRequest] = []
        """To be sent."""
        self._sync: Synchronisation[SyncRequest] = Synchronisation()

    @property
    def inside(self) -> bool:
        """Between Start and End."""
        return self._sync.inside

    # --- one function per TLV

    def sync_data(self, tlv: SyncData) -> None:
        """Start and End."""
        self._sync.mark(tlv.number, tlv.end)

    def system_config(self, tlv: SystemConfig) -> None:
        """Rule 5: another node id than before invalidates all numbers."""
        if self._is_moot(RequestType.SYSTEM, 0):
            return
        if self.system is not None and self.system.node_id != tlv.node_id:
            self.forget()
        self.changed |= self.system != tlv
        self.system = tlv

    def aggregator_config(self, tlv: AggregatorConfig) -> None:
        """Rules 8 and 9: purge."""
        if self._is_moot(RequestType.AGGREGATOR, tlv.aggregator):
            return
        known = self.aggregators.get(tlv.roid)
        if tlv.flags & PURGE:
            self.drop(tlv.roid)
        elif known is None and len(self.aggregators) >= _MAX_OBJECTS:
            self.refused.append(tlv)
        elif known is None or known[0] != tlv:
            keep = known is not None and known[0].aggregator == tlv.aggregator
            self.drop(tlv.roid)
            self.aggregators[tlv.roid] = tlv, known[1] if known is not None and keep else None
            self._roids[tlv.aggregator] = tlv.roid
            self.changed = True

    def port_config(self, tlv: PortConfig) -> None:
        """Rules 8 and 9: purge."""
        if self._is_moot(RequestType.PORT, tlv.port):
            return
        known = self.ports.get(tlv.port)
        if tlv.flags & PURGE:
            self.changed |= self.ports.pop(tlv.port, None) is not None
        elif known is None and len(self.ports) >= _MAX_OBJECTS:
            self.refused.append(tlv)
        elif known is None or known[0] != tlv:
            self.ports[tlv.port] = tlv, known[1] if known else None
            self.changed = True

    def aggregator_state(self, tlv: AggregatorState) -> None:
        """Rules 10 to 13."""
        if self._is_moot(RequestType.AGGREGATOR, tlv.aggregator):
            return
        config = self.find(tlv.aggregator)
        if config is None:
            self._miss(tlv)
        elif config.actor_key != tlv.actor_key:
            self._miss(tlv, RequestType.AGGREGATOR, tlv.aggregator)
        elif self.aggregators[config.roid][1] != tlv:
            self.aggregators[config.roid] = config, tlv
            self.changed = True

    def port_state(self, tlv: PortState) -> None:
        """Rules 10 to 15."""
        if self._is_moot(RequestType.PORT, tlv.actor_port):
            return
        known = self.ports.get(tlv.actor_port)
        if known is None or (tlv.aggregator != NO_AGGREGATOR and self.find(tlv.aggregator) is None):
            self._miss(tlv)
        elif known[0].actor_key != tlv.actor_key:
            self._miss(tlv, RequestType.PORT, tlv.actor_port)
        elif known[1] != tlv:
            self.ports[tlv.actor_port] = known[0], tlv
            self.changed = True

    def port_priority(self, tlv: PortPriority) -> None:
        """A change that the peer announces: of one port, or of all of an aggregator; rule 18: of things that we have
        never heard of."""
        aggregator = self.find(tlv.aggregator)
        if aggregator is None or (tlv.port and tlv.port not in self.ports):
            self.ask()
            return
        for port, (config, state) in self.ports.items():
            meant = tlv.port == port if tlv.port else config.actor_key == aggregator.actor_key
            if meant and config.priority != tlv.current_priority:
                self.ports[port] = msgspec.structs.replace(config, priority=tlv.current_priority), state
                self.changed = True

    def fingerprint(self) -> tuple[object, ...]:
        """The state."""
        known = self.system, tuple(self.aggregators.items()), tuple(self.ports.items())
        return *known, *self._sync.fingerprint()

    # --- helpers

    def find(self, aggregator: int) -> AggregatorConfig | None:
        """The configuration of the peer's *aggregator*."""
        roid = self._roids.get(aggregator)
        return None if roid is None else self.aggregators[roid][0]

    def drop(self, roid: int) -> None:
        """Forget one aggregator."""
        known = self.aggregators.pop(roid, None)
        if known is not None:
            self.changed = True
            if self._roids.get(known[0].aggregator) == roid:
                del self._roids[known[0].aggregator]

    def forget(self) -> None:
        """Forget all aggregators and ports."""
        self.aggregators.clear()
        self._roids.clear()
        self.ports.clear()

    def ask(self, request: RequestType = RequestType.ALL, selector: int = 0) -> None:
        """Queue a Synchronization Request for configuration and state, unless the same is under way."""
        waiting = self._sync.pending.values()
        if any(other.request in (RequestType.ALL, request) and other.selector in (0, selector) for other in waiting):
            return
        self.requests.append(self._sync.ask(lambda number: SyncRequest(number, True, True, request, selector)))

    def _is_moot(self, kind: RequestType, number: int) -> bool:
        """What comes outside the answer that we wait for is older than that; what answers nobody is skipped."""
        if self._sync.skipping:
            return True
        return not self.inside and any(
            other.request == RequestType.ALL or (other.request == kind and other.selector in (0, number))
            for other in self._sync.pending.values()
        )

    def _miss(self, tlv: TlvValue, request: RequestType = RequestType.ALL, selector: int = 0) -> None:
        """State without its configuration: ask for it, or refuse it inside a synchronisation (never ask there)."""
        if self.inside:
            self.refused.append(tlv)
        else:
            self.ask(request, selector)
