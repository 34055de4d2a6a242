"""The LDP session on TCP (RFC 5036 2.5; section 5.1 and 5.4 of the project's ICCP page)."""

import pytest

from iccp.script import RG, Script, kinds, statuses
from iccp.talk import Talk, bonds
from pyiccp._sansio import milliseconds, seconds
from pyiccp.iccp import _ldp as ldp
from pyiccp.iccp.events import Application, CarrierEstablished, CarrierLost, Ldp, MessageReceived, TlvsQueued
from pyiccp.wire.iccp._mlag import BondUp
from pyiccp.wire.iccp._pdu import (
    CAPABILITY,
    INITIALIZATION,
    KEEPALIVE,
    NOTIFICATION,
    RG_APPLICATION_DATA,
    RG_CONNECT,
    CommonSession,
    DynamicCapability,
    IccpCapability,
    LdpStatus,
    Message,
    Status,
)
from pyiccp.wire.iccp.mlacp import SyncRequest
from pyiccp.wire.iccp.rg import RgId, SenderName

MLACP = Application.MLACP
US, THEM = 1, 2
ACTIVE, PASSIVE = Ldp(True, THEM), Ldp(False, THEM)

SESSION = """
NONEXISTENT  TCP_UP                   INITIALIZED  NOTHING
INITIALIZED  INITIALIZATION_SENT      OPENSENT     NOTHING
INITIALIZED  INITIALIZATION_RECEIVED  OPENREC      GREET
INITIALIZED  KEEPALIVE_RECEIVED       NONEXISTENT  CLOSE
INITIALIZED  OTHER_RECEIVED           NONEXISTENT  CLOSE
OPENSENT     INITIALIZATION_RECEIVED  OPENREC      KEEPALIVE
OPENSENT     KEEPALIVE_RECEIVED       NONEXISTENT  CLOSE
OPENSENT     OTHER_RECEIVED           NONEXISTENT  CLOSE
OPENREC      KEEPALIVE_RECEIVED       OPERATIONAL  NOTHING
OPENREC      INITIALIZATION_RECEIVED  NONEXISTENT  CLOSE
OPENREC      OTHER_RECEIVED           NONEXISTENT  CLOSE
OPERATIONAL  SHUTDOWN_RECEIVED        NONEXISTENT  SHUTDOWN
OPERATIONAL  TIMEOUT                  NONEXISTENT  SHUTDOWN
OPERATIONAL  OTHER_RECEIVED           OPERATIONAL  NOTHING
OPERATIONAL  KEEPALIVE_RECEIVED       OPERATIONAL  NOTHING
OPERATIONAL  DOWN                     NONEXISTENT  NOTHING
OPENREC      DOWN                     NONEXISTENT  NOTHING
"""


@pytest.mark.parametrize(("state", "event", "after", "do"), [line.split() for line in SESSION.strip().splitlines()])
def test_5_1_rows(state: str, event: str, after: str, do: str) -> None:
    assert ldp.step(ldp.State[state], ldp.Input[event]) == (ldp.State[after], ldp.Do[do])


def greeting(keepalive: int = 15, receiver: int = US, max_pdu: int = 4096, version: int = 1) -> tuple[object, ...]:
    return CommonSession(keepalive, receiver, 0, max_pdu, version), DynamicCapability(), IccpCapability()


def script(carrier: Ldp = ACTIVE) -> Script:
    it = Script(MLACP)
    it.do(CarrierEstablished(carrier))
    return it


def operational(carrier: Ldp = ACTIVE, keepalive: int = 15, max_pdu: int = 4096) -> Script:
    it = script(carrier)
    it.hear(INITIALIZATION, *greeting(keepalive, max_pdu=max_pdu))  # type: ignore[arg-type]
    it.hear(KEEPALIVE)
    return it


# --- opening


def test_5_1_active_speaks_first_and_answers_initialization_with_keepalive() -> None:
    it = Script(MLACP)
    (first,) = it.do(CarrierEstablished(ACTIVE))
    assert first.type == INITIALIZATION
    assert first.tlvs == (CommonSession(15, THEM), DynamicCapability(), IccpCapability())
    assert it.core.session is ldp.State.OPENSENT
    assert kinds(it.hear(INITIALIZATION, *greeting())) == [KEEPALIVE]  # type: ignore[arg-type]
    assert it.core.session is ldp.State.OPENREC
    assert kinds(it.hear(KEEPALIVE)) == [RG_CONNECT]
    assert it.core.session is ldp.State.OPERATIONAL


def test_5_1_passive_waits_and_answers_with_both() -> None:
    it = Script(MLACP)
    assert it.do(CarrierEstablished(PASSIVE)) == []
    assert it.core.session is ldp.State.INITIALIZED
    assert kinds(it.hear(INITIALIZATION, *greeting())) == [INITIALIZATION, KEEPALIVE]  # type: ignore[arg-type]
    assert it.core.session is ldp.State.OPENREC
    assert kinds(it.hear(KEEPALIVE)) == [RG_CONNECT]


@pytest.mark.parametrize("carrier", [ACTIVE, PASSIVE])
@pytest.mark.parametrize("kind", [KEEPALIVE, CAPABILITY, RG_CONNECT, RG_APPLICATION_DATA, 0x0999])
def test_5_1_anything_else_while_opening_is_fatal(carrier: Ldp, kind: int) -> None:
    it = script(carrier)
    assert statuses(it.hear(kind, RgId(RG), SenderName("x"))) == [(LdpStatus.SHUTDOWN, True)]
    assert it.core.session is ldp.State.NONEXISTENT
    assert it.resets == ["peer said something else before Initialization"]


