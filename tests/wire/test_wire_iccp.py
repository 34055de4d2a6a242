"""LDP PDUs, messages and TLVs: the constructed vectors, and the negative cases of RFC 5036 3.5.1."""

import json
from pathlib import Path

import pytest

from pyiccp.wire._mac import mac
from pyiccp.wire._malformed import Malformed
from pyiccp.wire._state import STATES
from pyiccp.wire.iccp._pdu import (
    RG_APPLICATION_DATA,
    RG_CONNECT,
    RG_DISCONNECT,
    CommonSession,
    Connect,
    Disconnect,
    DynamicCapability,
    IccpCapability,
    IccpPdu,
    IccpStatus,
    LdpStatus,
    Message,
    ldp_status,
)
from pyiccp.wire.iccp._tlv import TlvValue, UnknownTlv
from pyiccp.wire.iccp.mlacp import (
    AggregatorConfig,
    PortConfig,
    PortPriority,
    PortState,
    SyncData,
    SyncRequest,
    SystemConfig,
)
from pyiccp.wire.iccp.pwred import INDEPENDENT, PwId, PwRedConfig, ServiceName
from pyiccp.wire.iccp.rg import (
    ApplicationConnect,
    ApplicationDisconnect,
    DisconnectCode,
    Nak,
    RequestedVersion,
    RgId,
    SenderName,
)
from pyiccp.wire.iccp.stp import (
    StpCistRootTime,
    StpInstancePriority,
    StpRegionName,
    StpRevisionLevel,
    StpSyncData,
    StpSystemConfig,
    StpTopologyChanged,
)

VECTORS: dict[str, str] = json.loads((Path(__file__).parents[1] / "vectors/iccp/iccp_vectors.json").read_text())
PE1 = mac("74:4D:28:11:70:6B")
CLIENT = mac("74:4D:28:7B:7F:96")


def octets_of(number: int) -> bytes:
    return bytes.fromhex(next(octets for name, octets in VECTORS.items() if name.split()[0] == f"V{number}"))


def tlvs_of(number: int) -> tuple[TlvValue, ...]:
    (message,) = IccpPdu.decode(octets_of(number)).messages
    return message.tlvs


@pytest.mark.parametrize("name", VECTORS)
def test_every_vector_comes_back_as_the_same_octets(name: str) -> None:
    octets = bytes.fromhex(VECTORS[name])
    pdu = IccpPdu.decode(octets)
    assert pdu.encode() == octets
    assert IccpPdu.FORMAT.build(IccpPdu.FORMAT.parse(octets)) == octets
    for message in pdu.messages:
        assert Message.decode(message.encode()) == message


PORT_STATE = PortState(CLIENT, 65535, 1, 255, 9, STATES[0x3D], STATES[0x3D], 0x9001, 17, 0, 0, 1)

MEANINGS: dict[int, tuple[TlvValue, ...]] = {
    1: (CommonSession(15, 0xC0000202), DynamicCapability(), IccpCapability()),
    2: (),
    3: (RgId(100), SenderName("pe1")),
    4: (RgId(100), SenderName("pe1"), ApplicationConnect(Connect.MLACP)),
    5: (RgId(100), SenderName("pe2"), ApplicationConnect(Connect.MLACP, a=True)),
    6: (RgId(100), SenderName("pe1"), ApplicationConnect(Connect.STP)),
    7: (
        RgId(100),
        SenderName("pe2"),
        Nak(
            IccpStatus.INCOMPATIBLE_VERSION,
            4,
            (ApplicationConnect(Connect.MLACP, version=2), RequestedVersion(Connect.MLACP)),
        ),
    ),
    8: (RgId(100), SystemConfig(PE1, 32768, 1)),
    9: (RgId(100), PORT_STATE),
    11: (RgId(100), SyncRequest(1)),
    13: (RgId(100), SenderName("pe2"), Nak(IccpStatus.REJECTED_MESSAGE, 6, (SystemConfig(PE1, 32768, 1),))),
    14: (
        RgId(100),
        DisconnectCode(IccpStatus.APPLICATION_REMOVED),
        ApplicationDisconnect(Disconnect.MLACP, "admin down"),
    ),
    12: (RgId(100), PortPriority(1, 0, 1, 255, 32768)),
    15: (RgId(100), DisconnectCode(IccpStatus.RG_REMOVED)),
    16: (RgId(100), StpSystemConfig(1, PE1)),
    17: (
        RgId(100),
        StpSyncData(0, end=False),
        StpSystemConfig(1, PE1),
        StpRegionName("region1"),
        StpRevisionLevel(0),
        StpInstancePriority(8, 0),
        StpCistRootTime(20, 0, 15, 2, 20),
        StpSyncData(0, end=True),
    ),
    18: (RgId(100), StpTopologyChanged((0,))),
    19: (RgId(100), PwRedConfig(7, 1, INDEPENDENT, (ServiceName("svc"), PwId(0xC6336409, 0, 1000)))),
}


