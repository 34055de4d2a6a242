"""VAL: what is taken in and what is not; said on p1, seen by the root that p2 tells of."""

import os
import random
from itertools import pairwise

import pytest
from rstp_captures import read
from rstp_harness import SUP, TESTER, US, C, D, Dut, T, flags

from pyiccp.rstp import Role
from pyiccp.rstp._frames import BRIDGE_GROUP, LLC
from pyiccp.wire._bpdu import MstBpdu, MstiMessage, TcnBpdu, decode_bpdu
from pyiccp.wire._ethernet import tagged
from pyiccp.wire._malformed import Malformed

check = pytest.mark.check
GOOD = D().encode()
CONFIG = C().encode()


def ready() -> Dut:
    return Dut().up().run(4)


def root(dut: Dut) -> object:
    """Who p2 says is the root, once it may speak again."""
    dut.run(2)
    return dut.out(2)[-1].root


def ignored(dut: Dut, *contents: bytes) -> None:
    before = dut.view(1).counters["rx_discarded"]
    state = dut.core.fingerprint(dut.now)
    for content in contents:
        assert dut.content(1, content) == []
    assert dut.core.fingerprint(dut.now) == state
    assert dut.view(1).counters["rx_discarded"] == before + len(contents)
    assert root(dut) == US


def accepted(dut: Dut, content: bytes) -> None:
    dut.content(1, content)
    assert dut.role(1) is Role.Root
    assert root(dut) == SUP


@check("VAL-1")
def test_other_protocol() -> None:
    ignored(ready(), *(b"\0\1" + octets[2:] for octets in (GOOD, CONFIG, TcnBpdu().encode())))


@check("VAL-2")
def test_too_few_octets() -> None:
    ignored(ready(), GOOD[:35], CONFIG[:34], TcnBpdu().encode()[:3], b"")


@check("VAL-3")
def test_trailing_octets() -> None:
    accepted(ready(), GOOD + bytes(range(100)))


@check("VAL-4")
def test_other_types() -> None:
    ignored(ready(), *(GOOD[:3] + bytes([kind]) + GOOD[4:] for kind in (1, 3, 0x81, 0xFF)))


@check("VAL-5")
@pytest.mark.parametrize("version", [3, 4, 255])
def test_later_versions_are_rst(version: int) -> None:
    dut = ready()
    accepted(dut, GOOD[:2] + bytes([version]) + GOOD[3:])
    assert dut.view(1).send_rstp


@check("VAL-6", choice="RST BPDUs of version 0 or 1 are discarded, as 802.1Q has it")
@pytest.mark.parametrize("version", [0, 1])
def test_earlier_versions_of_rst(version: int) -> None:
    ignored(ready(), GOOD[:2] + bytes([version]) + GOOD[3:])


@check("VAL-7")
def test_version_says_nothing_for_older_types() -> None:
    accepted(ready(), CONFIG[:2] + b"\2" + CONFIG[3:])
    dut = Dut().opened(1, 2).run(5)
    dut.content(1, bytes.fromhex("00000180"))
    assert dut.said(2)[-1] == "FLT:D"


@check("VAL-8")
def test_stale_configuration() -> None:
    ignored(ready(), C(age=20).encode(), C(age=20.5).encode(), C(age=200).encode())
    accepted(ready(), C(age=19.4).encode())


@check("VAL-9")
def test_stale_rst() -> None:
    dut = ready()
    since = dut.now
    for age in (20, 21, 200):
        dut.content(1, D(age=age).encode())
        assert dut.roles == "DDD"
    dut.run(3)
    assert all(bpdu.root == US for bpdu in dut.out(2, since))


@check("VAL-10")
def test_almost_stale_rst() -> None:
    dut, below = ready(), ready()
    accepted(dut, D(age=19).encode())
    told = dut.out(2)[-1]
    assert told.message_age == 20 * 256
    below.hear(1, told)
    assert below.roles == "DDD"
    assert root(below) == US


@check("VAL-11")
@pytest.mark.parametrize("hello", [0, 0.31])
def test_hello_below_a_second_counts_as_one(hello: float) -> None:
    dut = ready()
    dut.content(1, D(hello=hello).encode())
    assert dut.run(2.9).roles == "RDD"
    assert dut.run(0.2).roles == "DDD"


