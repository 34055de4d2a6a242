"""Error rules of LDP and ICCP (section 6 of the project's ICCP page), and the negative cases of its section 7."""

import pytest

from iccp.script import RG, Script, kinds, naks, statuses
from pyiccp._sansio import milliseconds, seconds
from pyiccp.iccp import _application as app
from pyiccp.iccp import _connection as con
from pyiccp.iccp.events import Application, MalformedReceived
from pyiccp.wire._mac import ZERO, mac
from pyiccp.wire._state import STATES
from pyiccp.wire.iccp._fdb import HostBatch, HostKind, HostSync
from pyiccp.wire.iccp._mlag import BondsEnd, BondUp
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
    IccpCapability,
    IccpStatus,
    LdpStatus,
    Status,
    UnknownTlv,
)
from pyiccp.wire.iccp.ldp import DynamicCapability, ReturnedTlvs
from pyiccp.wire.iccp.mlacp import (
    AggregatorConfig,
    AggregatorState,
    PortPriority,
    PortState,
    SyncData,
    SyncRequest,
    SystemConfig,
)
from pyiccp.wire.iccp.pwred import PwRedSyncRequest
from pyiccp.wire.iccp.rg import (
    ApplicationConnect,
    ApplicationDisconnect,
    DisconnectCode,
    Nak,
    RgId,
    SenderName,
)

MLACP, MLAG, FDB = Application.MLACP, Application.MLAG, Application.FDB
SYSTEM = mac("74:4D:28:11:70:6B")
STRANGE = UnknownTlv(0x0123, b"xy")
SKIPPED = UnknownTlv(0x0123, b"xy", u=True)


# --- 6.1: the LDP layer


@pytest.mark.parametrize(
    "status",
    [
        LdpStatus.BAD_LDP_IDENTIFIER,
        LdpStatus.BAD_PROTOCOL_VERSION,
        LdpStatus.BAD_PDU_LENGTH,
        LdpStatus.BAD_MESSAGE_LENGTH,
        LdpStatus.BAD_TLV_LENGTH,
    ],
)
def test_6_1_framing_faults_are_fatal(status: LdpStatus) -> None:
    script = Script(MLACP).up()
    messages = script.do(MalformedReceived(status, "because"))
    assert statuses(messages) == [(status, True)]
    assert script.resets == ["because"]
    assert [(report.up, report.why) for report in script.reports] == [(False, "because")]
    assert script.core.connection is con.State.NONEXISTENT
    assert script.data(SyncRequest(1)) == []


def test_6_1_an_unknown_message_is_reported_and_ignored_or_dropped_as_its_u_bit_says() -> None:
    for kind in (0x0704, 0x070F, 0x0400):
        script = Script(MLACP).up()
        (message,) = script.hear(kind, RgId(RG))
        assert message.tlvs == (Status(LdpStatus.UNKNOWN_MESSAGE_TYPE, message_id=script.id, message_type=kind),)
        assert script.hear(kind, RgId(RG), u=True) == []
        assert script.core.established


@pytest.mark.parametrize(
    ("kind", "tlvs"),
    [
        (RG_CONNECT, ()),
        (RG_CONNECT, (RgId(RG),)),
        (RG_CONNECT, (SenderName("pe2"), RgId(RG))),
        (RG_DISCONNECT, (RgId(RG),)),
        (RG_DISCONNECT, (RgId(RG), ApplicationDisconnect(0x0031))),
        (RG_APPLICATION_DATA, (RgId(RG),)),
        (RG_APPLICATION_DATA, (SyncRequest(1),)),
    ],
)
def test_6_1_a_missing_parameter_is_reported_and_the_message_ignored(kind: int, tlvs: tuple[object, ...]) -> None:
    script = Script(MLACP).up()
    assert statuses(script.hear(kind, *tlvs)) == [(LdpStatus.MISSING_MESSAGE_PARAMETERS, False)]  # type: ignore[arg-type]
    assert script.core.established


