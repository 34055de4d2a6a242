"""LACPDU and Marker on the wire (802.1AX 6.4.2, 6.5.3)."""

import pytest

from pyiccp.wire.lacpdu import Lacpdu, Participant
from pyiccp.wire.mac import mac
from pyiccp.wire.malformed import Malformed
from pyiccp.wire.marker import RESPONSE, Marker
from pyiccp.wire.state import STATES

EXAMPLE = Lacpdu(
    actor=Participant(0x8000, mac("74:4D:28:11:70:6B"), 9, 255, 0x9001, STATES[0x3D]),
    partner=Participant(0xFFFF, mac("74:4D:28:7B:7F:96"), 17, 128, 2, STATES[0x3F]),
    collector_max_delay=50,
)
OCTETS = bytes.fromhex(
    "0101"
    "0114 8000 744d2811706b 0009 00ff 9001 3d 000000"
    "0214 ffff 744d287b7f96 0011 0080 0002 3f 000000"
    "0310 0032 000000000000000000000000"
    "0000" + "00" * 50
)


def test_the_octets_of_the_standard() -> None:
    assert len(OCTETS) == 110
    assert EXAMPLE.encode() == OCTETS
    assert Lacpdu.decode(OCTETS) == EXAMPLE
    assert Lacpdu.decode(OCTETS).actor.state.text == "A-GSCD--"


@pytest.mark.parametrize("offset", [1, 2, 3, 19, 20, 21, 22, 23, 39, 42, 43, 46, 57, 58, 59, 60, 109])
def test_a_receiver_does_not_check_version_types_lengths_and_reserved_octets(offset: int) -> None:
    changed = bytearray(OCTETS)
    changed[offset] ^= 0xFF
    decoded = Lacpdu.decode(bytes(changed))
    assert (decoded.actor, decoded.partner, decoded.collector_max_delay) == (EXAMPLE.actor, EXAMPLE.partner, 50)
    assert decoded.version == changed[1]


def test_less_than_110_octets_are_illegal_and_more_are_not() -> None:
    assert Lacpdu.decode(OCTETS + bytes(18)) == EXAMPLE
    with pytest.raises(Malformed) as caught:
        Lacpdu.decode(OCTETS[:109])
    assert (caught.value.path, caught.value.offset) == ("reserved", 109)


def test_the_subtype_is_checked() -> None:
    with pytest.raises(Malformed, match="subtype at octet 0: 2 where 1 belongs"):
        Lacpdu.decode(b"\2" + OCTETS[1:])


def test_a_marker_keeps_all_that_a_response_must_echo() -> None:
    octets = bytes.fromhex("0201 0110 0007 744d2811706b 12345678 abcd") + bytes(range(92))
    marker = Marker.decode(octets)
    assert marker.requester_port == 7
    assert marker.requester_transaction_id == 0x12345678
    assert marker.encode() == octets
    response = Marker(RESPONSE, 7, marker.requester_system, 0x12345678, 1, 16, 0xABCD, bytes(range(92)))
    assert response.encode() == octets[:2] + b"\x02" + octets[3:]
