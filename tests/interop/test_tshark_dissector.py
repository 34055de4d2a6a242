"""`pyiccp wireshark`: with it, tshark shows every field that our own tables find, with its octets."""

import struct
import subprocess
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from pyiccp._sansio import seconds
from pyiccp.capture._decoder import Decoded, Decoder
from pyiccp.capture._files import read
from pyiccp.capture._wireshark import dissector
from pyiccp.lab._run import run
from pyiccp.lab._scenario import QUICKSTART, command_line_events, load
from pyiccp.wire._keepalive import Keepalive, Kind, Mode, Role
from pyiccp.wire._link import Heartbeat, Segment
from pyiccp.wire._mac import mac
from pyiccp.wire._tree import TreeNode
from pyiccp.wire.iccp import _pdu as pdu
from pyiccp.wire.iccp import sonic

Program = Callable[[str], str]
Place = tuple[int, str, str]
"""Frame, the last part of the field's name, its octets."""
VECTORS = Path(__file__).parents[1] / "vectors"


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lua") / "pyiccp.lua"
    path.write_text(dissector())
    return path


def pdml(tshark: str, script: Path, capture: Path, *more: str) -> ET.Element:
    command = [tshark, "-X", f"lua_script:{script}", "-r", str(capture), "-T", "pdml", *more]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    assert "rror" not in done.stderr.replace("Running as user", ""), done.stderr
    assert "Lua Error" not in done.stdout
    return ET.fromstring(done.stdout)


def shown(document: ET.Element) -> Counter[Place]:
    """Every field of ours, leaves only."""
    found: Counter[Place] = Counter()
    for number, packet in enumerate(document.iter("packet"), 1):
        for field in packet.iter("field"):
            name = field.get("name", "")
            if name.startswith(("iccp.", "pyiccp.")) and len(field) == 0 and field.get("size") != "0":
                octets = field.get("unmaskedvalue") or field.get("value") or ""
                found[number, name.rpartition(".")[2], octets] += 1
    return found


def leaves(node: TreeNode) -> Iterator[TreeNode]:
    for child in node.children:
        yield from leaves(child)
    if not node.children and node.length:
        yield node


def expected(capture: Path, protocols: tuple[str, ...]) -> Counter[Place]:
    """What our own tables find, as the dissector should show it."""
    found: Counter[Place] = Counter()
    with capture.open("rb") as file:
        reader = read(file)
        for decoded in Decoder(reader.interfaces).decode(reader):
            if decoded.protocol in protocols:
                for leaf in leaves(tree(decoded)):
                    octets = decoded.octets[leaf.offset : leaf.offset + leaf.length].hex()
                    name = leaf.name.rpartition(".")[2].partition("[")[0]
                    found[decoded.packet.number, name, octets] += 1
    return found


def tree(decoded: Decoded) -> TreeNode:
    octets = decoded.octets
    if decoded.protocol == "iccp":
        return TreeNode(0, len(octets), "PDU", None, tuple(pdu.PDU.nodes(octets, 0, len(octets))))
    if decoded.protocol == "sonic-iccp":
        head = (TreeNode(0, 2, "type", 0), TreeNode(2, 2, "length", 0))
        return TreeNode(0, len(octets), "message", None, (*head, *sonic.MESSAGE.nodes(octets, 4, len(octets))))
    raise AssertionError(decoded.protocol)


@pytest.mark.parametrize(
    ("capture", "protocol"),
    [
        (VECTORS / "iccp/iccp.pcap", "iccp"),
        (VECTORS / "public/ldp-common-session.pcap", "iccp"),
        (VECTORS / "sonic/session.pcap", "sonic-iccp"),
        (VECTORS / "sonic/mac_batch_65.pcap", "sonic-iccp"),
        (VECTORS / "sonic/rg_mismatch.pcap", "sonic-iccp"),
    ],
    ids=lambda value: value.stem if isinstance(value, Path) else "",
)
def test_every_field_of_every_vector(program: Program, script: Path, capture: Path, protocol: str) -> None:
    found = shown(pdml(program("tshark"), script, capture))
    wanted = expected(capture, (protocol,))
    assert wanted
    missing = wanted - found
    assert not missing, sorted(missing)[:5]


