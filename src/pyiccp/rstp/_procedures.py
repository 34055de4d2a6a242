"""The procedures that the machines of a port share (802.1D-2004 17.21)."""

from pyiccp._sansio import Instant, milliseconds
from pyiccp.rstp._variables import InfoIs, Kind, Port, RcvdInfo, Role
from pyiccp.rstp._vectors import PriorityVector, next_age, same_bridge, same_port, span
from pyiccp.rstp.events import Incident, ReportIncident
from pyiccp.wire._flags import PortRole

_CROSSING = milliseconds(10)
"""What left so recently may have crossed what came in."""


def betterorsameInfo(port: Port, newInfoIs: InfoIs) -> bool:
    """17.21.1"""
    if port.infoIs is not newInfoIs:
        return False
    vector = port.msgPriority if newInfoIs is InfoIs.Received else port.designatedPriority
    return vector <= port.portPriority


def rcvInfo(port: Port) -> RcvdInfo:
    """What the message is to the port (17.21.8)."""
    if port.msgKind is Kind.TCN:
        port.rcvdTcn = True
        return RcvdInfo.OtherInfo
    if port.msgRole is not PortRole.DESIGNATED:
        return RcvdInfo.InferiorRootAlternateInfo if port.msgPriority >= port.portPriority else RcvdInfo.OtherInfo
    if port.msgEcho:
        recordEcho(port)
        return RcvdInfo.OtherInfo
    message, mine = port.msgPriority, port.portPriority
    if message == mine and port.msgTimes == port.portTimes:
        return RcvdInfo.RepeatedDesignatedInfo
    if stale_claim(port):
        return RcvdInfo.InferiorDesignatedInfo
    if message <= mine or same_source(message, mine):
        return RcvdInfo.SuperiorDesignatedInfo
    return RcvdInfo.InferiorDesignatedInfo


def same_source(message: PriorityVector, held: PriorityVector) -> bool:
    """The message replaces what is held, even if it is worse: it comes from the same port of the same bridge.

    Departs from 17.21.8: another port of that bridge does as well, if the bridge has farther to the root now. On a
    shared segment the port that made the better offer may be a Backup port since, and take nothing back; what it said
    of a dead root would be passed round for three hello times.
    """
    return same_bridge(message.DesignatedBridgeID, held.DesignatedBridgeID) and (
        same_port(message.DesignatedPortID, held.DesignatedPortID) or message[:2] > held[:2]
    )


def stale_claim(port: Port) -> bool:
    """The message calls this bridge the root by a priority or an address that it has no longer.

    Departs from 17.21.8: the claim is an echo of what this bridge once said, and it would circle in a ring until its
    age runs out (count to infinity). The one bridge that knows better says so at once.
    """
    message, bridge = port.msgPriority, port.bridge
    own = bridge.BridgeIdentifier
    if message.RootID == own or same_bridge(message.DesignatedBridgeID, own):
        return False
    former = message.RootID == bridge.formerIdentifier and not bridge.formerWhile.zero
    return former or same_bridge(message.RootID, own)


def recordEcho(port: Port) -> None:
    """Departs from 17.21.10, which compares a port's own BPDU with itself: a link that returns everything must not
    forward, so what a port hears of itself counts as a dispute once it learns."""
    if port.msgFlags.learning:
        port.disputed = True
        port.agreed = False
        port.do(ReportIncident(port.name, Incident.ECHO))


def recordAgreement(port: Port) -> None:
    """17.21.9, as in 802.1Q.

    Departs from 17.21.9: an agreement answers an offer. One that names another root than this port has told of since it
    became Designated was given to somebody else's offer, or crossed ours: its sender cannot be in step with it. Nor can
    the bridge that the root port counts on.
    """
    if not port.doubtWhile.zero and port.msgRole is not PortRole.DESIGNATED:
        return
    port.agreed = (
        port.bridge.rstpVersion
        and port.operPointToPointMAC
        and port.msgKind is Kind.RST
        and port.msgFlags.agreement
        and (
            port.msgRole is PortRole.DESIGNATED
            or (
                port.msgPriority.RootID == port.portPriority.RootID == port.offeredRoot
                and not staleOwn(port)
                and not fromUpstream(port)
            )
        )
    )
    if port.agreed:
        port.proposing = False


