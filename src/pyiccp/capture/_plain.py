"""Values of the wire as plain data: names with dashes, addresses as text, flags as lists. What JSON and CSV print."""

import typing
from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import lru_cache
from ipaddress import IPv4Address, ip_address
from typing import Any

import msgspec

from pyiccp.wire._bpdu import UNIT, BridgeId, ConfigBpdu, MstBpdu, MstiMessage, RstBpdu, TcnBpdu
from pyiccp.wire._flags import Flags
from pyiccp.wire._lacpdu import Lacpdu
from pyiccp.wire._mac import Mac, mac_text
from pyiccp.wire._state import State
from pyiccp.wire._text import printable
from pyiccp.wire._tree import TreeNode

Plain = dict[str, Any]

_DOTTED = ("lsr_id", "receiver_lsr_id", "peer")
_ADDRESSES = ("ipv4", "address")
"""IP addresses as octets."""
_PACKED = ("addresses",)
"""MAC addresses one behind another."""
STATE_BITS = tuple(name for name in State.__slots__ if name not in ("octet", "text"))
_FLAG_BITS = (
    "topology_change",
    "proposal",
    "learning",
    "forwarding",
    "agreement",
    "topology_change_ack",
)


def dashed(name: str) -> str:
    return name.replace("_", "-")


def bits(value: State | Flags) -> list[str]:
    """Names of the bits that are set, lowest first."""
    names: Sequence[str] = STATE_BITS if isinstance(value, State) else _FLAG_BITS
    return [dashed(name) for name in names if getattr(value, name)]


def plain(value: Any) -> Plain:
    """Every field of *value* in its order."""
    found: Plain = {}
    cls: Any = type(value)
    for field, key, special in _fields(cls):
        _put(found, key, special(getattr(value, field)) if special else getattr(value, field))
    return found


@lru_cache(None)
def _fields(cls: Any) -> tuple[tuple[str, str, Callable[[Any], Any] | None], ...]:
    hints = typing.get_type_hints(cls)
    names: tuple[str, ...] = cls.__struct_fields__
    return tuple((name, dashed(name), _special(name, hints[name])) for name in names)


def _special(name: str, hint: Any) -> Callable[[Any], Any] | None:
    if hint is Mac:
        return mac_text
    if name in _DOTTED:
        return lambda number: str(IPv4Address(number))
    if name in _ADDRESSES and hint is bytes:
        return lambda octets: str(ip_address(octets)) if len(octets) in (4, 16) else octets.hex()
    if name in _PACKED:
        return lambda octets: [mac_text(octets[at : at + 6]) for at in range(0, len(octets), 6)]
    return None


def _put(found: Plain, key: str, value: Any) -> None:
    if isinstance(value, State | Flags):
        found[key] = bits(value)
        found[f"{key}-octet"] = value.octet
    else:
        found[key] = _plainly(value)


def _plainly(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return plain(value)
    if isinstance(value, tuple):
        return [_plainly(one) for one in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, IntEnum):
        return dashed(value.name.lower())
    return printable(value) if isinstance(value, str) else value


def lacp(value: Lacpdu) -> Plain:
    found = plain(value)
    return {"version": found.pop("version"), **found}


_STP_KEYS = (
    "version", "type", "flags", "flags-octet", "role", "root", "root-path-cost", "bridge", "port", "message-age",
    "max-age", "hello-time", "forward-delay",
)  # fmt: skip
_TIMES = ("message-age", "max-age", "hello-time", "forward-delay")
_TYPES = {ConfigBpdu: "config", TcnBpdu: "tcn", RstBpdu: "rst", MstBpdu: "mst"}


def stp(value: ConfigBpdu | TcnBpdu | RstBpdu | MstBpdu) -> Plain:
    """Times in seconds; the role of BPDUs that have none is null, and so is all that a TCN does not say."""
    found: Plain = dict.fromkeys(_STP_KEYS)
    found["version"], found["type"] = value.version, _TYPES[type(value)]
    if isinstance(value, TcnBpdu):
        return found
    found.update(_flags(value.flags, isinstance(value, RstBpdu | MstBpdu)))
    found["root"], found["bridge"] = _bridge(value.root), _bridge(value.bridge)
    found["root-path-cost"], found["port"] = value.root_path_cost, _port(value.port)
    for name in _TIMES:
        found[name] = getattr(value, name.replace("-", "_")) / UNIT
    if isinstance(value, MstBpdu):
        found["regional-root"] = _bridge(value.regional_root)
        found["internal-root-path-cost"] = value.internal_root_path_cost
        found["remaining-hops"] = value.remaining_hops
        found["configuration"] = {
            "selector": value.selector,
            "name": printable(value.name),
            "revision": value.revision,
            "digest": value.digest.hex(),
        }
        found["instances"] = [_instance(one) for one in value.instances]
        found["spb"] = value.spb.hex() if value.spb is not None else None
    return found


def stp_part(fields: Plain) -> Plain:
    """Fields of a BPDU that does not hold together, as `stp` has them."""
    for name in _TIMES:
        if name in fields:
            fields[name] /= UNIT
    if "port" in fields:
        fields["port"] = _port(fields["port"])
    return fields


def _flags(flags: Flags, has_role: bool) -> Plain:
    role = dashed(flags.role.name.lower()) if has_role else None
    return {"flags": bits(flags), "flags-octet": flags.octet, "role": role}


def _bridge(value: BridgeId) -> Plain:
    return {"priority": value.priority, "mac": mac_text(value.mac)}


def _port(number: int) -> Plain:
    """Four bits of priority in steps of 16, twelve of number (802.1D-2004 9.2.7)."""
    return {"priority": number >> 12 << 4, "number": number & 0xFFF}


def _instance(value: MstiMessage) -> Plain:
    return {
        "mstid": value.regional_root.extension,
        **_flags(value.flags, True),
        "regional-root": _bridge(value.regional_root),
        "internal-root-path-cost": value.internal_root_path_cost,
        "bridge-priority": value.bridge_priority,
        "port-priority": value.port_priority,
        "remaining-hops": value.remaining_hops,
    }


def before(nodes: tuple[TreeNode, ...], stop: int) -> Plain:
    """The fields that end at or before octet *stop*, of octets that hold no value as a whole."""
    found: Plain = {}
    for node in nodes:
        if node.children:
            inner = before(node.children, stop)
            if inner:
                found.setdefault("parts", []).append({"name": node.name, **inner})
        elif node.offset + node.length <= stop and node.length:
            *path, last = node.name.split(".")
            into = found
            for part in path:
                into = into.setdefault(dashed(part), {})
            value = node.value
            into_key = dashed(last)
            _put(into, into_key, mac_text(value) if isinstance(value, bytes) and len(value) == 6 else value)
    return found
