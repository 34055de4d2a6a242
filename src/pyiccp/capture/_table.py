"""Records as rows of one table, for CSV."""

from collections.abc import Iterator
from typing import Any

from pyiccp.capture._plain import Plain

_BRIDGE = ("priority", "mac")
_PARTICIPANT = ("system-priority", "system", "key", "port-priority", "port", "state", "state-octet")
COLUMNS = (
    "frame", "time", "interface", "source", "destination", "vlan", "protocol", "version",
    *(f"actor.{name}" for name in _PARTICIPANT),
    *(f"partner.{name}" for name in _PARTICIPANT),
    "collector-max-delay",
    "type", "flags", "flags-octet", "role",
    *(f"root.{name}" for name in _BRIDGE), "root-path-cost", *(f"bridge.{name}" for name in _BRIDGE),
    "port.priority", "port.number", "message-age", "max-age", "hello-time", "forward-delay",
    *(f"regional-root.{name}" for name in _BRIDGE), "internal-root-path-cost", "remaining-hops", "originating-vlan",
    "tlv-type", "requester-port", "requester-system", "requester-transaction-id",
    "ip.source", "ip.destination", "pdu.lsr-id", "message.type", "message.name", "message.id", "rg-id", "tlv-names",
    "malformed.path", "malformed.offset", "malformed.why",
)  # fmt: skip


def row(record: Plain) -> list[str]:
    """The cells of *record* under COLUMNS; empty where it says nothing."""
    cells = dict(_flat("", record))
    time = record["time-ns"]
    cells["time"] = "" if time is None else f"{time // 10**9}.{time % 10**9:09d}"
    cells["tlv-names"] = " ".join((tlv["name"] or f"0x{tlv['type']:04X}").replace(" ", "-") for tlv in _tlvs(record))
    return [cells.get(column, "") for column in COLUMNS]


def _tlvs(record: Plain) -> list[Plain]:
    return record.get("tlvs", []) if "message" in record else []


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else key, inner)
    elif isinstance(value, list):
        yield prefix, " ".join(one for one in value if isinstance(one, str))
    elif value is not None:
        yield prefix, str(value)
