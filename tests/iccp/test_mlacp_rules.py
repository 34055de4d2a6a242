"""mLACP: synchronisation (section 3.4) and the nineteen receiver rules (3.5) of the project's ICCP page."""

import msgspec

from iccp.script import Script, naks
from iccp.talk import Talk, bonds
from pyiccp._sansio import milliseconds, seconds
from pyiccp.iccp.events import Application, MlacpChanged, ReportPeerMlacp, SetPortPriority
from pyiccp.wire.iccp._pdu import RG_APPLICATION_DATA, IccpStatus, Message, TlvValue
from pyiccp.wire.iccp.mlacp import (
    PURGE,
    SYNCHRONIZED,
    AggregatorConfig,
    PortConfig,
    PortPriority,
    RequestType,
    SyncData,
    SyncRequest,
)

MLACP = Application.MLACP
START, END = SyncData(0, end=False), SyncData(0, end=True)
EVERYTHING = (RequestType.ALL, 0)

OURS = bonds(0, keys=(10, 20), per_bond=2)
THEIRS = bonds(1, keys=(10, 20), per_bond=2)


def ready(ours: MlacpChanged = OURS) -> Script:
    """Operational, everything told, nothing learned yet."""
    script = Script(MLACP)
    script.do(ours)
    return script.up()


def tlvs(messages: list[Message]) -> tuple[TlvValue, ...]:
    """All TLVs of application data, in order."""
    assert all(message.type == RG_APPLICATION_DATA for message in messages)
    return tuple(tlv for message in messages for tlv in message.tlvs[1:])


def full(told: MlacpChanged) -> tuple[TlvValue, ...]:
    """What an unsolicited synchronisation of *told* says, without the Synchronized flags."""
    return (
        START,
        told.system,
        *(config for config, _ in told.aggregators),
        *(config for config, _ in told.ports),
        *(state for _, state in told.aggregators),
        *(state for _, state in told.ports),
        END,
    )


def plain(said: tuple[TlvValue, ...]) -> tuple[TlvValue, ...]:
    """*said* without Synchronized flags."""
    return tuple(
        msgspec.structs.replace(tlv, flags=tlv.flags & ~SYNCHRONIZED)
        if isinstance(tlv, (AggregatorConfig, PortConfig))
        else tlv
        for tlv in said
    )


def learned() -> Script:
    script = ready()
    assert script.data(*full(THEIRS)) == []
    return script


def requests(messages: list[Message]) -> list[tuple[int, int]]:
    """(type, selector) of the Synchronization Requests said; all must want configuration and state."""
    found = tlvs(messages)
    assert all(isinstance(tlv, SyncRequest) and tlv.configuration and tlv.state and tlv.number for tlv in found)
    return [(tlv.request, tlv.selector) for tlv in found if isinstance(tlv, SyncRequest)]


def refused(messages: list[Message]) -> tuple[TlvValue, ...]:
    """What the one NAK refuses."""
    (nak,) = naks(messages)
    assert nak.status == IccpStatus.REJECTED_MESSAGE
    return nak.tlvs


# --- 3.4


def test_3_4_operational_tells_everything_once_in_order_between_one_start_and_end() -> None:
    script = Script(MLACP)
    assert script.do(OURS) == []
    script.operational().application(MLACP, a=False)
    said = tlvs(script.application(MLACP, a=True))
    assert plain(said) == full(OURS)


def test_3_4_a_long_synchronisation_is_cut_into_messages_but_not_into_pairs() -> None:
    many = bonds(0, keys=tuple(range(1, 41)), per_bond=4)
    script = Script(MLACP)
    script.do(many)
    script.operational().application(MLACP, a=False)
    messages = script.application(MLACP, a=True)
    assert len(messages) > 1
    assert plain(tlvs(messages)) == full(many)


