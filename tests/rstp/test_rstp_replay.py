"""Captures of other people's bridges, replayed to one of ours in the place of each: its roles must be theirs."""

import re
from typing import Any, NamedTuple

import pytest
from rstp_captures import VECTORS, read

from pyiccp._sansio import Instant, seconds
from pyiccp.rstp import BridgeConfig, PortConfig, RstpCore
from pyiccp.rstp._frames import classify
from pyiccp.rstp.events import Event, IdentityChanged, LinkCameUp, LinkWentDown, PortConfigured
from pyiccp.wire._mac import Mac, mac, mac_plus

MACS = {"A": mac("02:00:00:00:a0:00"), "B": mac("02:00:00:00:a1:00"), "C": mac("02:00:00:00:a2:00")}
_MSTPD = re.compile(r"^ [ E]\s*(\S+)\s+\d\.\d{3} (\w{4}) .*\s(\w{4})\s*$", re.M)
_OVS = re.compile(r"^  (\S+-\w)\s+(Root|Designated|Alternate|Backup|Disabled)\s+(\w+)\s+\d+", re.M)
_KERNEL = re.compile(r"(\w+-\w)(?:@\S+)?: .* state (\w+) priority", re.M)
_SHORT = {"Root": "Root", "Desg": "Designated", "Altn": "Alternate", "Back": "Backup", "Disa": "Disabled"}


class Step(NamedTuple):
    at: Instant
    what: str


def steps(folder: str) -> list[Step]:
    lines = (VECTORS / folder / "events.txt").read_text().splitlines()
    return [Step(seconds(float(line.split()[0])), line.split(maxsplit=1)[1]) for line in lines]


def truths(folder: str, bridge: str) -> dict[int, dict[str, str]]:
    """Number of events so far -> port -> role (kernel: state)."""
    found: dict[int, dict[str, str]] = {}
    for path in sorted((VECTORS / folder / "truth").iterdir()):
        _, here, rest = path.read_text().partition(f"=== bridge {bridge} ")
        if not here:
            continue  # It was not there yet.
        text = rest.split("=== bridge")[0]
        ports = {name: _SHORT[role] for name, _, role in _MSTPD.findall(text)}
        ports.update({name: role for name, role, _ in _OVS.findall(text)})
        if not ports:
            ports = dict(_KERNEL.findall(text))
        found[int(path.name[:2])] = ports
    return found


class Replay:
    """A core of ours that hears what *bridge* heard."""

    def __init__(self, folder: str, bridge: str, **config: Any) -> None:
        self.steps = steps(folder)
        started = next(step for step in self.steps if step.what.startswith(f"start bridge {bridge} "))
        match = re.search(r"priority (\d+), ports (\S+)\)", started.what)
        assert match is not None
        self.bridge = bridge
        self.names = match[2].split(",")
        ports = [PortConfig(name=name, number=n) for n, name in enumerate(self.names, 1)]
        self.core = RstpCore(BridgeConfig(mac=MACS[bridge], priority=int(match[1]), **config), ports)
        self.events: list[tuple[Instant, Event]] = [(started.at, LinkCameUp(name)) for name in self.names]
        for n, name in enumerate(self.names, 1):
            link = name.split("-")[0]
            if (VECTORS / folder / f"{link}.pcap").exists():
                self._hear(folder, link, name, mac_plus(MACS[bridge], n), started.at)
        for step in self.steps:
            self.events += [(step.at, event) for event in self._meant(step.what)]
        self.events.sort(key=lambda pair: pair[0])

    def _hear(self, folder: str, link: str, name: str, own: Mac, since: Instant) -> None:
        for packet in read(f"{folder}/{link}.pcap"):
            event = classify(name, packet.octets)
            if event is not None and packet.octets[6:12] != own and seconds(packet.at) >= since:
                self.events.append((seconds(packet.at), event))

    def _meant(self, what: str) -> list[Event]:
        if match := re.match(r"link (\w+) (DOWN|UP)", what):
            kind = LinkCameUp if match[2] == "UP" else LinkWentDown
            return [kind(name) for name in self.names if name.split("-")[0] == match[1]]
        if match := re.match(r"bridge (\w): priority set to (\d+)", what):
            return [IdentityChanged(MACS[self.bridge], int(match[2]))] if match[1] == self.bridge else []
        if (match := re.match(r"bridge (\w): mstpctl setportp2p br0 (\S+) no", what)) and match[1] == self.bridge:
            number = self.names.index(match[2]) + 1
            return [PortConfigured(PortConfig(name=match[2], number=number, point_to_point=False))]
        return []

    def at(self, event_count: int) -> None:
        """Just before the event after the first *event_count*."""
        rest = self.steps[event_count:]
        end = rest[0].at - seconds(0.2) if rest else self.steps[-1].at + seconds(8)
        while self.events and self.events[0][0] <= end:
            when, event = self.events.pop(0)
            self._advance(when)
            self.core.handle(event, when)
        self._advance(end)

    def _advance(self, when: Instant) -> None:
        while (due := self.core.deadline) is not None and due <= when:
            self.core.advance(due)

    def role(self, name: str) -> str:
        return self.core.port(name).role.name


@pytest.mark.parametrize(
    ("folder", "bridge"),
    [
        *(("mstpd-ring3", bridge) for bridge in "ABC"),
        *(("ovs-ring3", bridge) for bridge in "ABC"),
        *(("mstpd-ring2", bridge) for bridge in "AB"),
        *(("mstpd-shared-segment-backup", bridge) for bridge in "AB"),
    ],
)
def test_roles_of_the_captured_bridges(folder: str, bridge: str) -> None:
    replay = Replay(folder, bridge)
    checked = 0
    for count, ports in truths(folder, bridge).items():
        replay.at(count)
        ours = {name: replay.role(name) for name in ports}
        assert ours == ports, f"after event {count}: {replay.steps[count - 1].what}"
        checked += len(ports)
    assert checked >= (3 if "shared" in folder else 12)


@pytest.mark.parametrize("bridge", "ABC")
def test_states_of_the_captured_kernel_bridges(bridge: str) -> None:
    """802.1D-1998 in the kernel; ours in STP compatible mode with the short costs."""
    replay = Replay("kernel-stp-ring3", bridge, force_version=0, short_costs=True)
    for count, ports in truths("kernel-stp-ring3", bridge).items():
        replay.at(count)
        ours = {name: replay.core.port(name).forwarding for name in ports}
        theirs = {name: state == "forwarding" for name, state in ports.items()}
        assert ours == theirs, f"after event {count}: {replay.steps[count - 1].what}"
