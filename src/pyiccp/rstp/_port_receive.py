"""The Port Receive machine (802.1D-2004 17.23)."""

from pyiccp._sansio import ANYWHERE, Arrow, Machine
from pyiccp.rstp._procedures import updtBPDUVersion
from pyiccp.rstp._variables import MigrateTime, Port


def DISCARD(port: Port) -> None:
    port.rcvdBPDU = port.rcvdRSTP = port.rcvdSTP = port.rcvdMsg = False
    port.edgeDelayWhile.hold(MigrateTime)


def RECEIVE(port: Port) -> None:
    updtBPDUVersion(port)
    port.operEdge = port.isolate = port.rcvdBPDU = False
    port.rcvdMsg = True
    port.edgeDelayWhile.start(MigrateTime)


def off_with_bpdu_or_counting(port: Port) -> bool:
    """(rcvdBPDU || edgeDelayWhile != MigrateTime) && !portEnabled"""
    return not port.portEnabled and (port.rcvdBPDU or port.edgeDelayWhile.held != MigrateTime)


def bpdu_to_take(port: Port) -> bool:
    """rcvdBPDU && portEnabled"""
    return port.rcvdBPDU and port.portEnabled


def bpdu_to_take_after_last(port: Port) -> bool:
    """rcvdBPDU && portEnabled && !rcvdMsg"""
    return port.rcvdBPDU and port.portEnabled and not port.rcvdMsg


PORT_RECEIVE: Machine[Port] = Machine(
    "PRX",
    DISCARD,
    (
        Arrow(ANYWHERE, off_with_bpdu_or_counting, DISCARD),
        Arrow(DISCARD, off_with_bpdu_or_counting, DISCARD),
        Arrow(DISCARD, bpdu_to_take, RECEIVE),
        Arrow(RECEIVE, bpdu_to_take_after_last, RECEIVE),
    ),
)
