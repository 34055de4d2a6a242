"""The capture of a run, read back by the format's own rules."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.quick import scenario
from pyiccp._sansio import Instant, milliseconds, seconds
from pyiccp.lab._run import run


def blocks(octets: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(octets):
        kind, total = struct.unpack_from("<II", octets, at)
        assert total % 4 == 0
        assert struct.unpack_from("<I", octets, at + total - 4) == (total,)
        yield kind, octets[at + 8 : at + total - 4]
        at += total


def options(octets: bytes) -> dict[int, bytes]:
    found, at = {}, 0
    while True:
        code, length = struct.unpack_from("<HH", octets, at)
        if code == 0:
            assert at + 4 == len(octets)
            return found
        found[code] = octets[at + 4 : at + 4 + length]
        at += 4 + length + -length % 4


def packets(octets: bytes) -> Iterator[tuple[int, Instant, bytes, int]]:
    """(interface, time, frame, flags)"""
    for kind, body in blocks(octets):
        if kind == 6:
            interface, high, low, captured, length = struct.unpack_from("<IIIII", body)
            assert captured == length
            flags = options(body[20 + captured + -captured % 4 :])[2]
            yield interface, high << 32 | low, body[20 : 20 + captured], int.from_bytes(flags, "little")


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("capture") / "new"
    run(scenario("5s stop Peer2", "6s start Peer2", until="9s"), pcap=folder)
    return folder / "lab.pcapng"


def test_one_interface_per_link_with_its_ends_and_nanoseconds(capture: Path) -> None:
    octets = capture.read_bytes()
    interfaces = [options(body[8:]) for kind, body in blocks(octets) if kind == 1]
    assert [interface[2].decode() for interface in interfaces] == [
        "Peer1:sfp-sfpplus1 -- Peer2:sfp-sfpplus1",
        "Client:sfp-sfpplus1 -- Peer1:sfp-sfpplus2",
        "Client:sfp-sfpplus2 -- Peer2:sfp-sfpplus2",
    ]
    assert all(interface[9] == b"\x09" for interface in interfaces)


def test_frames_have_virtual_times_in_order_and_a_direction(capture: Path) -> None:
    seen = list(packets(capture.read_bytes()))
    times = [at for _, at, _, _ in seen]
    assert times == sorted(times)
    assert times[0] == 0
    assert times[-1] <= seconds(9)
    first_data = next(at for _, at, frame, _ in seen if frame[12:14] == b"\x08\x00")
    assert first_data == seconds(5.5)
    client = bytes.fromhex("744D287B7F")
    lacp = [
        (flags, frame[6:11] == client) for link, _, frame, flags in seen if link == 1 and frame[12:14] == b"\x88\x09"
    ]
    assert set(lacp) == {(2, True), (1, False)}, "outbound is from the end named first"


def test_lacp_in_the_capture_reads_as_in_the_run(capture: Path) -> None:
    """The client calls a port collecting and distributing when its first LACPDU with both bits leaves (43.4.3)."""
    first = next(
        at for link, at, frame, flags in packets(capture.read_bytes())
        if link == 1 and flags == 2 and frame[12:15] == b"\x88\x09\x01" and frame[32] & 0x30 == 0x30
    )  # fmt: skip
    assert seconds(2) <= first < seconds(2) + milliseconds(5)