@pytest.mark.parametrize(
    ("kind", "tlvs"),
    [
        (RG_CONNECT, (RgId(RG), SenderName("pe2"), RgId(RG))),
        (RG_CONNECT, (RgId(RG), SenderName("pe2"), SyncRequest(1))),
        (RG_CONNECT, (RgId(RG), SenderName("pe2"), Nak(1, 1))),
        (RG_DISCONNECT, (RgId(RG), DisconnectCode(IccpStatus.RG_REMOVED), ApplicationConnect(MLACP))),
        (RG_APPLICATION_DATA, (RgId(RG), RgId(RG), SyncRequest(1))),
        (RG_APPLICATION_DATA, (RgId(RG), ApplicationConnect(MLACP))),
    ],
)
def test_6_1_a_known_tlv_out_of_place_is_as_unknown_there(kind: int, tlvs: tuple[object, ...]) -> None:
    """Among them the second RG ID of section 7."""
    script = Script(MLACP).up()
    assert statuses(script.hear(kind, *tlvs)) == [(LdpStatus.UNKNOWN_TLV, False)]  # type: ignore[arg-type]
    assert script.core.established


def test_6_1_a_fatal_notification_closes_the_session() -> None:
    script = Script(MLACP).up()
    messages = script.hear(NOTIFICATION, Status(LdpStatus.SHUTDOWN, fatal=True))
    assert statuses(messages) == [(LdpStatus.SHUTDOWN, True)]
    assert script.resets == ["peer closed the session: shutdown"]
    script = Script(MLACP).up()
    script.hear(NOTIFICATION, Status(0x3FFF, fatal=True))
    assert script.resets == ["peer closed the session: status 0x3fff"]


def test_6_1_other_notifications_and_keepalives_change_nothing() -> None:
    script = Script(MLACP).up()
    assert script.hear(NOTIFICATION, Status(LdpStatus.UNKNOWN_TLV)) == []
    assert script.hear(NOTIFICATION) == []
    assert script.hear(KEEPALIVE) == []
    assert script.core.established


def test_6_1_a_malformed_value_is_refused_and_the_session_kept() -> None:
    """Departs from RFC 5036, where it is fatal."""
    script = Script(MLACP).up()
    (nak,) = naks(script.do(MalformedReceived(LdpStatus.MALFORMED_TLV_VALUE, "sender name of 81 octets")))
    assert (nak.status, nak.rejected_message_id) == (IccpStatus.REJECTED_MESSAGE, 0)
    assert script.core.established


# --- 5.1: opening


@pytest.mark.parametrize("kind", [RG_CONNECT, RG_NOTIFICATION, CAPABILITY, KEEPALIVE, 0x0999])
def test_5_1_anything_before_initialization_is_fatal(kind: int) -> None:
    script = Script(MLACP).capsent()
    assert statuses(script.hear(kind)) == [(LdpStatus.SHUTDOWN, True)]
    assert script.resets == ["peer said something else before Initialization"]


def test_5_1_initialization_must_have_its_parameters_and_our_version() -> None:
    script = Script(MLACP).capsent()
    assert statuses(script.hear(INITIALIZATION, IccpCapability())) == [(LdpStatus.MISSING_MESSAGE_PARAMETERS, True)]
    script = Script(MLACP).capsent()
    messages = script.hear(INITIALIZATION, CommonSession(15, 1, version=2), IccpCapability())
    assert statuses(messages) == [(LdpStatus.BAD_PROTOCOL_VERSION, True)]
    assert script.resets == ["peer LDP version 2, ours 1"]


def test_5_1_a_second_initialization_is_counted() -> None:
    script = Script(MLACP).up()
    assert script.init(IccpCapability()) == []
    assert script.core.established


def test_5_1_messages_without_a_carrier_are_counted() -> None:
    script = Script(MLACP)
    assert script.init(IccpCapability()) == []
    assert script.do(MalformedReceived(LdpStatus.BAD_PDU_LENGTH, "13")) == []
    assert script.core.counters == {"messages without a carrier": 1}


