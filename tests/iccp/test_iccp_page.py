"""Every rule of the project's ICCP page (RFC 7275, RFC 7727, and the LDP below) and the tests that hold it.

The rows are the page's, in its order. A test that is renamed or lost fails here; so does a row without one. What does
not apply says why.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

from pyiccp.iccp import _application as application
from pyiccp.iccp import _connection as connection
from pyiccp.iccp import _ldp as ldp
from pyiccp.wire.iccp._pdu import IccpStatus, LdpStatus

ABSENT = {
    "6.1 LDP id in PDU header unknown, on the raw link": "the frame's source and incarnation say who speaks (M3.2)",
    "6.1 discovery errors": "there is no discovery: peers are configured",
    "6.2 RG Connect, limit reached": "a core has one connection; a second speaker is refused below it",
    "6.2 Application Connect, limit": "a core has one connection of each application",
    "6.2 peer barred by local policy": "the peer is the one that is configured; another is never heard",
    "5.2 RG Connect, several groups": "a node is in one group",
}

PAGE: dict[str, tuple[str, ...]] = {
    # 5.1, 5.2, 5.3: the rows of the tables are compared with the code's, and driven
    "5.1 state table": ("test_5_1_rows",),
    "5.1 active role": ("test_5_1_active_speaks_first_and_answers_initialization_with_keepalive",),
    "5.1 passive role": ("test_5_1_passive_waits_and_answers_with_both",),
    "5.1 INITIALIZED, OPENSENT, anything else": ("test_5_1_anything_else_while_opening_is_fatal",),
    "5.1 OPENREC, anything else": ("test_5_1_in_openrec_only_a_keepalive_will_do",),
    "5.1 OPERATIONAL, Shutdown": ("test_6_1_a_fatal_notification_closes_the_session",),
    "5.1 OPERATIONAL, keepalive timeout": ("test_5_4_silence_for_the_keepalive_time_ends_the_session",),
    "5.1 OPERATIONAL, other messages": ("test_6_1_other_notifications_and_keepalives_change_nothing",),
    "5.2 state table": ("test_5_2_rows",),
    "5.2 what is not in the table": ("test_5_2_what_is_not_in_a_table_changes_nothing",),
    "5.2 capability sent": ("test_5_2_ldp_session_up_sends_the_capability_first",),
    "5.2 capability received": (
        "test_5_2_capsent_capability_received_leads_on_to_rg_connect",
        "test_5_2_no_capability_no_connect_until_a_capability_message_brings_it",
    ),
    "5.2 CONNECTING, RG Connect": ("test_5_2_connecting_rg_connect_received_is_operational_and_not_answered",),
    "5.2 CAPREC, RG Connect": ("test_5_2_caprec_rg_connect_received_is_answered",),
    "5.2 CONNECTING, any other": ("test_5_2_connecting_any_other_message_is_refused",),
    "5.2 CAPREC, any other": ("test_5_2_caprec_any_other_message_is_refused",),
    "5.2 OPERATIONAL, Disconnect received": (
        "test_5_2_disconnect_received_leads_back_to_caprec_and_the_peer_may_come_again",
    ),
    "5.2 OPERATIONAL, Disconnect sent": ("test_5_2_disconnect_sent_leads_back_to_caprec",),
    "5.2 any, LDP session down": ("test_5_2_ldp_session_down_is_nonexistent_from_everywhere",),
    "5.2 hole: NAK of a NAK": ("test_5_2_a_nak_is_never_answered_in_any_state",),
    "5.2 hole: retry after a NAK": ("test_5_2_nak_in_connecting_stops_the_attempt_and_is_retried_slowly",),
    "5.2 hole: RG Connect in OPERATIONAL": (
        "test_5_2_rg_connect_in_operational_is_not_answered_by_another",
        "test_5_2_rg_connect_with_an_application_opens_the_connection_as_well",
    ),
    "5.2 hole: before the capability": ("test_5_2_group_messages_before_the_capability_are_dropped_and_counted",),
    "5.2 hole: capability withdrawn": (
        "test_5_2_withdrawn_capability_tears_the_connection_down_and_a_new_one_builds_it_up",
    ),
    "5.2 hole: unknown RG in OPERATIONAL": ("test_5_2_nak_unknown_rg_in_operational_means_the_peer_lost_the_group",),
    "5.2 hole: NAK names the refused RG": ("test_6_2_another_group_or_the_reserved_one_is_refused_naming_it",),
    "5.3 state table": ("test_5_3_rows",),
    "5.3 RESET": (
        "test_5_3_reset_sends_connect_when_the_group_is_operational",
        "test_5_3_reset_connect_received_is_answered_with_a1",
        "test_5_3_reset_data_are_refused",
    ),
    "5.3 CONNSENT": ("test_5_3_sequential_open_connsent_then_a1_is_operational_and_answered",),
    "5.3 before OPERATIONAL, any other TLV": (
        "test_5_3_data_before_operational_are_refused_and_reset",
        "test_5_3_disconnect_before_operational_is_refused_and_in_reset_ignored",
    ),
    "5.3 OPERATIONAL, Disconnect": ("test_5_3_operational_disconnect_received_and_sent",),
    "5.3 crossing opens": ("test_5_3_crossing_opens_both_become_operational",),
    "5.3 hole: NAK in CONNECTING": ("test_5_3_nak_in_connsent_and_in_connecting_resets_without_a_nak",),
    "5.3 hole: A = 0 in CONNECTING": ("test_5_3_connecting_connect_a0_repeats_the_answer",),
    "5.3 hole: A = 0 in OPERATIONAL": ("test_5_3_operational_connect_a0_restarts_the_application",),
    "5.3 hole: A = 1 in OPERATIONAL": ("test_5_3_operational_connect_a1_is_a_duplicate",),
    "5.3 after a rejection": (
        "test_5_3_after_a_rejection_it_waits_and_answers_at_once_when_the_peer_begins",
        "test_5_3_a_lone_application_is_tried_again_after_15_30_60_120_120_seconds",
    ),
    "5.4 keepalive": (
        "test_5_4_the_smaller_keepalive_counts_and_something_is_said_thrice_in_it",
        "test_5_4_any_message_is_a_sign_of_life_and_saying_something_saves_a_keepalive",
    ),
    "5.4 retry of a refused Initialization": (
        "test_5_1_an_unacceptable_initialization_is_refused_and_tcp_is_tried_again_ever_later",
    ),
    # 6.1
    "6.1 LDP id": ("test_6_1_another_lsr_id_in_the_header_is_fatal",),
    "6.1 LDP version, PDU Length, message and TLV lengths": ("test_6_1_framing_faults_are_fatal",),
    "6.1 unknown message type": ("test_6_1_an_unknown_message_is_reported_and_ignored_or_dropped_as_its_u_bit_says",),
    "6.1 mandatory parameter missing": ("test_6_1_a_missing_parameter_is_reported_and_the_message_ignored",),
    "6.1 unknown TLV": (
        "test_6_1_a_known_tlv_out_of_place_is_as_unknown_there",
        "test_6_2_unknown_tlv_elsewhere_is_an_ldp_notification_that_returns_it",
        "test_6_2_unknown_tlv_with_u_is_skipped",
    ),
    "6.1 value that cannot be decoded": ("test_6_1_a_malformed_value_is_refused_and_the_session_kept",),
    "6.1 keepalive expired": ("test_5_4_silence_for_the_keepalive_time_ends_the_session",),
    # 6.2
    "6.2 RG Connect, not a member": ("test_6_2_another_group_or_the_reserved_one_is_refused_naming_it",),
    "6.2 Application Connect, not configured": ("test_6_2_application_not_in_the_group",),
    "6.2 Application Connect, version": (
        "test_2_10_another_version_of_an_application_is_refused_with_ours",
        "test_2_10_our_version_refused_names_the_application",
    ),
    "6.2 Application Data refused": ("test_6_2_a_number_without_a_meaning_is_refused_alone",),
    "6.2 unknown ICC TLV": ("test_6_2_unknown_tlv_in_data_of_an_operational_application",),
    "6.2 Application Data of two applications": ("test_6_2_data_of_two_applications_are_refused_whole",),
    "6.2 Application Data, not OPERATIONAL": (
        "test_5_3_data_before_operational_are_refused_and_reset",
        "test_6_2_data_of_an_application_that_we_do_not_have_are_refused",
    ),
    "6.2 two Application Connects": ("test_6_2_two_application_connects_in_one_message_refuse_the_message",),
    "6.2 RG Removed with a TLV": ("test_6_2_rg_removed_with_an_application_tlv_is_honoured",),
    "6.2 Application Removed without one": (
        "test_6_2_application_removed_needs_exactly_one_known_tlv",
        "test_6_2_an_unknown_disconnect_code_is_counted",
    ),
    "6.2 RG ID 0": ("test_7_rg_id_0",),
    "6.2 enum out of range": (
        "test_6_2_a_number_without_a_meaning_is_refused_alone",
        "test_6_2_a_number_without_a_meaning_is_refused_and_the_rest_applies",
    ),
    "6.2 names too long": ("test_7_sender_name_of_81_octets", "test_7_a_number_or_a_name_that_must_not_be"),
    "6.2 unknown Request Number": (
        "test_3_4_an_answer_to_nobody_is_skipped_up_to_its_end",
        "test_4_9_an_answer_to_nobody_is_skipped_up_to_its_end",
    ),
    "6.2 End without Start, Start inside": ("test_6_2_end_alone_is_ignored_and_start_again_restarts",),
    "6.2 NAK to our Application Data": (
        "test_rule_2_a_refused_system_config_suspends",
        "test_rule_7_a_refused_aggregator_config_disables_it",
        "test_6_2_what_the_peer_refuses_is_shown_and_not_repeated",
    ),
    "6.2 anything in a Notification": ("test_6_2_a_notification_in_any_shape_is_never_answered",),
    "6.2 TLV shorter or longer than its table, name length": (
        "test_6_2_a_tlv_that_is_not_as_long_as_its_table_is_refused_and_the_session_kept",
    ),
    "6.2 Sync Request with Request Number 0": ("test_7_a_number_or_a_name_that_must_not_be",),
    "6.2 message type 0x0704 to 0x070F": ("test_7_type_0x0704_with_u_0_and_with_u_1",),
    "6.2 unknown TLV inside a known one": ("test_6_2_a_disconnect_with_something_unknown_inside_is_honoured",),
    "6.2 first read all, then apply": ("test_6_2_nothing_of_a_refused_message_takes_effect",),
    "6.2 one refusal and a back-off": (
        "test_one_refusal_not_ten_a_second",
        "test_refusals_of_different_things_are_rationed",
    ),
    # 2.2: status codes
    **{f"2.2 0x0001000{code}": ("test_2_2_a_refused_connection_says_why",) for code in (1, 2, 7)},
    **{f"2.2 0x0001000{code}": ("test_2_2_a_refused_application_says_why",) for code in (3, 4, 5)},
    "2.2 0x00010006": ("test_2_2_rejected_message_in_operational_does_not_end_anything",),
    "2.2 0x00010010, 0x00010011": ("test_2_2_rg_removed_and_application_removed_end_what_they_name",),
    # 3.4, 3.5: mLACP
    "3.4 order": ("test_3_4_operational_tells_everything_once_in_order_between_one_start_and_end",),
    "3.4 solicited": ("test_3_4_requests_are_answered_with_what_they_ask_for_under_their_number",),
    "3.5 rule 1": ("test_rule_1_the_clash_is_refused_with_the_tlv",),
    "3.5 rule 2": ("test_rule_2_a_refused_system_config_suspends",),
    "3.5 rule 4": ("test_rule_4_a_new_node_id_purges_what_was_told_and_tells_all_again",),
    "3.5 rule 5": ("test_rule_5_another_node_id_within_a_synchronisation_drops_all_that_was_learned",),
    "3.5 rules 6, 7": ("test_rules_6_and_7_nodes_that_disagree_on_a_key_both_disable_the_aggregator_until_they_agree",),
    "3.5 rules 8, 9": ("test_rules_8_and_9_purge_forgets_what_is_known_and_passes_over_the_rest",),
    "3.5 rule 10": ("test_rule_10_state_without_configuration_asks_for_everything_once",),
    "3.5 rule 11": ("test_rule_11_within_a_synchronisation_it_is_refused_and_nothing_asked",),
    "3.5 rule 12": ("test_rule_12_a_state_with_another_key_asks_for_that_thing",),
    "3.5 rule 13": ("test_rule_13_within_a_synchronisation_it_is_refused",),
    "3.5 rules 14, 15": ("test_rules_14_and_15_a_port_in_an_aggregator_never_heard_of",),
    "3.5 rule 16": ("test_rule_16_a_request_for_something_unknown_is_answered_with_everything",),
    "3.5 rule 17": ("test_rule_17_a_request_for_another_priority_of_what_is_not_ours_is_answered_with_everything",),
    "3.5 rule 18": ("test_rule_18_a_new_priority_of_something_unknown_asks_for_everything",),
    "3.5 rule 19": ("test_rule_19_what_leaves_is_purged_ports_first",),
    "3.5 OpCode 1 for a port of ours": (
        "test_7_2_2_3_a_priority_asked_for_a_port_of_ours_is_handed_on_and_told_when_it_is_followed",
    ),
    # 4: STP
    "4 procedure 1": ("test_4_1_the_connection_opens_like_that_of_mlacp_and_closes_with_a_disconnect",),
    "4 procedure 2": ("test_4_2_operational_tells_system_then_configuration_then_state_between_one_start_and_end",),
    "4 procedure 3": ("test_4_3_the_lowest_address_of_all_system_configs_is_the_virtual_root",),
    "4 procedure 4": ("test_4_4_a_receiver_of_configuration_reports_it_for_the_pair_to_fall_in_line",),
    "4 procedure 5": ("test_4_5_a_topology_change_reaches_the_peer",),
    "4 procedure 6": (
        "test_4_6_state_that_was_never_configured_asks_for_everything_once",
        "test_4_6_inside_a_synchronisation_it_is_refused_and_nothing_asked",
    ),
    "4 procedure 7": ("test_4_7_a_change_is_told_at_once_and_alone",),
    "4 procedure 8": ("test_4_8_a_request_for_an_unknown_instance_is_answered_with_everything_unasked",),
    "4 procedure 9": ("test_4_9_while_a_request_is_under_way_older_news_are_dropped",),
    "4 procedure 11": ("test_4_11_nodes_that_tell_the_elected_address_agree_on_it_whoever_comes_back",),
    "4 procedure 12": ("test_4_12_a_new_virtual_root_is_a_topology_change_of_all_instances",),
    # 7: the negative cases
    "7 PDU Length 13": ("test_7_pdu_length_13",),
    "7 PDU Length 4097": ("test_7_pdu_length_4097_before_negotiation",),
    "7 message length one past the PDU": ("test_7_message_length_one_past_the_pdu",),
    "7 message length 3": ("test_7_message_length_3",),
    "7 TLV length one past the message": ("test_7_tlv_length_one_past_the_message",),
    "7 RG ID 0": ("test_7_rg_id_0",),
    "7 RG ID TLV missing or second": ("test_7_rg_id_missing_or_second",),
    "7 sender name of 81 octets": ("test_7_sender_name_of_81_octets",),
    "7 unknown TLV": ("test_7_unknown_tlv_0x0123_with_u_0_and_with_u_1",),
    "7 type 0x0704": ("test_7_type_0x0704_with_u_0_and_with_u_1",),
    "7 NAK inside a NAK": ("test_7_nak_inside_a_nak",),
    "7 Connect A = 0 crossing": ("test_7_connect_a_0_crossing",),
    "7 Request Number 0, name of 21, Node ID 8": ("test_7_a_number_or_a_name_that_must_not_be",),
    "7 two capability TLVs": ("test_7_two_capability_tlvs",),
}

ABSENT |= {
    "3.5 rule 3": "there is one other node, so a new peer cannot have the node id of another connected one",
    "4 procedure 10": "losing the peer is for mlag/ to deal with (M6)",
}


@cache
def names() -> set[str]:
    """The names of all tests of this folder."""
    return {
        node.name
        for path in Path(__file__).parent.glob("test_*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize("rule", PAGE)
def test_every_rule_has_its_tests(rule: str) -> None:
    missing = [name for name in PAGE[rule] if name not in names()]
    assert PAGE[rule] and not missing


def test_no_rule_is_missing_from_this_page() -> None:
    rules = {*PAGE, *ABSENT}
    numbered = {int(n) for rule in rules if rule.startswith("3.5 rule") for n in rule.split(" ", 2)[2].split(", ")}
    assert numbered == set(range(1, 20))
    procedures = {int(rule.rsplit(" ", 1)[1]) for rule in rules if rule.startswith("4 procedure")}
    assert procedures == set(range(1, 13))
    assert not PAGE.keys() & ABSENT.keys()


NEVER_SENT = {"SUCCESS", "HOLD_TIMER_EXPIRED", "INTERNAL_ERROR"} | {
    f"REJECTED_{what}" for what in ("ADVERTISEMENT_MODE", "MAX_PDU", "LABEL_RANGE")
}
"""No discovery here, no labels, and any PDU size is agreed on."""


@pytest.mark.parametrize("status", [*IccpStatus, *LdpStatus], ids=lambda status: status.name)
def test_every_status_code_is_in_a_test_or_never_sent(status: IccpStatus | LdpStatus) -> None:
    name = f"{type(status).__name__}.{status.name}"
    tested = any(name in path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert tested is (status.name not in NEVER_SENT)


@pytest.mark.parametrize("machine", [ldp, connection, application])
def test_every_state_and_every_input_of_a_machine_is_used(machine: object) -> None:
    """So a row that is taken out of the code's table, and not of the test's, is missed by nobody."""
    table = machine.TABLE  # type: ignore[attr-defined]
    assert {state for state, _ in table} == set(machine.State)  # type: ignore[attr-defined]
    assert {event for _, event in table} == set(machine.Input)  # type: ignore[attr-defined]
