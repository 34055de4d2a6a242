"""ENC: the BPDUs that leave."""

import pytest
from rstp_harness import SUP, US, C, D, Dut, letters

from pyiccp._sansio import seconds
from pyiccp.rstp._frames import BRIDGE_GROUP
from pyiccp.wire._bpdu import ConfigBpdu, RstBpdu, TcnBpdu
from pyiccp.wire._flags import PortRole

check = pytest.mark.check


@check("ENC-1")
def test_frame_of_a_lone_bridge() -> None:
    dut = Dut().up()
    (frame,) = dut.octets(1)
    assert frame[:6] == BRIDGE_GROUP == bytes.fromhex("0180c2000000")
    assert frame[12:14] == (39).to_bytes(2, "big")
    assert frame[14:17] == bytes.fromhex("424203")
    bpdu = frame[17:]
    assert len(bpdu) == 36
    assert bpdu[:4] == bytes.fromhex("00000202")
    assert bpdu[35] == 0


@check("ENC-2")
def test_source_is_the_address_of_the_port() -> None:
    dut = Dut().up()
    sources = [dut.octets(n)[0][6:12] for n in (1, 2, 3)]
    assert len(set(sources)) == 3
    assert not any(source[0] & 1 for source in sources)
    assert US.mac not in sources


@check("ENC-3")
def test_a_lone_bridge_says_that_it_is_the_root() -> None:
    (bpdu,) = Dut().up().out(1)
    assert bpdu.root == bpdu.bridge == US
    assert bpdu.root_path_cost == bpdu.message_age == 0
    assert (bpdu.max_age, bpdu.hello_time, bpdu.forward_delay) == (20 * 256, 2 * 256, 15 * 256)


@check("ENC-4")
def test_port_identifiers() -> None:
    dut = Dut()
    dut.configure(2, priority=0x40)
    dut.up()
    assert [dut.out(n)[-1].port for n in (1, 2, 3)] == [0x8001, 0x4002, 0x8003]


@check("ENC-5")
def test_discarding_ports_propose_and_nothing_else() -> None:
    dut = Dut().up()
    assert [dut.said(n) for n in (1, 2, 3)] == [["P:D"]] * 3


@check("ENC-6")
def test_hello_every_two_seconds_and_no_other() -> None:
    dut = Dut(port={"auto_edge": False}).up().run(19)
    assert [at for at, _ in dut.timed(1)] == [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]
    alone = Dut().up().run(30)
    times = [at for at, _ in alone.timed(1)]
    assert times == [2.0 * n for n in range(16)]


@check("ENC-7")
def test_what_is_passed_on_of_a_better_root() -> None:
    dut = Dut().up().keep(6, p1=D(hello=1, max_age=22, delay=16))
    bpdu = dut.out(2)[-1]
    assert (bpdu.root, bpdu.root_path_cost, bpdu.bridge) == (SUP, 22000, US)
    assert bpdu.message_age == 256
    assert (bpdu.max_age, bpdu.forward_delay) == (22 * 256, 16 * 256)
    assert bpdu.hello_time == 2 * 256


@check("ENC-8", choice="message age is rounded to the nearest second")
@pytest.mark.parametrize(("age", "passed_on"), [(0x0366, 4), (0x0380, 5), (0, 1), (0x0100, 2)])
def test_message_age_in_whole_seconds(age: int, passed_on: int) -> None:
    dut = Dut().up()
    dut.hear(1, D(age=age / 256))
    assert dut.out(2)[-1].message_age == passed_on * 256


@check("ENC-9")
def test_cost_saturates() -> None:
    dut = Dut().up()
    dut.hear(1, D(cost=0xFFFFFFFF))
    assert dut.roles == "RDD"
    assert dut.out(2)[-1].root_path_cost == 0xFFFFFFFF


@check("ENC-10")
def test_the_root_port_answers_with_its_own_vector() -> None:
    dut = Dut().up()
    dut.hear(1, D(say="P:D"))
    answer = dut.out(1)[-1]
    assert answer.flags.role is PortRole.ROOT
    assert answer.flags.agreement
    assert (answer.root, answer.root_path_cost, answer.bridge, answer.port) == (SUP, 22000, US, 0x8001)


@check("ENC-11")
def test_an_alternate_port_speaks_only_to_agree() -> None:
    dut = Dut().up()
    dut.hear(1, D(cost=0))
    dut.hear(3, D(say="P:D", cost=10, bridge=SUP, port=0x8003))
    assert dut.roles == "RDA"
    quiet = len(dut.out(3))
    assert dut.said(3)[-1] == "A:B"
    dut.keep(20, p1=D(cost=0), p3=D(cost=10, bridge=SUP, port=0x8003))
    assert len(dut.out(3)) == quiet
    dut.hear(3, D(say="P:D", cost=10, bridge=SUP, port=0x8003))
    assert dut.said(3)[quiet:] == ["A:B"]


@check("ENC-12")
def test_stp_compatible_mode_sends_configuration_bpdus() -> None:
    dut = Dut(force_version=0).up().run(40)
    assert len(dut.out(1)) > 15
    for bpdu, frame in zip(dut.out(1), dut.octets(1), strict=True):
        assert isinstance(bpdu, ConfigBpdu)
        assert frame[12:14] == (38).to_bytes(2, "big")
        assert len(frame[17:]) == 35
        assert frame[17:21] == bytes(4)
        assert frame[21] & ~0x81 == 0


@check("ENC-13")
def test_tcn_of_an_stp_root_port() -> None:
    dut = Dut(2, force_version=0).up().keep(40, p1=C())
    tcn = [bpdu for bpdu in dut.out(1) if isinstance(bpdu, TcnBpdu)]
    assert tcn
    frame = next(f for f, b in zip(dut.octets(1), dut.out(1), strict=True) if isinstance(b, TcnBpdu))
    assert frame[12:14] == (7).to_bytes(2, "big")
    assert frame[17:] == bytes.fromhex("00000080")


@check("ENC-14")
def test_rst_bpdus_never_acknowledge_nor_hide_their_role() -> None:
    dut = Dut().opened(2, 3)
    dut.up(1).hear(1, D(say="PFLT:D"))
    dut.hear(2, TcnBpdu())
    dut.hear(3, C(SUP, "T", cost=1, port=0x8009))
    dut.run(0.5).hear(3, D(say="KT:D", cost=1, port=0x8009))
    dut.keep(30, p1=D(say="FLT:D"))
    sent = [bpdu for n in (1, 2, 3) for bpdu in dut.out(n) if isinstance(bpdu, RstBpdu)]
    assert len(sent) > 30
    assert dut.now > seconds(30)
    for bpdu in sent:
        assert not bpdu.flags.topology_change_ack, letters(bpdu.flags)
        assert bpdu.flags.role is not PortRole.UNKNOWN