# --- 1.6: capabilities


def test_1_6_one_capability_twice_is_fatal() -> None:
    script = Script(MLACP).capsent()
    assert statuses(script.init(IccpCapability(), IccpCapability())) == [(LdpStatus.MALFORMED_TLV_VALUE, True)]


def test_1_6_in_initialization_the_s_bit_is_not_looked_at() -> None:
    script = Script(MLACP).capsent()
    assert kinds(script.init(IccpCapability(s=False))) == [RG_CONNECT]


def test_1_6_an_unknown_capability_is_reported_or_skipped() -> None:
    script = Script(MLACP).up()
    (message,) = script.hear(CAPABILITY, UnknownTlv(0x0788, b"\x80"))
    assert message.tlvs[0] == Status(LdpStatus.UNSUPPORTED_CAPABILITY, message_id=script.id, message_type=CAPABILITY)
    assert script.hear(CAPABILITY, UnknownTlv(0x0788, b"\x80", u=True)) == []
    assert script.hear(CAPABILITY, DynamicCapability()) == []
    assert script.core.established


# --- 6.2: the ICCP layer


@pytest.mark.parametrize("rg", [0, 99])
def test_6_2_another_group_or_the_reserved_one_is_refused_naming_it(rg: int) -> None:
    script = Script(MLACP).up()
    (message,) = script.connect(rg=rg)
    assert message.tlvs[0] == RgId(rg)
    (nak,) = naks([message])
    assert (nak.status, nak.rejected_message_id) == (IccpStatus.UNKNOWN_RG, script.id)
    assert script.core.established


def test_6_2_application_not_in_the_group() -> None:
    script = Script(MLACP).up()
    for kind in (0x0010, 0x2000, FDB):
        (nak,) = naks(script.connect(ApplicationConnect(kind)))
        assert nak.status == IccpStatus.APPLICATION_NOT_IN_RG
        assert nak.tlvs == (ApplicationConnect(kind),)


def test_6_2_two_application_connects_in_one_message_refuse_the_message() -> None:
    script = Script(MLACP, MLAG).operational()
    (nak,) = naks(script.connect(ApplicationConnect(MLACP), ApplicationConnect(MLAG)))
    assert (nak.status, nak.tlvs) == (IccpStatus.APPLICATION_NOT_IN_RG, (ApplicationConnect(MLAG),))
    assert script.core.applications[MLACP] is app.State.CONNSENT


def test_6_2_unknown_tlv_in_data_of_an_operational_application() -> None:
    script = Script(MLACP).up()
    (nak,) = naks(script.data(SyncRequest(1), STRANGE))
    assert (nak.status, nak.tlvs) == (IccpStatus.REJECTED_MESSAGE, (STRANGE,))


def test_6_2_unknown_tlv_elsewhere_is_an_ldp_notification_that_returns_it() -> None:
    script = Script(MLACP).operational()
    for messages in (
        script.connect(ApplicationConnect(MLACP), STRANGE),
        script.data(SyncRequest(1), UnknownTlv(0x0124, b"")),
        script.disconnect(IccpStatus.RG_REMOVED, UnknownTlv(0x0125, b"")),
    ):
        assert statuses(messages) == [(LdpStatus.UNKNOWN_TLV, False)]
        assert isinstance(messages[0].tlvs[1], ReturnedTlvs)
    assert script.core.applications[MLACP] is app.State.CONNSENT
    assert script.core.connection is con.State.OPERATIONAL


def test_6_2_unknown_tlv_with_u_is_skipped() -> None:
    script = Script(MLACP).connecting()
    script.connect(SKIPPED)
    assert script.core.connection is con.State.OPERATIONAL
    script.connect(SKIPPED, ApplicationConnect(MLACP, a=True))
    assert script.core.established
    assert script.data(SKIPPED, SyncData(0, end=False)) == []


