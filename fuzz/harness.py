"""What a harness is, and where they are listed."""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from functools import lru_cache
from random import Random
from typing import NamedTuple

from fuzz import harnesses
from pyiccp.testing._tree import Seed


class Harness(NamedTuple):
    """One way in: octets that somebody else chose."""

    name: str
    seeds: Callable[[Random], Sequence[Seed]]
    """Where the search starts."""
    one: Callable[[bytes], None]
    """Feed one input; whatever it raises is a finding."""
    invariant: str
    least: int
    """Inputs that a search of a minute over all harnesses feeds at the very least, however slow the machine."""


@lru_cache(None)
def every() -> dict[str, Harness]:
    """All harnesses by name. A module of `fuzz.harnesses` says its invariant in the first line of its docstring and
    lists `HARNESSES`: (name, seeds, one, least)."""
    found = {}
    for info in pkgutil.iter_modules(harnesses.__path__):
        module = importlib.import_module(f"{harnesses.__name__}.{info.name}")
        invariant = (module.__doc__ or "").splitlines()[0]
        for name, seeds, one, least in module.HARNESSES:
            found[name] = Harness(name, seeds, one, invariant, least)
    return found