def test_no_vector_is_called_malformed(program: Program, script: Path) -> None:
    for capture in (VECTORS / "iccp/iccp.pcap", VECTORS / "sonic/session.pcap"):
        document = pdml(program("tshark"), script, capture)
        assert [f for f in document.iter("field") if f.get("name", "").endswith("iccp.malformed")] == []


def test_the_link_of_a_lab_run(program: Program, script: Path, tmp_path: Path) -> None:
    """Heartbeats, streams with their messages, fences and envelopes; every segment is claimed, nothing is malformed."""
    scenario = msgspec.structs.replace(load(QUICKSTART / "lab.toml"), until=seconds(8))
    events = ("5s cut Peer1:sfp-sfpplus2", "6s mend Peer1:sfp-sfpplus2")
    run(msgspec.structs.replace(scenario, events=command_line_events(events)), pcap=tmp_path)
    document = pdml(program("tshark"), script, tmp_path / "lab.pcapng", "-Y", "eth.type == 0x88b5")
    packets = list(document.iter("packet"))
    assert len(packets) > 100
    names = Counter(field.get("name", "") for packet in packets for field in packet.iter("field"))
    claimed = [packet for packet in packets if any(proto.get("name") == "pyiccp" for proto in packet.iter("proto"))]
    assert len(claimed) == len(packets)
    for kind in ("heartbeat", "data", "fence"):
        assert names[f"pyiccp.{kind}_segment.magic"] > 0, kind
    assert names["pyiccp.fence_segment.body.mlag_id"] == names["pyiccp.fence_segment.magic"]
    assert names["iccp.mlag_node_info.bridge_mac"] >= 2
    assert names["iccp.mlacp_system_config.system"] >= 2
    assert names["pyiccp.malformed"] == names["iccp.malformed"] == 0


def frame(destination: str, kind: int, body: bytes) -> bytes:
    return mac(destination) + mac("02:00:00:00:00:01") + kind.to_bytes(2, "big") + body


def written(path: Path, *frames: bytes) -> Path:
    records = [struct.pack("<IIII", 0, n, len(octets), len(octets)) + octets for n, octets in enumerate(frames)]
    path.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + b"".join(records))
    return path


def test_a_stranger_behind_the_same_ethertype_is_left_alone(program: Program, script: Path, tmp_path: Path) -> None:
    ours = Segment(domain=1, incarnation=2, peer_incarnation=3, body=Heartbeat(4, 5)).encode()
    capture = written(
        tmp_path / "x.pcap",
        frame("01:80:C2:00:00:0E", 0x88B5, ours.ljust(46, b"\0")),
        frame("01:80:C2:00:00:0E", 0x88B5, bytes(range(46))),
        frame("02:00:00:00:00:02", 0x88B5, ours.ljust(46, b"\0")),
    )
    packets = pdml(program("tshark"), script, capture).iter("packet")
    protocols = [[proto.get("name") for proto in packet.iter("proto")] for packet in packets]
    assert [("pyiccp" in names) for names in protocols] == [True, False, False]


def test_the_keepalive_is_told_by_its_magic(program: Program, script: Path, tmp_path: Path) -> None:
    said = Keepalive(
        domain=7,
        kind=Kind.ANSWER,
        number=9,
        epoch=3,
        role=Role.PRIMARY,
        mode=Mode.HOLD,
        bridge_mac=mac("74:4D:28:11:70:6B"),
    ).encode()
    udp = struct.pack(">HHHH", 40000, 40001, 8 + len(said), 0) + said
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\x0a\0\0\1", b"\x0a\0\0\2")
    capture = written(tmp_path / "k.pcap", frame("02:00:00:00:00:02", 0x0800, ip + udp))
    found = {field.get("name"): field.get("show") for field in pdml(program("tshark"), script, capture).iter("field")}
    assert found["pyiccp.keepalive.number"] == "9"
    assert found["pyiccp.keepalive.bridge_mac"] == "74:4d:28:11:70:6b"
