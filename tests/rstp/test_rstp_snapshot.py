"""A copy that goes on from a snapshot is the same bridge to the last action; a snapshot that lies is refused (M9.6)."""

import random
from typing import Any

import msgspec
import pytest
from rstp_harness import INF, SUP, D, Dut
from rstp_network import Network

from pyiccp._sansio import seconds
from pyiccp.rstp import RstpCore
from pyiccp.rstp._snapshot import Snapshot
from pyiccp.rstp.events import (
    IdentityChanged,
    LinkCameUp,
    LinkWentDown,
    PortAdded,
    PortConfigured,
    PortRemoved,
    PortStateApplied,
)
from pyiccp.wire._mac import mac

NO_EDGE = {"auto_edge": False}


def sent_and_taken(core: RstpCore, now: int) -> RstpCore:
    """The copy at the other end of a wire."""
    octets = msgspec.json.encode(core.snapshot(now))
    return RstpCore.restored(msgspec.json.decode(octets, type=Snapshot), now)


class Copied:
    """Stands for a core of a network: everything is also done to a copy, which is taken anew now and then."""

    def __init__(self, core: RstpCore, rng: random.Random) -> None:
        self.core, self.rng = core, rng
        self.copy = sent_and_taken(core, 0)
        self.taken = 0

    def _both(self, act: Any, now: int) -> Any:
        one, other = act(self.core), act(self.copy)
        assert one == other
        assert self.core.fingerprint(now) == self.copy.fingerprint(now)
        assert self.core.snapshot(now) == self.copy.snapshot(now)
        if self.rng.random() < 0.2:
            self.copy = sent_and_taken(self.core, now)
            self.taken += 1
        return one

    def handle(self, event: Any, now: int) -> Any:
        return self._both(lambda core: core.handle(event, now), now)

    def advance(self, now: int) -> Any:
        return self._both(lambda core: core.advance(now), now)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.core, name)


@pytest.mark.parametrize("seed", range(4))
def test_copies_taken_at_any_moment_do_the_same(seed: int) -> None:
    rng = random.Random(seed)
    network = Network(
        "A.1-B.1 B.2-C.1 C.2-A.2 A.3-B.3-C.3 C.4-D.1",
        settings={"D": {"force_version": 0}},
        port_settings={"A.2": {"auto_isolate": True, **NO_EDGE}, "B.3": {"bpdu_guard": True, "guard_recovery": 10**10}},
    )
    copies = {name: Copied(core, rng) for name, core in network.cores.items()}
    network.cores.update(copies)  # type: ignore[arg-type]
    network.up().run(20)
    for _ in range(12):
        act = rng.choice(["cut", "up", "silence", "heal", "priority", "renumber"])
        if act == "priority":
            network.priority(rng.choice("ABCD"), 0x1000 * rng.randrange(16))
        elif act == "renumber":
            name = rng.choice(["A.1", "C.2"])
            config = network.cores[name[0]].bridge.ports[name].config
            number = rng.randrange(10, 4096)
            network.tell(name[0], PortConfigured(msgspec.structs.replace(config, number=number)))
        else:
            getattr(network, act)(rng.choice(["A.1", "B.2", "C.2", "C.4"]))
        network.run(rng.choice([0.0001, 0.5, 3, 20]))
    assert sum(copy.taken for copy in copies.values()) > 50


def test_a_copy_knows_what_waits_for_the_data_plane() -> None:
    dut = Dut(port=NO_EDGE, applied_at_once=False).opened(1, 2)
    dut.down(1)
    dut.do(PortRemoved("p2"))
    copy = sent_and_taken(dut.core, dut.now)
    assert copy.fingerprint(dut.now) == dut.core.fingerprint(dut.now)
    for event in (PortStateApplied("p1"), PortStateApplied("p2")):
        assert copy.handle(event, dut.now) == dut.core.handle(event, dut.now)
    assert copy.fingerprint(dut.now) == dut.core.fingerprint(dut.now)
    assert copy.port("p1").reason is dut.view(1).reason


