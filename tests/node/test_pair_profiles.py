"""M12 between running peers: whole profiles are exchanged, and one table compares them."""

import msgspec
import pytest

from node.labs import PEER, joined, network, node
from pyiccp._mlag.profile import Profile
from pyiccp._node.comparing import LARGEST, profile_heard
from pyiccp._node.findings import profile, read_profile
from pyiccp._sansio import seconds
from pyiccp.wire.iccp._mlag import PROFILE_CHUNK, ProfileTold


def test_each_node_knows_the_others_profile_whole() -> None:
    net = joined()
    for one, other in (("Peer1", "Peer2"), ("Peer2", "Peer1")):
        assert node(net, one).pairing.profile == profile(node(net, other).config)
        assert node(net, one).pair_findings == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("lacp-rate=1sec", "lacp-rate=30secs", "lacp-rate of client-bond is 1sec here and 30secs on Peer2"),
        (
            "interface=client-bond",
            "interface=client-bond edge=yes",
            "edge of client-bond is auto here and yes on Peer2",
        ),
        *(
            (
                "interface=client-bond",
                f"interface=client-bond {property}=yes",
                f"{property} of client-bond is no here and yes on Peer2",
            )
            for property in ("bpdu-guard", "auto-isolate", "restricted-role", "restricted-tcn")
        ),
        ("vlan-filtering=yes", "vlan-filtering=yes priority=0x1000", "priority is 0x8000 here and 0x1000 on Peer2"),
        ("peer-port=", "heartbeat=3s peer-port=", "mlag-heartbeat is 5s here and 3s on Peer2"),
    ],
)
def test_what_differs_is_a_warning_on_both_nodes(old: str, new: str, said: str) -> None:
    """M12 type 2: nothing is held down."""
    net = network(peer2=PEER.replace(old, new, 1))
    net.run(seconds(6))
    assert said in node(net, "Peer1").warnings
    assert any("on Peer1" in warning for warning in node(net, "Peer2").warnings)
    assert all(node(net, name).plane.trunks["client-bond"].distributing for name in ("Peer1", "Peer2"))


def test_another_stp_mode_holds_the_secondarys_halves_and_says_why() -> None:
    """M12 type 1: 1. The modes differ: the secondary's half stays out of sync, clients keep the primary's. 2. The
    primary dies: nothing contradicts the survivor any more, its half comes."""
    net = network(peer2=PEER.replace("vlan-filtering=yes", "vlan-filtering=yes protocol-mode=stp", 1))
    net.run(seconds(6))
    first, second = (node(net, name).status(net.now).bonds["client-bond"] for name in ("Peer1", "Peer2"))
    assert first.active_ports == ("sfp-sfpplus2",)
    assert second.active_ports == ()
    reason = second.ports["sfp-sfpplus2"].reason
    assert reason == "held down: protocol-mode is stp here and rstp on Peer1"
    net.power_off(net.devices["Peer1"])
    net.run(seconds(12))
    assert node(net, "Peer2").status(net.now).bonds["client-bond"].active_ports == ("sfp-sfpplus2",)


def test_a_profile_in_pieces_is_put_together() -> None:
    net = joined()
    receiver = node(net, "Peer1")
    octets = msgspec.json.encode(profile(node(net, "Peer2").config))
    receiver.pairing.profile = None
    for at in range(0, len(octets), 100):
        profile_heard(receiver, ProfileTold(at + 100 < len(octets), octets[at : at + 100]), net.now, [])
    assert receiver.pairing.profile == profile(node(net, "Peer2").config)


@pytest.mark.parametrize("octets", [b"", b"{}", b"nul", b'{"peer_port": 3}', b"\xff", b"[]"])
def test_a_profile_that_is_none_is_said_and_changes_nothing(octets: bytes) -> None:
    net = joined()
    receiver = node(net, "Peer1")
    profile_heard(receiver, ProfileTold(False, octets), net.now, [])
    assert receiver.pairing.profile is None
    assert "the peer's profile cannot be read: the configurations are not compared" in receiver.warnings


def test_a_profile_without_end_takes_no_memory() -> None:
    net = joined()
    receiver = node(net, "Peer1")
    for _ in range(LARGEST // PROFILE_CHUNK + 2):
        profile_heard(receiver, ProfileTold(True, bytes(PROFILE_CHUNK)), net.now, [])
    assert len(receiver.pairing.heard) <= LARGEST
    assert any("too large" in warning for warning in receiver.warnings)


def test_names_that_are_not_known_are_ignored() -> None:
    """A later minor version may tell more (M2.5)."""
    assert read_profile(b'{"peer_port": "x", "new_in_1_1": 4}') == Profile(peer_port="x")
