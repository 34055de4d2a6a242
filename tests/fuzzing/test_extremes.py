"""A peer that is honest but for one field of one TLV, which has an extreme value: every field, both roles.

Random damage seldom makes 32 bits all ones, and never a document that reads well and cannot be. Each case is a whole
pair in the lab: the TLV comes at its own moment of a session that is being made; then its sender dies, comes back
honest, and the two must be a pair again: nothing of what it said may have stayed.
"""

import json
import os
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import msgspec
import pytest

from node.labs import network, node
from pyiccp._node import routes
from pyiccp._node.control import iccp_messages
from pyiccp._sansio import seconds
from pyiccp.lab._copies import Copies
from pyiccp.lab._faults import Fault, apply
from pyiccp.lab._network import Network
from pyiccp.wire.iccp._mlag import PROFILE_CHUNK, NodeInfo, ProfileTold
from pyiccp.wire.iccp._pdu import IccpPdu, Message
from pyiccp.wire.iccp._tlv import TlvValue
from pyiccp.wire.iccp._tree import CHUNK, TreeBegin, TreeMarks, TreeSnapshot

EVERY = "PYICCP_EXTREMES" in os.environ
"""All of them, for `.ci/soak extremes`; else one of `SHARE`."""
SHARE = 8
NUMBERS = (0, 1, 2, 255, 256, 4095, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 62, (1 << 63) - 1, (1 << 64) - 1)
LEAVES = (
    -1,
    0,
    1,
    1 << 31,
    1 << 32,
    (1 << 63) - 1,
    1 << 63,
    1e300,
    None,
    True,
    "",
    "x" * 300,
    "{}{0.x}",
    [],
    {},
    [1] * 300,
)
"""What a value of a document is replaced by."""
MANY = 300
LIAR = {"Peer1": "primary", "Peer2": "secondary"}
JOINED, MOURNED, BACK = seconds(0.2), seconds(1.5), seconds(4)


class Traitor:
    """Stands before ICCP of both nodes, and changes what one of them says."""

    def __init__(self, liar: str) -> None:
        self.liar = liar
        self.heard: dict[type, TlvValue] = {}
        """The first TLV of each kind."""
        self.done = False
        self._lsr_id = 0

    def session(self, monkeypatch: pytest.MonkeyPatch) -> Network:
        """A pair that has met."""
        net = network()
        # The lab would tell at once that the copies of the spanning tree differ: of course they do, the peer lies.
        net.copies = _Blind()
        for device in net.devices.values():
            if device.config.mlag is not None:
                node(net, device.name).observe_tree(None)
        self._lsr_id = node(net, self.liar).lsr_id
        monkeypatch.setattr(routes, "iccp_messages", self._messages)
        net.run(JOINED)
        return net

    def change(self, tlv: Any) -> Sequence[Any]:
        """What is said in place of *tlv*."""
        return (tlv,)

    def _messages(self, octets: bytes) -> Any:
        events = iccp_messages(octets)
        if IccpPdu.decode(octets).lsr_id != self._lsr_id:
            return events
        return tuple(msgspec.structs.replace(event, message=self._message(event.message)) for event in events)

    def _message(self, message: Message) -> Message:
        for tlv in message.tlvs:
            self.heard.setdefault(type(tlv), tlv)
        return msgspec.structs.replace(message, tlvs=tuple(one for tlv in message.tlvs for one in self.change(tlv)))


class _Blind(Copies):
    """Compares nothing."""

    def see(self, session: Any, sequence: int, whole: Any) -> None:
        pass


class OneTlv(Traitor):
    """Says *lie* in place of the first TLV of its kind."""

    def __init__(self, liar: str, lie: TlvValue) -> None:
        super().__init__(liar)
        self.lie = lie

    def change(self, tlv: Any) -> Sequence[Any]:
        if self.done or type(tlv) is not type(self.lie):
            return (tlv,)
        self.done = True
        return (self.lie,)


