"""The Port Transmit machine (802.1D-2004 17.26), run when all others have come to rest: no BPDU is sent twice."""

from pyiccp._sansio import ANYWHERE, UCT, Arrow, Machine, seconds
from pyiccp.rstp._variables import Port, Role
from pyiccp.rstp._vectors import add_cost, bridge_id
from pyiccp.rstp.events import Transmit
from pyiccp.wire._bpdu import ConfigBpdu, RstBpdu, TcnBpdu
from pyiccp.wire._flags import FLAGS, PortRole

_TICK = seconds(1)
_ROLES = {
    Role.Disabled: PortRole.DESIGNATED,
    Role.Root: PortRole.ROOT,
    Role.Designated: PortRole.DESIGNATED,
    Role.Alternate: PortRole.ALTERNATE_OR_BACKUP,
    Role.Backup: PortRole.ALTERNATE_OR_BACKUP,
}


def TRANSMIT_INIT(port: Port) -> None:
    port.newInfo = True
    port.formerly = None
    port.txCount = 0
    port.txWhen.stop()
    port.helloWhen.stop()


def IDLE(port: Port) -> None:
    port.helloWhen.start(port.HelloTime)


def TRANSMIT_PERIODIC(port: Port) -> None:
    port.newInfo = port.newInfo or port.role is Role.Designated or (port.role is Role.Root and not port.tcWhile.zero)


def TRANSMIT_RSTP(port: Port) -> None:
    if takes_back(port):
        return
    port.newInfo = False
    txRstp(port)
    port.offeredRoot = port.designatedPriority.RootID if port.role is Role.Designated else None
    port.count_transmission()
    port.tcAck = False


def TRANSMIT_CONFIG(port: Port) -> None:
    if takes_back(port):
        return
    port.newInfo = False
    txConfig(port)
    port.count_transmission()
    port.tcAck = False


def TRANSMIT_TCN(port: Port) -> None:
    port.newInfo = False
    _send(port, TcnBpdu())
    port.count_transmission()


def txRstp(port: Port) -> None:
    """17.21.20. Agreement is left out on a designated port, where 802.1Q gives it a meaning that ours has not."""
    role = _ROLES[port.role]
    octet = role << 2
    if not port.tcWhile.zero:
        octet |= 0x01
    if port.proposing and port.role is Role.Designated:
        octet |= 0x02
    if port.learning:
        octet |= 0x10
    if port.forwarding:
        octet |= 0x20
    if port.agree and port.role is not Role.Designated:
        octet |= 0x40
    vector, times = port.designatedPriority, port.designatedTimes
    _send(
        port,
        RstBpdu(
            FLAGS[octet],
            bridge_id(vector.RootID),
            vector.RootPathCost,
            bridge_id(vector.DesignatedBridgeID),
            vector.DesignatedPortID,
            times.MessageAge,
            times.MaxAge,
            times.HelloTime,
            times.ForwardDelay,
        ),
    )


def txConfig(port: Port) -> None:
    """17.21.19"""
    vector, times = port.designatedPriority, port.designatedTimes
    _send(
        port,
        ConfigBpdu(
            FLAGS[(not port.tcWhile.zero) | port.tcAck << 7],
            bridge_id(vector.RootID),
            vector.RootPathCost,
            bridge_id(vector.DesignatedBridgeID),
            vector.DesignatedPortID,
            times.MessageAge,
            times.MaxAge,
            times.HelloTime,
            times.ForwardDelay,
        ),
    )


def rename(port: Port, bridge: int, number: int) -> None:
    """The designated *port* has spoken as port *number* of *bridge* so far, and goes on under a worse name."""
    if port.portEnabled and port.role is Role.Designated and port.formerly is None:
        port.formerly = bridge, number


