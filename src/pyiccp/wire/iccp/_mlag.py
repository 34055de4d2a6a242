"""MLAG application: vendor TLVs 0x3003 … of layout `pyiccp-1`, beside mLACP in the same group (mlag.md M1, M3, M4).

Its Connect, Disconnect and Cause are types 0x3000, 0x3001 and 0x3002 in the common layout of `rg`.
"""

import msgspec
from construct import Bytes, Default, Int8ub, Int16ub, Int32ub

from pyiccp.wire._codec import Format
from pyiccp.wire._layout import Layout
from pyiccp.wire._mac import ZERO, Mac
from pyiccp.wire._tails import Array, Opaque
from pyiccp.wire.iccp._tlv import TlvValue

NO_NODE = 255
PROFILE_CHUNK = 3072
"""Octets of a profile in one TLV at most."""


class NodeInfo(TlvValue, frozen=True, gc=False):
    """Type 0x3003: who the sender is and what it remembers (M1)."""

    major: int
    minor: int
    bridge_mac: Mac
    priority: int
    """The bridge's `priority` in the election; 32 bits."""
    system: Mac
    """Identity of the pair as remembered; ZERO = none."""
    epoch: int
    """Of the pair; 32 bits."""
    node: int
    """0, 1, or NO_NODE."""
    identity_kept: bool
    """It still uses the pair's identity towards clients."""
    primary: bool
    """It was primary last."""
    fresh: bool
    """It remembers nothing."""
    bonds_in_sync: int
    mode: int
    capabilities: int = 0
    """32 bits, none defined yet."""


class BondNumber(msgspec.Struct, frozen=True, gc=False):
    """LACP key and port number that the pair uses for one bond (M1)."""

    mlag_id: int
    key: int
    port: int
    mac: Mac = ZERO
    """The MAC of the primary's bond, for `lacp-identity=bond-mac` (M1.7)."""


class BondNumbers(TlvValue, frozen=True, gc=False):
    """Type 0x3004."""

    numbers: tuple[BondNumber, ...]


class BondUp(TlvValue, frozen=True, gc=False):
    """Type 0x3005: the sender's half of a bond (M4.3)."""

    mlag_id: int
    up: bool


class BondsEnd(TlvValue, frozen=True, gc=False):
    """Type 0x3006: all halves have been told."""


class Applied(TlvValue, frozen=True, gc=False):
    """Type 0x3007: everything needed before the gate opens has been applied (M3.1)."""


class GateOpened(TlvValue, frozen=True, gc=False):
    """Type 0x3008 (M8.1)."""


class FenceAnswer(TlvValue, frozen=True, gc=False):
    """Type 0x3009: Closed for a Prepare, or the receipt of a Down (M4.4)."""

    kind: int
    """See `wire.link.FenceKind`."""
    mlag_id: int
    number: int
    """The fence it answers; 32 bits."""


class Goodbye(TlvValue, frozen=True, gc=False):
    """Type 0x300A: a planned stop; the receiver keeps the identity (M5.2)."""


class PartnerEnd(msgspec.Struct, frozen=True, gc=False):
    """One end of a client's link, as its LACPDUs name it (M11)."""

    system_priority: int
    system: Mac
    key: int
    port: int = 0
    """0 where any port of that partner is meant."""


class PartnersHeard(TlvValue, frozen=True, gc=False):
    """Type 0x300B: whom the sender's half of a bond hears, all of them, the one it carries first (M11)."""

    mlag_id: int
    partners: tuple[PartnerEnd, ...]


class PartnerChosen(TlvValue, frozen=True, gc=False):
    """Type 0x300C: the primary's selection for a bond; system ZERO = none yet (M11)."""

    mlag_id: int
    system_priority: int
    system: Mac
    key: int


class ProfileTold(TlvValue, frozen=True, gc=False):
    """Type 0x300D: the next octets of what the sender is like, as a JSON object of named fields (M12)."""

    more: bool
    octets: bytes


NODE_INFO = NodeInfo.FORMAT = Format(
    "MLAG Node Info",
    NodeInfo,
    Layout(
        "MLAG Node Info",
        "major" / Int8ub,
        "minor" / Int8ub,
        "node" / Int8ub,
        "flags" / Int8ub,
        "mode" / Int8ub,
        "reserved" / Default(Int8ub, 0),
        "bonds_in_sync" / Int16ub,
        "bridge_mac" / Bytes(6),
        "system" / Bytes(6),
        "priority" / Int32ub,
        "epoch" / Int32ub,
        "capabilities" / Int32ub,
    ),
    codes=(0x3003,),
    bits={"flags": {"identity_kept": (0, 1), "primary": (1, 1), "fresh": (2, 1)}},
)

BOND_NUMBERS = BondNumbers.FORMAT = Format(
    "MLAG Bond Numbers",
    BondNumbers,
    Layout("MLAG Bond Numbers", "count" / Int16ub),
    tail=Array(
        "numbers",
        Format(
            "bond", BondNumber, Layout("bond", "mlag_id" / Int32ub, "key" / Int16ub, "port" / Int16ub, "mac" / Bytes(6))
        ),
    ),
    count="count",
    codes=(0x3004,),
)

BOND_UP = BondUp.FORMAT = Format(
    "MLAG Bond Up", BondUp, Layout("MLAG Bond Up", "mlag_id" / Int32ub, "up" / Int8ub), codes=(0x3005,)
)
BONDS_END = BondsEnd.FORMAT = Format("MLAG Bonds End", BondsEnd, codes=(0x3006,))
APPLIED = Applied.FORMAT = Format("MLAG Applied", Applied, codes=(0x3007,))
GATE_OPENED = GateOpened.FORMAT = Format("MLAG Gate Opened", GateOpened, codes=(0x3008,))

FENCE_ANSWER = FenceAnswer.FORMAT = Format(
    "MLAG Fence Answer",
    FenceAnswer,
    Layout("MLAG Fence Answer", "kind" / Int8ub, "mlag_id" / Int32ub, "number" / Int32ub),
    codes=(0x3009,),
)
GOODBYE = Goodbye.FORMAT = Format("MLAG Goodbye", Goodbye, codes=(0x300A,))

PARTNERS_HEARD = PartnersHeard.FORMAT = Format(
    "MLAG Partners Heard",
    PartnersHeard,
    Layout("MLAG Partners Heard", "mlag_id" / Int32ub, "count" / Int16ub),
    tail=Array(
        "partners",
        Format(
            "partner",
            PartnerEnd,
            Layout("partner", "system_priority" / Int16ub, "system" / Bytes(6), "key" / Int16ub, "port" / Int16ub),
        ),
    ),
    count="count",
    codes=(0x300B,),
)
PARTNER_CHOSEN = PartnerChosen.FORMAT = Format(
    "MLAG Partner Chosen",
    PartnerChosen,
    Layout(
        "MLAG Partner Chosen", "mlag_id" / Int32ub, "system_priority" / Int16ub, "system" / Bytes(6), "key" / Int16ub
    ),
    codes=(0x300C,),
)

PROFILE_TOLD = ProfileTold.FORMAT = Format(
    "MLAG Profile",
    ProfileTold,
    Layout("MLAG Profile", "more" / Int8ub),
    tail=Opaque("octets", limit=PROFILE_CHUNK),
    codes=(0x300D,),
)

FORMATS = (
    NODE_INFO,
    BOND_NUMBERS,
    BOND_UP,
    BONDS_END,
    APPLIED,
    GATE_OPENED,
    FENCE_ANSWER,
    GOODBYE,
    PARTNERS_HEARD,
    PARTNER_CHOSEN,
    PROFILE_TOLD,
)
