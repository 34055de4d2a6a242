"""The state of a LACP system as a canonical tuple: everything that decides what it will do, counters left out."""

from collections.abc import Iterable
from typing import Any

from pyiccp._sansio import Instant
from pyiccp.lacp._variables import Aggregator, Clock, Port


def fingerprint(
    aggregators: Iterable[Aggregator], ports: Iterable[Port], clock: Clock, now: Instant
) -> tuple[tuple[Any, ...], ...]:
    """Aggregators, ports and running timers; instants relative to *now*."""
    return (
        tuple(_aggregator(aggregator) for aggregator in aggregators),
        tuple(_port(port, now) for port in ports),
        (clock.peer_heard, clock.gives_way),
        tuple((timer.port.name, timer.name, left) for timer, left in clock.timers.fingerprint(now)),
    )


def _aggregator(aggregator: Aggregator) -> tuple[Any, ...]:
    return (
        aggregator.config,
        aggregator.lag,
        aggregator.held,
        aggregator.required,
        aggregator.distribution_held,
        aggregator.draining,
        aggregator.half_ready,
    )


def _port(port: Port, now: Instant) -> tuple[Any, ...]:
    return (
        port.config,
        tuple(sorted(port.boxes.items())),
        tuple(timer.expired for timer in port.timers),
        port.actor,
        port.partner,
        port.heard,
        port.sent,
        tuple(at - now for at in port.sent_at),
        tuple(at - now for at in port.markers_at),
        port.marker_id,
        port.port_enabled,
        port.selected,
        port.standby,
        port.NTT,
        port.collecting,
        port.distributing,
        port.draining,
        port.echo_awaited,
        port.looped,
        port.partner_moved,
        port.partner_version,
        port.partner_conversations,
        port.version_proven,
        port.fallen_back,
    )
