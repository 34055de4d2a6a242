"""MUX: the Mux machine."""

from random import Random

import pytest

from lacp.lacp_harness import PEER, Dut, Wires, bond, cd, dut, port
from pyiccp.lacp import LacpCore
from pyiccp.lacp._variables import Selected
from pyiccp.lacp.events import LacpduReceived, OutOfSyncHeld, SetCollecting, SetDistributing


def ready(device: Dut) -> Dut:
    """Half a second later: the rate limit is not in the way, the log is empty."""
    return device.run(0.5).forget()


@pytest.mark.check("MUX-01")
def test_mux_01_wait_while() -> None:
    """S=1 first at 2.0 s after SELECTED, not earlier; C=D=1 right after."""
    device = dut(1).up(1)
    device.run(0.3).hear(1, device.peer(1))
    assert device.view(1).selected is Selected.SELECTED
    device.run(1).hear(1, device.peer(1))
    device.run(0.999)
    assert all("S" not in letters for letters in device.letters(1))
    device.run(0.001)
    assert device.state(1) == "ATGSCD" and device.gates(1) == ["+c", "+d"]
    assert next(at for at, pdu in device.sent(1) if pdu.actor.state.synchronization) == pytest.approx(2.3)


@pytest.mark.check("MUX-02")
def test_mux_02_two_ports_half_a_second_apart() -> None:
    """Both ATTACHED together when both are ready_n."""
    device = dut().up(1, 2)
    device.hear(1, device.peer(1))
    device.run(0.5).hear(2, device.peer(2))
    device.run(1.999)
    assert device.state(1) == device.state(2) == "ATG"
    device.run(0.001)
    assert device.state(1) == device.state(2) == "ATGSCD"


@pytest.mark.check("MUX-03")
def test_mux_03_unselected_while_waiting() -> None:
    """DETACHED; timer forgotten; the next SELECTED waits full 2 s."""
    device = dut(1).up(1)
    device.hear(1, device.peer(1))
    device.run(1.5).forget().hear(1, device.peer(1, key=8))
    assert device.visited(1, "mux") == ["DETACHED", "WAITING"]
    device.run(1.999)
    assert device.view(1).mux == "WAITING"
    device.run(0.001)
    assert "S" in device.state(1)


@pytest.mark.check("MUX-04")
def test_mux_04_partner_gets_in_sync() -> None:
    """C=D=1 at once + NTT."""
    device = dut(1).up(1)
    device.keep_hearing(4, 1, state="ATG")
    assert device.state(1) == "ATGS"
    ready(device).hear(1, device.peer(1))
    assert device.letters(1) == ["ATGSCD"] and device.gates(1) == ["+c", "+d"]


@pytest.mark.check("MUX-05")
def test_mux_05_partner_gets_out_of_sync() -> None:
    """ATTACHED, D disabled before C, NTT."""
    device = ready(cd())
    device.hear(1, device.peer(1, state="ATG"))
    assert device.view(1).mux == "ATTACHED" and device.gates(1) == ["-d", "-c"] and device.letters(1) == ["ATGS"]


@pytest.mark.check("MUX-06")
def test_mux_06_partner_expires() -> None:
    """ATTACHED: C=D=0, S=1, E=1 in the same PDU."""
    device = cd()
    device.hear(1, device.peer(1))
    device.run(2.999).forget()
    device.run(0.001)
    assert device.view(1).mux == "ATTACHED" and device.letters(1) == ["ATGSE"]


@pytest.mark.check("MUX-07")
def test_mux_07_partner_defaulted() -> None:
    """DETACHED: S=C=D=0."""
    device = cd()
    device.hear(1, device.peer(1))
    device.run(6)
    assert device.view(1).mux == "DETACHED" and device.state(1) == "ATGF"


@pytest.mark.check("MUX-08")
def test_mux_08_link_down() -> None:
    """S, C, D cleared locally at once, events emitted, nothing sent."""
    device = cd()
    device.down(1)
    assert device.state(1) == "ATG" and device.gates(1) == ["-d", "-c"] and not device.sent(1)


@pytest.mark.check("MUX-09")
def test_mux_09_partner_does_not_collect() -> None:
    """COLLECTING: C=1, D=0, NTT."""
    device = dut(1, independent=True).up(1)
    device.keep_hearing(4, 1, state="ATG")
    ready(device).hear(1, device.peer(1, state="ATGS"))
    assert device.view(1).mux == "COLLECTING" and device.letters(1) == ["ATGSC"] and device.gates(1) == ["+c"]


@pytest.mark.check("MUX-10")
def test_mux_10_partner_collects() -> None:
    """DISTRIBUTING: D=1; no extra PDU."""
    device = dut(1, independent=True).up(1)
    device.keep_hearing(4, 1, state="ATGS")
    ready(device).hear(1, device.peer(1, state="ATGSC"))
    assert device.view(1).mux == "DISTRIBUTING" and device.state(1) == "ATGSCD"
    assert device.gates(1) == ["+d"] and not device.sent(1)


