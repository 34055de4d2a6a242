"""Learning and ageing on one node, and what a person sees of it."""

import pickle

from bridge.kit import AGEING, BRIDGE_MACS, H1, H2, bridge, frame, host, ports, send, send_and_tell, where
from pyiccp._bridge import BridgeCore, StaticHost
from pyiccp._bridge.ageing import AT_ONCE
from pyiccp._bridge.events import FlushRequested, PortStateChanged, Warn
from pyiccp._sansio import milliseconds, seconds
from pyiccp.wire._mac import Mac, mac


def run(core: BridgeCore, until: int) -> None:
    while core.deadline is not None and core.deadline <= until:
        core.advance(core.deadline)


def numbered(number: int) -> Mac:
    return Mac(b"\x02\x01" + number.to_bytes(4, "big"))


def test_a_host_is_known_by_its_first_frame_and_moves_with_its_next() -> None:
    core = bridge()
    send(core, "ether1", frame(H1))
    assert where(core, H1) == ("ether1", "D")
    assert ports(send(core, "bond1", frame(H2, H1))) == ["ether1"]
    send(core, "ether2", frame(H1))
    assert ports(send(core, "bond1", frame(H2, H1))) == ["ether2"]
    send(core, "bond2", frame(H1))
    assert ports(send(core, "bond1", frame(H2, H1))) == ["bond2"]


def test_a_host_ages_exactly_one_ageing_time_after_its_last_frame() -> None:
    core = bridge()
    send(core, "ether1", frame(H1), seconds(1))
    last = seconds(200) + 12_345
    send(core, "ether1", frame(H1), last)
    run(core, last + AGEING - 1)
    assert where(core, H1) == ("ether1", "D")
    run(core, last + AGEING)
    assert where(core, H1) is None
    assert core.deadline is None


def test_a_hit_of_the_verdict_cache_keeps_a_host_alive() -> None:
    core = bridge()
    for now in range(0, seconds(1000), seconds(100)):
        run(core, now)
        send(core, "ether1", frame(H1, H2), now)
    assert where(core, H1) == ("ether1", "D")


def test_one_call_of_advance_ages_a_bounded_number_of_hosts() -> None:
    core = bridge()
    for number in range(3 * AT_ONCE):
        send(core, "ether1", frame(numbered(number)), 0)
    core.advance(AGEING)
    left = len(list(core.hosts()))
    assert left >= 2 * AT_ONCE
    assert core.deadline is not None and core.deadline <= AGEING, "there is more to do at once"
    run(core, AGEING)
    assert len(list(core.hosts())) == 1, "the bridge's own address"


def test_removed_hosts_do_not_stay_in_memory_until_they_would_have_aged() -> None:
    core = bridge()
    for round_ in range(20):
        for number in range(500):
            send(core, "ether1", frame(numbered(number)), round_)
        core.handle(FlushRequested(), round_)
        run(core, round_)
    ageing = core.table.ageing
    assert ageing.filed == 0
    assert sum(len(hosts) for hosts in ageing.ticks.values()) <= AT_ONCE + 500


def test_a_port_that_loses_its_link_loses_its_hosts_and_a_half_does_not() -> None:
    core = bridge()
    send(core, "ether1", frame(H1))
    send(core, "bond1", frame(H2))
    core.handle(PortStateChanged("ether1", False, False), 0)
    core.handle(PortStateChanged("bond1", False, False), 0)
    assert where(core, H1) is None
    assert where(core, H2) is not None


def test_flush_of_one_port_or_one_vlan_or_everything_spares_static_hosts() -> None:
    printer = mac("02:00:00:00:00:99")
    core = bridge(hosts=(StaticHost(address=printer, port="ether2", vid=10),))
    for port, source in (("ether1", H1), ("bond1", H2)):
        send(core, port, frame(source))
        send(core, port, frame(source, vid=20))
    core.handle(FlushRequested("ether1", 10), 0)
    assert [where(core, H1, vid) is None for vid in (10, 20)] == [True, False]
    core.handle(FlushRequested("bond1"), 0)
    assert [where(core, H2, vid) is None for vid in (10, 20)] == [True, True]
    core.handle(FlushRequested(), 0)
    assert [view.address for view in core.hosts()] == [printer]


def test_static_hosts_never_move_and_never_age() -> None:
    printer = mac("02:00:00:00:00:99")
    core = bridge(hosts=(StaticHost(address=printer, port="ether2"),))
    send(core, "ether1", frame(printer))
    run(core, 10 * AGEING)
    assert where(core, printer) == ("ether2", "")
    assert where(core, printer, 20) == ("ether2", ""), "without a VLAN: in each of the port's"
    assert ports(send(core, "ether1", frame(H1, printer))) == ["ether2"]


def test_own_addresses_are_local() -> None:
    assert where(bridge(), BRIDGE_MACS[0], 1) == ("bridge1", "DL")


def test_a_full_table_learns_nobody_counts_and_warns_once_a_minute() -> None:
    core = bridge(max_learned_entries=2)
    send(core, "ether1", frame(H1))
    send(core, "ether1", frame(H2))
    warnings = []
    for now in (0, seconds(1), seconds(59), seconds(60)):
        warnings += [type(action) for action in send_and_tell(core, "ether1", frame(host(3)), now)[1]]
    assert warnings == [Warn, Warn]
    assert core.table.counters["refused"] == 4, "tried again with each frame"
    send(core, "ether2", frame(H1))
    assert where(core, H1) == ("ether2", "D"), "a known host still moves"
    core.handle(FlushRequested(), seconds(60))
    send(core, "ether1", frame(host(3)), seconds(61))
    assert where(core, host(3)) == ("ether1", "D")


def test_a_pickled_bridge_goes_on_the_same() -> None:
    core = bridge()
    for number in range(5):
        send(core, "ether1", frame(host(number), H1), milliseconds(number))
    other = pickle.loads(pickle.dumps(core))
    for one in (core, other):
        send(one, "ether1", frame(host(0), H1), seconds(100))
        run(one, AGEING + milliseconds(2))
    assert core.fingerprint(AGEING) == other.fingerprint(AGEING)
    assert list(core.hosts()) == list(other.hosts())
    assert [view.address for view in core.hosts() if view.vid == 10] == [host(0), host(3), host(4)]


def test_equal_states_have_equal_fingerprints_whatever_the_order_of_learning() -> None:
    forth, back = bridge(), bridge()
    for core, order in ((forth, (1, 2, 3)), (back, (3, 1, 2))):
        for number in order:
            send(core, "ether1", frame(host(number)), seconds(number))
    assert forth.fingerprint(seconds(5)) == back.fingerprint(seconds(5))
    later = bridge()
    for number in (1, 2, 3):
        send(later, "ether1", frame(host(number)), seconds(number + 40))
    assert forth.fingerprint(seconds(5)) == later.fingerprint(seconds(45)), "times are relative"
