"""Who must not speak on a peer port (M2.3, M2.5, M3.2), and hostile segments."""

from hypothesis import given, settings
from hypothesis import strategies as st

from link.wire_pair import HEARTBEAT, Pair
from pyiccp._link import LinkCore
from pyiccp._link.core import THIRD_SPEAKER
from pyiccp._link.events import (
    FenceQueued,
    ForeignReceived,
    MemberCameUp,
    MemberWentDown,
    MessageQueued,
    Refuse,
    SegmentReceived,
    Stream,
)
from pyiccp._sansio import milliseconds, seconds
from pyiccp.wire._link import Data, Envelope, Fence, FenceKind, Heartbeat, Segment
from pyiccp.wire._mac import Mac, mac

PEER, THIRD = mac("74:4D:28:22:00:01"), mac("74:4D:28:33:00:01")


def established() -> Pair:
    pair = Pair()
    pair.up()
    pair.run(milliseconds(1))
    return pair


def refusals(core: LinkCore, event: SegmentReceived | ForeignReceived, now: int) -> list[str]:
    return [action.text for action in core.handle(event, now) if isinstance(action, Refuse)]


def with_peer(start: int = 1) -> LinkCore:
    """A core that has a session with a peer of incarnation 0x50001 at PEER."""
    core = LinkCore(1, start, HEARTBEAT, ("p1", "p2"))
    core.handle(MemberCameUp("p1"), 0)
    core.handle(MemberCameUp("p2"), 0)
    hear(core, 1, PEER)
    assert core.established
    return core


def hear(
    core: LinkCore, now: int, source: Mac, incarnation: int = 0x50001, number: int = 1, member: str = "p1"
) -> None:
    # The newest heartbeat of the core is the echo that keeps the session alive.
    segment = Segment(1, incarnation, core.incarnation, Heartbeat(number, core._members.newest))
    core.handle(SegmentReceived(member, segment, source), now)


def test_a_foreign_frame_is_shown_until_it_has_been_silent_for_three_intervals() -> None:
    pair = established()
    pair.do(pair.a, ForeignReceived("p1", "peer layout version 2, ours 1"))
    assert pair.a.refusal == "peer layout version 2, ours 1"
    pair.run(2 * HEARTBEAT)
    pair.do(pair.a, ForeignReceived("p1", "peer layout version 2, ours 1"))
    pair.run(2 * HEARTBEAT)
    assert pair.a.refusal == "peer layout version 2, ours 1"
    pair.run(HEARTBEAT)
    assert pair.a.refusal == ""
    assert pair.a.lost == []


def test_a_flood_of_foreign_frames_is_one_action() -> None:
    core = with_peer()
    shown = [text for number in range(1000) for text in refusals(core, ForeignReceived("p1", f"no {number}"), 10)]
    assert shown == ["no 0"]
    assert core.counters["refused"] == 1000


def test_noise_is_shown_before_a_session_and_only_counted_during_one() -> None:
    """M3.2 shuts the gate for a third speaker; what does not even say its version is none."""
    core = LinkCore(1, 1, HEARTBEAT, ("p1",))
    core.handle(MemberCameUp("p1"), 0)
    assert refusals(core, ForeignReceived("p1", "no layout of ours", noise=True), 10) == ["no layout of ours"]
    core = with_peer()
    assert refusals(core, ForeignReceived("p1", "no layout of ours", noise=True), 10) == []
    assert core.counters["noise"] == 1


def test_another_domain_is_refused_and_never_answered() -> None:
    core = LinkCore(1, 1, HEARTBEAT, ("p1",))
    core.handle(MemberCameUp("p1"), 0)
    segment = Segment(2, 0x50001, core.incarnation, Heartbeat(1, 1))
    assert core.handle(SegmentReceived("p1", segment), 1) == [Refuse("peer domain 2, ours 1")]
    assert not core.established and core.peer_incarnation == 0


def test_carrier_loss_clears_what_was_shown() -> None:
    core = with_peer()
    core.handle(ForeignReceived("p1", "no"), 10)
    core.handle(MemberWentDown("p1"), 11)
    actions = core.handle(MemberWentDown("p2"), 12)
    assert Refuse("") in actions
    assert core.deadline is None


def test_a_second_source_on_one_wire_is_a_third_speaker() -> None:
    core = with_peer()
    heartbeat = Segment(1, 0x60001, 0, Heartbeat(1, 0))
    assert refusals(core, SegmentReceived("p1", heartbeat, THIRD), 10) == [THIRD_SPEAKER]
    assert core.established and core.peer_incarnation == 0x50001


def test_another_source_on_another_member_is_the_peers_other_port() -> None:
    core = with_peer()
    hear(core, 2, THIRD, member="p2")
    assert core.live_members == ("p1", "p2")
    assert "refused" not in core.counters


def test_a_new_source_after_three_intervals_of_silence_is_a_new_peer() -> None:
    core = with_peer()
    now = 1 + 3 * HEARTBEAT
    while (due := core.deadline) is not None and due <= now:
        core.advance(due)
    assert not core.established
    hear(core, now, THIRD, incarnation=0x20001)
    hear(core, now + 1, THIRD, incarnation=0x20001, number=2)
    assert core.established and core.peer_incarnation == 0x20001


