"""The Periodic Transmission machine (802.1AX 6.4.13): the partner's Timeout bit sets the pace."""

from pyiccp._sansio import ANYWHERE, Arrow, Instant, Machine
from pyiccp.lacp._variables import Fast_Periodic_Time, Port, Slow_Periodic_Time


def NO_PERIODIC(port: Port) -> None:
    """Silence."""
    port.periodic.stop()


def FAST_PERIODIC(port: Port) -> None:
    _start(port, Fast_Periodic_Time)


def SLOW_PERIODIC(port: Port) -> None:
    _start(port, Slow_Periodic_Time)


def PERIODIC_TX(port: Port) -> None:
    port.NTT = True


def _start(port: Port, period: Instant) -> None:
    if port.periodic.expired:
        port.periodic.step(period)
    else:
        port.periodic.start(period)


def no_periodic(port: Port) -> bool:
    """Nothing to send: LACP off, no link, or both ends passive."""
    return not (port.port_enabled and port.LACP_Enabled and (port.actor.state.activity or port.partner.state.activity))


def not_no_periodic(port: Port) -> bool:
    """The arrow is printed UCT; it waits for the open arrow's condition to end."""
    return not no_periodic(port)


def periodic_timer_expired(port: Port) -> bool:
    return port.periodic.expired


def partner_short_timeout(port: Port) -> bool:
    return port.partner.state.timeout


def partner_long_timeout(port: Port) -> bool:
    return not port.partner.state.timeout


PERIODIC: Machine[Port] = Machine(
    "periodic",
    NO_PERIODIC,
    (
        Arrow(ANYWHERE, no_periodic, NO_PERIODIC),
        Arrow(NO_PERIODIC, not_no_periodic, FAST_PERIODIC),
        Arrow(FAST_PERIODIC, periodic_timer_expired, PERIODIC_TX),
        Arrow(FAST_PERIODIC, partner_long_timeout, SLOW_PERIODIC),
        Arrow(SLOW_PERIODIC, periodic_timer_expired, PERIODIC_TX),
        Arrow(SLOW_PERIODIC, partner_short_timeout, PERIODIC_TX),
        Arrow(PERIODIC_TX, partner_short_timeout, FAST_PERIODIC),
        Arrow(PERIODIC_TX, partner_long_timeout, SLOW_PERIODIC),
    ),
)
