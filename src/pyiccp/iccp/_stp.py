"""STP between two nodes (RFC 7727): configuration, root times and topology changes of what poses as one root bridge.

Who is root is not decided here: a node tells as its System Config the address that the pair has elected (mlag.md M1,
sticky), so that the lowest of all (3.3.1) changes only when the pair's does, and a node that comes back takes nothing
(4.3.3). The replicated log of the one spanning tree (M9) travels beside this, in TLVs of our own.
"""

from collections.abc import Iterable, Sequence

from pyiccp._sansio import Instant
from pyiccp.iccp._outbox import Outbox
from pyiccp.iccp._synchronisation import Answering, Synchronisation
from pyiccp.iccp.events import (
    PeerStp,
    ReportPeerStp,
    ReportPeerTopologyChange,
    StpChanged,
    StpConfiguration,
    StpState,
    TopologyChanged,
)
from pyiccp.wire._mac import ZERO, Mac, is_group
from pyiccp.wire.iccp._pdu import IccpStatus, TlvValue
from pyiccp.wire.iccp.stp import (
    INSTANCE,
    StpCistRootTime,
    StpInstancePriority,
    StpMstiRootTime,
    StpSyncData,
    StpSyncRequest,
    StpSystemConfig,
    StpTopologyChanged,
)

CIST = 0
_LAST_INSTANCE = 4094
_SYSTEM, _LISTED, _ALL = 0x0000, 0x0001, 0x3FFF
"""Types of Synchronization Request (3.5)."""

Key = tuple[type[TlvValue], int]
Told = StpSystemConfig | StpConfiguration | StpState


