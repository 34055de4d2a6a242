"""ICCP with one peer: the LDP session, on it the redundancy group, in it the applications.

A message is read completely and checked before anything of it takes effect, and nothing that a peer sends raises.
"""

from collections.abc import Sequence
from typing import Any

from pyiccp.iccp import application as app
from pyiccp.iccp import connection as con
from pyiccp.iccp import ldp
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
    TlvsQueued,
)
from pyiccp.iccp.group import Group
from pyiccp.iccp.mlacp import Mlacp
from pyiccp.iccp.outbox import Outbox
from pyiccp.iccp.reading import FaultError, read
from pyiccp.iccp.session import Session
from pyiccp.sansio import Instant
from pyiccp.wire.iccp.mlacp import AggregatorConfig, AggregatorState, PortConfig, PortState, SystemConfig
from pyiccp.wire.iccp.pdu import (
    RG_APPLICATION_DATA,
    RG_CONNECT,
    RG_NOTIFICATION,
    IccpStatus,
    LdpStatus,
    Message,
)


class IccpCore:
    """Events in, actions out; see the head of this file."""

    def __init__(self, name: str, domain: int, lsr_id: int, applications: tuple[Application, ...]) -> None:
        self.name = name
        self.domain = domain
        self.lsr_id = lsr_id
        self._outbox = Outbox(name, domain)
        self._mlacp = Mlacp(self._outbox)
        self._group = Group(domain, applications, self._outbox, self._mlacp)
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

    # --- the interface

    @property
    def deadline(self) -> Instant | None:
        """When `advance` is next due."""
        due = (self._group.timers.next, self._session.timers.next, self._mlacp.owed_at)
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
        self._group.retry(now)
        return self._outbox.taken()

    def fingerprint(self, now: Instant) -> tuple[Any, ...]:
        """The state, deadlines relative to *now*."""
        parts = self._session.fingerprint(now), self._group.fingerprint(now), self._mlacp.fingerprint(now)
        return self.name, self.domain, *parts

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
