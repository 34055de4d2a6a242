"""Sessions of the link: who finds whom, how fast, and how both ends agree on where one ends (M2)."""

import pytest

from link.wire_pair import DELAY, HEARTBEAT, Pair
from pyiccp._link import LinkCore
from pyiccp._link.events import FenceQueued, MemberCameUp, ResetRequested, SegmentReceived, Stream
from pyiccp._link.incarnation import first, following, is_newer
from pyiccp._sansio import microseconds, milliseconds, seconds
from pyiccp.wire._link import Data, Fence, FenceKind, Heartbeat, Segment


def established() -> Pair:
    pair = Pair()
    pair.up()
    pair.run(milliseconds(1))
    return pair


def test_both_ends_are_established_two_delays_after_carrier() -> None:
    pair = Pair()
    start = pair.now
    pair.up()
    pair.run(milliseconds(1))
    assert pair.a.up_at == pair.b.up_at == start + 2 * DELAY


def test_an_end_that_comes_later_costs_three_delays() -> None:
    pair = Pair()
    pair.do(pair.a, MemberCameUp("p1"))
    pair.run(milliseconds(100))  # its heartbeat went into a dead port of B
    assert pair.a.up_at is None
    start = pair.now
    pair.do(pair.b, MemberCameUp("p1"))
    pair.run(milliseconds(1))
    assert pair.b.up_at == start + 2 * DELAY
    assert pair.a.up_at == start + 3 * DELAY


def test_what_a_session_says_first_arrives_without_a_repetition() -> None:
    pair = Pair()
    pair.do(pair.a, MemberCameUp("p1"))
    pair.run(milliseconds(100))
    pair.do(pair.b, MemberCameUp("p1"))
    while pair.b.up_at is None:
        pair.run(microseconds(1))
    pair.say(pair.b, b"hello")
    pair.run(2 * DELAY)
    assert pair.a.delivered[Stream.URGENT] == [b"hello"]
    assert "repeated" not in pair.b.core.counters


def test_an_idle_session_stays() -> None:
    pair = established()
    pair.run(seconds(60))
    assert pair.a.lost == pair.b.lost == []
    assert pair.a.sessions == pair.b.sessions == 1


def test_silence_is_found_between_two_and_three_intervals() -> None:
    pair = established()
    pair.run(seconds(1))
    fault = pair.now
    pair.fate = lambda sender, member, segment: ()
    pair.run(seconds(2))
    for end in (pair.a, pair.b):
        ((at, why),) = end.lost
        assert 2 * HEARTBEAT - 2 * DELAY <= at - fault <= 3 * HEARTBEAT + 2 * DELAY
        assert why == "no heartbeat answered for three intervals"


@pytest.mark.parametrize("deaf", ["a", "b"])
def test_one_direction_lost_is_lost_for_both_and_heals_with_one_new_session_each(deaf: str) -> None:
    pair = established()
    pair.run(seconds(1))
    fault = pair.now
    pair.fate = lambda sender, member, segment: (DELAY,) if sender == deaf else ()
    pair.run(seconds(3))
    for end in (pair.a, pair.b):
        assert end.up_at is None
        assert end.lost[0][0] - fault <= 3 * HEARTBEAT + 2 * DELAY
    pair.fate = lambda sender, member, segment: (DELAY,)
    pair.run(2 * HEARTBEAT)
    assert pair.a.core.peer_incarnation == pair.b.core.incarnation
    assert pair.b.core.peer_incarnation == pair.a.core.incarnation
    assert (pair.a.sessions, pair.b.sessions) == (2, 2)


def test_carrier_loss_of_all_members_is_loss_at_once() -> None:
    pair = established()
    pair.run(milliseconds(17))
    pair.down()
    assert [at for at, _ in pair.a.lost + pair.b.lost] == [pair.now, pair.now]
    assert pair.a.core.deadline is None
    pair.up()
    pair.run(2 * DELAY)
    assert pair.a.sessions == pair.b.sessions == 2


def test_one_of_two_members_down_changes_nothing() -> None:
    pair = Pair(("p1", "p2"))
    pair.up()
    pair.run(milliseconds(1))
    assert pair.a.core.live_members == ("p1", "p2")
    pair.down("p1")
    assert pair.a.core.live_members == ("p2",)
    pair.say(pair.a, b"by the other")
    pair.run(seconds(5))
    assert pair.a.lost == []
    assert pair.b.delivered[Stream.URGENT] == [b"by the other"]


def test_a_silent_member_leaves_after_three_intervals_and_comes_back() -> None:
    pair = Pair(("p1", "p2"))
    pair.up()
    pair.run(seconds(1))
    pair.fate = lambda sender, member, segment: () if member == "p1" else (DELAY,)
    pair.say(pair.a, b"first try is lost")
    pair.run(milliseconds(10))
    assert pair.b.delivered[Stream.URGENT] == [b"first try is lost"]
    pair.run(3 * HEARTBEAT)
    assert pair.a.core.live_members == pair.b.core.live_members == ("p2",)
    pair.fate = lambda sender, member, segment: (DELAY,)
    pair.run(2 * HEARTBEAT)
    assert pair.a.core.live_members == pair.b.core.live_members == ("p1", "p2")
    assert pair.a.lost == pair.b.lost == []


