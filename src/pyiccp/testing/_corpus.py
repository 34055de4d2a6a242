"""Mutated PDUs by protocol, as many as wanted: what `pyiccp fuzz` sends and writes."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

from pyiccp.testing._mutation import Mutant, Mutator
from pyiccp.testing._protocols import PROTOCOLS

RENEWED = 1000
"""Mutants of a set of seeds before new seeds are made."""


class Case(NamedTuple):
    """One input."""

    protocol: str
    mutant: Mutant
    number: int
    """From 0."""

    @property
    def octets(self) -> bytes:
        """The PDU."""
        return self.mutant.octets

    @property
    def frame(self) -> bytes:
        """The PDU in its frame."""
        return PROTOCOLS[self.protocol].frame(self.octets, self.number)


def cases(protocols: Sequence[str], count: int, seed: int) -> Iterator[Case]:
    """*count* inputs, of each protocol in turn. Equal arguments give equal inputs. KeyError for an unknown protocol."""
    rng = Random(seed)
    mutators: dict[str, Mutator] = {}
    for number in range(count):
        name = protocols[number % len(protocols)]
        if name not in mutators or number % (RENEWED * len(protocols)) < len(protocols):
            mutators[name] = Mutator(PROTOCOLS[name].seeds(rng), rng)
        yield Case(name, mutators[name].mutant(), number)
