"""The vendor's pair and its client, each driven by a Driver of its own over cables in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from pyiccp._node.config import NodeConfig, Tuning
from pyiccp._node.node import Node
from pyiccp._routeros.config import node_config, parse_config
from pyiccp.lab._scenario import QUICKSTART
from pyiccp.transports._base import Transport
from pyiccp.transports._driver import Driver
from pyiccp.transports._memory import MemoryEnd, memory_cable
from pyiccp.wire._mac import mac

MACS = {"Peer1": "74:4D:28:11:70:6B", "Peer2": "74:4D:28:16:2C:91", "Client": "74:4D:28:7B:7F:96"}
FILES = {"Peer1": "peer1.rsc", "Peer2": "peer2.rsc", "Client": "client.rsc"}


def config(name: str, **tuning: object) -> NodeConfig:
    parsed = parse_config((QUICKSTART / FILES[name]).read_text(), FILES[name])
    return node_config(parsed, name=name, mac=mac(MACS[name]), tuning=Tuning(**tuning))  # type: ignore[arg-type]


class Trio3:
    """Three drivers; `cables` by the pair's names for them."""

    def __init__(self) -> None:
        self.cables: dict[str, MemoryEnd] = {}
        peer1, peer2 = memory_cable()
        first, first_client = memory_cable()
        second, second_client = memory_cable()
        path1, path2 = memory_cable()
        self.cables = {"peer": peer1, "first": first, "second": second, "keepalive": path1}
        self.host_outer, host_inner = memory_cable()
        self.host1_outer, host1_inner = memory_cable()
        ports: dict[str, dict[str, Transport]] = {
            "Peer1": {"sfp-sfpplus1": peer1, "sfp-sfpplus2": first},
            "Peer2": {"sfp-sfpplus1": peer2, "sfp-sfpplus2": second},
            "Client": {"sfp-sfpplus1": first_client, "sfp-sfpplus2": second_client},
        }
        local: dict[str, dict[str, Transport]] = {
            "Client": {"bond1": host_inner},
            "Peer1": {"bridge1": host1_inner},
            "Peer2": {},
        }
        keepalive = {"Peer1": path1, "Peer2": path2, "Client": None}
        self.notices: list[tuple[str, str]] = []
        self.drivers = {
            name: Driver(
                Node(config(name, keepalive=keepalive[name] is not None)),
                ports[name],
                local=local[name],
                keepalive=keepalive[name],
                notice=lambda what, name=name: self.notices.append((name, what)),  # type: ignore[misc]
            )
            for name in MACS
        }

    def connected(self) -> bool:
        statuses = [self.drivers[name].status().mlag for name in ("Peer1", "Peer2")]
        return all(status is not None and status.status == "connected" for status in statuses)

    def active(self) -> tuple[str, ...]:
        return self.drivers["Client"].status().bonds["bond1"].active_ports

    async def until(self, active: int, patience: float = 30.0) -> None:
        """Wait for the pair to be connected and *active* ports of the client's bond."""
        with trio.fail_after(patience):
            while not (self.connected() and len(self.active()) == active):
                await trio.sleep(0.05)


@asynccontextmanager
async def running() -> AsyncIterator[Trio3]:
    """All three, up."""
    three = Trio3()
    async with trio.open_nursery() as nursery:
        for driver in three.drivers.values():
            await nursery.start(driver.run)
        await three.until(active=2)
        yield three
        nursery.cancel_scope.cancel()
