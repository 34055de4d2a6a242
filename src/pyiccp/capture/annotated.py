"""Annotated dump: offset, octets, field, value; every octet of the frame once."""

from collections.abc import Iterator
from typing import Any

from pyiccp.capture.decoder import Decoded
from pyiccp.capture.records import nodes_of
from pyiccp.wire.dissect import dissect
from pyiccp.wire.flags import Flags
from pyiccp.wire.mac import mac_text
from pyiccp.wire.state import State
from pyiccp.wire.tree import Node

_ROW = 16


def dump(decoded: Decoded) -> Iterator[str]:
    """The lines of what was decoded."""
    octets = decoded.octets
    whole = Node(0, len(octets), "unit", None, nodes_of(decoded)) if decoded.start == 0 else dissect(octets)
    at = 0
    for depth, node in whole.walk():
        if node.children or (not node.length and node.value is None):
            if depth:
                yield f"{'':6}{'':{3 * _ROW}}{_indent(depth)}{node.name}"
            continue
        if node.offset > at:
            yield from _rows(octets, at, node.offset, depth, "…", None)
        yield from _rows(octets, node.offset, node.offset + node.length, depth, node.name, node.value)
        at = max(at, node.offset + node.length)
    if at < len(octets):
        yield from _rows(octets, at, len(octets), 1, "rest", None)


def _rows(octets: bytes, start: int, end: int, depth: int, name: str, value: Any) -> Iterator[str]:
    """One field: sixteen octets a row, said once."""
    said = f"{_indent(depth)}{name}" + (f" = {_text(value)}" if value is not None else "")
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
