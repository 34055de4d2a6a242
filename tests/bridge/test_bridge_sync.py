"""Two host tables that stay one (M10): each race as a story."""

from bridge.kit import AGEING, BRIDGE_MACS, H1, H2, H3, Pair, host, where
from pyiccp._bridge.batches import OVERHEAD
from pyiccp._bridge.events import (
    AnnounceHosts,
    FlushRequested,
    HostsReceived,
    HostsWanted,
    PortStateChanged,
    SessionEnded,
    SessionStarted,
    SharedAddressChanged,
)
from pyiccp._sansio import milliseconds, seconds
from pyiccp.wire._mac import Mac
from pyiccp.wire.iccp._fdb import HostBatch, HostKind


def both(pair: Pair, address: Mac = H1, vid: int = 10) -> list[tuple[str, str] | None]:
    return [where(node, address, vid) for node in pair.nodes]


def announced(pair: Pair) -> list[HostBatch]:
    """What is on its way to node 1."""
    return [batch for action in pair.wires[1] if isinstance(action, AnnounceHosts) for batch in action.batches]


def quick() -> Pair:
    return Pair().start().settle()


# --- sessions


def test_the_whole_table_is_told_at_the_start_and_its_end_once() -> None:
    pair = Pair()
    pair.see(0, "ether1", H1)
    pair.see(1, "bond1", H2)
    pair.start().settle()
    assert both(pair, H1) == [("ether1", "D"), ("peer", "DE")]
    assert both(pair, H2) == [("bond1", "DE"), ("bond1", "D")]
    assert both(pair, BRIDGE_MACS[0], 1) == [("bridge1", "DL"), ("peer", "DE")]
    assert pair.ends == [1, 1]
    assert pair.equal()


def test_a_learned_host_is_announced_in_the_same_call_when_the_window_is_open() -> None:
    pair = quick()
    pair.see(0, "ether1", H1)
    assert [type(action) for action in pair.wires[1]] == [AnnounceHosts]
    pair.deliver(1)
    assert where(pair.nodes[1], H1) == ("peer", "DE")


def test_frames_at_both_halves_are_one_place_and_told_once_each() -> None:
    pair = quick()
    told = list(pair.told)
    pair.see(0, "bond1", H1)
    pair.see(1, "bond1", H1)
    pair.settle()
    for second in range(1, 50):
        pair.now = seconds(second)
        pair.see(second % 2, "bond1", H1)
    pair.settle()
    assert [after - before for before, after in zip(told, pair.told, strict=True)] == [1, 1]
    assert both(pair) == [("bond1", "D")] * 2
    assert pair.equal()


def test_what_the_peer_says_before_our_session_begins_is_kept_for_it() -> None:
    """Its session may be up an instant earlier, and the two streams are independent."""
    pair = Pair()
    pair.see(0, "ether1", H1)
    pair.handle(0, SessionStarted(0))
    pair.handle(0, HostsWanted(10_000))
    pair.advance(0)
    while pair.deliver(1):
        pass
    assert where(pair.nodes[1], H1) is None
    pair.handle(1, SessionStarted(1))
    assert where(pair.nodes[1], H1) == ("peer", "DE")


def test_session_lost_peers_orphans_go_at_once_and_bonds_get_a_fresh_ageing_time() -> None:
    """M10.4."""
    pair = quick()
    pair.see(0, "ether1", H1)
    pair.see(0, "bond1", H2)
    pair.see(1, "ether1", H3)
    pair.settle().at(seconds(200))
    pair.stop()
    assert both(pair, H1) == [("ether1", "D"), None]
    assert both(pair, H2) == [("bond1", "D")] * 2
    assert both(pair, H3) == [None, ("ether1", "D")]
    pair.at(seconds(200) + AGEING - 1)
    assert both(pair, H2) == [("bond1", "D")] * 2
    pair.at(seconds(200) + AGEING)
    assert both(pair, H2) == [None, None]


def test_tables_are_equal_again_after_a_split() -> None:
    pair = quick()
    pair.see(0, "bond1", H1)
    pair.see(0, "ether1", H2)
    pair.settle().stop()
    pair.see(1, "ether2", H1)
    pair.see(1, "bond2", H2)
    pair.see(0, "bond2", H3)
    pair.start().settle()
    assert both(pair, H1) == [("peer", "DE"), ("ether2", "D")], "moved during the split: the higher sequence"
    assert both(pair, H3) == [("bond2", "D"), ("bond2", "DE")]
    assert pair.equal()
    assert pair.ends == [2, 2]


