"""The STP application (RFC 7727) of an RSTP pair. The numbers are those of the procedures in the project's ICCP page,
section 4; where RFC 7727 contradicts itself, the choice is in docs/departures.md."""

import pickle

import pytest

from iccp.script import Script, naks
from iccp.talk import End, Talk
from pyiccp._sansio import seconds
from pyiccp.iccp.events import (
    Application,
    PeerStp,
    ReportPeerStp,
    ReportPeerTopologyChange,
    ReportSession,
    StpChanged,
    TopologyChanged,
)
from pyiccp.wire._mac import mac
from pyiccp.wire.iccp._pdu import IccpStatus, Message, TlvValue
from pyiccp.wire.iccp.mlacp import SyncData
from pyiccp.wire.iccp.rg import ApplicationConnect, ApplicationDisconnect, RgId
from pyiccp.wire.iccp.stp import (
    StpCistRootTime,
    StpConfigurationDigest,
    StpInstancePriority,
    StpMstiRootTime,
    StpRegionName,
    StpRevisionLevel,
    StpSyncData,
    StpSyncRequest,
    StpSystemConfig,
    StpTopologyChanged,
)

STP = Application.STP
LOW, HIGH = mac("74:4D:28:11:70:6B"), mac("74:4D:28:11:70:6C")
TIME = StpCistRootTime(20, 1, 15, 2, 20)


def bridge(address: bytes, *state: StpCistRootTime | StpMstiRootTime) -> StpChanged:
    return StpChanged(StpSystemConfig(1, address), (StpInstancePriority(8),), state or (TIME,))  # type: ignore[arg-type]


def flat(told: StpChanged, number: int = 0) -> tuple[TlvValue, ...]:
    """The set that tells all of it."""
    return (
        *(StpSyncData(number, False), told.system, *told.configuration, *told.state),
        StpSyncData(number, True),
    )


OURS, THEIRS = bridge(LOW), bridge(HIGH)


def ready(told: StpChanged = OURS) -> Script:
    """Operational; the full set has been said."""
    script = Script(STP)
    script.do(told)
    return script.up()


def learned(told: StpChanged = OURS, theirs: StpChanged = THEIRS) -> Script:
    script = ready(told)
    script.data(*flat(theirs))
    return script


def tlvs(messages: list[Message]) -> tuple[TlvValue, ...]:
    return tuple(tlv for message in messages for tlv in message.tlvs if not isinstance(tlv, RgId))


def changes(script: Script) -> list[tuple[int, ...]]:
    """The topology changes of the peer among the newest actions."""
    return [action.instances for action in script.actions if isinstance(action, ReportPeerTopologyChange)]


def refused(messages: list[Message]) -> tuple[TlvValue, ...]:
    (nak,) = naks(messages)
    assert nak.status == IccpStatus.REJECTED_MESSAGE
    return nak.tlvs


# --- 4.1: the connection


def test_4_1_the_connection_opens_like_that_of_mlacp_and_closes_with_a_disconnect() -> None:
    script = Script(STP).operational()
    (answer,) = script.application(STP, a=False)
    assert answer.tlvs[-1] == ApplicationConnect(STP, 1, a=True)
    script.application(STP, a=True)
    assert script.reports == [ReportSession(True, "pe2", "")]
    script.disconnect(IccpStatus.APPLICATION_REMOVED, ApplicationDisconnect(0x2001, "stp off"))
    assert [report.up for report in script.reports] == [False]


def test_4_1_disconnect_forgets_what_was_learned() -> None:
    script = learned()
    script.disconnect(IccpStatus.APPLICATION_REMOVED, ApplicationDisconnect(0x2001, None))
    assert script.core.peer_stp is None
    assert ReportPeerStp() in script.actions
    assert script.core.virtual_root == LOW


# --- 4.2: the first synchronisation


def test_4_2_operational_tells_system_then_configuration_then_state_between_one_start_and_end() -> None:
    script = Script(STP)
    assert script.do(OURS) == []
    script.operational().application(STP, a=False)
    assert tlvs(script.application(STP, a=True)) == flat(OURS)


def test_4_2_an_mst_bridge_tells_its_region_too() -> None:
    told = StpChanged(
        StpSystemConfig(1, LOW),
        (
            StpRegionName("region1"),
            StpRevisionLevel(0),
            StpConfigurationDigest(bytes(16)),
            StpInstancePriority(8),
            StpInstancePriority(4, 7),
        ),
        (TIME, StpMstiRootTime(4, 7, 19)),
    )
    script = learned(theirs=told)
    assert script.core.peer_stp == PeerStp(told.system, told.configuration, told.state)


