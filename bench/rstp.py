"""How fast a spanning tree settles, in virtual time, beside what real bridges were measured to need; and what it costs.

Convergence is the time until the last port has switched, with links of 50 us; the figures of others are the longest
silence of a flow of 1 ms frames, host ports being edge ports. Cores are wired together as in the tests.
"""

import argparse
import gc
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "rstp"))

from rstp_network import Network, settling

from pyiccp._sansio import seconds

RING = "A.1-B.1 B.2-C.1 C.2-A.2"
PRIORITIES = {"A": {"priority": 0x4000}, "B": {"priority": 0x6000}, "C": {"priority": 0x8000}}
MEASURED = {
    "carrier loss": "10.8 ms / 16-31 ms / 30-49 s",
    "silent link": "3.7 s / 5.0 s / >= 58 s",
    "the root gives up its priority": "4.8 s / 2.6 s / -",
    "cold start": "1.05 s / 1.07 s / 30 s",
}
"""mstpd / Open vSwitch 3.1 / the kernel's STP, ring of three, worst flow."""
WIDE = {"max_age": seconds(40), "forward_delay": seconds(21)}


def ring() -> Network:
    network = Network(RING, settings=PRIORITIES).up().run(10)
    network.at_rest()
    return network


def silent(link: str) -> int:
    """Nanoseconds until everybody is reached again."""
    network = ring()
    since = network.now
    network.silence(link)
    while network.parts() != [["A", "B", "C"]]:
        network.run(0.001)
    return network.now - since


def cut(network: Network, link: str) -> int:
    network.cut(link)
    return settling(network, 10)


def gives_up() -> int:
    network = ring()
    network.priority("A", 0xF000)
    return settling(network, 20)


def ring_of_forty(at: int) -> int:
    names = [f"b{n}" for n in range(40)]
    text = " ".join(f"{name}.1-{names[(n + 1) % 40]}.2" for n, name in enumerate(names))
    network = Network(text, settings=dict.fromkeys(names, WIDE), watch=False).up().run(25)
    return cut(network, f"b{at}.1")


def figures() -> dict[str, int]:
    """Nanoseconds, the worst of all links."""
    links = ("A.1", "B.2", "C.2")
    return {
        "carrier loss": max(cut(ring(), link) for link in links),
        "silent link": max(silent(link) for link in links),
        "the root gives up its priority": gives_up(),
        "cold start": settling(Network(RING, settings=PRIORITIES).up(), 10),
        "ring of 40, carrier loss": max(ring_of_forty(at) for at in (1, 20, 39)),
    }


def torus(side: int) -> str:
    """side x side bridges with four ports each."""
    return " ".join(
        f"b{x}_{y}.1-b{(x + 1) % side}_{y}.2 b{x}_{y}.3-b{x}_{(y + 1) % side}.4"
        for x in range(side)
        for y in range(side)
    )


def load(side: int, span: int) -> tuple[float, int, Any]:
    """(seconds of processor for *span* virtual seconds from a cold start, BPDUs sent, the network)."""
    network = Network(torus(side), watch=False)
    gc.collect()
    start = perf_counter()
    network.up().run(span)
    return perf_counter() - start, len(network.sent), network


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench rstp", description=__doc__)
    parser.add_argument("--side", type=int, default=10, help="side of the square of bridges (10: a hundred)")
    parser.add_argument("--span", type=int, default=60, help="virtual seconds")
    options = parser.parse_args(arguments)
    print(f"{'ring of three':32} {'here':>12}   mstpd / Open vSwitch / kernel STP")
    for what, took in figures().items():
        shown = f"{took / 1e9:.3f} s" if took >= seconds(1) else f"{took / 1e6:.2f} ms"
        print(f"{what:32} {shown:>12}   {MEASURED.get(what, '')}")
    took, sent, network = load(options.side, options.span)
    network.at_rest()
    print(
        f"\n{options.side**2} bridges x 4 ports, {options.span} virtual seconds from a cold start: {took:.1f} s, "
        f"{sent} BPDUs, {took / sent * 1e6:.0f} us each; all in one tree"
    )
    return 0
