"""What the caller learns after each call: ports that changed, a half that became ready, a drain that ended."""

from collections.abc import Sequence

from pyiccp.lacp._functions import half_ready
from pyiccp.lacp._selection import heard_by_peer, loopback
from pyiccp.lacp._variables import Aggregator, Port
from pyiccp.lacp.events import Incident, ReportDrained, ReportHalf, ReportIncident, ReportPort


def report(aggregator: Aggregator, ports: Sequence[Port]) -> None:
    """Say what changed on *ports*, each once, and on their aggregator."""
    for port in ports:
        now = (
            port.rx,
            port.mux,
            port.selected,
            port.standby,
            port.actor,
            port.partner,
            port.actor_churn,
            port.partner_churn,
        )
        if now != port.reported:
            port.reported = now
            port.do(ReportPort(port.name))
            look_for_incidents(port)
        ready = half_ready(port)
        if ready is not port.half_ready:
            port.half_ready = ready
            aggregator.halves_ready += 1 if ready else -1
    if (aggregator.halves_ready > 0) is not aggregator.half_ready:
        aggregator.half_ready = not aggregator.half_ready
        aggregator.actions.append(ReportHalf(aggregator.config.name, aggregator.half_ready))
    if aggregator.draining and not any(port.collecting for port in aggregator.ports):
        aggregator.draining = False
        aggregator.actions.append(ReportDrained(aggregator.config.name))


def look_for_incidents(port: Port) -> None:
    """What has begun, and what is over and may begin again."""
    looped = loopback(port)
    if looped and not port.looped:
        port.do(ReportIncident(port.name, Incident.LOOPBACK))
    port.looped = looped
    moved = heard_by_peer(port)
    if moved and not port.partner_moved:
        port.do(ReportIncident(port.name, Incident.PARTNER_MOVED))
    port.partner_moved = moved