@pytest.mark.check("MUX-11")
def test_mux_11_partner_stops_collecting() -> None:
    """COLLECTING: D=0, C=1."""
    device = cd(independent=True)
    device.hear(1, device.peer(1, state="ATGS"))
    assert device.view(1).mux == "COLLECTING" and device.state(1) == "ATGSC" and device.gates(1) == ["-d"]


@pytest.mark.check("MUX-12")
def test_mux_12_independent_partner_gets_out_of_sync() -> None:
    """D=0 then C=0 -> ATTACHED."""
    device = cd(independent=True)
    device.hear(1, device.peer(1, state="ATG"))
    assert device.visited(1, "mux") == ["COLLECTING", "ATTACHED"]
    assert device.gates(1) == ["-d", "-c"] and device.state(1) == "ATGS"


@pytest.mark.check("MUX-13")
@pytest.mark.parametrize("independent", [False, True])
def test_mux_13_standby_from_selection(independent: bool) -> None:
    """ATTACHED -> DETACHED (and back to WAITING, as STANDBY does)."""
    device = cd(max_links=1, ports={1: {"priority": 0x90}}, independent=independent)
    device.up(2).keep_hearing(3, 1, 2)
    assert device.view(1).selected is Selected.STANDBY and device.view(2).distributing
    steps = ["COLLECTING"] if independent else []
    assert device.visited(1, "mux")[:4] == [*steps, "ATTACHED", "DETACHED", "WAITING"][:4]
    assert device.gates(1) == ["-d", "-c"] and device.state(1) == "ATG"


@pytest.mark.check("MUX-14")
@pytest.mark.parametrize("independent", [False, True])
def test_mux_14_order_of_the_gates(independent: bool) -> None:
    """Distributing never on while S=0; enable order coll->dist, disable order dist->coll."""
    random = Random(14)
    device = cd(on=(1, 2), independent=independent)
    open_gates: dict[str, set[type]] = {"p1": {SetCollecting, SetDistributing}, "p2": {SetCollecting, SetDistributing}}
    for _ in range(600):
        n = random.choice((1, 2))
        match random.randint(0, 6):
            case 0:
                device.down(n)
            case 1:
                device.do(OutOfSyncHeld("bond", random.random() < 0.3))
            case _:
                device.up(n).hear(n, device.peer(n, state=random.choice(("ATGSCD", "ATGSCD", "ATGS", "ATG"))))
        device.run(random.choice((0.0, 0.2, 2.0, 3.1)))
        for _, action in device.log:
            if isinstance(action, SetCollecting | SetDistributing):
                gates = open_gates[action.port]
                if isinstance(action, SetDistributing):
                    assert SetCollecting in gates
                else:
                    assert SetDistributing not in gates
                assert (type(action) in gates) is not action.on
                gates.symmetric_difference_update({type(action)})
        device.log.clear()
        for n in (1, 2):
            assert not device.view(n).distributing or "S" in device.state(n)


@pytest.mark.check("MUX-15")
def test_mux_15_coupled_with_independent() -> None:
    """Both end distributing, no livelock."""
    cores = {"a": LacpCore((bond(),), (port(1),)), "b": LacpCore((bond(system=PEER, independent=True),), (port(1),))}
    wires = Wires(cores, [("a:p1", "b:p1")]).connect().run(5)
    assert wires["a"].view(1).distributing and wires["b"].view(1).distributing
    wires["a"].forget()
    wires["b"].forget()
    wires.run(60)
    assert not wires["a"].gates(1) and not wires["b"].gates(1)


@pytest.mark.check("MUX-16")
def test_mux_16_hold_out_of_sync() -> None:
    """Stays WAITING, S=0, PDUs continue; cleared -> attaches at once if 2 s have passed."""
    device = dut(1, hold_out_of_sync=True).up(1)
    device.keep_hearing(10, 1)
    assert device.view(1).mux == "WAITING" and all("S" not in letters for letters in device.letters(1))
    assert len(device.sent(1)) >= 10
    device.do(OutOfSyncHeld("bond", False))
    assert device.state(1) == "ATGSCD"


@pytest.mark.check("MUX-16")
def test_mux_16_released_early() -> None:
    """The rest of the 2 s is waited."""
    device = dut(1, hold_out_of_sync=True).up(1)
    device.hear(1, device.peer(1))
    device.run(1).do(OutOfSyncHeld("bond", False))
    device.do(LacpduReceived("p1", device.peer(1)))
    device.run(0.999)
    assert "S" not in device.state(1)
    device.run(0.001)
    assert device.state(1) == "ATGSCD"
