"""The state of a bridge as named fields: for a peer that is to go on from it, and to compare two copies (M9.1, M9.6).

Spans are relative to the instant at which the picture is taken. Plain data throughout: msgspec encodes it and checks
the types of what comes back; `restore` checks the rest.
"""

from operator import attrgetter
from typing import Any

import msgspec

from pyiccp._sansio import Instant
from pyiccp.rstp._config import BridgeConfig, PortConfig
from pyiccp.rstp._variables import QUEUED, TICK, Bridge, InfoIs, Leaving, Natural, Port, Role
from pyiccp.rstp._vectors import PriorityVector, Times


class PortVariables(msgspec.Struct, frozen=True, kw_only=True):
    """The variables of a port that outlive a call, spelt as in `variables`; a message's are written before read."""

    link: bool
    speed: Natural
    full_duplex: bool
    guarded: bool
    portEnabled: bool
    infoIs: InfoIs
    portPriority: PriorityVector
    portTimes: Times
    designatedPriority: PriorityVector
    designatedTimes: Times
    role: Role
    selectedRole: Role
    selected: bool
    reselect: bool
    updtInfo: bool
    learn: bool
    forward: bool
    learning: bool
    forwarding: bool
    proposing: bool
    proposed: bool
    agree: bool
    agreed: bool
    sync: bool
    synced: bool
    reRoot: bool
    disputed: bool
    isolate: bool
    operEdge: bool
    sendRSTP: bool
    mcheck: bool
    rcvdBPDU: bool
    rcvdMsg: bool
    rcvdRSTP: bool
    rcvdSTP: bool
    rcvdTc: bool
    rcvdTcn: bool
    rcvdTcAck: bool
    tcAck: bool
    tcProp: bool
    newInfo: bool
    offeredRoot: int | None
    formerly: tuple[int, int] | None = None
    """None as well from a peer that knows nothing of it."""
    commands: Natural
    shutSince: Natural


class BridgeVariables(msgspec.Struct, frozen=True, kw_only=True):
    """Those of the bridge."""

    rootPriority: PriorityVector
    rootTimes: Times
    rootPort: str | None
    risingRoot: int
    risingAge: Natural
    risingFrom: Natural
    rises: Natural
    formerIdentifier: int


class PortSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One port."""

    config: PortConfig
    boxes: dict[str, str]
    """Machine -> box."""
    variables: PortVariables
    held: dict[str, Natural]
    """Timers that stand still, at what."""
    txCount: Natural
    txAgo: Natural
    """Since txCount last stood at a whole second."""
    downAgo: Natural | None
    """Since the link was lost."""
    counters: dict[str, Natural]
    changedAgo: Natural | None
    """Since the last topology change."""


class TimerSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One timer that counts."""

    port: str | None
    name: str
    left: Natural


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The whole bridge."""

    config: BridgeConfig
    applied_at_once: bool
    boxes: dict[str, str]
    variables: BridgeVariables
    ports: tuple[PortSnapshot, ...]
    """In their order, which breaks ties."""
    leaving: dict[str, Leaving]
    timers: tuple[TimerSnapshot, ...]
    """In the order in which they will fire."""


BRIDGE_FIELDS, PORT_FIELDS = BridgeVariables.__struct_fields__, PortVariables.__struct_fields__
bridge_values, port_values = attrgetter(*BRIDGE_FIELDS), attrgetter(*PORT_FIELDS)
"""All of them at once: a session begins with every variable of every port."""


def snapshot(bridge: Bridge, now: Instant) -> Snapshot:
    """The picture of *bridge* at *now*."""
    return Snapshot(
        config=bridge.config,
        applied_at_once=bridge.applied_at_once,
        boxes=dict(bridge.boxes),
        variables=BridgeVariables(**dict(zip(BRIDGE_FIELDS, bridge_values(bridge), strict=True))),
        ports=tuple(_port(port, now) for port in bridge.ports.values()),
        leaving={name: msgspec.structs.replace(port) for name, port in bridge.leaving.items()},
        timers=tuple(
            TimerSnapshot(port=None if timer.port is None else timer.port.name, name=timer.name, left=left)
            for timer, left in bridge.clock.timers.fingerprint(now)
        ),
    )


def fingerprint(bridge: Bridge, now: Instant) -> tuple[Any, ...]:
    """What decides about the future, as a canonical tuple: the same without counters."""
    return (
        (bridge.config, *bridge_values(bridge)),
        tuple(
            (
                port.config,
                tuple(sorted(port.boxes.items())),
                port_values(port),
                tuple((timer.name, timer.held) for timer in port.timers if timer.held is not None),
                _transmitted(port, now),
                _down(port, now),
            )
            for port in bridge.ports.values()
        ),
        tuple((name, *msgspec.structs.astuple(port)) for name, port in bridge.leaving.items()),
        tuple(
            ("" if timer.port is None else timer.port.name, timer.name, left)
            for timer, left in bridge.clock.timers.fingerprint(now)
        ),
    )


def _port(port: Port, now: Instant) -> PortSnapshot:
    changed = port.counters.last_topology_change
    txCount, txAgo = _transmitted(port, now)
    return PortSnapshot(
        config=port.config,
        boxes=dict(port.boxes),
        variables=PortVariables(**dict(zip(PORT_FIELDS, port_values(port), strict=True))),
        held={timer.name: timer.held for timer in port.timers if timer.held is not None},
        txCount=txCount,
        txAgo=txAgo,
        downAgo=_down(port, now),
        counters={name: value for name, value in vars(port.counters).items() if name != "last_topology_change"},
        changedAgo=None if changed is None else now - changed,
    )


def _transmitted(port: Port, now: Instant) -> tuple[int, Instant]:
    """(txCount, since when) at *now*; the port itself counts down when it next wants to send."""
    passed = (now - port.txSince) // TICK
    left = max(0, port.txCount - passed)
    return left, now - port.txSince - passed * TICK if left else 0


def _down(port: Port, now: Instant) -> Instant | None:
    """How long ago the link was lost, while it matters."""
    return None if port.down_at is None or now - port.down_at >= QUEUED else now - port.down_at
