"""What was decoded as records of plain data: one a frame, and one a message of LDP and of SONiC's dialect."""

import contextlib
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Any

import msgspec

from pyiccp.capture._decoder import FAMILIES, Decoded
from pyiccp.capture._names import MESSAGE_NAMES, status_name, tlv_name
from pyiccp.capture._packet import SECOND
from pyiccp.capture._plain import Plain, before, lacp, plain, stp, stp_part
from pyiccp.wire._bpdu import ConfigBpdu, MstBpdu, PvstBpdu, RstBpdu, TcnBpdu, decode_bpdu
from pyiccp.wire._codec import Format
from pyiccp.wire._dissect import dissect
from pyiccp.wire._identify import SLOW_NAMES
from pyiccp.wire._lacpdu import Lacpdu
from pyiccp.wire._link import FenceKind
from pyiccp.wire._mac import mac_text
from pyiccp.wire._malformed import Malformed
from pyiccp.wire._tree import TreeNode
from pyiccp.wire.iccp import _pdu as pdu
from pyiccp.wire.iccp import sonic
from pyiccp.wire.iccp._mlag import FenceAnswer, ProfileTold
from pyiccp.wire.iccp._pdu import IccpPdu, Message
from pyiccp.wire.iccp._tlv import TlvValue
from pyiccp.wire.iccp._tree import TreeBpdu, TreeSnapshot
from pyiccp.wire.iccp.sonic import SonicMessage

_FENCES = {int(kind): kind.name.lower() for kind in FenceKind}


def records(decoded: Decoded) -> Iterator[Plain]:
    """The record of what was decoded; of a PDU, one a message."""
    if isinstance(decoded.value, IccpPdu):
        nodes = [node for node in pdu.PDU.nodes(decoded.octets, 0, len(decoded.octets)) if node.children]
        head = {"pdu": {"lsr-id": str(IPv4Address(decoded.value.lsr_id)), "label-space": decoded.value.label_space}}
        for message, node in zip(decoded.value.messages, nodes, strict=True):
            yield {**_common(decoded), **head, **_message(message, node)}
    elif isinstance(decoded.value, SonicMessage):
        node = _sonic_node(decoded.octets)
        yield {**_common(decoded), "pdu": None, **_message(decoded.value, node)}
    elif decoded.malformed is not None:
        common = _common(decoded)
        yield {**common, **_malformed(decoded, common)}
    else:
        yield {**_common(decoded), **_fields(decoded)}


def seconds(time_ns: int | None) -> msgspec.Raw | None:
    """A number with all its digits; more than a float can hold."""
    if time_ns is None:
        return None
    sign, time_ns = ("-", -time_ns) if time_ns < 0 else ("", time_ns)
    return msgspec.Raw(f"{sign}{time_ns // SECOND}.{time_ns % SECOND:09d}".encode())


def _common(decoded: Decoded) -> Plain:
    packet, octets = decoded.packet, decoded.packet.octets
    found: Plain = {
        "frame": packet.number,
        "time": seconds(packet.time_ns),
        "time-ns": packet.time_ns,
        "interface": packet.interface,
        "source": mac_text(octets[6:12]) if len(octets) >= 12 else None,
        "destination": mac_text(octets[:6]) if len(octets) >= 6 else None,
        "vlan": decoded.vlan,
        "protocol": decoded.protocol,
    }
    if decoded.ends is not None:
        found["ip"] = {"source": str(decoded.ends.source), "destination": str(decoded.ends.destination)}
    if decoded.missing:
        found["missing"] = decoded.missing
    if packet.comment is not None:
        found["comment"] = packet.comment
    return found


def _fields(decoded: Decoded) -> Plain:
    value: Any = decoded.value
    if isinstance(value, Lacpdu):
        return lacp(value)
    if isinstance(value, PvstBpdu):
        return {**stp(value.bpdu), "originating-vlan": value.vlan}
    if isinstance(value, ConfigBpdu | TcnBpdu | RstBpdu | MstBpdu):
        return stp(value)
    if value is None:
        subtype = decoded.octets[decoded.start]
        return {"subtype": subtype, "name": SLOW_NAMES.get(subtype)}
    return plain(value)


def _message(message: Message | SonicMessage, node: TreeNode) -> Plain:
    tlvs = [child for child in node.children if child.children]
    rg_id = next((getattr(tlv, "rg_id", None) for tlv in message.tlvs if hasattr(tlv, "rg_id")), None)
    name = MESSAGE_NAMES.get(message.type)
    return {
        "message": {"type": message.type, "name": name, "id": message.message_id, "u": message.u},
        "rg-id": rg_id,
        "tlvs": [tlv(value, int(child.children[0].value)) for value, child in zip(message.tlvs, tlvs, strict=True)],
    }


def tlv(value: TlvValue, word: int) -> Plain:
    """A TLV of the type word *word*."""
    return {
        "type": word & 0x3FFF,
        "name": tlv_name(value),
        "u": word >= 0x8000,
        "f": bool(word & 0x4000),
        **_body(value),
    }


def _body(value: TlvValue) -> Plain:
    found = plain(value)
    for key in ("type", "u", "f"):
        found.pop(key, None)
    if (said := status_name(value)) is not None:
        found["status-name"] = said
    for key in ("tlvs", "changes"):
        if (inner := getattr(value, key, None)) is not None:
            found[key] = [tlv(one, one.FORMAT.engine.word(one)) for one in inner]
    if isinstance(value, ProfileTold | TreeSnapshot) and value.octets.isascii():
        found["octets"] = value.octets.decode("ascii")  # the next part of a JSON document
    if isinstance(value, FenceAnswer):
        found["kind"] = _FENCES.get(value.kind, value.kind)
    if isinstance(value, TreeBpdu):
        with contextlib.suppress(Malformed):
            found["bpdu"] = stp(decode_bpdu(value.octets))
            del found["octets"]
    if "name" in found:  # a field of the TLV, beside the name of its type
        found["name-text"] = found.pop("name")
    return found


def _malformed(decoded: Decoded, common: Plain) -> Plain:
    assert decoded.malformed is not None
    fault = decoded.malformed.fault
    offset = decoded.start + fault.offset
    fields = before(nodes_of(decoded), offset)
    if decoded.protocol in FAMILIES["stp"]:
        fields = stp_part(fields)
    return {
        **{key: value for key, value in fields.items() if key not in common},
        "malformed": {"path": fault.path, "offset": offset, "why": fault.why},
    }


def nodes_of(decoded: Decoded) -> tuple[TreeNode, ...]:
    """The protocol's own fields, as far as they go."""
    if decoded.ends is not None or decoded.start == 0:
        return _stream_nodes(decoded)
    for node in dissect(decoded.octets).children:
        if node.offset == decoded.start and node.children:
            return tuple(child for child in node.children if child.name not in ("malformed", "rest"))
    return ()


def _stream_nodes(decoded: Decoded) -> tuple[TreeNode, ...]:
    octets = decoded.octets
    if decoded.protocol == "sonic-iccp":
        return _sonic_node(octets).children
    form: Format = pdu.PDU
    return tuple(form.nodes(octets, 0, len(octets))) if len(octets) >= 4 else ()


def _sonic_node(octets: bytes) -> TreeNode:
    head = (
        TreeNode(0, 2, "type", int.from_bytes(octets[:2], "big")),
        TreeNode(2, 2, "length", int.from_bytes(octets[2:4], "big")),
    )
    return TreeNode(0, len(octets), "message", None, (*head, *sonic.MESSAGE.nodes(octets, 4, len(octets))))