def test_3_4_the_last_port_of_an_aggregator_is_marked_and_one_without_ports_itself() -> None:
    lonely = MlacpChanged(OURS.system, OURS.aggregators, OURS.ports[:2])
    script = Script(MLACP)
    script.do(lonely)
    script.operational().application(MLACP, a=False)
    said = tlvs(script.application(MLACP, a=True))
    marked = [tlv for tlv in said if isinstance(tlv, (AggregatorConfig, PortConfig)) and tlv.flags & SYNCHRONIZED]
    assert [(type(tlv), tlv.actor_key) for tlv in marked] == [(AggregatorConfig, 20), (PortConfig, 10)]
    assert isinstance(marked[1], PortConfig) and marked[1].port == OURS.ports[1][0].port


def test_3_4_bonds_that_come_to_be_known_later_are_told_then() -> None:
    script = Script(MLACP).up()
    assert plain(tlvs(script.do(OURS))) == full(OURS)[1:-1]


def test_3_4_a_change_is_told_at_once_and_alone() -> None:
    script = ready()
    config, state = OURS.ports[1]
    down = msgspec.structs.replace(state, condition=1)
    now = MlacpChanged(OURS.system, OURS.aggregators, (OURS.ports[0], (config, down), *OURS.ports[2:]))
    assert tlvs(script.do(now)) == (down,)
    assert script.do(now) == []


def test_3_4_what_is_known_of_the_peer_is_reported_when_a_set_is_whole() -> None:
    script = ready()
    said = full(THEIRS)
    assert script.data(*said[:5]) == []
    assert ReportPeerMlacp() not in script.actions
    script.data(*said[5:])
    assert script.actions == [ReportPeerMlacp()]
    assert script.core.peer_system == THEIRS.system
    assert list(script.core.peer_aggregators) == [11, 21]
    assert script.core.peer_ports == {config.port: (config, state) for config, state in THEIRS.ports}
    script.data(*said)
    assert script.actions == []


def test_3_4_requests_are_answered_with_what_they_ask_for_under_their_number() -> None:
    script = ready()
    aggregators, ports = OURS.aggregators, OURS.ports
    cases: tuple[tuple[SyncRequest, tuple[TlvValue, ...]], ...] = (
        (SyncRequest(1), full(OURS)[1:-1]),
        (SyncRequest(2, request=RequestType.SYSTEM), (OURS.system,)),
        (SyncRequest(3, request=RequestType.SYSTEM, configuration=False), ()),
        (SyncRequest(4, request=RequestType.AGGREGATOR, selector=2), aggregators[1]),
        (SyncRequest(5, request=RequestType.AGGREGATOR, actor_key=10), aggregators[0]),
        (SyncRequest(6, request=RequestType.AGGREGATOR, state=False), tuple(config for config, _ in aggregators)),
        (SyncRequest(7, request=RequestType.PORT, selector=ports[3][0].port), ports[3]),
        (SyncRequest(8, request=RequestType.PORT, configuration=False), tuple(state for _, state in ports)),
        (
            SyncRequest(9, request=RequestType.PORT, actor_key=20),
            (ports[2][0], ports[3][0], ports[2][1], ports[3][1]),
        ),
    )
    for request, wanted in cases:
        said = tlvs(script.data(request))
        assert plain(said[1:-1]) == wanted
        assert (said[0], said[-1]) == (SyncData(request.number, False), SyncData(request.number, True))


def test_3_4_while_a_request_is_under_way_older_news_of_the_same_things_are_dropped() -> None:
    script = learned()
    config, state = THEIRS.ports[0]
    odd = msgspec.structs.replace(state, actor_key=99)
    assert requests(script.data(odd)) == [(RequestType.PORT, config.port)]
    late = msgspec.structs.replace(state, condition=1)
    other = msgspec.structs.replace(THEIRS.ports[1][1], condition=1)
    script.data(late, other)
    assert script.core.peer_ports[config.port][1] == state
    assert script.core.peer_ports[THEIRS.ports[1][0].port][1] == other
    script.data(SyncData(1, False), config, late, SyncData(1, True))
    assert script.core.peer_ports[config.port][1] == late


def test_3_4_an_answer_to_nobody_is_skipped_up_to_its_end() -> None:
    script = ready()
    script.data(SyncData(77, False), THEIRS.system, SyncData(77, True))
    assert script.core.peer_system is None
    script.data(THEIRS.system)
    assert script.core.peer_system == THEIRS.system


