"""VLAN filtering as RouterOS documents it: pvid, frame types, ingress filtering, tagged and untagged members."""

import pytest

from bridge.kit import H1, H2, bridge, frame, ports, send
from pyiccp._bridge import BridgeCore, DropReason, FrameTypes, Output, PortConfig, VlanConfig

ALL, TAGGED, UNTAGGED = FrameTypes


def switch(*configs: PortConfig, vlans: tuple[VlanConfig, ...] = (), **changes: object) -> BridgeCore:
    return bridge(ports=configs, vlans=vlans, hosts=(), peer_port=None, **changes)


def leaves(core: BridgeCore, ingress: str, vid: int | None = None) -> list[tuple[str, int | None]]:
    """(port, tag) of a broadcast that enters by *ingress*, without the bridge interface."""
    verdict = send(core, ingress, frame(H1, vid=vid))
    return [(output.port, output.vid) for output in verdict.outputs if output.port != "bridge1"]


def trunk_access_hybrid() -> BridgeCore:
    return switch(
        PortConfig(name="trunk", frame_types=TAGGED),
        PortConfig(name="access10", pvid=10, frame_types=UNTAGGED),
        PortConfig(name="access20", pvid=20, frame_types=UNTAGGED),
        PortConfig(name="hybrid", pvid=10),
        vlans=(VlanConfig(vid=10, tagged=("trunk",)), VlanConfig(vid=20, tagged=("trunk", "hybrid"))),
    )


@pytest.mark.parametrize(
    ("ingress", "vid", "expected"),
    [
        ("access10", None, [("trunk", 10), ("hybrid", None)]),
        ("access10", 0, [("trunk", 10), ("hybrid", None)]),
        ("access20", None, [("trunk", 20), ("hybrid", 20)]),
        ("hybrid", None, [("trunk", 10), ("access10", None)]),
        ("hybrid", 20, [("trunk", 20), ("access20", None)]),
        ("hybrid", 10, [("trunk", 10), ("access10", None)]),
        ("trunk", 10, [("access10", None), ("hybrid", None)]),
        ("trunk", 20, [("access20", None), ("hybrid", 20)]),
    ],
)
def test_trunk_access_and_hybrid_ports(ingress: str, vid: int | None, expected: list[tuple[str, int | None]]) -> None:
    assert leaves(trunk_access_hybrid(), ingress, vid) == expected


@pytest.mark.parametrize(
    ("ingress", "vid", "reason"),
    [
        ("access10", 10, DropReason.FRAME_TYPE),
        ("trunk", None, DropReason.FRAME_TYPE),
        ("trunk", 0, DropReason.FRAME_TYPE),
        ("trunk", 30, DropReason.INGRESS_VLAN),
        ("hybrid", 30, DropReason.INGRESS_VLAN),
        ("hybrid", 4095, DropReason.INGRESS_VLAN),
        ("nowhere", None, DropReason.UNKNOWN_PORT),
    ],
)
def test_what_is_not_admitted(ingress: str, vid: int | None, reason: DropReason) -> None:
    core = trunk_access_hybrid()
    assert send(core, ingress, frame(H1, vid=vid)).dropped is reason
    assert core.drops[reason] == 1
    assert list(core.hosts()) == [], "what is not admitted is not learned"


def test_without_ingress_filtering_membership_counts_on_egress_only() -> None:
    core = switch(
        PortConfig(name="a", pvid=10, ingress_filtering=False),
        PortConfig(name="b", pvid=20),
        vlans=(VlanConfig(vid=20, tagged=()),),
    )
    assert leaves(core, "a", 20) == [("b", None)]
    assert send(core, "a", frame(H1, vid=4095)).dropped is DropReason.INGRESS_VLAN, "reserved"
    assert send(core, "b", frame(H2, H1)).dropped is DropReason.EGRESS_VLAN, "H1 is known there, but a is no member"


def test_a_port_that_admits_only_tagged_frames_is_no_member_of_its_pvid() -> None:
    core = switch(PortConfig(name="a", pvid=10), PortConfig(name="b", pvid=10, frame_types=TAGGED))
    assert leaves(core, "a") == []


def test_an_explicit_tagged_membership_wins_over_the_one_that_follows_from_the_pvid() -> None:
    core = switch(
        PortConfig(name="a", pvid=10), PortConfig(name="b", pvid=10), vlans=(VlanConfig(vid=10, tagged=("b",)),)
    )
    assert leaves(core, "a") == [("b", 10)]


def test_an_explicit_untagged_membership_of_another_vlan() -> None:
    core = switch(PortConfig(name="a", pvid=10), PortConfig(name="b"), vlans=(VlanConfig(vid=10, untagged=("b",)),))
    assert leaves(core, "a") == [("b", None)]
    assert leaves(core, "b") == [], "b's own untagged frames are in its pvid"


def test_the_bridge_interface_is_a_port_with_a_pvid() -> None:
    core = switch(PortConfig(name="a", pvid=10), pvid=10)
    assert send(core, "a", frame(H1)).outputs == (Output("bridge1", None),)
    assert send(core, "bridge1", frame(H2, H1)).outputs == (Output("a", None),)
    tagged = switch(PortConfig(name="a", pvid=10), frame_types=TAGGED, vlans=(VlanConfig(vid=10, tagged=("bridge1",)),))
    assert send(tagged, "a", frame(H1)).outputs == (Output("bridge1", 10),)


def test_each_vlan_learns_for_itself() -> None:
    core = trunk_access_hybrid()
    send(core, "access10", frame(H1))
    assert ports(send(core, "hybrid", frame(H2, H1))) == ["access10"]
    assert "trunk" in ports(send(core, "hybrid", frame(H2, H1, vid=20))), "unknown in VLAN 20: flooded"


def test_without_vlan_filtering_tags_pass_and_learning_is_shared() -> None:
    core = switch(PortConfig(name="a", pvid=10), PortConfig(name="b", frame_types=TAGGED), vlan_filtering=False)
    assert leaves(core, "a", 7) == [("b", 7)]
    assert leaves(core, "a") == [("b", None)]
    assert send(core, "b", frame(H2, H1, vid=8)).outputs == (Output("a", 8),)
    assert {view.vid for view in core.hosts()} == {None}


def test_flood_flags_and_split_horizon() -> None:
    core = switch(
        PortConfig(name="in", horizon=1),
        PortConfig(name="no-broadcast", broadcast_flood=False),
        PortConfig(name="no-multicast", unknown_multicast_flood=False),
        PortConfig(name="no-unicast", unknown_unicast_flood=False),
        PortConfig(name="same-horizon", horizon=1),
    )
    group = b"\x01\x00\x5e\x00\x00\x01"
    for destination, missing in ((b"\xff" * 6, "no-broadcast"), (group, "no-multicast"), (H2, "no-unicast")):
        left = {"no-broadcast", "no-multicast", "no-unicast"} - {missing}
        assert set(ports(send(core, "in", frame(H1, destination)))) == left | {"bridge1"}
    send(core, "same-horizon", frame(H2))
    assert send(core, "in", frame(H1, H2)).dropped is DropReason.HORIZON
    send(core, "no-unicast", frame(H2))
    assert ports(send(core, "in", frame(H1, H2))) == ["no-unicast"], "flood flags are for unknown hosts"


def test_learn_off() -> None:
    core = switch(PortConfig(name="a", learn=False), PortConfig(name="b"))
    send(core, "a", frame(H1))
    send(core, "b", frame(H2))
    assert [view.address for view in core.hosts()] == [H2]
