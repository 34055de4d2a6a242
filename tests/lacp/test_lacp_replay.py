"""Real captures drive the Receive machine: our core stands where a captured device stood, hears what it heard, and
must be in the state that the flags of the captured device show."""

import pytest

from lacp.lacp_harness import Dut, bond, port
from lacp.pcapng import Frame, Packet, lacpdus, read
from pyiccp._sansio import seconds
from pyiccp.lacp import LacpCore
from pyiccp.lacp.events import LacpduReceived, LinkCameUp, LinkWentDown
from pyiccp.wire._lacpdu import Lacpdu
from pyiccp.wire._mac import Mac, mac

TOLERANCE = 0.35
"""What the captured devices' own timers and the relay add."""


def shadow(frames: list[Frame], source: Mac) -> Dut:
    """Our core with the identity of the port that sent from *source*."""
    first = next(frame.pdu.actor for frame in frames if frame.source == source)
    config = bond(
        system=first.system,
        system_priority=first.system_priority,
        key=first.key,
        port_base=first.port & ~0xFFF,
    )
    state = first.state
    ours = port(
        1,
        number=first.port & 0xFFF or 1,
        priority=first.port_priority,
        short_timeout=state.timeout,
        active=state.activity,
        aggregatable=state.aggregation,
    )
    return Dut(LacpCore((config,), (ours,)))


def box(pdu: Lacpdu) -> str:
    """The Receive box that the flags of an LACPDU show."""
    state = pdu.actor.state
    return "EXPIRED" if state.expired else "DEFAULTED" if state.defaulted else "CURRENT"


def replay(
    name: str, ours: str, theirs: str, until: float, start: float = 0.0, carrier: tuple[tuple[float, bool], ...] = ()
) -> tuple[list[tuple[float, str, str]], Dut]:
    """(time, captured box, our boxes around that time as one string) for each LACPDU of the captured port."""
    frames = [frame for frame in lacpdus(name) if frame.at <= until]
    source = mac(ours)
    device = shadow(frames, source)
    heard = [frame for frame in frames if frame.source == mac(theirs) and frame.at >= start]
    sent = [frame for frame in frames if frame.source == source and frame.at >= start]
    device.now = seconds(max(0.0, min(frame.at for frame in (*sent, *heard)) - 0.001))
    device.do(LinkCameUp("p1"))
    stimuli = [(frame.at, LacpduReceived("p1", frame.pdu)) for frame in heard]
    stimuli += [(at, LinkCameUp("p1") if up else LinkWentDown("p1")) for at, up in carrier]
    for at, event in sorted(stimuli, key=lambda stimulus: stimulus[0]):
        device.run(max(0.0, at - device.now / 1e9)).do(event)
    device.run(max(0.0, until - device.now / 1e9))
    history = [(at / 1e9, target) for at, _, machine, target in device.boxes if machine == "receive"]
    result = []
    for frame in sent:
        before = [target for at, target in history if at <= frame.at - TOLERANCE]
        around = [target for at, target in history if abs(at - frame.at) < TOLERANCE]
        result.append((frame.at, box(frame.pdu), " ".join([*before[-1:], *around])))
    return result, device


OVS = "02:0a:6{}:00:00:0{}"


@pytest.mark.parametrize(
    ("name", "ours", "theirs", "until", "expected"),
    [
        ("s01_cold_slow.pcapng", OVS.format(1, 1), OVS.format(2, 1), 60, {"EXPIRED", "CURRENT"}),
        ("s02_cold_fast.pcapng", OVS.format(1, 1), OVS.format(2, 1), 30, {"EXPIRED", "CURRENT"}),
        ("s02_cold_fast.pcapng", OVS.format(2, 2), OVS.format(1, 2), 30, {"EXPIRED", "CURRENT"}),
        ("s07_partner_loss_fast.pcapng", OVS.format(1, 1), OVS.format(2, 1), 60, {"EXPIRED", "CURRENT", "DEFAULTED"}),
        ("s07_partner_loss_fast.pcapng", OVS.format(1, 2), OVS.format(2, 2), 60, {"EXPIRED", "CURRENT", "DEFAULTED"}),
        ("s13_mclag.pcapng", OVS.format(1, 1), OVS.format(2, 1), 60, {"EXPIRED", "CURRENT"}),
        (
            "l02_bond_bond_slow.pcapng",
            "52:54:00:67:00:00",
            "52:54:00:68:00:00",
            80,
            {"EXPIRED", "CURRENT", "DEFAULTED"},
        ),
    ],
)
def test_receive_machine_goes_where_the_captured_one_went(
    name: str, ours: str, theirs: str, until: float, expected: set[str]
) -> None:
    result, _ = replay(name, ours, theirs, until)
    assert {captured for _, captured, _ in result} == expected
    for at, captured, around in result:
        assert captured in around.split(), f"{name} at {at:.3f}: captured {captured}, we were in {around}"


@pytest.mark.check("SYS-18")
@pytest.mark.parametrize(
    ("ours", "theirs", "start", "expected"),
    [
        ("00:13:c4:12:0f:0d", "00:0e:83:16:f5:10", 0.0, ["EXPIRED", "DEFAULTED", "CURRENT"]),
        ("00:0e:83:16:f5:10", "00:13:c4:12:0f:0d", 81.0, ["CURRENT"]),
    ],
)
def test_sys_18_cisco_from_each_side(ours: str, theirs: str, start: float, expected: list[str]) -> None:
    """The Receive machine goes EXPIRED / DEFAULTED / CURRENT as the flags show."""
    result, _ = replay("LACP.pcap", ours, theirs, 120, start)
    assert list(dict.fromkeys(captured for _, captured, _ in result)) == expected
    for at, captured, around in result:
        assert captured in around.split(), f"at {at:.3f}: captured {captured}, we were in {around}"


CLIENTS = [
    ("l06_bond_mclag.pcapng", "02:0a:62:00:00:01", "52:54:00:67:00:00"),
    ("l06_bond_mclag.pcapng", "02:0a:63:00:00:01", "52:54:00:67:00:01"),
    ("s13_mclag.pcapng", "02:0a:62:00:00:01", "02:0a:61:00:00:01"),
    ("s13_mclag.pcapng", "02:0a:63:00:00:01", "02:0a:61:00:00:02"),
]


@pytest.mark.check("SYS-17")
@pytest.mark.parametrize(("name", "node", "client"), CLIENTS)
def test_sys_17_clients_of_a_captured_pair(name: str, node: str, client: str) -> None:
    """Same partner tuples decoded as the captured node recorded; our model of the pair accepts the client."""
    frames = [frame for frame in lacpdus(name) if frame.at < 7.5]
    recorded = [frame.pdu.partner for frame in frames if frame.source == mac(node)][-1]
    _, device = replay(name, node, client, 7.5)
    partner = device.view(1).partner
    assert (partner.system_priority, partner.system, partner.key, partner.port_priority, partner.port) == (
        recorded.system_priority,
        recorded.system,
        recorded.key,
        recorded.port_priority,
        recorded.port,
    )
    assert device.view(1).actor.system == mac("02:00:5e:00:00:4d")
    assert device.view(1).distributing and device.view(1).partner.state.synchronization


def test_captures_are_where_they_should_be() -> None:
    packets: list[Packet] = read("p01_ovs_probes.pcapng")
    assert len(packets) > 500