def test_without_sources_an_older_incarnation_that_speaks_on_beside_the_peer_is_a_third_speaker() -> None:
    core = with_peer()
    shown = []
    for number in range(1, 8):
        now = number * HEARTBEAT
        core.advance(now)
        hear(core, now, Mac(b""), number=number + 1)
        shown += refusals(core, SegmentReceived("p1", Segment(1, 0x20001, 0, Heartbeat(number, 0))), now)
    assert shown == [THIRD_SPEAKER]
    assert core.established and core.peer_incarnation == 0x50001


def test_one_late_heartbeat_of_the_peers_past_is_nothing() -> None:
    core = with_peer()
    assert refusals(core, SegmentReceived("p1", Segment(1, 0x40003, 0, Heartbeat(9, 0))), 10) == []
    assert core.peer_incarnation == 0x50001


def test_segments_on_a_member_that_is_down_or_not_ours_are_counted() -> None:
    core = with_peer()
    core.handle(MemberWentDown("p2"), 5)
    heartbeat = Segment(1, 0x60001, 0, Heartbeat(1, 0))
    for member in ("p2", "ether9"):
        assert core.handle(SegmentReceived(member, heartbeat), 6) == []
    assert core.counters == {"on-a-member-that-is-down": 2}


def test_carrier_events_of_a_port_that_is_no_member_or_that_say_nothing_new_are_nothing() -> None:
    core = with_peer()
    for event in (MemberCameUp("ether9"), MemberWentDown("ether9"), MemberCameUp("p1")):
        assert core.handle(event, 5) == []


def test_envelopes_are_judged_by_accepts_alone() -> None:
    core = with_peer()
    good = Segment(1, 0x50001, core.incarnation, Envelope(1, b"frame"))
    assert core.accepts(good)
    assert core.handle(SegmentReceived("p1", good, PEER), 5) == []
    for bad in (
        Segment(2, 0x50001, core.incarnation, good.body),
        Segment(1, 0x50002, core.incarnation, good.body),
        Segment(1, 0x50001, core.incarnation + 1, good.body),
    ):
        assert not core.accepts(bad)
    mine = core.segment(good.body)
    assert (mine.domain, mine.incarnation, mine.peer_incarnation) == (1, core.incarnation, 0x50001)


numbers = st.one_of(st.integers(0, 3), st.integers(0, 0xFFFFFFFF), st.sampled_from([0x50001, 0x10001, 0xFFFFFFFF]))
bodies = st.one_of(
    st.builds(Heartbeat, numbers, numbers),
    st.builds(Data, st.integers(0, 3), numbers, numbers, st.booleans(), st.binary(max_size=20)),
    st.builds(Fence, st.sampled_from(list(FenceKind)), numbers, numbers),
    st.builds(Envelope, numbers, st.binary(max_size=20)),
)
segments = st.builds(Segment, st.sampled_from([1, 1, 1, 2]), numbers, numbers, bodies)
events = st.one_of(
    st.builds(SegmentReceived, st.sampled_from(["p1", "p2"]), segments, st.sampled_from([PEER, THIRD, Mac(b"")])),
    st.builds(MessageQueued, st.sampled_from(list(Stream)), st.binary(max_size=3000)),
    st.builds(FenceQueued, st.builds(Fence, st.sampled_from(list(FenceKind)), numbers, numbers)),
    st.builds(MemberWentDown, st.sampled_from(["p1", "p2"])),
    st.builds(MemberCameUp, st.sampled_from(["p1", "p2"])),
)


@settings(max_examples=200, deadline=None)
@given(script=st.lists(st.tuples(events, st.integers(0, 400_000_000)), max_size=40))
def test_no_segment_raises_and_memory_stays_small(script: list[tuple[SegmentReceived, int]]) -> None:
    core = with_peer()
    now = 1
    for event, gap in script:
        end = now + gap
        while (due := core.deadline) is not None and due <= end:
            now = max(now, due)
            core.advance(now)
        now = end
        if isinstance(event, SegmentReceived) and event.segment.incarnation % 2:
            # Every other one goes to the living session, so that more than headers is tried.
            body = event.segment.body
            event = SegmentReceived(event.member, Segment(1, core.peer_incarnation, core.incarnation, body))
        core.handle(event, now)
        assert core.established == bool(core.live_members)
    assert len(repr(core.fingerprint(now))) < 200_000


def test_ten_thousand_new_incarnations_leave_nothing_behind() -> None:
    core = with_peer()
    size = len(repr(core.fingerprint(1)))
    for number in range(10_000):
        core.handle(SegmentReceived("p1", Segment(1, 0x60001 + number, 0, Heartbeat(1, 0))), 1 + number)
    assert len(repr(core.fingerprint(10_002))) < size + 2500
    assert core.deadline is not None


def test_an_idle_node_without_a_peer_only_beats() -> None:
    core = LinkCore(1, 1, HEARTBEAT, ("p1",))
    core.handle(MemberCameUp("p1"), 0)
    size = None
    for _ in range(100):
        due = core.deadline
        assert due is not None
        (action,) = core.advance(due)
        assert isinstance(action.segment.body, Heartbeat)
        size = size or len(repr(core.fingerprint(due)))
    assert len(repr(core.fingerprint(seconds(30)))) < size + 200
