"""Spanning-tree BPDUs: Configuration, TCN, RST, MST with what SPB appends (802.1D-2004 9.3, 802.1Q 14), and PVST+.

Times are in units of 1/256 s, as they are sent. What a receiver must ignore (versions of types 0x00 and 0x80, unused
flags, octets beyond the end) is ignored; the tests on ages and identifiers of 9.3.4 are the protocol's.
"""

import hmac
from collections.abc import Mapping
from typing import Self

import msgspec
from construct import Bytes, Const, Default, Int8ub, Int16ub, Int32ub, Struct

from pyiccp.wire._codec import Bound, Format, Value, remember
from pyiccp.wire._flags import FLAGS, Flags, PortRole
from pyiccp.wire._layout import Layout
from pyiccp.wire._mac import ZERO, Mac
from pyiccp.wire._malformed import Fault, Malformed
from pyiccp.wire._shape import Tables
from pyiccp.wire._tails import Array

__all__ = [
    "Bpdu",
    "BridgeId",
    "ConfigBpdu",
    "Flags",
    "MstBpdu",
    "MstiMessage",
    "PortRole",
    "PvstBpdu",
    "RstBpdu",
    "TcnBpdu",
    "configuration_digest",
    "decode_bpdu",
]

CONFIGURATION = 0x00
TCN = 0x80
RST = 0x02

UNIT = 256
"""Fractions of a second in a time field."""
PRIORITY_BITS = 0xF000
"""Of a bridge identifier's first two octets, those that are a priority (802.1D-2004 9.2.5)."""

_BRIDGE_ID = ("priority" / Int16ub, "mac" / Bytes(6))


class BridgeId(msgspec.Struct, frozen=True, gc=False):
    """A bridge identifier; compared as the eight octets are (9.2.5)."""

    priority: int
    """16 bits: the priority proper, a multiple of 4096, plus the system ID extension."""
    mac: Mac

    @property
    def extension(self) -> int:
        """The low 12 bits: a VLAN or an instance."""
        return self.priority & 0xFFF


NO_BRIDGE = BridgeId(0, ZERO)


class ConfigBpdu(Value, frozen=True, gc=False):
    """Configuration BPDU (9.3.1)."""

    flags: Flags = FLAGS[0]
    root: BridgeId = NO_BRIDGE
    root_path_cost: int = 0
    bridge: BridgeId = NO_BRIDGE
    port: int = 0
    """16 bits: priority in the upper four, number in the rest."""
    message_age: int = 0
    max_age: int = 20 * UNIT
    hello_time: int = 2 * UNIT
    forward_delay: int = 15 * UNIT
    version: int = 0
    """Says nothing for this type (9.3.4)."""


class TcnBpdu(Value, frozen=True, gc=False):
    """Topology Change Notification BPDU (9.3.2)."""

    version: int = 0


class RstBpdu(Value, frozen=True, gc=False):
    """Rapid Spanning Tree BPDU (9.3.3)."""

    flags: Flags = FLAGS[0]
    root: BridgeId = NO_BRIDGE
    root_path_cost: int = 0
    bridge: BridgeId = NO_BRIDGE
    port: int = 0
    message_age: int = 0
    max_age: int = 20 * UNIT
    hello_time: int = 2 * UNIT
    forward_delay: int = 15 * UNIT
    version: int = 2


class MstiMessage(msgspec.Struct, frozen=True, gc=False):
    """One instance of an MST BPDU: sixteen octets (802.1Q 14.4.1)."""

    flags: Flags
    """Its top bit is Master here."""
    regional_root: BridgeId
    """Its extension is the instance's MSTID."""
    internal_root_path_cost: int
    bridge_priority: int
    """8 bits, the priority in the upper four."""
    port_priority: int
    """8 bits, the priority in the upper four."""
    remaining_hops: int


class MstBpdu(Value, frozen=True, gc=False):
    """Multiple Spanning Tree BPDU (802.1Q 14.4)."""

    flags: Flags
    root: BridgeId
    root_path_cost: int
    """External."""
    regional_root: BridgeId
    port: int
    message_age: int
    max_age: int
    hello_time: int
    forward_delay: int
    name: str
    """Of the configuration, at most 32 octets."""
    revision: int
    digest: bytes
    """See `configuration_digest`."""
    internal_root_path_cost: int
    bridge: BridgeId
    """The sender."""
    remaining_hops: int
    instances: tuple[MstiMessage, ...] = ()
    version: int = 3
    selector: int = 0
    spb: bytes | None = None
    """What follows the version 4 length of an SPB BPDU; we do not look inside."""

    def encode(self) -> bytes:
        octets = self.FORMAT.encode(self)
        return octets if self.spb is None else octets + len(self.spb).to_bytes(2, "big") + self.spb


_VECTOR = (
    "flags" / Int8ub,
    "root" / Struct(*_BRIDGE_ID),
    "root_path_cost" / Int32ub,
    "bridge" / Struct(*_BRIDGE_ID),
    "port" / Int16ub,
    "message_age" / Int16ub,
    "max_age" / Int16ub,
    "hello_time" / Int16ub,
    "forward_delay" / Int16ub,
)
_TABLES: Tables = {Flags: FLAGS}

ConfigBpdu.FORMAT = Format(
    "Configuration BPDU",
    ConfigBpdu,
    Layout(
        "Configuration BPDU",
        "protocol" / Const(0, Int16ub),
        "version" / Default(Int8ub, 0),
        "type" / Const(CONFIGURATION, Int8ub),
        *_VECTOR,
    ),
    tables=_TABLES,
)