def test_4_2_what_is_known_of_the_peer_is_reported_when_a_set_is_whole() -> None:
    script = ready()
    said = flat(THEIRS)
    script.data(*said[:-1])
    assert ReportPeerStp() not in script.actions
    script.data(said[-1])
    assert script.actions == [ReportPeerStp()]
    assert script.core.peer_stp == PeerStp(THEIRS.system, THEIRS.configuration, THEIRS.state)


# --- 4.3: who is the root


def test_4_3_the_lowest_address_of_all_system_configs_is_the_virtual_root() -> None:
    for ours, theirs in ((LOW, HIGH), (HIGH, LOW)):
        script = learned(bridge(ours), bridge(theirs))
        assert script.core.virtual_root == LOW


def test_4_11_nodes_that_tell_the_elected_address_agree_on_it_whoever_comes_back() -> None:
    """The survivor carries the pair's identity, whatever its own address is; who returns tells the same (M1.2)."""
    script = learned(bridge(HIGH), bridge(HIGH))
    assert script.core.virtual_root == HIGH


def test_4_12_a_new_virtual_root_is_a_topology_change_of_all_instances() -> None:
    msti = StpChanged(StpSystemConfig(1, HIGH), (StpInstancePriority(8), StpInstancePriority(8, 3)), (TIME,))
    script = ready(msti)
    assert tlvs(script.data(*flat(bridge(LOW)))) == (StpTopologyChanged((0, 3)),)
    assert tlvs(script.data(*flat(bridge(LOW)))) == ()
    assert tlvs(ready(OURS).data(*flat(THEIRS))) == (), "whose root stays says nothing"


# --- 4.4, 4.7: changes


def test_4_4_a_receiver_of_configuration_reports_it_for_the_pair_to_fall_in_line() -> None:
    script = learned()
    script.data(StpInstancePriority(4))
    assert script.actions == [ReportPeerStp()]
    assert script.core.peer_stp is not None
    assert script.core.peer_stp.configuration == (StpInstancePriority(4),)


def test_4_7_a_change_is_told_at_once_and_alone() -> None:
    script = ready()
    later = StpCistRootTime(20, 2, 15, 2, 20)
    assert tlvs(script.do(bridge(LOW, later))) == (later,)
    assert script.do(bridge(LOW, later)) == []


def test_4_7_another_bridge_address_tells_everything_again() -> None:
    script = learned()
    said = tlvs(script.do(bridge(mac("02:00:00:00:00:01"))))
    assert said[:-1] == flat(bridge(mac("02:00:00:00:00:01")))
    assert said[-1] == StpTopologyChanged((0,)), "and the root is another one"


def test_4_7_another_bridge_address_of_the_peer_voids_what_it_told_before() -> None:
    script = learned()
    script.data(StpSystemConfig(1, mac("74:4D:28:11:70:6D")))
    assert script.core.peer_stp == PeerStp(StpSystemConfig(1, mac("74:4D:28:11:70:6D")), (), ())


# --- 4.5: topology changes


def test_4_5_a_topology_change_reaches_the_peer() -> None:
    talk = Talk(End("a", applications=(STP,)), End("b", applications=(STP,)))
    talk.do(talk.a, OURS)
    talk.do(talk.b, THEIRS)
    talk.up()
    talk.run(seconds(1))
    said: list[object] = []
    note = talk.b.note
    talk.b.note = lambda action, now: (said.append(action), note(action, now))[1]  # type: ignore[method-assign]
    talk.do(talk.a, TopologyChanged())
    talk.run(seconds(1))
    assert said == [ReportPeerTopologyChange((0,))]


def test_4_5_the_reserved_bits_of_instances_are_ignored_and_each_comes_once() -> None:
    script = learned()
    script.data(StpTopologyChanged((0xF000, 0, 0)))
    assert changes(script) == [(0,)]


def test_4_5_without_a_connection_nothing_is_said() -> None:
    script = Script(STP).operational()
    assert script.do(TopologyChanged()) == []


def test_4_5_a_topology_change_is_carried_out_while_a_request_is_under_way() -> None:
    script = ready()
    script.data(TIME)
    script.data(StpTopologyChanged((0,)))
    assert changes(script) == [(0,)]