def test_6_2_end_alone_is_ignored_and_start_again_restarts() -> None:
    script = ready()
    assert script.data(END, START, THEIRS.system, START, *full(THEIRS)[2:]) == []
    assert script.core.peer_system == THEIRS.system
    assert len(script.core.peer_ports) == 4


# --- 3.5


def test_rules_1_and_2_one_node_id_twice_suspends_both_until_one_is_changed() -> None:
    talk = Talk()
    talk.do(talk.a, OURS)
    talk.do(talk.b, bonds(0, keys=(10, 20)))
    talk.up()
    talk.run(milliseconds(10))
    for end in (talk.a, talk.b):
        assert end.core.suspended
        assert end.core.peer_ports == {} and end.core.peer_system is None
        assert end.up
    sent = len(talk.a.sent)
    talk.do(talk.a, bonds(0, keys=(10, 20), speed=1000))
    assert len(talk.a.sent) == sent
    talk.do(talk.b, THEIRS)
    talk.run(milliseconds(10))
    assert talk.a.core.suspended == talk.b.core.suspended == ""
    assert talk.a.core.peer_system == THEIRS.system
    assert talk.b.core.peer_system == OURS.system
    assert sorted(talk.a.core.peer_ports) == sorted(config.port for config, _ in THEIRS.ports)
    assert {config.speed for config, _ in talk.b.core.peer_ports.values()} == {1000}


def test_rule_1_the_clash_is_refused_with_the_tlv() -> None:
    script = ready()
    clash = bonds(0).system
    assert refused(script.data(clash)) == (clash,)
    assert script.core.suspended == "the peer has our node id 0"


def test_rule_2_a_refused_system_config_suspends() -> None:
    script = ready()
    script.nak(IccpStatus.REJECTED_MESSAGE, OURS.system)
    assert script.core.suspended == "the peer refused our node id"
    assert ReportPeerMlacp() in script.actions


def test_rule_4_a_new_node_id_purges_what_was_told_and_tells_all_again() -> None:
    script = ready()
    moved = bonds(3, keys=(10, 20), per_bond=2)
    said = tlvs(script.do(moved))
    gone = [tlv for tlv in said if isinstance(tlv, (AggregatorConfig, PortConfig)) and tlv.flags & PURGE]
    assert [tlv.port for tlv in gone if isinstance(tlv, PortConfig)] == [config.port for config, _ in OURS.ports]
    assert [tlv.roid for tlv in gone if isinstance(tlv, AggregatorConfig)] == [11, 21]
    assert plain(said[len(gone) :]) == full(moved)


def test_rule_5_another_node_id_within_a_synchronisation_drops_all_that_was_learned() -> None:
    script = learned()
    script.data(START, bonds(2).system, END)
    assert script.core.peer_ports == {} and script.core.peer_aggregators == {}


def test_rules_6_and_7_nodes_that_disagree_on_a_key_both_disable_the_aggregator_until_they_agree() -> None:
    talk = Talk()
    talk.do(talk.a, OURS)
    wrong = bonds(1, keys=(10, 99))
    wrong = MlacpChanged(
        wrong.system,
        (wrong.aggregators[0], (msgspec.structs.replace(wrong.aggregators[1][0], roid=21), wrong.aggregators[1][1])),
        wrong.ports,
    )
    talk.do(talk.b, wrong)
    talk.up()
    talk.run(milliseconds(10))
    assert list(talk.a.core.disabled_aggregators) == list(talk.b.core.disabled_aggregators) == [21]
    assert list(talk.a.core.peer_aggregators) == list(talk.b.core.peer_aggregators) == [11]
    talk.do(talk.b, THEIRS)
    talk.run(milliseconds(10))
    assert talk.a.core.disabled_aggregators == talk.b.core.disabled_aggregators == {}
    assert list(talk.a.core.peer_aggregators) == list(talk.b.core.peer_aggregators) == [11, 21]
    assert len(talk.a.core.peer_ports) == len(talk.b.core.peer_ports) == 4


