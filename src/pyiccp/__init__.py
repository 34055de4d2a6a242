"""MLAG (multi-chassis link aggregation) as a sans-IO library, a lab and a node.

Public are the names in `__all__` here and in `pyiccp.wire`, `.lacp`, `.rstp`, `.iccp`, `.lab`, `.capture`, `.testing`
and `.transports`. Everything else has an underscore in its name and changes without notice.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pyiccp._sansio import Core, Instant, microseconds, milliseconds, seconds

if TYPE_CHECKING:
    from pyiccp._mlag.store import Store
    from pyiccp._node import events
    from pyiccp._node.config import ConfigError, NodeConfig, Tuning
    from pyiccp._node.key import SharedKey
    from pyiccp._node.node import Node
    from pyiccp._node.status import NodeStatus
    from pyiccp._routeros.config import Configuration, node_config, parse_config

__version__ = "0.1.0"

__all__ = [
    "ConfigError",
    "Configuration",
    "Core",
    "Instant",
    "Node",
    "NodeConfig",
    "NodeStatus",
    "SharedKey",
    "Store",
    "Tuning",
    "__version__",
    "events",
    "microseconds",
    "milliseconds",
    "node_config",
    "parse_config",
    "seconds",
]

_WHERE = {
    "ConfigError": "pyiccp._node.config",
    "Configuration": "pyiccp._routeros.config",
    "Node": "pyiccp._node.node",
    "NodeConfig": "pyiccp._node.config",
    "NodeStatus": "pyiccp._node.status",
    "SharedKey": "pyiccp._node.key",
    "Store": "pyiccp._mlag.store",
    "Tuning": "pyiccp._node.config",
    "node_config": "pyiccp._routeros.config",
    "parse_config": "pyiccp._routeros.config",
}
"""What is loaded when it is asked for: who wants `pyiccp.wire` does not pay for a node."""


def __getattr__(name: str) -> Any:
    if name == "events":
        return import_module("pyiccp._node.events")
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'pyiccp' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
