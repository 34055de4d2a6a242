"""The packaged quick setup, varied by a test."""

from collections.abc import Callable, Sequence

from pyiccp._node.node import Node
from pyiccp._node.status import BondPortStatus, BondStatus
from pyiccp._sansio import milliseconds, seconds
from pyiccp.lab._build import build
from pyiccp.lab._network import Network
from pyiccp.lab._result import Result, result_of
from pyiccp.lab._scenario import QUICKSTART, Scenario, parse

PAIR = "74:4D:28:11:70:6B"
HIGHER = "74:4D:28:16:2C:91"
CLIENT = "74:4D:28:7B:7F:96"
PEER1 = (QUICKSTART / "peer1.rsc").read_text()


def scenario(*events: str, until: str = "10s", flows: bool = True, changes: Sequence[tuple[str, str]] = ()) -> Scenario:
    """The quick setup with these events instead of its own, and every (old, new) of *changes* replaced in its text."""
    text = (QUICKSTART / "lab.toml").read_text()
    head, tail = text.index("until"), text.index("[node.Peer1]")
    listed = ", ".join(f'"{event}"' for event in events)
    text = text[:head] + f'until = "{until}"\nevents = [{listed}]\n' + text[tail:]
    if not flows:
        text = text[: text.index("[[flow]]")]
    for old, new in changes:
        assert old in text, f"{old!r} is not in the quick setup"
        text = text.replace(old, new)
    return parse(text, "quick.toml", QUICKSTART)


def started(chosen: Scenario) -> Network:
    network = build(chosen, Node)
    network.start()
    return network


def run(*events: str, until: str = "10s", flows: bool = True, changes: Sequence[tuple[str, str]] = ()) -> Result:
    """Run it to the end."""
    chosen = scenario(*events, until=until, flows=flows, changes=changes)
    network = started(chosen)
    network.run(chosen.until)
    return result_of(network)


def inline(node: str, text: str) -> tuple[str, str]:
    """A change that gives *node* the configuration *text*."""
    return f'config = "{node.lower()}.rsc"', f"script = '''\n{text}'''"


def lost(result: Result) -> dict[str, int]:
    """Frames lost, by `from>to`."""
    return {f"{flow.source}>{flow.target}": flow.lost for flow in result.flows}


def node(network: Network, name: str) -> Node:
    """The running node of a device."""
    running = network.devices[name].node
    assert isinstance(running, Node)
    return running


def bond(network: Network, name: str) -> BondStatus:
    """The first bond of a device."""
    return next(iter(node(network, name).status(network.now).bonds.values()))


def port(network: Network, name: str, which: str) -> BondPortStatus:
    """One link of that bond."""
    return bond(network, name).ports[which]


def carries(network: Network, name: str, which: str) -> bool:
    """That link carries data."""
    return which in bond(network, name).active_ports


def until(network: Network, end: float, always: Callable[[], bool] = lambda: True) -> Network:
    """Run to *end* seconds in steps of 5 ms; *always* must hold after each."""
    while network.now < seconds(end):
        network.run(min(seconds(end), network.now + milliseconds(5)))
        assert always(), f"at {network.now / 1e9:.3f} s"
    return network
