"""Why a port does not carry data: a closed list, a sentence each."""

from enum import Enum

from pyiccp.lacp._functions import active_link, same_system, view_ok
from pyiccp.lacp._selection import loopback
from pyiccp.lacp._variables import Port, Selected, Standby
from pyiccp.wire._lacpdu import Participant
from pyiccp.wire._mac import mac_text


class Reason(Enum):
    """Why a port does not carry data; fields in braces are filled in by `sentence`."""

    NO_LINK = "no link"
    LACP_DISABLED = "LACP is disabled on this port"
    NO_PARTNER = "no LACPDU received yet"
    EXPIRED = "partner expired: its last LACPDU is older than the timeout"
    DEFAULTED = "no partner: nothing but silence"
    LOOPBACK = "partner has our own system id {system}: the cable comes back to us or to our peer"
    DIFFERENT_PARTNER = "partner {system} key {key} is not the one of the bond's active aggregate"
    PARTNER_MISMATCH = "partner {system} key {key} is not the one that the pair has chosen for this bond"
    DUPLICATE_PARTNER = (
        "partner {system} key {key} port {port} is heard by our peer as well: a moved cable, or two clients as one"
    )
    TOO_FEW_LINKS = "fewer links could be used than min-links demands"
    STANDBY = "standby: the bond has all the links it may use"
    HELD = "held out of sync until the pair is ready"
    AWAITING_ECHO = "waiting until the partner has seen our identity"
    WAITING = "waiting for other links to join"
    PARTNER_DOES_NOT_SEE_US = "partner does not see us: its view names {view}"
    PARTNER_PASSIVE = "partner is passive and does not know that we are active"
    PARTNER_OUT_OF_SYNC = "partner is not in sync with us"
    PARTNER_NOT_COLLECTING = "partner does not collect yet"
    DISTRIBUTION_HELD = "waiting for the peer to stop sending to this bond"


_STANDBY = {
    Standby.FOREIGN: Reason.DIFFERENT_PARTNER,
    Standby.CAPACITY: Reason.STANDBY,
    Standby.TOO_FEW: Reason.TOO_FEW_LINKS,
    Standby.HELD: Reason.HELD,
    Standby.MISMATCH: Reason.PARTNER_MISMATCH,
    Standby.DUPLICATE: Reason.DUPLICATE_PARTNER,
}


def reason(port: Port) -> Reason | None:
    """Why *port* does not distribute, or None when it does; the cause nearest to the wire wins."""
    if port.actor.state.distributing:
        return None
    if not port.port_enabled:
        return Reason.NO_LINK
    if not port.LACP_Enabled:
        return Reason.LACP_DISABLED
    if port.selected is not Selected.SELECTED:
        if port.actor.state.defaulted:
            return Reason.DEFAULTED if port.rx == "DEFAULTED" else Reason.NO_PARTNER
        if loopback(port):
            return Reason.LOOPBACK
        if port.rx == "EXPIRED":
            return Reason.EXPIRED
        return _STANDBY.get(port.standby, Reason.WAITING)
    if port.rx == "EXPIRED":
        return Reason.EXPIRED
    if not port.attached:
        return Reason.AWAITING_ECHO if port.guarded else Reason.WAITING
    return _partner_reason(port)


def _partner_reason(port: Port) -> Reason:
    """Why an attached port does not distribute."""
    heard, partner = port.heard, port.partner.state
    if not partner.synchronization:
        if heard is not None and heard.actor.state.synchronization:
            return Reason.PARTNER_PASSIVE if not active_link(port, heard) else Reason.PARTNER_DOES_NOT_SEE_US
        if heard is not None and not view_ok(port, heard):
            return Reason.PARTNER_DOES_NOT_SEE_US
        return Reason.PARTNER_OUT_OF_SYNC
    if port.aggregator.config.independent and not partner.collecting:
        return Reason.PARTNER_NOT_COLLECTING
    return Reason.DISTRIBUTION_HELD


def sentence(port: Port, why: Reason) -> str:
    """The reason in words, with the values that a person needs to find the fault."""
    heard = port.heard
    return why.value.format(
        system=mac_text(port.partner.system),
        key=port.partner.key,
        port=port.partner.port,
        view="" if heard is None else _difference(heard.partner, port.actor),
    )


def _difference(view: Participant, actor: Participant) -> str:
    """What the partner's view has wrong, the most telling first."""
    if same_system(view, Participant()):
        return "nobody"
    if view.system != actor.system:
        return f"system {mac_text(view.system)}, ours is {mac_text(actor.system)}"
    for what, seen, ours in (
        ("system priority", view.system_priority, actor.system_priority),
        ("key", view.key, actor.key),
        ("port", view.port, actor.port),
        ("port priority", view.port_priority, actor.port_priority),
    ):
        if seen != ours:
            return f"{what} {seen}, ours is {ours}"
    return f"an {'aggregatable' if view.state.aggregation else 'individual'} link, ours is not"
