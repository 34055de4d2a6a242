"""Clients that behave like other products: small models of what was measured, not of how those are written.

Each takes the place of our own LACP core on a device of the lab; hosts, bridges and hashing stay the node's. They are
written from measurements alone: the captures under tests/vectors/lacp and the tables made from them.

Internal: it changes without notice.
"""

from pyiccp._node import wiring
from pyiccp._node.config import NodeConfig
from pyiccp._node.node import Node
from pyiccp.lab._clients.bonding import BondingCore
from pyiccp.lab._clients.core import ClientCore
from pyiccp.lab._clients.ovs import OvsCore
from pyiccp.lab._clients.teamd import TeamdCore

OURS = "pyiccp"
MODELS: dict[str, type[ClientCore]] = {"ovs": OvsCore, "linux-bonding": BondingCore, "teamd": TeamdCore}
KINDS = (OURS, *MODELS)
"""What `kind` of a scenario's node may be."""


def client(kind: str, config: NodeConfig) -> Node:
    """A device whose bonds speak LACP as that product does."""
    return Node(config, lacp=MODELS[kind](wiring.aggregators(config), wiring.lacp_ports(config)))
