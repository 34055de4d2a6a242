"""Every harness over its corpus, its seeds and a few mutants: nothing is found. `python -m fuzz` goes on from here."""

import re
from pathlib import Path
from random import Random

import pytest
from fuzz.engine import corpus, search
from fuzz.harness import every
from fuzz.soak import soak

INPUTS = 60
PAGE = Path(__file__).parents[2] / "fuzz" / "README.md"


@pytest.mark.parametrize("name", every())
def test_nothing_is_found(name: str) -> None:
    harness = every()[name]
    least = len(corpus(name)) + len(harness.seeds(Random(1)))
    assert search(harness, count=least + INPUTS) == least + INPUTS


@pytest.mark.parametrize("name", every())
def test_the_page_lists_the_harness(name: str) -> None:
    assert f"`{name}`" in PAGE.read_text()
    assert re.match(r"[A-Z].{40,}\.$", every()[name].invariant), "the first line of a module is its invariant"


def test_a_search_is_the_same_every_time() -> None:
    seen: list[list[bytes]] = [[], []]
    for inputs in seen:
        harness = every()["decode-iccp"]._replace(one=inputs.append)
        search(harness, count=300, seed=3)
    assert seen[0] == seen[1]


def test_ten_million_begin_with_the_first_few_thousand() -> None:
    found = soak(5000, seed=2)
    assert sum(count for name, count in found.items() if not name.endswith("taken")) == 5000