def test_static_and_own_addresses_are_told_the_shared_one_is_not() -> None:
    """M10.5."""
    pair = quick()
    assert both(pair, BRIDGE_MACS[1], 1) == [("peer", "DE"), ("bridge1", "DL")]
    for node in (0, 1):
        pair.handle(node, SharedAddressChanged(BRIDGE_MACS[0]))
    pair.settle()
    assert both(pair, BRIDGE_MACS[0], 1) == [("bridge1", "DL")] * 2
    assert pair.equal()
    pair.see(1, "ether1", BRIDGE_MACS[1], vid=20)
    pair.settle()
    assert both(pair, BRIDGE_MACS[1], 1) == [("peer", "DE"), ("bridge1", "DL")]
    for node in (0, 1):
        pair.handle(node, SharedAddressChanged(None))
    pair.settle()
    assert both(pair, BRIDGE_MACS[0], 1) == [("bridge1", "DL"), ("peer", "DE")]
    assert pair.equal()


def test_the_peers_static_host_does_not_move_here() -> None:
    pair = quick()
    pair.see(0, "ether1", BRIDGE_MACS[1], vid=None)
    assert where(pair.nodes[0], BRIDGE_MACS[1], 1) == ("peer", "DE")
    pair.at(10 * AGEING)
    assert where(pair.nodes[0], BRIDGE_MACS[1], 1) == ("peer", "DE"), "never aged"


# --- moves


def test_the_higher_sequence_wins_and_at_equal_ones_the_higher_node() -> None:
    """M10.1: the host shows up on both nodes' orphan ports within one flight time."""
    pair = quick()
    pair.see(0, "ether1", H1)
    pair.see(1, "ether1", H1)
    pair.settle()
    assert both(pair) == [("peer", "DE"), ("ether1", "D")]
    pair.see(0, "ether1", H1)
    pair.settle()
    assert both(pair) == [("ether1", "D"), ("peer", "DE")], "the next frame tells the truth"
    assert pair.equal()


def test_move_during_resync() -> None:
    """The host moves while the whole table is still on its way."""
    pair = Pair(window=OVERHEAD + 6)
    for number in range(1, 30):
        pair.see(0, "bond1", host(number))
        pair.see(1, "bond1", host(number))
    pair.start()
    pair.deliver(1)
    pair.see(1, "ether2", host(20))
    pair.see(0, "ether1", host(21))
    pair.see(1, "bond2", host(22))
    pair.settle()
    assert both(pair, host(20)) == [("peer", "DE"), ("ether2", "D")]
    assert both(pair, host(21)) == [("ether1", "D"), ("peer", "DE")]
    assert both(pair, host(22)) == [("bond2", "DE"), ("bond2", "D")]
    assert pair.equal()


def test_a_host_flapping_between_orphans_is_announced_ten_times_a_second() -> None:
    pair = quick()
    told = sum(pair.told)
    for step in range(2000):
        pair.at(milliseconds(step))
        pair.see(0, ("ether1", "bond1")[step % 2], H1)
        pair.settle()
    assert 18 <= sum(pair.told) - told <= 22, "two seconds"
    assert len(pair.warnings) == 1 and "moves more than 10 times a second" in pair.warnings[0][1]
    pair.at(seconds(3))
    assert both(pair) == [("bond1", "D"), ("bond1", "DE")], "the last word is told in the end"
    assert pair.equal()


def test_a_host_flapping_between_the_nodes_comes_to_rest() -> None:
    pair = quick()
    for step in range(300):
        pair.at(milliseconds(step))
        pair.see(step % 2, "ether1", H1)
    pair.at(seconds(1)).settle()
    assert pair.equal()
    pair.see(0, "ether2", H1)
    pair.at(seconds(2))
    assert both(pair) == [("ether2", "D"), ("peer", "DE")]


def test_another_orphan_port_of_the_same_node_is_no_news_for_the_peer() -> None:
    pair = quick()
    pair.see(0, "ether1", H1)
    pair.settle()
    told = list(pair.told)
    pair.see(0, "ether2", H1)
    pair.settle()
    assert pair.told == told
    assert both(pair) == [("ether2", "D"), ("peer", "DE")]


# --- ageing


