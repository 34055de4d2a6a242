"""The Bridge Detection machine (802.1D-2004 17.25), with the ISOLATED box of 802.1Q-2011 13.33."""

from pyiccp._sansio import UCT, Arrow, Machine
from pyiccp.rstp._variables import Port
from pyiccp.rstp.events import Incident, ReportIncident


def EDGE(port: Port) -> None:
    port.operEdge = True
    port.isolate = False


def NOT_EDGE(port: Port) -> None:
    port.operEdge = port.isolate = False


def EDGE_LOST(port: Port) -> None:
    """A box of our own on the way from EDGE to NOT_EDGE.

    Departs from figure 17-13: the port forwards only because nobody was there. Somebody is: it goes back to discarding
    and asks, should it stay Designated. The standard lets it forward on an agreement that nobody gave.
    """
    port.operEdge = port.agreed = port.synced = False
    port.sync = True


def ISOLATED(port: Port) -> None:
    port.operEdge = False
    port.isolate = True
    port.do(ReportIncident(port.name, Incident.ISOLATED))


def edge_lost_by_bpdu(port: Port) -> bool:
    """!operEdge && portEnabled"""
    return not port.operEdge and port.portEnabled


def off_and_not_admin_edge(port: Port) -> bool:
    """!portEnabled && !AdminEdge"""
    return not port.portEnabled and not port.config.admin_edge


def off_and_not_oper_edge(port: Port) -> bool:
    """!portEnabled && !operEdge"""
    return not port.portEnabled and not port.operEdge


def off_and_admin_edge(port: Port) -> bool:
    """!portEnabled && AdminEdge"""
    return not port.portEnabled and port.config.admin_edge


def nobody_there(port: Port) -> bool:
    """edgeDelayWhile == 0 && AutoEdge && sendRSTP && proposing"""
    return port.config.auto_edge and port.edgeDelayWhile.zero and port.sendRSTP and port.proposing


def neighbour_silent(port: Port) -> bool:
    """edgeDelayWhile == 0 && !AutoEdge && AutoIsolate && sendRSTP && proposing && operPointToPointMAC"""
    return (
        port.config.auto_isolate
        and not port.config.auto_edge
        and port.edgeDelayWhile.zero
        and port.sendRSTP
        and port.proposing
        and port.operPointToPointMAC
    )


def not_isolate(port: Port) -> bool:
    """!isolate || !portEnabled || !AutoIsolate"""
    return not port.isolate or not port.portEnabled or not port.config.auto_isolate


BRIDGE_DETECTION: Machine[Port] = Machine(
    "BDM",
    NOT_EDGE,
    (
        Arrow(EDGE, edge_lost_by_bpdu, EDGE_LOST),
        Arrow(EDGE, off_and_not_admin_edge, NOT_EDGE),
        Arrow(EDGE, off_and_not_oper_edge, NOT_EDGE),
        Arrow(EDGE_LOST, UCT, NOT_EDGE),
        Arrow(NOT_EDGE, off_and_admin_edge, EDGE),
        Arrow(NOT_EDGE, nobody_there, EDGE),
        Arrow(NOT_EDGE, neighbour_silent, ISOLATED),
        Arrow(ISOLATED, not_isolate, NOT_EDGE),
    ),
)
"""Begins in NOT_EDGE: ports begin without a link, so one with AdminEdge passes on to EDGE at once."""
