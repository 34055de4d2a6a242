"""MLAG application: vendor TLVs 0x3003 … of layout `pyiccp-1`, beside mLACP in the same group (mlag.md M1, M3, M4).

Its Connect, Disconnect and Cause are types 0x3000, 0x3001 and 0x3002 in the common layout of `rg`.
"""

import msgspec

from pyiccp.wire.iccp.tlv import TlvValue
from pyiccp.wire.mac import Mac

NO_NODE = 255


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