def test_a_dual_homed_host_seen_by_the_other_node_only_does_not_vanish() -> None:
    """M10.2: all its frames hash to node 1's half after the first."""
    pair = quick()
    pair.see(0, "bond1", H1)
    pair.settle()
    for second in range(10, 900, 10):
        pair.at(seconds(second))
        pair.see(1, "bond1", H1)
    assert both(pair) == [("bond1", "DA"), ("bond1", "Da")]
    assert pair.equal()
    pair.at(seconds(890) + AGEING)
    assert both(pair) == [None, None], "aged on both sides"


def test_aged_on_one_side_seen_again_there() -> None:
    pair = quick()
    pair.see(0, "bond1", H1)
    pair.see(1, "bond1", H1)
    pair.settle().at(AGEING - 1)
    pair.see(1, "bond1", H1)
    pair.at(AGEING)
    assert both(pair) == [("bond1", "DA"), ("bond1", "Da")]
    pair.see(0, "bond1", H1)
    pair.settle()
    assert both(pair) == [("bond1", "D")] * 2
    pair.at(2 * AGEING - 1)
    assert both(pair) == [("bond1", "Da"), ("bond1", "DA")]
    pair.at(2 * AGEING)
    assert both(pair) == [None, None]


def test_aged_on_both_sides_at_once_crosses() -> None:
    pair = quick()
    for node in (0, 1):
        pair.see(node, "bond1", H1)
    pair.settle()
    for node in (0, 1):
        pair.carry(node, pair.nodes[node].advance(AGEING))
    pair.settle()
    assert both(pair) == [None, None]
    assert pair.equal()


def test_a_sighting_crosses_the_news_that_the_other_node_has_let_go() -> None:
    """1. Node 0 ages H1 and says so; node 1 has never seen it and answers REMOVED.
    2. H1 speaks to node 0 before the answer is there: the sighting has a higher sequence, the answer is void."""
    pair = quick()
    pair.see(0, "bond1", H1)
    pair.settle()
    pair.carry(0, pair.nodes[0].advance(AGEING))
    pair.deliver(1)
    pair.see(0, "bond1", H1)
    pair.settle()
    assert both(pair) == [("bond1", "D"), ("bond1", "DE")]
    assert pair.equal()


def test_an_orphan_host_ages_where_it_is_and_goes_on_both() -> None:
    pair = quick()
    pair.see(0, "ether1", H1)
    pair.settle().at(AGEING)
    assert both(pair) == [None, None]
    assert pair.equal()


def test_a_port_goes_down_and_the_host_shows_up_on_the_other_node() -> None:
    pair = quick()
    pair.see(0, "ether1", H1)
    pair.settle()
    pair.handle(0, PortStateChanged("ether1", False, False))
    assert where(pair.nodes[0], H1) is None, "flooded from now on"
    pair.see(1, "ether1", H1)
    pair.settle()
    assert both(pair) == [("peer", "DE"), ("ether1", "D")]
    assert pair.equal()


# --- flushes


def test_learn_crossing_flush() -> None:
    """M10.3.

    1. Node 1 learns H1; before that arrives, node 0 flushes everything.
    2. The learn is older than the flush: dropped on node 0. The flush removes it on node 1.
    3. H1 is seen again: learned by both.
    """
    pair = quick()
    pair.see(1, "ether1", H1)
    pair.handle(0, FlushRequested())
    pair.settle()
    assert both(pair) == [None, None]
    pair.see(1, "ether1", H1)
    pair.settle()
    assert both(pair) == [("peer", "DE"), ("ether1", "D")]
    assert pair.equal()


def test_a_move_that_the_flush_did_not_know_survives_it() -> None:
    pair = quick()
    pair.see(0, "ether1", H1)
    pair.settle()
    pair.see(1, "ether1", H1)
    pair.handle(0, FlushRequested())
    pair.settle()
    assert both(pair) == [("peer", "DE"), ("ether1", "D")], "its sequence is higher than any that node 0 knew"
    assert pair.equal()


def test_flushes_of_both_nodes_cross() -> None:
    pair = quick()
    for node in (0, 1):
        pair.see(node, "ether1", host(1 + node))
    pair.settle()
    for node in (0, 1):
        pair.handle(node, FlushRequested())
        pair.see(node, "bond1", host(5 + node))
    pair.settle()
    assert pair.equal()
    assert both(pair, host(1)) == both(pair, host(2)) == [None, None]


