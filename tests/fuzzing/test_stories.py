"""What the fuzzers found, one story each."""

import json
from io import BytesIO

import msgspec
import pytest
from fuzz.harnesses import mlag

from pyiccp._node.control import link_segment
from pyiccp._node.node import Node
from pyiccp._routeros.config import node_config, parse_config
from pyiccp._service.control import Control
from pyiccp.capture import read
from pyiccp.capture._decoder import Decoder
from pyiccp.capture._packet import Packet
from pyiccp.capture._pcap import PcapWriter
from pyiccp.capture._records import records
from pyiccp.iccp._reading import read as read_message
from pyiccp.wire._bpdu import FLAGS, BridgeId, MstBpdu, configuration_digest
from pyiccp.wire._dissect import dissect
from pyiccp.wire._link import MAGIC
from pyiccp.wire._mac import Mac
from pyiccp.wire._text import printable
from pyiccp.wire.iccp._pdu import Message
from pyiccp.wire.iccp.codes import RG_CONNECT, Connect
from pyiccp.wire.iccp.rg import ApplicationConnect, RgId, SenderName

HERE = BridgeId(0x8000, Mac(b"\2\0\0\0\0\1"))


def test_a_region_name_that_is_no_text_can_be_told_as_json() -> None:
    """1. An MST BPDU has a region name that is not UTF-8. 2. `pyiccp decode --format json` gave up the whole capture
    with a UnicodeEncodeError. 3. It writes the octets as they are numbered instead."""
    bpdu = MstBpdu(FLAGS[0], HERE, 0, HERE, 1, 0, 5120, 512, 3840, "\udcff!", 0, configuration_digest({}), 0, HERE, 20)
    body = b"BB\3" + bpdu.encode()
    frame = b"\1\x80\xc2\0\0\0" + HERE.mac + len(body).to_bytes(2, "big") + body
    file = BytesIO()
    PcapWriter(file).write(Packet(1, 0, 0, frame, len(frame)))
    capture = read(BytesIO(file.getvalue()))
    [record] = [one for decoded in Decoder(capture.interfaces).decode(capture) for one in records(decoded)]
    assert json.loads(msgspec.json.encode(record))["configuration"]["name"] == "\\xff!"


def test_a_peer_s_name_cannot_break_the_status_or_forge_a_line_of_the_log() -> None:
    """1. The peer's ICC Sender Name is not UTF-8, and has a line end. 2. It came into the status,
    and from there into the JSON of the control socket, which could not encode it: the exception ended the node. In the
    text log it began a line of its own. 3. What is not printable is written out where the name enters."""
    name = SenderName("pe\udcff\n2026 Peer1: stopped\x1b[2J")
    message = Message(RG_CONNECT, 1, (RgId(1), name, ApplicationConnect(Connect.MLACP)))
    said = read_message(Message.decode(message.encode())).name
    assert said == "pe\\xff\\x0a2026 Peer1: stopped\\x1b[2J"
    assert msgspec.json.encode(said)


def test_a_foreign_speaker_s_version_cannot_either() -> None:
    refused = link_segment("p1", MAGIC + b"\n" + bytes(40))
    assert "layout version \\x0a" in getattr(refused, "why", "")


@pytest.mark.parametrize("line", [b'{"ask": "\xff"}\n', b'{"a": ' + b"[" * 4000, b"\xc9", b""])
def test_a_request_that_is_no_text_is_an_error_not_the_end_of_the_node(line: bytes) -> None:
    """1. Somebody writes octets into the control socket that are no UTF-8. 2. msgspec says so by a UnicodeDecodeError,
    not by its own: it went through the nursery and ended the node. 3. The asker is told."""
    assert "not a request" in Control({})._reply(line)["error"]


def test_a_bond_of_a_pair_that_does_not_speak_lacp_is_no_half() -> None:
    """1. A bond has an mlag-id and RouterOS' default mode, balance-rr. 2. The node ended at its start: MLAG gave an
    identity to a bond that LACP does not know. 3. It runs, and the bond is an orphan port."""
    text = (
        "/interface bonding add mlag-id=1 name=c slaves=ether2\n/interface bridge add name=bridge1 vlan-filtering=yes\n"
        "/interface bridge port add bridge=bridge1 interface=ether1\n"
        "/interface bridge port add bridge=bridge1 interface=c\n"
        "/interface bridge mlag set bridge=bridge1 peer-port=ether1\n"
    )
    node = Node(node_config(parse_config(text), name="n", mac=HERE.mac))
    node.start(0)
    assert node.shared == ()
    assert "c" in node.status(0).bonds


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        ("0180c2000000020000000001 0000 424203", "a length that ends before the BPDU starts"),
        (
            "020000000002020000000001 0800 4500003c0000000000060000000000000000000022b800000000000000000000a0000000"
            "00000000",
            "TCP options that the capture cut off",
        ),
        (
            "01000ccccccd020000000001 0007 aaaa0300000c010b" + "00" * 36 + "00000002 0001",
            "a PVST+ TLV behind the end of what the length says",
        ),
    ],
)
def test_every_octet_of_a_frame_is_in_its_tree_once(frame: str, why: str) -> None:
    octets = bytes.fromhex(frame.replace(" ", ""))
    at = 0
    for _, node in dissect(octets).walk():
        if not node.children and node.length:
            assert node.offset == at, why
            at += node.length
    assert at == len(octets), why


def test_what_is_printable_stays() -> None:
    assert printable("Peer-1 ü") == "Peer-1 ü"
    assert printable("\u2028\udc80\x7f") == "\\u2028\\x80\\x7f"


def test_a_primary_that_nothing_reached_for_long_goes_on_alone_under_its_solo_identity() -> None:
    """1. Two nodes pair. 2. The primary's session ends and nothing is handled for 90 s: frozen. 3. It starts over
    and, with nobody there, is alone (M2.4, M8). 4. The harness took the solo identity for one that nobody has."""
    mlag.run(bytes.fromhex("0039dc00001600000000000004da"))
