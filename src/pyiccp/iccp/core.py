"""The ICCP session with one peer: capability, then the redundancy group and its applications.

The carrier delivers messages once and in order, in two streams. The first message on it is an LDP Initialization that
carries the ICCP capability; from there on `group` has the machines. A message is read completely and checked before
anything of it takes effect, and nothing that a peer sends raises.
"""

from collections.abc import Sequence
from typing import Any

from pyiccp.iccp import application as app
from pyiccp.iccp import connection as con
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
    ResetCarrier,
    TlvsQueued,
)
from pyiccp.iccp.group import Group
from pyiccp.iccp.mlacp import Mlacp
from pyiccp.iccp.outbox import Outbox
from pyiccp.iccp.reading import FaultError, read
from pyiccp.sansio import Instant
from pyiccp.wire.iccp.mlacp import AggregatorConfig, AggregatorState, PortConfig, PortState, SystemConfig
from pyiccp.wire.iccp.pdu import (
    CAPABILITY,
    INITIALIZATION,
    KEEPALIVE,
    NOTIFICATION,
    RG_APPLICATION_DATA,
    RG_CONNECT,
    RG_DISCONNECT,
    RG_NOTIFICATION,
    CommonSession,
    DynamicCapability,
    IccpCapability,
    IccpStatus,
    LdpStatus,
    Message,
    Status,
    UnknownTlv,
)

_KEEPALIVE = 15
"""Seconds, proposed because the field must not be zero; the carrier looks after liveness."""

_FATAL = (
    LdpStatus.BAD_LDP_IDENTIFIER,
    LdpStatus.BAD_PROTOCOL_VERSION,
    LdpStatus.BAD_PDU_LENGTH,
    LdpStatus.BAD_MESSAGE_LENGTH,
    LdpStatus.BAD_TLV_LENGTH,
)
"""Of octets that are no message (RFC 5036 3.5.1.2). A malformed value is refused, the session goes on: our choice."""

_CLOSED = (con.State.NONEXISTENT, con.State.INITIALIZED)


