"""BPDUs on the wire (802.1D-2004 9.3, 802.1Q 14), and how a receiver tells them apart."""

import copy
import pickle

import pytest

from pyiccp.wire._bpdu import (
    BridgeId,
    ConfigBpdu,
    MstBpdu,
    MstiMessage,
    PvstBpdu,
    RstBpdu,
    TcnBpdu,
    configuration_digest,
    decode_bpdu,
)
from pyiccp.wire._flags import FLAGS, Flags, PortRole
from pyiccp.wire._mac import mac
from pyiccp.wire._malformed import Malformed

ROOT = BridgeId(0x1000, mac("74:4D:28:11:70:6B"))
BRIDGE = BridgeId(0x8001, mac("74:4D:28:7B:7F:96"))
TIMES = "0100 1400 0200 0f00"
VECTOR = "1000 744d2811706b 00004e20 8001 744d287b7f96 8002" + TIMES
RST = bytes.fromhex("0000 02 02 7c" + VECTOR + "00")
CONFIG = bytes.fromhex("0000 00 00 81" + VECTOR)
DESIGNATED = Flags.of(PortRole.DESIGNATED, learning=True, forwarding=True, agreement=True)


def test_rst_octets() -> None:
    bpdu = RstBpdu(DESIGNATED, ROOT, 20000, BRIDGE, 0x8002, message_age=256)
    assert bpdu.encode() == RST
    assert decode_bpdu(RST + bytes(10)) == bpdu
    assert BRIDGE.extension == 1


def test_configuration_and_tcn_octets() -> None:
    flags = Flags.of(topology_change=True, topology_change_ack=True)
    bpdu = ConfigBpdu(flags, ROOT, 20000, BRIDGE, 0x8002, message_age=256)
    assert bpdu.encode() == CONFIG
    assert decode_bpdu(CONFIG + bytes(8)) == bpdu
    assert TcnBpdu().encode() == bytes.fromhex("00000080")
    assert decode_bpdu(bytes.fromhex("00000080")) == TcnBpdu()


@pytest.mark.parametrize("version", [2, 255])
def test_the_version_says_nothing_for_the_old_types(version: int) -> None:
    octets = CONFIG[:2] + bytes((version,)) + CONFIG[3:]
    decoded = decode_bpdu(octets)
    assert isinstance(decoded, ConfigBpdu)
    assert decoded.version == version
    assert decode_bpdu(bytes((0, 0, version, 0x80))) == TcnBpdu(version)


REFUSED = {
    "protocol identifier": (b"\0\1" + RST[2:], "protocol"),
    "unknown type": (RST[:3] + b"\x03" + RST[4:], "type"),
    "RST of version 0": (RST[:2] + b"\0" + RST[3:], "version"),
    "RST of version 1": (RST[:2] + b"\1" + RST[3:], "version"),
    "RST of 35 octets": (RST[:35], "version_1_length"),
    "Configuration of 34 octets": (CONFIG[:34], "forward_delay"),
    "three octets": (b"\0\0\0", "type"),
    "nothing": (b"", "protocol"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_receiver_discards(case: str) -> None:
    octets, path = REFUSED[case]
    with pytest.raises(Malformed) as caught:
        decode_bpdu(octets)
    assert caught.value.path == path


def test_what_a_receiver_ignores() -> None:
    assert isinstance(decode_bpdu(RST[:35] + b"\x07"), RstBpdu), "a version 1 length that is not 0"
    assert isinstance(decode_bpdu(RST[:2] + b"\x03" + RST[3:]), RstBpdu), "version 3 of 36 octets"
    assert isinstance(decode_bpdu(RST[:2] + b"\x04" + RST[3:]), RstBpdu), "version 4 of 36 octets"


MST = MstBpdu(
    DESIGNATED, ROOT, 0, BRIDGE, 0x8002, 256, 0x1400, 0x200, 0xF00, "region", 1, configuration_digest({}), 0, BRIDGE, 20
)


def test_mst_octets() -> None:
    octets = MST.encode()
    assert len(octets) == 102
    assert octets[:5] == bytes.fromhex("0000 03 02 7c")
    assert octets[35:39] == bytes.fromhex("00 0040 00")
    assert octets[39:71] == b"region".ljust(32, b"\0")
    assert octets[101] == 20
    assert decode_bpdu(octets + bytes(9)) == MST
    instance = MstiMessage(FLAGS[0xFC], BridgeId(0x8005, BRIDGE.mac), 7, 0x80, 0x70, 19)
    several = MstBpdu(*(getattr(MST, name) for name in MST.__struct_fields__[:15]), instances=(instance,) * 64)
    octets = several.encode()
    assert octets[36:38] == (64 + 16 * 64).to_bytes(2, "big")
    assert decode_bpdu(octets) == several


@pytest.mark.parametrize("length", [0, 63, 65, 79, 81, 64 + 65 * 16, 0xFFFF])
def test_an_mst_bpdu_that_does_not_hold_together_is_an_rst_bpdu(length: int) -> None:
    octets = bytearray(MST.encode() + bytes(65 * 16))
    octets[36:38] = length.to_bytes(2, "big")
    decoded = decode_bpdu(bytes(octets))
    assert isinstance(decoded, RstBpdu)
    assert decoded.bridge == MST.regional_root, "an RSTP bridge reads the regional root as the designated bridge"


def test_spb_keeps_what_it_appends() -> None:
    plain = MST.encode()
    octets = plain[:2] + b"\4" + plain[3:] + bytes.fromhex("0003 616263") + bytes(5)
    decoded = MstBpdu.decode(octets)
    assert decoded.spb == b"abc"
    assert decoded.encode() == octets[:-5]
    assert MstBpdu.decode(octets[:103]).spb is None, "no length there"
    assert MstBpdu.decode(octets[:106]).spb is None, "less than the length says"


def test_the_digest_of_the_standard() -> None:
    assert configuration_digest({}).hex().upper() == "AC36177F50283CD4B83821D8AB26DE62"
    assert configuration_digest({10: 1}) != configuration_digest({})


def test_pvst() -> None:
    rapid = PvstBpdu(RstBpdu(DESIGNATED, ROOT, 20000, BRIDGE, 0x8002, message_age=256), 20)
    assert rapid.encode() == RST + bytes.fromhex("0000 0002 0014")
    assert PvstBpdu.decode(rapid.encode() + bytes(2)) == rapid
    old = PvstBpdu(ConfigBpdu(FLAGS[0], ROOT, 0, BRIDGE, 1), 5)
    assert len(old.encode()) == 42
    assert PvstBpdu.decode(old.encode()) == old
    assert PvstBpdu.decode(RST).vlan is None


def test_flags_are_shared_objects() -> None:
    assert DESIGNATED is FLAGS[0x7C]
    assert DESIGNATED.text == "-AFLD--"
    for flags in FLAGS:
        assert pickle.loads(pickle.dumps(flags)) is flags
        assert copy.deepcopy(flags) is flags
        assert flags.role == flags.octet >> 2 & 3
        assert (flags.learning, flags.forwarding) == (bool(flags.octet & 0x10), bool(flags.octet & 0x20))
