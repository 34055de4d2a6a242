"""The redundancy group: the RG connection and the connections of its applications (RFC 7275 4.2, 4.4, 6).

The bulk stream may overtake the urgent one: data of an application of our own can arrive before the Connect that makes
its connection operational here. They are kept until then (`_early`).
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from pyiccp._sansio import Instant, Timers, seconds
from pyiccp.iccp import _application as app
from pyiccp.iccp import _connection as con
from pyiccp.iccp._outbox import Outbox
from pyiccp.iccp._owners import disconnect_type, owner
from pyiccp.iccp._reading import Parts
from pyiccp.iccp.events import Application, DeliverTlvs, ReportSession, ResetCarrier
from pyiccp.wire.iccp._pdu import CAPABILITY, IccpCapability, IccpStatus, LdpStatus, Message, TlvValue
from pyiccp.wire.iccp.rg import ApplicationConnect, ApplicationDisconnect, Nak, RequestedVersion

VERSION = 1
"""Of every application protocol that we run."""

_FIRST_RETRY = seconds(15)
_LAST_RETRY = seconds(120)
"""After a rejection: as LDP backs off (RFC 5036 2.5.3); at once when the peer itself tries."""

_MAX_EARLY = 256
"""Messages kept because they came before their connection; more of them than a peer has reason to send."""

_WORDS = {
    IccpStatus.UNKNOWN_RG: "peer is not in redundancy group",
    IccpStatus.CONNECTION_COUNT_EXCEEDED: "peer has too many connections",
    IccpStatus.APPLICATION_CONNECTION_COUNT_EXCEEDED: "peer has too many connections of",
    IccpStatus.APPLICATION_NOT_IN_RG: "peer does not run",
    IccpStatus.INCOMPATIBLE_VERSION: "peer runs another version of",
    IccpStatus.ADMINISTRATIVELY_DISABLED: "peer has switched ICCP off",
}


class Understood(Protocol):
    """An application whose TLVs end here; those of the others are handed up and down."""

    def start(self) -> None:
        """Its connection is operational."""

    def stop(self) -> None:
        """Not any more."""

    def receive(self, message_id: int, tlvs: Sequence[TlvValue]) -> None:
        """The peer's data."""

    def refused(self, tlvs: Sequence[TlvValue]) -> None:
        """The peer refuses these of ours."""


