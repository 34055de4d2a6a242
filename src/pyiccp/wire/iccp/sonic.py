"""The dialect of SONiC's iccpd: bare messages on TCP 8888, one TLV of its own behind the RG ID.

Decoding only serves captures: this is neither RFC 7275 nor what we speak.
"""

import struct
from typing import ClassVar

import msgspec
from construct import Bytes, Default, Int8ub, Int16ub, Int32ub, Int64ub

from pyiccp.wire._codec import Format
from pyiccp.wire._framed import Framed, Head
from pyiccp.wire._layout import Layout
from pyiccp.wire._mac import Mac
from pyiccp.wire._tails import Array, Tlvs
from pyiccp.wire.iccp import ldp, mlacp, rg
from pyiccp.wire.iccp._pdu import NAK
from pyiccp.wire.iccp._tlv import FLAGS, TlvValue, UnknownTlv

__all__ = [
    "PORT",
    "SonicMessage",
    "SonicAggregatorConfig",
    "SonicHeartbeat",
    "SonicPortChannelInfo",
    "SonicPeerLinkInfo",
    "SonicMacEntry",
    "SonicMacInfo",
    "SonicNeighbour",
    "SonicArpInfo",
    "SonicNdiscInfo",
    "SonicWarmboot",
    "SonicIfUpAck",
]

PORT = 8888


class SonicMessage(Framed, frozen=True, gc=False):
    """One message; no LDP PDU header goes before it."""

    HEAD: ClassVar[Head] = Head(struct.Struct(">HH"))

    type: int
    message_id: int
    tlvs: tuple[TlvValue, ...] = ()
    u: bool = False


class SonicAggregatorConfig(TlvValue, frozen=True, gc=False):
    """Type 0x0036: RFC 7275's with a name of fixed width."""

    roid: int
    aggregator: int
    mac: Mac
    actor_key: int
    member_priority: int
    flags: int
    name_length: int
    name: str


class SonicHeartbeat(TlvValue, frozen=True, gc=False):
    """Type 0x003A, which is mLACP Disconnect Cause in RFC 7275."""

    octet: int = 0xFF


class SonicPortChannelInfo(TlvValue, frozen=True, gc=False):
    """Type 0x1034."""

    aggregator: int
    name: str
    name_length: int
    l3: bool
    ipv4: bytes
    """As sent: a little-endian sender reverses it."""
    port_channel: int
    vlans: tuple[int, ...]


class SonicPeerLinkInfo(TlvValue, frozen=True, gc=False):
    """Type 0x1035."""

    name: str
    kind: int
    """0 Ethernet, 1 PortChannel, 3 VXLAN tunnel."""


class SonicMacEntry(msgspec.Struct, frozen=True, gc=False):
    operation: int
    """1 add, 2 delete."""
    kind: int
    """1 static, 2 dynamic."""
    mac: Mac
    vid: int
    name: str
    """Interface that the sender learned it on."""


class SonicMacInfo(TlvValue, frozen=True, gc=False):
    """Type 0x1038."""

    entries: tuple[SonicMacEntry, ...]


class SonicNeighbour(msgspec.Struct, frozen=True, gc=False):
    """An entry of ARP or neighbour discovery."""

    operation: int
    flags: int
    learned: int
    name: str
    address: bytes
    mac: Mac


class SonicArpInfo(TlvValue, frozen=True, gc=False):
    """Type 0x1036."""

    entries: tuple[SonicNeighbour, ...]


class SonicNdiscInfo(TlvValue, frozen=True, gc=False):
    """Type 0x103A."""

    entries: tuple[SonicNeighbour, ...]


class SonicWarmboot(TlvValue, frozen=True, gc=False):
    """Type 0x1039."""

    octet: int = 1


class SonicIfUpAck(TlvValue, frozen=True, gc=False):
    """Type 0x103B."""

    kind: int
    """0 port, 1 PortChannel."""
    isolation: bool
    aggregator: int


def _neighbour(name: str, width: int) -> Format:
    return Format(
        name,
        SonicNeighbour,
        Layout(
            name,
            "operation" / Int8ub,
            "flags" / Int8ub,
            "learned" / Int8ub,
            "name" / Bytes(20),
            "pad" / Default(Int8ub, 0),
            "address" / Bytes(width),
            "mac" / Bytes(6),
            "tail_pad" / Default(Int16ub, 0),
        ),
    )


