"""Seeds from the tables, mutants of them, and less that does the same."""

from collections import Counter
from random import Random

import pytest

from pyiccp.testing import PROTOCOLS, Mutant, Mutator, Seed, cases, fewest, minimise, shrink, synthesise
from pyiccp.testing._synthesis import word_of
from pyiccp.wire._catalogue import every
from pyiccp.wire._codec import Format
from pyiccp.wire._malformed import Malformed

KINDS = {
    "boundary", "length", "constant", "type", "remove", "repeat", "swap", "nest", "splice", "cut", "pad", "noise",
}  # fmt: skip


@pytest.mark.parametrize("form", every(), ids=lambda form: form.name.replace(" ", "-"))
def test_what_is_made_from_a_table_is_valid(form: Format) -> None:
    rng = Random(1)
    for _ in range(30):
        octets = synthesise(form, rng)
        assert form.build(form.parse_part(form.name, "", octets, 0, len(octets))) == octets
        form.engine.decode_at(octets, 0, len(octets), word_of(form, rng))


@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_seed_of_a_protocol_decodes_alone_and_in_its_frame(name: str) -> None:
    from pyiccp.wire._dissect import dissect

    for number, seed in enumerate(PROTOCOLS[name].seeds(Random(2), 50)):
        PROTOCOLS[name].decode(seed.octets)
        tree = dissect(PROTOCOLS[name].frame(seed.octets, number))
        assert not any(node.name == "malformed" for _, node in tree.walk())


@pytest.mark.parametrize("name", PROTOCOLS)
def test_equal_seeds_give_equal_mutants_some_valid_some_not(name: str) -> None:
    def some() -> list[bytes]:
        rng = Random(3)
        return [mutant.octets for mutant, _ in zip(Mutator(PROTOCOLS[name].seeds(rng), rng), range(300), strict=False)]

    assert some() == some()
    outcomes = Counter[bool]()
    for octets in some():
        try:
            PROTOCOLS[name].decode(octets)
            outcomes[True] += 1
        except Malformed:
            outcomes[False] += 1
    assert min(outcomes[True], outcomes[False]) >= 15, outcomes


def test_every_kind_of_change_happens_and_says_what_it_did() -> None:
    rng = Random(4)
    mutator = Mutator(PROTOCOLS["iccp"].seeds(rng), rng)
    found = Counter(change.what.partition(":")[0] for _ in range(2000) for change in mutator.mutant().changes)
    assert set(found) == KINDS
    assert min(found.values()) > 40, found


def test_structure_can_change_and_every_length_around_it_be_right() -> None:
    """1. A TLV of an LDP message, or a message, comes twice, and the lengths follow. 2. The PDU still holds together:
    the lengths of the message and of the PDU were both made right."""
    rng = Random(5)
    mutator = Mutator(PROTOCOLS["iccp"].seeds(rng), rng)
    whole = 0
    for _ in range(2000):
        mutant = mutator.mutant()
        (change, *more) = mutant.changes
        if not more and change.what.startswith("repeat") and "as they were" not in change.what:
            PROTOCOLS["iccp"].decode(mutant.octets)
            whole += 1
    assert whole > 50


def test_octets_of_which_nothing_is_known_can_be_mutated_too() -> None:
    mutator = Mutator([Seed.of_unknown(b"hello")], 1)
    assert len({mutator.mutant().octets for _ in range(200)}) > 100
    assert Mutator([Seed(b"")]).mutant().octets, "from nothing comes something"
    with pytest.raises(ValueError, match="needs a seed"):
        Mutator([])


def test_a_mutant_shrinks_to_the_change_that_matters() -> None:
    rng = Random(6)
    mutator = Mutator(PROTOCOLS["rstp"].seeds(rng), rng)
    seen = 0
    for mutant in mutator:
        if len(mutant.changes) > 1 and mutant.octets[3:4] not in (b"\2", b""):
            less = shrink(mutant, lambda octets: octets[3:4] not in (b"\2", b""))
            assert len(less.changes) < len(mutant.changes) or len(mutant.changes) == 1
            assert less.octets[3:4] not in (b"\2", b"")
            assert str(less)
            seen += 1
            if seen == 5:
                break
    assert Mutant(b"x", ()).octets == b"x"


def test_octets_shrink_to_what_matters_and_zeros() -> None:
    assert (
        minimise(bytes(range(1, 200)), lambda octets: octets.count(b"\x55") and octets.count(b"\x99") > 0)
        == b"\x55\x99"
    )
    assert minimise(b"abcdef", lambda octets: len(octets) >= 4) == bytes(4)
    assert fewest(list(range(1000)), lambda some: {3, 500, 999} <= set(some)) == [3, 500, 999]


def test_asking_is_bounded() -> None:
    asked = []
    fewest(list(range(4096)), lambda some: asked.append(1) is None and False, tries=50)
    assert len(asked) == 50


def test_a_corpus_takes_the_protocols_in_turn() -> None:
    made = list(cases(("lacp", "rstp"), 2500, 9))
    assert [case.protocol for case in made[:4]] == ["lacp", "rstp", "lacp", "rstp"]
    assert [case.octets for case in made] == [case.octets for case in cases(("lacp", "rstp"), 2500, 9)]
    assert [case.octets for case in made] != [case.octets for case in cases(("lacp", "rstp"), 2500, 10)]
    assert made[0].frame[:6].hex() == "0180c2000002"
