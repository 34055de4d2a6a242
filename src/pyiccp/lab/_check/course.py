"""From an event to the next rest: the network runs, is probed and watched, and is copied at the moments of phases."""

import pickle
import zlib

import msgspec

from pyiccp._node.node import Node
from pyiccp._sansio import Instant, seconds
from pyiccp.lab._check.fingerprint import plane_of
from pyiccp.lab._check.invariants import Violation, at_every_step, at_rest, node_of, violation_of
from pyiccp.lab._check.kinds import pair
from pyiccp.lab._check.openings import Openings
from pyiccp.lab._check.phases import outstanding
from pyiccp.lab._check.probes import BURST, Probes, probe_times
from pyiccp.lab._check.reach import Reached
from pyiccp.lab._check.trace import DELAY, REST
from pyiccp.lab._copies import CopiesDifferError
from pyiccp.lab._faults import Fault, apply
from pyiccp.lab._network import Network

MAX_BURSTS = 60
"""Changes of the data plane that are probed after one event; a network that changes more often is reported as one that
does not come to rest."""
MAX_POINTS = 24
"""Moments after one event at which the next one may come."""
SLACK = seconds(6)
SLOW_PERIODIC = seconds(30 + 4)
SLOW_TREE = seconds(2 * 15)
"""Two forward delays: a bridge that nobody answers opens a port by its timers (802.1D-2004, 17.20)."""


class Point(msgspec.Struct, frozen=True):
    """A moment at which the next event may come."""

    phase: str
    at: Instant
    octets: bytes
    """The network, pickled."""


def snapshot(network: Network) -> bytes:
    """*network* as octets; packed, because a search keeps thousands."""
    return zlib.compress(pickle.dumps(network, pickle.HIGHEST_PROTOCOL), 1)


def restored(octets: bytes) -> Network:
    """The network that `snapshot` took; the octets are this program's own."""
    network = pickle.loads(zlib.decompress(octets))
    assert isinstance(network, Network)
    return network


def time_to_rest(network: Network) -> Instant:
    """After so long nothing changes any more by itself: LACP has timed out, waits for a peer are over."""
    longest = seconds(10)
    for device in pair(network):
        tuning = device.config.tuning
        longest = max(longest, tuning.init_delay + tuning.ask_time + (tuning.auto_recovery or 0))
    for device in network.devices.values():
        if device.config.mlag is None and any(bridge.protocol_mode != "none" for bridge in device.config.bridges):
            longest = max(longest, SLOW_TREE)
        if any(bond.lacp_rate == "30secs" for bond in device.config.bonds):
            longest = max(longest, seconds(100))
    return longest + SLACK


def somebody_is_unheard(network: Network) -> bool:
    """Whether a port has no LACP partner, and has a good cable to one. Both send every 30 s only (802.1AX 6.4.13: a
    partner that nobody heard is not known to be in a hurry)."""
    for link in network.links:
        nodes = [None if side.device is None else node_of(side.device) for side in link.sides]
        if not link.up or any(way.silent for way in link.ways) or None in nodes:
            continue
        for node, side in zip(nodes, link.sides, strict=True):
            trunk = None if node is None else node.plane.trunk_of.get(side.port)
            if node is not None and trunk is not None and trunk.lacp and not node.lacp.port(side.port).heard:
                return True
    return False


def _standing(node: Node) -> tuple[bool, ...]:
    """Whether a node has a session and has decided: an identity that was right may be wrong without moving a frame."""
    return () if node.mlag is None else (node.mlag.pair.session is None, node.mlag.pair.deciding)


