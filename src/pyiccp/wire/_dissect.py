"""Any frame as a tree of offset, length, name and value, as far as it goes."""

from collections.abc import Iterator

from construct import Int16ub

from pyiccp.wire import _bpdu as bpdu
from pyiccp.wire import _ip as ip
from pyiccp.wire import _lacpdu as lacpdu
from pyiccp.wire import _link as link
from pyiccp.wire._codec import Format
from pyiccp.wire._ethernet import ADDRESSES, LLC, SNAP, TAG, TAGS, TYPE
from pyiccp.wire._identify import DEFAULT_PORTS, Content, decode_content, identify, name_of
from pyiccp.wire._keepalive import Keepalive
from pyiccp.wire._layout import Layout
from pyiccp.wire._malformed import Malformed
from pyiccp.wire._marker import Marker
from pyiccp.wire._tree import TreeNode
from pyiccp.wire.iccp import _pdu as pdu
from pyiccp.wire.iccp import sonic

_PVST_TLV = Layout("PVST TLV", "type" / Int16ub, "length" / Int16ub, "vlan" / Int16ub)


def dissect(octets: bytes, ports: dict[int, str] = DEFAULT_PORTS) -> TreeNode:
    """The frame as a tree. What is malformed says so in a node of that name, behind the fields before it."""
    children = list(_ethernet(octets))
    at = children[-1].offset + children[-1].length if children else 0
    content = identify(octets, ports)
    if content is not None:
        if content.carried is not None:
            children += _network(octets, content.carried)
        elif content.start > at:
            children += _fields(octets, at, LLC if content.start == at + LLC.size else None)
        at = content.start
        if at < content.end or content.carried is None:
            inner = _content(octets, content)
            children.append(inner)
            at = inner.offset + inner.length
    if at < len(octets):
        children.append(TreeNode(at, len(octets) - at, "padding" if content else "payload", octets[at:]))
    return TreeNode(0, len(octets), "frame", None, tuple(children))


def _fields(octets: bytes, start: int, layout: Layout | None) -> list[TreeNode]:
    """The header of *layout*; LLC with SNAP behind it for None."""
    if layout is None:
        return _fields(octets, start, LLC) + _fields(octets, start + LLC.size, SNAP)
    return [
        TreeNode(start + field.offset, field.width, f"{layout.name} {field.name}", field.read(octets, start))
        for field in layout.fields
        if start + field.offset + field.width <= len(octets)
    ]


def _ethernet(octets: bytes) -> Iterator[TreeNode]:
    for field in ADDRESSES.fields:
        if field.offset + field.width <= len(octets):
            yield TreeNode(field.offset, field.width, field.name, field.read(octets))
    at = ADDRESSES.size
    while len(octets) >= at + TAG.size and int.from_bytes(octets[at : at + 2], "big") in TAGS:
        tci = int.from_bytes(octets[at + 2 : at + 4], "big")
        text = f"VLAN {tci & 0xFFF}, priority {tci >> 13}"
        yield TreeNode(at, TAG.size, TAG.name, text, tuple(_fields(octets, at, TAG)))
        at += TAG.size
    if len(octets) >= at + TYPE.size:
        yield TreeNode(at, TYPE.size, TYPE.name, int.from_bytes(octets[at : at + 2], "big"))


def _network(octets: bytes, carried: ip.Carried) -> list[TreeNode]:
    network = ip.IPV4_HEADER if octets[carried.network] >> 4 == 4 else ip.IPV6_HEADER
    transport = ip.UDP_HEADER if carried.protocol == ip.UDP else ip.TCP_HEADER
    return [
        _header(octets, carried.network, carried.transport, network),
        _header(octets, carried.transport, carried.start, transport),
    ]


def _header(octets: bytes, start: int, end: int, layout: Layout) -> TreeNode:
    end = min(end, len(octets))  # the capture may have cut the options off
    children = _fields(octets, start, layout)
    options = start + layout.size
    if options < end:
        children.append(TreeNode(options, end - options, f"{layout.name} options", octets[options:end]))
    return TreeNode(start, end - start, layout.name, None, tuple(children))


