"""The models of Open vSwitch, Linux bonding and teamd against captures of those products.

A model stands where the captured product stood. It is given what that one was given: the other side's captured
LACPDUs, its link events and its reconfigurations at their times. What its own LACPDUs say of it (the actor's state)
must be what the captured ones say, in the same order, each change within 0.2 s. States that lasted less than 30 ms are
left out on both sides: whether they reach the wire hangs on how many LACPDUs one turn of a main loop took in.
"""

from collections.abc import Sequence
from typing import NamedTuple

import pytest

from lacp.pcapng import lacpdus
from pyiccp._sansio import milliseconds, seconds
from pyiccp.lab._clients import MODELS
from pyiccp.lab._clients.bonding import BondingCore
from pyiccp.lacp._config import AggregatorConfig, PortConfig
from pyiccp.lacp.events import (
    Event,
    IdentityChanged,
    LacpduReceived,
    LinkCameUp,
    LinkWentDown,
    PortConfigured,
    Transmit,
)
from pyiccp.wire._lacpdu import Lacpdu
from pyiccp.wire._mac import mac

TOLERANCE = 0.2
BRIEF = 0.030
START = {"ovs": 0.0007, "linux-bonding": 0.208, "teamd": 0.0}
"""From a model's links coming up to its first LACPDU, s."""

A, B, C = ("02:0a:61:00:00:0{}", "02:0a:62:00:00:0{}", "02:0a:63:00:00:0{}")
G, H = "52:54:00:67:00:0{}", "52:54:00:68:00:0{}"


class Case(NamedTuple):
    """One life of one captured product, from its start to its end or the end of the capture."""

    capture: str
    kind: str
    ports: tuple[str, ...]
    peers: tuple[str, ...]
    """The port at the other end of each, by its MAC."""
    start: float | None = None
    """When its links came up; None: so that the first LACPDU leaves when the captured one did."""
    until: float = 1000.0
    events: tuple[tuple[float, str, int], ...] = ()
    """(time, `up` | `down` | `slow` | `fast` | `passive` | `system XX`, port or -1 for all)."""
    deaf: tuple[tuple[float, float, int], ...] = ()
    """(from, to, port): what the captured product did not get."""
    unseen: tuple[tuple[float, float, int], ...] = ()
    """(from, to, port): what it sent there did not reach the capture."""
    tick: float | None = None
    """Bonding's tick in this capture, ms."""


def ports(pattern: str, *numbers: int) -> tuple[str, ...]:
    return tuple(pattern.format(n) for n in numbers)


def ovs(capture: str, us: str, them: str, **over: object) -> Case:
    return Case(capture, "ovs", ports(us, 1, 2), ports(them, 1, 2), **over)  # type: ignore[arg-type]


