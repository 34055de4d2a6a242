"""The same mutants against other people's decoders: how many inputs raise anything but the decoder's own clean error.

    python -m fuzz.others --count 20000        those of scapy, dpkt and os-ken that are installed

Method. Mutants of valid PDUs (`pyiccp.testing`, the same for all) go to each decoder that knows their protocol, one
call each, the octets alone and again in their whole frame, options as they come. "Clean" is a value, or the exception
that the decoder has for bad input: `Malformed` here, `dpkt.UnpackError` there. scapy and os-ken's parsers of these
protocols name none; scapy promises to dissect anything, and os-ken's parsers are run by a packet library that lets
`struct.error` end the parsing, so that one counts as clean for os-ken. Whatever else comes out is counted by its class;
an AssertionError of os-ken is a check of its own, but one that `python -O` takes away. Which octets a decoder takes or
refuses is not judged.
"""

import argparse
import importlib
import struct
import sys
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from pyiccp.testing._mutation import Mutator
from pyiccp.testing._protocols import PROTOCOLS
from pyiccp.wire._malformed import Malformed

Decoder = tuple[Callable[[bytes], Any], tuple[type[Exception], ...]]
"""What to call, and its own error."""
_LAYERS = ("scapy.contrib.lacp", "scapy.contrib.ldp", "scapy.layers.inet", "scapy.layers.l2")


def ours(name: str) -> Decoder:
    return PROTOCOLS[name].decode, (Malformed,)


def scapy(name: str) -> Decoder | None:
    if name in ("lacp", "marker"):
        slow = importlib.import_module("scapy.contrib.lacp").SlowProtocol
        return slow, ()
    if name in ("stp", "rstp"):
        stp = importlib.import_module("scapy.layers.l2").STP
        return stp, ()
    if name == "iccp":
        ldp = importlib.import_module("scapy.contrib.ldp").LDP
        return ldp, ()
    return None


def dpkt(name: str) -> Decoder | None:
    if name in ("stp", "rstp"):
        module = importlib.import_module("dpkt")
        return importlib.import_module("dpkt.stp").STP, (module.UnpackError,)
    return None


def os_ken(name: str) -> Decoder | None:
    if name in ("lacp", "marker"):
        return importlib.import_module("os_ken.lib.packet.slow").slow.parser, (struct.error,)
    if name in ("stp", "rstp"):
        return importlib.import_module("os_ken.lib.packet.bpdu").bpdu.parser, (struct.error,)
    return None


def scapy_frame(name: str) -> Decoder | None:
    """As scapy is meant to be used: from the frame inwards, where it takes what a layer refuses for Raw."""
    for layer in _LAYERS:
        module = importlib.import_module(layer)
    frame = PROTOCOLS[name].frame
    return lambda octets: module.Ether(frame(octets, 0)), ()


def os_ken_frame(name: str) -> Decoder | None:
    packet = importlib.import_module("os_ken.lib.packet.packet").Packet
    frame = PROTOCOLS[name].frame
    return (lambda octets: packet(frame(octets, 0)), (struct.error,)) if name != "iccp" else None


def dpkt_frame(name: str) -> Decoder | None:
    module = importlib.import_module("dpkt")
    frame = PROTOCOLS[name].frame
    return lambda octets: module.ethernet.Ethernet(frame(octets, 0)), (module.UnpackError,)


OTHERS: dict[str, Callable[[str], Decoder | None]] = {
    "pyiccp": ours,
    "scapy": scapy,
    "scapy, whole frame": scapy_frame,
    "dpkt": dpkt,
    "dpkt, whole frame": dpkt_frame,
    "os-ken": os_ken,
    "os-ken, whole frame": os_ken_frame,
}
NAMES = ("lacp", "marker", "stp", "rstp", "iccp")


def tried(decoder: Decoder, name: str, count: int) -> Counter[str]:
    """Classes of foreign exceptions, and how many inputs raised each."""
    decode, clean = decoder
    rng = Random(f"others {name}")
    mutator, found = Mutator(PROTOCOLS[name].seeds(rng), rng), Counter[str]()
    for _ in range(count):
        try:
            decode(mutator.mutant().octets)
        except clean:
            continue
        except Exception as error:
            found[type(error).__name__] += 1
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000, metavar="N")
    count = parser.parse_args().count
    print(f"| decoder | protocol | of {count:,} inputs raise something foreign | what |\n|---|---|---|---|")
    for who, find in OTHERS.items():
        for name in NAMES:
            try:
                decoder = find(name)
            except ImportError:
                print(f"({who} is not installed)", file=sys.stderr)
                break
            if decoder is not None:
                found = tried(decoder, name, count)
                what = ", ".join(f"{kind} {n:,}" for kind, n in found.most_common()) or "-"
                print(f"| {who} | {name} | {sum(found.values()):,} | {what} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
