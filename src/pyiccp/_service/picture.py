"""What a running node shows of itself: to `monitor`, as JSON, as metrics."""

from typing import Any

import msgspec

from pyiccp._node.config import Bridge
from pyiccp._node.status import NodeStatus, plain

SCHEMA = 1


class PortCounters(msgspec.Struct, frozen=True, rename="kebab"):
    """What a port could not carry."""

    queued: int
    dropped: int
    """Not sent: its queue was full, or they waited too long."""
    lost: int
    """Refused by the cable."""
    missed: int
    """Received, but dropped by the system before they were read."""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A node's status beside what of its configuration the prints need."""

    status: NodeStatus
    bridges: tuple[Bridge, ...]
    ports: dict[str, PortCounters]
    tasks: int
    """Of the program: as many as a minute ago, if nothing leaks."""


def status_json(picture: Picture) -> dict[str, Any]:
    """The published JSON: `NodeStatus` with the counters, addresses in upper case with colons."""
    status = plain(msgspec.to_builtins(picture.status, builtin_types=(bytes,)))
    return {"schema": SCHEMA, **status, "ports": msgspec.to_builtins(picture.ports), "tasks": picture.tasks}
