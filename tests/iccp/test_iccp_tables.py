"""The state tables of RFC 7275 4.2.1 and 4.4.2, row by row: as tables, and driven through the core.

Section numbers are those of the project's ICCP page: 5.2 the ICCP connection, 5.3 the application connection.
"""

import pytest

from iccp.script import Script, kinds, naks
from pyiccp._sansio import seconds
from pyiccp.iccp import _application as app
from pyiccp.iccp import _connection as con
from pyiccp.iccp.events import Application, ApplicationSwitched, CarrierEstablished, CarrierLost, GroupSwitched
from pyiccp.wire.iccp._fdb import HostSync
from pyiccp.wire.iccp._mlag import BondsEnd
from pyiccp.wire.iccp._pdu import (
    CAPABILITY,
    INITIALIZATION,
    RG_CONNECT,
    RG_DISCONNECT,
    IccpCapability,
    IccpStatus,
)
from pyiccp.wire.iccp.mlacp import SyncRequest
from pyiccp.wire.iccp.rg import ApplicationConnect, ApplicationDisconnect, RequestedVersion

MLACP, MLAG, FDB = Application.MLACP, Application.MLAG, Application.FDB


# --- 5.2: as the standard prints it

CONNECTION = """
NONEXISTENT  LDP_UP                INITIALIZED  NOTHING
INITIALIZED  CAPABILITY_SENT       CAPSENT      NOTHING
INITIALIZED  CAPABILITY_RECEIVED   CAPREC       CAPABILITY
CAPSENT      CAPABILITY_RECEIVED   CAPREC       NOTHING
CAPREC       CONNECT_SENT          CONNECTING   NOTHING
CAPREC       CONNECT_RECEIVED      OPERATIONAL  CONNECT
CAPREC       OTHER_RECEIVED        CAPREC       NAK
CAPREC       DISCONNECT_RECEIVED   CAPREC       NAK
CONNECTING   CONNECT_RECEIVED      OPERATIONAL  NOTHING
CONNECTING   OTHER_RECEIVED        CAPREC       NAK
CONNECTING   DISCONNECT_RECEIVED   CAPREC       NAK
OPERATIONAL  DISCONNECT_RECEIVED   CAPREC       NOTHING
OPERATIONAL  DISCONNECT_SENT       CAPREC       NOTHING
NONEXISTENT  LDP_DOWN              NONEXISTENT  NOTHING
INITIALIZED  LDP_DOWN              NONEXISTENT  NOTHING
CAPSENT      LDP_DOWN              NONEXISTENT  NOTHING
CAPREC       LDP_DOWN              NONEXISTENT  NOTHING
CONNECTING   LDP_DOWN              NONEXISTENT  NOTHING
OPERATIONAL  LDP_DOWN              NONEXISTENT  NOTHING
CAPREC       NAK_RECEIVED          CAPREC       NOTHING
CONNECTING   NAK_RECEIVED          CAPREC       NOTHING
OPERATIONAL  NAK_RECEIVED          CAPREC       NOTHING
"""

APPLICATION = """
NONEXISTENT  ICCP_UP               RESET        NOTHING
RESET        CONNECT_SENT          CONNSENT     NOTHING
RESET        CONNECT_RECEIVED      CONNREC      NOTHING
RESET        ANSWER_RECEIVED       CONNREC      NOTHING
RESET        DATA_RECEIVED         RESET        NAK
CONNSENT     NAK_RECEIVED          RESET        NOTHING
CONNSENT     ANSWER_RECEIVED       OPERATIONAL  ANSWER
CONNSENT     DATA_RECEIVED         RESET        NAK
CONNSENT     DISCONNECT_RECEIVED   RESET        NAK
CONNSENT     CONNECT_RECEIVED      CONNECTING   ANSWER
CONNREC      NAK_SENT              RESET        NOTHING
CONNREC      ANSWER_SENT           CONNECTING   NOTHING
CONNREC      CONNECT_RECEIVED      CONNREC      NOTHING
CONNREC      ANSWER_RECEIVED       CONNREC      NOTHING
CONNREC      DATA_RECEIVED         RESET        NAK
CONNREC      DISCONNECT_RECEIVED   RESET        NAK
CONNECTING   ANSWER_RECEIVED       OPERATIONAL  NOTHING
CONNECTING   DATA_RECEIVED         RESET        NAK
CONNECTING   DISCONNECT_RECEIVED   RESET        NAK
CONNECTING   NAK_RECEIVED          RESET        NOTHING
CONNECTING   CONNECT_RECEIVED      CONNECTING   ANSWER
OPERATIONAL  DISCONNECT_RECEIVED   RESET        NOTHING
OPERATIONAL  DISCONNECT_SENT       RESET        NOTHING
OPERATIONAL  CONNECT_RECEIVED      RESET        RESTART
OPERATIONAL  ANSWER_RECEIVED       OPERATIONAL  IGNORE
RESET        ICCP_DOWN             NONEXISTENT  NOTHING
CONNSENT     ICCP_DOWN             NONEXISTENT  NOTHING
CONNREC      ICCP_DOWN             NONEXISTENT  NOTHING
CONNECTING   ICCP_DOWN             NONEXISTENT  NOTHING
OPERATIONAL  ICCP_DOWN             NONEXISTENT  NOTHING
"""


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.strip().splitlines()]


