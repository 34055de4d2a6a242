"""Negative: two nodes that differ in what makes them one partner. So a client that does not split means something.

The nodes are no pair here: two devices with a bond of one port each, given the same identity by hand, then all but.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from interop.clients import Client, GuestClient, OvsClient
from interop.conftest import Kennel, Program
from interop.nodes import NodeProgram
from interop.spaces import Space, until

SAME = {"lacp-system-id": "02:AA:AA:AA:AA:AA", "lacp-user-key": "7", "lacp-system-priority": "32768"}
DIFFERENCES = {
    "nothing": {},
    "system id": {"lacp-system-id": "02:AA:AA:AA:AA:AB"},
    "key": {"lacp-user-key": "8"},
    "priority": {"lacp-system-priority": "32767"},
}
CARRYING = {
    "guest": {"nothing": 2, "system id": 1, "key": 1, "priority": 1},
    "ovs": {"nothing": 2, "system id": 1, "key": 1, "priority": 2},
}
"""Links that the client uses. Open vSwitch does not compare priorities."""
PATIENCE = 30.0


@pytest.fixture(params=["guest", "ovs"])
def client(request: pytest.FixtureRequest, program: Program, root: None, folder: Path) -> Iterator[tuple[str, Client]]:
    program("ovs-vswitchd")
    with ExitStack() as stack:
        if request.param == "guest":
            kennel: Kennel = request.getfixturevalue("kennel")
            made: Client = GuestClient(kennel.guest())
        else:
            made = OvsClient(stack.enter_context(Space("near")), folder)
        yield request.param, made


@pytest.mark.parametrize("difference", DIFFERENCES)
def test_the_client_splits(client: tuple[str, Client], folder: Path, difference: str) -> None:
    """Both nodes have heard the client and are past LACP's wait: what carries now is what the client took for one."""
    kind, bond = client
    with ExitStack() as stack:
        spaces = [stack.enter_context(Space(name)) for name in ("one", "two")]
        stack.callback(bond.end)
        nodes = []
        for number, space in enumerate(spaces):
            bond.plug(number, space, "near")
            words = " ".join(f"{k}={v}" for k, v in (SAME | (DIFFERENCES[difference] if number else {})).items())
            text = f"/interface bonding\nadd mode=802.3ad lacp-rate=1sec name=bond1 slaves=ether1 {words}\n"
            mac = f"74:4D:28:00:00:{number + 1}0"
            node = NodeProgram(space, folder, f"Node{number + 1}", mac, text, {"ether1": "near"})
            stack.callback(node.end)
            node.start()
            nodes.append(node)
        bond.begin()

        def heard(node: NodeProgram) -> bool:
            status = node.status()
            port = status["bonds"]["bond1"]["ports"]["ether1"] if status else {}
            return port.get("state") in ("attached", "collecting", "collecting and distributing")

        def seen() -> bool:
            return all(map(heard, nodes)) and len(bond.bond()["carrying"]) == CARRYING[kind][difference]

        said = lambda: bond.bond()["text"] + "".join(node.said() for node in nodes)  # noqa: E731
        until(f"{CARRYING[kind][difference]} links carry", seen, PATIENCE, said)
