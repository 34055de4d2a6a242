"""Any frame is a tree whose leaves are its octets, in order."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyiccp.testing import strategies
from pyiccp.wire import Frame, Keepalive, Lacpdu, Marker, RstBpdu, Segment, dissect
from pyiccp.wire._bpdu import BridgeId, Flags, MstBpdu, PortRole, PvstBpdu, TcnBpdu
from pyiccp.wire._catalogue import WHOLE
from pyiccp.wire._codec import Format
from pyiccp.wire._identify import identify
from pyiccp.wire._lacpdu import Participant
from pyiccp.wire._link import Data, Heartbeat
from pyiccp.wire._mac import SLOW_PROTOCOLS, mac
from pyiccp.wire._state import STATES
from pyiccp.wire._tree import TreeNode
from pyiccp.wire.iccp._pdu import KEEPALIVE, IccpPdu, Message
from pyiccp.wire.iccp.rg import RgId

HERE = mac("02:00:00:00:00:01")
BRIDGES = mac("01:80:C2:00:00:00")


def leaves(node: TreeNode) -> Iterator[TreeNode]:
    for child in node.children:
        yield from leaves(child)
    if not node.children and node.length:
        yield node


def check(octets: bytes) -> TreeNode:
    tree = dissect(octets)
    at = 0
    for leaf in leaves(tree):
        assert leaf.offset == at, leaf
        at += leaf.length
    assert at == len(octets) == tree.length
    return tree


def slow(body: bytes) -> bytes:
    return Frame(SLOW_PROTOCOLS, HERE, (), 0x8809, body).encode()


def llc(body: bytes) -> bytes:
    return Frame(BRIDGES, HERE, (), None, b"BB\x03" + body).encode()


def ipv4(protocol: int, transport: bytes) -> bytes:
    total = (20 + len(transport)).to_bytes(2, "big")
    header = b"\x45\0" + total + bytes(4) + bytes((64, protocol)) + bytes(2) + bytes((10, 0, 0, 1, 10, 0, 0, 2))
    return Frame(HERE, HERE, (), 0x0800, header + transport).encode()


def tcp(body: bytes, port: int = 646) -> bytes:
    return ipv4(
        6, (50000).to_bytes(2, "big") + port.to_bytes(2, "big") + bytes(8) + b"\x60\x18" + bytes(6) + bytes(4) + body
    )


def udp(body: bytes) -> bytes:
    return ipv4(17, bytes(4) + (8 + len(body)).to_bytes(2, "big") + bytes(2) + body)


RST = RstBpdu(Flags.of(PortRole.ROOT), BridgeId(0x8001, HERE), 4, BridgeId(0x8000, HERE), 0x8002)
MST = MstBpdu(
    RST.flags, RST.root, 0, RST.root, 1, 0, 20, 2, 15, "region", 1, bytes(16), 0, RST.root, 20, version=4, spb=b"tail"
)
PDU = IccpPdu(1, 0, (Message(KEEPALIVE, 1), Message(0x703, 2, (RgId(5),))))
FRAMES = {
    "lacp": slow(Lacpdu(Participant(state=STATES[0x3D]), Participant()).encode()),
    "marker": slow(Marker().encode()),
    "slow": slow(b"\x0a" + bytes(40)),
    "rstp": llc(RST.encode()) + bytes(8),
    "stp": llc(TcnBpdu().encode()),
    "spb": llc(MST.encode()),
    "pvst": Frame(
        mac("01:00:0C:CC:CC:CD"), HERE, (), None, bytes.fromhex("aaaa0300000c010b") + PvstBpdu(RST, 7).encode()
    ).encode(),
    "pyiccp-link": Frame(HERE, HERE, (), 0x88B5, Segment(1, 2, 3, Heartbeat(1, 2)).encode() + bytes(20)).encode(),
    "pyiccp-keepalive": udp(Keepalive(1, 0, 2, 3, 1, 0, HERE).encode()),
    "iccp": tcp(PDU.encode() + PDU.encode()),
    "sonic-iccp": tcp(PDU.messages[1].encode(), 8888),
}


@pytest.mark.parametrize("protocol", FRAMES)
def test_every_protocol(protocol: str) -> None:
    tree = check(FRAMES[protocol])
    assert protocol in [child.name for child in tree.children]
    assert not any(node.name == "malformed" for _, node in tree.walk())


@pytest.mark.parametrize("protocol", FRAMES)
def test_cut_short_it_says_so_or_shows_less(protocol: str) -> None:
    for cut in range(len(FRAMES[protocol])):
        check(FRAMES[protocol][:cut])


def test_a_fields_name_offset_and_value() -> None:
    nodes = {node.name: node for _, node in check(FRAMES["lacp"]).walk()}
    assert (nodes["actor.state"].offset, nodes["actor.state"].value) == (14 + 18, STATES[0x3D])


def test_a_message_inside_a_segment_is_opened() -> None:
    message = Message(0x703, 2, (RgId(0x64),)).encode()
    octets = Frame(HERE, HERE, (), 0x88B5, Segment(1, 2, 3, Data(0, 1, 0, False, message)).encode()).encode()
    names = [node.name for _, node in check(octets).walk()]
    assert "LDP message" in names
    assert "rg_id" in names


def test_malformed_stands_behind_the_fields_before_it() -> None:
    tree = check(FRAMES["lacp"][:60])
    names = [node.name for _, node in tree.walk()]
    assert names.index("actor.state") < names.index("malformed")


@pytest.mark.parametrize("form", WHOLE, ids=lambda form: form.name)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_noise(form: Format, data: st.DataObject) -> None:
    body = data.draw(strategies.octets(form))
    for frame in (slow(body), llc(body), tcp(body), tcp(body, 8888), udp(body), FRAMES["lacp"][:12] + body, body):
        check(frame)
        identify(frame)
