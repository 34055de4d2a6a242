"""MLAG (multi-chassis link aggregation) as a sans-IO library, a lab and a node.

Public are the names in `__all__` here and in `pyiccp.wire`, `.lacp`, `.rstp`, `.iccp`, `.lab`, `.capture`, `.testing`
and `.transports`, and nothing else: other modules, and names beside `__all__`, change without notice.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pyiccp.sansio import Core, Instant, microseconds, milliseconds, seconds

if TYPE_CHECKING:
    from pyiccp.mlag.store import Store
    from pyiccp.node import events
    from pyiccp.node.config import ConfigError, NodeConfig, Tuning
    from pyiccp.node.key import SharedKey
    from pyiccp.node.node import Node
    from pyiccp.node.status import NodeStatus
    from pyiccp.routeros.config import Configuration, node_config, parse_config

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
    "ConfigError": "pyiccp.node.config",
    "Configuration": "pyiccp.routeros.config",
    "Node": "pyiccp.node.node",
    "NodeConfig": "pyiccp.node.config",
    "NodeStatus": "pyiccp.node.status",
    "SharedKey": "pyiccp.node.key",
    "Store": "pyiccp.mlag.store",
    "Tuning": "pyiccp.node.config",
    "node_config": "pyiccp.routeros.config",
    "parse_config": "pyiccp.routeros.config",
}
"""What is loaded when it is asked for: who wants `pyiccp.wire` does not pay for a node."""


def __getattr__(name: str) -> Any:
    if name == "events":
        return import_module("pyiccp.node.events")
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'pyiccp' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
