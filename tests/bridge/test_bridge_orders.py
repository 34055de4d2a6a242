"""What befalls many hosts at once takes effect at once and is carried out in slices (_bridge/orders.py)."""

import pickle

import pytest

from bridge.kit import AGEING, H1, Pair, bridge, frame, host, ports, send, where
from pyiccp._bridge import BridgeCore
from pyiccp._bridge.announcements import EFFORT
from pyiccp._bridge.batches import CHUNK
from pyiccp._bridge.events import FlushRequested, HostsReceived, HostsWanted, PortStateChanged, SessionEnded
from pyiccp._bridge.host import Crowd, Host
from pyiccp._bridge.walk import SHELVES
from pyiccp._sansio import seconds
from pyiccp.wire._mac import Mac
from pyiccp.wire.iccp._fdb import HostBatch, HostKind

MANY = 3000


def numbered(number: int) -> Mac:
    return Mac(b"\x02\x01" + number.to_bytes(4, "big"))


def batch(count: int, place: int = 11, vid: int = 10, first: int = 0) -> HostBatch:
    """Hosts that node 1 has seen."""
    addresses = b"".join(numbered(first + number) for number in range(count))
    return HostBatch(HostKind.SEEN, vid, place, 1, 1, 0, addresses)


def entries(core: BridgeCore) -> int:
    """Addresses in the dictionaries, dead or alive."""
    return sum(map(len, core.table.tables.values()))


def finish(core: BridgeCore, now: int = 0) -> int:
    """The calls that the core asks for at once."""
    calls = 0
    while core.table.busy:
        assert core.deadline is not None and core.deadline <= now
        core.advance(now)
        calls += 1
    return calls


def told_by_peer(count: int = MANY, place: int = 11, **changes: object) -> Pair:
    """A pair, and what the peer has told of *count* hosts."""
    pair = Pair(**changes).start().settle()  # type: ignore[arg-type]
    for first in range(0, count, 500):
        pair.handle(0, HostsReceived(batch(min(500, count - first), place, first=first)))
    return pair


def test_a_flush_takes_effect_at_once_and_is_carried_out_in_slices() -> None:
    core = bridge()
    for number in range(MANY):
        send(core, "ether1", frame(numbered(number)), number)
    before = entries(core)
    core.handle(FlushRequested(), MANY)
    assert before - entries(core) <= core.table.slice
    assert len(list(core.hosts())) == 1, "its own address: the rest is gone for whoever looks"
    assert "bond1" in ports(send(core, "ether2", frame(H1, numbered(MANY - 1)), MANY)), "unknown: flooded"
    send(core, "ether1", frame(numbered(MANY - 2)), MANY)
    assert finish(core, MANY) >= 2
    assert entries(core) == 3, "the own address, H1, and the one seen after the flush"
    assert core.table.learned == 2


def test_no_call_looks_at_more_hosts_than_a_slice() -> None:
    core = bridge()
    for number in range(MANY):
        send(core, "ether1", frame(numbered(number)), number)
    core.table.slice = 10
    left = entries(core)
    core.handle(FlushRequested(), MANY)
    while core.table.sweep.orders:
        assert left - entries(core) <= 10
        left = entries(core)
        core.advance(MANY)


def test_orders_are_carried_out_in_the_order_they_were_given() -> None:
    """1. A flush. 2. H1 is seen again, elsewhere. 3. That port goes down. 4. H1 is seen on the first port again."""
    core = bridge()
    core.table.slice = 1
    for number in range(20):
        send(core, "ether1", frame(numbered(number)))
    send(core, "ether1", frame(H1))
    core.handle(FlushRequested(), 1)
    send(core, "ether2", frame(H1), 2)
    core.handle(PortStateChanged("ether2", False, False), 3)
    assert where(core, H1) is None
    send(core, "ether1", frame(H1), 4)
    assert where(core, H1) == ("ether1", "D")
    finish(core, 4)
    assert where(core, H1) == ("ether1", "D")
    assert len(list(core.hosts())) == 2
    assert not core.table.sweep.orders


