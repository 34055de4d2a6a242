"""The LACP state octet, 256 shared values that keep the raw octet (802.1AX 6.4.2.3)."""

from typing import Any

LETTERS = "ATGSCDFE"
"""Bit 0 to bit 7 as RouterOS prints them."""

NAMES = (
    "activity",
    "timeout",
    "aggregation",
    "synchronization",
    "collecting",
    "distributing",
    "defaulted",
    "expired",
)


class State:
    """One state octet with its eight bits as attributes. There is one object per octet: compare with `is` or `==`."""

    __slots__ = (*NAMES, "octet", "text")

    octet: int
    text: str
    """Eight letters in bit order, a dash where a bit is 0, e.g. A-GSCD--."""
    activity: bool
    timeout: bool
    aggregation: bool
    synchronization: bool
    collecting: bool
    distributing: bool
    defaulted: bool
    expired: bool

    def __init__(self, octet: int) -> None:
        self.octet = octet
        self.text = "".join(letter if octet >> bit & 1 else "-" for bit, letter in enumerate(LETTERS))
        for bit, name in enumerate(NAMES):
            setattr(self, name, bool(octet >> bit & 1))

    def replace(self, **bits: bool) -> "State":
        """The state with the named bits set or cleared."""
        octet = self.octet
        for name, on in bits.items():
            mask = 1 << NAMES.index(name)
            octet = octet | mask if on else octet & ~mask
        return STATES[octet]

    def __repr__(self) -> str:
        return f"State(0x{self.octet:02X} {self.text})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _state, (self.octet,)

    def __deepcopy__(self, memo: dict[int, Any]) -> "State":
        return self


def _state(octet: int) -> State:
    return STATES[octet]


STATES = tuple(State(octet) for octet in range(256))
"""State octet -> its value."""
