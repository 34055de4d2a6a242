"""Prometheus metrics of a node, named as node_exporter names bonds. Needs the extra `node`."""

from collections import Counter
from collections.abc import Callable, Iterator

import trio

from pyiccp.service.picture import Picture
from pyiccp.transports.udp import Address

PATIENCE = 5.0
AT_ONCE = 16
"""Askers served at a time; further ones are hung up on."""
FRESH = 1.0
"""Seconds for which an answer is good: however often somebody asks, the node is looked at as often as that."""
_LONGEST_REQUEST = 8192


class _Node:
    """A collector: asks for a new picture at every scrape."""

    def __init__(self, picture: Callable[[], Picture]) -> None:
        self._picture = picture

    def collect(self) -> Iterator[object]:
        from prometheus_client.core import GaugeMetricFamily

        def family(name: str, what: str, label: str, values: dict[str, float]) -> GaugeMetricFamily:
            made = GaugeMetricFamily(name, what, labels=[label])
            for key, value in values.items():
                made.add_metric([key], value)
            return made

        picture = self._picture()
        status = picture.status
        connected = status.mlag is not None and status.mlag.status == "connected"
        yield GaugeMetricFamily("pyiccp_mlag_connected", "1 while the pair has a session", value=float(connected))
        bonds = status.bonds
        yield family("node_bonding_slaves", "Slaves of a bond", "master", {b: len(v.ports) for b, v in bonds.items()})
        active = {name: float(len(bond.active_ports)) for name, bond in bonds.items()}
        yield family("node_bonding_active", "Slaves that carry data", "master", active)
        origins = Counter("peer" if "E" in host.flags else "own" for host in status.hosts)
        hosts = {origin: float(origins[origin]) for origin in ("own", "peer")}
        yield family("pyiccp_hosts", "Hosts, by who sees them", "origin", hosts)
        yield GaugeMetricFamily("pyiccp_tasks", "Tasks of the program", value=float(picture.tasks))
        for field, what in (
            ("queued", "Frames waiting"),
            ("dropped", "Frames not sent"),
            ("lost", "Frames lost"),
            ("missed", "Frames not read in time"),
        ):
            counts = {name: float(getattr(port, field)) for name, port in picture.ports.items()}
            yield family(f"pyiccp_port_{field}", what, "port", counts)


async def serve(
    address: Address, picture: Callable[[], Picture], task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    """Answer every HTTP request with the metrics of now, or of a moment ago. ImportError without the extra."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry()
    registry.register(_Node(picture))  # type: ignore[arg-type]

    asking, body, made = 0, b"", -FRESH

    async def answer(stream: trio.SocketStream) -> None:
        nonlocal asking, body, made
        if asking >= AT_ONCE:
            return
        asking += 1
        try:
            with trio.move_on_after(PATIENCE):
                request = b""
                while b"\r\n\r\n" not in request and len(request) < _LONGEST_REQUEST:
                    octets = await stream.receive_some(_LONGEST_REQUEST)
                    if not octets:
                        return
                    request += octets
                if trio.current_time() - made >= FRESH or not body:
                    body, made = generate_latest(registry), trio.current_time()
                head = "HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
                await stream.send_all(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        except trio.BrokenResourceError:
            return
        finally:
            asking -= 1

    host, port = address
    listeners = await trio.open_tcp_listeners(port, host=host)
    task_status.started()
    await trio.serve_listeners(answer, listeners)
