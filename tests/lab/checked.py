"""Networks of the checker, at rest, for tests."""

from pyiccp._node.node import Node
from pyiccp.lab._build import build
from pyiccp.lab._check.counterexample import replay
from pyiccp.lab._check.search import settled
from pyiccp.lab._check.trace import parse_trace, text_of
from pyiccp.lab._device import NodeFactory
from pyiccp.lab._scenario import Scenario


def at_rest(scenario: Scenario, node: NodeFactory = Node) -> bytes:
    """The network of *scenario*, come to rest."""
    network = build(scenario, node)
    network.start()
    return settled(network)


def violation(start: bytes, trace: str) -> str:
    """What *trace* violates, or nothing."""
    found = replay(start, parse_trace(trace))
    return "" if found is None else f"{found.violation} at {text_of(found.trace)}"
