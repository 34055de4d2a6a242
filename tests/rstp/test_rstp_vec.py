"""VEC: which port gets which role."""

import pytest
from msgspec.structs import replace
from rstp_harness import INF, SUP, TESTER, US, WORSE, D, Dut, T

from pyiccp._sansio import milliseconds
from pyiccp.rstp import Role
from pyiccp.rstp.events import BridgeConfigured, IdentityChanged
from pyiccp.wire._bpdu import BridgeId
from pyiccp.wire._mac import mac

check = pytest.mark.check
HIGH = BridgeId(0x2000, mac("00:11:22:33:44:66"))


@check("VEC-1")
def test_superior_on_one_port() -> None:
    dut = Dut().up()
    dut.hear(1, D())
    assert dut.roles == "RDD"


@check("VEC-2")
def test_lower_cost_wins() -> None:
    dut = Dut().up(speed=1000)
    dut.hear(1, D(cost=20000))
    dut.hear(2, D(cost=10000, bridge=HIGH))
    assert dut.roles == "ARD"


@check("VEC-3")
def test_lower_bridge_wins() -> None:
    dut = Dut().up()
    dut.hear(1, D(bridge=HIGH))
    dut.hear(2, D(bridge=T))
    assert dut.roles == "ARD"


@check("VEC-4")
def test_lower_port_wins() -> None:
    dut = Dut().up()
    dut.hear(1, D(port=0x8002))
    dut.hear(2, D(port=0x7001))
    assert dut.roles == "ARD"


@check("VEC-5")
def test_own_port_breaks_the_tie() -> None:
    dut = Dut().up()
    dut.hear(1, D())
    dut.hear(2, D())
    assert dut.roles == "RAD"
    dut.configure(2, priority=0x70)
    assert dut.roles == "ARD"
    dut.configure(2, priority=0x80)
    assert dut.roles == "RAD"


@check("VEC-6")
def test_own_cost() -> None:
    dut = Dut().up()
    dut.hear(1, D())
    dut.hear(2, D())
    dut.configure(1, path_cost=2001)
    assert dut.roles == "ARD"


@check("VEC-7")
def test_the_sender_withdraws_its_offer() -> None:
    dut = Dut().up()
    dut.hear(1, D(cost=0))
    dut.hear(2, D(cost=10, bridge=HIGH))
    assert dut.roles == "RAD"
    dut.hear(1, D(cost=50000))
    assert dut.roles == "DRD"


@check("VEC-8")
def test_the_sender_worsens_its_own_priority() -> None:
    dut = Dut().up()
    dut.hear(1, D(BridgeId(0x1000, TESTER), cost=0))
    dut.hear(1, D(BridgeId(0x7000, TESTER), cost=0, bridge=BridgeId(0x7000, TESTER)))
    assert dut.core.view().root == BridgeId(0x7000, TESTER)
    dut.hear(1, D(BridgeId(0xA000, TESTER), cost=0, bridge=BridgeId(0xA000, TESTER)))
    assert dut.core.view().root == US
    assert dut.roles == "DDD"


@check("VEC-9")
def test_same_vector_other_hello() -> None:
    dut = Dut().up()
    dut.hear(1, D())
    boxes: list[str] = []
    dut.core.trace = lambda context, machine, source, target, condition: boxes.append(target)
    dut.hear(1, D(hello=4))
    assert "SUPERIOR_DESIGNATED" in boxes
    assert dut.view(1).times.HelloTime == 4 * 256
    boxes.clear()
    dut.hear(1, D(hello=4))
    assert "REPEATED_DESIGNATED" in boxes


@check("VEC-10")
def test_inferior_without_learning_is_answered() -> None:
    dut = Dut().up().run(11)
    since = dut.now
    dut.hear(1, D(INF, "P:D", cost=0, bridge=INF))
    assert dut.roles == "DDD"
    assert dut.core.view().root == US
    ((at, answer),) = dut.timed(1, since)
    assert at * 1e9 == since
    assert (answer.root, answer.bridge) == (US, US)
    assert not dut.out(2, since + 1)


@check("VEC-11")
def test_own_priority_below_the_root() -> None:
    dut = Dut().up()
    dut.hear(1, D())
    dut.run(1)
    since = dut.now
    dut.do(IdentityChanged(US.mac, 0))
    for number in (1, 2, 3):
        (bpdu,) = dut.out(number, since)
        assert bpdu.root == bpdu.bridge == BridgeId(0, US.mac)
    assert dut.roles == "DDD"


@check("VEC-12")
def test_own_priority_above_the_neighbour() -> None:
    dut = Dut(priority=0).up()
    below = BridgeId(0x1000, TESTER)
    dut.agree(1, bridge=below)
    dut.run(1)
    since = dut.now
    dut.do(IdentityChanged(US.mac, 0x8000))
    dut.run(0.001)
    dut.hear(1, D(below, "FL:D", cost=0, bridge=below))
    assert dut.roles == "RDD"
    # The neighbour still repeats what this bridge once said of itself: an echo, not a root.
    dut.hear(2, D(BridgeId(0, US.mac), "FL:D", cost=4000, bridge=WORSE))
    dut.run(0.9)
    assert dut.core.view().root == below
    assert all(bpdu.root == below for bpdu in dut.out(2, since + milliseconds(1)))


@check("VEC-13")
def test_system_id_extension_counts() -> None:
    dut = Dut().up()
    dut.hear(1, D(BridgeId(0x1002, SUP.mac)))
    dut.hear(2, D(BridgeId(0x1001, SUP.mac), cost=10**6))
    assert dut.roles == "DRD"
    assert dut.core.view().root == BridgeId(0x1001, SUP.mac)


@check("VEC-14")
def test_restricted_role() -> None:
    dut = Dut()
    dut.configure(1, restricted_role=True)
    dut.up().keep(60, p1=D())
    assert dut.role(1) is Role.Alternate
    assert not dut.view(1).forwarding
    assert dut.core.view().root == US
    dut.run(6.1)
    assert dut.role(1) is Role.Designated


@check("VEC-15")
def test_two_alternates() -> None:
    dut = Dut().up()
    dut.hear(1, D(cost=0))
    dut.hear(2, D(cost=10, bridge=HIGH))
    dut.hear(3, D(cost=10, bridge=replace(HIGH, priority=0x3000)))
    assert dut.roles == "RAA"
    dut.down(1)
    assert dut.roles == "DRA"
    assert dut.open == "2"


def test_a_refused_configuration_changes_nothing() -> None:
    dut = Dut().up()
    with pytest.raises(ValueError, match="4096"):
        dut.do(BridgeConfigured(replace(dut.core.bridge.config, priority=1)))
    assert dut.core.view().bridge == US
