"""A hostile peer at the level of octets: whatever they are, the session survives or closes with a counted reason."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iccp.script import RG, Script
from iccp.talk import bonds
from pyiccp.iccp import _connection as con
from pyiccp.iccp._outbox import MAX_MESSAGE, size_bound
from pyiccp.iccp.events import Application, MalformedReceived, MessageReceived, SendMessage, Stream, TlvsQueued
from pyiccp.wire._malformed import Malformed
from pyiccp.wire.iccp._fdb import HostBatch, HostKind
from pyiccp.wire.iccp._pdu import (
    RG_APPLICATION_DATA,
    RG_CONNECT,
    RG_DISCONNECT,
    RG_NOTIFICATION,
    IccpPdu,
    IccpStatus,
    Message,
    TlvValue,
    ldp_status,
)
from pyiccp.wire.iccp.rg import ApplicationConnect, ApplicationDisconnect, DisconnectCode, Nak, RgId, SenderName

ALL = tuple(Application)


def hear(script: Script, octets: bytes) -> None:
    """As a node does it: decode, hand over, encode what comes back."""
    try:
        events = [MessageReceived(message) for message in IccpPdu.decode(octets).messages]
    except Malformed as error:
        script.do(MalformedReceived(ldp_status(error), error.why))
        return
    for event in events:
        script.do(event)


def pdu(*messages: Message) -> bytes:
    return IccpPdu(1, 0, messages).encode()


def talk() -> list[bytes]:
    """One of everything that two nodes say to each other."""
    told = bonds(1, keys=(10, 20))
    flat: list[TlvValue] = [told.system]
    for group in (told.aggregators, told.ports):
        for pair in group:
            flat += pair
    header = RgId(RG), SenderName("pe2")
    messages = [
        Message(RG_CONNECT, 1, (*header, ApplicationConnect(Application.MLACP, a=True))),
        Message(RG_APPLICATION_DATA, 2, (RgId(RG), *flat)),
        Message(RG_NOTIFICATION, 3, (*header, Nak(IccpStatus.REJECTED_MESSAGE, 2, (told.system,)))),
        Message(RG_DISCONNECT, 4, (RgId(RG), DisconnectCode(0x10011), ApplicationDisconnect(0x2001, "x"))),
        Message(RG_APPLICATION_DATA, 5, (RgId(RG), HostBatch(HostKind.SEEN, 1, 0, 1, 0, 0, bytes(12)))),
    ]
    return [pdu(message) for message in messages]


def is_sane(script: Script) -> bool:
    """Either the session stands, or it ended with a reset of the carrier."""
    if script.core.connection is con.State.NONEXISTENT:
        return any(key.startswith("fatal") for key in script.core.counters)
    return True


@pytest.mark.parametrize("octets", talk())
def test_every_message_cut_at_every_octet(octets: bytes) -> None:
    for length in range(len(octets)):
        script = Script(*ALL).up()
        hear(script, octets[:length])
        assert is_sane(script)


@pytest.mark.parametrize("octets", talk())
def test_every_length_field_turned_into_0_3_and_65535(octets: bytes) -> None:
    for offset in range(len(octets) - 1):
        for value in (0, 3, 0xFFFF):
            script = Script(*ALL).up()
            hear(script, octets[:offset] + value.to_bytes(2, "big") + octets[offset + 2 :])
            assert is_sane(script)


@pytest.mark.parametrize(
    "octets",
    [
        b"GET / HTTP/1.1\r\nHost: pe1\r\n\r\n",
        bytes.fromhex("16030100c8010000c40303") + bytes(200),
        b"",
        b"\x00\x01\x00",
        bytes(1500),
        b"\xff" * 1500,
        bytes.fromhex("0001000dc00002010000") + bytes(7),
    ],
)
def test_other_protocols_and_pdus_that_are_too_short_close_the_session(octets: bytes) -> None:
    script = Script(*ALL).up()
    hear(script, octets)
    assert script.resets and not script.core.established
    assert script.core.connection is con.State.NONEXISTENT


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 1 << 32))
def test_mutated_conversations_never_raise_and_never_grow(seed: int) -> None:
    dice = random.Random(seed)
    script = Script(*ALL).up()
    script.do(bonds(0, keys=(10, 20)))
    for _ in range(30):
        octets = bytearray(dice.choice(TALK))
        for _ in range(dice.randrange(4)):
            octets[dice.randrange(len(octets))] = dice.randrange(256)
        hear(script, bytes(octets))
        if script.core.connection is con.State.NONEXISTENT:
            break
    assert is_sane(script)
    assert len(repr(script.core.fingerprint(script.now))) < 20000
    script.core.advance(script.now + 10**12)


TALK = talk()


@settings(max_examples=100, deadline=None)
@given(octets=st.binary(max_size=200))
def test_random_octets(octets: bytes) -> None:
    script = Script(*ALL).up()
    hear(script, octets)
    assert is_sane(script)


def test_no_encoding_is_longer_than_its_bound() -> None:
    told = bonds(1)
    samples: list[TlvValue] = [
        told.system,
        *told.aggregators[0],
        *told.ports[0],
        SenderName("ä" * 40),
        Nak(IccpStatus.REJECTED_MESSAGE, 1, (told.system, told.ports[0][0])),
        ApplicationDisconnect(0x3001, "because"),
        HostBatch(HostKind.SEEN, 1, 0, 1, 0, 0, bytes(600)),
    ]
    for tlv in samples:
        assert len(tlv.encode()) <= size_bound(tlv) < 4 * len(tlv.encode()) + 40


def test_a_host_batch_as_long_as_a_message_may_be_goes_out_whole() -> None:
    script = Script(*ALL).up()
    batch = HostBatch(HostKind.SEEN, 1, 0, 1, 0, 0, bytes(6 * 670))
    script.do(TlvsQueued(Application.FDB, (batch,), Stream.BULK))
    (action,) = script.actions
    assert isinstance(action, SendMessage)
    assert action.stream is Stream.BULK
    assert len(action.message.encode()) <= MAX_MESSAGE