CASES = {
    "s01 a": ovs("s01_cold_slow", A, B),
    "s01 b": ovs("s01_cold_slow", B, A),
    "s02 a": ovs("s02_cold_fast", A, B),
    "s02 b": ovs("s02_cold_fast", B, A),
    "s03 a asks for fast, then for slow": ovs("s03_rate_mismatch", A, B, events=((68.267, "slow", -1),)),
    "s03 b asks for slow, then for fast": ovs("s03_rate_mismatch", B, A, events=((103.282, "fast", -1),)),
    "s04 a becomes passive": ovs("s04_active_passive", A, B, events=((12.045, "passive", -1),)),
    "s04 b is passive": ovs("s04_active_passive", B, A, start=0.0),
    "s06 a": ovs(
        "s06_link_flap",
        A,
        B,
        events=((6.271, "down", 1), (14.410, "up", 1), (19.509, "down", 1), (20.030, "up", 1)),
    ),
    "s06 b": ovs("s06_link_flap", B, A, events=((19.509, "down", 1), (20.030, "up", 1)), unseen=((6.271, 14.410, 1),)),
    "s07 a": ovs("s07_partner_loss_fast", A, B),
    "s07 b is killed": ovs("s07_partner_loss_fast", B, A, until=6.19),
    "s07 b again": ovs("s07_partner_loss_fast", B, A, start=18.964),
    "s09 a": ovs("s09_one_way_loss", A, B),
    "s09 b does not hear a2": ovs("s09_one_way_loss", B, A, deaf=((6.217, 18.842, 1),)),
    "s13 a, client of a pair": Case("s13_mclag", "ovs", ports(A, 1, 2), (B.format(1), C.format(1))),
    "s13 b": Case("s13_mclag", "ovs", ports(B, 1), ports(A, 1)),
    "s13 c changes its system": Case(
        "s13_mclag",
        "ovs",
        ports(C, 1),
        ports(A, 2),
        until=20.78,
        events=((8.509, "system 02:00:00:00:00:cc", -1), (14.699, "system 02:00:5e:00:00:4d", -1)),
    ),
    "l01 ovs": Case("l01_bond_ovs_fast", "ovs", ports(A, 1, 2), ports(G, 0, 1), until=24.48),
    "l01 ovs again": Case("l01_bond_ovs_fast", "ovs", ports(A, 1, 2), ports(G, 0, 1), start=34.288),
    "l04 ovs": Case("l04_team_ovs_fast", "ovs", ports(A, 1, 2), ports(G, 0, 1), until=22.9),
    "l04 ovs again": Case("l04_team_ovs_fast", "ovs", ports(A, 1, 2), ports(G, 0, 1), start=33.883),
    "l06 b": Case("l06_bond_mclag", "ovs", ports(B, 1), ports(G, 0)),
    "l01 bonding": Case(
        "l01_bond_ovs_fast",
        "linux-bonding",
        ports(G, 0, 1),
        ports(A, 1, 2),
        events=((10.287, "down", 1), (16.404, "up", 1)),
        tick=104.085,
    ),
    "l02 bonding g": Case("l02_bond_bond_slow", "linux-bonding", ports(G, 0, 1), ports(H, 0, 1), tick=104.125),
    "l02 bonding h": Case("l02_bond_bond_slow", "linux-bonding", ports(H, 0, 1), ports(G, 0, 1), until=85.7),
    "l06 bonding, client of a pair": Case(
        "l06_bond_mclag",
        "linux-bonding",
        ports(G, 0, 1),
        (B.format(1), C.format(1)),
        events=((37.614, "down", 1),),
        tick=104.02,
    ),
    "l04 teamd": Case(
        "l04_team_ovs_fast",
        "teamd",
        ports(G, 0, 1),
        ports(A, 1, 2),
        until=46.4,
        events=((11.367, "down", 1), (16.605, "up", 1), (40.194, "down", 1)),
        # It did not take the LACPDU that came half a millisecond after its own first one on this port.
        deaf=((3.11, 3.12, 1),),
    ),
}


def configs(case: Case, frames: Sequence[Lacpdu]) -> tuple[AggregatorConfig, tuple[PortConfig, ...]]:
    """What the captured product was configured to say."""
    one = frames[0].actor
    bond = AggregatorConfig(name="bond", system=one.system, system_priority=one.system_priority, key=one.key)
    return bond, tuple(
        PortConfig(
            name=port,
            aggregator="bond",
            number=frame.actor.port,
            priority=frame.actor.port_priority,
            active=frame.actor.state.activity,
            short_timeout=frame.actor.state.timeout,
        )
        for port, frame in zip(case.ports, frames, strict=True)
    )


def reconfiguration(what: str, bond: AggregatorConfig, port: PortConfig) -> Event:
    verb, _, value = what.partition(" ")
    if verb == "system":
        return IdentityChanged("bond", mac(value), bond.system_priority, bond.key, 0)
    changes = {"slow": {"short_timeout": False}, "fast": {"short_timeout": True}, "passive": {"active": False}}
    return PortConfigured(type(port)(**{f: getattr(port, f) for f in port.__struct_fields__} | changes[verb]))


def states(pdus: list[tuple[float, str]]) -> list[tuple[float, str]]:
    """(since when, state), each once, without those that lasted less than BRIEF."""
    changes: list[tuple[float, str]] = []
    for at, state in pdus:
        if not changes or changes[-1][1] != state:
            changes.append((at, state))
    lasting = [
        change
        for change, after in zip(changes, [*changes[1:], (1e9, "")], strict=True)
        if after[0] - change[0] >= BRIEF
    ]
    return [change for n, change in enumerate(lasting) if n == 0 or lasting[n - 1][1] != change[1]]