@pytest.mark.parametrize(("state", "event", "after", "do"), rows(CONNECTION))
def test_5_2_rows(state: str, event: str, after: str, do: str) -> None:
    assert con.step(con.State[state], con.Input[event]) == (con.State[after], con.Do[do])


@pytest.mark.parametrize(("state", "event", "after", "do"), rows(APPLICATION))
def test_5_3_rows(state: str, event: str, after: str, do: str) -> None:
    assert app.step(app.State[state], app.Input[event]) == (app.State[after], app.Do[do])


def test_5_2_what_is_not_in_a_table_changes_nothing() -> None:
    for state in con.State:
        for event in con.Input:
            if (state, event) not in con.TABLE:
                assert con.step(state, event) == (state, con.Do.IGNORE)
    for each in app.State:
        for happened in app.Input:
            if (each, happened) not in app.TABLE:
                assert app.step(each, happened) == (each, app.Do.IGNORE)


# --- 5.2: through the core


def test_5_2_ldp_session_up_sends_the_capability_first() -> None:
    script = Script(MLACP)
    (message,) = script.do(CarrierEstablished())
    assert message.type == INITIALIZATION and message.message_id == 1
    assert IccpCapability() in message.tlvs
    assert script.core.connection is con.State.CAPSENT


def test_5_2_capsent_capability_received_leads_on_to_rg_connect() -> None:
    script = Script(MLACP).capsent()
    (message,) = script.init(IccpCapability())
    assert message.type == RG_CONNECT and len(message.tlvs) == 2
    assert script.core.connection is con.State.CONNECTING


def test_5_2_no_capability_no_connect_until_a_capability_message_brings_it() -> None:
    script = Script(MLACP).capsent()
    assert script.init() == []
    assert script.core.connection is con.State.CAPSENT
    assert kinds(script.hear(CAPABILITY, IccpCapability())) == [RG_CONNECT]


def test_5_2_connecting_rg_connect_received_is_operational_and_not_answered() -> None:
    script = Script().connecting()
    assert script.connect() == []
    assert script.core.connection is con.State.OPERATIONAL


def test_5_2_caprec_rg_connect_received_is_answered() -> None:
    script = Script().connecting()
    script.nak(IccpStatus.UNKNOWN_RG)
    assert script.core.connection is con.State.CAPREC
    assert kinds(script.connect()) == [RG_CONNECT]
    assert script.core.connection is con.State.OPERATIONAL


def test_5_2_connecting_any_other_message_is_refused() -> None:
    script = Script(MLACP).connecting()
    (nak,) = naks(script.data(SyncRequest(1)))
    assert (nak.status, nak.rejected_message_id, nak.tlvs) == (IccpStatus.REJECTED_MESSAGE, 2, (SyncRequest(1),))
    assert script.core.connection is con.State.CAPREC


def test_5_2_caprec_any_other_message_is_refused() -> None:
    script = Script(MLACP).connecting()
    script.nak(IccpStatus.UNKNOWN_RG)
    assert len(naks(script.data(SyncRequest(1)))) == 1
    assert script.core.connection is con.State.CAPREC
    assert len(naks(script.disconnect(IccpStatus.RG_REMOVED))) == 1


def test_5_2_a_nak_is_never_answered_in_any_state() -> None:
    deaf = Script(MLACP).capsent()
    deaf.init()
    for script in (deaf, Script(MLACP).connecting(), Script(MLACP).operational(), Script(MLACP).up()):
        for status in (*IccpStatus, 0x12345):
            assert script.nak(status, ApplicationConnect(MLACP)) == []