# --- 4.6: state without its configuration


@pytest.mark.parametrize("state", [TIME, StpMstiRootTime(8, 5, 20)])
def test_4_6_state_that_was_never_configured_asks_for_everything_once(state: TlvValue) -> None:
    script = ready()
    assert tlvs(script.data(state)) == (StpSyncRequest(1),)
    assert script.data(state) == []
    script.data(*flat(THEIRS, number=1))
    assert script.core.peer_stp is not None


@pytest.mark.parametrize("state", [TIME, StpMstiRootTime(8, 5, 20), StpTopologyChanged((5,))])
def test_4_6_inside_a_synchronisation_it_is_refused_and_nothing_asked(state: TlvValue) -> None:
    script = ready()
    assert refused(script.data(StpSyncData(0, False), state)) == (state,)
    assert script.data(StpSyncData(0, True)) == []
    assert not changes(script)


def test_4_6_a_topology_change_of_an_unknown_instance_asks_and_flushes() -> None:
    script = learned()
    assert tlvs(script.data(StpTopologyChanged((5,)))) == (StpSyncRequest(1),)
    assert changes(script) == [(5,)]


# --- 4.8: requests


MST = StpChanged(
    StpSystemConfig(1, LOW),
    (StpRegionName("r"), StpRevisionLevel(3), StpInstancePriority(8), StpInstancePriority(4, 7)),
    (TIME, StpMstiRootTime(4, 7, 19)),
)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (StpSyncRequest(5), (MST.system, *MST.configuration, *MST.state)),
        (StpSyncRequest(5, True, False), (MST.system, *MST.configuration)),
        (StpSyncRequest(5, False, True), MST.state),
        (StpSyncRequest(5, True, True, 0), (MST.system, *MST.configuration[:2])),
        (StpSyncRequest(5, True, True, 1, (0,)), (MST.configuration[2], TIME)),
        (StpSyncRequest(5, True, True, 1, (0xF007,)), (MST.configuration[3], MST.state[1])),
        (StpSyncRequest(5, False, False), ()),
    ],
)
def test_4_8_requests_are_answered_with_what_they_ask_for_under_their_number(
    request_: StpSyncRequest, answer: tuple[TlvValue, ...]
) -> None:
    script = ready(MST)
    assert tlvs(script.data(request_)) == (StpSyncData(5, False), *answer, StpSyncData(5, True))


def test_4_8_a_request_for_an_unknown_instance_is_answered_with_everything_unasked() -> None:
    script = ready(MST)
    assert tlvs(script.data(StpSyncRequest(5, True, True, 1, (7, 8)))) == flat(MST)


def test_4_8_ten_thousand_requests_get_few_answers_and_one_full_set_when_they_are_over() -> None:
    script = ready()
    answers = [tlvs(script.data(StpSyncRequest(1 + number % 60000))) for number in range(10_000)]
    assert sum(1 for answer in answers if answer) == 16
    assert tlvs(script.wait(seconds(2))) == flat(OURS)
    assert script.core.deadline is None or script.core.deadline > script.now


# --- 4.9: while a request is under way


def test_4_9_while_a_request_is_under_way_older_news_are_dropped() -> None:
    script = ready()
    script.data(TIME)
    script.data(THEIRS.system)
    script.data(StpInstancePriority(4))
    assert script.core.peer_stp is None
    script.data(*flat(THEIRS, number=1))
    assert script.core.peer_stp == PeerStp(THEIRS.system, THEIRS.configuration, THEIRS.state)


def test_4_9_an_answer_to_nobody_is_skipped_up_to_its_end() -> None:
    script = ready()
    script.data(*flat(THEIRS, number=9))
    script.data(StpSyncData(9, False), StpTopologyChanged((0,)), StpSyncData(9, True))
    assert script.core.peer_stp is None and not changes(script)
    script.data(*flat(THEIRS))
    assert script.core.peer_stp is not None


def test_4_9_an_answer_in_several_sets_of_one_number_is_read_whole() -> None:
    """RFC 7727 3.6 wants a pair of Start and End in every fragment, 4.2.3 one pair in all: both are read."""
    script = ready()
    script.data(TIME)
    script.data(StpSyncData(1, False), THEIRS.system, StpSyncData(1, True))
    script.data(StpSyncData(1, False), *THEIRS.configuration, TIME, StpSyncData(1, True))
    assert script.core.peer_stp == PeerStp(THEIRS.system, THEIRS.configuration, THEIRS.state)


