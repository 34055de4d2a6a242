"""The Port Information machine (802.1D-2004 17.27)."""

from pyiccp._sansio import ANYWHERE, UCT, Arrow, Machine
from pyiccp.rstp._procedures import (
    answerInferior,
    betterorsameInfo,
    doubtAgreements,
    holdSibling,
    passOnWithdrawal,
    rcvInfo,
    recordAgreement,
    recordDispute,
    recordPriority,
    recordProposal,
    recordTimes,
    setTcFlags,
    takeBackAgreement,
    updtRcvdInfoWhile,
)
from pyiccp.rstp._variables import InfoIs, Port, RcvdInfo


def DISABLED(port: Port) -> None:
    port.rcvdMsg = port.proposing = port.proposed = port.agree = port.agreed = port.disputed = False
    port.rcvdInfoWhile.stop()
    port.infoIs = InfoIs.Disabled
    port.reselect = True
    port.selected = False


def AGED(port: Port) -> None:
    """Departs from figure 17-15: a port whose neighbour went silent, should it be Designated, does not forward on but
    discards and asks: when the silence ends, there is no loop."""
    if port.infoIs is InfoIs.Received:
        port.sync = True
        port.synced = False
    port.infoIs = InfoIs.Aged
    port.reselect = True
    port.selected = False


def UPDATE(port: Port) -> None:
    """Departs from figure 17-15: a port that waits for the clock waits anew when it has something worse to tell.

    The forward delay is the time in which everybody hears the news. While old information still goes round (count to
    infinity) it is not over.
    """
    if port.designatedPriority > port.portPriority and not port.forward:
        port.fdWhile.extend(port.forwardDelay)
    port.proposing = port.proposed = False
    port.agreed = port.agreed and betterorsameInfo(port, InfoIs.Mine)
    port.synced = port.synced and port.agreed
    if port.portPriority != port.designatedPriority:
        doubtAgreements(port)
    port.portPriority = port.designatedPriority
    port.portTimes = port.designatedTimes
    port.updtInfo = False
    port.infoIs = InfoIs.Mine
    port.newInfo = True


def CURRENT(port: Port) -> None:
    pass


def RECEIVE(port: Port) -> None:
    port.rcvdInfo = rcvInfo(port)


def SUPERIOR_DESIGNATED(port: Port) -> None:
    port.agreed = port.proposing = False
    recordProposal(port)
    setTcFlags(port)
    port.agree = port.agree and betterorsameInfo(port, InfoIs.Received)
    recordAgreement(port)
    port.synced = port.synced and port.agreed
    doubtAgreements(port)
    passOnWithdrawal(port)
    recordPriority(port)
    recordTimes(port)
    updtRcvdInfoWhile(port)
    port.infoIs = InfoIs.Received
    port.reselect = True
    port.selected = False
    port.rcvdMsg = False


def REPEATED_DESIGNATED(port: Port) -> None:
    recordProposal(port)
    setTcFlags(port)
    recordAgreement(port)
    updtRcvdInfoWhile(port)
    port.rcvdMsg = False


def INFERIOR_DESIGNATED(port: Port) -> None:
    recordDispute(port)
    holdSibling(port)
    takeBackAgreement(port)
    doubtAgreements(port)
    answerInferior(port)
    port.rcvdMsg = False


def NOT_DESIGNATED(port: Port) -> None:
    recordAgreement(port)
    setTcFlags(port)
    port.rcvdMsg = False


def OTHER(port: Port) -> None:
    port.rcvdMsg = False


def not_enabled(port: Port) -> bool:
    """!portEnabled && (infoIs != Disabled)"""
    return not port.portEnabled and port.infoIs is not InfoIs.Disabled


def enabled(port: Port) -> bool:
    """portEnabled"""
    return port.portEnabled


def message_while_off(port: Port) -> bool:
    """rcvdMsg"""
    return port.rcvdMsg


def to_update(port: Port) -> bool:
    """selected && updtInfo"""
    return port.selected and port.updtInfo


def aged_out(port: Port) -> bool:
    """(infoIs == Received) && (rcvdInfoWhile == 0) && !updtInfo && !rcvdMsg"""
    return port.infoIs is InfoIs.Received and port.rcvdInfoWhile.zero and not port.updtInfo and not port.rcvdMsg


def message(port: Port) -> bool:
    """rcvdMsg && !updtInfo"""
    return port.rcvdMsg and not port.updtInfo


def superior(port: Port) -> bool:
    """rcvdInfo == SuperiorDesignatedInfo"""
    return port.rcvdInfo is RcvdInfo.SuperiorDesignatedInfo


def repeated(port: Port) -> bool:
    """rcvdInfo == RepeatedDesignatedInfo"""
    return port.rcvdInfo is RcvdInfo.RepeatedDesignatedInfo


def inferior(port: Port) -> bool:
    """rcvdInfo == InferiorDesignatedInfo"""
    return port.rcvdInfo is RcvdInfo.InferiorDesignatedInfo


def inferior_root_alternate(port: Port) -> bool:
    """rcvdInfo == InferiorRootAlternateInfo"""
    return port.rcvdInfo is RcvdInfo.InferiorRootAlternateInfo


def other(port: Port) -> bool:
    """rcvdInfo == OtherInfo"""
    return port.rcvdInfo is RcvdInfo.OtherInfo


PORT_INFORMATION: Machine[Port] = Machine(
    "PIM",
    DISABLED,
    (
        Arrow(ANYWHERE, not_enabled, DISABLED),
        Arrow(DISABLED, enabled, AGED),
        Arrow(DISABLED, message_while_off, DISABLED),
        Arrow(AGED, to_update, UPDATE),
        Arrow(UPDATE, UCT, CURRENT),
        Arrow(CURRENT, to_update, UPDATE),
        Arrow(CURRENT, aged_out, AGED),
        Arrow(CURRENT, message, RECEIVE),
        Arrow(RECEIVE, superior, SUPERIOR_DESIGNATED),
        Arrow(RECEIVE, repeated, REPEATED_DESIGNATED),
        Arrow(RECEIVE, inferior, INFERIOR_DESIGNATED),
        Arrow(RECEIVE, inferior_root_alternate, NOT_DESIGNATED),
        Arrow(RECEIVE, other, OTHER),
        Arrow(SUPERIOR_DESIGNATED, UCT, CURRENT),
        Arrow(REPEATED_DESIGNATED, UCT, CURRENT),
        Arrow(INFERIOR_DESIGNATED, UCT, CURRENT),
        Arrow(NOT_DESIGNATED, UCT, CURRENT),
        Arrow(OTHER, UCT, CURRENT),
    ),
)
