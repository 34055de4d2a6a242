"""Who is primary (M1.1, M1.2) and which numbers a node has (M1.3, M1.5)."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pyiccp._mlag.election import elect
from pyiccp._mlag.events import BondConfig
from pyiccp._mlag.identity import adopt, assign, key_of, port_base, solo
from pyiccp._mlag.soundness import wrong_numbers
from pyiccp.wire._mac import ZERO, Mac, mac
from pyiccp.wire.iccp._mlag import NO_NODE, BondNumber, NodeInfo

LOW, HIGH = mac("74:4D:28:11:70:6B"), mac("74:4D:28:22:00:01")


def info(bridge_mac: Mac, **over: object) -> NodeInfo:
    base = NodeInfo(
        major=1,
        minor=0,
        bridge_mac=bridge_mac,
        priority=128,
        system=ZERO,
        epoch=0,
        node=NO_NODE,
        identity_kept=False,
        primary=False,
        fresh=True,
        bonds_in_sync=0,
        mode=1,
    )
    return replace(base, **over)


def test_the_lower_bridge_mac_wins_and_gives_the_identity() -> None:
    outcome = elect(info(LOW), info(HIGH))
    assert outcome.primary
    assert outcome.system == LOW
    assert outcome.node == 0
    assert outcome.why == "bridge MAC 74:4D:28:11:70:6B is lower"


def test_a_lower_priority_beats_the_mac() -> None:
    outcome = elect(info(LOW), info(HIGH, priority=50))
    assert not outcome.primary
    assert outcome.system == HIGH
    assert outcome.why == "priority 50 is lower than 128"


def test_roles_are_sticky_nothing_preempts() -> None:
    """The node that kept the identity stays primary, however good the other's priority is (M1.2)."""
    kept = info(HIGH, identity_kept=True, system=HIGH, epoch=3, node=1)
    outcome = elect(kept, info(LOW, priority=0, system=HIGH, node=0, primary=True))
    assert outcome.primary
    assert outcome.system == HIGH


def test_more_bonds_in_sync_come_before_the_previous_primary() -> None:
    survivor = info(HIGH, bonds_in_sync=2, system=LOW, epoch=1, node=1)
    outcome = elect(survivor, info(LOW, primary=True, system=LOW, epoch=1, node=0))
    assert outcome.primary
    assert outcome.why == "2 bonds in sync against 0"


def test_a_solo_winner_gives_no_identity_both_take_the_stored_one_of_the_higher_epoch() -> None:
    """Adopting the survivor's solo identity would collide with it later (M1.2)."""
    survivor = info(HIGH, bonds_in_sync=1, system=LOW, epoch=1, node=1)
    returning = info(LOW, system=LOW, epoch=2, node=0)
    assert elect(survivor, returning).system == LOW
    assert elect(survivor, returning).epoch == 2


def test_node_numbers_stay_with_the_node_and_a_fresh_peer_takes_the_other() -> None:
    assert elect(info(LOW, node=1), info(HIGH, node=0)).node == 1
    assert elect(info(LOW), info(HIGH, node=0)).node == 1
    assert elect(info(LOW, node=1), info(HIGH, node=1)).node == 0


infos = st.builds(
    info,
    st.sampled_from([LOW, HIGH]),
    priority=st.integers(0, 2),
    system=st.sampled_from([ZERO, LOW, HIGH]),
    epoch=st.integers(0, 2),
    node=st.sampled_from([0, 1, NO_NODE]),
    identity_kept=st.booleans(),
    primary=st.booleans(),
    bonds_in_sync=st.integers(0, 2),
)


@given(infos, infos)
def test_both_nodes_come_to_one_conclusion(a: NodeInfo, b: NodeInfo) -> None:
    if a.bridge_mac == b.bridge_mac:
        b = replace(b, bridge_mac=LOW if a.bridge_mac == HIGH else HIGH)
    mine, theirs = elect(a, b), elect(b, a)
    assert mine.primary is not theirs.primary
    assert (mine.system, mine.epoch) == (theirs.system, theirs.epoch)
    assert {mine.node, theirs.node} == {0, 1}


def test_the_solo_identity_starts_with_fe_and_loses_to_the_pair_at_equal_priority() -> None:
    assert solo(LOW) == mac("FE:4D:28:11:70:6B")
    assert solo(LOW) > LOW


def test_lacp_port_numbers_name_the_node() -> None:
    assert [port_base(node) for node in (None, 0, 1)] == [0, 0x8000, 0x9000]


def bonds(*ids: int) -> tuple[BondConfig, ...]:
    return tuple(BondConfig(f"bond{i}", i, LOW, 65535) for i in ids)


def test_every_bond_gets_a_key_of_its_own_and_keeps_it() -> None:
    first = assign((), bonds(10, 0, 4294967295))
    assert [number.mlag_id for number in first] == [0, 10, 4294967295]
    assert len({number.key for number in first}) == 3
    later = assign(first, bonds(5, 10))
    assert later[:3] == first
    assert later[3].mlag_id == 5
    assert later[3].key not in {number.key for number in first}


def some_numbers() -> st.SearchStrategy[tuple[BondNumber, ...]]:
    """What a pair may remember: its keys need not be those of a new one."""
    few = st.permutations(range(1, 11))
    return st.builds(
        lambda ids, keys, ports, count: tuple(
            BondNumber(mlag_id - 1, key_of(key), port, LOW)
            for mlag_id, key, port in zip(ids[:count], keys, ports, strict=False)
        ),
        *(few, few, few, st.integers(0, 10)),
    )


@given(some_numbers(), some_numbers(), st.sets(st.integers(0, 9)))
def test_after_adopting_no_two_bonds_share_a_key(
    own: tuple[BondNumber, ...], primary: tuple[BondNumber, ...], ours: set[int]
) -> None:
    mine = adopt(assign(own, bonds(*ours)), primary, bonds(*ours))
    assert wrong_numbers(mine, bonds(*ours)) == ""
    assert ours <= {number.mlag_id for number in mine}
    assert all(number in mine for number in primary)