class Group:
    """One redundancy group with one peer. The session is up while every one of *applications* is operational that the
    peer runs; it may do without the *optional* ones."""

    def __init__(
        self,
        rg_id: int,
        applications: tuple[Application, ...],
        optional: tuple[Application, ...],
        outbox: Outbox,
        understood: Mapping[Application, Understood],
    ) -> None:
        self.rg_id = rg_id
        self.applications = applications
        self.connection = con.State.NONEXISTENT
        self.states = dict.fromkeys(applications, app.State.NONEXISTENT)
        self.timers: Timers[int] = Timers()
        """When to try again what was rejected: 0 = RG Connect, else the application."""
        self.up = False
        self.member = True
        self.counters: dict[str, int] = {}
        self._optional = optional
        self._declined: dict[Application, None] = {}
        """Optional ones that the peer does not run."""
        self._outbox = outbox
        self._understood = understood
        self._retries: dict[int, Instant] = {}
        self._peer = ""
        self._why = ""
        self._early: list[tuple[Message, Application, tuple[TlvValue, ...]]] = []

    def count(self, what: str) -> None:
        """One more of *what*."""
        self.counters[what] = self.counters.get(what, 0) + 1

    # --- the RG connection

    def feed(self, event: con.Input, message: Message | None = None) -> None:
        """Something happened to the RG connection."""
        before = self.connection
        self.connection, do = con.step(before, event)
        match do:
            case con.Do.CONNECT:
                self._outbox.connect()
            case con.Do.CAPABILITY:
                self._outbox.send(CAPABILITY, (IccpCapability(),))
            case con.Do.NAK if message is not None:
                self._outbox.nak(IccpStatus.REJECTED_MESSAGE, message.message_id, message.tlvs[1:], self.rg_id)
            case con.Do.IGNORE:
                self.count(f"{event.name} in {before.name}")
        if before is not self.connection:
            self._moved(before)

    def _moved(self, before: con.State) -> None:
        operational = con.State.OPERATIONAL
        if self.connection is operational:
            self.timers.cancel(0)
            for application in self.applications:
                self.feed_application(application, app.Input.ICCP_UP)
                self._open(application)
        elif before is operational:
            self._declined.clear()
            for application in self.states:
                self.feed_application(application, app.Input.ICCP_DOWN)
        if self.connection is con.State.CAPREC and before in (con.State.INITIALIZED, con.State.CAPSENT):
            self.connect()
        elif self.connection is con.State.CAPREC and self.member:
            self._try_later(0)
        elif self.connection in (con.State.NONEXISTENT, con.State.CAPSENT):
            self.timers.cancel(0)

    def connect(self) -> None:
        """Try to open the RG connection, if it is to be opened."""
        if self.connection is con.State.CAPREC and self.member:
            self._outbox.connect()
            self.feed(con.Input.CONNECT_SENT)

    def switch(self, member: bool) -> None:
        """Leave the group, or come back into it (RFC 7275 4.2.2)."""
        self.member = member
        if member:
            self.connect()
        elif self.connection in (con.State.CONNECTING, con.State.OPERATIONAL):
            self._outbox.disconnect(IccpStatus.RG_REMOVED)
            self.feed(con.Input.DISCONNECT_SENT)
            self.close("this node left the redundancy group")

    def retry(self, now: Instant) -> None:
        """Try again what is due."""
        for key in self.timers.due(now):
            if key == 0:
                self.connect()
            else:
                self._open(Application(key))

    def _try_later(self, key: int) -> None:
        span = self._retries.get(key, _FIRST_RETRY)
        self._retries[key] = min(2 * span, _LAST_RETRY)
        self.timers.set(key, self._outbox.now + span)

    # --- the connections of applications

    def feed_application(self, application: Application, event: app.Input) -> app.Do:
        """Something happened to the connection of *application*."""
        before = self.states[application]
        after, do = app.step(before, event)
        self.states[application] = after
        if do is app.Do.ANSWER:
            self._outbox.connect(application, a=True)
        elif do is app.Do.IGNORE:
            self.count(f"{event.name} in {before.name}")
        if after is before:
            return do
        if before is app.State.OPERATIONAL:
            self._closed(application, event)
        if after is app.State.OPERATIONAL:
            self._opened(application)
        if after is app.State.RESET and event is not app.Input.ICCP_UP and application in self.applications:
            self._try_later(application)
        elif after is not app.State.RESET:
            self.timers.cancel(application)
        return do

    def _open(self, application: Application) -> None:
        if self.states[application] is app.State.RESET and application in self.applications:
            self._outbox.connect(application)
            self.feed_application(application, app.Input.CONNECT_SENT)

    def _opened(self, application: Application) -> None:
        self._declined.pop(application, None)
        if (understood := self._understood.get(application)) is not None:
            understood.start()
        self._report_if_whole()

    def _report_if_whole(self) -> None:
        """The session is up as soon as nothing that we need is missing."""
        if self.connection is not con.State.OPERATIONAL or self.up:
            return
        needed = (other for other in self.applications if other not in self._declined)
        if any(self.states[other] is not app.State.OPERATIONAL for other in needed):
            return
        self.up = True
        self._why = ""
        self._retries.clear()
        self._outbox.add(ReportSession(True, self._peer))
        early, self._early = self._early, []
        for message, kept, tlvs in early:
            self.data(message, kept, tlvs)

    def _closed(self, application: Application, event: app.Input) -> None:
        if (understood := self._understood.get(application)) is not None:
            understood.stop()
        if not self.up or event is app.Input.ICCP_DOWN or application in self._optional:
            return
        why = f"application {application.name} closed"
        self.close(why)
        if any(other not in self._understood for other in self.applications):
            # What they have told each other is gone on one side: only a new carrier clears it on both.
            self._outbox.add(ResetCarrier(why))

    def close(self, why: str) -> None:
        """The session is not there, and why; said once."""
        self._early.clear()
        if self.up or why != self._why:
            self._outbox.add(ReportSession(False, "", why))
        self.up = False
        self._peer = ""
        self._why = why

    def switch_application(self, application: Application, on: bool, cause: str) -> None:
        """Add an application to the group, or take it out (RFC 7275 4.4.2)."""
        others = tuple(other for other in self.applications if other is not application)
        if on:
            self.applications = (*others, application)
            if self.connection is con.State.OPERATIONAL:
                self.states.setdefault(application, app.State.RESET)
                self._open(application)
            else:
                self.states.setdefault(application, app.State.NONEXISTENT)
            return
        self.applications = others
        self.timers.cancel(application)
        state = self.states.get(application)
        if state in (app.State.CONNSENT, app.State.CONNECTING, app.State.OPERATIONAL):
            tlv = ApplicationDisconnect(disconnect_type(application), cause or None)
            self._outbox.disconnect(IccpStatus.APPLICATION_REMOVED, tlv)
            self.feed_application(application, app.Input.DISCONNECT_SENT)
        if state is not app.State.OPERATIONAL:
            self._report_if_whole()

    # --- what the peer sends

    def connect_received(self, message: Message, parts: Parts) -> None:
        """RG Connect (6.2)."""
        if len(parts.tlvs) > 1:
            self._outbox.nak(IccpStatus.APPLICATION_NOT_IN_RG, message.message_id, parts.tlvs[1:2])
            return
        if not self.member:
            self._outbox.nak(IccpStatus.UNKNOWN_RG, message.message_id)
            return
        if self.connection is not con.State.OPERATIONAL:
            self.feed(con.Input.CONNECT_RECEIVED)
        if self.connection is con.State.OPERATIONAL:
            self._peer = parts.name
            for tlv in parts.tlvs:
                if isinstance(tlv, ApplicationConnect):
                    self._application_connect(message, tlv)

    def _application_connect(self, message: Message, tlv: ApplicationConnect) -> None:
        application = owner(tlv)
        if application is None or application not in self.applications:
            self._outbox.nak(IccpStatus.APPLICATION_NOT_IN_RG, message.message_id, (tlv,))
            return
        if tlv.version != VERSION:
            wanted = RequestedVersion(tlv.type, VERSION)
            self._outbox.nak(IccpStatus.INCOMPATIBLE_VERSION, message.message_id, (tlv, wanted))
            self.feed_application(application, app.Input.NAK_SENT)
            why = f"peer runs version {tlv.version} of {application.name}, ours {VERSION}"
            self._application_refused(application, why)
            return
        event = app.Input.ANSWER_RECEIVED if tlv.a else app.Input.CONNECT_RECEIVED
        if self.feed_application(application, event) is app.Do.RESTART:
            self.feed_application(application, event)
        if self.states[application] is app.State.CONNREC:
            self._outbox.connect(application, a=True)
            self.feed_application(application, app.Input.ANSWER_SENT)

    def disconnect_received(self, message: Message, parts: Parts) -> None:
        """RG Disconnect (6.3)."""
        if parts.code == IccpStatus.RG_REMOVED:
            was_up = self.connection is con.State.OPERATIONAL
            self.feed(con.Input.DISCONNECT_RECEIVED, message)
            if was_up:
                self.timers.cancel(0)  # it comes back by itself, or not at all
                self.close("peer left the redundancy group")
        elif self.connection is not con.State.OPERATIONAL:
            self.feed(con.Input.OTHER_RECEIVED, message)
        elif parts.code == IccpStatus.APPLICATION_REMOVED and len(parts.tlvs) == 1:
            application = owner(parts.tlvs[0])
            if application is None or application not in self.states:
                self.count("unacceptable RG Disconnect")
            elif self.feed_application(application, app.Input.DISCONNECT_RECEIVED) is app.Do.NAK:
                self._outbox.nak(IccpStatus.REJECTED_MESSAGE, message.message_id, parts.tlvs)
        else:
            self.count("unacceptable RG Disconnect")

    def nak_received(self, nak: Nak) -> None:
        """RG Notification (6.4): never answered."""
        applications = [application for tlv in nak.tlvs if (application := owner(tlv)) in self.states]
        text = _WORDS.get(IccpStatus(nak.status)) if nak.status in tuple(IccpStatus) else None
        self.count("NAK received")
        if nak.status == IccpStatus.REJECTED_MESSAGE:
            for application in dict.fromkeys(applications):
                self._data_refused(application, nak)
        elif text is None:
            return
        elif nak.status in (
            IccpStatus.UNKNOWN_RG,
            IccpStatus.CONNECTION_COUNT_EXCEEDED,
            IccpStatus.ADMINISTRATIVELY_DISABLED,
        ):
            self.feed(con.Input.NAK_RECEIVED)
            self.close(f"{text} {self.rg_id}" if nak.status == IccpStatus.UNKNOWN_RG else text)
        elif applications and self.states[applications[0]] is not app.State.OPERATIONAL:
            self.feed_application(applications[0], app.Input.NAK_RECEIVED)
            self._application_refused(applications[0], f"{text} {applications[0].name}")

    def _application_refused(self, application: Application, why: str) -> None:
        """The peer, or we, refused to open *application*."""
        if application in self._optional:
            self._declined[application] = None
            self._report_if_whole()
        else:
            self.close(why)

    def _data_refused(self, application: Application, nak: Nak) -> None:
        if self.states[application] is not app.State.OPERATIONAL:
            self.feed_application(application, app.Input.NAK_RECEIVED)
        elif (understood := self._understood.get(application)) is not None:
            understood.refused(nak.tlvs)
        else:
            self.close(f"peer refuses what {application.name} says")
            self._outbox.add(ResetCarrier(self._why))

    def data_received(self, message: Message, parts: Parts) -> None:
        """RG Application Data (6.5): of one application, all of it understood, its connection operational."""
        if self.connection is not con.State.OPERATIONAL:
            self.feed(con.Input.OTHER_RECEIVED, message)
            return
        owners = list(dict.fromkeys(owner(tlv) for tlv in parts.tlvs))
        application = owners[0] if len(owners) == 1 else None
        state = None if application is None else self.states.get(application)
        if parts.unknown and state is not app.State.OPERATIONAL:
            self._outbox.notify(LdpStatus.UNKNOWN_TLV, message, parts.unknown)
        elif application is None or state is None or parts.unknown:
            self._outbox.nak(IccpStatus.REJECTED_MESSAGE, message.message_id, parts.unknown or parts.tlvs)
        else:
            self.data(message, application, parts.tlvs)

    def data(self, message: Message, application: Application, tlvs: tuple[TlvValue, ...]) -> None:
        """TLVs of *application*, in any state of it."""
        on_the_way = self.states[application] in (app.State.CONNECTING, app.State.OPERATIONAL)
        understood = self._understood.get(application)
        if understood is None and not self.up and on_the_way and len(self._early) < _MAX_EARLY:
            self._early.append((message, application, tlvs))
        elif self.feed_application(application, app.Input.DATA_RECEIVED) is app.Do.NAK:
            self._outbox.nak(IccpStatus.REJECTED_MESSAGE, message.message_id, tlvs)
        elif understood is not None:
            understood.receive(message.message_id, tlvs)
        else:
            self._outbox.add(DeliverTlvs(application, tlvs))

    def fingerprint(self, now: Instant) -> tuple[object, ...]:
        """State relative to *now*."""
        states = tuple((application.name, state.name) for application, state in self.states.items())
        early = tuple((application.name, tlvs) for _, application, tlvs in self._early)
        declined = tuple(application.name for application in self._declined)
        retries = tuple(self._retries.items())
        timers = self.timers.fingerprint(now)
        return (
            self.connection.name,
            states,
            self.up,
            self.member,
            self._peer,
            self._why,
            declined,
            early,
            retries,
            timers,
        )