def takes_back(port: Port) -> bool:
    """The former name speaks once more, if it is to; True when that has used up the transmit limit.

    Departs from 17.21.20: a neighbour takes worse information only from the port of the bridge that gave the better;
    under a new name it would not believe us until the old information has aged. So the old name offers a little less
    than the new one, and the neighbour believes the offer of the new one, which follows.
    """
    former, port.formerly = port.formerly, None
    vector = port.designatedPriority
    if former is None or port.role is not Role.Designated or former == vector[2:4]:
        return False
    cost = add_cost(vector.RootPathCost, 1)
    octet = PortRole.DESIGNATED << 2 | port.learning << 4 | port.forwarding << 5 if port.sendRSTP else 0
    kind = RstBpdu if port.sendRSTP else ConfigBpdu
    times = port.designatedTimes
    rest = (times.MessageAge, times.MaxAge, times.HelloTime, times.ForwardDelay)
    _send(port, kind(FLAGS[octet], bridge_id(vector.RootID), cost, bridge_id(former[0]), former[1], *rest))
    port.count_transmission()
    return port.txCount >= port.bridge.config.transmit_hold_count


def _send(port: Port, bpdu: RstBpdu | ConfigBpdu | TcnBpdu) -> None:
    if port.config.bpdu_filter:
        return
    port.counters.tx_bpdu += 1
    if isinstance(bpdu, TcnBpdu) or bpdu.flags.topology_change:
        port.counters.tx_tc += 1
    port.do(Transmit(port.name, bpdu))


def may_send(port: Port) -> bool:
    """selected && !updtInfo && newInfo && (txCount < TxHoldCount) && (helloWhen != 0)

    When only txCount forbids it, look again when it falls. A former name that speaks first wants room for both.
    """
    if not (port.newInfo and port.selected and not port.updtInfo and not port.helloWhen.zero):
        return False
    if not port.claimWhile.zero:
        return False
    port.tick()
    limit = port.bridge.config.transmit_hold_count
    if port.txCount < (limit if port.formerly is None else max(limit - 1, 1)):
        port.txWhen.stop()
        return True
    if port.txWhen.zero:
        port.txWhen.start(port.txSince + _TICK - port.clock.now)
    return False


def not_enabled(port: Port) -> bool:
    """!portEnabled"""
    return not port.portEnabled


def enabled(port: Port) -> bool:
    """The arrow is printed UCT; it waits for the open arrow's condition to end."""
    return port.portEnabled


def hello_due(port: Port) -> bool:
    """helloWhen == 0 && selected && !updtInfo"""
    return port.helloWhen.zero and port.selected and not port.updtInfo


def send_rstp(port: Port) -> bool:
    """sendRSTP && newInfo && (txCount < TxHoldCount) && (helloWhen != 0) && selected && !updtInfo"""
    return port.sendRSTP and may_send(port)


def send_config(port: Port) -> bool:
    """!sendRSTP && newInfo && DesignatedPort && (txCount < TxHoldCount) && (helloWhen != 0) && selected && !updtInfo"""
    return not port.sendRSTP and port.role is Role.Designated and may_send(port)


def send_tcn(port: Port) -> bool:
    """!sendRSTP && newInfo && RootPort && (txCount < TxHoldCount) && (helloWhen != 0) && selected && !updtInfo"""
    return not port.sendRSTP and port.role is Role.Root and may_send(port)


PORT_TRANSMIT: Machine[Port] = Machine(
    "PTX",
    TRANSMIT_INIT,
    (
        Arrow(ANYWHERE, not_enabled, TRANSMIT_INIT),
        Arrow(TRANSMIT_INIT, enabled, IDLE),
        Arrow(IDLE, hello_due, TRANSMIT_PERIODIC),
        Arrow(IDLE, send_rstp, TRANSMIT_RSTP),
        Arrow(IDLE, send_config, TRANSMIT_CONFIG),
        Arrow(IDLE, send_tcn, TRANSMIT_TCN),
        Arrow(TRANSMIT_PERIODIC, UCT, IDLE),
        Arrow(TRANSMIT_RSTP, UCT, IDLE),
        Arrow(TRANSMIT_CONFIG, UCT, IDLE),
        Arrow(TRANSMIT_TCN, UCT, IDLE),
    ),
)
