"""A big trunk capture: control frames found and decoded."""

import argparse
import mmap
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.rounds import best, optional, versions
from bench.trunk import trunk
from pyiccp.capture import scan
from pyiccp.capture._scanning import Mapped
from pyiccp.wire._identify import decode_content, identify

ONLY = {"lacp", "marker", "stp"}
_FILTER = "ether proto 0x8809 or (vlan and ether proto 0x8809) or stp"

_PARTICIPANT = ("sys_priority", "sysid", "key", "port_priority", "port", "state")
_FIELDS = (
    "lacp.version", *(f"lacp.{end}.{name}" for end in ("actor", "partner") for name in _PARTICIPANT),
    "lacp.collector.max_delay", "stp.version", "stp.type", "stp.flags", "stp.root.prio", "stp.root.hw", "stp.root.cost",
    "stp.bridge.prio", "stp.bridge.hw", "stp.port", "stp.msg_age", "stp.max_age", "stp.hello", "stp.forward",
)  # fmt: skip
"""What our decoder gives of these frames, by tshark's names."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench scan", description=__doc__)
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    print(versions("numpy", "scapy", "dpkt"), *_tool_versions(), sep="\n")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trunk.pcap"
        counted = trunk(path, options.frames)
        print(f"{options.frames:,} frames, {path.stat().st_size >> 20} MiB, {counted:,} LACPDUs, Markers and BPDUs")
        contenders = dict(_contenders(path, counted))
        times = best(contenders, seconds=0, rounds=options.rounds, clock=perf_counter)
        fast = times["pyiccp, lanes"]
        print(f"\n{'':46}{'s':>9}{'ours is':>12}")
        for name, seconds in sorted(times.items(), key=lambda one: one[1]):
            print(f"{name:46}{seconds:9.3f}{seconds / fast:10.1f} x")
        print("\nOurs ends when the last PDU is decoded and the file is mapped no more.")
    return 0


def _contenders(path: Path, counted: int) -> Iterator[tuple[str, Callable[[], Any]]]:
    def lanes() -> None:
        with path.open("rb") as file:
            assert _decoded(scan(file)) == counted, "exact, whatever the payloads hold"

    def plain() -> None:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as octets:
            assert _decoded(Mapped(octets, in_lanes=False)) == counted

    yield "pyiccp, lanes", lanes
    yield "pyiccp, without NumPy", plain
    if dpkt := optional("dpkt"):

        def reader() -> None:
            with path.open("rb") as file:
                for _ in dpkt.pcap.Reader(file):
                    pass

        yield "dpkt Reader, nothing decoded", reader
    if scapy := optional("scapy.utils"):

        def raw() -> None:
            with scapy.RawPcapReader(str(path)) as packets:
                for _ in packets:
                    pass

        yield "scapy RawPcapReader, nothing decoded", raw
    if tcpdump := shutil.which("tcpdump"):
        yield "tcpdump -w with a filter, nothing decoded", _run(tcpdump, "-r", str(path), "-w", "/dev/null", _FILTER)
    if tshark := shutil.which("tshark"):
        off = ["--disable-protocol", "ip", "--disable-protocol", "ipv6", "--disable-protocol", "arp"]
        shown = [tshark, "-r", str(path), *off, "-Y", "lacp || stp"]
        fields = [word for field in _FIELDS for word in ("-e", field)]
        yield "tshark -Y -T fields, IP and ARP disabled", _run(*shown, "-T", "fields", *fields)
        yield "tshark -Y, the same, a line of text a frame", _run(*shown)


def _decoded(found: Any) -> int:
    """LACPDUs, Markers and BPDUs among the control frames, every one decoded."""
    count = 0
    for packet in found:
        content = identify(packet.octets)
        if content is not None and content.protocol in ONLY:
            decode_content(packet.octets, content)
            count += 1
    return count


def _run(*command: str) -> Callable[[], None]:
    def run() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return run


def _tool_versions() -> Iterator[str]:
    for tool in ("tshark", "tcpdump"):
        if shutil.which(tool):
            done = subprocess.run([tool, "--version"], check=False, capture_output=True, text=True)
            yield (done.stdout or done.stderr).splitlines()[0]
