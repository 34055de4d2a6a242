"""The Topology Change machine (802.1D-2004 17.31)."""

from pyiccp._sansio import UCT, Arrow, Machine
from pyiccp.rstp._procedures import newTcWhile, setTcPropTree
from pyiccp.rstp._variables import Port, Role
from pyiccp.rstp.events import FlushHosts, ReportTopologyChange, SetAgeing


def INACTIVE(port: Port) -> None:
    flush(port)
    port.tcWhile.stop()
    port.tcAck = False


def LEARNING(port: Port) -> None:
    port.rcvdTc = port.rcvdTcn = port.rcvdTcAck = port.tcProp = False


def DETECTED(port: Port) -> None:
    newTcWhile(port)
    setTcPropTree(port)
    port.newInfo = True
    _count(port, True)


def ACTIVE(port: Port) -> None:
    pass


def NOTIFIED_TCN(port: Port) -> None:
    newTcWhile(port)


def NOTIFIED_TC(port: Port) -> None:
    port.rcvdTcn = port.rcvdTc = False
    if port.role is Role.Designated:
        port.tcAck = True
    setTcPropTree(port)
    _count(port, False)


def PROPAGATING(port: Port) -> None:
    newTcWhile(port)
    flush(port)
    port.tcProp = False


def ACKNOWLEDGED(port: Port) -> None:
    port.tcWhile.stop()
    port.rcvdTcAck = False


def flush(port: Port) -> None:
    """fdbFlush (17.19.7): the port's hosts go at once; in STP compatible mode those of all ports age quickly."""
    if port.bridge.rstpVersion or not port.portEnabled:
        port.do(FlushHosts(port.name))
    else:
        if port.bridge.ageingWhile.zero:
            port.do(SetAgeing(port.FwdDelay))
        port.bridge.ageingWhile.start(port.FwdDelay)


def _count(port: Port, detected: bool) -> None:
    port.counters.topology_changes += 1
    port.counters.last_topology_change = port.clock.now
    port.do(ReportTopologyChange(port.name, detected))


def _carries(port: Port) -> bool:
    return port.role is Role.Root or port.role is Role.Designated


def _flagged(port: Port) -> bool:
    return port.rcvdTc or port.rcvdTcn or port.rcvdTcAck or port.tcProp


def learn(port: Port) -> bool:
    """learn && !fdbFlush"""
    return port.learn


def change_detected(port: Port) -> bool:
    """((role == RootPort) || (role == DesignatedPort)) && forward && !operEdge"""
    return port.forward and not port.operEdge and _carries(port)


def flagged(port: Port) -> bool:
    """rcvdTc || rcvdTcn || rcvdTcAck || tcProp"""
    return _flagged(port)


def out_of_use(port: Port) -> bool:
    """(role != RootPort) && (role != DesignatedPort) && !(learn || learning) && !(rcvdTc || rcvdTcn || ...)"""
    return not _carries(port) and not (port.learn or port.learning) and not _flagged(port)


def not_carrying_or_edge(port: Port) -> bool:
    """((role != RootPort) && (role != DesignatedPort)) || operEdge"""
    return not _carries(port) or port.operEdge


def rcvdTcn(port: Port) -> bool:
    """rcvdTcn"""
    return port.rcvdTcn


def rcvdTc(port: Port) -> bool:
    """rcvdTc"""
    return port.rcvdTc


def tcProp(port: Port) -> bool:
    """tcProp && !operEdge"""
    return port.tcProp and not port.operEdge


def rcvdTcAck(port: Port) -> bool:
    """rcvdTcAck"""
    return port.rcvdTcAck


TOPOLOGY_CHANGE: Machine[Port] = Machine(
    "TCM",
    INACTIVE,
    (
        Arrow(INACTIVE, learn, LEARNING),
        Arrow(LEARNING, change_detected, DETECTED),
        Arrow(LEARNING, flagged, LEARNING),
        Arrow(LEARNING, out_of_use, INACTIVE),
        Arrow(DETECTED, UCT, ACTIVE),
        Arrow(ACTIVE, not_carrying_or_edge, LEARNING),
        Arrow(ACTIVE, rcvdTcn, NOTIFIED_TCN),
        Arrow(ACTIVE, rcvdTc, NOTIFIED_TC),
        Arrow(ACTIVE, tcProp, PROPAGATING),
        Arrow(ACTIVE, rcvdTcAck, ACKNOWLEDGED),
        Arrow(NOTIFIED_TCN, UCT, NOTIFIED_TC),
        Arrow(NOTIFIED_TC, UCT, ACTIVE),
        Arrow(PROPAGATING, UCT, ACTIVE),
        Arrow(ACKNOWLEDGED, UCT, ACTIVE),
    ),
)
