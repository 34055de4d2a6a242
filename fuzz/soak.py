"""Mutated PDUs by the million through all decoders: no exception but Malformed, and what decodes comes back.

    python -m fuzz.soak --count 10000000 --seed 1

Every mutant goes to the decoder of its protocol; every eighth to all other decoders as well; every sixteenth is encoded
again, or asked why it was refused; every 64th is dissected as a frame. A pure function of the seed, but for the time.
"""

import argparse
import sys
from collections import Counter
from random import Random
from time import monotonic

from pyiccp.testing._mutation import Mutant, Mutator
from pyiccp.testing._protocols import PROTOCOLS, Protocol
from pyiccp.wire._dissect import dissect
from pyiccp.wire._malformed import Malformed

ROUND = 10_000
"""Mutants of one protocol before the next, with new seeds."""
EVERY_OTHER, EVERY_AGAIN, EVERY_FRAME = 8, 16, 64


class Foreign(Exception):  # noqa: N818 - a finding
    """An input that a decoder did not bear."""


def check(protocol: Protocol, mutant: Mutant, number: int) -> bool:
    """Feed one mutant; True if its own decoder took it. Raises what must not be raised."""
    octets = mutant.octets
    try:
        value = protocol.decode(octets)
    except Malformed as malformed:
        taken = False
        if number % EVERY_AGAIN == 0:
            assert str(malformed)
            assert 0 <= malformed.offset <= len(octets)
    else:
        taken = True
        if number % EVERY_AGAIN == 0:
            assert type(value).decode(value.encode()) == value
    if number % EVERY_OTHER == 0:
        for other in PROTOCOLS.values():
            try:
                other.decode(octets)
            except Malformed:
                continue
    if number % EVERY_FRAME == 0:
        assert dissect(protocol.frame(octets, number)).length
    return taken


def soak(count: int, seed: int, say: bool = False) -> Counter[str]:
    """How many mutants there were of each protocol, and how many were taken."""
    rng, done, found = Random(seed), 0, Counter[str]()
    start = monotonic()
    while done < count:
        for name, protocol in PROTOCOLS.items():
            mutator = Mutator(protocol.seeds(rng), rng)
            for number in range(min(ROUND, count - done)):
                mutant = mutator.mutant()
                try:
                    found[f"{name} taken"] += check(protocol, mutant, number)
                except Exception as error:
                    raise Foreign(
                        f"{name}: {type(error).__name__}: {error}\n{mutant}\n{mutant.octets.hex()}"
                    ) from error
                found[name] += 1
                done += 1
        if say:
            print(f"{done:,} of {count:,} in {monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    asked = parser.parse_args()
    try:
        found = soak(asked.count, asked.seed, say=True)
    except Foreign as foreign:
        print(foreign)
        return 1
    for name in PROTOCOLS:
        print(f"{name:18}{found[name]:12,}{found[f'{name} taken']:12,} taken")
    print(f"{sum(found[name] for name in PROTOCOLS):,} mutated PDUs, no foreign exception (seed {asked.seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