class Course:
    """One event and what follows, up to rest."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.probes = Probes(network)
        self.points: list[Point] = []
        self.violation: Violation | None = None
        self.apart: list[Violation] = []
        """Copies of frames that were in flight when the spanning tree opened a port (M0.4)."""
        self.reached: Reached = {}
        self._planes = self._signature()
        self._openings = Openings(network)
        self._due: list[Instant] = []
        """Probes to come, the latest first."""
        self._bursts = 0
        self._waits: set[str] = set()
        self._wanted = False

    def run(self, fault: Fault | None, wanted: bool = True) -> None:
        """Let *fault* happen, then run to rest. Keep copies at phases if *wanted*. Stops at the first violation."""
        self._wanted = wanted
        try:
            self._run(fault)
        except CopiesDifferError as error:
            self._violated(f"copies: {error}")

    # --- inside

    def _run(self, fault: Fault | None) -> None:
        network, wanted = self.network, self._wanted
        self._waits = set(outstanding(network))
        self._due = probe_times(network.now)
        end = network.now + time_to_rest(network)
        next_step = network.now + max((link.ways[0].delay for link in network.links), default=0)
        if fault is not None:
            network.note("lab", str(fault))
            apply(network, fault)
        self._burst()
        self._look()
        delayed = not wanted
        # Asked now as well: in the end they may just have heard each other, and not carry yet.
        extended = somebody_is_unheard(network)
        end += SLOW_PERIODIC if extended else 0
        while self.violation is None and network.now < end:
            target = min(end, self._due[-1] if self._due else end)
            if not delayed:
                target = min(target, next_step)
            interrupted = network.run(target, self._look)
            if interrupted:
                if wanted and self.violation is None:
                    self._note_waits()
                continue
            if not delayed and network.now >= next_step:
                delayed = True
                self._keep(DELAY)
            if self._due and network.now >= self._due[-1]:
                self._due.pop()
                self.probes.send()
                self._look()
            if network.now >= end and not extended and somebody_is_unheard(network):
                end, extended = end + SLOW_PERIODIC, True
        if self.violation is None:
            self._rest()

    def _look(self) -> bool:
        """After each thing that happened: is it still right, did something change? True stops the run for a moment."""
        planes = self._signature()
        if planes != self._planes:
            self._planes = planes
            self._openings.look()
            self._burst()
            if wrong := at_every_step(self.network):
                return self._violated(wrong)
            return True
        if wrong := self._copied():
            return self._violated(wrong)
        if not self._wanted or len(self.points) >= MAX_POINTS:
            return False
        return any(what not in self._waits for what in outstanding(self.network))

    def _copied(self) -> str:
        """What has come twice and should not have."""
        wrong = self.probes.wrong
        if wrong and self._openings.recent:
            self.apart.append(violation_of(wrong, self.network.now))
            self.probes.absolve()
            return ""
        return wrong

    def _signature(self) -> tuple[object, ...]:
        nodes = [node_of(device) for device in self.network.devices.values()]
        return tuple(None if node is None else (plane_of(node), _standing(node)) for node in nodes)

    def _burst(self) -> None:
        self._bursts += 1
        if self._bursts <= MAX_BURSTS:
            now = self.network.now
            self._due = sorted({*self._due, *(now + offset for offset in BURST)}, reverse=True)

    def _note_waits(self) -> None:
        for what in outstanding(self.network):
            if what not in self._waits:
                self._waits.add(what)
                self._keep(what)

    def _keep(self, phase: str) -> None:
        if len(self.points) < MAX_POINTS:
            self.points.append(Point(phase, self.network.now, snapshot(self.network)))

    def _rest(self) -> None:
        if self._bursts > MAX_BURSTS:
            self.violation = Violation("liveness", f"{self._bursts} changes and no rest", self.network.now)
            return
        self.reached = self.probes.reached()
        self.network.run(self.network.now + self.probes.wait)
        wrong = self._copied() or at_rest(self.network, self.reached)
        if wrong:
            self._violated(wrong)
            return
        self.probes.forget()
        if self._wanted:
            self.points.insert(0, Point(REST, self.network.now, snapshot(self.network)))

    def _violated(self, wrong: str) -> bool:
        self.violation = violation_of(wrong, self.network.now)
        return True
