"""Building messages: ids, the header every ICCP message starts with, and cutting at TLV borders."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from pyiccp._sansio import Instant, seconds
from pyiccp.iccp.events import Action, SendMessage, Stream
from pyiccp.wire.iccp._pdu import (
    ECHOED,
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
_NAK_HEADER = _HEADER + 84 + 12
"""With the longest sender name and the NAK's own fields."""

_REFUSALS = 10
_REFUSALS_SPAN = seconds(1)
"""At most so many refusals in such a span, and none of them twice: a peer that errs is told, not flooded."""

_LAST_ID = (1 << 32) - 1


def size_bound(value: Any) -> int:
    """No encoding of *value* is longer: text may take four octets a letter, no number more than eight.

    Only `wire` knows exact sizes and only the node encodes; a bound is enough to cut long lists of TLVs.
    """
    if isinstance(value, int):
        return 8
    if isinstance(value, bytes):
        return 2 + len(value)
    if isinstance(value, str):
        return 2 + 4 * len(value)
    if isinstance(value, tuple):
        return 2 + sum(map(size_bound, value))
    if isinstance(value, msgspec.Struct):
        return 4 + sum(8 if isinstance(each, int) else size_bound(each) for each in msgspec.structs.astuple(value))
    return 8


class Outbox:
    """The actions of one call, and the numbers of the messages in them."""

    def __init__(self, name: str, rg_id: int) -> None:
        self._name = SenderName(name)
        self._rg_id = rg_id
        self._id = 0
        self.now: Instant = 0
        """The instant of the call."""
        self._actions: list[Action] = []
        self._refusals: list[tuple[int, tuple[TlvValue, ...]]] = []
        self._refusals_since: Instant = 0
        self.sent_at: Instant = 0
        """When the newest message was sent."""
        self.max_message = MAX_MESSAGE
        """Octets of the longest message, as negotiated."""
        self.withheld = 0
        """Refusals that were not sent."""

    def restart(self) -> None:
        """A new carrier: message ids count from 1."""
        self._id = 0
        self.max_message = MAX_MESSAGE
        self._refusals.clear()

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
        self.sent_at = self.now
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
        if self._may_refuse(status, tlvs):
            group = RgId(self._rg_id if rg_id is None else rg_id)
            self.send(RG_NOTIFICATION, (group, self._name, Nak(status, message_id, self._fitting(tlvs))))

    def notify(self, status: LdpStatus, about: Message | None = None, tlvs: tuple[TlvValue, ...] = ()) -> None:
        """LDP Notification about one message; the session goes on."""
        if self._may_refuse(status, tlvs):
            self._notify(status, about, False, self._fitting(tlvs))

    def notify_fatal(self, status: LdpStatus, about: Message | None = None) -> None:
        """LDP Notification that ends the session (E = 1)."""
        self._notify(status, about, True, ())

    def _notify(self, status: LdpStatus, about: Message | None, fatal: bool, tlvs: tuple[TlvValue, ...]) -> None:
        message_id, kind = (about.message_id, about.type) if about is not None else (0, 0)
        code = Status(status, fatal=fatal, message_id=message_id, message_type=kind)
        self.send(NOTIFICATION, (code, ReturnedTlvs(tlvs)) if tlvs else (code,))

    def _may_refuse(self, status: int, tlvs: tuple[TlvValue, ...]) -> bool:
        if self.now - self._refusals_since >= _REFUSALS_SPAN:
            self._refusals_since = self.now
            self._refusals.clear()
        if (status, tlvs) in self._refusals or len(self._refusals) == _REFUSALS:
            self.withheld += 1
            return False
        self._refusals.append((status, tlvs))
        return True

    def data(self, tlvs: Sequence[TlvValue], stream: Stream = Stream.URGENT) -> None:
        """RG Application Data: as few messages as hold *tlvs*, cut between TLVs, order kept."""
        batch: list[TlvValue] = []
        room = self.max_message - _HEADER
        for tlv in tlvs:
            size = size_bound(tlv) if len(tlvs) > 1 else 0
            if batch and size > room:
                self._data(batch, stream)
                batch, room = [], self.max_message - _HEADER
            batch.append(tlv)
            room -= size
        if batch:
            self._data(batch, stream)

    def _data(self, tlvs: Sequence[TlvValue], stream: Stream) -> None:
        self.send(RG_APPLICATION_DATA, (RgId(self._rg_id), *tlvs), stream)

    def _fitting(self, tlvs: tuple[TlvValue, ...]) -> tuple[TlvValue, ...]:
        """As many of *tlvs* as one message can echo: not a notification, NAKs do not nest (6.4.1), nor what nests
        deeper than a notification may."""
        room = self.max_message - _NAK_HEADER
        fitting: list[TlvValue] = []
        for tlv in tlvs:
            room -= size_bound(tlv)
            if room < 0:
                break
            if isinstance(tlv, ECHOED):
                fitting.append(tlv)
        return tuple(fitting)