def test_5_2_nak_in_connecting_stops_the_attempt_and_is_retried_slowly() -> None:
    script = Script().connecting()
    script.nak(IccpStatus.CONNECTION_COUNT_EXCEEDED)
    assert script.core.connection is con.State.CAPREC
    assert script.reports[0].why == "peer has too many connections"
    assert script.wait(seconds(14)) == []
    assert kinds(script.wait(seconds(2))) == [RG_CONNECT]
    assert script.core.connection is con.State.CONNECTING
    script.nak(IccpStatus.CONNECTION_COUNT_EXCEEDED)
    assert script.reports == []
    assert script.wait(seconds(29)) == []
    assert kinds(script.wait(seconds(2))) == [RG_CONNECT]


def test_5_2_nak_unknown_rg_in_operational_means_the_peer_lost_the_group() -> None:
    script = Script(MLACP).up()
    script.nak(IccpStatus.UNKNOWN_RG)
    assert script.core.connection is con.State.CAPREC
    assert [report.up for report in script.reports] == [False]


def test_5_2_rg_connect_in_operational_is_not_answered_by_another() -> None:
    script = Script(MLACP).up()
    assert script.connect() == []
    assert script.core.connection is con.State.OPERATIONAL and script.core.established


def test_5_2_rg_connect_with_an_application_opens_the_connection_as_well() -> None:
    script = Script(MLACP).connecting()
    messages = script.application(MLACP, a=False)
    assert script.core.connection is con.State.OPERATIONAL
    assert [message.tlvs[2] for message in messages] == [ApplicationConnect(MLACP), ApplicationConnect(MLACP, a=True)]


def test_5_2_disconnect_received_leads_back_to_caprec_and_the_peer_may_come_again() -> None:
    script = Script(MLACP).up()
    assert script.disconnect(IccpStatus.RG_REMOVED) == []
    assert script.core.connection is con.State.CAPREC
    assert script.core.applications == {MLACP: app.State.NONEXISTENT}
    assert [report.why for report in script.reports] == ["peer left the redundancy group"]
    assert script.wait(seconds(3600)) == []
    assert kinds(script.connect()) == [RG_CONNECT, RG_CONNECT]


def test_5_2_disconnect_sent_leads_back_to_caprec() -> None:
    script = Script(MLACP).up()
    (message,) = script.do(GroupSwitched(False))
    assert message.type == RG_DISCONNECT and len(message.tlvs) == 2
    assert script.core.connection is con.State.CAPREC
    (nak,) = naks(script.connect())
    assert nak.status == IccpStatus.UNKNOWN_RG


def test_5_2_ldp_session_down_is_nonexistent_from_everywhere() -> None:
    for script in (
        Script(MLACP).capsent(),
        Script(MLACP).connecting(),
        Script(MLACP).operational(),
        Script(MLACP).up(),
    ):
        assert script.do(CarrierLost("silence")) == []
        assert script.core.connection is con.State.NONEXISTENT
        assert script.core.deadline is None


def test_5_2_withdrawn_capability_tears_the_connection_down_and_a_new_one_builds_it_up() -> None:
    script = Script(MLACP).up()
    assert script.hear(CAPABILITY, IccpCapability(s=False)) == []
    assert script.core.connection is con.State.CAPSENT
    assert [report.why for report in script.reports] == ["peer withdrew ICCP"]
    assert kinds(script.hear(CAPABILITY, IccpCapability())) == [RG_CONNECT]


def test_5_2_group_messages_before_the_capability_are_dropped_and_counted() -> None:
    script = Script(MLACP).capsent()
    script.init()
    assert script.connect() == []
    assert script.core.counters == {"messages without the capability": 1}


# --- 5.3: through the core


def test_5_3_reset_sends_connect_when_the_group_is_operational() -> None:
    script = Script(MLACP, MLAG, FDB).connecting()
    messages = script.connect()
    assert [message.tlvs[2] for message in messages] == [ApplicationConnect(each) for each in (MLACP, MLAG, FDB)]
    assert script.core.applications == dict.fromkeys((MLACP, MLAG, FDB), app.State.CONNSENT)


