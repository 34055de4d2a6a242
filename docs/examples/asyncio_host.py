"""An asyncio program that hosts a node: Trio as a guest of asyncio's loop, in one thread, without a bridge in between.

    python docs/examples/asyncio_host.py

Trio's guest mode runs Trio on whatever loop is there already: calls of the driver are plain calls from asyncio code, as
both only run between each other's steps. What is awaited stays apart: asyncio awaits `hosted`, Trio awaits the driver.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import trio

from pyiccp import Node, node_config, parse_config
from pyiccp.lab import QUICKSTART
from pyiccp.transports import Driver, memory_cable
from pyiccp.wire import mac


async def hosted(main: Callable[..., Awaitable[Any]], *words: Any) -> Any:
    """What `trio.run(main, *words)` returns or raises, with asyncio's loop running on. Cancelling this cancels it."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()
    scope = trio.CancelScope()

    async def within() -> Any:
        with scope:
            return await main(*words)

    trio.lowlevel.start_guest_run(
        within, run_sync_soon_threadsafe=loop.call_soon_threadsafe, done_callback=done.set_result
    )
    try:
        outcome = await asyncio.shield(done)
    except asyncio.CancelledError:
        scope.cancel()
        await done  # the node lets go of its cables first
        raise
    return outcome.unwrap()


def node(name: str, address: str) -> Node:
    file = QUICKSTART / f"{name.lower()}.rsc"
    return Node(node_config(parse_config(file.read_text(), file.name), name=name, mac=mac(address)))


async def main() -> None:
    one, other = memory_cable()
    drivers = [
        Driver(node("Peer1", "74:4D:28:11:70:6B"), {"sfp-sfpplus1": one}),
        Driver(node("Peer2", "74:4D:28:16:2C:91"), {"sfp-sfpplus1": other}),
    ]

    async def both() -> None:
        async with trio.open_nursery() as nursery:
            for driver in drivers:
                nursery.start_soon(driver.run)

    running = asyncio.create_task(hosted(both))
    await asyncio.sleep(0)
    while any((mlag := driver.status().mlag) is None or mlag.status != "connected" for driver in drivers):
        await asyncio.sleep(0.05)  # asyncio's own sleep: its loop is alive
    print("connected:", ", ".join(str(driver.status().mlag.active_role) for driver in drivers))  # type: ignore[union-attr]
    for driver in drivers:
        driver.stop()
    await running
    print("stopped as planned")


if __name__ == "__main__":
    asyncio.run(main())
