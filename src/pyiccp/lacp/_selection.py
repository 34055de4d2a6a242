"""Selection (802.1AX 6.4.14): which LAG drives an aggregator, and which ports of that LAG.

The ports of an aggregator compete for one active LAG. A port whose partner is another one waits as STANDBY, S=0, so
that it can attach at once when the active LAG is gone.
"""

from collections.abc import Sequence

from pyiccp.lacp._config import Defaulted, Policy
from pyiccp.lacp._variables import Aggregate_Wait_Time, Aggregator, LagId, Port, Selected, Standby, end_of


def lag_id(port: Port) -> LagId:
    """The LAG that the port belongs to (6.3.6); ports with equal identifiers may share the aggregator."""
    actor, partner = port.actor, port.partner
    if actor.state.aggregation and partner.state.aggregation:
        return partner.system_priority, partner.system, partner.key, 0, 0, 0, 0
    return (
        partner.system_priority,
        partner.system,
        partner.key,
        partner.port_priority,
        partner.port,
        actor.port_priority,
        actor.port,
    )


def loopback(port: Port) -> bool:
    """The partner has our own system: both ends of one cable are ours, or our pair's. Refused.

    Departs from 6.4.14, which makes two individual LAGs of it: no data may pass between two halves of one system.
    """
    return not port.actor.state.defaulted and port.partner.system == port.actor.system


def mismatch(port: Port) -> bool:
    """The pair has chosen another partner for this aggregator (M11)."""
    required, partner = port.aggregator.required, port.partner
    return required is not None and (
        partner.system != required.system
        or partner.key != required.key
        or partner.system_priority != required.system_priority
    )


def heard_by_peer(port: Port) -> bool:
    """The other node of the pair hears the same end of a link: a moved cable, or two clients with one identity."""
    return not port.actor.state.defaulted and end_of(port.partner) in port.clock.peer_ends


def duplicate(port: Port) -> bool:
    """The other node's link to this end of a link counts, not ours (M11)."""
    return port.clock.gives_way and heard_by_peer(port)


def select(aggregator: Aggregator) -> None:
    """Choose the LAG and the ports anew from what the ports have recorded."""
    candidates = candidates_of(aggregator)
    aggregator.lag = _choose(aggregator, [port for port in candidates if not (mismatch(port) or duplicate(port))])
    members = [port for port in candidates if lag_id(port) == aggregator.lag]
    chosen = _admit(aggregator, members)
    displaced = any(port.selected is Selected.SELECTED for port in members if port not in chosen)
    for port in aggregator.ports:
        if port not in candidates:
            port.selected, port.standby = Selected.UNSELECTED, Standby.NO
        elif mismatch(port):
            _assign(port, Standby.MISMATCH)
        elif duplicate(port):
            _assign(port, Standby.DUPLICATE)
        elif port not in members:
            _assign(port, Standby.FOREIGN)
        elif aggregator.held:
            _assign(port, Standby.HELD)
        elif len(members) < aggregator.config.min_links:
            _assign(port, Standby.TOO_FEW)
        elif port not in chosen:
            _assign(port, Standby.CAPACITY)
        else:
            if port.standby is Standby.CAPACITY and not displaced:
                # Capacity became free because a link failed: others may follow, or come back, at this moment.
                port.wait_while.start(Aggregate_Wait_Time)
            _assign(port, Standby.NO)


def _assign(port: Port, standby: Standby) -> None:
    """SELECTED or STANDBY; a port that was UNSELECTED must have been DETACHED in between (6.4.8)."""
    if port.selected is not Selected.UNSELECTED or port.mux == "DETACHED":
        port.standby = standby
        port.selected = Selected.SELECTED if standby is Standby.NO else Selected.STANDBY


def candidates_of(aggregator: Aggregator) -> list[Port]:
    """The ports that know a partner they may aggregate with."""
    enabled = [port for port in aggregator.ports if port.port_enabled and port.LACP_Enabled and not loopback(port)]
    heard = [port for port in enabled if not port.actor.state.defaulted]
    policy = aggregator.config.defaulted
    if heard or policy is Defaulted.BLOCK:
        return heard
    mute = [port for port in enabled if port.rx == "DEFAULTED"]
    if policy is Defaulted.AGGREGATE or not mute:
        return mute
    return [min(mute, key=lambda port: (not port.attached, port.actor.port_priority, port.actor.port))]


def _choose(aggregator: Aggregator, candidates: Sequence[Port]) -> LagId | None:
    """The LAG that drives the aggregator."""
    groups: dict[LagId, list[Port]] = {}
    for port in candidates:
        groups.setdefault(lag_id(port), []).append(port)
    if len(groups) < 2:
        return next(iter(groups), None)
    policy, current = aggregator.config.policy, aggregator.lag
    if policy is Policy.STABLE and current in groups:
        if _stays(current, groups):
            return current
        # Its links have fallen silent, and their LACP takes three more seconds to give them up.
        groups = {lag: ports for lag, ports in groups.items() if any(map(_could_carry, ports))} or groups
    # While a LAG carries data, another one counts with those ports that could attach at once.
    if any(_in_sync(port) for port in candidates):
        groups = {lag: ripe for lag, ports in groups.items() if (ripe := [port for port in ports if _ripe(port)])}
    return min(groups, key=lambda lag: (_merit(policy, groups[lag]), lag[:2], -len(groups[lag]), lag))


def _stays(current: LagId, groups: dict[LagId, list[Port]]) -> bool:
    """The present LAG has a port in sync, or one attached and nobody else is better off."""
    if any(_in_sync(port) for port in groups[current]):
        return True
    return any(port.attached and port.selected is Selected.SELECTED for port in groups[current]) and not any(
        _could_carry(port) for lag, ports in groups.items() if lag != current for port in ports
    )


def _could_carry(port: Port) -> bool:
    """The port has waited, and its partner wants it."""
    return port.ready_n and port.partner.state.synchronization


def _in_sync(port: Port) -> bool:
    return port.selected is Selected.SELECTED and port.attached and port.partner.state.synchronization


def _ripe(port: Port) -> bool:
    return port.ready_n or (port.attached and port.selected is Selected.SELECTED)


def _merit(policy: Policy, ports: Sequence[Port]) -> tuple[int, ...]:
    """What the policy looks at first; less is better."""
    if policy is Policy.PRIORITY:
        return min((port.actor.port_priority, port.actor.port) for port in ports)
    if policy is Policy.BANDWIDTH:
        return (-sum(port.config.speed for port in ports),)
    if policy is Policy.COUNT:
        return (-len(ports),)
    return ()


def _admit(aggregator: Aggregator, members: Sequence[Port]) -> list[Port]:
    """The members that the aggregator has room for (6.7.1).

    Both ends rank by the port identifiers of the better system and so agree. A port that carries data gives way only
    to ports that could attach at once, and only when the aggregator is revertive.
    """
    limit, revertive = aggregator.config.max_links, aggregator.config.revertive
    if not limit or len(members) <= limit:
        return list(members)
    ranked = sorted(members, key=lambda port: (_rank(port), port.actor.port))
    chosen = ranked[:limit]
    for carrying in ranked[limit:]:
        if _in_sync(carrying):
            idle = [port for port in chosen if not _in_sync(port)]
            if idle and not (revertive and all(port.ready_n for port in idle)):
                chosen.remove(idle[-1])
                chosen.append(carrying)
    return chosen


def _rank(port: Port) -> tuple[int, int]:
    actor, partner = port.actor, port.partner
    better = min(actor, partner, key=lambda end: (end.system_priority, end.system))
    return better.port_priority, better.port