def test_6_2_data_of_two_applications_are_refused_whole() -> None:
    script = Script(MLACP, MLAG).up()
    tlvs = (BondUp(1, True), SyncRequest(1))
    (nak,) = naks(script.data(*tlvs))
    assert (nak.status, nak.tlvs) == (IccpStatus.REJECTED_MESSAGE, tlvs)
    assert script.actions[1:] == []


def test_6_2_data_of_an_application_that_we_do_not_have_are_refused() -> None:
    script = Script(MLACP).up()
    (nak,) = naks(script.data(BondsEnd()))
    assert (nak.status, nak.tlvs) == (IccpStatus.REJECTED_MESSAGE, (BondsEnd(),))


def test_6_2_rg_removed_with_an_application_tlv_is_honoured() -> None:
    script = Script(MLACP).up()
    assert script.disconnect(IccpStatus.RG_REMOVED, ApplicationDisconnect(0x0031)) == []
    assert script.core.connection is con.State.CAPREC


@pytest.mark.parametrize(
    "tlvs",
    [(), (ApplicationDisconnect(0x0031), ApplicationDisconnect(0x0031)), (ApplicationDisconnect(0x2001),)],
)
def test_6_2_application_removed_needs_exactly_one_known_tlv(tlvs: tuple[ApplicationDisconnect, ...]) -> None:
    script = Script(MLACP).up()
    assert script.disconnect(IccpStatus.APPLICATION_REMOVED, *tlvs) == []
    assert script.core.established
    assert script.core.counters["unacceptable RG Disconnect"] == 1


def test_6_2_an_unknown_disconnect_code_is_counted() -> None:
    script = Script(MLACP).up()
    assert script.disconnect(0x00010007) == []
    assert script.core.established and script.core.counters["unacceptable RG Disconnect"] == 1


def port_state(**fields: object) -> PortState:
    values: dict[str, object] = {"selected": 0, "condition": 0, "aggregator": 1, **fields}
    return PortState(ZERO, 1, 1, 1, 1, STATES[0], STATES[0], 0x9001, 17, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "tlv",
    [
        SystemConfig(SYSTEM, 1, 8),
        AggregatorConfig(0, 1, SYSTEM, 17),
        AggregatorState(SYSTEM, 1, 1, 1, 17, 4),
        port_state(selected=3),
        port_state(condition=4),
        PortPriority(2, 0x9001, 1, 1, 2),
        SyncRequest(0),
        SyncRequest(1, request=3),
    ],
)
def test_6_2_a_number_without_a_meaning_is_refused_alone(tlv: SystemConfig) -> None:
    script = Script(MLACP).up()
    (nak,) = naks(script.data(SyncData(0, end=False), SystemConfig(SYSTEM, 1, 1), tlv, SyncData(0, end=True)))
    assert (nak.status, nak.rejected_message_id, nak.tlvs) == (IccpStatus.REJECTED_MESSAGE, script.id, (tlv,))
    assert script.core.peer_system == SystemConfig(SYSTEM, 1, 1)


def test_6_2_a_notification_in_any_shape_is_never_answered() -> None:
    script = Script(MLACP).up()
    assert script.hear(RG_NOTIFICATION, RgId(RG), Nak(0x10006, 1), SenderName("late")) == []
    assert script.hear(RG_NOTIFICATION, RgId(99), Nak(0x10006, 1)) == []
    assert script.hear(RG_NOTIFICATION, RgId(RG)) == []
    assert script.hear(RG_NOTIFICATION) == []
    assert script.hear(RG_NOTIFICATION, RgId(RG), STRANGE, Nak(0x10006, 1)) == []
    assert script.hear(RG_NOTIFICATION, RgId(RG), Nak(0x10006, 1, (UnknownTlv(2, b"nak in nak"),))) == []
    assert script.core.established


# --- floods