@check("VAL-12")
@pytest.mark.parametrize(("age", "hello", "delay"), [(40, 10, 30), (41, 10, 31)])
def test_big_times_are_adopted(age: int, hello: int, delay: int) -> None:
    dut = ready()
    accepted(dut, D(max_age=age, hello=hello, delay=delay).encode())
    told = dut.out(2)[-1]
    assert (told.max_age, told.forward_delay) == (age * 256, delay * 256)
    assert dut.run(27.9).role(1) is Role.Root
    assert dut.run(0.2).role(1) is Role.Designated


@check("VAL-13")
def test_unknown_role_is_taken_for_a_configuration_bpdu() -> None:
    dut = ready()
    dut.content(1, D(say="PFLA:U").encode())
    assert dut.role(1) is Role.Root
    assert not dut.core.bridge.ports["p1"].proposed, "a Configuration BPDU proposes nothing"
    assert root(dut) == SUP
    ignored(ready(), D(say="FL:U", age=20).encode())
    ignored(ready(), D(say="FL:U", bridge=US, port=0x8001).encode())


@check("VAL-14")
@pytest.mark.parametrize("say", ["FL:R", "AFL:R", "A:B", "FL:B"])
def test_superior_vector_of_a_port_that_is_not_designated(say: str) -> None:
    dut = ready()
    dut.hear(1, D(say=say))
    assert dut.roles == "DDD"
    assert root(dut) == US


@check("VAL-15")
def test_own_configuration_comes_back() -> None:
    ignored(ready(), C(SUP, bridge=US, port=0x8001).encode(), C(SUP, bridge=US, port=0x4001).encode())


@check("VAL-16")
@pytest.mark.parametrize("make", [C, D])
def test_another_own_port_is_heard(make: type) -> None:
    dut = Dut(port={"auto_edge": False}).up()
    dut.hear(2, make(US, cost=0, bridge=US, port=0x8001))
    assert dut.roles == "DBD"
    dut.hear(1, make(US, cost=0, bridge=US, port=0x8002))
    assert dut.roles == "DBD"


@check("VAL-17")
def test_frames_that_are_no_bpdus_of_ours() -> None:
    head, length = BRIDGE_GROUP + TESTER, (39).to_bytes(2, "big")
    good = head + length + LLC + GOOD
    frames = [
        head + length + b"\x42\x42\xf3" + GOOD,
        head + length + b"\x42\x43\x03" + GOOD,
        head + (44).to_bytes(2, "big") + bytes.fromhex("aaaa0300000c010b") + GOOD,
        bytes.fromhex("0180c2000008") + good[6:],
        bytes.fromhex("01000ccccccd") + good[6:],
        US.mac + good[6:],
        tagged(good, 5),
        BRIDGE_GROUP + bytes.fromhex("010203040506") + good[12:],
        good[:13],
    ]
    for frame in frames:
        dut = ready()
        assert dut.frame(1, frame) == []
        assert dut.roles == "DDD"
        assert root(dut) == US
    dut = ready()
    dut.frame(1, good)
    assert root(dut) == SUP
    dut = ready()
    dut.frame(1, tagged(good, 0))
    assert root(dut) == SUP


@check("VAL-18")
def test_length_field_beyond_or_short_of_the_bpdu() -> None:
    for length in (40, 99, 38, 20, 3, 0):
        dut = ready()
        dut.frame(1, BRIDGE_GROUP + TESTER + length.to_bytes(2, "big") + LLC + GOOD)
        assert root(dut) == US
    dut = ready()
    dut.frame(1, BRIDGE_GROUP + TESTER + (39).to_bytes(2, "big") + LLC + GOOD + bytes(8))
    assert root(dut) == SUP


@check("VAL-19")
def test_flags_that_a_configuration_bpdu_has_not() -> None:
    dut = ready()
    octets = CONFIG[:4] + b"\x7e" + CONFIG[5:]
    dut.content(1, octets)
    port = dut.core.bridge.ports["p1"]
    assert dut.role(1) is Role.Root
    assert not (port.proposed or port.agreed or port.disputed or port.rcvdTc)
    assert root(dut) == SUP