def test_a_full_table_that_was_flushed_learns_again_at_once() -> None:
    core = bridge(max_learned_entries=50)
    for number in range(50):
        send(core, "ether1", frame(numbered(number)))
    core.table.slice = 10
    core.handle(FlushRequested(), 1)
    for number in range(100, 105):
        send(core, "ether1", frame(numbered(number)), 1)
    assert core.table.counters["refused"] == 0
    assert [where(core, numbered(number)) for number in range(100, 105)] == [("ether1", "D")] * 5


def test_looking_changes_nothing() -> None:
    """Whoever prints the host table in the middle of a sweep does not carry anything out."""
    one, other = bridge(), bridge()
    for core in (one, other):
        core.table.slice = 3
        for number in range(30):
            send(core, "ether1", frame(numbered(number)), number)
        core.handle(FlushRequested(), 30)
    assert len(list(one.hosts())) == 1
    one.shared_table()
    assert one.fingerprint(30) == other.fingerprint(30)


def test_a_core_goes_on_from_its_pickle_in_the_middle_of_a_sweep() -> None:
    core = bridge()
    core.table.slice = 3
    for number in range(30):
        send(core, "ether1", frame(numbered(number)), number)
    core.handle(FlushRequested(), 30)
    other = pickle.loads(pickle.dumps(core))
    for each in (core, other):
        finish(each, 30)
    assert core.fingerprint(30) == other.fingerprint(30)
    assert entries(other) == 1


# --- crowds: hosts that the peer tells of in the same words


def test_hosts_told_alike_are_one_entry_until_one_is_seen_here() -> None:
    pair = told_by_peer(500)
    table = pair.nodes[0].table
    kinds = {id(table.get(10, numbered(number))) for number in range(500)}
    assert len(kinds) == 1 and table.learned == 500
    pair.see(0, "bond1", numbered(7))
    entry = table.get(10, numbered(7))
    assert isinstance(entry, Host) and where(pair.nodes[0], numbered(7)) == ("bond1", "D")
    crowd = table.get(10, numbered(8))
    assert isinstance(crowd, Crowd) and crowd.count == 499
    assert table.learned == 500


def test_an_address_twice_in_a_batch_is_one_host() -> None:
    pair = Pair().start().settle()
    pair.handle(0, HostsReceived(HostBatch(HostKind.SEEN, 10, 11, 1, 1, 0, bytes(numbered(1)) * 3)))
    assert pair.nodes[0].table.learned == 1


def test_a_batch_that_does_not_fit_is_taken_as_far_as_it_does() -> None:
    """M10.5."""
    pair = told_by_peer(500, max_learned_entries=100)
    pair.settle()
    assert pair.nodes[0].table.learned == 100
    assert pair.nodes[0].table.counters["refused"] == 400


def test_m10_4_the_peers_orphans_go_at_once_however_many() -> None:
    pair = told_by_peer(place=0)
    core = pair.nodes[0]
    assert where(core, numbered(1)) == ("peer", "DE")
    pair.handle(0, SessionEnded())
    assert len(list(core.hosts())) == 1
    finish(core)
    assert entries(core) == 1 and core.table.learned == 0


def test_m10_4_hosts_told_on_a_bond_get_a_fresh_ageing_time_together() -> None:
    pair = told_by_peer()
    core = pair.nodes[0]
    pair.now = seconds(200)
    pair.handle(0, SessionEnded())
    finish(core, seconds(200))
    pair.see(0, "bond1", numbered(5))
    while core.deadline is not None and core.deadline < seconds(200) + AGEING:
        core.advance(core.deadline)
    assert core.table.learned == MANY
    send(core, "bond1", frame(numbered(6)), seconds(200) + AGEING - 1)
    core.advance(seconds(200) + AGEING)
    finish(core, seconds(200) + AGEING)
    assert [view.address for view in core.hosts() if view.vid == 10] == [numbered(6)]
    assert entries(core) == 2 and core.table.learned == 1


