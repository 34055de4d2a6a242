"""What numbers in TLVs stand for, for a person; JSON keeps the numbers."""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from types import MappingProxyType

from pyiccp.wire.iccp.mlacp import Condition, RequestType, Selected
from pyiccp.wire.iccp.stp import INSTANCE


def _names(numbers: type[IntEnum]) -> dict[int, str]:
    return {each.value: each.name.lower().replace("_", "-") for each in numbers}


_OPERATIONS = {1: "add", 2: "delete"}

MEANINGS: Mapping[tuple[str, str], Mapping[int, str]] = MappingProxyType(
    {
        ("mLACP Port State", "selected"): _names(Selected),
        ("mLACP Port State", "condition"): _names(Condition),
        ("mLACP Aggregator State", "condition"): _names(Condition),
        ("mLACP Synchronization Request", "request"): _names(RequestType),
        ("mLACP Port Priority", "opcode"): {0: "told", 1: "asked"},
        ("STP Synchronization Request", "request"): {0: "system", 1: "instances", 0x3FFF: "all"},
        ("SONiC MAC Info", "operation"): _OPERATIONS,
        ("SONiC MAC Info", "kind"): {1: "static", 2: "dynamic"},
        ("SONiC ARP Info", "operation"): _OPERATIONS,
        ("SONiC NDISC Info", "operation"): _OPERATIONS,
        ("SONiC Peer Link Info", "kind"): {0: "ethernet", 1: "portchannel", 3: "vxlan"},
        ("SONiC If-Up Ack", "kind"): {0: "port", 1: "portchannel"},
    }
)
"""(TLV, field) -> number -> word; a number that has none is said as it is."""

_NEIGHBOUR = {1: "ack-wanted", 2: "self-link-local", 4: "self-ip"}
BITS: Mapping[tuple[str, str], Mapping[int, str]] = MappingProxyType(
    {("SONiC ARP Info", "flags"): _NEIGHBOUR, ("SONiC NDISC Info", "flags"): _NEIGHBOUR}
)
"""(TLV, field) -> bit -> word."""


def meaning(tlv: str, key: str, value: object) -> str | None:
    """The word for *value* of a field of *tlv*, or of an item in it; None where there is none."""
    if not isinstance(value, int):
        return None
    bits = BITS.get((tlv, key))
    return MEANINGS.get((tlv, key), {}).get(value) if bits is None else _words(bits, value)


def _words(bits: Mapping[int, str], value: int) -> str | None:
    """The bits that are set, those without a word as a number; None = none is."""
    rest = value & ~sum(bits)
    said = [*(word for bit, word in bits.items() if value & bit), *([f"{rest:#04x}"] if rest else [])]
    return "+".join(said) or None


def instances(words: Iterable[int]) -> str:
    """A list of spanning-tree instances (RFC 7727 3.2.7)."""
    numbers = (word & INSTANCE for word in words)
    return ", ".join(f"MSTI {number}" if number else "CIST" for number in numbers)
