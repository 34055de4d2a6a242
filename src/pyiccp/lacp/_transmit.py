"""The Transmit machine (802.1AX 6.4.16): what NTT asks for leaves at once, or when the rate limit allows."""

from msgspec.structs import replace

from pyiccp.lacp._variables import Fast_Periodic_Time, Port
from pyiccp.lacp._version2 import spoken, watch_version
from pyiccp.lacp.events import Transmit
from pyiccp.wire._lacpdu import Lacpdu, Participant


def transmit(port: Port) -> None:
    """Send what is owed, once and with the values of this instant.

    At most `tx_limit` LACPDUs leave in any Fast_Periodic_Time, also across the borders of the standard's window.
    """
    if port.boxes["periodic"] == "NO_PERIODIC":
        port.NTT = False
        port.tx_limit.stop()
        return
    now, recent, limit = port.clock.now, port.sent_at, port.aggregator.config.tx_limit
    pdu = _pdu(port)
    if pdu is port.sent and recent and recent[-1] == now:
        # The same LACPDU left at this very instant: a copy would tell nothing and use up the limit.
        port.NTT = False
        return
    if len(recent) == limit and now - recent[0] < Fast_Periodic_Time:
        if not port.tx_limit.running:
            port.tx_limit.start(recent[0] + Fast_Periodic_Time - now)
        return
    port.NTT = False
    port.tx_limit.stop()
    port.sent_at = (*recent, now)[-limit:]
    port.sent = pdu
    if pdu.version > 1:
        watch_version(port)
    port.counters.LACPDUsTx += 1
    port.do(Transmit(port.name, pdu))


def _pdu(port: Port) -> Lacpdu:
    """The LACPDU of this instant: the last one again, the same object, while nothing changed."""
    last, view = port.sent, _view(port)
    version, tlvs = spoken(port)
    if last is not None and last.actor is port.actor and last.partner == view and last.tlvs == tlvs:
        return last
    return Lacpdu(port.actor, view, port.aggregator.config.collector_max_delay, version, tlvs)


def _view(port: Port) -> Participant:
    """What we say of the partner.

    Departs from 6.4.2.3: a half of a pair that waits for an answer says the opposite of the partner's Timeout bit. A
    view that differs is answered at once by everybody (update_NTT), and that bit of a view decides nothing else.
    """
    partner = port.partner
    if not _waits_for_an_answer(port):
        return partner
    return replace(partner, state=partner.state.replace(timeout=not partner.state.timeout))


def _waits_for_an_answer(port: Port) -> bool:
    """A partner that is up need not answer what it has expected: Open vSwitch our S=1, Linux bonding our identity when
    it returns. Their next periodic LACPDU may be 30 s away, and nothing is carried until then."""
    if port.rx != "CURRENT" or not port.aggregator.config.hold_distribution:
        return False
    heard, partner = port.heard, port.partner.state
    unseen = heard is not None and not heard.partner.state.synchronization
    # It collects already and has not told us that it has seen our S=1 (M4.2), or not echoed our identity (M1.8).
    needs_echo = port.actor.state.synchronization and partner.synchronization and partner.collecting and unseen
    return needs_echo or port.echo_awaited