def test_a_restart_behind_standing_carrier_ends_the_session_of_the_other_end_at_once() -> None:
    pair = established()
    pair.say(pair.a, b"old")
    pair.run(milliseconds(1))
    pair.restart(pair.b, 2)
    pair.run(3 * DELAY)
    assert [why for _, why in pair.a.lost] == ["the peer has started again"]
    assert (pair.a.sessions, pair.b.sessions) == (2, 2)
    assert pair.a.core.peer_incarnation == first(2)
    pair.say(pair.a, b"new")
    pair.run(milliseconds(1))
    assert pair.b.delivered[Stream.URGENT] == [b"new"]


def test_a_node_that_lost_its_store_is_adopted_when_its_old_self_has_been_silent() -> None:
    pair = Pair(starts=(1, 7))
    pair.up()
    pair.run(milliseconds(1))
    pair.restart(pair.b, 1)
    pair.run(2 * HEARTBEAT - DELAY)
    assert pair.a.sessions == 1
    pair.run(3 * HEARTBEAT)
    assert (pair.a.sessions, pair.b.sessions) == (2, 2)
    assert pair.a.refusal == ""


def test_nothing_of_an_ended_session_is_delivered_in_the_next() -> None:
    """1 A says x, on its way for 1 s. 2 B starts again, both meet again. 3 x arrives: it names the old session."""
    pair = established()
    pair.fate = lambda sender, member, segment: (seconds(1),) if isinstance(segment.body, Data) else (DELAY,)
    pair.say(pair.a, b"x")
    pair.run(milliseconds(1))
    pair.restart(pair.b, 2)
    pair.run(seconds(2))
    assert pair.b.sessions == 2
    assert pair.b.delivered[Stream.URGENT] == []
    assert pair.b.core.counters["of-another-session"] > 0


def test_a_reset_ends_the_session_on_both_sides_and_pauses_longer_each_time() -> None:
    pair = established()
    for pause in (1, 2, 4):
        session, at = pair.a.sessions, pair.now
        pair.do(pair.a, ResetRequested("fatal notification"))
        assert pair.a.lost[-1] == (at, "fatal notification")
        pair.run(pause * HEARTBEAT - DELAY)
        assert pair.b.up_at is None and pair.a.up_at is None
        pair.run(4 * DELAY)
        assert pair.a.sessions == pair.b.sessions == session + 1


def test_a_frozen_node_ends_its_session_before_it_handles_anything() -> None:
    """M2.4: it slept for two intervals; the frame that wakes it is of the past."""
    core = LinkCore(1, 1, HEARTBEAT, ("p1",))
    core.handle(MemberCameUp("p1"), 0)
    core.handle(SegmentReceived("p1", Segment(1, 99, core.incarnation, Heartbeat(1, 1))), 1)
    assert core.established
    mine = core.incarnation
    late = 1 + 2 * HEARTBEAT + 1
    actions = core.handle(SegmentReceived("p1", Segment(1, 99, mine, Data(0, 1, 0, False, b"late"))), late)
    assert [type(action).__name__ for action in actions] == ["MembersHeard", "Lose", "TransmitSegment"]
    assert not core.established and core.incarnation == following(mine)


def test_fences_go_out_of_every_running_member_in_the_order_of_data() -> None:
    pair = Pair(("p1", "p2"))
    pair.up()
    pair.run(milliseconds(1))
    fence = Fence(FenceKind.PREPARE, 10, 1)
    pair.fence(pair.a, fence)
    assert [(sent.member, sent.ordered) for _, sent in pair.a.sent[-2:]] == [("p1", True), ("p2", True)]
    pair.run(milliseconds(1))
    assert pair.b.fences == [("p1", fence), ("p2", fence)]


def test_a_fence_of_another_session_is_not_delivered() -> None:
    pair = established()
    header = pair.b.core.segment(Fence(FenceKind.DOWN, 1, 1))
    stale = Segment(header.domain, header.incarnation, header.peer_incarnation - 1, header.body)
    pair.do(pair.a, SegmentReceived("p1", stale))
    assert pair.a.fences == []
    pair.do(pair.a, SegmentReceived("p1", header))
    assert pair.a.fences == [("p1", header.body)]


def test_without_a_session_nothing_but_heartbeats_leaves() -> None:
    core = LinkCore(1, 1, HEARTBEAT, ("p1",))
    core.handle(MemberCameUp("p1"), 0)
    assert core.handle(FenceQueued(Fence(FenceKind.DOWN, 1, 1)), 1) == []
    assert core.counters == {"fences-without-a-session": 1}


def test_incarnations_count_on_a_circle_and_never_reach_the_next_life() -> None:
    assert first(3) == 0x00030001
    assert following(0x00030001) == 0x00030002
    assert following(0x0003FFFF) == 0x00030001
    assert first(0x10000) == 1
    assert is_newer(2, 1) and not is_newer(1, 2) and not is_newer(1, 1)
    assert is_newer(first(0), first(0xFFFF))
