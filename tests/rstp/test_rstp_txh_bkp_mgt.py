"""TXH, BKP, MGT: the transmit limit, shared media, management."""

from typing import Any

import pytest
from rstp_harness import SUP, US, D, Dut
from rstp_network import Network

from pyiccp._sansio import microseconds, milliseconds, seconds
from pyiccp.rstp.events import IdentityChanged, PortAdded, PortRemoved
from pyiccp.rstp.events import PortConfig as Port
from pyiccp.wire._bpdu import BridgeId
from pyiccp.wire._mac import mac

check = pytest.mark.check
NO_EDGE = {"auto_edge": False}


def storm(limit: int) -> tuple[Dut, list[float]]:
    dut = Dut(transmit_hold_count=limit, port=NO_EDGE).up().keep(10, p1=D()).run(1.5)
    since = dut.now
    for n in range(30):
        dut.hear(1, D(SUP, cost=1000 + n))
        dut.run(0.02)
    dut.run(5)
    return dut, [at - since / 1e9 for at, _ in dut.timed(2, since)]


@check("TXH-1")
def test_thirty_changes_in_six_tenths_of_a_second() -> None:
    dut, times = storm(6)
    for start in times:
        assert sum(start <= at < start + 1 for at in times) <= 6
        assert sum(start <= at <= start + 1 for at in times) <= 7
    assert sum(at < 1 for at in times) == 6
    assert sum(1 <= at < 2 for at in times) == 1
    assert dut.out(2)[-1].root_path_cost == 1029 + 2000


@check("TXH-2")
@pytest.mark.parametrize("limit", [1, 10])
def test_other_limits(limit: int) -> None:
    dut, times = storm(limit)
    for start in times:
        assert sum(start <= at < start + 1 for at in times) <= limit
    assert sum(at < 0.999 for at in times) == limit
    assert dut.out(2)[-1].root_path_cost == 1029 + 2000


@check("TXH-3")
def test_what_waits_leaves_with_the_next_tick() -> None:
    dut = Dut(port=NO_EDGE).up().keep(10, p1=D()).run(1.5)
    since = dut.now
    for n in range(7):
        dut.hear(1, D(SUP, cost=1000 + n))
    assert len(dut.out(2, since)) == 6
    dut.run(1.001)
    assert [round(at - since / 1e9, 6) for at, _ in dut.timed(2, since)][6:] == [1.0]
    assert dut.out(2)[-1].root_path_cost == 3006


@check("TXH-4")
def test_the_next_hello_is_two_seconds_after_any_bpdu() -> None:
    dut = Dut(port=NO_EDGE).up().keep(10, p1=D()).run(1.3)
    since = dut.now
    dut.hear(1, D(SUP, cost=5))
    dut.keep(3, p1=D(SUP, cost=5))
    assert [round(at - since / 1e9, 6) for at, _ in dut.timed(2, since)] == [0.0, 2.0]


@check("BKP-1")
def test_two_ports_on_one_hub() -> None:
    network = Network("A.1-A.2-B.1", settings={"A": {"priority": 0x1000}}, every_port=NO_EDGE).up().run(40)
    assert network.roles() == "A.1=Designated A.2=Backup B.1=Root"
    assert not network.forwarding("A.2")
    assert not network.loops
    network.at_rest()


@check("BKP-2")
def test_the_designated_port_on_the_hub_fails() -> None:
    network = Network("A.1-A.2-B.1", settings={"A": {"priority": 0x1000}}, every_port=NO_EDGE).up().run(40)
    network.at[("A", "A.1")].deaf = [("A", "A.1")]
    network.run(6.01)
    assert network.role("A.2") == "Designated"
    assert network.bpdus("A.2")[-1][1].flags.proposal


@check("BKP-3")
def test_no_rapid_transition_on_a_hub() -> None:
    network = Network("A.1-A.2-B.1", settings={"A": {"priority": 0x1000}}, every_port=NO_EDGE).up()
    assert not network.cores["A"].port("A.1").point_to_point
    network.run(19.9)
    assert not network.forwarding("A.1")
    network.run(2.2)
    assert network.forwarding("A.1")


@check("BKP-4")
def test_three_ports_on_one_hub() -> None:
    network = Network("A.1-A.2-A.3", every_port=NO_EDGE).up().run(40)
    assert network.roles() == "A.1=Designated A.2=Backup A.3=Backup"
    assert [network.forwarding(f"A.{n}") for n in (1, 2, 3)] == [True, False, False]


@check("MGT-1")
@pytest.mark.parametrize(
    "over",
    [
        {"mac": b"\2\0\0\0\0\1" * 4},
        {"mac": b"\1\x80\xc2\0\0\0"},
        {"priority": 4095},
        {"priority": 65536},
        {"max_age": seconds(29)},
        {"forward_delay": seconds(10)},
        {"hello_time": seconds(10)},
        {"max_age": seconds(41), "forward_delay": seconds(30)},
        {"forward_delay": seconds(31)},
        {"hello_time": milliseconds(999)},
        {"transmit_hold_count": 0},
        {"transmit_hold_count": 11},
        {"force_version": 1},
        {"misordering": -1},
        {"misordering": seconds(1.001)},
    ],
)
def test_bridge_values_that_are_refused(over: dict[str, Any]) -> None:
    dut = Dut().up()
    state = dut.core.fingerprint(dut.now)
    with pytest.raises(ValueError, match=next(iter(over))[:7]):
        dut.reconfigure(**over)
    assert dut.core.fingerprint(dut.now) == state