def test_one_refusal_not_ten_a_second() -> None:
    script = Script(MLACP).up()
    said = []
    for _ in range(1000):
        said += script.data(BondsEnd())
        script.now += milliseconds(1)
    assert len(said) == 1
    assert script.core.counters["refusals withheld"] == 999
    script.now += seconds(1)
    assert len(script.data(BondsEnd())) == 1


def test_refusals_of_different_things_are_rationed() -> None:
    script = Script(MLACP).up()
    said = [message for number in range(1000) for message in script.data(BondUp(number, True))]
    assert len(said) == 10


def test_a_thousand_naks_cost_nothing() -> None:
    script = Script(MLACP, MLAG, FDB).up()
    size = len(repr(script.core.fingerprint(script.now)))
    for _ in range(1000):
        assert script.nak(IccpStatus.REJECTED_MESSAGE, SyncRequest(1), SystemConfig(SYSTEM, 1, 1)) == []
    assert len(repr(script.core.fingerprint(script.now))) == size
    assert script.core.established


def test_a_refusal_fits_one_message_however_much_is_refused() -> None:
    script = Script(MLACP).up()
    hosts = HostBatch(HostKind.SEEN, 1, 0, 1, 0, 0, bytes(60000))
    (nak,) = naks(script.data(HostSync(end=False), hosts))
    assert nak.tlvs == (HostSync(end=False),)


def test_what_nests_too_deep_to_be_echoed_is_refused_without_it() -> None:
    """Found by mutated conversations: 1. A PW-RED request, which holds TLVs, stands in an RG Connect. 2. It is no TLV
    for that place, so it is returned in a notification, where it would be one level too deep: encoding raised."""
    deep = PwRedSyncRequest(237, True, False, 0, (PwRedSyncRequest(1, True, True, 0, ()),))
    for tlv in (deep, PwRedSyncRequest(237, True, False, 0, ())):
        script = Script(MLACP).up()
        (message,) = script.hear(RG_CONNECT, RgId(RG), SenderName("pe2"), tlv)
        assert statuses([message]) == [(LdpStatus.UNKNOWN_TLV, False)] and len(message.tlvs) == 1
        assert script.core.established


def test_nothing_raises_in_any_state_whatever_is_heard() -> None:
    """Every kind of message with every TLV in every state."""
    tlvs = (
        RgId(RG), SenderName("x"), Nak(0x10006, 1, (SyncRequest(1),)), DisconnectCode(0x10010),
        ApplicationConnect(MLAG, a=True), ApplicationDisconnect(0x3001), SystemConfig(SYSTEM, 1, 0), SyncRequest(1),
        AggregatorConfig(1, 1, SYSTEM, 1), AggregatorState(SYSTEM, 1, 1, 2, 1), port_state(),
        PortPriority(1, 1, 1, 1, 1),
        SyncData(0, end=False), SyncData(7, end=True), BondsEnd(), HostSync(end=True), STRANGE, SKIPPED,
        CommonSession(0, 0), IccpCapability(s=False), Status(0x2A, fatal=False),
    )  # fmt: skip
    everything = (
        INITIALIZATION, CAPABILITY, KEEPALIVE, NOTIFICATION, RG_CONNECT, RG_DISCONNECT, RG_NOTIFICATION,
        RG_APPLICATION_DATA, 0x0704, 0x7FFF,
    )  # fmt: skip
    starts = (
        lambda: Script(MLACP, MLAG, FDB),
        lambda: Script(MLACP, MLAG, FDB).capsent(),
        lambda: Script(MLACP, MLAG, FDB).connecting(),
        lambda: Script(MLACP, MLAG, FDB).operational(),
        lambda: Script(MLACP, MLAG, FDB).up(),
    )
    for start in starts:
        script = start()
        for kind in everything:
            for first in tlvs:
                for head in ((), (RgId(RG),), (RgId(RG), SenderName("pe2"))):
                    script.hear(kind, *head, first)
                if script.core.connection is con.State.NONEXISTENT:
                    script = start()
        script.wait(seconds(1000))
