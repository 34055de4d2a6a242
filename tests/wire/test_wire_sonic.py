"""One message of each kind as SONiC's iccpd sends it."""

import pytest

from pyiccp.wire._mac import ZERO, mac
from pyiccp.wire.iccp._pdu import IccpCapability
from pyiccp.wire.iccp._tlv import TlvValue
from pyiccp.wire.iccp.mlacp import AggregatorState, SyncData, SyncRequest, SystemConfig
from pyiccp.wire.iccp.rg import DisconnectCode, Nak, RgId, SenderName
from pyiccp.wire.iccp.sonic import (
    SonicAggregatorConfig,
    SonicArpInfo,
    SonicHeartbeat,
    SonicIfUpAck,
    SonicMacEntry,
    SonicMacInfo,
    SonicMessage,
    SonicNdiscInfo,
    SonicNeighbour,
    SonicPeerLinkInfo,
    SonicPortChannelInfo,
    SonicWarmboot,
)

NAME = "PortChannel0001"
WIDE = "506f72744368616e6e656c303030310000000000"
VLAN = "566c616e313000000000000000000000" + "00000000"
HOST = mac("02:00:00:00:00:55")

SAMPLES: dict[str, tuple[str, TlvValue]] = {
    "heartbeat": ("07030011 00000003 00050004 00000001 003a 0001 ff", SonicHeartbeat()),
    "sync request": ("07030018 00000004 00050004 00000001 0038 0008 0000 ffff 0000 0000", SyncRequest(0)),
    "sync start": ("07030014 00000004 00050004 00000001 0039 0004 0000 0000", SyncData(0, end=False)),
    "system config": (
        "07030019 00000005 00050004 00000001 0032 0009 00aa0000000a 0000 fd",
        SystemConfig(mac("00:AA:00:00:00:0A"), 0, 0xFD),
    ),
    "aggregator config": (
        "0703003a 00000006 00050004 00000001 0036 002a 0000000000000000 0001 cec0d319f7f4 0000 0000 01 0f" + WIDE,
        SonicAggregatorConfig(0, 1, mac("CE:C0:D3:19:F7:F4"), 0, 0, 1, 15, NAME),
    ),
    "aggregator state": (
        "0703001f 00000007 00050004 00000001 0037 000f 000000000000 0000 0000 0001 0000 00",
        AggregatorState(ZERO, 0, 0, 1, 0, 0),
    ),
    "port channel": (
        "07030032 00000008 00050004 00000001 1034 0022 0001" + WIDE + "0f 01 291e140a 0001 0001 000a",
        SonicPortChannelInfo(1, NAME, 15, True, bytes((41, 30, 20, 10)), 1, (10,)),
    ),
    "peer link": (
        "07030025 00000009 00050004 00000001 1035 0015 506f72744368616e6e656c303031300000000000 01",
        SonicPeerLinkInfo("PortChannel0010", 1),
    ),
    "if up": ("07030014 0000000e 00050004 00000001 103b 0004 01 01 0001", SonicIfUpAck(1, True, 1)),
    "mac": (
        "07030030 00000013 00050004 00000001 1038 0020 0001 01 02 020000000001 000a" + WIDE,
        SonicMacInfo((SonicMacEntry(1, 2, mac("02:00:00:00:00:01"), 10, NAME),)),
    ),
    "arp": (
        "07030036 0000001a 00050004 00000001 1036 0026 0001 01 00 00" + VLAN + "00 0a0a0a37 020000000055 0000",
        SonicArpInfo((SonicNeighbour(1, 0, 0, "Vlan10", bytes((10, 10, 10, 55)), HOST),)),
    ),
    "ndisc": (
        "07030042 0000001c 00050004 00000001 103a 0032 0001 01 00 00"
        + VLAN
        + "00 20010db8001000000000000000000055 020000000055 0000",
        SonicNdiscInfo((SonicNeighbour(1, 0, 0, "Vlan10", bytes.fromhex("20010db8001000000000000000000055"), HOST),)),
    ),
    "warm boot": ("07030011 00000032 00050004 00000001 1039 0001 01", SonicWarmboot()),
    "connect": (
        "0700001d 00000002 00050004 00000001 0001 000d 3139322e3136382e3235352e32",
        SenderName("192.168.255.2"),
    ),
    "nak": ("07020018 00000001 00050004 00000001 0002 0008 00010001 00000002", Nak(0x10001, 2)),
    "disconnect": ("07010014 0000000e 00050004 00000001 0004 0004 00000000", DisconnectCode(0)),
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_what_it_means_and_back(kind: str) -> None:
    text, expected = SAMPLES[kind]
    octets = bytes.fromhex(text)
    message = SonicMessage.decode(octets)
    assert message.tlvs == (RgId(1), expected)
    assert message.encode() == octets


def test_the_capability_has_no_group() -> None:
    octets = bytes.fromhex("0202000c 00000001 8700 0004 8000 0100")
    assert SonicMessage.decode(octets) == SonicMessage(0x202, 1, (IccpCapability(),))
    assert SonicMessage.decode(octets).encode() == octets
