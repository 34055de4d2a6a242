"""Building messages: ids, the header every ICCP message starts with, and cutting at TLV borders."""

from collections.abc import Iterable, Sequence

from pyiccp.iccp.events import Action, SendMessage, Stream
from pyiccp.sansio import Instant
from pyiccp.wire.iccp.pdu import (
    NOTIFICATION,
    RG_APPLICATION_DATA,
    RG_CONNECT,
    RG_DISCONNECT,
    RG_NOTIFICATION,
    IccpStatus,
    LdpStatus,
    Message,
    ReturnedTlvs,
    Status,
    TlvValue,
)
from pyiccp.wire.iccp.rg import (
    ApplicationConnect,
    ApplicationDisconnect,
    DisconnectCode,
    Nak,
    RgId,
    SenderName,
)

MAX_MESSAGE = 4096 - 10
"""Octets of a message that fits the PDU of an LDP session before negotiation (RFC 5036 3.5.3)."""

_HEADER = 16
_LAST_ID = (1 << 32) - 1


def size_bound(value: object) -> int:
    """No encoding of *value* is longer: text may take four octets a letter, no number more than eight.

    Only `wire` knows exact sizes and only the node encodes; a bound is enough to cut long lists of TLVs.
    """
    if isinstance(value, bytes):
        return 2 + len(value)
    if isinstance(value, str):
        return 2 + 4 * len(value)
    if isinstance(value, tuple):
        return 2 + sum(map(size_bound, value))
    fields: tuple[str, ...] | None = getattr(value, "__struct_fields__", None)
    if fields is None:
        return 8
    return 4 + sum(size_bound(getattr(value, field)) for field in fields)


class Outbox:
    """The actions of one call, and the numbers of the messages in them."""

    def __init__(self, name: str, rg_id: int) -> None:
        self._name = SenderName(name)
        self._rg_id = rg_id
        self._id = 0
        self.now: Instant = 0
        """The instant of the call."""
        self._actions: list[Action] = []

    def restart(self) -> None:
        """A new carrier: message ids count from 1."""
        self._id = 0

    def add(self, action: Action) -> None:
        """Have *action* done after what is here already."""
        self._actions.append(action)

    def taken(self) -> Sequence[Action]:
        """Everything of this call, in order."""
        actions, self._actions = self._actions, []
        return actions

    def send(self, kind: int, tlvs: Iterable[TlvValue], stream: Stream = Stream.URGENT) -> None:
        """One LDP message."""
        self._id = 1 if self._id == _LAST_ID else self._id + 1
        self.add(SendMessage(stream, Message(kind, self._id, tuple(tlvs))))

    def connect(self, application: int | None = None, a: bool = False) -> None:
        """RG Connect, with the Connect TLV of at most one application."""
        extra = () if application is None else (ApplicationConnect(application, a=a),)
        self.send(RG_CONNECT, (RgId(self._rg_id), self._name, *extra))

    def disconnect(self, code: IccpStatus, tlv: ApplicationDisconnect | None = None) -> None:
        """RG Disconnect."""
        extra = () if tlv is None else (tlv,)
        self.send(RG_DISCONNECT, (RgId(self._rg_id), DisconnectCode(code), *extra))

    def nak(
        self, status: IccpStatus, message_id: int, tlvs: tuple[TlvValue, ...] = (), rg_id: int | None = None
    ) -> None:
        """RG Notification. It names our group, or the one that the refused message named."""
        group = RgId(self._rg_id if rg_id is None else rg_id)
        self.send(RG_NOTIFICATION, (group, self._name, Nak(status, message_id, tlvs)))

    def notify(
        self, status: LdpStatus, about: Message | None = None, fatal: bool = False, tlvs: tuple[TlvValue, ...] = ()
    ) -> None:
        """LDP Notification, about one message or the session."""
        code = Status(status, fatal=fatal, message_id=about.message_id if about else 0, message_type=_type(about))
        self.send(NOTIFICATION, (code, ReturnedTlvs(tlvs)) if tlvs else (code,))

    def data(self, tlvs: Sequence[TlvValue], stream: Stream = Stream.URGENT) -> None:
        """RG Application Data: as few messages as hold *tlvs*, cut between TLVs, order kept."""
        batch: list[TlvValue] = []
        room = MAX_MESSAGE - _HEADER
        for tlv in tlvs:
            size = size_bound(tlv) if len(tlvs) > 1 else 0
            if batch and size > room:
                self._data(batch, stream)
                batch, room = [], MAX_MESSAGE - _HEADER
            batch.append(tlv)
            room -= size
        if batch:
            self._data(batch, stream)

    def _data(self, tlvs: Sequence[TlvValue], stream: Stream) -> None:
        self.send(RG_APPLICATION_DATA, (RgId(self._rg_id), *tlvs), stream)


def _type(message: Message | None) -> int:
    return message.type if message else 0
