"""ICCP over the raw link, octets and all: set-up time, loss, crash and restart at any point (issue F)."""

import random
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from iccp.stack import HEARTBEAT, Stack, Stacks
from iccp.talk import DELAY, bonds
from pyiccp._sansio import Instant, microseconds, milliseconds, seconds
from pyiccp.iccp.events import Application, MalformedReceived, MlacpChanged, Stream, TlvsQueued
from pyiccp.wire._link import Segment
from pyiccp.wire.iccp._fdb import HostBatch, HostKind
from pyiccp.wire.iccp._mlag import BondUp
from pyiccp.wire.iccp._pdu import LdpStatus


def dirty(seed: int, loss: float, jitter: Instant) -> object:
    dice = random.Random(seed)

    def fate(sender: str, segment: Segment) -> Sequence[Instant]:
        copies = 0 if dice.random() < loss else 2 if dice.random() < 0.1 else 1
        return [DELAY + dice.randrange(jitter + 1) for _ in range(copies)]

    return fate


def clean(sender: str, segment: Segment) -> Sequence[Instant]:
    return (DELAY,)


def equal_tables(stacks: Stacks) -> bool:
    """What each knows of the other's bonds is what the other has told."""
    for one, other in ((stacks.a, stacks.b), (stacks.b, stacks.a)):
        told = other.told
        assert told is not None
        if one.iccp.peer_system != told.system:
            return False
        if {port: state for port, (_, state) in one.iccp.peer_ports.items()} != {
            config.port: state for config, state in told.ports
        }:
            return False
        if {roid: state for roid, (_, state) in one.iccp.peer_aggregators.items()} != {
            config.roid: state for config, state in told.aggregators
        }:
            return False
    return True


def test_from_carrier_to_session_in_six_delays() -> None:
    stacks = Stacks()
    start = stacks.now
    stacks.carrier()
    stacks.run(milliseconds(5))
    assert stacks.a.up_at == stacks.b.up_at == start + 6 * DELAY


def test_after_a_restart_behind_standing_carrier_it_takes_eight() -> None:
    stacks = Stacks()
    stacks.carrier()
    stacks.run(seconds(1))
    start = stacks.now
    stacks.restart(stacks.b, 2)
    stacks.run(milliseconds(5))
    for end in (stacks.a, stacks.b):
        assert end.up_at is not None and end.up_at - start <= 8 * DELAY
    assert stacks.a.whys == ["the peer has started again"]