class Stp:
    """The application above its connection; `start` when that is operational, `stop` when it is not any more."""

    def __init__(self, outbox: Outbox) -> None:
        self.refusal = ""
        """What the peer refused of what we told; '' = nothing."""
        self.root: Mac | None = None
        """The virtual root bridge: the lowest address of all System Configs (3.3.1)."""
        self.answering = Answering()
        self._outbox = outbox
        self._running = False
        self._ours: dict[Key, Told] = {}
        self._theirs: dict[Key, Told] = {}
        self._sync: Synchronisation[StpSyncRequest] = Synchronisation()
        self._refused: list[TlvValue] = []
        self._changed = False

    @property
    def peer(self) -> PeerStp | None:
        """What the peer has told; None before its System Config."""
        system = self._theirs.get((StpSystemConfig, CIST))
        if not isinstance(system, StpSystemConfig):
            return None
        others = tuple(tlv for tlv in self._theirs.values() if not isinstance(tlv, StpSystemConfig))
        return PeerStp(
            system,
            tuple(tlv for tlv in others if not isinstance(tlv, StpState)),
            tuple(tlv for tlv in others if isinstance(tlv, StpState)),
        )

    # --- what this node does

    def start(self) -> None:
        """Operational: tell everything, unasked (4.2.2)."""
        self._running = True
        self._tell_all()

    def stop(self) -> None:
        """The connection is gone, and with it what was learned by it."""
        known = bool(self._theirs)
        self._running = False
        self.refusal = ""
        self.answering = Answering()
        self._theirs = {}
        self._sync = Synchronisation()
        self._elect()
        if known:
            self._outbox.add(ReportPeerStp())

    def advance(self) -> None:
        """Send the full set that is owed."""
        if self.answering.pay(self._outbox.now):
            self._tell_all()

    def change(self, now: StpChanged) -> None:
        """Tell what is new, in the order of 4.2.2."""
        before = self._ours
        told: tuple[Told, ...] = (now.system, *now.configuration, *now.state)
        self._ours = {_key(tlv): tlv for tlv in told}
        if not self._running:
            self._elect()
            return
        fresh = [tlv for key, tlv in self._ours.items() if before.get(key) != tlv]
        if fresh and isinstance(fresh[0], StpSystemConfig):
            # Another address makes the peer forget the rest of what we told (`_system_config`).
            self._tell_all()
        else:
            self._outbox.data(fresh)
        self._flush(0)

    def topology_changed(self, event: TopologyChanged) -> None:
        """The topology of these instances changed here: the peer must flush, and say so on its ports (4.2.4)."""
        if self._running:
            self._outbox.data((StpTopologyChanged(tuple(event.instances)),))

    # --- what the peer does

    def receive(self, message_id: int, tlvs: Sequence[TlvValue]) -> None:
        """Application data: what is unsound is refused TLV by TLV, the rest applies in order."""
        for tlv in tlvs:
            if not is_sound(tlv):
                self._refused.append(tlv)
                continue
            match tlv:
                case StpSyncData():
                    self._sync.mark(tlv.number, tlv.end)
                case StpSyncRequest():
                    self._request(tlv)
                case StpTopologyChanged():
                    self._topology_changed(tlv)
                case StpSystemConfig():
                    self._system_config(tlv)
                case _ if isinstance(tlv, StpConfiguration) and not self._is_moot():
                    self._learn(tlv)
                case _ if isinstance(tlv, StpState) and not self._is_moot():
                    self._state(tlv)
        self._flush(message_id)

    def refused(self, tlvs: Sequence[TlvValue]) -> None:
        """The peer has refused something that we told: for a person to see, repeating it would not help."""
        names = [type(tlv).__name__ for tlv in tlvs if self._ours.get(_key(tlv)) == tlv]
        if names:
            self.refusal = f"the peer refused {', '.join(names)}"
            self._outbox.add(ReportPeerStp())

    def _system_config(self, tlv: StpSystemConfig) -> None:
        """Another address than before is another bridge: what it told is void (our choice, no TLV has a node id)."""
        if self._is_moot():
            return
        known = self._theirs.get(_key(tlv))
        if isinstance(known, StpSystemConfig) and known.mac != tlv.mac:
            self._theirs = {}
        self._learn(tlv)

    def _state(self, tlv: StpState) -> None:
        """State without its configuration: ask for it, or refuse it inside a synchronisation, never ask there
        (4.2.3)."""
        if self._knows(_key(tlv)[1]):
            self._learn(tlv)
        else:
            self._miss(tlv)

    def _topology_changed(self, tlv: StpTopologyChanged) -> None:
        """Carried out whatever we wait for: a flush too many costs less than one too few."""
        if self._sync.skipping:
            return
        instances = tuple(dict.fromkeys(word & INSTANCE for word in tlv.words))
        if all(self._knows(instance) for instance in instances):
            self._outbox.add(ReportPeerTopologyChange(instances))
        else:
            self._miss(tlv)
            if not self._sync.inside:
                self._outbox.add(ReportPeerTopologyChange(instances))

    def _request(self, tlv: StpSyncRequest) -> None:
        if self._ours and self.answering.may(self._outbox.now):
            self._outbox.data(self._answer(tlv))

    # --- helpers

    def _answer(self, request: StpSyncRequest) -> list[TlvValue]:
        """What *request* asks for; all of it, unasked, when it names an instance that we do not have (4.2.3)."""
        listed = dict.fromkeys(word & INSTANCE for word in request.words)
        known = {_key(tlv)[1] for tlv in self._ours.values()}
        if request.request == _LISTED and not known.issuperset(listed):
            return self._between(0, self._ours.values())
        wanted = []
        for tlv in self._ours.values():
            of_instance = isinstance(tlv, (StpInstancePriority, StpCistRootTime, StpMstiRootTime))
            meant = _key(tlv)[1] in listed if request.request == _LISTED else request.request == _ALL
            if ((meant and of_instance) or (request.request != _LISTED and not of_instance)) and (
                request.state if isinstance(tlv, StpState) else request.configuration
            ):
                wanted.append(tlv)
        return self._between(request.number, wanted)

    def _tell_all(self) -> None:
        if self._running and self._ours:
            self._outbox.data(self._between(0, self._ours.values()))

    def _between(self, number: int, tlvs: Iterable[TlvValue]) -> list[TlvValue]:
        return [StpSyncData(number, end=False), *tlvs, StpSyncData(number, end=True)]

    def _knows(self, instance: int) -> bool:
        """The configuration of *instance* has been told: the System Config is that of the CIST, which an RSTP bridge
        need not say more of."""
        kind = StpSystemConfig if instance == CIST else StpInstancePriority
        return (kind, instance) in self._theirs

    def _learn(self, tlv: Told) -> None:
        key = _key(tlv)
        self._changed |= self._theirs.get(key) != tlv
        self._theirs[key] = tlv

    def _miss(self, tlv: TlvValue) -> None:
        if self._sync.inside:
            self._refused.append(tlv)
        elif not self._sync.pending:
            self._outbox.data((self._sync.ask(StpSyncRequest),))

    def _is_moot(self) -> bool:
        """What comes outside the answer that we wait for is older than that; what answers nobody is skipped."""
        return self._sync.skipping or (not self._sync.inside and bool(self._sync.pending))

    def _elect(self) -> bool:
        """Find the virtual root; True when it is another one than before."""
        before = self.root
        told = (self._ours.get((StpSystemConfig, CIST)), self._theirs.get((StpSystemConfig, CIST)))
        self.root = min((tlv.mac for tlv in told if isinstance(tlv, StpSystemConfig)), default=None)
        return self.root != before

    def _flush(self, message_id: int) -> None:
        """Send what the rules have brought about; report once a set is whole."""
        if self._refused:
            self._outbox.nak(IccpStatus.REJECTED_MESSAGE, message_id, tuple(self._refused))
            self._refused.clear()
        if self._sync.inside:
            return
        if self._elect() and self._running and self._ours:
            # Whenever the virtual root changes, for all instances (4.3.3).
            self.topology_changed(TopologyChanged(tuple(dict.fromkeys((CIST, *(key[1] for key in self._ours))))))
            self._changed = True
        if self._changed:
            self._changed = False
            self._outbox.add(ReportPeerStp())

    def fingerprint(self, now: Instant) -> tuple[object, ...]:
        """State relative to *now*."""
        tables = tuple(self._ours.values()), tuple(self._theirs.values())
        return (
            self._running,
            self.root,
            self.refusal,
            *tables,
            *self._sync.fingerprint(),
            *self.answering.fingerprint(now),
        )


def is_sound(tlv: TlvValue) -> bool:
    """Every number of *tlv* is one that the standard gives a meaning to."""
    match tlv:
        case StpSystemConfig():
            return tlv.roid != 0 and tlv.mac != ZERO and not is_group(tlv.mac)
        case StpInstancePriority():
            return tlv.instance <= _LAST_INSTANCE
        case StpMstiRootTime():
            return 1 <= tlv.instance <= _LAST_INSTANCE
        case StpTopologyChanged():
            return all(word & INSTANCE <= _LAST_INSTANCE for word in tlv.words)
        case StpSyncRequest():
            return tlv.number != 0 and tlv.request in (_SYSTEM, _LISTED, _ALL)
        case _:
            return True


def _key(tlv: TlvValue) -> Key:
    """What makes two TLVs tell of the same thing."""
    return type(tlv), tlv.instance if isinstance(tlv, (StpInstancePriority, StpMstiRootTime)) else CIST
