"""The shared key: only the peer is heard, and only once (M1.6)."""

import pickle
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyiccp._link.seal import FORGED, REPLAYED, UNSEALED, Sealing
from pyiccp._mlag.store import Store
from pyiccp._node.config import Tuning
from pyiccp._node.key import SharedKey, parse_key
from pyiccp.wire._link import Data, Heartbeat, Segment, parts

KEY = b"sixteen octets!!"
SEGMENT = Segment(1, 1 << 16, 1 << 16, Heartbeat(1, 0)).encode()


def sealing(key: bytes = KEY, start: int = 1, peer_start: int = 0) -> Sealing:
    return Sealing(key, start, peer_start)


def test_what_is_sealed_with_the_key_is_read_whatever_padding_follows() -> None:
    for padding in (0, 3, 30):
        assert sealing().refuse(*parts(sealing().seal(SEGMENT) + bytes(padding))) == ""
    assert Segment.decode(sealing().seal(SEGMENT)) == Segment.decode(SEGMENT), "to a node without a key it is padding"


def test_a_full_segment_with_its_seal_fits_an_ethernet_frame() -> None:
    assert len(sealing().seal(Segment(1, 1, 1, Data(1, 1, 1, True, bytes(1400))).encode())) <= 1500


@pytest.mark.parametrize("octets", [SEGMENT, SEGMENT + bytes(40), SEGMENT + b"seal", b"", b"GET / HTTP/1.1\r\n\r\n"])
def test_without_a_seal_nothing_is_read(octets: bytes) -> None:
    assert sealing().refuse(*parts(octets)) == UNSEALED


def test_another_key_or_a_changed_octet_is_a_forgery() -> None:
    assert sealing().refuse(*parts(sealing(b"another key here").seal(SEGMENT))) == FORGED
    sealed = sealing().seal(SEGMENT)
    for offset in range(len(sealed)):
        changed = sealed[:offset] + bytes([sealed[offset] ^ 1]) + sealed[offset + 1 :]
        assert sealing().refuse(*parts(changed)) in (FORGED, UNSEALED)


def test_nothing_is_read_twice() -> None:
    receiver, sealed = sealing(), sealing().seal(SEGMENT)
    assert receiver.refuse(*parts(sealed)) == ""
    assert receiver.refuse(*parts(sealed)) == REPLAYED


@given(st.permutations(range(60)), st.lists(st.integers(0, 59), max_size=60))
def test_members_may_reorder_but_each_is_read_once(order: list[int], again: list[int]) -> None:
    sender, receiver = sealing(), sealing()
    sealed = [sender.seal(SEGMENT) for _ in range(60)]
    assert [receiver.refuse(*parts(sealed[n])) for n in order] == [""] * 60
    assert all(receiver.refuse(*parts(sealed[n])) == REPLAYED for n in again)


def test_what_is_older_than_the_window_is_refused() -> None:
    sender, receiver = sealing(), sealing()
    first, *others = [sender.seal(SEGMENT) for _ in range(1100)]
    assert receiver.refuse(*parts(others[-1])) == ""
    assert receiver.refuse(*parts(first)) == REPLAYED
    assert receiver.refuse(*parts(others[-2])) == ""


def test_a_recording_of_an_earlier_life_is_refused_also_after_a_restart_of_the_receiver() -> None:
    """1. Somebody records the peer's first life. 2. The peer starts again; the receiver hears and stores that.
    3. The receiver starts again, and the recording is played to it."""
    recording = sealing(start=1).seal(SEGMENT)
    receiver = sealing()
    assert receiver.refuse(*parts(sealing(start=2).seal(SEGMENT))) == ""
    restarted = sealing(start=2, peer_start=receiver.peer_start)
    assert restarted.refuse(*parts(recording)) == REPLAYED
    assert restarted.refuse(*parts(sealing(start=3).seal(SEGMENT))) == ""


def test_a_forgery_does_not_move_what_is_stored() -> None:
    receiver = sealing()
    receiver.refuse(*parts(sealing(b"another key here", start=1000).seal(SEGMENT)))
    assert receiver.peer_start == 0


def test_a_node_that_starts_again_never_repeats_a_counter() -> None:
    lives = [sealing(start=start) for start in (1, 2)]
    assert len({life.seal(SEGMENT) for life in lives for _ in range(50)}) == 100


def test_it_goes_on_from_its_pickle() -> None:
    sender, receiver = sealing(), sealing()
    sealed = sender.seal(SEGMENT)
    receiver.refuse(*parts(sealed))
    sender, receiver = pickle.loads(pickle.dumps((sender, receiver)))
    assert receiver.refuse(*parts(sealed)) == REPLAYED
    assert receiver.refuse(*parts(sender.seal(SEGMENT))) == ""


# --- the secret stays one


def test_no_repr_shows_the_key() -> None:
    key = parse_key("correct horse battery staple\n")
    assert key == SharedKey(b"correct horse battery staple")
    for holder in (key, Tuning(shared_key=key), Sealing(key.octets, 1, 0)):
        assert "horse" not in repr(holder) and "horse" not in str(holder) and "horse" not in f"{holder}"


def test_a_key_that_is_too_short_is_refused_without_repeating_it() -> None:
    with pytest.raises(ValueError, match="7 octets are too few") as caught:
        parse_key("hunter2")
    assert "hunter2" not in str(caught.value)


def test_the_store_holds_no_key(tmp_path: Path) -> None:
    assert set(Store.__struct_fields__) & {"key", "shared_key"} == set()
    assert b"horse" not in msgspec.json.encode(Store(replay=7))