@pytest.mark.parametrize("kind", [INITIALIZATION, CAPABILITY, RG_CONNECT])
def test_5_1_in_openrec_only_a_keepalive_will_do(kind: int) -> None:
    it = script()
    it.hear(INITIALIZATION, *greeting())  # type: ignore[arg-type]
    assert statuses(it.hear(kind, *greeting())) == [(LdpStatus.SHUTDOWN, True)]  # type: ignore[arg-type]
    assert it.core.session is ldp.State.NONEXISTENT


@pytest.mark.parametrize(
    ("tlvs", "status"),
    [
        ((IccpCapability(),), LdpStatus.MISSING_MESSAGE_PARAMETERS),
        (greeting(version=2), LdpStatus.BAD_PROTOCOL_VERSION),
        (greeting(keepalive=0), LdpStatus.REJECTED_BAD_KEEPALIVE),
        (greeting(receiver=9), LdpStatus.REJECTED_NO_HELLO),
    ],
)
def test_5_1_an_unacceptable_initialization_is_refused_and_tcp_is_tried_again_ever_later(
    tlvs: tuple[object, ...], status: LdpStatus
) -> None:
    it = Script(MLACP)
    pauses = []
    for _ in range(5):
        it.do(CarrierEstablished(PASSIVE))
        assert statuses(it.hear(INITIALIZATION, *tlvs)) == [(status, True)]  # type: ignore[arg-type]
        pauses.append(next(action.pause for action in it.actions if hasattr(action, "pause")))
    assert pauses == [seconds(each) for each in (15, 30, 60, 120, 120)]


def test_5_1_a_refusal_of_our_initialization_is_not_answered() -> None:
    it = script()
    assert it.hear(NOTIFICATION, Status(LdpStatus.REJECTED_NO_HELLO, fatal=True)) == []
    assert it.resets == ["peer closed the session: rejected no hello"]


def test_5_1_a_session_that_stood_makes_the_next_pause_short() -> None:
    it = operational()
    it.hear(NOTIFICATION, Status(LdpStatus.SHUTDOWN, fatal=True))
    assert [action.pause for action in it.actions if hasattr(action, "pause")] == [0]


def test_6_1_another_lsr_id_in_the_header_is_fatal() -> None:
    it = operational()
    assert it.do(MessageReceived(Message(KEEPALIVE, 77), THEM)) == []
    assert statuses(it.do(MessageReceived(Message(KEEPALIVE, 78), 99))) == [(LdpStatus.BAD_LDP_IDENTIFIER, True)]
    assert it.resets == ["peer LSR id 0x00000063"]


# --- time


def test_5_4_the_smaller_keepalive_counts_and_something_is_said_thrice_in_it() -> None:
    it = operational(keepalive=6)
    it.connect()
    said = it.wait(milliseconds(5900))
    assert kinds(said) == [KEEPALIVE, KEEPALIVE]
    assert it.core.session is ldp.State.OPERATIONAL


def test_5_4_silence_for_the_keepalive_time_ends_the_session() -> None:
    it = operational(keepalive=6)
    messages = it.wait(seconds(6))
    assert statuses(messages) == [(LdpStatus.KEEPALIVE_EXPIRED, True)]
    assert it.resets == ["peer is silent"]
    assert it.core.deadline is None


def test_5_4_a_peer_that_connects_and_says_nothing_is_left() -> None:
    for carrier in (ACTIVE, PASSIVE):
        it = script(carrier)
        assert statuses(it.wait(seconds(15))) == [(LdpStatus.KEEPALIVE_EXPIRED, True)]
        assert it.core.session is ldp.State.NONEXISTENT


def test_5_4_any_message_is_a_sign_of_life_and_saying_something_saves_a_keepalive() -> None:
    it = operational()
    it.connect()
    it.application(MLACP, a=True)
    for _ in range(20):
        assert it.wait(seconds(4)) == []
        it.data(SyncRequest(0))  # refused: that is a message of ours
    assert it.core.session is ldp.State.OPERATIONAL


def test_1_7_the_smaller_pdu_counts_and_less_than_256_means_4096() -> None:
    for proposed, longest in ((512, 502), (255, 4086), (9000, 4086)):
        it = Script(Application.MLAG)
        it.do(CarrierEstablished(ACTIVE))
        it.hear(INITIALIZATION, *greeting(max_pdu=proposed))  # type: ignore[arg-type]
        it.hear(KEEPALIVE)
        it.connect()
        it.application(Application.MLAG, a=True)
        messages = it.do(TlvsQueued(Application.MLAG, tuple(BondUp(number, True) for number in range(1000))))
        assert max(len(message.encode()) for message in messages) <= longest
        assert sum(len(message.tlvs) - 1 for message in messages) == 1000


def test_two_nodes_over_tcp_open_live_and_close() -> None:
    talk = Talk()
    talk.do(talk.a, bonds(0))
    talk.do(talk.b, bonds(1))
    talk.do(talk.a, CarrierEstablished(Ldp(True, 1)))
    talk.do(talk.b, CarrierEstablished(Ldp(False, 1, keepalive=3)))
    talk.run(milliseconds(1))
    assert talk.a.up and talk.b.up
    assert talk.a.core.peer_ports and talk.b.core.peer_ports
    for _ in range(10):
        talk.thaw()
        talk.run(seconds(30))
    assert talk.a.up and talk.b.up
    sent = len(talk.a.sent)
    talk.run(seconds(30))
    assert 28 <= len(talk.a.sent) - sent <= 32
    talk.do(talk.a, CarrierLost("connection reset"))
    talk.run(seconds(3))
    assert talk.b.resets == ["peer is silent"]
    assert not talk.a.up and not talk.b.up