def replay(case: Case) -> tuple[dict[str, list[tuple[float, Lacpdu]]], dict[str, list[tuple[float, Lacpdu]]]]:
    """What the product sent and what the model sends, by port."""
    begin = case.start or 0.0
    frames = [frame for frame in lacpdus(case.capture + ".pcapng") if begin - 0.001 <= frame.at <= case.until]
    captured = {port: [(frame.at, frame.pdu) for frame in frames if frame.source == mac(port)] for port in case.ports}
    first = min(sent[0][0] for sent in captured.values())
    bond, settings = configs(case, [sent[0][1] for sent in captured.values()])
    core = MODELS[case.kind]((bond,), settings)
    if isinstance(core, BondingCore) and case.tick is not None:
        core.tick = milliseconds(case.tick)
    # Open vSwitch gets nothing by a port before it has spoken there, and acts on nothing before all its ports have.
    starts = case.kind == "ovs" and case.start is None
    begun = [sent[0][0] if starts else 0.0 for sent in captured.values()]
    ready = max(begun)
    stimuli: list[tuple[float, Event]] = []
    for port, sent in captured.items():
        # Ports of teamd begin one by one, those of the others together.
        spoke = sent[0][0] if case.kind == "teamd" else first
        stimuli.append((spoke - START[case.kind] if case.start is None else case.start, LinkCameUp(port)))
    for n, peer in enumerate(case.peers):
        for frame in frames:
            lost = any(since <= frame.at < to and n == port for since, to, port in case.deaf)
            if frame.source == mac(peer) and not lost and frame.at >= begun[n]:
                stimuli.append((max(frame.at, ready), LacpduReceived(case.ports[n], frame.pdu)))
    for at, what, which in case.events:
        for n in range(len(case.ports)) if which < 0 else (which,):
            if what == "up":
                stimuli.append((at, LinkCameUp(case.ports[n])))
            elif what == "down":
                stimuli.append((at, LinkWentDown(case.ports[n])))
            else:
                stimuli.append((at, reconfiguration(what, bond, settings[n])))
    modelled: dict[str, list[tuple[float, Lacpdu]]] = {port: [] for port in case.ports}

    def see(actions: Sequence[object], now: int) -> None:
        for action in actions:
            if isinstance(action, Transmit) and isinstance(action.pdu, Lacpdu):
                modelled[action.port].append((now / 1e9, action.pdu))

    last = max(frame.at for frame in frames)
    for at, event in [*sorted(stimuli, key=lambda each: each[0]), (last + TOLERANCE, None)]:
        now = seconds(10 + at)
        while (deadline := core.deadline) is not None and deadline <= now:
            see(core.advance(deadline), deadline)
        if event is not None:
            see(core.handle(event, now), now)
    for since, to, n in case.unseen:
        modelled[case.ports[n]] = [each for each in modelled[case.ports[n]] if not since <= each[0] - 10 < to]
    return captured, {port: [(at - 10, pdu) for at, pdu in sent] for port, sent in modelled.items()}


def compare(case: Case) -> None:
    """Every port of the model against the captured one."""
    captured, modelled = replay(case)
    for port in case.ports:
        theirs = states([(at, pdu.actor.state.text) for at, pdu in captured[port]])
        ours = states([(at, pdu.actor.state.text) for at, pdu in modelled[port]])
        assert [state for _, state in ours] == [state for _, state in theirs], f"{port}\n{theirs}\n{ours}"
        for (at, state), (when, _) in zip(ours, theirs, strict=True):
            assert abs(at - when) <= TOLERANCE, f"{port}: {state} at {at:.3f}, captured at {when:.3f}"


@pytest.mark.parametrize("name", CASES)
def test_a_model_says_what_the_product_said(name: str) -> None:
    compare(CASES[name])


@pytest.mark.parametrize("kind", MODELS)
def test_no_model_passes_for_another_product(kind: str) -> None:
    """The comparison can tell them apart: put another product's model there, and it fails on most captures."""
    others = [other for other in MODELS if other != kind]
    cases = [case for case in CASES.values() if case.kind == kind]
    for other in others:
        failed = 0
        for case in cases:
            try:
                compare(case._replace(kind=other))
            except AssertionError:
                failed += 1
        assert failed > len(cases) * 0.7, f"{other} passes for {kind} in {len(cases) - failed} of {len(cases)}"
