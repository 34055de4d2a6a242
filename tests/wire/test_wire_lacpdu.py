"""LACPDU and Marker on the wire (802.1AX 6.4.2, 6.5.3)."""

import msgspec
import pytest

from pyiccp.wire._lacp_extension import (
    ConversationDigest,
    ConversationMask,
    ConversationMaskMore,
    PortAlgorithm,
    RetryCount,
    ServiceMapping,
    UnknownLacpTlv,
)
from pyiccp.wire._lacpdu import Lacpdu, Participant
from pyiccp.wire._mac import mac
from pyiccp.wire._malformed import Malformed
from pyiccp.wire._marker import RESPONSE, Marker
from pyiccp.wire._state import STATES

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


TLVS = (
    PortAlgorithm(algorithm=2),
    ConversationDigest(7, bytes(range(16))),
    ConversationMask(5, bytes(128)),
    ConversationMaskMore(7, bytes(128)),
    ConversationMaskMore(9, b"\xff" * 128),
    ServiceMapping(bytes(16)),
    UnknownLacpTlv(0x33, b"x"),
)


def test_version_2_has_its_tlvs_before_the_terminator() -> None:
    lacpdu = msgspec.structs.replace(EXAMPLE, version=2, tlvs=TLVS)
    octets = lacpdu.encode()
    assert octets[58:64] == bytes.fromhex("0406 0080c2 02")
    assert octets[64:66] == bytes.fromhex("0514")
    assert octets[-2:] == b"\0\0"
    assert Lacpdu.decode(octets) == lacpdu
    assert Lacpdu.decode(octets + bytes(20)) == lacpdu


def test_a_short_version_2_is_filled_up_to_110_octets() -> None:
    lacpdu = msgspec.structs.replace(EXAMPLE, version=2, tlvs=TLVS[:1])
    assert len(lacpdu.encode()) == 110
    assert Lacpdu.decode(lacpdu.encode()) == lacpdu


def test_retry_counts() -> None:
    lacpdu = msgspec.structs.replace(EXAMPLE, version=0xF1, tlvs=(RetryCount(0x80, 5), RetryCount(0x81, 3)))
    assert lacpdu.encode()[58:68] == bytes.fromhex("8004 0500 8104 0300 0000")
    assert Lacpdu.decode(lacpdu.encode()) == lacpdu


def test_version_1_has_none_and_sends_none() -> None:
    octets = bytearray(msgspec.structs.replace(EXAMPLE, version=2, tlvs=TLVS).encode())
    octets[1] = 1
    assert Lacpdu.decode(bytes(octets)) == EXAMPLE
    with pytest.raises(ValueError, match="above 1"):
        msgspec.structs.replace(EXAMPLE, tlvs=TLVS).encode()


@pytest.mark.parametrize(
    ("octets", "kept"),
    [
        ("0401", 0),
        ("0400", 0),
        ("04ff", 0),
        ("0406 0080c201 05", 1),
        ("0406 0080c201 0000 0406 0080c202", 1),
    ],
    ids=["length 1", "length 0", "past the end", "half a head", "behind the terminator"],
)
def test_what_is_wrong_among_the_tlvs_ends_their_list_but_not_the_pdu(octets: str, kept: int) -> None:
    tail = bytes.fromhex(octets)
    whole = OCTETS[:1] + b"\2" + OCTETS[2:58]
    padded = tail + bytes(52 - len(tail)) if kept else b"\x33\x32" + bytes(48) + tail
    decoded = Lacpdu.decode(whole + padded)
    assert decoded.actor == EXAMPLE.actor
    assert decoded.tlvs == ((PortAlgorithm(algorithm=1),) if kept else (UnknownLacpTlv(0x33, bytes(48)),))


def test_a_tlv_of_another_length_is_kept_as_octets() -> None:
    octets = OCTETS[:1] + b"\2" + OCTETS[2:58] + bytes.fromhex("0405 0080c2") + bytes(47)
    assert Lacpdu.decode(octets).tlvs == (UnknownLacpTlv(4, b"\x00\x80\xc2"),)


def test_a_tlv_alone() -> None:
    for tlv in TLVS:
        assert type(tlv).decode(tlv.encode()) == tlv
    with pytest.raises(Malformed, match="length at octet 1: 1 where 2 is the least"):
        PortAlgorithm.decode(b"\4\1")