MST = MstBpdu(
    flags=flags("FL:D"),
    root=SUP,
    root_path_cost=20000,
    regional_root=T,
    port=0x8001,
    message_age=0,
    max_age=5120,
    hello_time=512,
    forward_delay=3840,
    name="region",
    revision=1,
    digest=bytes(16),
    internal_root_path_cost=7,
    bridge=US,
    remaining_hops=20,
    instances=(MstiMessage(flags("FL:D"), T, 1, 0x80, 0x80, 19), MstiMessage(flags("FL:R"), T, 2, 0x80, 0x80, 18)),
)


@check("VAL-20")
def test_mst_bpdu_is_an_rst_bpdu_of_its_region() -> None:
    octets = MST.encode()
    assert octets[36:38] == (96).to_bytes(2, "big")
    assert decode_bpdu(octets) == MST
    dut = ready()
    accepted(dut, octets)
    view = dut.view(1)
    assert (view.designated_bridge, view.designated_cost, view.send_rstp) == (T, 20000, True)


@check("VAL-21")
def test_mst_bpdu_that_does_not_hold_together() -> None:
    octets = MST.encode()
    for length in (63, 65, 0xFFFF, 64 + 65 * 16):
        accepted(ready(), octets[:36] + length.to_bytes(2, "big") + octets[38:])
    accepted(ready(), octets[:35] + b"\1" + octets[36:])
    accepted(ready(), octets[:36] + (64 + 65 * 16).to_bytes(2, "big") + octets[38:102] + bytes(65 * 16))


MUTATIONS = int(os.environ.get("PYICCP_MUTATED_BPDUS", "4000"))
"""How many; .ci/soak asks for a million, see docs/soak.md."""


@check("VAL-22")
def test_mutated_bpdus() -> None:
    """Of each either the counter rises and nothing else changes, or it is heard; what cannot be read is never heard."""
    rng = random.Random(22)
    seeds = [GOOD, CONFIG, TcnBpdu().encode(), MST.encode(), D(say="APLT:R").encode()]
    dut = Dut().up()
    discarded = 0
    for _ in range(MUTATIONS):
        octets = bytearray(rng.choice(seeds))
        for _ in range(rng.randrange(1, 5)):
            octets[rng.randrange(len(octets))] = rng.randrange(256)
        del octets[rng.randrange(1, len(octets) + 1) :]
        dut.run(0.001)
        state, before = dut.core.fingerprint(dut.now), dut.view(1).counters["rx_discarded"]
        actions = dut.content(1, bytes(octets))
        refused = dut.view(1).counters["rx_discarded"] - before
        assert refused in (0, 1)
        assert refused or readable(bytes(octets))
        if refused:
            discarded += 1
            assert actions == []
            assert dut.core.fingerprint(dut.now) == state
        dut.log.clear()
    assert MUTATIONS / 8 < discarded < MUTATIONS


def readable(octets: bytes) -> bool:
    try:
        decode_bpdu(octets)
    except Malformed:
        return False
    return True


@check("VAL-22")
def test_tcpdumps_malformed_captures() -> None:
    for name in ("stp-heapoverflow-1.pcap", "stp-heapoverflow-2.pcap"):
        packets = read(name)
        assert packets
        for packet in packets:
            dut = ready()
            state, before = dut.core.fingerprint(dut.now), dut.view(1).counters["rx_discarded"]
            dut.frame(1, packet.octets)
            if dut.view(1).counters["rx_discarded"] != before:
                assert dut.core.fingerprint(dut.now) == state


@check("VAL-23")
def test_a_thousand_bpdus_a_second() -> None:
    dut = ready()
    since = dut.now
    timers = []
    for _ in range(10_000):
        dut.hear(1, D())
        dut.run(0.001)
        timers.append(len(dut.core.clock.timers))
    hellos = [at for at, _ in dut.timed(2, since + 1)]
    assert all(0.9 < b - a < 3.0 for a, b in pairwise(hellos))
    assert len(hellos) >= 4
    assert max(timers) < 40
    assert len(dut.core.clock.timers._heap) < 200