class IccpCore:
    """Events in, actions out; see the head of this file."""

    def __init__(self, name: str, domain: int, lsr_id: int, applications: tuple[Application, ...]) -> None:
        self.name = name
        self.domain = domain
        self.lsr_id = lsr_id
        self._outbox = Outbox(name, domain)
        self._mlacp = Mlacp(self._outbox)
        self._group = Group(domain, applications, self._outbox, self._mlacp)
        self._greeted = False
        """The peer's Initialization is here."""

    # --- what is known

    @property
    def connection(self) -> con.State:
        """The RG connection."""
        return self._group.connection

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
        due = [at for at in (self._group.timers.next, self._mlacp.owed_at) if at is not None]
        return min(due, default=None)

    def handle(self, event: Event, now: Instant) -> Sequence[Action]:
        """*event* happened at *now*."""
        self._outbox.now = now
        match event:
            case MessageReceived(message):
                self._message(message)
            case TlvsQueued(application, tlvs, stream):
                if self._group.states.get(application) is app.State.OPERATIONAL:
                    self._outbox.data(tlvs, stream)
                else:
                    self._group.count("TLVs without a connection")
            case MlacpChanged():
                self._mlacp.change(event)
            case CarrierEstablished():
                self._carrier_established()
            case CarrierLost(why):
                self._end(why)
            case MalformedReceived(status, why):
                self._malformed(status, why)
            case GroupSwitched(member):
                self._group.switch(member)
            case ApplicationSwitched(application, on, cause):
                self._group.switch_application(application, on, cause)
        return self._outbox.taken()

    def advance(self, now: Instant) -> Sequence[Action]:
        """Try again what was rejected, when its time has come."""
        self._outbox.now = now
        self._mlacp.advance()
        self._group.retry(now)
        return self._outbox.taken()

    def fingerprint(self, now: Instant) -> tuple[Any, ...]:
        """The state, deadlines relative to *now*."""
        return (self.name, self.domain, self._greeted, *self._group.fingerprint(now), *self._mlacp.fingerprint(now))

    # --- the carrier

    def _carrier_established(self) -> None:
        self._end("the carrier started again")
        self._outbox.restart()
        self._group.feed(con.Input.LDP_UP)
        greeting = (CommonSession(_KEEPALIVE, receiver_lsr_id=0), DynamicCapability(), IccpCapability())
        self._outbox.send(INITIALIZATION, greeting)
        self._group.feed(con.Input.CAPABILITY_SENT)

    def _end(self, why: str) -> None:
        self._greeted = False
        if self._group.connection is not con.State.NONEXISTENT:
            self._group.feed(con.Input.LDP_DOWN)
            self._group.close(why if self._group.up else "")

    def _fatal(self, status: LdpStatus, why: str, about: Message | None = None) -> None:
        """Say why and close the session (RFC 5036 3.5.1.1)."""
        self._group.count(f"fatal {status.name}")
        self._outbox.notify_fatal(status, about)
        self._end(why)
        self._outbox.add(ResetCarrier(why))

    def _malformed(self, status: int, why: str) -> None:
        if self._group.connection in _CLOSED:
            return
        if status in _FATAL:
            self._fatal(LdpStatus(status), why)
        else:
            self._group.count("malformed")
            self._outbox.nak(IccpStatus.REJECTED_MESSAGE, 0)

    # --- messages

    def _message(self, message: Message) -> None:
        kind = message.type
        if self._group.connection in _CLOSED:
            self._group.count("messages without a carrier")
        elif kind == INITIALIZATION:
            self._initialization(message)
        elif kind == NOTIFICATION:
            self._notification(message)
        elif not self._greeted:
            self._fatal(LdpStatus.SHUTDOWN, "peer said something else before Initialization", message)
        elif kind in (RG_CONNECT, RG_DISCONNECT, RG_NOTIFICATION, RG_APPLICATION_DATA):
            self._group_message(message)
        elif kind == CAPABILITY:
            self._capabilities(message)
        elif kind != KEEPALIVE and not message.u:
            self._outbox.notify(LdpStatus.UNKNOWN_MESSAGE_TYPE, message)

    def _group_message(self, message: Message) -> None:
        group = self._group
        if group.connection is con.State.CAPSENT:
            group.count("messages without the capability")
            return
        try:
            parts = read(message)
        except FaultError as fault:
            group.count(f"refused {fault.status.name}")
            if message.type != RG_NOTIFICATION:
                self._outbox.notify(fault.status, message, tlvs=fault.tlvs)
            return
        if message.type == RG_NOTIFICATION:
            if parts.nak is not None and not parts.unknown:
                group.nak_received(parts.nak)
        elif parts.rg_id != self.domain:
            self._outbox.nak(IccpStatus.UNKNOWN_RG, message.message_id, rg_id=parts.rg_id)
        elif message.type == RG_APPLICATION_DATA:
            group.data_received(message, parts)
        elif parts.unknown:
            self._outbox.notify(LdpStatus.UNKNOWN_TLV, message, tlvs=parts.unknown)
        elif message.type == RG_CONNECT:
            group.connect_received(message, parts)
        else:
            group.disconnect_received(message, parts)

    def _initialization(self, message: Message) -> None:
        if self._greeted:
            self._group.count("Initialization again")
            return
        sessions = [tlv for tlv in message.tlvs if isinstance(tlv, CommonSession)]
        if not sessions:
            self._fatal(LdpStatus.MISSING_MESSAGE_PARAMETERS, "Initialization without parameters", message)
        elif sessions[0].version != 1:
            self._fatal(LdpStatus.BAD_PROTOCOL_VERSION, f"peer LDP version {sessions[0].version}, ours 1", message)
        else:
            self._greeted = True
            self._capabilities(message)

    def _capabilities(self, message: Message) -> None:
        """In Initialization, or later (RFC 5561)."""
        iccp = [tlv for tlv in message.tlvs if isinstance(tlv, IccpCapability)]
        unknown = tuple(tlv for tlv in message.tlvs if isinstance(tlv, UnknownTlv) and not tlv.u)
        if len(iccp) > 1:
            self._fatal(LdpStatus.MALFORMED_TLV_VALUE, "one capability twice in one message", message)
        elif unknown:
            status = LdpStatus.UNSUPPORTED_CAPABILITY if message.type == CAPABILITY else LdpStatus.UNKNOWN_TLV
            self._outbox.notify(status, message, tlvs=unknown)
        elif iccp:
            self._capability(iccp[0], advertised=iccp[0].s or message.type == INITIALIZATION)

    def _capability(self, tlv: IccpCapability, advertised: bool) -> None:
        if not advertised:
            self._group.feed(con.Input.CAPABILITY_WITHDRAWN)
            self._group.close("peer withdrew ICCP")
        elif tlv.major != 1:
            self._group.close(f"peer ICCP version {tlv.major}.{tlv.minor}, ours 1.0")
        else:
            self._group.feed(con.Input.CAPABILITY_RECEIVED)

    def _notification(self, message: Message) -> None:
        """Never answered."""
        self._group.count("LDP notifications")
        for tlv in message.tlvs:
            if isinstance(tlv, Status) and tlv.fatal:
                why = f"peer closed the session: {_status_text(tlv)}"
                self._end(why)
                self._outbox.add(ResetCarrier(why))
                return


def _status_text(tlv: Status) -> str:
    known = tlv.code in tuple(LdpStatus)
    return LdpStatus(tlv.code).name.replace("_", " ").lower() if known else f"status {tlv.code:#x}"
