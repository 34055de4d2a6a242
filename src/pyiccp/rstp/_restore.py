"""A bridge put into the state of a `Snapshot`, of which nothing is believed before it is checked (M9.6)."""

from msgspec.structs import replace

from pyiccp._sansio import Instant
from pyiccp.rstp._bridge_detection import BRIDGE_DETECTION
from pyiccp.rstp._config import LONGEST_RECOVERY, check_port
from pyiccp.rstp._port_information import PORT_INFORMATION
from pyiccp.rstp._port_migration import PORT_MIGRATION
from pyiccp.rstp._port_receive import PORT_RECEIVE
from pyiccp.rstp._port_transmit import PORT_TRANSMIT
from pyiccp.rstp._role_selection import ROLE_SELECTION_MACHINE
from pyiccp.rstp._role_transitions import ROLE_TRANSITIONS
from pyiccp.rstp._snapshot import BRIDGE_FIELDS, PORT_FIELDS, PortSnapshot, Snapshot, bridge_values, port_values
from pyiccp.rstp._state_transition import STATE_TRANSITION
from pyiccp.rstp._topology_change import TOPOLOGY_CHANGE
from pyiccp.rstp._variables import Bridge, Port
from pyiccp.rstp._vectors import MOST_COST, PriorityVector, Times
from pyiccp.rstp._views import report

_BOXES = {
    machine.name: frozenset(machine.boxes)
    for machine in (
        *(PORT_RECEIVE, PORT_MIGRATION, BRIDGE_DETECTION, PORT_TRANSMIT, PORT_INFORMATION, ROLE_TRANSITIONS),
        *(STATE_TRANSITION, TOPOLOGY_CHANGE),
    )
}
_IDENTIFIERS = range(1 << 64)
_PORTS = range(1 << 16)
_MOST_COMMANDS = 1 << 31
"""To one port: they are told in 32 bits, and there are more to come."""
_LONGEST = LONGEST_RECOVERY
"""All others come from times of a BPDU, which are less than 256 s."""


def restore(bridge: Bridge, state: Snapshot, now: Instant) -> None:
    """Write *state* into the fresh *bridge*; ValueError for what no bridge can be in."""
    _check_bridge(state)
    bridge.clock.now = now
    bridge.boxes = dict(state.boxes)
    vars(bridge).update(zip(BRIDGE_FIELDS, bridge_values(state.variables), strict=True))
    for each in state.ports:
        check_port(each.config)
        _check(each.config.name not in bridge.ports, "{} is in it twice", each.config.name)
        bridge.ports[each.config.name] = _port(bridge, each, now)
    _check(len({port.config.number for port in bridge.ports.values()}) == len(bridge.ports), "a port number is taken")
    bridge.leaving = {name: replace(left) for name, left in state.leaving.items()}
    timers = {
        (timer.port.name if timer.port else None, timer.name): timer
        for timer in (*bridge.timers, *(timer for port in bridge.ports.values() for timer in port.timers))
    }
    for running in state.timers:
        timer = timers.pop((running.port, running.name), None)
        _check(timer is not None and timer.held is None, "timer {} of {} cannot count", running.name, running.port)
        good = 0 < running.left <= _LONGEST
        _check(good, "timer {} of {}: {} ns is no span", running.name, running.port, running.left)
        assert timer is not None
        timer.start(running.left)
    report(bridge, bridge.ports.values())
    bridge.clock.actions.clear()


def _port(bridge: Bridge, state: PortSnapshot, now: Instant) -> Port:
    port, name = Port(state.config, bridge), state.config.name
    _check(state.boxes.keys() == _BOXES.keys(), "{}: not our machines", name)
    _check(all(box in _BOXES[machine] for machine, box in state.boxes.items()), "{}: not our boxes", name)
    port.boxes = dict(state.boxes)
    vars(port).update(zip(PORT_FIELDS, port_values(state.variables), strict=True))
    _check_vector(port.portPriority)
    _check_vector(port.designatedPriority)
    _check_times(port.portTimes)
    _check_times(port.designatedTimes)
    _check(port.offeredRoot is None or port.offeredRoot in _IDENTIFIERS, "{}: offeredRoot is no identifier", name)
    former = port.formerly
    _check(former is None or (former[0] in _IDENTIFIERS and former[1] in _PORTS), "{}: formerly is no name", name)
    _check(port.commands <= _MOST_COMMANDS, "{}: was given {} commands", name, port.commands)
    port.learn_cost()
    port.txCount, port.txSince = state.txCount, now - state.txAgo
    port.down_at = None if state.downAgo is None else now - state.downAgo
    timers = {timer.name: timer for timer in port.timers}
    for timer, span in state.held.items():
        _check(timer in timers and span <= _LONGEST, "{}: timer {} cannot stand at {} ns", name, timer, span)
        timers[timer].hold(span)
    known = vars(port.counters).keys() - {"last_topology_change"}
    _check(state.counters.keys() == known, "{}: not our counters", name)
    vars(port.counters).update(state.counters)
    port.counters.last_topology_change = None if state.changedAgo is None else now - state.changedAgo
    return port


def _check_bridge(state: Snapshot) -> None:
    own = state.variables
    _check(state.boxes == {ROLE_SELECTION_MACHINE.name: "ROLE_SELECTION"}, "the bridge's machine is in no box of ours")
    _check_vector(own.rootPriority)
    _check_times(own.rootTimes)
    _check(own.risingRoot in _IDENTIFIERS and own.formerIdentifier in _IDENTIFIERS, "not an identifier")
    names = {port.config.name for port in state.ports}
    _check(own.rootPort is None or own.rootPort in names, "root port {} is not in it", own.rootPort)
    _check(not names & state.leaving.keys(), "a port is in it and leaves it")
    most = max((left.commands for left in state.leaving.values()), default=0)
    _check(most <= _MOST_COMMANDS, "a port was given {} commands", most)


def _check_vector(vector: PriorityVector) -> None:
    good = (
        vector.RootID in _IDENTIFIERS
        and vector.DesignatedBridgeID in _IDENTIFIERS
        and 0 <= vector.RootPathCost <= MOST_COST
        and vector.DesignatedPortID in _PORTS
        and vector.BridgePortID in _PORTS
    )
    _check(good, "{} is no priority vector", vector)


def _check_times(times: Times) -> None:
    _check(min(times) >= 0 and max(times) < 1 << 16, "{} are no times of a BPDU", times)


def _check(good: bool, why: str, *values: object) -> None:
    """*why* is put into words only when they are needed: a session begins with thousands of checks."""
    if not good:
        raise ValueError(f"snapshot of a spanning tree: {why.format(*values)}")
