"""Annotated dump: offset, octets, field, value; every octet of the frame once."""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Address
from typing import Any

from pyiccp.capture._decoder import Decoded
from pyiccp.capture._records import nodes_of
from pyiccp.wire._bpdu import UNIT
from pyiccp.wire._dissect import dissect
from pyiccp.wire._ethernet import CUSTOMER_TAG, LONGEST, SERVICE_TAG, SLOW_PROTOCOLS_TYPE
from pyiccp.wire._flags import Flags
from pyiccp.wire._link import ETHERTYPE as LINK_TYPE
from pyiccp.wire._mac import mac_text
from pyiccp.wire._state import State
from pyiccp.wire._tree import TreeNode

_ROW = 16

_TYPE_NAMES = {
    SLOW_PROTOCOLS_TYPE: "slow protocols",
    CUSTOMER_TAG: "802.1Q tag",
    SERVICE_TAG: "802.1ad tag",
    LINK_TYPE: "pyiccp link",
    0x0800: "IPv4",
    0x86DD: "IPv6",
}
_SAID: dict[str, Callable[[int], str]] = {
    "EtherType or length": lambda kind: f"{kind} octets" if kind <= LONGEST else _TYPE_NAMES.get(kind, "EtherType"),
    "lsr_id": lambda number: str(IPv4Address(number)),
    "receiver_lsr_id": lambda number: str(IPv4Address(number)),
    **dict.fromkeys(("message_age", "max_age", "hello_time", "forward_delay"), lambda time: f"{time / UNIT:g} s"),
}
"""Fields whose number says little."""


def dump(decoded: Decoded) -> Iterator[str]:
    """The lines of what was decoded."""
    octets = decoded.octets
    whole = TreeNode(0, len(octets), "unit", None, nodes_of(decoded)) if decoded.start == 0 else dissect(octets)
    at = 0
    for depth, node in whole.walk():
        if node.children or (not node.length and node.value is None):
            if depth:
                yield f"{'':6}{'':{3 * _ROW}}{_indent(depth)}{node.name}"
            continue
        if node.offset > at:
            yield from _rows(octets, at, node.offset, depth, "…", None)
        yield from _rows(octets, node.offset, node.offset + node.length, depth, node.name, _said(decoded, node))
        at = max(at, node.offset + node.length)
    if at < len(octets):
        yield from _rows(octets, at, len(octets), 1, "rest", None)


def _said(decoded: Decoded, node: TreeNode) -> str | None:
    """What stands behind the field's name."""
    value = node.value
    if node.name == "malformed" and decoded.malformed is not None:  # where it is, the row says
        fault = decoded.malformed.fault
        return f"{fault.path}: {fault.why}" if fault.path else fault.why
    if isinstance(value, int) and node.name in _SAID:
        return f"{_SAID[node.name](value)} (0x{value:X})"
    return None if value is None else _text(value)


def _rows(octets: bytes, start: int, end: int, depth: int, name: str, value: str | None) -> Iterator[str]:
    """One field: sixteen octets a row, said once."""
    said = f"{_indent(depth)}{name}" + (f" = {value}" if value is not None else "")
    for at in range(start, max(end, start + 1), _ROW):
        row = octets[at : min(at + _ROW, end)].hex(" ")
        yield f"{at:04x}  {row:<{3 * _ROW}}{said}".rstrip()
        said = ""


def _indent(depth: int) -> str:
    return "  " * max(depth - 1, 0)


def _text(value: Any) -> str:
    if isinstance(value, State | Flags):
        return value.text
    if isinstance(value, bytes):
        if len(value) == 6:
            return mac_text(value)
        return f"{len(value)} octets" if len(value) > _ROW // 2 else value.hex()
    if isinstance(value, int) and not isinstance(value, bool) and value > 9:
        return f"{int(value)} (0x{int(value):X})"
    return repr(value) if isinstance(value, str) else str(value)
