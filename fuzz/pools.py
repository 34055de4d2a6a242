"""Decoded mutants by protocol: values that a hostile peer can put before a core. The same in every process."""

from functools import lru_cache
from random import Random
from typing import Any

from fuzz.data import Data
from pyiccp.testing._mutation import Mutator
from pyiccp.testing._protocols import PROTOCOLS
from pyiccp.testing._tree import Seed
from pyiccp.wire._malformed import Malformed

SIZE = 1024


@lru_cache(None)
def values(name: str) -> tuple[Any, ...]:
    """What decodes of the mutants of a protocol."""
    rng = Random(name)
    protocol, found = PROTOCOLS[name], []
    for mutant in Mutator(protocol.seeds(rng, 200), rng):
        try:
            found.append(protocol.decode(mutant.octets))
        except Malformed:
            continue
        if len(found) == SIZE:
            return tuple(found)
    raise AssertionError


def one(name: str, data: Data) -> Any:
    """A value of a protocol: from the pool, or (one time in four) what the octets that follow say. None if nothing."""
    if data.number() % 4:
        return values(name)[data.number(2) % SIZE]
    try:
        return PROTOCOLS[name].decode(data.chunk())
    except Malformed:
        return None


def damaged(value: Any, data: Data) -> Any:
    """*value* with one octet changed, or None if that is no value any more."""
    octets = value.encode()
    at = data.number(2) % len(octets)
    try:
        return type(value).decode(octets[:at] + data.octets(1) + octets[at + 1 :])
    except Malformed:
        return None


def scripts(rng: Random, count: int = 160, longest: int = 160) -> list[Seed]:
    """Random decisions, as seeds of harnesses whose input is a list of operations."""
    return [Seed.of_unknown(rng.randbytes(8 + int(rng.random() * longest))) for _ in range(count)]
