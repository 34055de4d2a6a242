"""The Port Protocol Migration machine (802.1D-2004 17.24)."""

from pyiccp._sansio import Arrow, Machine
from pyiccp.rstp._variables import MigrateTime, Port


def CHECKING_RSTP(port: Port) -> None:
    port.mcheck = False
    port.sendRSTP = port.bridge.rstpVersion
    if port.portEnabled:
        port.mdelayWhile.start(MigrateTime)
    else:
        port.mdelayWhile.hold(MigrateTime)


def SENSING(port: Port) -> None:
    port.rcvdRSTP = port.rcvdSTP = False


def SELECTING_STP(port: Port) -> None:
    port.sendRSTP = False
    port.mdelayWhile.start(MigrateTime)


def mdelay_over(port: Port) -> bool:
    """mdelayWhile == 0"""
    return port.mdelayWhile.zero


def off_and_counting(port: Port) -> bool:
    """mdelayWhile != MigrateTime && !portEnabled"""
    return not port.portEnabled and port.mdelayWhile.held != MigrateTime


def stp_heard(port: Port) -> bool:
    """sendRSTP && rcvdSTP"""
    return port.sendRSTP and port.rcvdSTP


def off_or_mcheck_or_rstp_heard(port: Port) -> bool:
    """!portEnabled || mcheck || (rstpVersion && !sendRSTP && rcvdRSTP)"""
    return not port.portEnabled or port.mcheck or (port.bridge.rstpVersion and not port.sendRSTP and port.rcvdRSTP)


def mdelay_over_or_off_or_mcheck(port: Port) -> bool:
    """mdelayWhile == 0 || !portEnabled || mcheck"""
    return port.mdelayWhile.zero or not port.portEnabled or port.mcheck


PORT_MIGRATION: Machine[Port] = Machine(
    "PPM",
    CHECKING_RSTP,
    (
        Arrow(CHECKING_RSTP, mdelay_over, SENSING),
        Arrow(CHECKING_RSTP, off_and_counting, CHECKING_RSTP),
        Arrow(SENSING, stp_heard, SELECTING_STP),
        Arrow(SENSING, off_or_mcheck_or_rstp_heard, CHECKING_RSTP),
        Arrow(SELECTING_STP, mdelay_over_or_off_or_mcheck, SENSING),
    ),
)
