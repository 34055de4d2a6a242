"""A bridge takes a worse address: its neighbours follow it at once, and hear of nothing else.

A neighbour takes worse information only from the bridge that gave the better (17.21.8), so the old name has to take
its offer back. It once did that by offering the bridge of the new name as the root at a cost of 4,294,967,295, whoever
the root was: for an instant every neighbour lost the root, sought another way to it, and told those below.
"""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rstp_network import Network
from test_rstp_scn import COUNT, MESHES, disturb, meshes

from pyiccp._sansio import milliseconds, seconds
from pyiccp.rstp._core import RstpCore
from pyiccp.rstp.events import IdentityChanged, ReportPort
from pyiccp.wire._bpdu import BridgeId
from pyiccp.wire._mac import mac

WORSE = mac("FE:00:00:00:00:01")
VERSIONS = pytest.mark.parametrize("neighbour", [{}, {"force_version": 0}], ids=["rstp", "stp"])


def ring(neighbour: dict[str, int]) -> Network:
    """R is the root, B lies between R and N, and N has a longer way round."""
    return Network(
        "R.1-B.1 B.2-N.1 N.2-R.2",
        settings={"R": {"priority": 0x1000}, "N": neighbour},
        port_settings={"N.2": {"path_cost": 200_000}},
    ).up()


@VERSIONS
def test_whose_root_is_another_bridge(neighbour: dict[str, int]) -> None:
    network = ring(neighbour).run(60)
    since, seen = network.now, len(network.actions)
    root = network.cores["R"].view().bridge
    network.tell("B", IdentityChanged(WORSE, 0x8000))
    network.run(1)
    said = [bpdu for _, bpdu in network.bpdus("B.2", since)]
    assert {bpdu.root for bpdu in said} == {root}
    assert max(bpdu.root_path_cost for bpdu in said) == min(bpdu.root_path_cost for bpdu in said) + 1
    assert not [
        action for _, bridge, action in network.actions[seen:] if bridge == "N" and isinstance(action, ReportPort)
    ]
    assert network.cores["N"].port("N.1").designated_bridge == BridgeId(0x8000, WORSE)
    assert network.role("N.2") == "Alternate"
    assert not network.loops


@VERSIONS
def test_who_is_the_root_itself(neighbour: dict[str, int]) -> None:
    network = ring(neighbour).run(60)
    network.tell("R", IdentityChanged(WORSE, 0x1000))
    network.run(milliseconds(1) / 1e9)
    assert {core.view().root for core in network.cores.values()} == {BridgeId(0x1000, WORSE)}
    network.run(60)
    network.at_rest()
    assert not network.loops


def test_when_its_transmissions_are_used_up() -> None:
    """The old name waits for its turn like the new one: it is neither left out nor sent beyond the limit."""
    network = ring({}).run(60)
    since = network.now
    for last in range(1, 6):
        network.tell("B", IdentityChanged(mac(f"FE:00:00:00:00:0{last}"), 0x8000))
    network.run(2.5)
    sent = [(at - since, bpdu.bridge.mac[5]) for at, bpdu in network.bpdus("B.2", since)]
    limit = network.cores["B"].bridge.config.transmit_hold_count
    for at, _ in sent:
        assert sum(at - seconds(1) < other <= at for other, _ in sent) <= limit
    assert sent[-1][1] == 5
    assert network.cores["N"].port("N.1").designated_bridge.mac[5] == 5


def test_that_waits_for_its_turn_in_a_copy_as_well() -> None:
    network = ring({}).run(60)
    for last in range(1, 6):
        network.tell("B", IdentityChanged(mac(f"FE:00:00:00:00:0{last}"), 0x8000))
    core, now = network.cores["B"], network.now
    copy = RstpCore.restored(core.snapshot(now), now)
    assert any(port.formerly is not None for port in core.bridge.ports.values())
    assert copy.fingerprint(now) == core.fingerprint(now)
    assert copy.advance(now + seconds(1)) == core.advance(now + seconds(1))


def test_that_it_had_before_needs_nothing_taken_back() -> None:
    network = ring({}).run(60)
    before = network.cores["B"].bridge.config
    for address in (WORSE, before.mac):
        network.tell("B", IdentityChanged(address, before.priority))
    network.run(1.1)
    assert network.cores["N"].port("N.1").designated_bridge == BridgeId(before.priority, before.mac)
    assert all(port.formerly is None for port in network.cores["B"].bridge.ports.values())


@pytest.mark.long
@settings(parent=MESHES, max_examples=COUNT // 2)
@given(meshes(), st.integers(0, 2**32))
def test_random_meshes_whose_bridges_change_their_addresses(
    mesh: tuple[str, dict[str, Any], dict[str, Any]], seed: int
) -> None:
    """No loop at any step, and a spanning tree at rest, whoever is called what."""
    text, bridges, costs = mesh
    rng = random.Random(seed)
    network = Network(text, settings=bridges, port_settings=costs).up()
    for number in range(6):
        network.run(rng.choice([0.0001, 0.0002, 0.01, 1.5, 7, 40]))
        name = rng.choice(list(network.cores))
        network.macs[name] = mac(f"{rng.choice(('00', '02', 'FE'))}:00:00:00:{number + 1:02x}:{rng.randrange(256):02x}")
        network.priority(name, network.cores[name].bridge.config.priority)
        if rng.randrange(2):
            disturb(network, rng, silences=False)
        assert not network.loops, network.loops[:1]
    network.run(150)
    assert not network.loops, network.loops[:1]
    network.at_rest()