@pytest.mark.parametrize("number", MEANINGS)
def test_what_a_vector_means(number: int) -> None:
    assert tlvs_of(number) == MEANINGS[number]


def test_a_full_synchronisation() -> None:
    _, start, system, aggregator, port, _, state, end = tlvs_of(10)
    assert (start, end) == (SyncData(0, end=False), SyncData(0, end=True))
    assert system == SystemConfig(PE1, 32768, 1)
    assert aggregator == AggregatorConfig(10, 1, PE1, 17, 0, 0, "bond1")
    assert port == PortConfig(0x9001, mac("74:4D:28:11:70:71"), 17, 255, 10000, 5, "sfp-sfpplus2")
    assert state == PORT_STATE


def message(*tlvs: bytes, kind: int = RG_APPLICATION_DATA) -> bytes:
    body = (1).to_bytes(4, "big") + RgId(100).encode() + b"".join(tlvs)
    return kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body


def pdu(*messages: bytes) -> bytes:
    body = bytes.fromhex("c00002010000") + b"".join(messages)
    return b"\0\1" + len(body).to_bytes(2, "big") + body


def refusal(octets: bytes) -> tuple[LdpStatus, str, int]:
    with pytest.raises(Malformed) as caught:
        IccpPdu.decode(octets)
    return ldp_status(caught.value), caught.value.path, caught.value.offset


def test_pdu_errors() -> None:
    good = pdu(message())
    assert IccpPdu.decode(good + b"padding") == IccpPdu.decode(good)
    assert refusal(b"\0\2" + good[2:]) == (LdpStatus.BAD_PROTOCOL_VERSION, "version", 0)
    assert refusal(b"\0\1\0\x0d" + good[4:]) == (LdpStatus.BAD_PDU_LENGTH, "pdu_length", 2)
    assert refusal(good[:-1]) == (LdpStatus.BAD_PDU_LENGTH, "pdu_length", 2)
    assert refusal(good[:9]) == (LdpStatus.BAD_PDU_LENGTH, "label_space", 9)


def test_message_errors() -> None:
    runs_past = bytearray(message())
    runs_past[3] += 1
    assert refusal(pdu(bytes(runs_past))) == (LdpStatus.BAD_MESSAGE_LENGTH, "messages[0].length", 12)
    short = bytes.fromhex("0201 0003 000000 00")
    assert refusal(pdu(short))[:2] == (LdpStatus.BAD_MESSAGE_LENGTH, "messages[0].message_id")


def test_tlv_errors() -> None:
    past = bytearray(message(SystemConfig(PE1, 1, 1).encode()))
    past[19] += 1
    assert refusal(pdu(bytes(past))) == (LdpStatus.BAD_TLV_LENGTH, "messages[0].tlvs[1].length", 28)
    assert refusal(pdu(message(b"\0\x32\0\x08" + bytes(8))))[:2] == (
        LdpStatus.MALFORMED_TLV_VALUE,
        "messages[0].tlvs[1].node_id",
    )
    assert refusal(pdu(message(b"\0\x32\0\x0a" + bytes(10))))[0] is LdpStatus.MALFORMED_TLV_VALUE
    assert refusal(pdu(message(b"\0\1\0\x51" + b"x" * 81)))[:2] == (
        LdpStatus.MALFORMED_TLV_VALUE,
        "messages[0].tlvs[1].name",
    )


@pytest.mark.parametrize("said", [0, 5, 7, 21])
def test_a_name_is_as_long_as_it_says(said: int) -> None:
    octets = bytearray(AggregatorConfig(10, 1, PE1, 17, name="agg123").encode())
    octets[25] = said
    assert refusal(pdu(message(bytes(octets))))[:2] == (LdpStatus.MALFORMED_TLV_VALUE, "messages[0].tlvs[1].name")


