"""Version 2 of the LACPDU (802.1AX-2014 6.4.2.4): opt-in per port, because teamd drops it."""

from pyiccp._sansio import seconds
from pyiccp.lacp._conversations import conversations
from pyiccp.lacp._variables import Port
from pyiccp.lacp.events import Incident, ReportIncident
from pyiccp.wire._codec import Value
from pyiccp.wire._lacp_extension import SONIC_VERSION
from pyiccp.wire._lacpdu import Lacpdu

FALLBACK_TIME = seconds(9)
"""Three short timeouts without an echo: the partner does not take version 2."""


def recordVersion2(port: Port, pdu: Lacpdu, echoed: bool) -> None:
    """Remember the partner's version and, from version 2 on, what it says of conversations (6.4.9)."""
    ours = port.config.version2
    if ours is None:
        return
    port.partner_version = 1 if pdu.version == SONIC_VERSION else pdu.version
    speaks = port.partner_version >= 2
    port.partner_conversations = conversations(pdu if speaks else Lacpdu(pdu.actor, pdu.partner), ours.link_number)
    if speaks and port.fallen_back:
        port.fallen_back = False
    if echoed or speaks:
        port.version_proven = True
        port.fallback.stop()


def spoken(port: Port) -> tuple[int, tuple[Value, ...]]:
    """Version and TLVs of the next LACPDU; long ones only to a partner that has shown version 2."""
    ours = port.config.version2
    if ours is None or port.fallen_back:
        return 1, ()
    return 2, ours.tlvs(port.config.long_lacpdus and port.partner_version >= 2)


def watch_version(port: Port) -> None:
    """An LACPDU of version 2 left: it must be echoed, or we fall back."""
    if not (port.version_proven or port.fallback.running):
        port.fallback.start(FALLBACK_TIME)


def fall_back(port: Port) -> None:
    """Nobody has echoed version 2 on this link: go on with version 1 until the partner speaks version 2 itself."""
    port.fallen_back = True
    port.NTT = True
    port.do(ReportIncident(port.name, Incident.VERSION_FALLBACK))


def forget_version(port: Port) -> None:
    """Another partner may be at the other end: begin anew."""
    port.partner_version, port.partner_conversations = 1, None
    port.fallen_back = port.version_proven = False
    port.fallback.stop()
