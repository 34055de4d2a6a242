"""The LACP core under its everyday load: one LACPDU received and one sent per port and second.

Time is virtual; what is measured is the processor. The ratio compares with the same number of plain method calls that
build one value each, so that it can be held against another machine.
"""

import argparse
import gc
from time import perf_counter

from pyiccp._sansio import seconds
from pyiccp.lacp import AggregatorConfig, LacpCore, PortConfig
from pyiccp.lacp.events import LacpduReceived, LinkCameUp, Transmit
from pyiccp.wire._lacpdu import Lacpdu, Participant
from pyiccp.wire._mac import Mac
from pyiccp.wire._state import STATES

US, PEER = Mac(b"\x02\x00\x00\x00\x00\x01"), Mac(b"\x02\x00\x00\x00\x00\xfa")
IN_SYNC = STATES[0x3F]
PORTS_PER_BOND = 8
SIZES = (64, 256, 1024, 4096)


def system(ports: int) -> LacpCore:
    """A system of bonds with eight ports each, all of them carrying data."""
    bonds = range((ports + PORTS_PER_BOND - 1) // PORTS_PER_BOND)
    return LacpCore(
        tuple(AggregatorConfig(name=f"b{bond}", system=US, key=bond + 1) for bond in bonds),
        tuple(
            PortConfig(name=f"p{n}", aggregator=f"b{n // PORTS_PER_BOND}", number=n + 1, short_timeout=True)
            for n in range(ports)
        ),
    )


def bring_up(core: LacpCore) -> dict[str, Lacpdu]:
    """Links up, partners heard until everything distributes; the LACPDU of each port's partner."""
    heard: dict[str, Lacpdu] = {}
    for port in core.ports:
        core.handle(LinkCameUp(port), 0)
    for second in range(4):
        now = seconds(second) + 1
        core.advance(now)
        for number, port in enumerate(core.ports):
            heard[port] = Lacpdu(
                Participant(0x8000, PEER, number // PORTS_PER_BOND + 1, 0x80, number + 1, IN_SYNC),
                core.ports[port].actor,
            )
            core.handle(LacpduReceived(port, heard[port]), now)
    assert all(port.distributing for port in core.ports.values())
    return heard


def measure(ports: int, virtual: int) -> tuple[float, int, int]:
    """(seconds per second of virtual time, LACPDUs sent, wake-ups) in steady state."""
    core = system(ports)
    heard = bring_up(core)
    names = list(core.ports)
    now, sent, wakes = seconds(4), 0, 0
    gc.collect()
    start = perf_counter()
    for _ in range(virtual):
        end = now + seconds(1)
        while (due := core.deadline) is not None and due <= now:
            sent += sum(type(action) is Transmit for action in core.advance(due))
            wakes += 1
        for name in names:
            pdu = heard[name]
            # A driver has just decoded it: the values are new, though equal to the last ones.
            fresh = Lacpdu(pdu.actor, pdu.partner)
            sent += sum(type(action) is Transmit for action in core.handle(LacpduReceived(name, fresh), now))
        now = end
    return (perf_counter() - start) / virtual, sent, wakes


class Plain:
    """What the load costs at the very least: a method call that builds a value."""

    def __init__(self) -> None:
        self.last: Lacpdu | None = None

    def take(self, name: str, actor: Participant, partner: Participant) -> Lacpdu:
        self.last = Lacpdu(actor, partner)
        return self.last


def plain(calls: int) -> float:
    """Seconds for *calls* plain calls."""
    one, actor, partner = Plain(), Participant(), Participant()
    start = perf_counter()
    for _ in range(calls):
        one.take("p", actor, partner)
    return perf_counter() - start


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench lacp", description=__doc__)
    parser.add_argument("--ports", type=int, nargs="*", default=list(SIZES), help="sizes of the system")
    options = parser.parse_args(arguments)
    print("ports   us/event   events/s   x plain call   sent/port/s   wake-ups/s")
    for ports in options.ports:
        virtual = max(3, 20_000 // ports)
        took, sent, wakes = min(measure(ports, virtual) for _ in range(3))
        events = 2 * ports  # one received, one timer that sends
        calls = min(plain(events * virtual) for _ in range(3)) / virtual
        print(
            f"{ports:5}   {took / events * 1e6:8.2f}   {events / took:8.0f}   {took / calls:12.1f}"
            f"   {sent / ports / virtual:11.2f}   {wakes / virtual:10.1f}"
        )
    return 0
