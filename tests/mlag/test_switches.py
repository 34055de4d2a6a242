"""The switches do what they say, and nothing is off afterwards."""

import pytest

from lab.third import network
from mlag.pairs import LOW
from mlag.switches import SWITCHES, off
from mlag.test_pair import couple, joined
from pyiccp._sansio import seconds
from pyiccp.wire._mac import mac


def attributes(rule: str) -> list[object]:
    return [vars(owner)[name] for owner, name, _ in SWITCHES[rule]()]


@pytest.mark.parametrize("rule", list(SWITCHES))
def test_a_switch_patches_and_restores(rule: str) -> None:
    before = attributes(rule)
    with off(rule):
        assert all(one is not other for one, other in zip(attributes(rule), before, strict=True))
    assert attributes(rule) == before


def test_every_rule_that_must_be_shown_necessary_has_one() -> None:
    wanted = "M1.2 M1.3 M1.4 M1.8 M2.4 M3.1 M4.1 M4.2 M4.3 M4.4 M4.5 M5.1 M6.2 M8.1 M8.2 M8.3 M9.3 M9.4 M10.1 M10.3 M11"
    assert set(wanted.split()) <= set(SWITCHES)
    assert {"M6.1 epoch", "M6.1 polls"} <= set(SWITCHES)


def test_without_m1_4_a_fresh_node_alone_shows_its_bridge_mac() -> None:
    with off("M1.4"):
        assert couple().sides[0].core.pair.say_identity()[0].system == LOW
    assert couple().sides[0].core.pair.say_identity()[0].system == mac("FE:4D:28:11:70:6B")


def test_without_m1_3_both_halves_of_a_split_show_one_identity() -> None:
    with off("M1.3"):
        pair = joined()
        pair.disconnect()
        assert [side.core.pair.say_identity()[0].system for side in pair.sides] == [LOW, LOW]


def test_without_m8_1_bonds_come_before_the_gate() -> None:
    with off("M8.1"):
        pair = couple()
        pair.connect()
        assert not any(side.held for side in pair.sides)


def test_without_m6_2_the_survivor_opens_at_once() -> None:
    with off("M6.2"):
        net = network("10s crash Peer1", root="third")
        net.run(seconds(10.1))
        survivor = net.devices["Peer2"].node
        assert survivor is not None
        assert survivor.status(net.now).bridges["bridge1"].ports["ether2"].forwarding
