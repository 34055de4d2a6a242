"""Captures out of the lab, and captures changed by a step: what the tests of `explain` look at."""

import io
import struct
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from pyiccp._explain.story import explain
from pyiccp._report.findings import Finding
from pyiccp._report.timeline import Report
from pyiccp.capture._files import read
from pyiccp.lab._run import run
from pyiccp.lab._scenario import parse

VECTORS = Path(__file__).parents[1] / "vectors"

PEER = """
/interface bonding add mlag-id=10 mode=802.3ad name=client-bond slaves=sfp-sfpplus2 lacp-rate={rate}
/interface bridge add name=bridge1 vlan-filtering=yes
/interface bridge port add bridge=bridge1 interface=sfp-sfpplus1 pvid=99
/interface bridge port add bridge=bridge1 interface=client-bond
/interface bridge vlan add bridge=bridge1 tagged=sfp-sfpplus1 vlan-ids=1
/interface bridge mlag set bridge=bridge1 peer-port=sfp-sfpplus1
"""
BOND = "/interface bonding add mode=802.3ad name=bond1 slaves=sfp-sfpplus1,sfp-sfpplus2 lacp-rate={rate}\n"
PAIR_LINKS = """
[[link]]
ends = ["Peer1:sfp-sfpplus1", "Peer2:sfp-sfpplus1"]
[[link]]
ends = ["Client:sfp-sfpplus1", "Peer1:sfp-sfpplus2"]
[[link]]
ends = ["Client:sfp-sfpplus2", "Peer2:sfp-sfpplus2"]
"""
KEEPALIVE = '[[keepalive]]\nends = ["Peer1", "Peer2"]\n'


def lab(text: str) -> bytes:
    """The capture of a run of the scenario *text*: every link, as pcapng."""
    with TemporaryDirectory() as folder:
        run(parse(text, "test.toml", Path(folder)), pcap=Path(folder))
        return (Path(folder) / "lab.pcapng").read_bytes()


def devices(*each: tuple[str, str], until: str, events: Iterable[str] = ()) -> str:
    """The head of a scenario: (name, configuration) with addresses in that order."""
    listed = ", ".join(f'"{event}"' for event in events)
    text = f'[lab]\nuntil = "{until}"\nevents = [{listed}]\n'
    for number, (name, script) in enumerate(each, 1):
        text += f"[node.{name}]\nscript = '''{script}'''\nmac = \"74:4D:28:00:0{number}:00\"\n"
    return text


def link(one: str, other: str) -> str:
    """A cable."""
    return f'[[link]]\nends = ["{one}", "{other}"]\n'


def pair(*events: str, until: str = "20s", keepalive: bool = True, rate: str = "1sec") -> bytes:
    """The pair and its client."""
    peer, client = PEER.format(rate=rate), BOND.format(rate=rate)
    head = devices(("Peer1", peer), ("Peer2", peer), ("Client", client), until=until, events=events)
    return lab(head + PAIR_LINKS + (KEEPALIVE if keepalive else ""))


def bond(one: str = "", other: str = "", *events: str, until: str = "15s") -> bytes:
    """Two devices with a bond of two links between them; *one* and *other* go behind the bond's properties."""
    scripts = [BOND.format(rate="1sec").rstrip() + f" {more}\n" for more in (one, other)]
    head = devices(("A", scripts[0]), ("B", scripts[1]), until=until, events=events)
    return lab(head + link("A:sfp-sfpplus1", "B:sfp-sfpplus1") + link("A:sfp-sfpplus2", "B:sfp-sfpplus2"))


def bridge(*ports: str, priority: str = "0x8000", more: str = "") -> str:
    """The configuration of a plain bridge."""
    script = f"/interface bridge add name=bridge1 priority={priority}\n"
    return script + "".join(f"/interface bridge port add bridge=bridge1 interface={port} {more}\n" for port in ports)


def ring(*events: str, until: str = "20s", more: str = "") -> bytes:
    """Three bridges in a ring; A is the root."""
    names = (("A", "0x1000"), ("B", "0x2000"), ("C", "0x3000"))
    each = [(name, bridge("ether1", "ether2", priority=priority, more=more)) for name, priority in names]
    links = link("A:ether1", "B:ether1") + link("B:ether2", "C:ether1") + link("C:ether2", "A:ether2")
    return lab(devices(*each, until=until, events=events) + links)


# --- captures as files


def report(*captures: bytes | Path, configs: tuple[tuple[str, str], ...] = ()) -> Report:
    """What `explain` says."""
    named = [
        (str(one), io.BytesIO(one.read_bytes()))
        if isinstance(one, Path)
        else (f"capture{number}.pcapng", io.BytesIO(one))
        for number, one in enumerate(captures, 1)
    ]
    return explain(named, configs)


def codes(told: Report) -> set[str]:
    return {finding.code for finding in told.findings}


def of(told: Report, code: str) -> list[Finding]:
    return [finding for finding in told.findings if finding.code == code]


Frame = tuple[int, int, bytes]
"""Time in nanoseconds, interface, octets."""


def frames(capture: bytes) -> list[Frame]:
    return [(packet.time_ns or 0, packet.interface, packet.octets) for packet in read(io.BytesIO(capture))]


def written(each: Iterable[Frame]) -> bytes:
    """A pcapng of *each*, with as many interfaces as they name."""
    each = list(each)
    blocks = [_block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))]
    option = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)
    interfaces = 1 + max((interface for _, interface, _ in each), default=0)
    blocks += [_block(1, struct.pack("<HHI", 1, 0, 0) + option)] * interfaces
    for time, interface, octets in each:
        head = struct.pack("<IIIII", interface, time >> 32, time & 0xFFFFFFFF, len(octets), len(octets))
        blocks.append(_block(6, head + octets + bytes(-len(octets) % 4)))
    return b"".join(blocks)


def _block(kind: int, body: bytes) -> bytes:
    size = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + size + body + size


def changed(capture: bytes, change: Callable[[Frame], Iterable[Frame]]) -> bytes:
    """The capture with every frame replaced by what *change* makes of it."""
    return written(sorted((new for frame in frames(capture) for new in change(frame)), key=lambda frame: frame[0]))
