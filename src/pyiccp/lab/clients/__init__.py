"""Clients that behave like other products: small models of what was measured, not of how those are written.

Each takes the place of our own LACP core on a device of the lab; hosts, bridges and hashing stay the node's. They are
written from measurements alone: the captures under tests/vectors/lacp and the tables made from them.

Internal: it changes without notice.
"""

from pyiccp.lab.clients.bonding import BondingCore
from pyiccp.lab.clients.core import ClientCore
from pyiccp.lab.clients.ovs import OvsCore
from pyiccp.lab.clients.teamd import TeamdCore
from pyiccp.node import wiring
from pyiccp.node.config import NodeConfig
from pyiccp.node.node import Node

OURS = "pyiccp"
MODELS: dict[str, type[ClientCore]] = {"ovs": OvsCore, "linux-bonding": BondingCore, "teamd": TeamdCore}
KINDS = (OURS, *MODELS)
"""What `kind` of a scenario's node may be."""


def client(kind: str, config: NodeConfig) -> Node:
    """A device whose bonds speak LACP as that product does."""
    return Node(config, lacp=MODELS[kind](wiring.aggregators(config), wiring.lacp_ports(config)))