def _content(octets: bytes, content: Content) -> TreeNode:
    end = max(min(content.end, len(octets)), content.start)
    if content.protocol in ("iccp", "sonic-iccp"):
        return _stream(octets, content, end)
    name = content.protocol
    children = _nodes(octets, content, end)
    stop = children[-1].offset + children[-1].length if children else content.start
    try:
        name = name_of(name, decode_content(octets, content))
    except Malformed as malformed:
        if stop < end:
            children.append(TreeNode(stop, end - stop, "rest", octets[stop:end]))
        children.append(TreeNode(min(content.start + malformed.offset, end), 0, "malformed", str(malformed)))
        stop = end
    return TreeNode(content.start, stop - content.start, name, None, tuple(children))


def _stream(octets: bytes, content: Content, end: int) -> TreeNode:
    """A piece of a stream: the units that start in it, if the piece starts with one."""
    form = pdu.PDU if content.protocol == "iccp" else sonic.MESSAGE
    children: list[TreeNode] = []
    at = content.start
    while end - at >= 4 and (form is sonic.MESSAGE or octets[at : at + 2] == b"\0\1"):
        stop = min(at + 4 + int.from_bytes(octets[at + 2 : at + 4], "big"), end)
        inner = _message(octets, at, stop, form) if form is sonic.MESSAGE else form.nodes(octets, at, stop)
        children.append(TreeNode(at, stop - at, form.name, None, tuple(inner)))
        at = stop
    if at < end:
        children.append(TreeNode(at, end - at, "stream", octets[at:end]))
    return TreeNode(content.start, end - content.start, content.protocol, None, tuple(children))


def _message(octets: bytes, start: int, end: int, form: Format) -> list[TreeNode]:
    return [
        TreeNode(start, 2, "type", int.from_bytes(octets[start : start + 2], "big")),
        TreeNode(start + 2, 2, "length", int.from_bytes(octets[start + 2 : start + 4], "big")),
        *form.nodes(octets, start + 4, end),
    ]


def _nodes(octets: bytes, content: Content, end: int) -> list[TreeNode]:
    form = _form(octets, content, end)
    if form is None:
        name = "subtype" if content.start < end else "nothing"
        return [
            TreeNode(
                content.start, min(1, end - content.start), name, octets[content.start] if name == "subtype" else None
            )
        ]
    nodes = form.nodes(octets, content.start, end, exact=False)
    if form is link.DATA:
        return _with_message(octets, nodes)
    tlv = octets[content.start + 36 : end]
    if content.protocol == "pvst" and len(tlv) >= _PVST_TLV.size and tlv[:4] == b"\0\0\0\2":
        stop = nodes[-1].offset + nodes[-1].length
        if stop < content.start + 36:
            nodes.append(TreeNode(stop, content.start + 36 - stop, "pad", octets[stop : content.start + 36]))
        nodes += _fields(octets, content.start + 36, _PVST_TLV)
    return nodes


def _form(octets: bytes, content: Content, end: int) -> Format | None:
    start = content.start
    match content.protocol:
        case "lacp":
            return lacpdu.LONG if octets[start + 1 : start + 2] > b"\1" else lacpdu.Lacpdu.FORMAT
        case "marker":
            return Marker.FORMAT
        case "stp" | "pvst":
            return _bpdu_form(octets[start:end])
        case "pyiccp-link":
            return link.FORMATS.get(octets[start + 9], link.HEARTBEAT) if end > start + 9 else link.HEARTBEAT
        case "pyiccp-keepalive":
            return Keepalive.FORMAT
    return None


def _bpdu_form(octets: bytes) -> Format:
    if octets[3:4] == b"\x80":
        return bpdu.TcnBpdu.FORMAT
    if octets[3:4] != b"\2":
        return bpdu.ConfigBpdu.FORMAT
    try:
        return type(bpdu.decode_bpdu(octets)).FORMAT
    except Malformed:
        return bpdu.RstBpdu.FORMAT


def _with_message(octets: bytes, nodes: list[TreeNode]) -> list[TreeNode]:
    """The nodes of a data segment, with the message inside if the segment holds a whole one."""
    last = nodes[-1] if nodes else None
    if last is None or last.name != "body.body":
        return nodes
    try:
        pdu.Message.decode(last.value)
    except Malformed:
        return nodes
    stop = last.offset + last.length
    inner = _message(octets, last.offset, stop, pdu.MESSAGE)
    return [*nodes[:-1], TreeNode(last.offset, last.length, pdu.MESSAGE.name, None, tuple(inner))]
