"""A call stays short however many hosts there are (spec/iccp.md 5, performance.md 7): what it lists, what it looks at,
and what the interpreter's garbage collector would have to walk. Counts, never times."""

import gc

from bridge.kit import H1, Pair, bridge, frame, send
from pyiccp._bridge import BridgeCore
from pyiccp._bridge.ageing import AT_ONCE
from pyiccp._bridge.entries import EFFORT, SLICE
from pyiccp._bridge.events import FlushRequested, HostsReceived, HostsWanted, SessionStarted
from pyiccp._bridge.host import Entry
from pyiccp._bridge.orders import Order
from pyiccp._bridge.walk import SHELVES
from pyiccp.wire._mac import Mac
from pyiccp.wire.iccp._fdb import HostBatch, HostKind

MANY = 40 * AT_ONCE


def numbered(number: int) -> Mac:
    return Mac(b"\x02\0\0" + number.to_bytes(3, "big"))


def largest_container_of_hosts() -> int:
    """Hosts in the largest container that a full garbage collection walks."""
    gc.collect()
    return max(
        (len(each) for each in gc.get_objects() if isinstance(each, list | tuple | dict) and _holds_hosts(each)),
        default=0,
    )


def _holds_hosts(each: list[object] | tuple[object, ...] | dict[object, object]) -> bool:
    inside = each.values() if isinstance(each, dict) else each
    return isinstance(next(iter(inside), None), Entry)


def test_no_garbage_collection_walks_all_hosts() -> None:
    """A million hosts in the list of one ageing tick cost every full collection 16 ms, in whatever call it fell."""
    core = bridge()
    for number in range(MANY):
        send(core, "ether1", frame(numbered(number)), 0)
    assert largest_container_of_hosts() <= AT_ONCE
    core.handle(SessionStarted(0), 0)
    addresses = b"".join(numbered(MANY + number) for number in range(MANY))
    for start in range(0, len(addresses), 6 * 512):
        batch = HostBatch(HostKind.SEEN, 10, 2, 1, 1, 0, addresses[start : start + 6 * 512])
        core.handle(HostsReceived(batch), 0)
    assert core.table.learned == 2 * MANY
    assert largest_container_of_hosts() <= AT_ONCE


def test_what_is_left_of_a_tick_after_tidying_is_looked_at_when_its_time_comes() -> None:
    """Tidying moves hosts between the tuples of a tick: none is lost, none stays for ever."""
    core = bridge()
    for number in range(4 * AT_ONCE):
        send(core, "ether1" if number % 3 else "ether2", frame(numbered(number)), 0)
    core.table.forget_port("ether1")
    while core.table.busy:
        core.advance(0)
    kept = sum(number % 3 == 0 for number in range(4 * AT_ONCE))
    ageing = core.table.ageing
    assert ageing.filed == kept
    ageing.stale = 1 << 30
    while ageing.tidying:
        ageing.tidy(1)
        assert ageing.filed == kept
    assert sum(map(len, ageing.ticks.values())) == kept, "the stale ones are gone"
    while core.deadline is not None:
        core.advance(core.deadline)
    assert core.table.learned == 0


def test_the_call_in_which_a_session_begins_tells_of_no_hosts() -> None:
    """That call tells 24 bonds, a tree and a profile; hosts for the window come with the next one, which is due at
    once."""
    pair = Pair()
    pair.see(0, "ether1", H1)
    pair.handle(0, SessionStarted(0))
    pair.handle(0, HostsWanted(pair.window))
    assert pair.told[0] == 0
    assert pair.nodes[0].deadline is not None and pair.nodes[0].deadline <= pair.now
    pair.advance(0)
    assert pair.told[0] == 2, "H1 and the own address"


def test_an_order_lists_a_bounded_number_of_shelves_in_a_call() -> None:
    """Hosts spread thinly over many VLANs leave many shelves, and empty ones stay: walking past them is work, too."""
    core = spread(vlans=300)
    calls = 1
    core.handle(FlushRequested(), 0)
    while core.table.busy:
        before = len(core.table.sweep._walk.vlans)
        core.advance(0)
        calls += 1
        assert before - len(core.table.sweep._walk.vlans) <= SLICE, "VLANs passed in one call"
    assert core.table.learned == 0
    assert calls >= len(core.table.tables) // SLICE


def test_many_orders_in_one_call_and_on_one_host_are_no_more_work_than_one() -> None:
    """A tree that starts anew flushes port after port: with a host table of a million, each of 24 orders looked at 256
    hosts at once (14 ms), and every later call carried all 24 out on 256 hosts (7 ms)."""
    core = bridge()
    for number in range(MANY):
        send(core, "ether1", frame(numbered(number)), 0)
    done: list[Entry] = []
    carry_out = core.table.carry_out

    def counted(order: Order, entry: Entry) -> None:
        done.append(entry)
        carry_out(order, entry)

    core.table.carry_out = counted  # type: ignore[method-assign]
    for _ in range(24):
        core.handle(FlushRequested("ether2"), 0)
    assert len(done) <= SLICE
    worst = 0
    while core.table.busy:
        done.clear()
        core.advance(0)
        worst = max(worst, len(done))
    assert 0 < worst < EFFORT * SLICE + 24
    assert core.table.learned == MANY, "they are of another port"


def spread(vlans: int) -> BridgeCore:
    core = bridge()
    for vid in range(1, vlans + 1):
        for last in range(SHELVES):
            core.table.sight(vid, numbered(vid << 8 | last), "ether1", 0)
    return core
