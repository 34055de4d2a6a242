"""The Receive machine (802.1AX 6.4.12)."""

from pyiccp._sansio import ANYWHERE, UCT, Arrow, Machine
from pyiccp.lacp._functions import (
    await_echo,
    end_drain,
    recordDefault,
    recordPDU,
    same_system,
    unselect,
    update_Default_Selected,
    update_NTT,
    update_Selected,
)
from pyiccp.lacp._variables import Long_Timeout_Time, Port, Short_Timeout_Time
from pyiccp.lacp._version2 import forget_version, recordVersion2


def INITIALIZE(port: Port) -> None:
    """Forget the partner."""
    unselect(port)
    recordDefault(port)
    port.set_actor(expired=False)
    port.port_moved = False


def PORT_DISABLED(port: Port) -> None:
    """No link: the partner is kept, so that a short break leads back to the same LAG, but it is in sync no more."""
    port.current_while.stop()
    port.tx_limit.stop()
    port.received = port.sent = None
    forget_version(port)
    await_echo(port)
    if port.draining:
        end_drain(port)
    port.aggregator.reselect = True


def EXPIRED(port: Port) -> None:
    """Ask for an answer: three seconds of LACPDUs at the fast rate."""
    port.set_partner_state(synchronization=False, timeout=True)
    port.current_while.start(Short_Timeout_Time)
    port.set_actor(expired=True)
    port.aggregator.reselect = True
    # 802.1AX-2014 Cor-1: the first LACPDU leaves at once, not a period later.
    port.NTT = True


def LACP_DISABLED(port: Port) -> None:
    """LACP is off on this port: an individual, and silent."""
    unselect(port)
    recordDefault(port)
    port.set_partner_state(aggregation=False)
    port.set_actor(expired=False)


def DEFAULTED(port: Port) -> None:
    """The partner is mute: go by what management says of it."""
    port.partner_admin_changed = False
    update_Default_Selected(port)
    recordDefault(port)
    port.set_actor(expired=False)


def CURRENT(port: Port) -> None:
    """Take the LACPDU: compare before it is recorded."""
    pdu = port.received
    assert pdu is not None, "CURRENT is entered by an LACPDU only"
    port.received = None
    update_Selected(port, pdu)
    update_NTT(port, pdu)
    recordPDU(port, pdu)
    recordVersion2(port, pdu, same_system(pdu.partner, port.actor))
    state = port.actor.state
    port.current_while.start(Short_Timeout_Time if state.timeout else Long_Timeout_Time)
    if state.expired:
        port.set_actor(expired=False)


def port_moved(port: Port) -> bool:
    """Our partner was heard on another port."""
    return port.port_moved


def not_port_enabled(port: Port) -> bool:
    return not port.port_enabled and not port.port_moved


def port_enabled_and_LACP_Enabled(port: Port) -> bool:
    return port.port_enabled and port.LACP_Enabled


def port_enabled_and_not_LACP_Enabled(port: Port) -> bool:
    return port.port_enabled and not port.LACP_Enabled


def LACP_Enabled(port: Port) -> bool:
    return port.LACP_Enabled


def not_LACP_Enabled(port: Port) -> bool:
    return not port.LACP_Enabled


def LACPDU_received(port: Port) -> bool:
    return port.received is not None


def current_while_expired(port: Port) -> bool:
    return port.current_while.expired


def partner_admin_changed(port: Port) -> bool:
    return port.partner_admin_changed


RECEIVE: Machine[Port] = Machine(
    "receive",
    INITIALIZE,
    (
        # Departs from 6.4.12: port_moved leaves every box, not PORT_DISABLED only; the old port may have its link.
        Arrow(ANYWHERE, port_moved, INITIALIZE),
        Arrow(ANYWHERE, not_port_enabled, PORT_DISABLED),
        Arrow(INITIALIZE, UCT, PORT_DISABLED),
        Arrow(PORT_DISABLED, port_enabled_and_LACP_Enabled, EXPIRED),
        Arrow(PORT_DISABLED, port_enabled_and_not_LACP_Enabled, LACP_DISABLED),
        Arrow(LACP_DISABLED, LACP_Enabled, PORT_DISABLED),
        # Departs from 6.4.12: management that turns LACP off is obeyed at once, by way of PORT_DISABLED.
        Arrow(EXPIRED, not_LACP_Enabled, PORT_DISABLED),
        Arrow(EXPIRED, LACPDU_received, CURRENT),
        Arrow(EXPIRED, current_while_expired, DEFAULTED),
        Arrow(DEFAULTED, not_LACP_Enabled, PORT_DISABLED),
        Arrow(DEFAULTED, LACPDU_received, CURRENT),
        Arrow(DEFAULTED, partner_admin_changed, DEFAULTED),
        Arrow(CURRENT, not_LACP_Enabled, PORT_DISABLED),
        Arrow(CURRENT, LACPDU_received, CURRENT),
        Arrow(CURRENT, current_while_expired, EXPIRED),
    ),
)
