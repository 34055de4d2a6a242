"""The Transmit machine (802.1AX 6.4.16): what NTT asks for leaves at once, or when the rate limit allows."""

from pyiccp.lacp.events import Transmit
from pyiccp.lacp.variables import Fast_Periodic_Time, Port
from pyiccp.lacp.version2 import spoken, watch_version
from pyiccp.wire.lacpdu import Lacpdu


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
    last = port.sent
    version, tlvs = spoken(port)
    if last is not None and last.actor is port.actor and last.partner is port.partner and last.tlvs == tlvs:
        return last
    return Lacpdu(port.actor, port.partner, port.aggregator.config.collector_max_delay, version, tlvs)
