"""Prometheus metrics of a node, named as node_exporter names bonds. Needs the extra `node`; listed in docs/node.md."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import trio

from pyiccp import __version__
from pyiccp._service.picture import Picture
from pyiccp.transports._udp import Address

if TYPE_CHECKING:
    from prometheus_client import Metric

PATIENCE = 5.0
"""Seconds that whoever scrapes may take for asking, and for reading."""
AT_ONCE = 16
"""Connections at a time; more are closed at once: descriptors are needed for better things."""
YOUNG = 1.0
"""Seconds for which an answer is given again: a picture of many hosts costs time that their frames wait for."""
LONGEST_REQUEST = 8192
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class _Node:
    """A collector: asks for a new picture at every scrape."""

    def __init__(self, picture: Callable[[], Picture]) -> None:
        self._picture = picture

    def collect(self) -> Iterator["Metric"]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        def gauges(name: str, what: str, label: str, values: Mapping[str, float]) -> "Metric":
            made = GaugeMetricFamily(name, what, labels=[label])
            for key, value in values.items():
                made.add_metric([key], value)
            return made

        picture = self._picture()
        status = picture.status
        info = GaugeMetricFamily("pyiccp_node_info", "1, with what runs here", labels=["name", "version"])
        info.add_metric([status.name, __version__], 1)
        yield info
        if status.mlag is not None and status.mlag.status != "disabled":
            connected = status.mlag.status == "connected"
            yield GaugeMetricFamily("pyiccp_mlag_connected", "1 while the pair has a session", float(connected))
            primary = status.mlag.active_role == "primary"
            yield GaugeMetricFamily("pyiccp_mlag_primary", "1 while connected as primary", float(primary))
            yield GaugeMetricFamily("pyiccp_maintenance", "1 while in maintenance", float(status.maintenance))
        if status.keepalive is not None:
            answered = status.keepalive == "answered"
            yield GaugeMetricFamily("pyiccp_keepalive_answered", "1 while the peer answers", float(answered))
        bonds = status.bonds
        slaves = {name: len(bond.active_ports) + len(bond.inactive_ports) for name, bond in bonds.items()}
        yield gauges("node_bonding_slaves", "Slaves of a bond", "master", slaves)
        active = {name: len(bond.active_ports) for name, bond in bonds.items()}
        yield gauges("node_bonding_active", "Slaves that carry data", "master", active)
        origins = Counter("peer" if "E" in host.flags else "own" for host in status.hosts)
        hosts = {origin: origins[origin] for origin in ("own", "peer")}
        yield gauges("pyiccp_hosts", "Hosts, by who sees them", "origin", hosts)
        found = Counter(finding.severity for finding in status.findings)
        severities = {severity: found[severity] for severity in ("type-1", "type-2")}
        yield gauges("pyiccp_findings", "What is wrong with the configuration now", "severity", severities)
        yield GaugeMetricFamily("pyiccp_tasks", "Tasks of the program", float(picture.tasks))
        queued = {name: port.queued for name, port in picture.ports.items()}
        yield gauges("pyiccp_port_queued", "Frames waiting to be sent", "port", queued)
        for field, what in (
            ("dropped", "Frames not sent: too many for the port's queue, or there for too long"),
            ("lost", "Frames refused by the cable"),
            ("missed", "Frames dropped by the system because they were not read in time"),
        ):
            counted = CounterMetricFamily(f"pyiccp_port_{field}", what, labels=["port"])
            for name, port in picture.ports.items():
                counted.add_metric([name], getattr(port, field))
            yield counted


class Scrapes:
    """Answers HTTP requests, a connection each."""

    def __init__(self, picture: Callable[[], Picture]) -> None:
        from prometheus_client import CollectorRegistry

        self._registry = CollectorRegistry()
        self._registry.register(_Node(picture))
        self._body, self._made = b"", -YOUNG
        self._asking = 0

    async def answer(self, stream: trio.SocketStream) -> None:
        """One request. Nothing that it says or leaves out reaches the node."""
        async with stream:
            if self._asking >= AT_ONCE:
                return
            self._asking += 1
            try:
                with trio.move_on_after(PATIENCE):
                    await stream.send_all(self._reply(await _request(stream)))
            except trio.BrokenResourceError:
                pass  # whoever asked has gone away
            finally:
                self._asking -= 1

    def _reply(self, request: bytes) -> bytes:
        line = request.split(b"\r\n", 1)[0].split(b" ")
        if not request.endswith(b"\r\n\r\n") or len(line) != 3 or not line[2].startswith(b"HTTP/1."):
            return _response("400 Bad Request", "text/plain", b"not a request\n")
        if line[0] not in (b"GET", b"HEAD"):
            return _response("405 Method Not Allowed", "text/plain", b"GET /metrics\n")
        if line[1].split(b"?")[0] not in (b"/", b"/metrics"):
            return _response("404 Not Found", "text/plain", b"there is /metrics\n")
        return _response("200 OK", _TEXT, self._metrics(), head_only=line[0] == b"HEAD")

    def _metrics(self) -> bytes:
        from prometheus_client import generate_latest

        now = trio.current_time()
        if now - self._made >= YOUNG:
            self._body, self._made = generate_latest(self._registry), now
        return self._body


async def _request(stream: trio.SocketStream) -> bytes:
    """The head of a request, or what there was of it."""
    request = b""
    while b"\r\n\r\n" not in request and len(request) < LONGEST_REQUEST:
        octets = await stream.receive_some(LONGEST_REQUEST)
        if not octets:
            return request
        request += octets
    head, end, _ = request.partition(b"\r\n\r\n")
    return head + end


def _response(status: str, kind: str, body: bytes, head_only: bool = False) -> bytes:
    head = f"HTTP/1.0 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return head if head_only else head + body


async def serve(
    address: Address, picture: Callable[[], Picture], task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    """Answer scrapes at *address* until cancelled. ImportError without the extra."""
    scrapes = Scrapes(picture)
    host, port = address
    listeners = await trio.open_tcp_listeners(port, host=host)
    task_status.started()
    await trio.serve_listeners(scrapes.answer, listeners)
