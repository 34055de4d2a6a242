"""From a scenario to its result."""

from collections.abc import Callable
from pathlib import Path

from pyiccp.lab.build import build
from pyiccp.lab.device import NodeFactory
from pyiccp.lab.network import Network
from pyiccp.lab.pcapng import PcapngWriter
from pyiccp.lab.result import Result, result_of
from pyiccp.lab.scenario import Scenario
from pyiccp.node.node import Node
from pyiccp.sansio import Instant, milliseconds

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
