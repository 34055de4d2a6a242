"""The plain loop: seeds, mutants, a limit of processor time for each input, and a small input for what was found."""

import hashlib
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import monotonic
from typing import NamedTuple

from fuzz.harness import Harness
from pyiccp.testing._mutation import Mutator
from pyiccp.testing._reduction import minimise
from pyiccp.testing._tree import Seed

LONGEST = 4.0
"""Seconds of processor time for one input; all of them take milliseconds."""
CORPUS = Path(__file__).parent / "corpus"
FINDINGS = Path(__file__).parents[1] / "build" / "fuzz"
TRIES = 400


class TooLong(Exception):  # noqa: N818 - a finding
    """An input that keeps the processor busy."""


class Found(NamedTuple):
    """An input that a harness did not bear."""

    harness: str
    octets: bytes
    error: BaseException
    inputs: int
    """Fed before it, this one included."""

    def save(self, folder: Path = FINDINGS) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.harness}-{hashlib.sha1(self.octets).hexdigest()[:12]}.bin"
        path.write_bytes(self.octets)
        return path


def corpus(name: str) -> list[bytes]:
    """Inputs that were findings once."""
    return [path.read_bytes() for path in sorted((CORPUS / name).glob("*.bin"))]


@contextmanager
def limited(seconds: float = LONGEST) -> Iterator[None]:
    """TooLong when the body takes more than *seconds* of processor time; only in the main thread."""

    def ring(*_: object) -> None:
        raise TooLong(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def attempt(harness: Harness, octets: bytes) -> BaseException | None:
    """What *octets* raise out of the harness."""
    try:
        with limited():
            harness.one(octets)
    except Exception as error:
        return error
    return None


def search(
    harness: Harness, *, seed: int = 1, count: int | None = None, seconds: float | None = None, least: int = 0
) -> Found | int:
    """Feed the corpus, the seeds and mutants of both until *count* inputs, or *seconds* and at *least* so many inputs,
    are over. What was found, made small; or how many inputs there were. The same seed gives the same inputs."""
    rng = Random(f"{harness.name} {seed}")
    seeds = [*map(Seed.of_unknown, corpus(harness.name)), *harness.seeds(rng)]
    end = None if seconds is None else monotonic() + seconds
    least = max(least, len(seeds))
    inputs = 0
    for octets in _inputs(seeds, rng):
        if inputs == count or (end is not None and inputs >= least and monotonic() >= end):
            break
        inputs += 1
        error = attempt(harness, octets)
        if error is not None:
            return _small(harness, octets, error, inputs)
    return inputs


def _inputs(seeds: list[Seed], rng: Random) -> Iterator[bytes]:
    for seed in seeds:
        yield seed.octets
    for mutant in Mutator(seeds, rng):
        yield mutant.octets


def _small(harness: Harness, octets: bytes, error: BaseException, inputs: int) -> Found:
    def same(some: bytes) -> bool:
        return type(attempt(harness, some)) is type(error)

    small = octets if isinstance(error, TooLong) else minimise(octets, same, TRIES)
    return Found(harness.name, small, attempt(harness, small) or error, inputs)
