"""M12: each mistake gives its one finding, word for word, and holds down what it should."""

from typing import Any

import pytest
from msgspec.structs import replace

from pyiccp._mlag.consistency import CHECKS, Finding, blocked, check, held_bonds
from pyiccp._mlag.profile import PortProfile, Profile
from pyiccp._sansio import seconds
from pyiccp.wire._mac import mac

BOND = PortProfile(
    name="client-bond",
    mlag_id=10,
    pvid=1,
    untagged=(1,),
    point_to_point="auto",
    bpdu_guard=False,
    bpdu_guard_disable_time=0,
    auto_isolate=False,
    restricted_role=False,
    restricted_tcn=True,
)
ORPHAN = PortProfile(name="ether5", pvid=1, untagged=(1,))

PEER1 = Profile(
    name="Peer1",
    heartbeat=seconds(5),
    solo_identity=mac("FE:4D:28:11:70:6B"),
    node_number=0,
    peer_port="sfp-sfpplus1",
    peer_port_tagged=(1,),
    peer_port_untagged=(99,),
    peer_port_mtu=1606,
    ports=(BOND, ORPHAN),
)
PEER2 = replace(PEER1, name="Peer2", solo_identity=mac("FE:4D:28:7C:00:01"), node_number=1)


def mistake(bond: dict[str, Any] | None = None, **changes: Any) -> Profile:
    """Peer1 with something wrong, in its bond or anywhere."""
    ports = (replace(BOND, **(bond or {})), ORPHAN)
    return replace(PEER1, **{"ports": ports, **changes})


def test_a_pair_without_mistakes_has_no_findings() -> None:
    assert check(PEER1) == ()
    assert check(PEER1, PEER2) == ()
    assert check(PEER2, PEER1) == ()


def test_the_quick_setup_has_nothing_of_type_1_and_two_warnings() -> None:
    quick = replace(PEER1, keepalive=False, peer_port_members=1)
    assert [(finding.code, finding.type) for finding in check(quick, quick_peer(quick))] == [
        ("no-keepalive", 2),
        ("single-member-peer-port", 2),
    ]


def quick_peer(own: Profile) -> Profile:
    return replace(own, name="Peer2", solo_identity=PEER2.solo_identity, node_number=1)


ALONE = [
    (
        mistake(l3_hw_offloading=True),
        ("l3-hw-offloading", 1, "L3 hardware offloading is on: MLAG does not work with it", "mlag"),
    ),
    (
        mistake(protocol_mode="none"),
        ("protocol-mode", 1, "protocol-mode=none on MLAG bridge bridge1: supported are rstp and stp", "mlag"),
    ),
    (
        mistake(protocol_mode="mstp"),
        ("protocol-mode", 1, "protocol-mode=mstp on MLAG bridge bridge1: supported are rstp and stp", "mlag"),
    ),
    (
        mistake(peer_port="peer-bond", peer_port_mlag_id=0),
        ("peer-port-mlag-id", 1, "peer port peer-bond has mlag-id=0: no client hangs on the peer port", "mlag"),
    ),
    (
        mistake(other_mlag_bridges=("bridge2",)),
        ("second-mlag-bridge", 1, "bridge2 is a second MLAG bridge beside bridge1: a node has one", "mlag"),
    ),
    (
        mistake({"tagged": (20,)}),
        ("peer-port-vlan", 1, "VLAN 20 of client-bond is missing on peer port sfp-sfpplus1", ("client-bond",)),
    ),
    (
        mistake({"pvid": 10, "untagged": (10,)}),
        ("peer-port-vlan", 1, "VLAN 10 of client-bond is missing on peer port sfp-sfpplus1", ("client-bond",)),
    ),
    (
        mistake({"mtu": 9000}),
        (
            "peer-port-mtu",
            1,
            "peer port sfp-sfpplus1 carries 1606 octets; a frame of client-bond in an envelope has up to 9060",
            ("client-bond",),
        ),
    ),
    (
        mistake(peer_port_pvid=1, peer_port_tagged=(), peer_port_untagged=(1,)),
        (
            "peer-port-pvid",
            2,
            "peer port sfp-sfpplus1 has pvid=1, the default of every port: its untagged VLAN is not its own",
            (),
        ),
    ),
    (
        mistake(peer_port_tagged=(), peer_port_untagged=(1, 99)),
        (
            "peer-port-untagged",
            2,
            "untagged VLAN 1 of client-bond and ether5 is untagged on peer port sfp-sfpplus1 too",
            (),
        ),
    ),
    (
        mistake(ports=(BOND, replace(ORPHAN, pvid=30, untagged=(30,)))),
        ("peer-port-orphan-vlan", 2, "VLAN 30 of ether5 is missing on peer port sfp-sfpplus1", ()),
    ),
    (
        mistake(keepalive=False),
        (
            "no-keepalive",
            2,
            "no keepalive path to the peer: after a crash of the primary clients wait for detection + 3 s and see one "
            "identity change, and a cut peer link takes the secondary's bonds down",
            (),
        ),
    ),
    (
        mistake(peer_port_members=1),
        (
            "single-member-peer-port",
            2,
            "peer port sfp-sfpplus1 is a single link: one cable parts the pair",
            (),
        ),
    ),
    (
        mistake(igmp_snooping=True),
        (
            "not-synchronised",
            2,
            "igmp-snooping=yes on MLAG bridge bridge1: group memberships are not synchronised",
            (),
        ),
    ),
    (
        mistake(mvrp=True),
        (
            "not-synchronised",
            2,
            "mvrp=yes on MLAG bridge bridge1: VLANs registered on dual-homed bonds are not synchronised",
            (),
        ),
    ),
    (
        mistake(vxlan_ports=("vxlan1",)),
        (
            "not-synchronised",
            2,
            "VXLAN interface vxlan1 is a port of MLAG bridge bridge1: MLAG does not support it",
            (),
        ),
    ),
    (
        mistake(stp_priority=0x1001),
        (
            "stp-priority-step",
            2,
            "priority=0x1001 on MLAG bridge bridge1 is no multiple of 0x1000: it counts as 0x1000",
            (),
        ),
    ),
    (
        mistake(max_learned_entries=8192, hosts=9000),
        (
            "too-many-hosts",
            2,
            "9000 hosts are more than max-learned-entries=8192: some are not synchronised",
            (),
        ),
    ),
]

