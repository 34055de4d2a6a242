"""The flags octet of a BPDU, 256 shared values that keep the raw octet (802.1D-2004 9.3.3)."""

from enum import IntEnum
from typing import Any


class PortRole(IntEnum):
    """What an RST BPDU says of its sender's port."""

    UNKNOWN = 0
    ALTERNATE_OR_BACKUP = 1
    ROOT = 2
    DESIGNATED = 3


class Flags:
    """One flags octet. There is one object per octet: compare with `is` or `==`."""

    __slots__ = (
        "agreement",
        "forwarding",
        "learning",
        "octet",
        "proposal",
        "role",
        "text",
        "topology_change",
        "topology_change_ack",
    )

    octet: int
    topology_change: bool
    proposal: bool
    role: PortRole
    learning: bool
    forwarding: bool
    agreement: bool
    topology_change_ack: bool
    """In an MSTI message: Master."""
    text: str
    """Eight places from bit 7 down: K topology change acknowledgement, A agreement, F forwarding, L learning, the role
    (U, A, R, D), P proposal, T topology change; a dash where a bit is 0."""

    def __init__(self, octet: int) -> None:
        self.octet = octet
        self.topology_change = bool(octet & 0x01)
        self.proposal = bool(octet & 0x02)
        self.role = PortRole(octet >> 2 & 3)
        self.learning = bool(octet & 0x10)
        self.forwarding = bool(octet & 0x20)
        self.agreement = bool(octet & 0x40)
        self.topology_change_ack = bool(octet & 0x80)
        bits = ((0x80, "K"), (0x40, "A"), (0x20, "F"), (0x10, "L"))
        upper = "".join(letter if octet & mask else "-" for mask, letter in bits)
        lower = ("P" if self.proposal else "-") + ("T" if self.topology_change else "-")
        self.text = f"{upper}{'UARD'[self.role]}{lower}"

    @classmethod
    def of(
        cls,
        role: PortRole = PortRole.UNKNOWN,
        *,
        topology_change: bool = False,
        proposal: bool = False,
        learning: bool = False,
        forwarding: bool = False,
        agreement: bool = False,
        topology_change_ack: bool = False,
    ) -> "Flags":
        """The shared object with these flags."""
        bits = (topology_change, proposal, 0, 0, learning, forwarding, agreement, topology_change_ack)
        return FLAGS[sum(1 << bit for bit, on in enumerate(bits) if on) | role << 2]

    def __repr__(self) -> str:
        return f"Flags(0x{self.octet:02X} {self.text})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _flags, (self.octet,)

    def __deepcopy__(self, memo: dict[int, Any]) -> "Flags":
        return self


def _flags(octet: int) -> Flags:
    return FLAGS[octet]


FLAGS = tuple(Flags(octet) for octet in range(256))
"""Flags octet -> its value."""
