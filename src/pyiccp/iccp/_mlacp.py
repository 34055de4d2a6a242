"""mLACP between two nodes: telling, learning, and the rules that join them (RFC 7275 9.2; iccp.md 3.5)."""

from collections.abc import Sequence

from pyiccp._sansio import Instant
from pyiccp.iccp._mlacp_learned import MlacpLearned, is_sound
from pyiccp.iccp._mlacp_told import MlacpTold
from pyiccp.iccp._outbox import Outbox
from pyiccp.iccp._synchronisation import Answering
from pyiccp.iccp.events import MlacpChanged, ReportPeerMlacp, SetPortPriority
from pyiccp.wire.iccp._pdu import IccpStatus, TlvValue
from pyiccp.wire.iccp.mlacp import (
    PURGE,
    AggregatorConfig,
    AggregatorState,
    PortConfig,
    PortPriority,
    PortState,
    SyncData,
    SyncRequest,
    SystemConfig,
)


class Mlacp:
    """The application above its connection; `start` when that is operational, `stop` when it is not any more."""

    def __init__(self, outbox: Outbox) -> None:
        self.told = MlacpTold()
        self.learned = MlacpLearned()
        self.suspended = ""
        """Why nothing is told or learned: both nodes have one node id (rules 1 and 2)."""
        self.disabled: dict[int, str] = {}
        """ROID -> why that aggregator of ours must not be used: the nodes disagree on its key (rules 6 and 7)."""
        self.answering = Answering()
        self._outbox = outbox
        self._running = False

    # --- what this node does

    def start(self) -> None:
        """Operational: tell everything, unasked (3.3)."""
        self._running = True
        if self.told.system is not None:
            self._outbox.data(self.told.everything())

    def stop(self) -> None:
        """The connection is gone, and with it what was learned by it."""
        known = self.learned.aggregators or self.learned.ports or self.suspended or self.disabled
        self._running = False
        self.answering = Answering()
        self.learned = MlacpLearned()
        self.told.forget()
        self.suspended = ""
        self.disabled.clear()
        if known:
            self._outbox.add(ReportPeerMlacp())

    def advance(self) -> None:
        """Send the full set that is owed."""
        if self.answering.pay(self._outbox.now):
            self._outbox.data(self.told.everything())

    def change(self, now: MlacpChanged) -> None:
        """Tell what is new."""
        before = {config.roid: config.actor_key for config, _ in self.told.aggregators.values()}
        priorities = {port: config.priority for port, (config, _) in self.told.ports.items()}
        system = self.told.system
        self.told.set(now)
        if not self._running:
            return
        if system is None or system.node_id != now.system.node_id:
            self.suspended = ""
        if self.suspended:
            return
        self._outbox.data([*self.told.priorities(priorities), *self.told.changes()])
        mended = [
            config.roid
            for config, _ in now.aggregators
            if config.roid in self.disabled and before.get(config.roid) != config.actor_key
        ]
        if mended:
            for roid in mended:
                del self.disabled[roid]
            self.learned.ask()
            self._flush(0)

    # --- what the peer does

    def receive(self, message_id: int, tlvs: Sequence[TlvValue]) -> None:
        """Application data: what is unsound is refused TLV by TLV, the rest applies in order."""
        for tlv in tlvs:
            if is_sound(tlv):
                self._apply(tlv)
            else:
                self.learned.refused.append(tlv)
        self._flush(message_id)

    def refused(self, tlvs: Sequence[TlvValue]) -> None:
        """The peer has refused something that we told (rules 2 and 7)."""
        for tlv in tlvs:
            if isinstance(tlv, SystemConfig) and tlv == self.told.system:
                self._suspend("the peer refused our node id")
            elif isinstance(tlv, AggregatorConfig):
                config = self.told.aggregators.get(tlv.aggregator)
                if config is not None and config[0] == tlv:
                    self._disable(tlv.roid, "the peer refused its key")
        self._flush(0)

    def _apply(self, tlv: TlvValue) -> None:
        learned = self.learned
        if self.suspended and not isinstance(tlv, (SystemConfig, SyncData)):
            return
        match tlv:
            case SyncData():
                learned.sync_data(tlv)
            case SystemConfig():
                self._system_config(tlv)
            case AggregatorConfig():
                self._aggregator_config(tlv)
            case PortConfig():
                learned.port_config(tlv)
            case AggregatorState():
                learned.aggregator_state(tlv)
            case PortState():
                learned.port_state(tlv)
            case PortPriority(opcode=0):
                learned.port_priority(tlv)
            case PortPriority():
                self._priority_asked(tlv)
            case SyncRequest():
                if self._may_answer():
                    self._outbox.data(self.told.answer(tlv))

    def _system_config(self, tlv: SystemConfig) -> None:
        """Rule 1."""
        ours = self.told.system
        if ours is not None and ours.node_id == tlv.node_id:
            self.learned.refused.append(tlv)
            self._suspend(f"the peer has our node id {tlv.node_id}")
            return
        self.learned.system_config(tlv)
        if self.suspended:
            self.suspended = ""
            self.learned.changed = True
            self._outbox.data(self.told.everything())

    def _aggregator_config(self, tlv: AggregatorConfig) -> None:
        """Rule 6."""
        keys = {config.roid: config.actor_key for config, _ in self.told.aggregators.values()}
        if not tlv.flags & PURGE and keys.get(tlv.roid, tlv.actor_key) != tlv.actor_key:
            self.learned.refused.append(tlv)
            self._disable(tlv.roid, f"its key is {keys[tlv.roid]} here and {tlv.actor_key} there")
            return
        self.learned.aggregator_config(tlv)
        if self.disabled.pop(tlv.roid, None) is not None:
            self.learned.changed = True

    def _priority_asked(self, tlv: PortPriority) -> None:
        """Rule 17; and a request for ports of ours, all of the aggregator when the number is 0 (7.2.2.3)."""
        aggregator = self.told.aggregators.get(tlv.aggregator)
        members = [port for port, (config, _) in self.told.ports.items() if self._is_member(config, aggregator)]
        if aggregator is None or (tlv.port and tlv.port not in members):
            if self._may_answer():
                self._outbox.data(self.told.everything())
            return
        wanted = [tlv.port] if tlv.port else members
        differing = tuple(port for port in wanted if self.told.ports[port][0].priority != tlv.current_priority)
        if differing and self._may_answer():
            self._outbox.add(SetPortPriority(differing, tlv.current_priority))

    @staticmethod
    def _is_member(config: PortConfig, aggregator: tuple[AggregatorConfig, AggregatorState] | None) -> bool:
        return aggregator is not None and config.actor_key == aggregator[0].actor_key

    def _may_answer(self) -> bool:
        return self.answering.may(self._outbox.now) and self.told.system is not None

    def _suspend(self, why: str) -> None:
        self.learned.changed |= not self.suspended
        self.suspended = why
        self.learned.forget()

    def _disable(self, roid: int, why: str) -> None:
        self.learned.changed |= roid not in self.disabled
        self.disabled[roid] = why
        self.learned.drop(roid)

    def _flush(self, message_id: int) -> None:
        """Send what the rules have brought about; report once a set is whole."""
        learned = self.learned
        if learned.refused:
            self._outbox.nak(IccpStatus.REJECTED_MESSAGE, message_id, tuple(learned.refused))
            learned.refused.clear()
        if learned.requests:
            self._outbox.data(learned.requests)
            learned.requests.clear()
        if learned.changed and not learned.inside:
            learned.changed = False
            self._outbox.add(ReportPeerMlacp())

    def fingerprint(self, now: Instant) -> tuple[object, ...]:
        """State relative to *now*."""
        ours = self._running, self.suspended, tuple(self.disabled.items()), *self.answering.fingerprint(now)
        return *ours, *self.told.fingerprint(), *self.learned.fingerprint()