def test_rule_7_a_refused_aggregator_config_disables_it() -> None:
    script = ready()
    script.nak(IccpStatus.REJECTED_MESSAGE, OURS.aggregators[0][0])
    assert script.core.disabled_aggregators == {11: "the peer refused its key"}


def test_rules_8_and_9_purge_forgets_what_is_known_and_passes_over_the_rest() -> None:
    script = learned()
    config, _ = THEIRS.ports[0]
    assert script.data(msgspec.structs.replace(config, flags=PURGE)) == []
    assert config.port not in script.core.peer_ports
    script.data(msgspec.structs.replace(config, flags=PURGE))
    assert script.actions == []
    aggregator, _ = THEIRS.aggregators[0]
    script.data(msgspec.structs.replace(aggregator, flags=PURGE))
    assert list(script.core.peer_aggregators) == [21]


def test_rule_10_state_without_configuration_asks_for_everything_once() -> None:
    script = ready()
    state = THEIRS.ports[0][1]
    assert requests(script.data(state)) == [EVERYTHING]
    assert script.data(state) == []
    assert script.data(THEIRS.aggregators[0][1]) == []
    assert script.data(*full(THEIRS)) == []
    assert len(script.core.peer_ports) == 4


def test_rule_11_within_a_synchronisation_it_is_refused_and_nothing_asked() -> None:
    script = ready()
    for state in (THEIRS.ports[0][1], THEIRS.aggregators[0][1]):
        assert refused(script.data(START, state, END)) == (state,)


def test_rule_12_a_state_with_another_key_asks_for_that_thing() -> None:
    script = learned()
    port = msgspec.structs.replace(THEIRS.ports[0][1], actor_key=99)
    assert requests(script.data(port)) == [(RequestType.PORT, port.actor_port)]
    aggregator = msgspec.structs.replace(THEIRS.aggregators[0][1], actor_key=99)
    assert requests(script.data(aggregator)) == [(RequestType.AGGREGATOR, 1)]


def test_rule_13_within_a_synchronisation_it_is_refused() -> None:
    script = learned()
    odd = msgspec.structs.replace(THEIRS.ports[0][1], actor_key=99)
    other = msgspec.structs.replace(THEIRS.aggregators[0][1], actor_key=99)
    assert refused(script.data(START, odd, other, END)) == (odd, other)


def test_rules_14_and_15_a_port_in_an_aggregator_never_heard_of() -> None:
    script = learned()
    stray = msgspec.structs.replace(THEIRS.ports[0][1], aggregator=9)
    assert refused(script.data(START, stray, END)) == (stray,)
    assert requests(script.data(stray)) == [EVERYTHING]


def test_a_port_without_an_aggregator_is_no_fault() -> None:
    script = learned()
    waiting = msgspec.structs.replace(THEIRS.ports[0][1], aggregator=0, selected=1)
    assert script.data(waiting) == []
    assert script.core.peer_ports[waiting.actor_port][1] == waiting


def test_rule_16_a_request_for_something_unknown_is_answered_with_everything() -> None:
    for request in (
        SyncRequest(1, request=RequestType.PORT, selector=0x8123),
        SyncRequest(1, request=RequestType.AGGREGATOR, selector=9),
        SyncRequest(1, request=RequestType.AGGREGATOR, actor_key=9),
    ):
        assert plain(tlvs(ready().data(request))) == full(OURS)


def test_rule_17_a_request_for_another_priority_of_what_is_not_ours_is_answered_with_everything() -> None:
    said = tlvs(ready().data(PortPriority(1, 0x8123, 1, 255, 1)))
    assert plain(said) == full(OURS)
    assert ready().data(PortPriority(1, OURS.ports[0][0].port, 1, 255, 1)) == []


def test_7_2_2_3_a_priority_asked_for_a_port_of_ours_is_handed_on_and_told_when_it_is_followed() -> None:
    """OpCode 1, and the choice of iccp.md 3.5: apply it, then say so with OpCode 0 and what has changed."""
    script = ready()
    (config, state), *others = OURS.ports
    assert script.data(PortPriority(1, config.port, 1, config.priority, 7)) == []
    assert script.actions == [SetPortPriority((config.port,), 7)]
    followed = msgspec.structs.replace(config, priority=7)
    said = tlvs(script.do(MlacpChanged(OURS.system, OURS.aggregators, ((followed, state), *others))))
    assert said[0] == PortPriority(0, config.port, 1, config.priority, 7)
    assert [tlv.priority for tlv in said[1:] if isinstance(tlv, PortConfig)] == [7] and len(said) == 2
    assert script.data(PortPriority(1, config.port, 1, config.priority, 7)) == []
    assert script.actions == [], "it has that priority"