@pytest.mark.parametrize("slices", [1, 7, 1024])
def test_after_a_split_the_survivor_tells_a_returning_peer_of_all_it_knows(slices: int) -> None:
    pair = told_by_peer(200)
    for core in pair.nodes:
        core.table.slice = slices
    pair.stop()
    pair.nodes[1] = Pair().nodes[1]
    pair.start().settle()
    assert pair.equal()
    assert where(pair.nodes[1], numbered(3)) == ("bond1", "DE")


def test_a_flush_of_a_bond_takes_its_crowd_out_one_by_one_on_both() -> None:
    pair = told_by_peer(40)
    for core in pair.nodes:
        core.table.slice = 3
    pair.handle(0, FlushRequested("bond1"))
    assert where(pair.nodes[0], numbered(3)) is None
    pair.settle()
    assert pair.equal()
    assert [where(core, numbered(3)) for core in pair.nodes] == [None, None]


def test_a_wide_window_and_a_narrow_one_tell_the_same() -> None:
    wide, narrow = Pair(), Pair(window=80)
    for pair in (wide, narrow):
        for number in range(300):
            pair.see(0, ("ether1", "bond1", "bond2")[number % 3], numbered(number))
        for number in range(0, 300, 7):
            pair.see(0, "bond1", numbered(number))
        pair.start().settle()
    assert wide.nodes[1].shared_table() == narrow.nodes[1].shared_table() == wide.nodes[0].shared_table()
    assert wide.told == narrow.told


def test_a_session_that_begins_during_a_flush_walks_a_bounded_number_of_hosts_in_a_call() -> None:
    """Hosts that the flush takes use no window up: a call that walked a million of them took a second and a half."""
    pair = Pair()
    for number in range(3200):
        pair.see(0, "ether1", numbered(number))
    core = pair.nodes[0]
    core.table.slice = 10
    core.handle(FlushRequested(), 0)
    pair.start()
    looked = entries(core)
    calls = 0
    while core.table.announcements.more:
        assert core.table.busy and core.deadline == 0
        for _ in range(3):  # of what comes in with one call of the node
            pair.handle(0, HostsWanted(1 << 14))
        assert entries(core) == looked
        pair.carry(0, core.advance(0))
        assert looked - entries(core) <= (EFFORT + 1) * core.table.slice + CHUNK
        looked = entries(core)
        calls += 1
    assert calls >= 30
    assert pair.settle().equal()
    assert pair.nodes[1].table.learned == 0


def test_no_dictionary_holds_all_hosts_of_a_vlan() -> None:
    """A dictionary that grows moves all that is in it: with 100,000 hosts of a VLAN in one, a call took 6 ms."""
    pair = Pair()
    for number in range(3200):
        pair.see(0, "ether1", numbered(number))
    pair.start().settle()
    for core in pair.nodes:
        assert core.table.learned == 3200
        assert max(map(len, core.table.tables.values())) <= 2 * 3200 // SHELVES


def test_hosts_of_one_pull_share_messages() -> None:
    """Several batches are one action, so that a node puts them into as few messages as hold them."""
    pair = Pair()
    for number in range(30):
        pair.see(0, ("ether1", "bond1", "bond2")[number % 3], numbered(number))
    pair.start()
    pair.handle(0, HostsWanted(1 << 14))
    pair.advance(0)
    assert len(pair.wires[1]) == 2, "all hosts, and the end"


def test_a_pair_of_large_tables_with_a_host_of_its_own_in_every_batch() -> None:
    pair = Pair()
    for number in range(600):
        pair.see(0, "bond1", numbered(number))
    for number in range(0, 600, 100):
        pair.see(1, "ether1", numbered(number))
    pair.see(1, "ether1", host(1))
    pair.start().settle()
    assert pair.equal()
    assert where(pair.nodes[0], numbered(100)) == ("peer", "DE")
    assert where(pair.nodes[1], numbered(101)) == ("bond1", "DE")