AGGREGATOR_CONFIG = SonicAggregatorConfig.FORMAT = Format(
    "SONiC Aggregator Config",
    SonicAggregatorConfig,
    Layout(
        "SONiC Aggregator Config",
        "roid" / Int64ub,
        "aggregator" / Int16ub,
        "mac" / Bytes(6),
        "actor_key" / Int16ub,
        "member_priority" / Int16ub,
        "flags" / Int8ub,
        "name_length" / Int8ub,
        "name" / Bytes(20),
    ),
    codes=(0x0036,),
)
HEARTBEAT = SonicHeartbeat.FORMAT = Format(
    "SONiC Heartbeat", SonicHeartbeat, Layout("SONiC Heartbeat", "octet" / Int8ub), codes=(0x003A,)
)
PORT_CHANNEL_INFO = SonicPortChannelInfo.FORMAT = Format(
    "SONiC PortChannel Info",
    SonicPortChannelInfo,
    Layout(
        "SONiC PortChannel Info",
        "aggregator" / Int16ub,
        "name" / Bytes(20),
        "name_length" / Int8ub,
        "l3" / Int8ub,
        "ipv4" / Bytes(4),
        "port_channel" / Int16ub,
        "vlan_count" / Int16ub,
    ),
    tail=Array("vlans", 2),
    count="vlan_count",
    codes=(0x1034,),
)
PEER_LINK_INFO = SonicPeerLinkInfo.FORMAT = Format(
    "SONiC Peer Link Info",
    SonicPeerLinkInfo,
    Layout("SONiC Peer Link Info", "name" / Bytes(20), "kind" / Int8ub),
    codes=(0x1035,),
)
MAC_INFO = SonicMacInfo.FORMAT = Format(
    "SONiC MAC Info",
    SonicMacInfo,
    Layout("SONiC MAC Info", "count" / Int16ub),
    tail=Array(
        "entries",
        Format(
            "SONiC MAC entry",
            SonicMacEntry,
            Layout(
                "SONiC MAC entry",
                "operation" / Int8ub,
                "kind" / Int8ub,
                "mac" / Bytes(6),
                "vid" / Int16ub,
                "name" / Bytes(20),
            ),
        ),
    ),
    count="count",
    codes=(0x1038,),
)
ARP_INFO = SonicArpInfo.FORMAT = Format(
    "SONiC ARP Info",
    SonicArpInfo,
    Layout("SONiC ARP Info", "count" / Int16ub),
    tail=Array("entries", _neighbour("SONiC ARP entry", 4)),
    count="count",
    codes=(0x1036,),
)
NDISC_INFO = SonicNdiscInfo.FORMAT = Format(
    "SONiC NDISC Info",
    SonicNdiscInfo,
    Layout("SONiC NDISC Info", "count" / Int16ub),
    tail=Array("entries", _neighbour("SONiC NDISC entry", 16)),
    count="count",
    codes=(0x103A,),
)
WARMBOOT = SonicWarmboot.FORMAT = Format(
    "SONiC Warmboot", SonicWarmboot, Layout("SONiC Warmboot", "octet" / Int8ub), codes=(0x1039,)
)
IF_UP_ACK = SonicIfUpAck.FORMAT = Format(
    "SONiC If-Up Ack",
    SonicIfUpAck,
    Layout("SONiC If-Up Ack", "kind" / Int8ub, "isolation" / Int8ub, "aggregator" / Int16ub),
    codes=(0x103B,),
)

TLVS = (
    ldp.ICCP_CAPABILITY,
    rg.RG_ID,
    rg.SENDER_NAME,
    rg.DISCONNECT_CODE,
    NAK,
    mlacp.SYSTEM_CONFIG,
    mlacp.AGGREGATOR_STATE,
    mlacp.SYNC_REQUEST,
    mlacp.SYNC_DATA,
    AGGREGATOR_CONFIG,
    HEARTBEAT,
    PORT_CHANNEL_INFO,
    PEER_LINK_INFO,
    MAC_INFO,
    ARP_INFO,
    NDISC_INFO,
    WARMBOOT,
    IF_UP_ACK,
)

MESSAGE = SonicMessage.FORMAT = Format(
    "SONiC message",
    SonicMessage,
    Layout("SONiC message", "message_id" / Int32ub),
    tail=Tlvs("tlvs", TLVS, UnknownTlv.FORMAT, flags=FLAGS),
    word={"type": (0, 15), "u": (15, 1)},
)
