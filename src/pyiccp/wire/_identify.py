"""What a frame carries, told by its headers alone."""

from typing import Any

import msgspec

from pyiccp.wire import _ip as ip
from pyiccp.wire import _lacpdu as lacpdu
from pyiccp.wire import _link as link
from pyiccp.wire import _marker as marker
from pyiccp.wire._bpdu import MstBpdu, PvstBpdu, RstBpdu, decode_bpdu
from pyiccp.wire._ethernet import LLC, LONGEST, SLOW_PROTOCOLS_TYPE, SNAP, TAGS
from pyiccp.wire._keepalive import MAGIC, Keepalive
from pyiccp.wire._lacpdu import Lacpdu
from pyiccp.wire._malformed import Fault, Malformed
from pyiccp.wire._marker import Marker
from pyiccp.wire.iccp._pdu import IccpPdu
from pyiccp.wire.iccp.sonic import SonicMessage

LDP_PORT = 646
SONIC_PORT = 8888

BPDU_LLC = b"\x42\x42\x03"
PVST_SNAP = b"\xaa\xaa\x03\x00\x00\x0c\x01\x0b"
SLOW_NAMES = {1: "LACP", 2: "Marker", 3: "OAM", 10: "OSSP"}
"""Subtypes of slow protocols; 0 and those above 10 are illegal."""

_SLOW = {lacpdu.SUBTYPE: "lacp", marker.SUBTYPE: "marker"}

DEFAULT_PORTS = {LDP_PORT: "iccp", SONIC_PORT: "sonic-iccp"}
"""TCP port -> protocol."""


class Content(msgspec.Struct, frozen=True, gc=False):
    """One protocol's octets inside a frame."""

    protocol: str
    """lacp, marker, slow, stp, pvst, pyiccp-link, pyiccp-keepalive, iccp, sonic-iccp."""
    start: int
    end: int
    """Where they should end; beyond the frame if it was cut."""
    vlan: int | None
    """Of the innermost tag."""
    carried: ip.Carried | None = None


def identify(octets: bytes, ports: dict[int, str] = DEFAULT_PORTS) -> Content | None:
    """What the frame carries; None for what is not ours to read. Content of TCP is a piece of a stream."""
    size = len(octets)
    if size < 14:
        return None
    kind = octets[12] << 8 | octets[13]
    start, vlan = 14, None
    while kind in TAGS and size >= start + 4:
        vlan = (octets[start] << 8 | octets[start + 1]) & 0xFFF
        kind = octets[start + 2] << 8 | octets[start + 3]
        start += 4
    if kind <= LONGEST:
        return _llc(octets, start, start + kind, vlan)
    if kind == SLOW_PROTOCOLS_TYPE:
        protocol = _SLOW.get(octets[start] if size > start else 0, "slow")
        return Content(protocol, start, size, vlan)
    if kind == link.ETHERTYPE:
        return Content("pyiccp-link", start, size, vlan)
    carried = ip.carried(octets, start, kind)
    if carried is None:
        return None
    return _transported(octets, carried, vlan, ports)


def _llc(octets: bytes, start: int, end: int, vlan: int | None) -> Content | None:
    if octets.startswith(BPDU_LLC, start):
        return Content("stp", start + LLC.size, end, vlan)
    if octets.startswith(PVST_SNAP, start):
        return Content("pvst", start + LLC.size + SNAP.size, end, vlan)
    return None


def _transported(octets: bytes, carried: ip.Carried, vlan: int | None, ports: dict[int, str]) -> Content | None:
    if carried.protocol == ip.UDP:
        if octets.startswith(MAGIC[:7], carried.start):
            return Content("pyiccp-keepalive", carried.start, carried.end, vlan, carried)
        return None
    protocol = ports.get(carried.destination_port) or ports.get(carried.source_port)
    return Content(protocol, carried.start, carried.end, vlan, carried) if protocol else None


def decode_content(octets: bytes, content: Content) -> Any:
    """The value of what `identify` found in the frame *octets*; None for slow protocols that we only know by name.
    Raises Malformed; its offset counts from `content.start`."""
    start, end = content.start, content.end
    if end > len(octets):
        left = len(octets) - start
        raise Malformed(content.protocol, Fault("length", left, f"{end - start} octets where {left} are left"))
    body = octets[start:end]
    if content.protocol == "slow":
        subtype = body[0] if body else 0
        if subtype not in SLOW_NAMES and not 3 < subtype < 10:
            raise Malformed("slow protocol", Fault("subtype", 0, f"{subtype} is illegal"))
        return None
    return DECODERS[content.protocol](body)


DECODERS = {
    "lacp": Lacpdu.decode,
    "marker": Marker.decode,
    "stp": decode_bpdu,
    "pvst": PvstBpdu.decode,
    "pyiccp-link": link.Segment.decode,
    "pyiccp-keepalive": Keepalive.decode,
    "iccp": IccpPdu.decode,
    "sonic-iccp": SonicMessage.decode,
}


def name_of(protocol: str, value: Any) -> str:
    """The protocol's name once the value is known: BPDUs are stp, rstp, mstp or spb."""
    if isinstance(value, MstBpdu):
        return "spb" if value.spb is not None else "mstp"
    if isinstance(value, RstBpdu):
        return "rstp"
    return protocol