def doubtAgreements(port: Port) -> None:
    """Departs from 17.21.9 on links where BPDUs overtake each other: nothing in an agreement tells which offer it
    answers, so for as long as an older one can be under way none counts, and then the port asks again.

    Starts whenever either end says something that an agreement given before did not know.
    """
    if port.bridge.config.misordering:
        port.doubtWhile.start(2 * port.bridge.config.misordering)


def staleOwn(port: Port) -> bool:
    """It comes from another port of this bridge, and speaks of what the bridge knew a moment ago."""
    message, offer = port.msgPriority, port.portPriority
    return same_bridge(message.DesignatedBridgeID, offer.DesignatedBridgeID) and (
        message.RootPathCost != offer.RootPathCost
    )


def fromUpstream(port: Port) -> bool:
    """It comes from the bridge that the root port has its information from: each counts on the other, and one of them
    on old news that is still passed round (count to infinity)."""
    root = port.bridge.ports.get(port.bridge.rootPort or "")
    return root is not None and same_bridge(root.portPriority.DesignatedBridgeID, port.msgPriority.DesignatedBridgeID)


def recordDispute(port: Port) -> None:
    """17.21.10, as corrected in 802.1Q: the agreed of the printed text would open the port."""
    if port.msgKind is Kind.RST and port.msgFlags.learning:
        if not port.disputed and port.learn:
            port.do(ReportIncident(port.name, Incident.DISPUTED))
        port.disputed = True
        port.agreed = False


def holdSibling(port: Port) -> None:
    """Departs from figure 17-15: worse information came from another port of this very bridge. That one has not heard
    what this one holds, or this one not that it was taken back: within three hello times they will know the same, and
    until then it must not open beside it."""
    message, bridge = port.msgPriority, port.bridge
    if port.infoIs is not InfoIs.Received or not same_bridge(message.DesignatedBridgeID, bridge.BridgeIdentifier):
        return
    for each in bridge.ports.values():
        if each.role is Role.Designated and same_port(each.portId, message.DesignatedPortID):
            each.agreed = False
            each.disputed = each.learn
            each.fdWhile.extend(3 * each.HelloTime)
            port.reselect = True  # it is more than this port's concern
            port.selected = False


def takeBackAgreement(port: Port) -> None:
    """Departs from figure 17-15: who proposes has not agreed. If a port opened a moment ago on an agreement that was on
    its way when its giver changed its mind, the proposal that follows shuts the port again."""
    if (
        port.role is Role.Designated
        and port.forward
        and port.msgKind is Kind.RST
        and port.msgFlags.proposal
        and not port.operEdge
        and port.operPointToPointMAC
        and justSent(port, max(_CROSSING, 2 * port.bridge.config.misordering))
    ):
        port.agreed = port.synced = False
        port.sync = True


def justSent(port: Port, crossing: Instant = _CROSSING) -> bool:
    """What comes in now may have crossed what left last."""
    return port.HelloTime - port.helloWhen.left(port.clock.now) <= crossing


def answerInferior(port: Port) -> None:
    """Departs from figure 17-15: a designated port answers worse information with its own, as 802.1D-1998 did, so a
    neighbour that has missed it need not wait for the next hello; unless the answer is on its way already."""
    if port.role is Role.Designated and not justSent(port):
        port.newInfo = True


def recordProposal(port: Port) -> None:
    """17.21.11"""
    if port.msgKind is Kind.RST and port.msgRole is PortRole.DESIGNATED and port.msgFlags.proposal:
        port.proposed = True


def recordPriority(port: Port) -> None:
    """17.21.12"""
    port.portPriority = port.msgPriority