def test_a_name_of_21_octets_is_no_name() -> None:
    octets = bytearray(AggregatorConfig(10, 1, PE1, 17, name="x" * 20).encode())
    octets[3] += 1
    octets[25] = 21
    assert refusal(pdu(message(bytes(octets) + b"x")))[0] is LdpStatus.MALFORMED_TLV_VALUE
    with pytest.raises(ValueError, match="20 is the most"):
        AggregatorConfig(10, 1, PE1, 17, name="x" * 21).encode()


def test_unknown_tlvs_keep_octets_and_bits() -> None:
    octets = pdu(message(bytes.fromhex("0123 0002 abcd"), bytes.fromhex("8123 0000"), bytes.fromhex("c123 0001 00")))
    (decoded,) = IccpPdu.decode(octets).messages
    assert decoded.tlvs[1:] == (
        UnknownTlv(0x123, b"\xab\xcd"),
        UnknownTlv(0x123, b"", u=True),
        UnknownTlv(0x123, b"\0", u=True, f=True),
    )
    assert IccpPdu.decode(octets).encode() == octets


def test_a_known_tlv_with_u_set_is_still_known() -> None:
    octets = bytearray(SystemConfig(PE1, 1, 1).encode())
    octets[0] |= 0x80
    assert Message.decode(message(bytes(octets))).tlvs[1] == SystemConfig(PE1, 1, 1)


@pytest.mark.parametrize("u", [False, True])
def test_unknown_messages_keep_their_bit(u: bool) -> None:
    unknown = Message(0x0704, 9, (RgId(100),), u=u)
    assert unknown.encode()[:2] == (b"\x87\x04" if u else b"\x07\x04")
    assert Message.decode(unknown.encode()) == unknown


def test_a_nak_echoes_what_does_not_fit_its_own_table() -> None:
    broken = bytes.fromhex("0032 0003 744d28")
    inner = Nak(IccpStatus.REJECTED_MESSAGE, 1).encode()
    octets = message(b"\0\2" + (8 + len(broken) + len(inner)).to_bytes(2, "big") + bytes(8) + broken + inner)
    nak = Message.decode(octets).tlvs[1]
    assert nak == Nak(0, 0, (UnknownTlv(0x32, bytes.fromhex("744d28")), UnknownTlv(2, inner[4:])))
    assert Message.decode(octets).encode() == octets


def test_a_disconnect_with_and_without_cause() -> None:
    for cause in (None, "", "stopped", "gestoppt: für immer"):
        disconnect = ApplicationDisconnect(Disconnect.MLAG, cause)
        assert ApplicationDisconnect.decode(disconnect.encode()) == disconnect
    assert ApplicationDisconnect(Disconnect.FDB, "x").encode() == bytes.fromhex("3021 0005 3022 0001 78")


def test_a_tlv_alone() -> None:
    assert RgId.decode(RgId(5).encode() + b"more") == RgId(5)
    with pytest.raises(Malformed, match="0x0032 is no ICC RG ID"):
        RgId.decode(SystemConfig(PE1, 1, 1).encode())
    with pytest.raises(Malformed, match=r"ICC RG ID: length at octet 2: 4 octets where 3 are left"):
        RgId.decode(RgId(5).encode()[:7])


def test_several_messages_in_one_pdu() -> None:
    both = IccpPdu(1, 0, (Message(RG_CONNECT, 1, (RgId(1),)), Message(RG_DISCONNECT, 2, (RgId(1),))))
    assert IccpPdu.decode(both.encode()) == both
    with pytest.raises(Malformed, match=r"messages\[1\]\.tlvs\[0\]\.rg_id"):
        IccpPdu.decode(pdu(message(), bytes.fromhex("0701 000b 00000002 0005 0003 000000")))


def test_what_nests_deeper_stays_octets_inside_a_nak() -> None:
    config = PwRedConfig(7, 1, INDEPENDENT, (ServiceName("svc"),))
    nak = Nak(IccpStatus.REJECTED_MESSAGE, 1, (UnknownTlv(0x12, config.encode()[4:]), SystemConfig(PE1, 1, 1)))
    assert Nak.decode(nak.encode()) == nak
    assert PwRedConfig.decode(config.encode()) == config
