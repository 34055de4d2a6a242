"""Streams: every message once and in order over any wire, urgent before bulk, memory bounded."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from link.wire_pair import DELAY, Pair, chance
from pyiccp._link import MAX_BODY, MAX_MESSAGE
from pyiccp._link.events import SegmentReceived, Stream
from pyiccp._link.outbound import CREDIT, LIMIT, WINDOW
from pyiccp._sansio import microseconds, milliseconds, seconds
from pyiccp.wire._link import Data, Heartbeat, Segment


def established() -> Pair:
    pair = Pair()
    pair.up()
    pair.run(milliseconds(1))
    return pair


def test_a_message_of_any_length_arrives_whole() -> None:
    pair = established()
    lengths = (0, 1, MAX_BODY - 1, MAX_BODY, MAX_BODY + 1, 3 * MAX_BODY, MAX_MESSAGE)
    messages = [bytes([n]) * length for n, length in enumerate(lengths)]
    for message in messages:
        pair.say(pair.a, message, Stream.BULK)
    pair.run(milliseconds(100))
    assert pair.b.delivered[Stream.BULK] == messages
    assert (
        max(len(sent.segment.body.body) for _, sent in pair.a.sent if isinstance(sent.segment.body, Data)) == MAX_BODY
    )
    assert pair.a.core.counters == pair.b.core.counters == {}


def test_urgent_does_not_wait_for_bulk() -> None:
    pair = established()
    for _ in range(10):
        pair.say(pair.a, bytes(MAX_MESSAGE), Stream.BULK)
    at = pair.now
    pair.say(pair.a, b"now")
    pair.run(DELAY)
    assert pair.now == at + DELAY
    assert pair.b.delivered[Stream.URGENT] == [b"now"]
    assert len(pair.b.delivered[Stream.BULK]) == WINDOW * MAX_BODY // MAX_MESSAGE


def test_a_lost_segment_is_repeated_within_milliseconds() -> None:
    pair = established()
    pair.fate = lambda sender, member, segment: ()
    pair.say(pair.a, b"again")
    pair.fate = lambda sender, member, segment: (DELAY,)
    pair.run(milliseconds(6))
    assert pair.b.delivered[Stream.URGENT] == [b"again"]


def test_several_holes_in_one_window_cost_one_timer() -> None:
    pair = established()
    lost = iter([True, False] * WINDOW)
    pair.fate = lambda sender, member, segment: () if next(lost, False) else (DELAY,)
    pair.say(pair.a, bytes(40 * MAX_BODY), Stream.BULK)
    pair.fate = lambda sender, member, segment: (DELAY,)
    pair.run(milliseconds(5) + 45 * DELAY)
    assert len(pair.b.delivered[Stream.BULK]) == 1
    assert pair.a.core.counters == {"repeated": 1}


def test_repetitions_become_patient_up_to_a_tenth_of_a_second() -> None:
    pair = established()
    pair.fate = lambda sender, member, segment: (DELAY,) if isinstance(segment.body, Heartbeat) else ()
    pair.say(pair.a, b"x")
    pair.run(seconds(2))
    times = [at for at, sent in pair.a.sent if isinstance(sent.segment.body, Data)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps[0] == milliseconds(5)
    assert gaps == sorted(gaps)
    assert gaps[-1] == milliseconds(100)


def test_bulk_is_pulled_again_as_it_drains() -> None:
    pair = established()
    assert pair.a.credit[Stream.BULK] == CREDIT
    pair.a.credit[Stream.BULK] = 0
    for _ in range(8):
        pair.say(pair.a, bytes(CREDIT // 8), Stream.BULK)
    assert pair.a.credit[Stream.BULK] == 0
    pair.run(milliseconds(50))
    assert pair.a.credit[Stream.BULK] == CREDIT


def test_a_peer_that_hears_but_takes_nothing_is_given_up() -> None:
    pair = established()
    pair.fate = lambda sender, member, segment: (DELAY,) if isinstance(segment.body, Heartbeat) else ()
    pair.say(pair.a, b"x")
    pair.run(seconds(10))
    assert "the peer takes no messages" in [why for _, why in pair.a.lost]


def test_memory_is_bounded_whoever_goes_on_queueing() -> None:
    pair = established()
    pair.fate = lambda sender, member, segment: ()
    for _ in range(LIMIT // MAX_MESSAGE + 2):
        pair.say(pair.a, bytes(MAX_MESSAGE), Stream.BULK)
    assert [why for _, why in pair.a.lost] == ["the peer takes no messages"]
    assert len(repr(pair.a.core.fingerprint(pair.now))) < 2000


def feed(pair: Pair, data: Data) -> None:
    """B sends what its core would not."""
    core = pair.b.core
    pair.do(pair.a, SegmentReceived("p1", Segment(1, core.incarnation, core.peer_incarnation, data)))


def test_a_message_without_end_ends_the_session() -> None:
    pair = established()
    for number in range(1, MAX_MESSAGE // MAX_BODY + 2):
        feed(pair, Data(1, number, 0, True, bytes(MAX_BODY)))
    ((_, why),) = pair.a.lost
    assert why == f"a message of more than {MAX_MESSAGE} octets from the peer"


def test_parts_far_ahead_are_not_kept() -> None:
    pair = established()
    before = len(repr(pair.a.core.fingerprint(pair.now)))
    for number in range(2 + WINDOW, 2000):
        feed(pair, Data(1, number, 0, False, bytes(100)))
    assert len(repr(pair.a.core.fingerprint(pair.now))) < before + 200


def test_acknowledgements_of_what_was_never_sent_and_unknown_streams_are_counted() -> None:
    pair = established()
    feed(pair, Data(0, 1, 5, False, b"x"))
    feed(pair, Data(7, 1, 0, False, b"x"))
    assert pair.a.core.counters == {"acknowledging-what-was-never-sent": 1, "of-an-unknown-stream": 1}
    assert pair.a.delivered[Stream.URGENT] == []


steps = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from(list(Stream)),
        st.integers(0, 4 * MAX_BODY),
        st.integers(0, 3_000_000),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(steps=steps, seed=st.integers(0, 1 << 32), loss=st.floats(0, 0.3), jitter=st.integers(0, 2_000_000))
def test_every_message_once_and_in_order_over_any_wire(
    steps: list[tuple[str, Stream, int, int]], seed: int, loss: float, jitter: int
) -> None:
    pair = established()
    dirty = chance(seed, loss, 0.2, jitter)
    # Heartbeats pass: what is tested is delivery within one session.
    pair.fate = lambda who, member, segment: (
        (DELAY,) if isinstance(segment.body, Heartbeat) else dirty(who, member, segment)
    )
    said: dict[str, dict[Stream, list[bytes]]] = {name: {stream: [] for stream in Stream} for name in "ab"}
    for number, (who, stream, length, gap) in enumerate(steps):
        end = pair.a if who == "a" else pair.b
        message = number.to_bytes(2, "big") + bytes(length)
        said[who][stream].append(message)
        pair.say(end, message, stream)
        pair.run(gap)
        if number % 5 == 0:
            pair.thaw(end)
    pair.fate = lambda who, member, segment: (DELAY,)
    pair.run(seconds(1))
    assert pair.b.delivered == said["a"]
    assert pair.a.delivered == said["b"]
    assert pair.a.lost == pair.b.lost == []


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 1 << 32),
    loss=st.floats(0, 0.5),
    restarts=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 400_000_000)), max_size=6),
)
def test_whatever_happens_both_meet_again_and_a_session_delivers_a_prefix(
    seed: int, loss: float, restarts: list[tuple[str, int]]
) -> None:
    """Each session of a receiver delivers a gapless run, from the first, of one session of the sender."""
    pair = established()
    pair.fate = chance(seed, loss, 0.2, milliseconds(20))
    starts = {"a": 1, "b": 1}
    count = 0
    for who, gap in [*restarts, ("a", 0)]:
        for _ in range(10):
            for end in (pair.a, pair.b):
                count += 1
                pair.say(end, f"{end.name} {end.core.incarnation} {end.sessions} {count}".encode())
            pair.run(gap // 10)
        for end in (pair.a, pair.b):
            got = [message.split() for message in end.delivered[Stream.URGENT]]
            assert len({tuple(words[:3]) for words in got}) <= 1
            numbers = [int(words[3]) for words in got]
            assert numbers == list(range(numbers[0], numbers[0] + 2 * len(numbers), 2)) if numbers else True
        starts[who] += 1
        pair.restart(pair.a if who == "a" else pair.b, starts[who])
    pair.fate = lambda who, member, segment: (DELAY,)
    pair.run(seconds(3))
    a, b = pair.a.core, pair.b.core
    assert a.established and b.established
    assert (a.incarnation, a.peer_incarnation) == (b.peer_incarnation, b.incarnation)
    # What was said to no session is gone; what is said now arrives.
    pair.say(pair.a, b"at last")
    pair.run(microseconds(200))
    assert pair.b.delivered[Stream.URGENT][-1] == b"at last"
