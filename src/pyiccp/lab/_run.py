"""From a scenario to its result."""

from collections.abc import Callable
from pathlib import Path

from pyiccp._node.node import Node
from pyiccp._sansio import Instant, milliseconds
from pyiccp.lab._build import build
from pyiccp.lab._device import NodeFactory
from pyiccp.lab._network import Network
from pyiccp.lab._pcapng import PcapngWriter
from pyiccp.lab._result import Result, result_of
from pyiccp.lab._scenario import Scenario

CAPTURE_NAME = "lab.pcapng"
_STRIDE = milliseconds(500)

Progress = Callable[[Instant], None]


def prepare(scenario: Scenario, node: NodeFactory = Node) -> Network:
    """The network of *scenario*, switched on, at instant 0."""
    network = build(scenario, node)
    network.start()
    return network


def run(
    scenario: Scenario, *, pcap: Path | None = None, progress: Progress | None = None, node: NodeFactory = Node
) -> Result:
    """Run *scenario* to its end; capture every link into `lab.pcapng` in the folder *pcap*."""
    network = build(scenario, node)
    if pcap is None:
        return _run(network, scenario.until, progress)
    pcap.mkdir(parents=True, exist_ok=True)
    with (pcap / CAPTURE_NAME).open("wb") as file:
        network.wires.capture = PcapngWriter(file, network.links)
        return _run(network, scenario.until, progress)


def _run(network: Network, until: Instant, progress: Progress | None) -> Result:
    network.start()
    while network.now < until:
        network.run(min(until, network.now + _STRIDE))
        if progress is not None:
            progress(network.now)
    return result_of(network)
