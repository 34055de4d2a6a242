"""ICCP with one peer: the LDP session, on it the redundancy group, in it the applications.

A message is read completely and checked before anything of it takes effect, and nothing that a peer sends raises.
"""

from collections.abc import Sequence
from typing import Any

from pyiccp._sansio import Instant
from pyiccp.iccp import _application as app
from pyiccp.iccp import _connection as con
from pyiccp.iccp import _ldp as ldp
from pyiccp.iccp._group import Group, Understood
from pyiccp.iccp._mlacp import Mlacp
from pyiccp.iccp._outbox import Outbox
from pyiccp.iccp._reading import FaultError, read
from pyiccp.iccp._session import Session
from pyiccp.iccp._stp import Stp
from pyiccp.iccp.events import (
    Action,
    Application,
    ApplicationSwitched,
    CarrierEstablished,
    CarrierLost,
    Event,
    GroupSwitched,
    MalformedReceived,
    MessageReceived,
    MlacpChanged,
    PeerStp,
    StpChanged,
    TlvsQueued,
    TopologyChanged,
)
from pyiccp.wire._mac import Mac
from pyiccp.wire.iccp._pdu import (
    RG_APPLICATION_DATA,
    RG_CONNECT,
    RG_NOTIFICATION,
    IccpStatus,
    LdpStatus,
    Message,
)
from pyiccp.wire.iccp.mlacp import AggregatorConfig, AggregatorState, PortConfig, PortState, SystemConfig


class IccpCore:
    """Events in, actions out; see the head of this file."""

    def __init__(
        self,
        name: str,
        domain: int,
        lsr_id: int,
        applications: tuple[Application, ...],
        optional: tuple[Application, ...] = (),
    ) -> None:
        """*applications* are run; the session is up without those of *optional* that the peer does not run."""
        self.name = name
        self.domain = domain
        self.lsr_id = lsr_id
        self._outbox = Outbox(name, domain)
        self._mlacp = Mlacp(self._outbox)
        self._stp = Stp(self._outbox)
        understood: dict[Application, Understood] = {Application.MLACP: self._mlacp, Application.STP: self._stp}
        self._group = Group(domain, applications, optional, self._outbox, understood)
        self._session = Session(lsr_id, self._outbox, self._group)

    # --- what is known

    @property
    def connection(self) -> con.State:
        """The RG connection."""
        return self._group.connection

    @property
    def session(self) -> ldp.State:
        """The LDP session."""
        return self._session.state

    @property
    def applications(self) -> dict[Application, app.State]:
        """The connections of the applications."""
        return self._group.states

    @property
    def established(self) -> bool:
        """Every application that we need is operational."""
        return self._group.up

    @property
    def counters(self) -> dict[str, int]:
        """What was dropped and why, and the NAKs."""
        return {
            **self._group.counters,
            **({"refusals withheld": self._outbox.withheld} if self._outbox.withheld else {}),
        }

    @property
    def peer_system(self) -> SystemConfig | None:
        """The peer's mLACP system."""
        return self._mlacp.learned.system

    @property
    def peer_aggregators(self) -> dict[int, tuple[AggregatorConfig, AggregatorState | None]]:
        """The peer's aggregators by ROID."""
        return self._mlacp.learned.aggregators

    @property
    def peer_ports(self) -> dict[int, tuple[PortConfig, PortState | None]]:
        """The peer's ports by LACP port number."""
        return self._mlacp.learned.ports

    @property
    def suspended(self) -> str:
        """Why mLACP says nothing; '' while it does."""
        return self._mlacp.suspended

    @property
    def disabled_aggregators(self) -> dict[int, str]:
        """ROID -> why that aggregator must not be used."""
        return self._mlacp.disabled

    @property
    def peer_stp(self) -> PeerStp | None:
        """The peer's spanning tree, as RFC 7727 tells it."""
        return self._stp.peer

    @property
    def virtual_root(self) -> Mac | None:
        """The lowest bridge address that either node has told (RFC 7727 3.3.1); None before ours."""
        return self._stp.root

    @property
    def stp_refusal(self) -> str:
        """What the peer refused of our spanning tree; '' = nothing."""
        return self._stp.refusal

    # --- the interface

    @property
    def deadline(self) -> Instant | None:
        """When `advance` is next due."""
        owed = self._mlacp.answering.owed_at, self._stp.answering.owed_at
        due = (self._group.timers.next, self._session.timers.next, *owed)
        return min((at for at in due if at is not None), default=None)

    def handle(self, event: Event, now: Instant) -> Sequence[Action]:
        """*event* happened at *now*."""
        self._outbox.now = now
        match event:
            case MessageReceived(message, lsr_id):
                if self._session.receive(message, lsr_id):
                    self._group_message(message)
            case TlvsQueued(application, tlvs, stream):
                if self._group.states.get(application) is app.State.OPERATIONAL:
                    self._outbox.data(tlvs, stream)
                else:
                    self._group.count("TLVs without a connection")
            case MlacpChanged():
                self._mlacp.change(event)
            case StpChanged():
                self._stp.change(event)
            case TopologyChanged():
                self._stp.topology_changed(event)
            case CarrierEstablished(carrier):
                self._session.begin(carrier)
            case CarrierLost(why):
                self._session.end(why)
            case MalformedReceived(status, why):
                self._session.malformed(status, why)
            case GroupSwitched(member):
                self._group.switch(member)
            case ApplicationSwitched(application, on, cause):
                self._group.switch_application(application, on, cause)
        return self._outbox.taken()

    def advance(self, now: Instant) -> Sequence[Action]:
        """Keep the session alive, and try again what was rejected, when the time has come."""
        self._outbox.now = now
        self._session.advance()
        self._mlacp.advance()
        self._stp.advance()
        self._group.retry(now)
        return self._outbox.taken()

    def fingerprint(self, now: Instant) -> tuple[Any, ...]:
        """The state, deadlines relative to *now*."""
        parts = (self._session, self._group, self._mlacp, self._stp)
        return self.name, self.domain, *(part.fingerprint(now) for part in parts)

    def _group_message(self, message: Message) -> None:
        """RG messages: taken apart, refused where they cannot be used, handed to the group."""
        group = self._group
        if group.connection in (con.State.NONEXISTENT, con.State.INITIALIZED, con.State.CAPSENT):
            group.count("messages without the capability")
            return
        try:
            parts = read(message)
        except FaultError as fault:
            group.count(f"refused {fault.status.name}")
            if message.type != RG_NOTIFICATION:
                self._outbox.notify(fault.status, message, fault.tlvs)
            return
        if message.type == RG_NOTIFICATION:
            if parts.nak is not None and not parts.unknown:
                group.nak_received(parts.nak)
        elif parts.rg_id != self.domain:
            self._outbox.nak(IccpStatus.UNKNOWN_RG, message.message_id, rg_id=parts.rg_id)
        elif message.type == RG_APPLICATION_DATA:
            group.data_received(message, parts)
        elif parts.unknown:
            self._outbox.notify(LdpStatus.UNKNOWN_TLV, message, parts.unknown)
        elif message.type == RG_CONNECT:
            group.connect_received(message, parts)
        else:
            group.disconnect_received(message, parts)