LIES: list[tuple[str, Any]] = [
    ("variables.rootTimes", [0, 1 << 16, 0, 0]),
    ("variables.rootPriority", [1 << 64, 0, 0, 0, 0]),
    ("variables.rootPort", "nobody"),
    ("variables.formerIdentifier", -1),
    ("boxes", {"PRS": "NOWHERE"}),
    ("config.priority", 1),
    ("ports.0.config.number", 5000),
    ("ports.0.config.number", 2),
    ("ports.0.config.name", "p2"),
    ("ports.0.boxes.PRT", "NOWHERE"),
    ("ports.0.boxes", {}),
    ("ports.0.variables.portPriority", [0, 1 << 32, 0, 0, 0]),
    ("ports.0.variables.offeredRoot", 1 << 64),
    ("ports.0.variables.role", 9),
    ("ports.0.variables.selected", "yes"),
    ("ports.0.variables.rcvdMsg", True),
    ("ports.0.variables.commands", -1),
    ("ports.0.variables.commands", (1 << 32) - 1),
    ("leaving", {"gone": {"learning": True, "forwarding": True, "commands": 1 << 62, "shutSince": 1}}),
    ("config.mac", "x" * 300),
    ("ports.0.held", {"nothingWhile": 1}),
    ("ports.0.counters", {"tx_bpdu": 1}),
    ("leaving", {"p1": {"learning": True, "forwarding": True, "commands": 1, "shutSince": 1}}),
    ("timers.0.name", "nothingWhile"),
    ("timers.0.left", 0),
    ("timers.0.left", 1 << 60),
    ("timers.0.port", "nobody"),
]


@pytest.mark.parametrize(("path", "value"), LIES, ids=str)
def test_a_snapshot_that_lies_is_refused(path: str, value: Any) -> None:
    dut = Dut().up()
    dut.hear(1, D())
    dut.run(7)
    tree = msgspec.json.decode(msgspec.json.encode(dut.core.snapshot(dut.now)))
    spot = tree
    *way, last = path.split(".")
    for step in way:
        spot = spot[int(step) if step.isdigit() else step]
    assert last in spot
    spot[last] = value
    with pytest.raises(ValueError, match=r"\w"):
        RstpCore.restored(msgspec.json.decode(msgspec.json.encode(tree), type=Snapshot), dut.now)


def test_what_is_wrong_is_told_whatever_the_port_is_called() -> None:
    """Its name was taken for a part of the text: braces ended it in an IndexError."""
    dut = Dut().up()
    tree = msgspec.json.decode(msgspec.json.encode(dut.core.snapshot(dut.now)))
    tree["ports"][0]["config"]["name"] = "{}{0.x}{y}"
    tree["ports"][0]["variables"]["formerly"] = [-1, -1]
    with pytest.raises(ValueError, match="formerly"):
        RstpCore.restored(msgspec.json.decode(msgspec.json.encode(tree), type=Snapshot), dut.now)


@pytest.mark.long
def test_mutated_snapshots_raise_nothing_but_value_errors() -> None:
    """And a core made from one that passes can be run."""
    dut = Dut().up()
    dut.hear(1, D())
    dut.run(7)
    tree = msgspec.json.decode(msgspec.json.encode(dut.core.snapshot(dut.now)))
    rng, taken = random.Random(5), 0
    for _ in range(3000):
        copy = msgspec.json.decode(msgspec.json.encode(tree))
        spot: Any = copy
        while True:
            key = rng.choice(list(spot) if isinstance(spot, dict) else range(len(spot)))
            if not isinstance(spot[key], dict | list) or not spot[key]:
                break
            spot = spot[key]
        old = spot[key]
        spot[key] = (
            not old if isinstance(old, bool) else rng.choice([0, 1, 2, 1 << 40, -1, "", "p2", None, True, old, []])
        )
        try:
            core = RstpCore.restored(msgspec.json.decode(msgspec.json.encode(copy), type=Snapshot), dut.now)
        except ValueError:
            continue
        taken += 1
        now = dut.now
        for n in range(1, 4):
            core.handle(LinkCameUp(f"p{n}"), now)
        for _ in range(20):
            now = core.deadline or now
            core.advance(now)
    assert taken > 500


# --- what the two nodes of a pair need of the core


def test_a_late_answer_is_not_taken_for_the_answer_to_a_later_command() -> None:
    """1. The port is told to learn (1) and, when agreed, to forward (2); no answer yet.
    2. The neighbour disputes: it is told to do neither (3, 4).
    3. The answer to (1) arrives: it says "learning, not forwarding" of a moment before (2) was carried out.
    4. The core must not believe that the port is shut."""
    dut = Dut(port=NO_EDGE, applied_at_once=False).up(1)
    dut.agree(1)
    dut.hear(1, D(INF, "L:D"))
    numbers = [action.number for _, action in dut.log if type(action).__name__ in ("SetLearning", "SetForwarding")]
    assert numbers == [1, 2, 3, 4]
    dut.do(PortStateApplied("p1", True, False, 1))
    assert dut.core.port("p1").forwarding
    dut.do(PortStateApplied("p1", False, True, 3))
    assert (dut.view(1).learning, dut.view(1).forwarding) == (False, True)
    dut.do(PortStateApplied("p1", False, False, 4))
    assert (dut.view(1).learning, dut.view(1).forwarding) == (False, False)


def test_commands_that_are_carried_out_at_once_have_no_number() -> None:
    dut = Dut().opened(1)
    assert {a.number for _, a in dut.log if type(a).__name__ in ("SetLearning", "SetForwarding")} == {0}


