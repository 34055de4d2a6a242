"""Whole networks come to rest, in the time that issue and captures promise."""

import pytest
from rstp_network import Network, settling

from pyiccp._sansio import milliseconds, seconds

ABC = {"A": {"priority": 0x4000}, "B": {"priority": 0x6000}, "C": {"priority": 0x8000}}


def ring() -> Network:
    network = Network("A.1-B.1 B.2-C.1 C.2-A.2", settings=ABC).up()
    assert settling(network, 5) <= milliseconds(1)
    assert network.roles() == "A.1=Designated B.1=Root B.2=Designated C.1=Alternate C.2=Root A.2=Designated"
    network.at_rest()
    return network


def test_ring_of_three_carrier_loss_and_return_take_less_than_a_millisecond() -> None:
    network = ring()
    for link in ("A.1", "C.2", "B.2"):
        network.cut(link)
        assert settling(network, 5) <= milliseconds(1)
        network.at_rest()
        network.up(link)
        assert settling(network, 5) <= milliseconds(1)
        network.at_rest()
    assert not network.loops


def test_ring_of_three_silent_link_is_left_within_three_hellos() -> None:
    network = ring()
    network.silence("A.1")
    network.run(6.05)
    assert network.parts() == [["A", "B", "C"]]
    network.at_rest()


def test_a_silent_link_that_heals_is_a_loop_for_one_hello_at_most() -> None:
    network = ring()
    network.silence("A.1")
    network.run(30.7)
    network.at_rest()
    healed = network.now
    network.heal("A.1")
    network.run(5)
    assert max(at for at, _ in network.loops) - healed <= seconds(2) + 10 * network.delay
    network.at_rest()


def test_with_auto_isolate_a_silent_link_that_heals_is_no_loop() -> None:
    isolate = {"auto_edge": False, "auto_isolate": True}
    network = Network("A.1-B.1 B.2-C.1 C.2-A.2", settings=ABC, every_port=isolate).up().run(5)
    network.silence("A.1")
    network.run(30.7)
    assert not network.forwarding("B.1")
    network.heal("A.1")
    network.run(5)
    assert not network.loops
    network.at_rest()


def test_the_root_that_gives_up_its_priority_does_not_count_to_infinity() -> None:
    network = ring()
    network.priority("A", 0xF000)
    assert settling(network, 10) <= milliseconds(100)
    assert not network.loops
    network.at_rest()
    assert network.role("B.1") == "Designated"


@pytest.mark.parametrize("at", [1, 20, 39])
def test_ring_of_forty(at: int) -> None:
    wide = {"max_age": seconds(40), "forward_delay": seconds(21)}
    names = [f"b{n}" for n in range(40)]
    text = " ".join(f"{name}.1-{names[(n + 1) % 40]}.2" for n, name in enumerate(names))
    network = Network(text, settings=dict.fromkeys(names, wide), watch=False).up()
    # Addresses that rise along the ring are the worst case of a cold start: the transmit limit slows 20 elections.
    network.run(25)
    network.at_rest()
    network.cut(f"b{at}.1")
    assert settling(network, 5) <= milliseconds(10)
    network.at_rest()
