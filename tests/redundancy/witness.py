"""Whether a fault really happened, and whether a network is whole."""

from pyiccp.lab._device import FROZEN, HUNG, OFF, RUNNING
from pyiccp.lab._faults import KEEPALIVE, Fault
from pyiccp.lab._network import Network
from redundancy.observer import CLIENT, PEERS, Observer

STATES = {"crash": OFF, "stop": OFF, "hang": HUNG, "freeze": FROZEN, "thaw": RUNNING, "start": RUNNING}


def happened(network: Network, fault: Fault, observer: Observer) -> bool:
    """*fault* is in force: seen at the device, the path, or the link; a silence by the frames that it swallowed."""
    if fault.verb in STATES:
        return network.devices[fault.target].state == STATES[fault.verb]
    if fault.target == KEEPALIVE:
        return all(path.cut == (fault.verb == "cut") for path in network.keepalives)
    link, end = next((link, end) for link in network.links for end in (0, 1) if link.sides[end].name == fault.target)
    silent = [link.ways[end].silent, link.ways[1 - end].silent]
    match fault.verb:
        case "cut":
            return link.cut and not link.up
        case "mend":
            return not link.cut
        case "heal":
            return not any(silent)
        case _:
            wanted = {"silence": [True, True], "silence-tx": [True, False], "silence-rx": [False, True]}[fault.verb]
            return silent == wanted and observer.swallowed[link.index] > 0


def whole(network: Network) -> bool:
    """A session, and both halves of the client's bond carry."""
    for name in PEERS:
        node = network.devices[name].node
        mlag = None if node is None else node.status(network.now).mlag
        if mlag is None or mlag.status != "connected":
            return False
    client = network.devices[CLIENT].node
    return client is not None and all(not bond.inactive_ports for bond in client.status(network.now).bonds.values())
