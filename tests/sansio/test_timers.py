"""Deadlines by key: the next one is known at once, equal ones fire in the order in which they were set."""

import pickle

from hypothesis import given
from hypothesis import strategies as st

from pyiccp._sansio import Timers, microseconds, milliseconds, seconds


def test_units() -> None:
    assert (seconds(1.5), milliseconds(2), microseconds(3)) == (1_500_000_000, 2_000_000, 3_000)


def test_equal_deadlines_fire_in_insertion_order() -> None:
    timers: Timers[str] = Timers()
    for key in ("b", "a", "c"):
        timers.set(key, 5)
    assert list(timers.due(5)) == ["b", "a", "c"]


def test_setting_again_moves_a_key_to_the_end_of_its_instant() -> None:
    timers: Timers[str] = Timers()
    timers.set("a", 5)
    timers.set("b", 5)
    timers.set("a", 5)
    assert list(timers.due(5)) == ["b", "a"]


def test_a_cancelled_key_neither_fires_nor_is_next() -> None:
    timers: Timers[str] = Timers()
    timers.set("a", 1)
    timers.set("b", 2)
    timers.cancel("a")
    timers.cancel("never set")
    assert timers.next == 2
    assert "a" not in timers
    assert timers.get("b") == 2
    assert timers.get("a") is None


def test_a_key_set_while_due_keys_are_fired_comes_in_the_same_round() -> None:
    timers: Timers[str] = Timers()
    timers.set("a", 1)
    fired = []
    for key in timers.due(3):
        fired.append(key)
        if len(fired) < 3:
            timers.set("b", 2)
    assert fired == ["a", "b", "b"]


def test_restarting_one_key_for_ever_does_not_grow_memory() -> None:
    timers: Timers[str] = Timers()
    timers.set("far", 10**12)
    for instant in range(10_000):
        timers.set("near", 10**9 - instant)
    assert len(timers) == 2
    assert len(timers._heap) <= 20


steps = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.sampled_from("abcde"), st.integers(0, 20)),
        st.tuples(st.just("cancel"), st.sampled_from("abcde"), st.just(0)),
        st.tuples(st.just("pop"), st.just(""), st.integers(0, 20)),
    )
)


@given(steps)
def test_a_heap_with_lazy_deletion_is_a_sorted_list(operations: list[tuple[str, str, int]]) -> None:
    timers: Timers[str] = Timers()
    model: list[tuple[int, int, str]] = []
    for count, (what, key, instant) in enumerate(operations):
        if what == "pop":
            model.sort()
            expected = model.pop(0)[2] if model and model[0][0] <= instant else None
            assert timers.pop(instant) == expected
        else:
            model = [entry for entry in model if entry[2] != key]
            if what == "set":
                model.append((instant, count, key))
                timers.set(key, instant)
            else:
                timers.cancel(key)
        assert timers.next == (min(model)[0] if model else None)
        assert timers.fingerprint(7) == tuple((k, at - 7) for at, _, k in sorted(model))
    copy = pickle.loads(pickle.dumps(timers))
    assert copy.fingerprint(0) == timers.fingerprint(0)
