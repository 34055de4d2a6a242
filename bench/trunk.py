"""A seeded capture of a busy trunk: TCP and UDP of many flows, one frame in a hundred a control frame, and decoys."""

import random
import struct
from pathlib import Path

from pyiccp.wire._bpdu import BridgeId, ConfigBpdu, RstBpdu
from pyiccp.wire._flags import FLAGS
from pyiccp.wire._lacpdu import Lacpdu, Participant
from pyiccp.wire._mac import Mac
from pyiccp.wire._marker import Marker
from pyiccp.wire._state import STATES

FLOWS = 4000
SIZES = (64, 64, 64, 90, 128, 256, 576, 1024, 1500, 1514)
_SLOW = bytes.fromhex("0180C2000002")
_STP = bytes.fromhex("0180C2000000")
_LLC = b"\x42\x42\x03"
START = 1_700_000_000
AT_ONCE = 1 << 20
"""Octets of a write, about those of a file that was copied or read from a disk. The page cache keeps what is written at
once together; the eight thousand that Python writes would be as many pieces to map for whoever maps the file."""


def trunk(path: Path, frames: int, *, seed: int = 1, order: str = "<", nanoseconds: bool = False) -> int:
    """Write the capture; the number of LACPDUs, Markers and BPDUs in it."""
    rng = random.Random(seed)
    record = struct.Struct(order + "IIII").pack
    controls = [control(rng) for _ in range(512)]
    flows = [_flow(rng) for _ in range(FLOWS)]
    noise = rng.randbytes(1 << 20)
    decoys = [_decoy(rng, controls, record) for _ in range(64)]
    clock, counted = START * 10**9, 0
    unit = 1 if nanoseconds else 1000
    with path.open("wb", buffering=AT_ONCE) as file:
        magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
        file.write(struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, 1))
        write, choose, uniform = file.write, rng.choice, rng.random
        for number in range(frames):
            clock += int(uniform() * 40_000)
            draw = uniform()
            if draw < 0.01:
                frame, counts = choose(controls)
                counted += counts
            else:
                head, size = choose(flows), choose(SIZES)
                at = int(uniform() * (len(noise) - 1600))
                frame = head + noise[at : at + size - len(head)]
                if draw > 0.995:
                    decoy = decoys[number % len(decoys)]
                    frame = (frame[:70] + decoy)[:1514]
            write(record(clock // 10**9, clock % 10**9 // unit, len(frame), len(frame)) + frame)
    return counted


def control(rng: random.Random) -> tuple[bytes, bool]:
    """A control frame, and whether it is one of those counted."""
    source = b"\x02" + rng.randbytes(5)
    tags = rng.choice((b"", b"", b"", b"\x81\x00\x00\x0a", b"\x88\xa8\x00\x64\x81\x00\x00\x0a"))
    kind = rng.randrange(10)
    if kind < 5:
        return _SLOW + source + tags + b"\x88\x09" + lacpdu(rng).encode(), True
    if kind < 8:
        bpdu = (rst_bpdu(rng) if kind < 7 else ConfigBpdu(root=_bridge(rng), bridge=_bridge(rng))).encode()
        return _STP + source + tags + (3 + len(bpdu)).to_bytes(2, "big") + _LLC + bpdu, True
    if kind < 9:
        marker = Marker(requester_port=rng.randrange(1, 99), requester_transaction_id=rng.getrandbits(32))
        return _SLOW + source + tags + b"\x88\x09" + marker.encode(), True
    return bytes.fromhex("0180C200000E") + source + tags + b"\x88\xcc" + rng.randbytes(80), False


def lacpdu(rng: random.Random) -> Lacpdu:
    return Lacpdu(_participant(rng), _participant(rng), rng.randrange(1 << 16))


def rst_bpdu(rng: random.Random) -> RstBpdu:
    return RstBpdu(FLAGS[rng.randrange(256)], _bridge(rng), rng.getrandbits(24), _bridge(rng), rng.getrandbits(16))


def _participant(rng: random.Random) -> Participant:
    number = lambda: rng.getrandbits(16)  # noqa: E731
    return Participant(number(), _mac(rng), number(), number(), number(), STATES[rng.randrange(256)])


def _bridge(rng: random.Random) -> BridgeId:
    return BridgeId(rng.randrange(16) << 12 | rng.randrange(4096), _mac(rng))


def _mac(rng: random.Random) -> Mac:
    return Mac(b"\x02" + rng.randbytes(5))


def _flow(rng: random.Random) -> bytes:
    """Ethernet (some tagged), IPv4, TCP or UDP."""
    tags = rng.choice((b"", b"", b"", b"\x81\x00" + rng.randrange(1, 4095).to_bytes(2, "big")))
    protocol = rng.choice((6, 6, 6, 17))
    ip = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 1480, 1, 0, 64, protocol, 0, b"\x0a" + rng.randbytes(3), rng.randbytes(4)
    )
    ports = struct.pack(">HH", rng.randrange(1024, 60000), rng.choice((80, 443, 5001)))
    rest = struct.pack(">IIBBHHH", 1, 1, 0x50, 0x10, 8192, 0, 0) if protocol == 6 else struct.pack(">HH", 1000, 0)
    return _mac(rng) + _mac(rng) + tags + b"\x08\x00" + ip + ports + rest


def _decoy(rng: random.Random, controls: list[tuple[bytes, bool]], record: object) -> bytes:
    """Payload that looks like control frames, and like whole records of them."""
    assert callable(record)
    octets = b""
    for _ in range(6):
        frame, _ = rng.choice(controls)
        if rng.random() < 0.7:
            octets += record(START + rng.randrange(20), rng.randrange(10**6), len(frame), len(frame))
        octets += frame
    return octets