@check("MGT-1")
@pytest.mark.parametrize(
    "over",
    [
        {"priority": 8},
        {"priority": 256},
        {"path_cost": 0},
        {"path_cost": 200_000_001},
        {"number": 2},
        {"number": 0},
        {"number": 4096},
    ],
)
def test_port_values_that_are_refused(over: dict[str, int]) -> None:
    dut = Dut().up()
    state = dut.core.fingerprint(dut.now)
    with pytest.raises(ValueError, match="port p1"):
        dut.configure(1, **over)
    assert dut.core.fingerprint(dut.now) == state


@check("MGT-2")
def test_times_of_the_root() -> None:
    network = Network("A.1-B.1 B.2-C.1").up().run(5)
    network.configure("A", max_age=seconds(24), forward_delay=seconds(20))
    network.run(2)
    for port in ("A.1", "B.2"):
        bpdu = network.bpdus(port)[-1][1]
        assert (bpdu.max_age, bpdu.forward_delay) == (24 * 256, 20 * 256)
    network.configure("B", max_age=seconds(10), forward_delay=seconds(9))
    network.run(4)
    assert network.bpdus("B.2")[-1][1].max_age == 24 * 256


@check("MGT-3")
def test_cost_follows_the_speed() -> None:
    dut = Dut(port=NO_EDGE).up()
    dut.hear(1, D())
    dut.agree(2)
    dut.up(1, speed=1000)
    assert dut.view(1).path_cost == 20000
    assert dut.core.view().root_path_cost == 40000
    assert dut.roles == "RDD"
    assert dut.switched(1) == [(0.0, True)]
    assert dut.switched(2) == [(0.0, True)]
    for speed, cost in ((10, 2_000_000), (100, 200_000), (2500, 8000), (25_000, 800), (40_000, 500), (100_000, 200)):
        dut.up(1, speed=speed)
        assert dut.view(1).path_cost == cost
    dut.configure(1, path_cost=7)
    assert dut.core.view().root_path_cost == 20007
    dut.reconfigure(short_costs=True)
    dut.configure(1, path_cost=None)
    assert dut.view(1).path_cost == 1
    assert dut.up(1, speed=1000).view(1).path_cost == 4


@check("MGT-4")
def test_the_root_takes_another_priority() -> None:
    for priority in (0x0000, 0x3000, 0xF000):
        network = (
            Network("A.1-B.1 B.2-C.1 C.2-A.2", settings={"A": {"priority": 0x1000}}, every_port=NO_EDGE).up().run(30)
        )
        seen = len(network.actions)
        since = network.now
        network.priority("A", priority)
        network.run(30)
        network.at_rest()
        changes = [at - since for at, _, action in network.actions[seen:] if type(action).__name__ == "SetForwarding"]
        assert max(changes, default=0) <= milliseconds(100)
        assert not network.loops


@check("MGT-5")
def test_disable_and_enable() -> None:
    fresh = Dut(port=NO_EDGE).up(1)
    dut = Dut(port=NO_EDGE).opened(1).run(7)
    dut.hear(1, D(SUP))
    dut.run(1)
    dut.configure(1, enabled=False)
    names = [name for name, (counts, _) in _timers(dut) if counts]
    assert names == []
    dut.run(2)
    dut.configure(1, enabled=True)
    assert _timers(dut) == _timers(fresh)
    mine, new = dut.core.bridge.ports["p1"], fresh.core.bridge.ports["p1"]
    for name in (
        "learn",
        "forward",
        "agree",
        "agreed",
        "proposing",
        "proposed",
        "sync",
        "reRoot",
        "sendRSTP",
        "infoIs",
    ):
        assert getattr(mine, name) == getattr(new, name), name
    assert mine.boxes == new.boxes


def _timers(dut: Dut) -> list[tuple[str, tuple[bool, int]]]:
    port = dut.core.bridge.ports["p1"]
    return [(t.name, (t.held is None and not t.zero, t.left(dut.now))) for t in port.timers]


@check("MGT-6")
def test_the_bridge_takes_another_address() -> None:
    for address in ("02:00:00:00:00:01", "02:00:00:00:ff:01"):
        network = Network("A.1-B.1 B.2-C.1 C.2-A.2", every_port=NO_EDGE, settings={"A": {"priority": 0x1000}}).up()
        network.run(30)
        since = network.now
        seen = len(network.actions)
        network.tell("A", IdentityChanged(mac(address), 0x1000))
        network.run(30)
        network.at_rest()
        changes = [at - since for at, _, action in network.actions[seen:] if type(action).__name__ == "SetForwarding"]
        assert max(changes, default=0) <= seconds(1)
        assert not network.loops


def test_a_backup_port_does_not_take_its_own_bridge_for_another_after_a_change_of_address() -> None:
    network = Network("A.1-A.2-B.1", every_port=NO_EDGE).up().run(40)
    network.tell("A", IdentityChanged(mac("02:00:00:00:ff:01"), 0x0000))
    network.run(microseconds(200) / 1e9)
    assert network.cores["A"].view().root == BridgeId(0, mac("02:00:00:00:ff:01"))
    network.run(10)
    assert network.role("A.2") == "Backup"


def test_ports_come_and_go() -> None:
    dut = Dut().up()
    dut.hear(1, D())
    dut.do(PortAdded(Port(name="p4", number=9)))
    dut.up(4)
    assert dut.out(4)[-1].root == SUP
    assert dut.out(4)[-1].port == 0x8009
    dut.do(PortRemoved("p1"))
    assert dut.core.view().root == US
    assert dut.core.ports == ("p2", "p3", "p4")
    dut.configure(4, number=1)
    assert dut.out(4)[-1].port == 0x8001
    for name in ("p2", "p3", "p4"):
        dut.do(PortRemoved(name))
    assert dut.core.deadline is None
