"""The tables beside the figures: every arrow of clause 17 transcribed, and compared both ways; state as plain data."""

import hashlib
import pickle
import subprocess
import sys

import pytest
from rstp_harness import SUP, D, Dut
from rstp_network import Network

from pyiccp._sansio import ANYWHERE
from pyiccp.rstp._bridge_detection import BRIDGE_DETECTION
from pyiccp.rstp._port_information import PORT_INFORMATION
from pyiccp.rstp._port_migration import PORT_MIGRATION
from pyiccp.rstp._port_receive import PORT_RECEIVE
from pyiccp.rstp._port_transmit import PORT_TRANSMIT
from pyiccp.rstp._role_selection import ROLE_SELECTION_MACHINE
from pyiccp.rstp._role_transitions import ROLE_TRANSITIONS
from pyiccp.rstp._settling import MACHINES
from pyiccp.rstp._state_transition import STATE_TRANSITION
from pyiccp.rstp._topology_change import TOPOLOGY_CHANGE

FIGURES = {
    # 17.23
    PORT_RECEIVE: """
        * -> DISCARD
        DISCARD -> DISCARD RECEIVE
        RECEIVE -> RECEIVE
    """,
    # 17.24
    PORT_MIGRATION: """
        CHECKING_RSTP -> SENSING CHECKING_RSTP
        SENSING -> SELECTING_STP CHECKING_RSTP
        SELECTING_STP -> SENSING
    """,
    # 17.25; ISOLATED is 802.1Q's, EDGE_LOST ours
    BRIDGE_DETECTION: """
        EDGE -> EDGE_LOST NOT_EDGE NOT_EDGE
        EDGE_LOST -> NOT_EDGE
        NOT_EDGE -> EDGE EDGE ISOLATED
        ISOLATED -> NOT_EDGE
    """,
    # 17.26
    PORT_TRANSMIT: """
        * -> TRANSMIT_INIT
        TRANSMIT_INIT -> IDLE
        IDLE -> TRANSMIT_PERIODIC TRANSMIT_RSTP TRANSMIT_CONFIG TRANSMIT_TCN
        TRANSMIT_PERIODIC -> IDLE
        TRANSMIT_RSTP -> IDLE
        TRANSMIT_CONFIG -> IDLE
        TRANSMIT_TCN -> IDLE
    """,
    # 17.27
    PORT_INFORMATION: """
        * -> DISABLED
        DISABLED -> DISABLED AGED
        AGED -> UPDATE
        UPDATE -> CURRENT
        CURRENT -> UPDATE AGED RECEIVE
        RECEIVE -> SUPERIOR_DESIGNATED REPEATED_DESIGNATED INFERIOR_DESIGNATED NOT_DESIGNATED OTHER
        SUPERIOR_DESIGNATED -> CURRENT
        REPEATED_DESIGNATED -> CURRENT
        INFERIOR_DESIGNATED -> CURRENT
        NOT_DESIGNATED -> CURRENT
        OTHER -> CURRENT
    """,
    # 17.28
    ROLE_SELECTION_MACHINE: """
        INIT_BRIDGE -> ROLE_SELECTION
        ROLE_SELECTION -> ROLE_SELECTION
    """,
    # 17.29
    ROLE_TRANSITIONS: """
        * -> DISABLE_PORT ROOT_PORT DESIGNATED_PORT BLOCK_PORT
        INIT_PORT -> DISABLE_PORT
        DISABLE_PORT -> DISABLED_PORT
        DISABLED_PORT -> DISABLED_PORT
        ROOT_PORT -> ROOT_PROPOSED ROOT_AGREED REROOT ROOT_PORT REROOTED ROOT_LEARN ROOT_FORWARD
        ROOT_PROPOSED -> ROOT_PORT
        ROOT_AGREED -> ROOT_PORT
        REROOT -> ROOT_PORT
        ROOT_LEARN -> ROOT_PORT
        ROOT_FORWARD -> ROOT_PORT
        REROOTED -> ROOT_PORT
        DESIGNATED_PORT -> DESIGNATED_PROPOSE DESIGNATED_SYNCED DESIGNATED_RETIRED DESIGNATED_DISCARD
        DESIGNATED_PORT -> DESIGNATED_LEARN DESIGNATED_FORWARD
        DESIGNATED_PROPOSE -> DESIGNATED_PORT
        DESIGNATED_SYNCED -> DESIGNATED_PORT
        DESIGNATED_RETIRED -> DESIGNATED_PORT
        DESIGNATED_DISCARD -> DESIGNATED_PORT
        DESIGNATED_LEARN -> DESIGNATED_PORT
        DESIGNATED_FORWARD -> DESIGNATED_PORT
        BLOCK_PORT -> ALTERNATE_PORT
        ALTERNATE_PORT -> ALTERNATE_PROPOSED ALTERNATE_AGREED BACKUP_PORT ALTERNATE_PORT
        ALTERNATE_PROPOSED -> ALTERNATE_PORT
        ALTERNATE_AGREED -> ALTERNATE_PORT
        BACKUP_PORT -> ALTERNATE_PORT
    """,
    # 17.30
    STATE_TRANSITION: """
        DISCARDING -> LEARNING
        LEARNING -> DISCARDING FORWARDING
        FORWARDING -> DISCARDING
    """,
    # 17.31
    TOPOLOGY_CHANGE: """
        INACTIVE -> LEARNING
        LEARNING -> DETECTED LEARNING INACTIVE
        DETECTED -> ACTIVE
        ACTIVE -> LEARNING NOTIFIED_TCN NOTIFIED_TC PROPAGATING ACKNOWLEDGED
        NOTIFIED_TCN -> NOTIFIED_TC
        NOTIFIED_TC -> ACTIVE
        PROPAGATING -> ACTIVE
        ACKNOWLEDGED -> ACTIVE
    """,
}


