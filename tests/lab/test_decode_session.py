"""`pyiccp decode` of a lab capture that holds every message of the session: each in words, by its name."""

import re
import subprocess
import sys
from pathlib import Path

from lab.possessed import arrive, say_message
from node.labs import network
from pyiccp._node.events import FlushRequested
from pyiccp._sansio import seconds
from pyiccp.lab._faults import Fault, apply
from pyiccp.lab._network import Network
from pyiccp.lab._pcapng import PcapngWriter
from pyiccp.rstp._frames import frame_octets
from pyiccp.wire._bpdu import BridgeId, RstBpdu
from pyiccp.wire._mac import mac
from pyiccp.wire.iccp._pdu import RG_APPLICATION_DATA, RG_CONNECT, RG_DISCONNECT, IccpStatus, Message
from pyiccp.wire.iccp.codes import Disconnect
from pyiccp.wire.iccp.mlacp import PURGE, AggregatorConfig, PortConfig, PortPriority, SyncRequest
from pyiccp.wire.iccp.rg import ApplicationDisconnect, DisconnectCode, RgId, SenderName

BRIDGE = mac("74:4D:28:99:00:01")

SAID = (
    "Initialization 1: Common Session Parameters",
    "RG Connect 3 group 1: ICC Sender Name 'Peer1'; MLACP Connect version 1",
    "STP Connect version 1 a",
    "mLACP Synchronization Data number 0",
    "mLACP System Config",
    "mLACP Aggregator Config",
    "mLACP Aggregator State",
    "mLACP Port Config",
    "mLACP Port State",
    "STP Synchronization Data number 0",
    "STP System Config",
    "STP CIST Root Time",
    "STP Topology Changed Instances CIST",
    "condition down",
    "selected standby",
    "mLACP Port Priority opcode told",
    "configuration state request all",
    "FDB Host Batch kind seen vid 1",
    "FDB Host Batch kind static",
    "addresses [02:00:00:00:00:01",
    "FDB Host Sync end",
    "FDB Host Flush everywhere vid 0",
    "kind seen vid 1 mlag-id 10 ",
    "kind seen vid 1 orphan ",
    "Tree Begin",
    "Tree Marks",
    'Tree Snapshot \'{"config"',
    "[Tree Link Up port",
    "[Tree Link Down port",
    "[Tree BPDU port",
    "MLAG Node Info",
    "MLAG Fence Answer kind prepare",
    "MLAG Fence Answer kind down",
    'MLAG Profile \'{"name":"Peer1"',
    "MLAG Goodbye",
    "Notification",
    "unknown-message-type",
    "RG Notification",
    "(unknown-rg)",
    "RG Disconnect",
    "MLACP Disconnect",
    "removed by its operator",
    "actor-key 10 member-priority 0 purge",
    "mLACP Port Priority",
    "mLACP Synchronization Request",
)


def story(net: Network) -> None:
    """A pair with hosts, a flush, a bridge that speaks, refusals, a crash and a planned stop."""
    net.run(seconds(6))
    for number in range(1, 9):
        frame = b"\xff" * 6 + bytes((2, 0, 0, 0, 0, number)) + b"\x08\x00" + bytes(46)
        arrive(net, "Peer1", frame, "ether1")
        arrive(net, "Peer2", frame[:6] + bytes((2, 0, 0, 0, 1, number)) + frame[12:], "sfp-sfpplus2")
    net.run(seconds(7))
    net.tell(net.devices["Peer1"], FlushRequested())
    net.run(seconds(8))
    arrive(
        net,
        "Peer2",
        frame_octets(BRIDGE, RstBpdu(root=BridgeId(0x9000, BRIDGE), bridge=BridgeId(0x9000, BRIDGE))),
        "ether1",
    )
    say_message(net, "Peer2", Message(RG_APPLICATION_DATA, 900, (RgId(1), SyncRequest(1))))
    purged = AggregatorConfig(11, 1, BRIDGE, 10, flags=PURGE), PortConfig(0x9011, BRIDGE, 10, flags=PURGE)
    say_message(net, "Peer2", Message(RG_APPLICATION_DATA, 899, (RgId(1), *purged, PortPriority(1, 0x8003, 1, 128, 5))))
    say_message(net, "Peer2", Message(0x3E00, 901, ()))
    net.run(seconds(9))
    say_message(net, "Peer2", Message(RG_CONNECT, 902, (RgId(99), SenderName("Peer2"))))
    net.run(seconds(50))
    left = ApplicationDisconnect(Disconnect.MLACP, "removed by its operator")
    say_message(
        net, "Peer2", Message(RG_DISCONNECT, 903, (RgId(1), DisconnectCode(IccpStatus.APPLICATION_NOT_IN_RG), left))
    )
    net.run(seconds(90))
    apply(net, Fault("stop", "Peer2"))
    net.run(seconds(95))


def test_every_message_is_in_words(tmp_path: Path) -> None:
    path = tmp_path / "session.pcapng"
    net = network()
    with path.open("wb") as file:
        net.wires.capture = PcapngWriter(file, net.links)
        story(net)
    program = "from pyiccp._cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "decode", "--strict", "--only", "iccp", str(path)],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    said = done.stdout
    assert [words for words in SAID if words not in said] == []
    lines = [line for line in said.splitlines() if "type 0x3E00 901" not in line]
    assert len(lines) == len(said.splitlines()) - 1, "the one that has no name, because we made it up"
    nameless = [line for line in lines if re.search(r"TLV 0x|type 0x|\b[0-9a-f]{12,}\b", line)]
    assert nameless == []
