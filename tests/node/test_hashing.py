"""transmit-hash-policy: what decides the member, and what must not."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyiccp._node.config import Bond
from pyiccp._node.hashing import HASHES, layer_2, layer_2_and_3, layer_3_and_4, spread
from pyiccp._node.trunk import Trunk

A, B = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")


def udp(source_port: int = 1000, destination_ip: int = 0x0A000002, tag: bytes = b"", fragment: int = 0) -> bytes:
    header = struct.pack(">BBHHHBBHII", 0x45, 0, 40, 0, fragment, 64, 17, 0, 0x0A000001, destination_ip)
    return B + A + tag + b"\x08\x00" + header + struct.pack(">HHHH", source_port, 2000, 20, 0) + bytes(12)


def test_layer_2_sees_addresses_only() -> None:
    assert layer_2(udp(1000)) == layer_2(udp(1001))
    assert layer_2(A + B + udp()[12:]) == layer_2(udp()), "both directions alike"


def test_layer_2_and_3_sees_ip_addresses_not_ports() -> None:
    assert layer_2_and_3(udp(1000)) == layer_2_and_3(udp(1001))
    assert layer_2_and_3(udp()) != layer_2_and_3(udp(destination_ip=0x0A000003))


def test_layer_3_and_4_sees_ports_but_not_those_of_fragments() -> None:
    assert layer_3_and_4(udp(1000)) != layer_3_and_4(udp(1001))
    assert layer_3_and_4(udp(1000, fragment=0x2000)) == layer_3_and_4(udp(1001, fragment=0x2000))


def test_a_tag_does_not_hide_the_network_header() -> None:
    tag = bytes.fromhex("81000014")
    assert layer_3_and_4(udp(1000, tag=tag)) != layer_3_and_4(udp(1001, tag=tag))
    assert layer_3_and_4(udp(1000, tag=tag)) == layer_3_and_4(udp(1000))


def test_ipv6_and_what_is_no_ip() -> None:
    head = B + A + b"\x86\xdd" + bytes([0x60, 0, 0, 0, 0, 8, 17, 64]) + bytes(15) + b"\1" + bytes(15) + b"\2"
    assert layer_3_and_4(head + b"\x03\xe8\x07\xd0" + bytes(4)) != layer_3_and_4(head + b"\x03\xe9\x07\xd0" + bytes(4))
    arp = B + A + b"\x08\x06" + bytes(28)
    assert layer_3_and_4(arp) == layer_2(arp)


@pytest.mark.parametrize("policy", sorted(HASHES))
@given(frame=st.binary(min_size=14, max_size=80), members=st.integers(1, 8))
def test_any_frame_has_a_member(policy: str, frame: bytes, members: int) -> None:
    assert 0 <= spread(HASHES[policy](frame), members) < members


def test_sixty_four_conversations_use_both_members() -> None:
    used = [spread(layer_3_and_4(udp(1000 + i)), 2) for i in range(64)]
    assert 16 <= sum(used) <= 48


def test_a_static_bond_uses_what_has_carrier() -> None:
    trunk = Trunk(Bond(name="b", slaves=("x", "y"), mode="balance-xor"))
    assert trunk.choose(udp()) is None
    trunk.link("y", True)
    assert trunk.choose(udp()) == "y"
    trunk.link("x", True)
    assert trunk.running == ("x", "y"), "in the order of slaves"


def test_active_backup_uses_one_and_min_links_demands_enough() -> None:
    backup = Trunk(Bond(name="b", slaves=("x", "y"), mode="active-backup"))
    backup.link("x", True)
    backup.link("y", True)
    assert backup.distributing == ("x",)
    needy = Trunk(Bond(name="b", slaves=("x", "y"), mode="balance-xor", min_links=2))
    needy.link("x", True)
    assert needy.choose(udp()) is None
