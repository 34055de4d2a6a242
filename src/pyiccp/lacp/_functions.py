"""The functions of the machines, spelt as printed (802.1AX 6.4.9)."""

from msgspec.structs import replace

from pyiccp.lacp._config import Defaulted
from pyiccp.lacp._variables import Port, Selected
from pyiccp.lacp.events import SetCollecting, SetDistributing
from pyiccp.wire._lacpdu import Lacpdu, Participant

DRAIN_LIMIT = 3_000_000_000
"""How long a draining port waits for the echo of S=0 (M5.1)."""
DRAIN_GUARD = 250_000_000
"""How long it collects after that echo where there is no echo guard."""


def same_system(view: Participant, actor: Participant) -> bool:
    """*view* names the system, key and port of *actor*."""
    return (
        view.system == actor.system
        and view.key == actor.key
        and view.port == actor.port
        and view.system_priority == actor.system_priority
    )


def same_port(one: Participant, other: Participant) -> bool:
    """Both name the same end of a link, with the same prospects to aggregate (6.4.14)."""
    return same_system(one, other) and one.state.aggregation is other.state.aggregation


def view_ok(port: Port, pdu: Lacpdu) -> bool:
    """*pdu* shows that the partner sees us as we are (part of recordPDU, 6.4.9)."""
    view, actor = pdu.partner, port.actor
    return (
        same_system(view, actor)
        and view.port_priority == actor.port_priority
        and view.state.aggregation is actor.state.aggregation
    )


def active_link(port: Port, pdu: Lacpdu) -> bool:
    """At least one end speaks unasked (part of recordPDU, 6.4.9)."""
    return pdu.actor.state.activity or (port.actor.state.activity and pdu.partner.state.activity)


def recordPDU(port: Port, pdu: Lacpdu) -> None:
    """The sender becomes the operational partner, in sync only if it sees us as we are (6.4.9)."""
    partner = pdu.actor
    state = partner.state
    in_sync = state.synchronization and (not state.aggregation or view_ok(port, pdu)) and active_link(port, pdu)
    if in_sync is not state.synchronization:
        partner = replace(partner, state=state.replace(synchronization=False))
    if partner.state.synchronization and not port.partner.state.synchronization:
        port.counters.PartnerSyncTransitionCount += 1
        port.aggregator.reselect = True  # a LAG that waits beside one that is dying has become the better one
    port.set_partner(partner)
    if port.actor.state.defaulted:
        port.set_actor(defaulted=False)
        port.aggregator.reselect = True
    port.heard = pdu
    _take_echo(port, pdu)


def _take_echo(port: Port, pdu: Lacpdu) -> None:
    """Start what waits for an echo of our identity (M1.8) or of our S=0 (M5.1)."""
    if not (port.echo_awaited or port.draining) or not same_system(pdu.partner, port.actor):
        return
    if port.echo_awaited:
        port.echo_awaited = False
        port.echo_guard.start(port.aggregator.config.echo_guard)
    if port.draining and not (pdu.partner.state.synchronization or port.drain_echo.running or S_sent(port)):
        port.drain_echo.start(port.aggregator.config.echo_guard or DRAIN_GUARD)


def S_sent(port: Port) -> bool:
    """The newest LACPDU that left said S=1."""
    return port.sent is not None and port.sent.actor.state.synchronization


def half_ready(port: Port) -> bool:
    """M4.2 (i): the newest LACPDU of the partner echoes our identity and our S=1, and has S=1 and C=1."""
    heard, partner = port.heard, port.partner.state
    return (
        heard is not None
        and partner.synchronization
        and partner.collecting
        and port.attached
        and S_sent(port)
        and heard.partner.state.synchronization
        and same_system(heard.partner, port.actor)
    )


def recordDefault(port: Port) -> None:
    """The administrative partner becomes the operational one (6.4.9).

    Departs from 6.4.9: with `defaulted = block` partner Sync stays 0, so a port with a mute partner does not attach.
    """
    partner, policy = port.config.partner, port.aggregator.config.defaulted
    if policy is Defaulted.BLOCK:
        state = partner.state.replace(synchronization=False)
    else:
        state = partner.state.replace(synchronization=True, collecting=True)
        if policy is Defaulted.AGGREGATE:
            state = state.replace(aggregation=True)
    port.set_partner(replace(partner, state=state))
    port.set_actor(defaulted=True)
    port.heard = None
    port.aggregator.reselect = True


def _differs(one: Participant, other: Participant) -> bool:
    return (
        one.port != other.port
        or one.port_priority != other.port_priority
        or one.system != other.system
        or one.system_priority != other.system_priority
        or one.key != other.key
        or one.state.aggregation is not other.state.aggregation
    )


def update_Selected(port: Port, pdu: Lacpdu) -> None:
    """Another sender, or the same with other LAG parameters, must be selected anew (6.4.9)."""
    if _differs(pdu.actor, port.partner):
        unselect(port)


def update_Default_Selected(port: Port) -> None:
    """As update_Selected, for the administrative partner (6.4.9)."""
    if _differs(port.config.partner, port.partner):
        unselect(port)


def update_NTT(port: Port, pdu: Lacpdu) -> None:
    """The partner must be told when it does not see us as we are (6.4.9), or has not heard us yet on this link."""
    view, actor = pdu.partner, port.actor
    # The low four bits are Activity, Timeout, Aggregation and Synchronization.
    if (
        port.sent is None
        or not same_system(view, actor)
        or view.port_priority != actor.port_priority
        or (view.state.octet ^ actor.state.octet) & 0x0F
    ):
        port.NTT = True


def unselect(port: Port) -> None:
    """Selected := UNSELECTED: the Mux must be DETACHED before Selection may choose again (6.4.8)."""
    port.selected = Selected.UNSELECTED
    port.aggregator.reselect = True


def await_echo(port: Port) -> None:
    """What the partner said no longer counts: S stays 0 until it echoes us, and the echo guard after that (M1.8)."""
    port.heard = None
    port.set_partner_state(synchronization=False, collecting=False)
    port.echo_guard.stop()
    port.echo_awaited = port.aggregator.config.echo_guard > 0


def Enable_Collecting(port: Port) -> None:
    """Accept data frames from the port (6.4.9)."""
    if not port.collecting:
        port.collecting = True
        port.do(SetCollecting(port.name, True))


def Disable_Collecting(port: Port) -> None:
    """Accept no data frames any more, unless the port drains (6.4.9, M5.1)."""
    if port.collecting and not port.draining:
        port.collecting = False
        port.do(SetCollecting(port.name, False))


def Enable_Distributing(port: Port) -> None:
    """Send data frames (6.4.9)."""
    if not port.distributing:
        port.distributing = True
        port.do(SetDistributing(port.name, True))


def Disable_Distributing(port: Port) -> None:
    """Send no data frames any more (6.4.9)."""
    if port.distributing:
        port.distributing = False
        port.do(SetDistributing(port.name, False))


def start_drain(port: Port) -> None:
    """Keep collecting when the Mux lets go, until the partner has seen that we are out of sync (M5.1)."""
    if port.collecting and not port.draining:
        port.draining = True
        port.drain_limit.start(DRAIN_LIMIT)


def end_drain(port: Port) -> None:
    """The partner sends no more, or nothing is waited for: stop collecting."""
    port.draining = False
    port.drain_limit.stop()
    port.drain_echo.stop()
    if not port.attached:
        Disable_Collecting(port)
