"""Every capture we have decodes, and what is in it comes back as the same octets."""

import io
import random
import re
import struct
from collections import Counter
from pathlib import Path
from time import process_time

import msgspec
import pytest

from pyiccp.capture import Interface, Packet, PcapWriter, read
from pyiccp.capture._annotated import dump
from pyiccp.capture._decoder import Decoded, Decoder
from pyiccp.capture._meanings import instances, meaning
from pyiccp.capture._records import records
from pyiccp.capture._words import line

VECTORS = Path(__file__).parents[1] / "vectors"
CAPTURES = sorted(VECTORS.rglob("*.pcap*"))

SAID = {
    "LACP.pcap": {"lacp": 20},
    "p01_ovs_probes.pcapng": {"lacp": 1241, "lacp malformed": 3, "slow malformed": 2, "slow": 1, "marker": 6,
                              "marker malformed": 1},
    "802.1D_spanning_tree.pcap": {"stp": 14},
    "802.1w_rapid_STP.pcap": {"rstp": 30},
    "MSTP_Intra-Region_BPDUs.pcap": {"mstp": 10},
    "rpvstp-trunk-native-vid5.pcap": {"pvst": 12, "rstp": 6},
    "stp-heapoverflow-1.pcap": {"stp malformed": 1},
    "stp-heapoverflow-2.pcap": {"stp malformed": 1},
    "session.pcap": {"sonic-iccp": 133},
    "rg_mismatch.pcap": {"sonic-iccp": 32},
    "mac_batch_65.pcap": {"sonic-iccp": 5},
    "iccp.pcap": {"iccp": 19},
    "ldp-common-session.pcap": {"iccp": 31},
}  # fmt: skip


def decoded(octets: bytes) -> list[Decoded]:
    capture = read(io.BytesIO(octets))
    found = list(Decoder(capture.interfaces).decode(capture))
    assert capture.stopped is None
    return found


def printed(found: list[Decoded]) -> Counter[str]:
    """Everything in every format; the number of records of each protocol."""
    counts: Counter[str] = Counter()
    for one in found:
        assert "".join(dump(one))
        for record in records(one):
            assert msgspec.json.decode(msgspec.json.encode(record))["frame"] == one.packet.number
            assert line(record, 0)
            counts[record["protocol"] + (" malformed" if "malformed" in record else "")] += 1
    return counts


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_capture_decodes(path: Path) -> None:
    counts = printed(decoded(path.read_bytes()))
    assert counts
    if path.name in SAID:
        assert counts == SAID[path.name]


@pytest.mark.parametrize("name", ["session.pcap", "rg_mismatch.pcap", "mac_batch_65.pcap"])
def test_every_sonic_message_encodes_to_the_octets_it_was(name: str) -> None:
    messages = decoded((VECTORS / "sonic" / name).read_bytes())
    assert messages
    for one in messages:
        assert one.value.encode() == one.octets


@pytest.mark.parametrize("name", ["session.pcap", "rg_mismatch.pcap", "mac_batch_65.pcap"])
def test_every_sonic_message_is_in_words(name: str) -> None:
    said = "\n".join(
        line(record, 0) for one in decoded((VECTORS / "sonic" / name).read_bytes()) for record in records(one)
    )
    assert not re.search(r"TLV 0x|type 0x|(operation|condition|selected|request) [1-9]", said)
    if name == "session.pcap":
        assert "operation add, kind dynamic, mac 02:00:00:00:00:01, vid 10, name PortChannel0001" in said
        assert "mLACP Aggregator State partner-system 00:00:00:00:00:00" in said and "condition up" in said
        assert "SONiC Peer Link Info kind portchannel 'PortChannel0010'" in said


@pytest.mark.parametrize("tlv", ["SONiC ARP Info", "SONiC NDISC Info"])
def test_flags_of_sonics_neighbours_are_in_words(tlv: str) -> None:
    """The captures have only zeros, which stay a number; a bit that nobody has named is shown beside the others."""
    said = [meaning(tlv, "flags", octet) for octet in (0, 1, 2, 4, 5, 0x84)]
    assert said == [None, "ack-wanted", "self-link-local", "self-ip", "ack-wanted+self-ip", "self-ip+0x80"]
    assert [meaning(tlv, "operation", number) for number in (1, 2)] == ["add", "delete"]