def test_a_fault_that_both_repeat_for_ever_does_not_make_a_storm() -> None:
    """Each session ends at once with octets that are no message: pauses double, segments stay few."""
    stacks = Stacks()
    sent = 0

    def count(sender: str, segment: Segment) -> Sequence[Instant]:
        nonlocal sent
        sent += 1
        return (DELAY,)

    stacks.fate = count
    stacks.carrier()
    for _ in range(2000):
        stacks.run(milliseconds(30))
        if stacks.a.up_at is not None:
            stacks.iccp(stacks.a, MalformedReceived(LdpStatus.BAD_TLV_LENGTH, "again"))
    assert stacks.a.sessions < 12
    assert sent < 60 * (60_000 // 300)


batches = st.lists(
    st.tuples(st.sampled_from("ab"), st.booleans(), st.integers(1, 300), st.integers(0, 20_000_000)), max_size=25
)


@settings(max_examples=40, deadline=None)
@given(steps=batches, seed=st.integers(0, 1 << 32), loss=st.floats(0, 0.2), jitter=st.integers(0, 3_000_000))
def test_within_a_session_no_application_data_are_lost_doubled_or_out_of_order(
    steps: list[tuple[str, bool, int, int]], seed: int, loss: float, jitter: int
) -> None:
    stacks = Stacks()
    stacks.carrier()
    stacks.run(milliseconds(1))
    wire = dirty(seed, loss, jitter)
    stacks.fate = lambda sender, segment: (
        clean(sender, segment) if type(segment.body).__name__ == "Heartbeat" else wire(sender, segment)  # type: ignore[operator]
    )
    said: dict[str, dict[Application, list[object]]] = {
        name: {Application.MLAG: [], Application.FDB: []} for name in "ab"
    }
    for number, (who, bulk, size, gap) in enumerate(steps):
        end = stacks.a if who == "a" else stacks.b
        if bulk:
            batch = HostBatch(HostKind.SEEN, 1, 0, number, 0, 0, bytes(6 * size))
            said[who][Application.FDB].append((batch,))
            stacks.iccp(end, TlvsQueued(Application.FDB, (batch,), Stream.BULK))
        else:
            said[who][Application.MLAG].append((BondUp(number, True),))
            stacks.iccp(end, TlvsQueued(Application.MLAG, (BondUp(number, True),)))
        stacks.run(gap)
        if number % 7 == 0:
            stacks.thaw()
    stacks.fate = clean
    stacks.run(seconds(1))
    assert stacks.a.whys == stacks.b.whys == []
    for name, receiver in (("a", stacks.b), ("b", stacks.a)):
        for application, sent in said[name].items():
            assert [tlvs for each, tlvs in receiver.delivered if each is application] == sent


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1 << 32),
    loss=st.floats(0, 0.4),
    events=st.lists(
        st.tuples(
            st.sampled_from(["restart", "change", "silence", "carrier", "pickle", "garbage"]),
            st.sampled_from("ab"),
            st.integers(0, 1_200_000_000),
        ),
        max_size=10,
    ),
)
def test_after_whatever_happened_both_meet_again_and_their_tables_are_equal(
    seed: int, loss: float, events: list[tuple[str, str, int]]
) -> None:
    stacks = Stacks()
    stacks.iccp(stacks.a, bonds(0, keys=(10, 20)))
    stacks.iccp(stacks.b, bonds(1, keys=(10, 20), per_bond=2))
    stacks.fate = dirty(seed, loss, milliseconds(2))  # type: ignore[assignment]
    stacks.carrier()
    starts = {"a": 1, "b": 1}
    for number, (what, who, gap) in enumerate(events):
        end: Stack = stacks.a if who == "a" else stacks.b
        match what:
            case "restart":
                starts[who] += 1
                stacks.restart(end, starts[who])
            case "change":
                told: MlacpChanged = bonds(int(who == "b"), keys=(10, 20), per_bond=1 + number % 3, speed=number + 1)
                stacks.iccp(end, told)
            case "silence":
                before, stacks.fate = stacks.fate, lambda sender, segment: ()
                stacks.run(4 * HEARTBEAT)
                stacks.fate = before
            case "carrier":
                stacks.carrier(False)
                stacks.carrier(True)
            case "pickle":
                stacks.thaw()
            case "garbage":
                stacks.iccp(end, MalformedReceived(LdpStatus.BAD_PDU_LENGTH, "garbage"))
        stacks.run(gap)
    stacks.fate = clean
    # The longest pause after resets, one silence, and a moment.
    stacks.run(70 * HEARTBEAT)
    assert stacks.a.up_at is not None and stacks.b.up_at is not None
    assert stacks.a.link.peer_incarnation == stacks.b.link.incarnation
    assert equal_tables(stacks)


def test_many_hosts_cost_few_octets() -> None:
    """All octets of all frames A to B: at most ten per host."""
    stacks = Stacks()
    stacks.carrier()
    stacks.run(milliseconds(5))
    before = stacks.octets
    hosts = 0
    for number in range(200):
        addresses = random.Random(number).randbytes(6 * 500)
        stacks.iccp(
            stacks.a,
            TlvsQueued(Application.FDB, (HostBatch(HostKind.SEEN, 1, 0, number, 0, 0, addresses),), Stream.BULK),
        )
        hosts += 500
        stacks.run(microseconds(200))
    stacks.run(milliseconds(10))
    assert len(stacks.b.delivered) == 200
    assert (stacks.octets - before) / hosts < 7
