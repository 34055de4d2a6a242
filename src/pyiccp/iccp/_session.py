"""Running the LDP session: opening, capabilities, KeepAlive, closing (RFC 5036 2.5, RFC 5561)."""

from pyiccp._sansio import Instant, Timers, seconds
from pyiccp.iccp import _connection as con
from pyiccp.iccp import _ldp as ldp
from pyiccp.iccp._group import Group
from pyiccp.iccp._outbox import Outbox
from pyiccp.iccp.events import Ldp, ResetCarrier
from pyiccp.wire.iccp._pdu import (
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
"""Seconds, proposed on the raw link because the field must not be zero; the link looks after liveness."""

_MAX_PDU = 4096
_PDU_HEADER = 10
_LEAST_MAX_PDU = 256
"""What is proposed below this means 4096 (RFC 5036 3.5.3)."""

_PER_KEEPALIVE = 3
"""Something is sent at least so often in one keepalive time."""

_FIRST_PAUSE = seconds(15)
_LAST_PAUSE = seconds(120)
"""Before TCP is tried again after an Initialization that came to nothing (RFC 5036 2.5.3)."""

_FATAL = (
    LdpStatus.BAD_LDP_IDENTIFIER,
    LdpStatus.BAD_PROTOCOL_VERSION,
    LdpStatus.BAD_PDU_LENGTH,
    LdpStatus.BAD_MESSAGE_LENGTH,
    LdpStatus.BAD_TLV_LENGTH,
)
"""Of octets that are no message (RFC 5036 3.5.1.2). A malformed value is refused, the session goes on: our choice."""

_TOO_EARLY = "peer said something else before Initialization"

_GROUP = (RG_CONNECT, RG_DISCONNECT, RG_NOTIFICATION, RG_APPLICATION_DATA)


class Session:
    """One LDP session at a time, on the raw link or on TCP."""

    def __init__(self, lsr_id: int, outbox: Outbox, group: Group) -> None:
        self.state = ldp.State.NONEXISTENT
        self.timers: Timers[str] = Timers()
        self._lsr_id = lsr_id
        self._outbox = outbox
        self._group = group
        self._ldp: Ldp | None = None
        self._greeted = False
        """The peer's Initialization is here."""
        self._capability: IccpCapability | None = None
        self._keepalive: Instant = 0
        self._pause = _FIRST_PAUSE

    # --- the carrier

    def begin(self, carrier: Ldp | None) -> None:
        """The carrier is up."""
        self.end("the carrier started again")
        self._outbox.restart()
        self._ldp = carrier
        if carrier is None:
            self._feed(ldp.Input.LINK_UP)
            self._greet()
            self._open()
            return
        self._keepalive = seconds(carrier.keepalive)
        self.timers.set("hold", self._outbox.now + self._keepalive)
        self._feed(ldp.Input.TCP_UP)
        if carrier.active:
            self._greet()
            self._feed(ldp.Input.INITIALIZATION_SENT)

    def end(self, why: str) -> None:
        """The carrier is gone."""
        self._feed(ldp.Input.DOWN)
        self._forget(why)

    def malformed(self, status: int, why: str) -> None:
        """Octets that are no message."""
        if self.state is ldp.State.NONEXISTENT:
            return
        if status in _FATAL:
            self._close(LdpStatus(status), why)
        else:
            self._group.count("malformed")
            self._outbox.nak(IccpStatus.REJECTED_MESSAGE, 0)

    def advance(self) -> None:
        """KeepAlive, ours and the peer's."""
        now = self._outbox.now
        for key in self.timers.due(now):
            if key == "hold":
                self._feed(ldp.Input.TIMEOUT, LdpStatus.KEEPALIVE_EXPIRED, "peer is silent")
            elif (due := self._outbox.sent_at + self._keepalive // _PER_KEEPALIVE) > now:
                self.timers.set("keepalive", due)
            else:
                self._say_alive()

    def fingerprint(self, now: Instant) -> tuple[object, ...]:
        """State relative to *now*."""
        return self.state.name, self._ldp, self._greeted, self._capability, self._pause, self.timers.fingerprint(now)

    # --- messages

    def receive(self, message: Message, lsr_id: int) -> bool:
        """Deal with *message*; True when it is one for the group."""
        kind = message.type
        if self.state is ldp.State.NONEXISTENT:
            self._group.count("messages without a carrier")
            return False
        if self._ldp is not None:
            self.timers.set("hold", self._outbox.now + self._keepalive)
            if lsr_id not in (0, self._ldp.peer_lsr_id):
                self._close(LdpStatus.BAD_LDP_IDENTIFIER, f"peer LSR id {lsr_id:#010x}", message)
                return False
        if kind == NOTIFICATION:
            self._notification(message)
        elif kind == INITIALIZATION:
            self._initialization(message)
        elif self._ldp is None and not self._greeted:
            self._close(LdpStatus.SHUTDOWN, _TOO_EARLY, message)
        elif kind == KEEPALIVE:
            self._feed(ldp.Input.KEEPALIVE_RECEIVED, LdpStatus.SHUTDOWN, _TOO_EARLY, message)
        elif self.state is not ldp.State.OPERATIONAL:
            self._feed(ldp.Input.OTHER_RECEIVED, LdpStatus.SHUTDOWN, _TOO_EARLY, message)
        elif kind in _GROUP:
            return True
        elif kind == CAPABILITY:
            self._capabilities(message)
        elif not message.u:
            self._outbox.notify(LdpStatus.UNKNOWN_MESSAGE_TYPE, message)
        return False

    def _initialization(self, message: Message) -> None:
        if self._greeted:
            why = "peer said Initialization twice"
            self._feed(ldp.Input.INITIALIZATION_RECEIVED, LdpStatus.SHUTDOWN, why, message)
            return
        session = next((tlv for tlv in message.tlvs if isinstance(tlv, CommonSession)), None)
        if session is None:
            self._close(LdpStatus.MISSING_MESSAGE_PARAMETERS, "Initialization without parameters", message)
        elif session.version != 1:
            self._close(LdpStatus.BAD_PROTOCOL_VERSION, f"peer LDP version {session.version}, ours 1", message)
        elif self._ldp is not None and not session.keepalive:
            self._close(LdpStatus.REJECTED_BAD_KEEPALIVE, "peer proposes a keepalive time of 0", message)
        elif self._ldp is not None and session.receiver_lsr_id != self._lsr_id:
            self._close(LdpStatus.REJECTED_NO_HELLO, f"peer calls us {session.receiver_lsr_id:#010x}", message)
        else:
            self._greeted = True
            if self._ldp is not None:
                self._agree(session)
            self._capabilities(message)

    def _agree(self, session: CommonSession) -> None:
        """The smaller keepalive time and the smaller PDU count (RFC 5036 3.5.3)."""
        proposed = session.max_pdu if session.max_pdu >= _LEAST_MAX_PDU else _MAX_PDU
        self._outbox.max_message = min(proposed, _MAX_PDU) - _PDU_HEADER
        self._keepalive = min(self._keepalive, seconds(session.keepalive))
        self.timers.set("hold", self._outbox.now + self._keepalive)
        self._feed(ldp.Input.INITIALIZATION_RECEIVED)

    def _capabilities(self, message: Message) -> None:
        """In Initialization, or later (RFC 5561)."""
        iccp = [tlv for tlv in message.tlvs if isinstance(tlv, IccpCapability)]
        unknown = tuple(tlv for tlv in message.tlvs if isinstance(tlv, UnknownTlv) and not tlv.u)
        if len(iccp) > 1:
            self._close(LdpStatus.MALFORMED_TLV_VALUE, "one capability twice in one message", message)
        elif unknown:
            status = LdpStatus.UNSUPPORTED_CAPABILITY if message.type == CAPABILITY else LdpStatus.UNKNOWN_TLV
            self._outbox.notify(status, message, unknown)
        elif iccp:
            # In Initialization the S bit is not looked at.
            self._capability = iccp[0] if iccp[0].s or message.type == INITIALIZATION else None
            if self.state is ldp.State.OPERATIONAL:
                self._tell_capability()

    def _tell_capability(self) -> None:
        peer = self._capability
        if peer is None:
            self._group.feed(con.Input.CAPABILITY_WITHDRAWN)
            self._group.close("peer withdrew ICCP")
        elif peer.major != 1:
            self._group.close(f"peer ICCP version {peer.major}.{peer.minor}, ours 1.0")
        else:
            self._group.feed(con.Input.CAPABILITY_RECEIVED)

    def _notification(self, message: Message) -> None:
        self._group.count("LDP notifications")
        for tlv in message.tlvs:
            if isinstance(tlv, Status) and tlv.fatal:
                why = f"peer closed the session: {_status_text(tlv)}"
                self._feed(ldp.Input.SHUTDOWN_RECEIVED, LdpStatus.SHUTDOWN, why)
                return

    # --- what the table wants

    def _feed(
        self,
        event: ldp.Input,
        status: LdpStatus = LdpStatus.SHUTDOWN,
        why: str = "",
        about: Message | None = None,
    ) -> None:
        """Something happened to the session; *status*, *why* and *about* count if it ends by that."""
        before = self.state
        self.state, do = ldp.step(before, event)
        match do:
            case ldp.Do.GREET:
                self._greet()
                self._say_alive()
            case ldp.Do.KEEPALIVE:
                self._say_alive()
            case ldp.Do.CLOSE | ldp.Do.SHUTDOWN:
                self._close(status, why, about)
            case ldp.Do.LEAVE:
                self._leave(why)
            case ldp.Do.IGNORE:
                self._group.count(f"{event.name} in {before.name}")
        if self.state is ldp.State.OPERATIONAL and before is ldp.State.OPENREC:
            self._open()

    def _greet(self) -> None:
        """Initialization: parameters of the session, and the capability."""
        keepalive, receiver = (self._ldp.keepalive, self._ldp.peer_lsr_id) if self._ldp else (_KEEPALIVE, 0)
        self._outbox.send(INITIALIZATION, (CommonSession(keepalive, receiver), DynamicCapability(), IccpCapability()))

    def _say_alive(self) -> None:
        self._outbox.send(KEEPALIVE, ())
        self.timers.set("keepalive", self._outbox.now + self._keepalive // _PER_KEEPALIVE)

    def _open(self) -> None:
        """The session is up: the ICCP connection begins, with what both have said of it already."""
        self._pause = _FIRST_PAUSE
        self._group.feed(con.Input.LDP_UP)
        self._group.feed(con.Input.CAPABILITY_SENT)
        if self._capability is not None:
            self._tell_capability()

    def _close(self, status: LdpStatus, why: str, about: Message | None = None) -> None:
        """A fault that ends the session, whatever its state: say so and close (RFC 5036 3.5.1.1)."""
        self._group.count(f"fatal {status.name}")
        self._outbox.notify_fatal(status, about)
        self._leave(why)

    def _leave(self, why: str) -> None:
        pause = 0
        if self._ldp is not None and self._group.connection is con.State.NONEXISTENT:
            pause = self._pause
            self._pause = min(2 * pause, _LAST_PAUSE)
        self.state = ldp.State.NONEXISTENT
        self._forget(why)
        self._outbox.add(ResetCarrier(why, pause))

    def _forget(self, why: str) -> None:
        self._greeted = False
        self._capability = None
        self.timers.cancel("hold")
        self.timers.cancel("keepalive")
        if self._group.connection is not con.State.NONEXISTENT:
            self._group.feed(con.Input.LDP_DOWN)
            self._group.close(why if self._group.up else "")


def _status_text(tlv: Status) -> str:
    known = tlv.code in tuple(LdpStatus)
    return LdpStatus(tlv.code).name.replace("_", " ").lower() if known else f"status {tlv.code:#x}"
