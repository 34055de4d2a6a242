"""The Churn Detection machines (802.1AX 6.4.17), one for each end of the link."""

from pyiccp._sansio import ANYWHERE, Arrow, Machine
from pyiccp.lacp._variables import Churn_Detection_Time, Port, Selected
from pyiccp.lacp.events import Incident, ReportIncident


def NO_ACTOR_CHURN(port: Port) -> None:
    port.actor_churn = False
    port.actor_churn_timer.stop()


def ACTOR_CHURN_MONITOR(port: Port) -> None:
    port.actor_churn = False
    port.actor_churn_timer.stop()
    if watched(port):
        port.actor_churn_timer.start(Churn_Detection_Time)


def ACTOR_CHURN(port: Port) -> None:
    port.actor_churn = True
    port.counters.ActorChurnCount += 1
    port.do(ReportIncident(port.name, Incident.ACTOR_CHURN))


def NO_PARTNER_CHURN(port: Port) -> None:
    port.partner_churn = False
    port.partner_churn_timer.stop()


def PARTNER_CHURN_MONITOR(port: Port) -> None:
    port.partner_churn = False
    port.partner_churn_timer.stop()
    if watched(port):
        port.partner_churn_timer.start(Churn_Detection_Time)


def PARTNER_CHURN(port: Port) -> None:
    port.partner_churn = True
    port.counters.PartnerChurnCount += 1
    port.do(ReportIncident(port.name, Incident.PARTNER_CHURN))


def watched(port: Port) -> bool:
    """The port ought to get in sync.

    Departs from 6.4.17: a STANDBY port is out of sync because Selection wants it so, which is no churn (CHN-07).
    """
    return port.port_enabled and port.LACP_Enabled and port.selected is not Selected.STANDBY


def excused(port: Port) -> bool:
    """The link is up, but nobody expects the port to get in sync."""
    return port.port_enabled and not watched(port)


def not_port_enabled(port: Port) -> bool:
    return not port.port_enabled


def actor_watch_begins(port: Port) -> bool:
    """The 60 s count from here: the standard restarts them as long as the open arrow's condition holds."""
    return watched(port) and not (port.actor_churn_timer.running or port.actor_churn_timer.expired)


def partner_watch_begins(port: Port) -> bool:
    return watched(port) and not (port.partner_churn_timer.running or port.partner_churn_timer.expired)


def actor_watch_ends(port: Port) -> bool:
    return not watched(port) and port.actor_churn_timer.running


def partner_watch_ends(port: Port) -> bool:
    return not watched(port) and port.partner_churn_timer.running


def actor_in_sync(port: Port) -> bool:
    return port.actor.state.synchronization


def actor_out_of_sync(port: Port) -> bool:
    return not port.actor.state.synchronization


def actor_churn_timer_expired(port: Port) -> bool:
    return port.actor_churn_timer.expired


def partner_in_sync(port: Port) -> bool:
    return port.partner.state.synchronization


def partner_out_of_sync(port: Port) -> bool:
    return not port.partner.state.synchronization


def partner_churn_timer_expired(port: Port) -> bool:
    return port.partner_churn_timer.expired


ACTOR_CHURN_DETECTION: Machine[Port] = Machine(
    "actor churn",
    ACTOR_CHURN_MONITOR,
    (
        Arrow(ANYWHERE, not_port_enabled, ACTOR_CHURN_MONITOR),
        Arrow(ACTOR_CHURN_MONITOR, actor_watch_begins, ACTOR_CHURN_MONITOR),
        Arrow(ACTOR_CHURN_MONITOR, actor_watch_ends, ACTOR_CHURN_MONITOR),
        Arrow(ACTOR_CHURN_MONITOR, actor_in_sync, NO_ACTOR_CHURN),
        Arrow(ACTOR_CHURN_MONITOR, actor_churn_timer_expired, ACTOR_CHURN),
        Arrow(NO_ACTOR_CHURN, actor_out_of_sync, ACTOR_CHURN_MONITOR),
        Arrow(ACTOR_CHURN, actor_in_sync, NO_ACTOR_CHURN),
        Arrow(ACTOR_CHURN, excused, ACTOR_CHURN_MONITOR),
    ),
)

PARTNER_CHURN_DETECTION: Machine[Port] = Machine(
    "partner churn",
    PARTNER_CHURN_MONITOR,
    (
        Arrow(ANYWHERE, not_port_enabled, PARTNER_CHURN_MONITOR),
        Arrow(PARTNER_CHURN_MONITOR, partner_watch_begins, PARTNER_CHURN_MONITOR),
        Arrow(PARTNER_CHURN_MONITOR, partner_watch_ends, PARTNER_CHURN_MONITOR),
        Arrow(PARTNER_CHURN_MONITOR, partner_in_sync, NO_PARTNER_CHURN),
        Arrow(PARTNER_CHURN_MONITOR, partner_churn_timer_expired, PARTNER_CHURN),
        Arrow(NO_PARTNER_CHURN, partner_out_of_sync, PARTNER_CHURN_MONITOR),
        Arrow(PARTNER_CHURN, partner_in_sync, NO_PARTNER_CHURN),
        Arrow(PARTNER_CHURN, excused, PARTNER_CHURN_MONITOR),
    ),
)
