"""One node, run until it is told to stop."""

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import trio

from pyiccp._node.config import ConfigError, NodeConfig
from pyiccp._node.events import FlushRequested, GuardsCleared, MaintenanceRequested
from pyiccp._node.node import Node
from pyiccp._service import metrics
from pyiccp._service.control import Control
from pyiccp._service.notify import notify
from pyiccp._service.picture import Picture, PortCounters, status_json
from pyiccp._service.store import StoreFile
from pyiccp.transports._base import Transport
from pyiccp.transports._driver import Driver
from pyiccp.transports._pcap import Capture
from pyiccp.transports._raw import RawPort
from pyiccp.transports._tap import TapPort
from pyiccp.transports._udp import Address


@contextmanager
def _named(door: str, cable: Transport | None = None) -> Iterator[None]:
    """What cannot be opened says which *door* of the command line it is, and what it lacks."""
    try:
        yield
    except OSError as error:
        refused = isinstance(error, PermissionError) and isinstance(cable, RawPort | TapPort)
        lacks = "; raw: and tap: need CAP_NET_RAW and CAP_NET_ADMIN" if refused else ""
        raise OSError(error.errno, f"{door}: {error.strerror or error}{lacks}") from None


class Daemon:
    """A configured node with its cables and its doors to the outside."""

    def __init__(
        self,
        config: NodeConfig,
        ports: Mapping[str, Transport],
        log: Callable[[str], None],
        *,
        local: Mapping[str, Transport] | None = None,
        keepalive: Transport | None = None,
        state: Path | None = None,
        control: Path | None = None,
        metrics: Address | None = None,
        pcap: Path | None = None,
    ) -> None:
        self.config, self.ports, self.log = config, dict(ports), log
        self.local, self.keepalive = dict(local or {}), keepalive
        self.state, self.control, self.metrics, self.pcap = state, control, metrics, pcap
        self._driver: Driver | None = None

    async def run(self) -> bool:
        """Until a planned stop is done (True), or a second signal ends it at once (False)."""
        async with AsyncExitStack() as stack:
            file = None if self.state is None else StoreFile(self.state, self.config.name)
            store = None
            if file is None:
                self.log("nothing is remembered over a restart: no state folder")
            else:
                stack.callback(file.close)
                with _named("--state"):
                    store = file.open()
            ports = self.ports
            if self.pcap is not None:
                with _named("--pcap"):
                    capture = Capture(self.pcap, tuple(ports))
                stack.callback(capture.close)
                ports = {name: capture.mirror(name, port) for name, port in ports.items()}
            for option, cables, given in (("--port", ports, self.ports), ("--local", self.local, self.local)):
                for name, cable in cables.items():
                    with _named(f"{option} {name}", given[name]):
                        await stack.enter_async_context(cable)
            if self.keepalive is not None:
                with _named("--keepalive"):
                    await stack.enter_async_context(self.keepalive)
            self._driver = driver = Driver(
                Node(self.config, store),
                ports,
                keepalive=self.keepalive,
                local=self.local,
                notice=self.log,
                stay=self.config.tuning.liveness,
            )
            if file is not None:
                driver.remember = file.save
            return await self._serve(driver)

    async def _serve(self, driver: Driver) -> bool:
        async with trio.open_nursery() as nursery:
            await nursery.start(self._signals, driver, nursery.cancel_scope)
            if self.control is not None:
                with _named("--control"):
                    await nursery.start(Control(self._verbs(driver)).serve, self.control)
            if self.metrics is not None:
                with _named("--metrics"):
                    await nursery.start(metrics.serve, self.metrics, self.picture)
            await nursery.start(self._drive, driver, nursery.cancel_scope)
            notify("READY=1")
        return driver.stopped.is_set()

    async def _drive(
        self, driver: Driver, rest: trio.CancelScope, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        await driver.run(task_status=task_status)
        rest.cancel()

    async def _signals(
        self, driver: Driver, rest: trio.CancelScope, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """The first SIGTERM or SIGINT asks for a planned stop, the second one ends at once."""
        with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            task_status.started()
            asked = False
            async for _ in signals:
                if asked:
                    rest.cancel()
                    return
                asked = True
                self._stop(driver)

    def _stop(self, driver: Driver) -> None:
        self.log("stopping as planned")
        notify("STOPPING=1")
        driver.stop()

    def _verbs(self, driver: Driver) -> dict[str, Callable[[str | None], object]]:
        return {
            "status": lambda of: status_json(self.picture()),
            "picture": lambda of: self.picture(),
            "stop": lambda of: self._stop(driver),
            "enter-maintenance": lambda of: self._maintain(driver, True),
            "leave-maintenance": lambda of: self._maintain(driver, False),
            "flush": lambda of: self._flush(driver, of),
            "clear-guards": lambda of: self._clear_guards(driver, of),
        }

    def _maintain(self, driver: Driver, on: bool) -> None:
        if self.config.mlag is None:
            raise ConfigError(f"{self.config.name} is no node of a pair: there is nothing to take over from it")
        driver.tell(MaintenanceRequested(on))

    def _flush(self, driver: Driver, interface: str | None) -> None:
        self._known(interface)
        driver.tell(FlushRequested(interface))

    def _clear_guards(self, driver: Driver, interface: str | None) -> None:
        self._known(interface)
        driver.tell(GuardsCleared(interface))

    def _known(self, interface: str | None) -> None:
        ports = [port.interface for bridge in self.config.bridges for port in bridge.ports]
        if interface is not None and interface not in ports:
            raise ConfigError(f"{interface} is no port of a bridge", fix=f"there are {', '.join(ports)}")

    def picture(self) -> Picture:
        """The node as it is now."""
        driver = self._driver
        assert driver is not None
        return Picture(
            status=driver.status(),
            bridges=self.config.bridges,
            ports={
                name: PortCounters(len(queue), queue.dropped, driver.ports[name].lost, driver.ports[name].missed)
                for name, queue in driver.queues.items()
            },
            tasks=trio.lowlevel.current_statistics().tasks_living,
        )
