"""Our bridge beside Open vSwitch (RSTP) and beside the kernel's bridge (STP): both ends of every cable agree."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from interop.bridges import ALTERNATE, DESIGNATED, ROOT, Bridge, KernelBridge, OurBridge, OvsBridge
from interop.captures import Capturing
from interop.conftest import Program
from interop.spaces import Space, cable, until

BEST, MIDDLE, WORST = 0x1000, 0x8000, 0xF000
OTHER_MAC = "02:00:00:00:00:20"
HOST_MAC = "02:00:00:00:00:31"
QUICK, SLOW = 30.0, 60.0
"""RSTP; STP with its shortest timers: 6 s until information is old, twice 4 s until a port forwards."""
OURS, THEIRS = "left", "right"


class TwoCables:
    """Our bridge and another one, joined by two cables: one of the four ends must not forward."""

    def __init__(self, ours: OurBridge, other: Bridge, spaces: tuple[Space, Space], captures: list[Capturing]) -> None:
        self.ours, self.other = ours, other
        self.our_space, self.other_space = spaces
        self.captures = captures

    def carrier(self, number: int, on: bool) -> None:
        self.other_space.up(f"{THEIRS}{number}", on)

    def settled(self, our_priority: int, priority: int, cables: tuple[int, ...] = (0, 1)) -> bool:
        """Both know the better one as the root; every cable has one designated end; one end alone is shut."""
        ours, theirs = self.ours.told(), self.other.told()
        we = our_priority < priority
        root = (our_priority, OurBridge.MAC) if we else (priority, OTHER_MAC)
        expected = (root[0], root[1].replace(":", "").lower())
        if ours.root != expected or theirs.root != expected:
            return False
        near = [ours.ports[f"{OURS}{number}"] for number in cables]
        far = [theirs.ports[f"{THEIRS}{number}"] for number in cables]
        best, worse = (near, far) if we else (far, near)
        shut = [(ALTERNATE, False)] * (len(cables) - 1)
        return best == [(DESIGNATED, True)] * len(cables) and sorted(worse) == sorted([(ROOT, True), *shut])

    def wait(self, what: str, our_priority: int, priority: int, patience: float, *cables: int) -> None:
        until(
            what,
            lambda: self.settled(our_priority, priority, cables or (0, 1)),
            patience,
            lambda: f"ours: {self.ours.told()}\ntheirs: {self.other.told()}\n{self.ours.node.said()}",
        )

    def carrying(self, bridge: Bridge) -> int:
        """The cable at the root port of *bridge*."""
        return int(next(name for name, (role, _) in bridge.told().ports.items() if role == ROOT)[-1])

    def learned_at(self, number: int) -> None:
        """Wait until we have their host at this cable; it goes on asking for an address that nobody has."""

        def seen() -> bool:
            self.other_space.run("ping", "-c", "1", "-W", "1", "10.77.0.9", check=False)
            hosts = {host["mac-address"].lower(): host["on-interface"] for host in self.ours.node.status()["hosts"]}
            return hosts.get(HOST_MAC) == f"ether{number + 1}"

        until(f"their host is learned at cable {number}", seen, QUICK, self.ours.node.said)

    def bpdus(self, tshark: str, condition: str) -> int:
        """How many frames so far, on either cable, pass this display filter."""
        count = 0
        for capture in self.captures:
            words = [tshark, "-r", str(capture.file), "-Y", condition, "-T", "fields", "-e", "frame.number"]
            count += len(subprocess.run(words, capture_output=True, text=True, check=False).stdout.split())
        return count


Make = Callable[[str], TwoCables]


@pytest.fixture
def two_cables(root: None, program: Program, folder: Path) -> Iterator[Make]:
    """Makes ours, between the best and the worst priority, beside the best of its `kind`."""
    for name in ("tshark", "tcpdump", "ovs-vswitchd"):
        program(name)
    with ExitStack() as stack:

        def make(kind: str) -> TwoCables:
            at = folder / kind
            at.mkdir()
            spaces = stack.enter_context(Space("ours")), stack.enter_context(Space("theirs"))
            names = tuple(f"{THEIRS}{number}" for number in range(2))
            for number, name in enumerate(names):
                cable(spaces[0], f"{OURS}{number}", spaces[1], name, mtu=1500)
            captures = [Capturing(spaces[0], f"{OURS}{n}", at / f"cable{n}.pcap") for n in range(2)]
            for capture in captures:
                stack.callback(capture.end)
            if kind == "ovs":
                other: Bridge = OvsBridge(spaces[1], at, OTHER_MAC, BEST, names)
            else:
                other = KernelBridge(spaces[1], OTHER_MAC, BEST, names)
            stack.callback(other.end)
            ours = OurBridge(spaces[0], at, MIDDLE, {f"ether{number + 1}": f"{OURS}{number}" for number in range(2)})
            stack.callback(ours.end)
            return TwoCables(ours, other, spaces, captures)

        yield make


def from_us(condition: str) -> str:
    """Our ports' addresses count on from the bridge's."""
    return f"eth.src[0:5] == {OurBridge.MAC[:14]} && {condition}"


@pytest.mark.parametrize(("kind", "patience"), [("ovs", QUICK), ("kernel", SLOW)])
def test_roles_root_change_and_failure(two_cables: Make, program: Program, kind: str, patience: float) -> None:
    """1. They are the root: we have a root port and an alternate. 2. We become the root: they have. 3. The cable that
    carries is cut, the other one takes over; it comes back. 4. They are the root again, and our root port's cable is
    cut. 5. Nothing of ours earns a remark of tshark."""
    both, tshark = two_cables(kind), program("tshark")
    both.wait("they are the root", MIDDLE, BEST, patience)
    both.other.priority(WORST)
    both.wait("we are the root", MIDDLE, WORST, patience)

    cut = both.carrying(both.other)
    both.carrier(cut, False)
    both.wait("their alternate port took over", MIDDLE, WORST, patience, 1 - cut)
    both.carrier(cut, True)
    both.wait("both cables as before", MIDDLE, WORST, patience)

    both.other.priority(BEST)
    both.wait("they are the root again", MIDDLE, BEST, patience)
    cut = both.carrying(both.ours)
    both.carrier(cut, False)
    both.wait("our alternate port took over", MIDDLE, BEST, patience, 1 - cut)

    assert both.bpdus(tshark, from_us("stp")) > 5
    assert both.bpdus(tshark, from_us("(_ws.malformed || _ws.expert.severity >= 0x600000)")) == 0


def test_topology_changes_go_both_ways(two_cables: Make, program: Program) -> None:
    """1. They are the root, we learn a host of theirs. 2. Our root port's cable is cut: we say TC on the other one and
    learn the host there. 3. We are the root, their root port's cable is cut: they say TC to us."""
    both, tshark = two_cables("ovs"), program("tshark")
    assert isinstance(both.other, OvsBridge)
    both.other.ovs.host("br0", "host0", HOST_MAC, "10.77.0.1/24")
    both.wait("they are the root", MIDDLE, BEST, QUICK)
    cut = both.carrying(both.ours)
    both.learned_at(cut)
    said = from_us("stp.flags.tc == 1")
    before = both.bpdus(tshark, said)
    both.carrier(cut, False)
    both.wait("our alternate port took over", MIDDLE, BEST, QUICK, 1 - cut)
    until("our topology change is on the wire", lambda: both.bpdus(tshark, said) > before, QUICK)
    both.learned_at(1 - cut)

    both.carrier(cut, True)
    both.other.priority(WORST)
    both.wait("we are the root", MIDDLE, WORST, QUICK)
    cut = both.carrying(both.other)
    said = f"!({from_us('stp')}) && stp.flags.tc == 1"
    before = both.bpdus(tshark, said)
    both.carrier(cut, False)
    both.wait("their alternate port took over", MIDDLE, WORST, QUICK, 1 - cut)
    until("their topology change is on the wire", lambda: both.bpdus(tshark, said) > before, QUICK)
    both.learned_at(1 - cut)


