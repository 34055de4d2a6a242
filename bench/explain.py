"""A hundred thousand control frames explained, beside reading and decoding the same file and doing nothing with it."""

import io
import struct
from collections.abc import Iterator
from pathlib import Path
from time import process_time

from pyiccp._explain.story import explain
from pyiccp.capture._decoder import Decoder
from pyiccp.capture._files import read

VECTORS = Path(__file__).parents[1] / "tests/vectors"
FRAMES = 100_000
SECOND = 1_000_000_000
SOURCES = {
    "LACP, a start": "lacp/s02_cold_fast.pcapng",
    "LACP, a split pair": "lacp/s13_mclag.pcapng",
    "RSTP, a ring in trouble": "stp/mstpd-ring3/all.pcapng",
    "SONiC, a session": "sonic/session.pcap",
}


def repeated(path: Path) -> bytes:
    """The capture again and again, one after the other, as classic pcap."""
    capture = read(io.BytesIO(path.read_bytes()))
    packets = list(capture)
    first = packets[0].time_ns or 0
    span = (packets[-1].time_ns or 0) - first + SECOND

    def records() -> Iterator[bytes]:
        for number in range(FRAMES):
            turn, index = divmod(number, len(packets))
            packet = packets[index]
            seconds, rest = divmod((packet.time_ns or 0) + turn * span, SECOND)
            yield struct.pack("<IIII", seconds, rest, len(packet.octets), len(packet.octets)) + packet.octets

    return struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1) + b"".join(records())


def main(arguments: list[str]) -> int:
    print(f"{FRAMES:,} frames of the file{'':>20}{'decode':>10}{'explain':>10}{'ratio':>8}")
    for name, path in SOURCES.items():
        octets = repeated(VECTORS / path)
        start = process_time()
        capture = read(io.BytesIO(octets))
        found = sum(1 for _ in Decoder(capture.interfaces).decode(capture))
        decoding = process_time() - start
        start = process_time()
        report = explain([(name, io.BytesIO(octets))])
        explaining = process_time() - start
        assert report.frames <= found
        print(f"{name:40}{decoding:8.2f} s{explaining:8.2f} s{explaining / decoding:8.1f}")
    return 0
