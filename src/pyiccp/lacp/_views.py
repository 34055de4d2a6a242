"""What a person, a monitor or another protocol may read of a LACP system: frozen pictures."""

import msgspec

from pyiccp.lacp._functions import half_ready
from pyiccp.lacp._reasons import Reason, reason, sentence
from pyiccp.lacp._selection import candidates_of, lag_id
from pyiccp.lacp._variables import Aggregator, Port, Selected
from pyiccp.wire._lacpdu import Participant
from pyiccp.wire._mac import Mac


class PortView(msgspec.Struct, frozen=True, kw_only=True):
    """One port."""

    name: str
    aggregator: str
    port_enabled: bool
    actor: Participant
    """What we say of ourselves; `actor.state.text` are the flag letters."""
    partner: Participant
    """The operational partner: what we say of it."""
    heard: bool
    """The partner is one that spoke, not the administrative one."""
    selected: Selected
    rx: str
    """Box of the Receive machine."""
    mux: str
    """Box of the Mux machine."""
    state: str
    """`collecting and distributing`, `collecting`, `attached`, `waiting`, `detached`, `no link`."""
    collecting: bool
    """Data frames from the port are accepted (not the C bit: see `collect_early`)."""
    distributing: bool
    ready: bool
    """The partner takes data from the port: M4.2 (i)."""
    reason: Reason | None
    """Why the port does not distribute."""
    sentence: str | None
    """The reason in words, with values."""
    actor_churn: bool
    partner_churn: bool
    counters: dict[str, int]
    """By their names in the MIB."""


class AggregatorView(msgspec.Struct, frozen=True, kw_only=True):
    """One aggregator."""

    name: str
    system: Mac
    system_priority: int
    key: int
    partner: Participant | None
    """The partner of the active LAG (system, priority and key), None while there is none."""
    active_ports: tuple[str, ...]
    """Ports that distribute."""
    heard: tuple[Participant, ...]
    """The partners that ports could aggregate with, that of the active LAG first; no administrative ones."""
    inactive_ports: tuple[str, ...]
    attached_ports: tuple[str, ...]


_STATES = {
    "DETACHED": "detached",
    "WAITING": "waiting",
    "ATTACHED": "attached",
    "COLLECTING": "collecting",
    "DISTRIBUTING": "collecting and distributing",
    "COLLECTING_DISTRIBUTING": "collecting and distributing",
}


def port_view(port: Port) -> PortView:
    """The picture of *port*."""
    why = reason(port)
    return PortView(
        name=port.name,
        aggregator=port.aggregator.config.name,
        port_enabled=port.port_enabled,
        actor=port.actor,
        partner=port.partner,
        heard=not port.actor.state.defaulted,
        selected=port.selected,
        rx=port.rx,
        mux=port.mux,
        state=_STATES[port.mux] if port.port_enabled else "no link",
        collecting=port.collecting,
        distributing=port.distributing,
        ready=half_ready(port),
        reason=why,
        sentence=None if why is None else sentence(port, why),
        actor_churn=port.actor_churn,
        partner_churn=port.partner_churn,
        counters=dict(vars(port.counters)),
    )


def aggregator_view(aggregator: Aggregator) -> AggregatorView:
    """The picture of *aggregator*."""
    config, lag, ports = aggregator.config, aggregator.lag, aggregator.ports
    return AggregatorView(
        name=config.name,
        system=config.system,
        system_priority=config.system_priority,
        key=config.key,
        partner=None if lag is None else Participant(system_priority=lag[0], system=lag[1], key=lag[2]),
        active_ports=tuple(port.name for port in ports if port.distributing),
        heard=_heard(aggregator),
        inactive_ports=tuple(port.name for port in ports if not port.distributing),
        attached_ports=tuple(port.name for port in ports if port.attached),
    )


def _heard(aggregator: Aggregator) -> tuple[Participant, ...]:
    ports = [port for port in candidates_of(aggregator) if not port.actor.state.defaulted]
    return tuple(port.partner for port in sorted(ports, key=lambda port: lag_id(port) != aggregator.lag))