def test_no_agreement_leaves_before_a_removed_port_is_shut() -> None:
    """1. p2 forwards, on the other node; it is removed.
    2. The root port is asked for an agreement: p2 may still forward, so none leaves.
    3. The other node confirms: it leaves."""
    dut = Dut(port=NO_EDGE, applied_at_once=False).opened(2)
    dut.up(1)
    dut.do(PortRemoved("p2"))
    assert "p2" not in dut.core.ports
    dut.hear(1, D(SUP, "P:D"))
    assert not any("A" in said for said in dut.said(1))
    dut.applied(2)
    assert dut.said(1)[-1] == "AFLT:R"


def test_a_port_that_comes_back_before_it_was_shut_opens_when_it_is() -> None:
    dut = Dut(port=NO_EDGE, applied_at_once=False).opened(2)
    config = dut.core.bridge.ports["p2"].config
    dut.do(PortRemoved("p2"))
    dut.do(PortAdded(config))
    dut.up(2)
    dut.agree(2)
    assert dut.view(2).forwarding
    assert [on for _, on in dut.switched(2)] == [True, False, False]
    dut.applied(2)
    assert [on for _, on in dut.switched(2)] == [True, False, False, True]


@pytest.mark.parametrize(("first", "then"), [(7, 3), (3, 7)])
def test_a_neighbour_follows_a_new_port_number_at_once(first: int, then: int) -> None:
    """The bond of a pair is given another number: nobody waits for the old one to age."""
    network = Network("A.1-B.1 B.2-C.1", settings={"A": {"priority": 0}}, every_port=NO_EDGE)
    config = network.cores["A"].bridge.ports["A.1"].config
    network.tell("A", PortConfigured(msgspec.structs.replace(config, number=first)))
    network.up().run(10)
    seen = len(network.actions)
    network.tell("A", PortConfigured(msgspec.structs.replace(config, number=then)))
    network.run(0.001)
    assert network.cores["B"].port("B.1").designated_port == 0x8000 | then
    network.run(20)
    assert not [action for _, _, action in network.actions[seen:] if type(action).__name__ == "SetForwarding"]
    network.at_rest()


def test_an_identity_changes_without_begin() -> None:
    dut = Dut(port=NO_EDGE).opened(1, 2).run(10)
    boxes = {name: dict(port.boxes) for name, port in dut.core.bridge.ports.items()}
    seen = len(dut.log)
    dut.do(IdentityChanged(mac("02:00:00:00:00:10"), 0x6000))
    dut.run(10)
    assert {type(action).__name__ for _, action in dut.log[seen:]} == {"Transmit", "ReportRoot"}
    assert {name: dict(port.boxes) for name, port in dut.core.bridge.ports.items()} == boxes
    assert [at - 10 for at, _ in dut.timed(1, seconds(10.1))] == [2, 4, 6, 8, 10]


def test_numbers_are_the_callers() -> None:
    dut = Dut(ports=0)
    for name, number in (("x", 4095), ("y", 1), ("z", 77)):
        dut.do(PortAdded(msgspec.structs.replace(Dut(1).core.bridge.ports["p1"].config, name=name, number=number)))
    assert dut.core.ports == ("x", "y", "z")
    assert [dut.core.port(name).port_id & 0xFFF for name in "xyz"] == [4095, 1, 77]
    with pytest.raises(ValueError, match="is taken by y"):
        dut.do(PortConfigured(msgspec.structs.replace(dut.core.bridge.ports["z"].config, number=1)))
    with pytest.raises(ValueError, match="not in the bridge"):
        dut.do(PortConfigured(msgspec.structs.replace(dut.core.bridge.ports["z"].config, name="w")))


def test_the_ports_of_a_node_that_is_gone_leave_together() -> None:
    """One by one each sets every machine of every port in motion: 24 bonds cost a call of 10 ms. Together they end in
    the same state, and what is not needed on the way is not said."""
    one, all_at_once = (Dut(port=NO_EDGE, applied_at_once=False).opened(1, 2, 3) for _ in range(2))
    gone = [PortRemoved("p2"), PortRemoved("p3"), PortStateApplied("p2"), PortStateApplied("p3"), LinkWentDown("p1")]
    steps: list[int] = []
    for dut, go in ((one, one.core.handle), (all_at_once, None)):
        rounds: list[str] = []
        dut.core.trace = lambda *step, rounds=rounds: rounds.append(step[1])
        if go is None:
            dut.core.handle_together(gone, dut.now)
        else:
            for event in gone:
                go(event, dut.now)
        steps.append(rounds.count("PRS"))
    assert one.core.fingerprint(one.now) == all_at_once.core.fingerprint(all_at_once.now)
    assert steps[1] < steps[0]