def test_lists_of_spanning_tree_instances_are_in_words() -> None:
    """RFC 7727 3.2.7: twelve bits of each word, the CIST is 0."""
    assert instances((0, 0x8007, 4094)) == "CIST, MSTI 7, MSTI 4094"
    assert instances(()) == ""


def test_every_iccp_vector_encodes_to_the_octets_it_was() -> None:
    pdus = decoded((VECTORS / "iccp" / "iccp.pcap").read_bytes())
    assert len(pdus) == 19
    assert all(one.value.encode() == one.octets for one in pdus)


def test_an_annotated_dump_has_every_octet_once() -> None:
    for path in CAPTURES:
        for one in decoded(path.read_bytes())[:40]:
            rows = [row for row in dump(one) if row[:4].strip()]
            assert b"".join(bytes.fromhex(row[6:54]) for row in rows) == one.octets


def hostile() -> bytes:
    """Frames that ask for work: lists in lists, counts that lie, a stream in single octets, noise."""
    rng = random.Random(646)
    file = io.BytesIO()
    writer = PcapWriter(file)
    frames = [bytes.fromhex("0180C2000002 020000000001 8809 0102") + bytes([2, 2] * 700) for _ in range(300)]
    frames += [bytes.fromhex("0180C2000000 020000000001 0500 424203 00000302") + b"\xff" * 1276 for _ in range(300)]
    frames += [bytes.fromhex("020000000001 020000000002") + b"\x81\x00\x00\x01" * 370 for _ in range(300)]
    nested = b""
    for _ in range(100):
        nested = struct.pack(">HH", 0x0002, 8 + len(nested)) + bytes(8) + nested
    message = struct.pack(">HHI", 0x0703, 4 + len(nested), 1) + nested
    stream = struct.pack(">HHIH", 1, 6 + len(message), 1, 0) + message
    for number in range(3000):
        at = number * 2 % 60_000
        octets = stream[number % len(stream) :][:1]
        tcp = struct.pack(">HHIIBBHHH", 1000 + number % 7, 646, at, 0, 0x50, 0x10, 0, 0, 0) + octets
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0) + bytes(8)
        frames.append(bytes(12) + b"\x08\x00" + ip + tcp)
    whole = struct.pack(">HHIIBBHHH", 9, 646, 0, 0, 0x50, 0x18, 0, 0, 0) + stream
    frames.append(
        bytes(12) + b"\x08\x00" + struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(whole), 1, 0, 64, 6, 0) + bytes(8) + whole
    )
    for _ in range(1000):
        frames.append(rng.choice(frames[:900])[:14] + rng.randbytes(rng.randrange(200)))
    for number, frame in enumerate(frames, 1):
        writer.write(Packet(number, number, 0, frame, len(frame)))
    return file.getvalue()


@pytest.mark.long
def test_hostile_captures_take_bounded_time() -> None:
    start = process_time()  # of the processor: what else the machine does is not the decoder's fault
    counts = printed(decoded(hostile()))
    assert process_time() - start < 20, "a few thousand frames"
    assert counts.total() >= 600


def test_packets_of_other_linktypes() -> None:
    path = VECTORS / "iccp" / "iccp.pcap"
    with path.open("rb") as file:
        frames = [packet.octets for packet in read(file)]
    cooked = [b"\0\0\0\1\0\6" + octets[6:12] + b"\0\0" + octets[12:] for octets in frames]
    cooked_2 = [octets[12:14] + bytes(10) + octets[6:12] + b"\0\0" + octets[14:] for octets in frames]
    for linktype, packets in ((113, cooked), (276, cooked_2), (101, [octets[14:] for octets in frames])):
        numbered = [Packet(n, n, 0, octets, len(octets)) for n, octets in enumerate(packets, 1)]
        found = list(Decoder([Interface(linktype=linktype)]).decode(numbered))
        assert len(found) == 19
    assert list(Decoder([Interface(linktype=147)]).decode([Packet(1, 1, 0, frames[0], 60)])) == []
