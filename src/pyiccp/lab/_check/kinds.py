"""What can happen to a network: faults of what is whole, repairs of what is broken."""

from pyiccp.lab._device import FROZEN, HUNG, OFF, RUNNING, Device
from pyiccp.lab._faults import KEEPALIVE, Fault
from pyiccp.lab._links import Link, Side
from pyiccp.lab._network import Network

KINDS = ("cut", "silence", "silence-tx", "silence-rx", "crash", "hang", "freeze", "stop", "fresh", "keepalive",
         "move")  # fmt: skip
"""Kinds of events by name; a repair belongs to its fault, `fresh` is a start without memory, `move` takes a host with
a cable to another port that is free."""
PLAIN = ("cut", "silence", "crash", "hang", "freeze", "stop", "fresh", "keepalive", "move")
"""All but the faults of one direction: what an exhaustive search enumerates by default."""
_NODE_FAULTS = ("crash", "hang", "freeze", "stop")
_LINK_FAULTS = ("cut", "silence", "silence-tx", "silence-rx")


def possible(network: Network, kinds: tuple[str, ...] = PLAIN) -> tuple[Fault, ...]:
    """Every single fault and repair that makes a difference now, in a fixed order."""
    events: list[Fault] = []
    for link in _links(network):
        end = link.sides[0].name
        if link_broken(link):
            events.append(_mended(link))
        else:
            events += [Fault(kind, end) for kind in _LINK_FAULTS if kind in kinds]
    for device in pair(network):
        events += _of_node(device, kinds)
    if network.keepalives and "keepalive" in kinds:
        events.append(Fault("mend" if any(path.cut for path in network.keepalives) else "cut", KEEPALIVE))
    if "move" in kinds:
        events += [Fault("move", host, to=place) for host in network.hosts for place in _free(network, host)]
    return tuple(events)


def repairs(network: Network) -> tuple[Fault, ...]:
    """What makes everything whole again."""
    events = [_replugged(link) for link in _links(network) if link_broken(link)]
    if any(path.cut for path in network.keepalives):
        events.append(Fault("mend", KEEPALIVE))
    for device in network.devices.values():
        if device.state == FROZEN:
            events.append(Fault("thaw", device.name))
        elif device.state in (OFF, HUNG) or device.stopping:
            events.append(Fault("start", device.name))
    return tuple(events)


def pair(network: Network) -> tuple[Device, ...]:
    """The nodes of MLAG pairs."""
    return tuple(device for device in network.devices.values() if device.config.mlag is not None)


def is_peer_link(link: Link) -> bool:
    """Whether both ends are members of nodes' peer ports."""
    return all(_in_peer_port(side) for side in link.sides)


def _in_peer_port(side: Side) -> bool:
    if side.device is None or side.device.config.mlag is None:
        return False
    peer_port, config = side.device.config.mlag.peer_port, side.device.config
    return side.port == peer_port or any(side.port in bond.slaves for bond in config.bonds if bond.name == peer_port)


def _free(network: Network, host: str) -> list[str]:
    """Bridge ports without a cable, for a host that has one."""
    if network.hosts[host].way is None:
        return []
    return [
        f"{device.name}:{port.interface}"
        for device in network.devices.values()
        for bridge in device.config.bridges
        for port in bridge.ports
        if port.interface in device.config.ports and port.interface not in device.ways
    ]


def link_broken(link: Link) -> bool:
    """Cut, or silent at least one way."""
    return link.cut or any(way.silent for way in link.ways)


def _links(network: Network) -> list[Link]:
    """Cables between devices; a host's own cable is no business of redundancy."""
    return [link for link in network.links if all(side.device is not None for side in link.sides)]


def _mended(link: Link) -> Fault:
    return Fault("mend" if link.cut else "heal", link.sides[0].name)


def _replugged(link: Link) -> Fault:
    """How a person mends *link*. A silent cable between two bridges is pulled out first: both ends may forward by now,
    and would loop until the next BPDU if it came back as it is (802.1D has no remedy)."""
    if is_plain(link) and not link.cut:
        return Fault("cut", link.sides[0].name)
    if link.cut and any(way.silent for way in link.ways):
        return Fault("heal", link.sides[0].name)
    return _mended(link)


def is_plain(link: Link) -> bool:
    """Whether *link* joins bridges by ports that are in no bond, beside the peer link."""
    return not is_peer_link(link) and not any(
        side.device is None or any(side.port in bond.slaves for bond in side.device.config.bonds) for side in link.sides
    )


def _of_node(device: Device, kinds: tuple[str, ...]) -> list[Fault]:
    if device.state == RUNNING and not device.stopping:
        return [Fault(kind, device.name) for kind in _NODE_FAULTS if kind in kinds]
    if device.state == FROZEN:
        return [Fault("thaw", device.name)]
    starts = [Fault("start", device.name)]
    return [*starts, Fault("start", device.name, True)] if "fresh" in kinds else starts