def test_7_2_2_3_port_number_0_means_all_ports_of_the_aggregator() -> None:
    script = ready()
    key = OURS.aggregators[0][0].actor_key
    script.data(PortPriority(1, 0, 1, 255, 7))
    assert script.actions == [SetPortPriority(tuple(c.port for c, _ in OURS.ports if c.actor_key == key), 7)]


def test_7_2_2_3_a_port_of_another_aggregator_is_not_ours_there() -> None:
    port = next(c.port for c, _ in OURS.ports if c.actor_key != OURS.aggregators[0][0].actor_key)
    assert plain(tlvs(ready().data(PortPriority(1, port, 1, 255, 7)))) == full(OURS)


def test_7_2_2_3_ten_thousand_such_requests_are_handed_on_rarely() -> None:
    script = ready()
    handed = 0
    for number in range(10_000):
        script.data(PortPriority(1, OURS.ports[0][0].port, 1, 255, 1 + number % 9))
        handed += len(script.actions)
    assert handed <= 16


def test_7_2_2_3_a_priority_that_the_peer_announces_is_learned() -> None:
    script = learned()
    port = THEIRS.ports[0][0].port
    script.data(PortPriority(0, port, 1, 255, 7))
    assert script.core.peer_ports[port][0].priority == 7
    script.data(PortPriority(0, 0, 1, 7, 9))
    key = THEIRS.aggregators[0][0].actor_key
    assert {c.priority for c, _ in script.core.peer_ports.values() if c.actor_key == key} == {9}


def test_rule_18_a_new_priority_of_something_unknown_asks_for_everything() -> None:
    assert requests(learned().data(PortPriority(0, 0x8123, 1, 255, 1))) == [EVERYTHING]
    assert requests(learned().data(PortPriority(0, 0, 9, 255, 1))) == [EVERYTHING]
    assert learned().data(PortPriority(0, THEIRS.ports[0][0].port, 1, 255, 1)) == []


def test_rule_19_what_leaves_is_purged_ports_first() -> None:
    script = ready()
    said = tlvs(script.do(MlacpChanged(OURS.system, OURS.aggregators[:1], OURS.ports[:2])))
    assert [(type(tlv), tlv.flags & PURGE) for tlv in said if isinstance(tlv, (PortConfig, AggregatorConfig))] == [
        (PortConfig, PURGE),
        (PortConfig, PURGE),
        (AggregatorConfig, PURGE),
    ]
    assert len(said) == 3


# --- hostile


def test_ten_thousand_requests_get_few_answers_and_one_full_set_when_they_are_over() -> None:
    script = ready()
    said = [message for number in range(10000) for message in script.data(SyncRequest(number % 65535 + 1))]
    assert len(said) == 16
    assert plain(tlvs(script.wait(seconds(1)))) == full(OURS)
    assert script.wait(seconds(100)) == []
    assert len(script.data(SyncRequest(7))) == 1


def test_what_a_peer_can_make_us_remember_is_bounded() -> None:
    script = ready()
    refusals = 0
    for number in range(6000):
        config = AggregatorConfig(1000 + number, number, OURS.system.system, 77)
        refusals += len(script.data(config, PortConfig(number, OURS.system.system, 77)))
    assert len(script.core.peer_aggregators) == len(script.core.peer_ports) == 4096
    assert refusals == 10


def test_a_nak_about_something_else_changes_nothing() -> None:
    script = learned()
    never_told = msgspec.structs.replace(OURS.aggregators[0][0], actor_key=99)
    script.nak(IccpStatus.REJECTED_MESSAGE, never_told, THEIRS.system, START)
    assert script.core.suspended == "" and script.core.disabled_aggregators == {}