def test_a_flush_of_one_bond_spares_the_rest() -> None:
    pair = quick()
    pair.see(0, "bond1", H1)
    pair.see(1, "bond2", H2)
    pair.see(1, "ether1", H3)
    pair.handle(0, FlushRequested("bond1"))
    pair.settle()
    assert both(pair, H1) == [None, None]
    assert None not in both(pair, H2) + both(pair, H3)
    assert pair.equal()


# --- limits


def test_a_table_full_on_one_node_learns_on_neither() -> None:
    """M10.5."""
    pair = Pair()
    pair.nodes[0].table.limit = 2
    pair.start().settle()
    for number in range(1, 6):
        pair.see(1, "bond1", host(number))
    pair.settle()
    assert pair.equal()
    assert both(pair, host(3)) == [None, None]
    assert [text for node, text in pair.warnings if node == 1] == [
        "the peer's host table is full; hosts are learned on neither node"
    ]
    told = pair.told[1]
    for number in range(50):
        pair.see(1, "bond1", host(100 + number))
    assert pair.told[1] == told, "for a second nothing is tried"
    pair.at(AGEING)
    pair.see(1, "bond1", host(9))
    pair.settle()
    assert None not in both(pair, host(9))
    assert pair.equal()


def test_a_closed_window_remembers_keys_not_changes() -> None:
    pair = quick()
    pair.handle(0, HostsWanted(0))
    for _ in range(100):
        for number in range(1, 6):
            pair.see(0, "ether1", host(number))
            pair.see(0, "bond1", host(number))
    assert not pair.wires[1]
    assert len(pair.nodes[0].table.announcements.dirty) == 5
    pair.handle(0, HostsWanted(OVERHEAD + 2 * 6))
    assert [
        len(batch.addresses)
        for action in pair.wires[1]
        if isinstance(action, AnnounceHosts)
        for batch in action.batches
    ] == [12]
    pair.settle()
    assert pair.equal()


def test_a_window_is_never_exceeded() -> None:
    pair = Pair(window=OVERHEAD + 5 * 6)
    for number in range(1, 60):
        pair.see(0, ("ether1", "bond1", "bond2")[number % 3], host(number))
    for node in (0, 1):
        pair.handle(node, SessionStarted(node))
        pair.advance(node)
    while 1:
        pair.handle(0, HostsWanted(pair.window))
        octets = sum(OVERHEAD + len(batch.addresses) for batch in announced(pair))
        assert octets <= pair.window
        if not octets:
            break
        while pair.deliver(1):
            pass
    assert pair.ends[1] == 1
    assert None not in both(pair, host(59))


def test_nonsense_of_a_peer_is_counted_and_harmless() -> None:
    pair = quick()
    pair.see(0, "ether1", H1)
    pair.settle()
    before = pair.nodes[0].shared_table()
    for values in ((5000, 0, 1, 1), (10, 0, 1, 0), (10, 0, 1, 7)):
        vid, place, sequence, node = values
        for kind in (HostKind.SEEN, HostKind.AGED, HostKind.STATIC):
            pair.handle(0, HostsReceived(HostBatch(kind, vid, place, sequence, node, 0, bytes(H2))))
    pair.handle(0, HostsReceived(HostBatch(HostKind.SEEN, 10, 0, 1, 1, 0, b"\xff" * 6 + b"\x02\x00")))
    assert pair.nodes[0].shared_table() == before
    assert pair.nodes[0].table.counters["ignored"] == 9


def test_the_last_sequence_does_not_overflow() -> None:
    pair = quick()
    pair.handle(0, HostsReceived(HostBatch(HostKind.SEEN, 10, 0, 0xFFFFFFFF, 1, 0, bytes(H1))))
    pair.see(0, "ether1", H1)
    assert all(
        batch.sequence <= 0xFFFFFFFF
        for action in pair.wires[1]
        if isinstance(action, AnnounceHosts)
        for batch in action.batches
    )


def test_a_bond_that_only_the_peer_has_is_reached_over_the_peer_port() -> None:
    pair = quick()
    pair.handle(0, HostsReceived(HostBatch(HostKind.SEEN, 10, 4294967295 + 1, 1, 1, 0, bytes(H1))))
    assert where(pair.nodes[0], H1) == ("peer", "DE")
    pair.handle(0, SessionEnded())
    assert where(pair.nodes[0], H1) is None


# --- found by long walks