def test_5_3_sequential_open_connsent_then_a1_is_operational_and_answered() -> None:
    script = Script(MLACP).operational()
    (answer,) = script.application(MLACP, a=True)
    assert answer.tlvs[2] == ApplicationConnect(MLACP, a=True)
    assert script.core.applications[MLACP] is app.State.OPERATIONAL
    assert [report.up for report in script.reports] == [True]


def test_5_3_crossing_opens_both_become_operational() -> None:
    script = Script(MLACP).operational()
    (answer,) = script.application(MLACP, a=False)
    assert answer.tlvs[2] == ApplicationConnect(MLACP, a=True)
    assert script.core.applications[MLACP] is app.State.CONNECTING
    assert script.reports == []
    assert script.application(MLACP, a=True) == []
    assert script.core.applications[MLACP] is app.State.OPERATIONAL


def test_5_3_reset_connect_received_is_answered_with_a1() -> None:
    script = Script(MLACP).operational()
    script.nak(IccpStatus.APPLICATION_NOT_IN_RG, ApplicationConnect(MLACP))
    assert script.core.applications[MLACP] is app.State.RESET
    (answer,) = script.application(MLACP, a=False)
    assert answer.tlvs[2] == ApplicationConnect(MLACP, a=True)
    assert script.core.applications[MLACP] is app.State.CONNECTING


def test_5_3_reset_data_are_refused() -> None:
    script = Script(MLACP).operational()
    script.nak(IccpStatus.APPLICATION_NOT_IN_RG, ApplicationConnect(MLACP))
    (nak,) = naks(script.data(SyncRequest(1)))
    assert (nak.status, nak.tlvs) == (IccpStatus.REJECTED_MESSAGE, (SyncRequest(1),))
    assert script.core.applications[MLACP] is app.State.RESET


@pytest.mark.parametrize("opened", [False, True])
def test_5_3_data_before_operational_are_refused_and_reset(opened: bool) -> None:
    script = Script(MLACP).operational()
    if opened:
        script.application(MLACP, a=False)
    (nak,) = naks(script.data(SyncRequest(1)))
    assert nak.status == IccpStatus.REJECTED_MESSAGE
    assert script.core.applications[MLACP] is app.State.RESET


def test_5_3_disconnect_before_operational_is_refused_and_in_reset_ignored() -> None:
    script = Script(MLACP).operational()
    tlv = ApplicationDisconnect(0x0031)
    (nak,) = naks(script.disconnect(IccpStatus.APPLICATION_REMOVED, tlv))
    assert (nak.status, nak.tlvs) == (IccpStatus.REJECTED_MESSAGE, (tlv,))
    assert script.core.applications[MLACP] is app.State.RESET
    assert script.disconnect(IccpStatus.APPLICATION_REMOVED, tlv) == []


def test_5_3_nak_in_connsent_and_in_connecting_resets_without_a_nak() -> None:
    for opened in (False, True):
        script = Script(MLACP).operational()
        if opened:
            script.application(MLACP, a=False)
        assert script.nak(IccpStatus.APPLICATION_CONNECTION_COUNT_EXCEEDED, ApplicationConnect(MLACP)) == []
        assert script.core.applications[MLACP] is app.State.RESET
        assert [report.why for report in script.reports] == ["peer has too many connections of MLACP"]


def test_5_3_connecting_connect_a0_repeats_the_answer() -> None:
    script = Script(MLACP).operational()
    script.application(MLACP, a=False)
    (answer,) = script.application(MLACP, a=False)
    assert answer.tlvs[2] == ApplicationConnect(MLACP, a=True)
    assert script.core.applications[MLACP] is app.State.CONNECTING


def test_5_3_operational_connect_a1_is_a_duplicate() -> None:
    script = Script(MLACP).up()
    assert script.application(MLACP, a=True) == []
    assert script.reports == []


def test_5_3_operational_connect_a0_restarts_the_application() -> None:
    script = Script(MLACP).up()
    (answer,) = script.application(MLACP, a=False)
    assert answer.tlvs[2] == ApplicationConnect(MLACP, a=True)
    assert script.core.applications[MLACP] is app.State.CONNECTING
    assert [report.up for report in script.reports] == [False]
    script.application(MLACP, a=True)
    assert [report.up for report in script.reports] == [True]
    assert script.resets == []


