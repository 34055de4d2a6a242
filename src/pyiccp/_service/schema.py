"""The published schema of `monitor --json`: JSON Schema 2020-12, made from the types that the status has."""

from typing import Any

import msgspec

from pyiccp._node.status import NodeStatus
from pyiccp._service.picture import SCHEMA, PortCounters

MAC = {"type": "string", "pattern": "^([0-9A-F]{2}:){5}[0-9A-F]{2}$"}


def status_schema() -> dict[str, Any]:
    """Of one object as `status_json` makes it. A later version may add properties, and changes `schema` otherwise."""
    (_, ports), definitions = msgspec.json.schema_components(
        (NodeStatus, dict[str, PortCounters]), ref_template="#/$defs/{name}"
    )
    own = definitions.pop("NodeStatus")
    own["properties"] = {
        "schema": {"const": SCHEMA},
        **own["properties"],
        "ports": ports,
        "tasks": {"type": "integer", "description": "Tasks of the program; constant if nothing leaks."},
    }
    own["required"] = ["schema", *own["required"], "ports", "tasks"]
    named = {"$schema": "https://json-schema.org/draft/2020-12/schema", **own, "$defs": definitions}
    plain: dict[str, Any] = _with_macs(named)
    return plain


def _with_macs(value: Any) -> Any:
    """Octets are MAC addresses as text here, never base64."""
    if isinstance(value, dict):
        if value.get("contentEncoding") == "base64":
            return MAC
        return {key: _with_macs(item) for key, item in value.items()}
    return [_with_macs(item) for item in value] if isinstance(value, list) else value