def test_a_late_answer_about_an_old_entry_does_not_remove_the_new_one() -> None:
    """1. Both nodes age H1 on the bond at the same instant; both answer the other's AGED with REMOVED.
    2. Between the two, node 0 sees H1 on its orphan port.
    3. Node 1's answer arrives: it means the old entry, whose sequence is not used again."""
    pair = quick()
    pair.see(1, "bond1", H1)
    pair.see(0, "bond1", H1)
    pair.settle()
    for node in (0, 1):
        pair.carry(node, pair.nodes[node].advance(AGEING))
    pair.deliver(0)
    pair.see(0, "ether2", H1)
    pair.settle()
    assert both(pair) == [("ether2", "D"), ("peer", "DE")]
    assert pair.equal()


def test_a_host_that_was_refused_is_seen_by_the_full_node_when_it_has_room() -> None:
    """1. Node 0 is full and refuses H3 of node 1; the refusal is on its way.
    2. Node 0 gets room and sees H3 itself: that sighting overrules the refused one."""
    pair = quick()
    pair.nodes[0].table.limit = 1
    pair.see(0, "ether1", H1)
    pair.settle()
    pair.see(1, "bond1", H3)
    pair.deliver(0)
    pair.handle(0, PortStateChanged("ether1", False, False))
    pair.carry(1, pair.nodes[1].advance(AGEING))
    while pair.deliver(1):
        pass
    pair.see(0, "bond1", H3)
    pair.settle()
    pair.see(0, "bond1", H3)
    pair.settle()
    assert None not in both(pair, H3)
    assert pair.equal()


def test_the_last_of_both_to_age_a_host_removes_it_in_the_same_call() -> None:
    pair = quick()
    pair.see(0, "bond1", H1)
    pair.settle()
    pair.now = seconds(100)
    pair.see(1, "bond1", H1)
    pair.at(AGEING)
    assert both(pair) == [("bond1", "DA"), ("bond1", "Da")]
    pair.now = seconds(100) + AGEING
    pair.carry(1, pair.nodes[1].advance(pair.now))
    assert where(pair.nodes[1], H1) is None
    assert [type(action) for action in pair.wires[0]] == [AnnounceHosts]


def test_memory_of_a_removed_host_is_not_forwarded_to_and_ends_with_the_session() -> None:
    pair = quick()
    pair.see(0, "ether1", H1)
    pair.settle()
    pair.handle(0, PortStateChanged("ether1", False, False))
    assert "bond1" in [output.port for output in pair.see(0, "ether2", H2, H1).outputs], "unknown: flooded"
    assert H1 in [address for _, address, *_ in pair.nodes[0].shared_table()], "memory until the peer has let go"
    pair.handle(0, SessionEnded())
    assert H1 not in [address for _, address, *_ in pair.nodes[0].shared_table()]


def test_a_restarted_node_counts_from_one_again_and_an_orphan_beats_a_bond() -> None:
    """1. Both know H1 on the bond by node 1's first sighting.
    2. Node 1 restarts with an empty table, and H1 now speaks on its orphan port: again its first sighting."""
    pair = quick()
    pair.see(1, "bond1", H1)
    pair.settle().stop()
    pair.nodes[1] = Pair().nodes[1]
    pair.see(1, "ether1", H1)
    pair.start().settle()
    assert both(pair) == [("peer", "DE"), ("ether1", "D")]
    assert pair.equal()


def test_an_address_that_becomes_the_shared_one_is_withdrawn_from_the_peer() -> None:
    pair = quick()
    pair.handle(0, SharedAddressChanged(BRIDGE_MACS[0]))
    pair.settle()
    assert both(pair, BRIDGE_MACS[0], 1) == [("bridge1", "DL"), None]


def test_what_was_said_early_is_void_when_that_session_is_lost() -> None:
    pair = Pair()
    pair.handle(1, HostsReceived(HostBatch(HostKind.SEEN, 10, 0, 1, 0, 0, bytes(H1))))
    pair.handle(1, SessionEnded())
    pair.handle(1, SessionStarted(1))
    assert where(pair.nodes[1], H1) is None


def test_what_was_told_ahead_of_the_walk_is_not_told_again_by_it() -> None:
    pair = Pair(window=OVERHEAD + 6)
    pair.see(0, "ether1", H1)
    pair.see(0, "ether1", H2)
    pair.handle(0, SessionStarted(0))
    pair.advance(0)
    pair.see(0, "bond1", H2)
    for _ in range(10):
        pair.handle(0, HostsWanted(pair.window))
    assert pair.told[0] == 3, "the own address, H1, and H2 once"