def test_5_3_operational_disconnect_received_and_sent() -> None:
    script = Script(MLACP).up()
    assert script.disconnect(IccpStatus.APPLICATION_REMOVED, ApplicationDisconnect(0x0031, "admin down")) == []
    assert script.core.applications[MLACP] is app.State.RESET
    assert [report.why for report in script.reports] == ["application MLACP closed"]

    script = Script(MLACP).up()
    (message,) = script.do(ApplicationSwitched(MLACP, False, "admin down"))
    assert message.type == RG_DISCONNECT
    assert message.tlvs[2] == ApplicationDisconnect(0x0031, "admin down")
    assert script.core.applications[MLACP] is app.State.RESET


def test_5_3_after_a_rejection_it_waits_and_answers_at_once_when_the_peer_begins() -> None:
    script = Script(MLACP).operational()
    script.nak(IccpStatus.APPLICATION_NOT_IN_RG, ApplicationConnect(MLACP))
    assert script.wait(seconds(14)) == []
    script.application(MLACP, a=False)
    script.application(MLACP, a=True)
    assert script.core.established
    assert script.wait(seconds(3600)) == []


def test_5_3_a_lone_application_is_tried_again_after_15_30_60_120_120_seconds() -> None:
    script = Script(MLACP).operational()
    waits = []
    for _ in range(6):
        script.nak(IccpStatus.APPLICATION_NOT_IN_RG, ApplicationConnect(MLACP))
        assert script.core.deadline is not None
        waits.append(script.core.deadline - script.now)
        assert kinds(script.wait(waits[-1])) == [RG_CONNECT]
    assert waits == [seconds(each) for each in (15, 30, 60, 120, 120, 120)]


def test_5_3_data_of_our_own_applications_may_overtake_the_last_connect_but_not_the_first() -> None:
    script = Script(MLAG, FDB).operational()
    (nak,) = naks(script.data(HostSync(end=False)))
    assert nak.status == IccpStatus.REJECTED_MESSAGE
    script.application(FDB, a=False)
    assert script.data(HostSync(end=True)) == []
    assert script.core.applications[FDB] is app.State.CONNECTING


def test_5_3_what_is_kept_for_later_is_bounded() -> None:
    script = Script(MLAG, FDB).operational()
    script.application(FDB, a=False)
    said = [message for _ in range(1000) for message in script.data(HostSync(end=True))]
    assert len(naks(said)) == 1
    assert script.core.applications[FDB] is app.State.RESET
    assert script.core.fingerprint(0) != ()


# --- 2.10: versions


@pytest.mark.parametrize("version", [0, 2, 0xFFFF])
def test_2_10_another_version_of_an_application_is_refused_with_ours(version: int) -> None:
    script = Script(MLACP).operational()
    (nak,) = naks(script.application(MLACP, a=False, version=version))
    assert nak.status == IccpStatus.INCOMPATIBLE_VERSION
    assert nak.rejected_message_id == script.id
    assert nak.tlvs == (ApplicationConnect(MLACP, version), RequestedVersion(MLACP, 1))
    assert script.core.applications[MLACP] is app.State.RESET
    assert [report.why for report in script.reports] == [f"peer runs version {version} of MLACP, ours 1"]


def test_2_10_our_version_refused_names_the_application() -> None:
    script = Script(MLAG).operational()
    script.nak(IccpStatus.INCOMPATIBLE_VERSION, ApplicationConnect(MLAG), RequestedVersion(MLAG, 2))
    assert [report.why for report in script.reports] == ["peer runs another version of MLAG"]


def test_2_10_another_major_of_iccp_itself_is_shown_with_both_numbers() -> None:
    script = Script(MLAG).capsent()
    assert script.init(IccpCapability(major=2, minor=3)) == []
    assert [report.why for report in script.reports] == ["peer ICCP version 2.3, ours 1.0"]
    assert script.core.connection is con.State.CAPSENT


def test_2_10_another_minor_is_taken() -> None:
    script = Script(MLAG).capsent()
    assert kinds(script.init(IccpCapability(minor=9))) == [RG_CONNECT]


def test_an_application_of_ours_that_ends_takes_the_session_down_on_both_sides() -> None:
    script = Script(MLAG, FDB).up()
    assert script.core.established
    script.disconnect(IccpStatus.APPLICATION_REMOVED, ApplicationDisconnect(0x3001))
    assert script.resets == ["application MLAG closed"]
    script = Script(MLAG, FDB).up()
    script.nak(IccpStatus.REJECTED_MESSAGE, BondsEnd())
    assert script.resets == ["peer refuses what MLAG says"]