def test_the_kernel_bridge_tells_of_its_change_and_we_acknowledge(two_cables: Make, program: Program) -> None:
    """1. We are the root, STP on the wire. 2. Their root port's cable is cut and their other port opens: a TCN comes.
    3. We acknowledge it, and say TC for as long as the standard demands."""
    both, tshark = two_cables("kernel"), program("tshark")
    both.other.priority(WORST)
    both.wait("we are the root", MIDDLE, WORST, SLOW)
    assert both.bpdus(tshark, from_us("stp.version == 0 && stp.type == 0")) > 0, "we migrated to STP"
    cut = both.carrying(both.other)
    told = both.bpdus(tshark, "stp.type == 0x80")
    both.carrier(cut, False)
    both.wait("their alternate port took over", MIDDLE, WORST, SLOW, 1 - cut)
    until("their TCN is on the wire", lambda: both.bpdus(tshark, "stp.type == 0x80") > told, SLOW)
    until("we acknowledge it", lambda: both.bpdus(tshark, from_us("stp.flags.tcack == 1")) > 0, SLOW)
    assert both.bpdus(tshark, from_us("stp.flags.tc == 1 && stp.version == 0")) > 0


def test_a_neighbour_that_speaks_stp_and_then_rstp_again(two_cables: Make, program: Program) -> None:
    """1. Open vSwitch, the root, is told to speak STP: our ports migrate. 2. As the root we speak STP to it. 3. It
    speaks RSTP again: so do we."""
    both, tshark = two_cables("ovs"), program("tshark")
    assert isinstance(both.other, OvsBridge)
    both.wait("they are the root", MIDDLE, BEST, QUICK)
    both.other.version(0, BEST)
    theirs = f"!({from_us('stp')}) && stp.version == 0"
    until("they speak STP", lambda: both.bpdus(tshark, theirs) > 0, QUICK)
    both.other.priority(WORST)
    both.wait("we are the root under STP", MIDDLE, WORST, SLOW)
    assert both.bpdus(tshark, from_us("stp.version == 0 && stp.type == 0")) > 0
    both.other.version(2, WORST)
    both.wait("we are the root under RSTP", MIDDLE, WORST, SLOW)
    rstp = from_us("stp.version == 2")
    seen = both.bpdus(tshark, rstp)
    until("we speak RSTP again", lambda: both.bpdus(tshark, rstp) > seen, QUICK)