BESIDE_PEER2 = [
    (mistake(layout_major=2), ("layout-major", 1, "layout version is 2 here and 1 on Peer2", "mlag")),
    (mistake(domain=7), ("domain", 1, "domain is 7 here and 1 on Peer2", "mlag")),
    (mistake(protocol_mode="stp"), ("stp-mode", 1, "protocol-mode is stp here and rstp on Peer2", "mlag")),
    (
        mistake(node_number=1),
        ("lacp-port-range", 1, "both nodes are number 1: their LACP port numbers collide", "mlag"),
    ),
    (
        mistake(solo_identity=PEER2.solo_identity),
        (
            "solo-identity",
            1,
            "both nodes would be FE:4D:28:7C:00:01 alone: their bridge MACs differ in the first octet only",
            "mlag",
        ),
    ),
    (
        mistake({"mlag_id": 11}),
        ("unmatched-mlag-id", 2, "mlag-id=11 of client-bond has no bond on Peer2: its client has one node only", ()),
    ),
    (mistake(stp_priority=0x1000), ("stp-priority", 2, "priority is 0x1000 here and 0x8000 on Peer2", ())),
    (mistake(heartbeat=None), ("heartbeat", 2, "mlag-heartbeat is none here and 5s on Peer2", ())),
    (
        mistake({"path_cost": 2000}),
        ("path-cost", 2, "path-cost of client-bond is 2000 here and automatic on Peer2", ()),
    ),
    (mistake({"priority": 0x10}), ("port-priority", 2, "priority of client-bond is 0x10 here and 0x80 on Peer2", ())),
    (mistake({"edge": "yes"}), ("edge", 2, "edge of client-bond is yes here and auto on Peer2", ())),
    (
        mistake({"point_to_point": "no"}),
        ("point-to-point", 2, "point-to-point of client-bond is no here and auto on Peer2", ()),
    ),
    (mistake({"bpdu_guard": True}), ("bpdu-guard", 2, "bpdu-guard of client-bond is yes here and no on Peer2", ())),
    (
        mistake({"bpdu_guard_disable_time": seconds(90)}),
        ("bpdu-guard-disable-time", 2, "bpdu-guard-disable-time of client-bond is 90s here and 0s on Peer2", ()),
    ),
    (
        mistake({"auto_isolate": True}),
        ("auto-isolate", 2, "auto-isolate of client-bond is yes here and no on Peer2", ()),
    ),
    (
        mistake({"restricted_role": True}),
        ("restricted-role", 2, "restricted-role of client-bond is yes here and no on Peer2", ()),
    ),
    (
        mistake({"restricted_tcn": False}),
        ("restricted-tcn", 2, "restricted-tcn of client-bond is no here and yes on Peer2", ()),
    ),
    (
        mistake({"pvid": 5, "untagged": (5,)}, peer_port_tagged=(1, 5)),
        ("pvid", 2, "pvid of client-bond is 5 here and 1 on Peer2", ()),
    ),
    (
        mistake({"tagged": (20,)}, peer_port_tagged=(1, 20)),
        ("vlan-list", 2, "VLAN 20 of client-bond is configured only here", ()),
    ),
    (
        mistake({"untagged": (), "pvid": None}),
        ("pvid", 2, "pvid of client-bond is unset here and 1 on Peer2", ()),
    ),
    (mistake({"lacp_rate": "1sec"}), ("lacp-rate", 2, "lacp-rate of client-bond is 1sec here and 30secs on Peer2", ())),
    (
        mistake({"mode": "balance-xor"}),
        ("bond-mode", 2, "mode of client-bond is balance-xor here and 802.3ad on Peer2", ()),
    ),
    (
        mistake({"transmit_hash_policy": "layer-3-and-4"}),
        ("hash", 2, "transmit-hash-policy of client-bond is layer-3-and-4 here and layer-2 on Peer2", ()),
    ),
]


