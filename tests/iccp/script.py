"""One core and a scripted peer: what it hears, what it says."""

from pyiccp._sansio import Instant
from pyiccp.iccp import IccpCore
from pyiccp.iccp._outbox import MAX_MESSAGE
from pyiccp.iccp.events import (
    Action,
    Application,
    CarrierEstablished,
    Event,
    MessageReceived,
    ReportSession,
    ResetCarrier,
    SendMessage,
)
from pyiccp.wire.iccp._pdu import (
    INITIALIZATION,
    NOTIFICATION,
    RG_APPLICATION_DATA,
    RG_CONNECT,
    RG_DISCONNECT,
    RG_NOTIFICATION,
    CommonSession,
    DynamicCapability,
    IccpCapability,
    Message,
    Status,
    TlvValue,
)
from pyiccp.wire.iccp.rg import ApplicationConnect, DisconnectCode, Nak, RgId, SenderName

RG = 100


class Script:
    """Drives a core by hand. Everything it says is encoded and decoded on the way out, as a wire would."""

    def __init__(self, *applications: Application, optional: tuple[Application, ...] = ()) -> None:
        self.core = IccpCore("pe1", RG, 1, applications, optional)
        self.now: Instant = 1
        self.id = 0
        self.actions: list[Action] = []
        """Of the newest event."""

    def do(self, event: Event) -> list[Message]:
        """What the core says to *event*."""
        self.actions = list(self.core.handle(event, self.now))
        return self.said()

    def wait(self, span: Instant) -> list[Message]:
        """What it says of itself within *span*."""
        end = self.now + span
        self.actions = []
        while (due := self.core.deadline) is not None and due <= end:
            self.now = due
            self.actions += self.core.advance(due)
        self.now = end
        return self.said()

    def said(self) -> list[Message]:
        messages = [action.message for action in self.actions if isinstance(action, SendMessage)]
        for message in messages:
            octets = message.encode()
            assert Message.decode(octets) == message
            assert len(octets) <= MAX_MESSAGE
            assert message.message_id > 0
        return messages

    def hear(self, kind: int, *tlvs: TlvValue, u: bool = False) -> list[Message]:
        """The peer sends a message; what the core says to it."""
        self.id += 1
        return self.do(MessageReceived(Message(kind, self.id, tlvs, u)))

    # --- the peer's words

    def init(self, *extra: TlvValue) -> list[Message]:
        return self.hear(INITIALIZATION, CommonSession(15, 1), DynamicCapability(), *extra)

    def connect(self, *tlvs: TlvValue, rg: int = RG, name: str = "pe2") -> list[Message]:
        return self.hear(RG_CONNECT, RgId(rg), SenderName(name), *tlvs)

    def application(self, application: Application, a: bool, version: int = 1) -> list[Message]:
        return self.connect(ApplicationConnect(application, version, a))

    def disconnect(self, code: int, *tlvs: TlvValue) -> list[Message]:
        return self.hear(RG_DISCONNECT, RgId(RG), DisconnectCode(code), *tlvs)

    def nak(self, status: int, *tlvs: TlvValue, rejected: int = 1) -> list[Message]:
        return self.hear(RG_NOTIFICATION, RgId(RG), SenderName("pe2"), Nak(status, rejected, tlvs))

    def data(self, *tlvs: TlvValue) -> list[Message]:
        return self.hear(RG_APPLICATION_DATA, RgId(RG), *tlvs)

    # --- states to start from

    def capsent(self) -> "Script":
        self.do(CarrierEstablished())
        return self

    def connecting(self) -> "Script":
        self.capsent().init(IccpCapability())
        return self

    def operational(self) -> "Script":
        """The RG connection only; the applications are in CONNSENT."""
        self.connecting().connect()
        return self

    def up(self) -> "Script":
        self.operational()
        for application in self.core.applications:
            self.application(application, a=False)
            self.application(application, a=True)
        return self

    # --- what came out besides messages

    @property
    def reports(self) -> list[ReportSession]:
        return [action for action in self.actions if isinstance(action, ReportSession)]

    @property
    def resets(self) -> list[str]:
        return [action.why for action in self.actions if isinstance(action, ResetCarrier)]


def naks(messages: list[Message]) -> list[Nak]:
    """The NAKs among *messages*; nothing else may be there."""
    found = []
    for message in messages:
        assert message.type == RG_NOTIFICATION, message
        assert isinstance(message.tlvs[0], RgId) and isinstance(message.tlvs[1], SenderName)
        (nak,) = message.tlvs[2:]
        assert isinstance(nak, Nak)
        found.append(nak)
    return found


def statuses(messages: list[Message]) -> list[tuple[int, bool]]:
    """(status, fatal) of the LDP notifications among *messages*."""
    found = []
    for message in messages:
        if message.type == NOTIFICATION:
            assert isinstance(message.tlvs[0], Status)
            found.append((message.tlvs[0].code, message.tlvs[0].fatal))
    return found


def kinds(messages: list[Message]) -> list[int]:
    return [message.type for message in messages]
