"""AGE: information that nobody repeats."""

import pytest
from rstp_harness import SUP, US, D, Dut

from pyiccp._sansio import seconds
from pyiccp.rstp import Role

check = pytest.mark.check
OTHER = SUP


@check("AGE-1", choice="exactly 3 x hello after the last BPDU: a timer is a deadline, there is no tick")
def test_the_root_falls_silent() -> None:
    dut = Dut().up().keep(10, p1=D())
    last = dut.now
    dut.run(5.99)
    assert dut.core.view().root == SUP
    dut.run(0.02)
    assert dut.core.view().root == US
    assert dut.now - last <= seconds(7)


@check("AGE-2", choice="802.1D: the hello time of the BPDU counts")
@pytest.mark.parametrize("hello", [1, 5])
def test_the_hello_time_received_counts(hello: int) -> None:
    dut = Dut().up()
    dut.hear(1, D(hello=hello))
    assert dut.run(3 * hello - 0.01).role(1) is Role.Root
    assert dut.run(0.02).role(1) is Role.Designated


@check("AGE-3")
def test_nearly_old_information_is_kept_as_long() -> None:
    dut = Dut().up()
    dut.hear(1, D(age=19))
    assert dut.run(5.99).role(1) is Role.Root
    assert dut.run(0.02).role(1) is Role.Designated


@check("AGE-4")
def test_an_alternate_port_falls_silent() -> None:
    dut = Dut().up()
    dut.hear(2, D(cost=10))
    dut.keep(5.9, p1=D(cost=0))
    assert dut.roles == "RAD"
    since = dut.now
    dut.run(0.2)
    assert dut.roles == "RDD"
    assert dut.said(2, since) == ["P:D"]


@check("AGE-5")
def test_carrier_loss_on_the_root_port() -> None:
    dut = Dut().up()
    dut.hear(1, D(cost=0))
    dut.hear(2, D(cost=10))
    dut.run(1)
    dut.down(1)
    assert dut.roles[1:] == "RD"
    assert dut.view(2).forwarding
    assert dut.role(1) is Role.Disabled


@check("AGE-6")
def test_one_bpdu_of_three_is_lost() -> None:
    dut = Dut().up()
    for n in range(30):
        if n % 3 != 2:
            dut.hear(1, D())
        dut.run(2)
        assert dut.roles == "RDD"