def only(findings: tuple[Finding, ...]) -> tuple[str, int, str, object]:
    [finding] = findings
    assert finding.fix and finding.subject
    return finding.code, finding.type, finding.message, finding.holds


@pytest.mark.parametrize(("own", "finding"), ALONE, ids=[finding[2] for _, finding in ALONE])
def test_what_a_node_sees_alone(own: Profile, finding: tuple[str, int, str, object]) -> None:
    assert only(check(own)) == finding


@pytest.mark.parametrize(("own", "finding"), BESIDE_PEER2, ids=[finding[2] for _, finding in BESIDE_PEER2])
def test_what_takes_both_nodes(own: Profile, finding: tuple[str, int, str, object]) -> None:
    assert check(own) == ()
    assert only(check(own, PEER2)) == finding


def test_what_a_peer_of_an_earlier_version_does_not_tell_is_no_difference() -> None:
    """It knows nothing of these properties in its profile, which is not to say that it has the defaults."""
    told = PortProfile(name="client-bond", mlag_id=10, pvid=1, untagged=(1,))
    own = mistake({"bpdu_guard": True, "auto_isolate": True, "restricted_role": True, "point_to_point": "yes"})
    assert check(own, replace(PEER2, ports=(told, ORPHAN))) == ()


def test_every_row_of_the_table_has_a_mistake_in_this_file() -> None:
    assert {finding[0] for _, finding in (*ALONE, *BESIDE_PEER2)} == {row.code for row in CHECKS}
    assert len({row.code for row in CHECKS}) == len(CHECKS)


def test_a_type_1_fault_holds_the_pair_or_the_bonds_that_it_concerns() -> None:
    second = PortProfile(name="bond2", mlag_id=11, pvid=1, untagged=(1,), tagged=(20,))
    findings = check(mistake(ports=(replace(BOND, tagged=(20, 30)), second, ORPHAN)))
    assert [finding.message for finding in findings] == [
        "VLAN 20 of client-bond and bond2 is missing on peer port sfp-sfpplus1",
        "VLAN 30 of client-bond is missing on peer port sfp-sfpplus1",
    ]
    assert held_bonds(findings) == ("client-bond", "bond2")
    assert blocked(findings) == ""
    assert blocked(check(mistake(l3_hw_offloading=True))) == "L3 hardware offloading is on: MLAG does not work with it"
    assert held_bonds(check(mistake(l3_hw_offloading=True))) == ()


def test_without_vlan_filtering_there_are_no_vlans_to_miss() -> None:
    assert check(mistake({"tagged": (20,)}, vlan_filtering=False, peer_port_pvid=1, peer_port_untagged=(1,))) == ()


def test_admit_only_vlan_tagged_keeps_the_peer_ports_untagged_vlan_apart() -> None:
    assert check(mistake(peer_port_pvid=1, peer_port_untagged_admitted=False, peer_port_untagged=())) == ()


def test_of_a_peer_half_known_only_numbers_and_ids_are_compared() -> None:
    peer = Profile(
        name="Peer2", complete=False, peer_port="", node_number=1, ports=(PortProfile(name="b", mlag_id=10),)
    )
    assert check(mistake({"tagged": (20,)}, peer_port_tagged=(1, 20), stp_priority=0, domain=9), peer) == ()
    findings = check(mistake({"mlag_id": 4294967295}), peer)
    assert only(findings)[2] == ("mlag-id=4294967295 of client-bond has no bond on Peer2: its client has one node only")
    assert findings[0].fix == "on Peer2: /interface bonding set client-bond mlag-id=4294967295"