def passOnWithdrawal(port: Port) -> None:
    """Departs from 17.21.12: ports of this bridge that hold an offer of the very same port are on one segment with
    this one. Worse that it says now it has said to all of them; one that has missed it would count on the old offer
    for three hello times, and a port that opened beside it after two would close a loop."""
    held, message = port.portPriority, port.msgPriority
    if message <= held or port.infoIs is not InfoIs.Received:
        return
    for each in port.bridge.ports.values():
        if each is not port and each.infoIs is InfoIs.Received and each.portPriority[2:4] == held[2:4]:
            each.agree = each.agreed = each.synced = False
            each.portPriority = message._replace(BridgePortID=each.portId)
            each.portTimes = port.msgTimes
            each.reselect = True
            each.selected = False


def recordTimes(port: Port) -> None:
    """17.21.13; a hello time below 1 s was raised when the message was taken in."""
    port.portTimes = port.msgTimes


def setTcFlags(port: Port) -> None:
    """17.21.17"""
    if port.msgFlags.topology_change:
        port.rcvdTc = True
    if port.msgKind is Kind.CONFIG and port.msgFlags.topology_change_ack:
        port.rcvdTcAck = True


def setSyncTree(port: Port) -> None:
    """17.21.14"""
    for each in port.bridge.ports.values():
        each.sync = True


def setReRootTree(port: Port) -> None:
    """17.21.15"""
    for each in port.bridge.ports.values():
        each.reRoot = True


def setTcPropTree(port: Port) -> None:
    """17.21.18, as in 802.1Q: nothing where management restricts it."""
    if not port.config.restricted_tcn:
        for each in port.bridge.ports.values():
            if each is not port:
                each.tcProp = True


def newTcWhile(port: Port) -> None:
    """17.21.7"""
    if port.tcWhile.zero:
        if port.sendRSTP:
            port.tcWhile.start(port.HelloTime + 1_000_000_000)
            port.newInfo = True
        else:
            times = port.bridge.rootTimes
            port.tcWhile.start(span(times.MaxAge + times.ForwardDelay))


def updtBPDUVersion(port: Port) -> None:
    """17.21.22"""
    if port.msgKind is not Kind.TCN and port.msgRapid:
        port.rcvdRSTP = True
    else:
        port.rcvdSTP = True


def updtRcvdInfoWhile(port: Port) -> None:
    """17.21.23"""
    times = port.portTimes
    if next_age(times.MessageAge) <= times.MaxAge:
        port.rcvdInfoWhile.start(3 * span(times.HelloTime))
    else:
        port.rcvdInfoWhile.stop()


def reRooted(port: Port) -> bool:
    """No other port is a recent root (17.20.10) or forwards on an agreement that it has lost, nor one that left."""
    return not port.bridge.leaving and all(
        other.rrWhile.zero and not agreementLost(other) for other in port.bridge.ports.values() if other is not port
    )


def agreementLost(port: Port) -> bool:
    """The port forwards, but what it tells got worse since its neighbour agreed.

    Departs from 17.29.2, which retires recent root ports only: the way to the root that a new root port has found may
    lead through this very neighbour, that does not know yet.
    """
    return (
        port.role is Role.Designated
        and port.forward
        and not port.synced
        and not port.operEdge
        and port.sendRSTP
        and port.operPointToPointMAC
    )


def allSynced(port: Port) -> bool:
    """Every port is in step with the root (17.20.3), as 802.1Q corrected it: updtInfo counts.

    A port whose data plane has not confirmed yet that it is shut is not in step (M9.3).
    """
    if port.bridge.leaving:
        return False
    for each in port.bridge.ports.values():
        if not each.selected or each.role is not each.selectedRole or each.updtInfo:
            return False
        if each.role is not Role.Root and not each.synced:
            return False
        if (each.forwarding and not each.forward) or (each.learning and not each.learn):
            return False
    return True