class Document(Traitor):
    """Says another document, or the honest one, and keeps that."""

    def __init__(self, liar: str, kind: type, lie: bytes | None = None) -> None:
        super().__init__(liar)
        self.kind, self.lie = kind, lie
        self.honest = b""
        self._size = 0

    def change(self, tlv: Any) -> Sequence[Any]:
        if self.done:
            return (tlv,)
        if isinstance(tlv, TreeBegin) and self.kind is TreeSnapshot:
            self._size = tlv.size
            return (tlv if self.lie is None else TreeBegin(tlv.time, len(self.lie)),)
        if not isinstance(tlv, self.kind):
            return (tlv,)
        self.honest += tlv.octets
        self.done = not tlv.more if isinstance(tlv, ProfileTold) else len(self.honest) == self._size
        if self.lie is None:
            return (tlv,)
        return tuple(self._pieces(self.lie)) if self.done else ()

    def _pieces(self, lie: bytes) -> Iterator[TlvValue]:
        size = CHUNK if self.kind is TreeSnapshot else PROFILE_CHUNK
        for at in range(0, len(lie), size):
            piece = lie[at : at + size]
            yield TreeSnapshot(piece) if self.kind is TreeSnapshot else ProfileTold(at + size < len(lie), piece)


def survives(traitor: Traitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lie is told; its teller dies and comes back honest."""
    net = traitor.session(monkeypatch)
    assert traitor.done
    apply(net, Fault("crash", traitor.liar))
    net.run(net.now + MOURNED)
    apply(net, Fault("start", traitor.liar))
    net.run(net.now + BACK)
    first, second = (node(net, name).pairing.mlag for name in LIAR)
    assert first.connected, first.status
    assert second.connected, second.status
    assert first.system_id == second.system_id


def values_beside(value: Any) -> Iterator[Any]:
    """Extreme values of the type of *value*."""
    match value:
        case bool():
            yield not value
        case int():
            yield from NUMBERS
        case str():
            yield from ("", "x" * 255, "\x1b[2J\n", "{}{0.x}")
        case bytes():
            yield from (b"", bytes(len(value)), b"\xff" * len(value), value * 2, value[:-1])
        case tuple() if value:
            yield from ((), value * 2, value * MANY)
            for at, one in enumerate(value[:3]):
                yield from ((*value[:at], other, *value[at + 1 :]) for other in values_beside(one))
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from (
                    msgspec.structs.replace(value, **{name: other}) for other in values_beside(getattr(value, name))
                )


def can_be_said(value: Any) -> bool:
    """The wire has room for it."""
    try:
        return bool(type(value).decode(value.encode()) == value)
    except (ValueError, OverflowError, TypeError, AttributeError):
        return False


def leaves(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of the values in *document*; of a list the first two are enough."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield from leaves(value, (*path, name))
        return
    yield path
    for at, value in enumerate(document[:2] if isinstance(document, list) else ()):
        yield from leaves(value, (*path, at))


def with_leaf(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """*document* with another *value* at *path*."""
    if not path:
        return value
    copy = document.copy()
    copy[path[0]] = with_leaf(document[path[0]], path[1:], value)
    return copy


def some(cases: list[Any], seed: str) -> list[Any]:
    return cases if EVERY else Random(seed).sample(cases, max(1, len(cases) // SHARE))


@pytest.mark.long
@pytest.mark.parametrize("liar", LIAR, ids=LIAR.values())
def test_an_extreme_value_in_one_field_is_survived_and_forgotten(liar: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found so: an epoch of 32 ones that could be stored and not sent, a mark of a port that nobody would take down,
    1,024 numbers that left none for the own bond."""
    honest = Traitor(liar)
    honest.session(monkeypatch)
    assert {NodeInfo, ProfileTold} < honest.heard.keys()
    assert (TreeMarks in honest.heard) == (liar == "Peer1")
    lies = {lie: None for tlv in honest.heard.values() for lie in values_beside(tlv) if lie != tlv and can_be_said(lie)}
    assert len(lies) > 300
    for lie in some(list(lies), liar):
        try:
            survives(OneTlv(liar, lie), monkeypatch)
        except Exception as error:
            error.add_note(repr(lie))
            raise


@pytest.mark.long
@pytest.mark.parametrize(("liar", "kind"), [("Peer1", TreeSnapshot), ("Peer1", ProfileTold), ("Peer2", ProfileTold)])
def test_an_extreme_value_in_a_document_is_survived_and_forgotten(
    liar: str, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found so: a spanning tree whose bridge has an address of 225 octets was taken over, and nobody could join its
    survivor any more."""
    honest = Document(liar, kind)
    honest.session(monkeypatch)
    document = json.loads(honest.honest)
    cases = [(path, value) for path in leaves(document) if path for value in LEAVES]
    assert len(cases) > 300
    for path, value in some(cases, liar):
        try:
            survives(Document(liar, kind, json.dumps(with_leaf(document, path, value)).encode()), monkeypatch)
        except Exception as error:
            error.add_note(f"{path} is {value!r:.40}")
            raise
