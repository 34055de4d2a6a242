"""The state of a bridge as a canonical tuple: two copies fed one event log are equal field by field (M9.1)."""

from typing import Any

from pyiccp.rstp.variables import Bridge, Port, Timer
from pyiccp.sansio import Instant

VARIABLES = (
    *("link", "speed", "full_duplex", "guarded", "portEnabled", "infoIs", "portPriority", "portTimes"),
    *("designatedPriority", "designatedTimes", "role", "selectedRole", "selected", "reselect", "updtInfo"),
    *("learn", "forward", "learning", "forwarding", "proposing", "proposed", "agree", "agreed", "sync", "synced"),
    *("reRoot", "disputed", "isolate", "operEdge", "sendRSTP", "mcheck", "rcvdBPDU", "rcvdMsg", "rcvdRSTP", "rcvdSTP"),
    *("rcvdTc", "rcvdTcn", "rcvdTcAck", "tcAck", "tcProp", "newInfo", "offeredRoot", "portId", "PortPathCost"),
)
"""The variables of a port that outlive a call; message variables are written before they are read."""


def fingerprint(bridge: Bridge, now: Instant) -> tuple[Any, ...]:
    """Configuration, variables, boxes and timers; deadlines relative to *now*."""
    return (
        (bridge.config, bridge.rootPriority, bridge.rootTimes, bridge.rootPort, _left(bridge.ageingWhile, now)),
        (bridge.risingRoot, bridge.risingAge, bridge.risingFrom, bridge.rises, _left(bridge.risingWhile, now)),
        (bridge.formerIdentifier, _left(bridge.formerWhile, now)),
        tuple(_port(port, now) for port in bridge.ports.values()),
        tuple(
            (timer.port.name if timer.port is not None else "", timer.name)
            for timer, _ in bridge.clock.timers.fingerprint(now)
        ),
    )


def _port(port: Port, now: Instant) -> tuple[Any, ...]:
    return (
        port.config,
        tuple(sorted(port.boxes.items())),
        tuple((name, getattr(port, name)) for name in VARIABLES),
        tuple((timer.name, _left(timer, now)) for timer in port.timers),
        (port.txCount, port.txSince - now if port.txCount else 0),
        None if port.down_at is None else port.down_at - now,
    )


def _left(timer: Timer, now: Instant) -> tuple[bool, Instant]:
    """(does it count?, what is left)."""
    return timer.held is None and not timer.zero, timer.left(now)