@pytest.mark.parametrize("machine", FIGURES, ids=lambda machine: machine.name)
def test_tables_and_figures_agree_both_ways(machine: object) -> None:
    printed = []
    for line in FIGURES[machine].split("\n"):  # type: ignore[index]
        if line.strip():
            source, targets = line.split("->")
            printed += [(source.strip(), target) for target in targets.split()]
    table = [
        ("*" if arrow.source is ANYWHERE else arrow.source.__name__, arrow.target.__name__)
        for arrow in machine.arrows  # type: ignore[attr-defined]
    ]
    assert sorted(table) == sorted(printed)
    for arrow in machine.arrows:  # type: ignore[attr-defined]
        assert arrow.condition.__doc__, f"{arrow.condition.__name__} does not say what is printed"


def run_a_ring(trace: object = None) -> list[object]:
    network = Network("A.1-B.1 B.2-C.1 C.2-A.2 A.3-B.3-C.3")
    for core in network.cores.values():
        core.trace = trace  # type: ignore[assignment]
    network.up().run(50)
    network.cut("A.1").run(10)
    network.up("A.1").run(10)
    network.priority("C", 0).run(10)
    return list(network.actions)


def test_a_core_goes_on_from_its_pickle() -> None:
    dut = Dut().up()
    dut.hear(1, D(SUP, "P:D"))
    dut.run(7.3)
    copy = pickle.loads(pickle.dumps(dut.core))
    assert copy.fingerprint(dut.now) == dut.core.fingerprint(dut.now)
    for _ in range(50):
        due = dut.core.deadline
        assert due is not None
        assert copy.deadline == due
        assert copy.advance(due) == dut.core.advance(due)
        assert copy.fingerprint(due) == dut.core.fingerprint(due)


def test_fingerprint_is_relative_to_now() -> None:
    early, late = Dut().up(), Dut()
    late.run(1000)
    late.up()
    early.run(3.5)
    late.run(3.5)
    assert early.core.fingerprint(early.now) == late.core.fingerprint(late.now)


def test_advance_early_or_twice_is_harmless() -> None:
    dut = Dut().up().run(1)
    state = dut.core.fingerprint(dut.now)
    assert dut.core.advance(dut.now) == ()
    assert dut.core.fingerprint(dut.now) == state


def test_a_sleep_is_not_made_up_for() -> None:
    dut = Dut(port={"auto_edge": False}).up().run(10.5)
    slept = dut.core.advance(dut.now + 600 * 10**9)
    assert sum(type(action).__name__ == "Transmit" and action.port == "p1" for action in slept) == 1


def test_a_late_wake_up_does_not_move_the_next_hello() -> None:
    dut = Dut(port={"auto_edge": False}).up()
    dut.core.advance(2 * 10**9 + 5_000_000)
    assert dut.core.bridge.ports["p1"].helloWhen.left(0) == 4 * 10**9


@pytest.mark.parametrize("seed", ["0", "4242"])
def test_same_actions_under_any_hash_seed(seed: str) -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "import test_rstp_tables as t, hashlib\n"
        "print(hashlib.sha256(repr(t.run_a_ring()).encode()).hexdigest())"
    )
    paths = [p for p in sys.path if p]
    done = subprocess.run(
        [sys.executable, "-c", code, *paths], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
    )
    assert done.stdout.strip() == hashlib.sha256(repr(run_a_ring()).encode()).hexdigest()


def test_machines_of_the_core_are_the_ones_listed() -> None:
    assert {*MACHINES, PORT_TRANSMIT, ROLE_SELECTION_MACHINE} == set(FIGURES)