TcnBpdu.FORMAT = Format(
    "TCN BPDU",
    TcnBpdu,
    Layout("TCN BPDU", "protocol" / Const(0, Int16ub), "version" / Default(Int8ub, 0), "type" / Const(TCN, Int8ub)),
)

RstBpdu.FORMAT = Format(
    "RST BPDU",
    RstBpdu,
    Layout(
        "RST BPDU",
        "protocol" / Const(0, Int16ub),
        "version" / Default(Int8ub, 2),
        "type" / Const(RST, Int8ub),
        *_VECTOR,
        "version_1_length" / Default(Int8ub, 0),
    ),
    tables=_TABLES,
)

_MST_HEAD = 38
"""Octets up to and with the version 3 length."""
_MST_LEAST = 64
"""Version 3 length without instances."""

MstBpdu.FORMAT = Format(
    "MST BPDU",
    MstBpdu,
    Layout(
        "MST BPDU",
        "protocol" / Const(0, Int16ub),
        "version" / Default(Int8ub, 3),
        "type" / Const(RST, Int8ub),
        "flags" / Int8ub,
        "root" / Struct(*_BRIDGE_ID),
        "root_path_cost" / Int32ub,
        "regional_root" / Struct(*_BRIDGE_ID),
        "port" / Int16ub,
        "message_age" / Int16ub,
        "max_age" / Int16ub,
        "hello_time" / Int16ub,
        "forward_delay" / Int16ub,
        "version_1_length" / Const(0, Int8ub),
        "version_3_length" / Int16ub,
        "selector" / Default(Int8ub, 0),
        "name" / Bytes(32),
        "revision" / Int16ub,
        "digest" / Bytes(16),
        "internal_root_path_cost" / Int32ub,
        "bridge" / Struct(*_BRIDGE_ID),
        "remaining_hops" / Int8ub,
    ),
    tail=Array(
        "instances",
        Format(
            "MSTI message",
            MstiMessage,
            Layout(
                "MSTI message",
                "flags" / Int8ub,
                "regional_root" / Struct(*_BRIDGE_ID),
                "internal_root_path_cost" / Int32ub,
                "bridge_priority" / Int8ub,
                "port_priority" / Int8ub,
                "remaining_hops" / Int8ub,
            ),
            tables=_TABLES,
        ),
        most=64,
    ),
    bound=Bound("version_3_length", _MST_HEAD, _MST_LEAST),
    tables=_TABLES,
)

Bpdu = ConfigBpdu | TcnBpdu | RstBpdu | MstBpdu


def _decode_mst(octets: bytes) -> MstBpdu:
    bpdu: MstBpdu = MstBpdu.FORMAT.decode(octets)
    at = _MST_HEAD + _MST_LEAST + 16 * len(bpdu.instances)
    length = int.from_bytes(octets[at : at + 2], "big")
    if bpdu.version < 4 or len(octets) < at + 2 + length:
        return bpdu
    return msgspec.structs.replace(bpdu, spb=octets[at + 2 : at + 2 + length])


remember(ConfigBpdu)
remember(RstBpdu)
remember(MstBpdu, _decode_mst)


def decode_bpdu(octets: bytes) -> Bpdu:
    """The BPDU at the start of *octets*, told apart as a receiver does (9.3.4; 802.1Q 14.4)."""
    kind = octets[3] if len(octets) > 3 else CONFIGURATION
    if kind == CONFIGURATION:
        return ConfigBpdu.decode(octets)
    if kind == TCN:
        return TcnBpdu.decode(octets)
    if kind != RST:
        raise Malformed("BPDU", Fault("type", 3, f"0x{kind:02X} is no BPDU type"))
    if octets[2] < 2:
        raise Malformed("RST BPDU", Fault("version", 2, f"{octets[2]} where 2 is the least"))
    if octets[2] > 2:
        try:
            return MstBpdu.decode(octets)
        except Malformed:
            pass  # An MST BPDU that does not hold together is taken for an RST BPDU (802.1Q 14.4).
    return RstBpdu.decode(octets)


class PvstBpdu(Value, frozen=True, gc=False):
    """PVST+ and Rapid-PVST: a BPDU and the VLAN it is for."""

    bpdu: ConfigBpdu | TcnBpdu | RstBpdu
    vlan: int | None
    """The originating VLAN; None where the TLV is missing."""

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        bpdu = decode_bpdu(octets)
        if isinstance(bpdu, MstBpdu):
            bpdu = RstBpdu.decode(octets)
        tlv = octets[_PVST_TLV : _PVST_TLV + 6]
        if len(tlv) == 6 and tlv[:4] == b"\0\0\0\2":
            return cls(bpdu, int.from_bytes(tlv[4:], "big"))
        return cls(bpdu, None)

    def encode(self) -> bytes:
        octets = self.bpdu.encode()
        if self.vlan is None:
            return octets
        return octets.ljust(_PVST_TLV, b"\0") + b"\0\0\0\2" + self.vlan.to_bytes(2, "big")


_PVST_TLV = 36
"""Behind an RST BPDU; a Configuration BPDU has an octet of padding before it."""

_DIGEST_KEY = bytes.fromhex("13AC06A62E47FD51F95D2BA243CD0346")


def configuration_digest(instances: Mapping[int, int]) -> bytes:
    """The digest of a VLAN to MSTID map; VLANs that are not in it belong to the CIST (802.1Q 13.8)."""
    table = b"".join(instances.get(vid, 0).to_bytes(2, "big") for vid in range(4096))
    return hmac.digest(_DIGEST_KEY, table, "md5")
