"""Random orders of faults and repairs on the document's pair, at awkward distances: nothing loops, nothing comes
twice, nothing comes back to its sender, and repairs alone bring everything back (M13).

The seed is the test's name: a failure is replayed by it.
"""

import random

import pytest

from lab.quick import run
from pyiccp.lab._result import Result

LINKS = ("Peer1:sfp-sfpplus1", "Peer1:sfp-sfpplus2", "Peer2:sfp-sfpplus2")
NODES = ("Peer1", "Peer2")
GAPS = (0.00005, 0.0002, 0.001, 0.01, 0.1, 0.35, 1.0, 1.2, 2.0, 2.1, 3.0, 5.0)
STOPPING = 4.0
"""A planned stop is done by then."""
SETTLE = 40.0
"""Longer than init-delay: both nodes may have waited for each other."""

CHANGES = [
    (f'to = "{host}"', f'to = "{host}"\nevery = "10ms"\nstreams = 16{more}')
    for host, more in (("h2", ""), ("h3", "\nbroadcast = true"))
]


def story(seed: int) -> tuple[tuple[str, ...], float]:
    """Up to five faults, some of them repaired in between, all repaired in the end; and when the last repair is."""
    choose = random.Random(seed)
    events: list[str] = []
    broken: dict[str, str] = {}
    stopped: dict[str, float] = {}
    at = 6.0

    def repair(what: str) -> None:
        nonlocal at
        at = max(at, stopped.pop(what, 0.0) + STOPPING)
        events.append(f"{at:.6f}s {broken.pop(what)}")

    for _ in range(choose.randint(1, 5)):
        faults = [
            (f"{fault} {link}", f"{mend} {link}", link)
            for link in LINKS
            if link not in broken
            for fault, mend in (("cut", "mend"), ("silence", "heal"))
        ]
        faults += [
            (f"{fault} {node}", f"{mend} {node}", node)
            for node in NODES
            if node not in broken
            for fault, mend in (("crash", "start"), ("hang", "start"), ("freeze", "thaw"), ("stop", "start"))
        ]
        if broken and choose.random() < 0.4:
            repair(choose.choice(sorted(broken)))
        elif faults:
            fault, mend, what = choose.choice(faults)
            events.append(f"{at:.6f}s {fault}")
            broken[what] = mend
            if fault.startswith("stop"):
                stopped[what] = at
        at += choose.choice(GAPS)
    for what in sorted(broken):
        repair(what)
        at += choose.choice((0.0, 0.00005, 0.01, 1.0))
    return tuple(events), at


@pytest.mark.parametrize("keepalive", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_random_faults(seed: int, keepalive: bool) -> None:
    events, end = story(seed if keepalive else 100 + seed)
    without = [] if keepalive else [('[[keepalive]]\nends = ["Peer1", "Peer2"]\n', "")]
    result = run(*events, until=f"{end + SETTLE:.3f}s", changes=[*CHANGES, *without])
    check(result, events)


def check(result: Result, events: tuple[str, ...]) -> None:
    assert not result.loops, events
    for flow in result.flows:
        assert not flow.duplicated, events
        assert not flow.reflected, events
    assert [node.mlag.status for node in result.nodes.values() if node.mlag] == ["connected", "connected"], events
    assert len(result.nodes["Client"].bonds["bond1"].active_ports) == 2, events
