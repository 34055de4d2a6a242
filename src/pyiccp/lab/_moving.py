"""A host moves: its cable is pulled out, and a moment later plugged in elsewhere."""

from typing import TYPE_CHECKING

from pyiccp._sansio import milliseconds
from pyiccp.lab._clock import PLUG
from pyiccp.lab._links import Side

if TYPE_CHECKING:
    from pyiccp.lab._device import Device
    from pyiccp.lab._hosts import Host
    from pyiccp.lab._network import Network

IN_HAND = milliseconds(300)
"""So long nobody has the cable: what its host had sent has arrived by then."""


def move(network: "Network", host: "Host", device: "Device", port: str) -> None:
    """Unplug *host*'s cable where it ends; it is on its way to *port* of *device*."""
    if host.way is not None:
        host.way.link.cut = True
        network.refresh(host.way.link)
        host.moves += 1
        network.agenda.add(network.now + IN_HAND, PLUG, host, (device, port), host.moves)


def plug(network: "Network", host: "Host", device: "Device", port: str, move: int) -> None:
    """Plug *host*'s cable in, where it was if *port* is taken; unless another move has begun since *move*."""
    if host.way is None or move != host.moves:
        return
    link = host.way.link
    if port in device.ways and device.ways[port].link is not link:
        network.note("lab", f"{host.name} stays: {device.name}:{port} is not free")
    else:
        link.replug(host, Side(f"{device.name}:{port}", device, port, None))
    link.cut = False
    network.refresh(link)