# --- 6.2: what is unsound


@pytest.mark.parametrize(
    "tlv",
    [
        StpSystemConfig(0, HIGH),
        StpSystemConfig(1, mac("00:00:00:00:00:00")),
        StpSystemConfig(1, mac("01:80:C2:00:00:00")),
        StpInstancePriority(8, 4095),
        StpMstiRootTime(8, 0, 20),
        StpMstiRootTime(8, 4095, 20),
        StpTopologyChanged((4095,)),
        StpSyncRequest(0),
        StpSyncRequest(1, True, True, 2),
    ],
)
def test_6_2_a_number_without_a_meaning_is_refused_and_the_rest_applies(tlv: TlvValue) -> None:
    script = ready()
    before = script.core.fingerprint(script.now)[-1]
    assert refused(script.data(tlv)) == (tlv,)
    assert script.core.fingerprint(script.now)[-1] == before
    script.wait(seconds(1))  # the same is not refused twice in a second
    assert refused(script.data(*flat(THEIRS)[:-1], tlv, StpSyncData(0, True))) == (tlv,)
    assert script.core.peer_stp is not None


def test_6_2_data_of_two_applications_in_one_message_are_refused_whole() -> None:
    script = ready()
    assert refused(script.data(THEIRS.system, SyncData(0, True))) == (THEIRS.system, SyncData(0, True))
    assert script.core.peer_stp is None


def test_6_2_what_the_peer_refuses_is_shown_and_not_repeated() -> None:
    script = learned()
    assert script.nak(IccpStatus.REJECTED_MESSAGE, OURS.system) == []
    assert script.actions == [ReportPeerStp()]
    assert script.core.stp_refusal == "the peer refused StpSystemConfig"
    assert script.nak(IccpStatus.REJECTED_MESSAGE, StpSystemConfig(7, HIGH)) == []


# --- an application that the pair can do without


def optional() -> Script:
    script = Script(Application.MLAG, STP, optional=(STP,))
    script.do(OURS)
    script.operational()
    script.application(Application.MLAG, a=False)
    script.application(Application.MLAG, a=True)
    return script


def test_m2_5_a_peer_of_an_older_minor_version_that_lacks_the_application_is_taken_without_it() -> None:
    script = optional()
    assert not script.core.established
    script.nak(IccpStatus.APPLICATION_NOT_IN_RG, ApplicationConnect(STP))
    assert script.reports == [ReportSession(True, "pe2", "")]
    assert tlvs(script.wait(seconds(14))) == ()
    again = tlvs(script.wait(seconds(2)))
    assert again[-1] == ApplicationConnect(STP), "it may have learned it meanwhile"


def test_m2_5_another_version_of_it_does_not_stop_the_session_either() -> None:
    script = optional()
    (nak,) = naks(script.application(STP, a=False, version=2))
    assert nak.status == IccpStatus.INCOMPATIBLE_VERSION
    assert script.core.established


def test_m2_5_it_may_end_and_come_again_within_a_session() -> None:
    script = optional()
    script.application(STP, a=True)
    assert script.core.established
    script.disconnect(IccpStatus.APPLICATION_REMOVED, ApplicationDisconnect(0x2001, None))
    assert script.core.established and not script.resets
    script.application(STP, a=False)
    assert tlvs(script.application(STP, a=True)) == flat(OURS)


def test_two_nodes_come_to_know_each_other_and_go_on_from_their_pickles() -> None:
    talk = Talk(End("a", applications=(STP,)), End("b", applications=(STP,)))
    talk.do(talk.a, OURS)
    talk.do(talk.b, THEIRS)
    talk.up()
    for _ in range(8):
        talk.run(seconds(1) // 20_000)
        talk.thaw()
    assert talk.a.core.peer_stp == PeerStp(THEIRS.system, THEIRS.configuration, THEIRS.state)
    assert talk.b.core.peer_stp == PeerStp(OURS.system, OURS.configuration, OURS.state)
    assert talk.a.core.virtual_root == talk.b.core.virtual_root == LOW
    assert pickle.loads(pickle.dumps(talk.a.core)).fingerprint(talk.now) == talk.a.core.fingerprint(talk.now)
