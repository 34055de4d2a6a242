"""The pair's choice of a partner for each bond (M11), on two cores without LACP."""

from mlag.pairs import HIGH, LOW, Couple, config
from pyiccp._mlag import events as ev
from pyiccp._mlag.events import BondConfig
from pyiccp._mlag.partners import MOST, NOBODY
from pyiccp.wire._mac import mac
from pyiccp.wire.iccp._mlag import PartnerEnd, PartnersHeard

X = PartnerEnd(1000, mac("02:00:00:00:00:0A"), 7, 1)
Y = PartnerEnd(1000, mac("02:00:00:00:00:0B"), 7, 1)


def choice(end: PartnerEnd) -> PartnerEnd:
    return PartnerEnd(end.system_priority, end.system, end.key)


def couple(**over: object) -> Couple:
    made = Couple(config(LOW, **over), config(HIGH, **over))
    made.connect()
    return made


def required(made: Couple, index: int, bond: str = "bond") -> PartnerEnd | None:
    """What LACP of one side was told last."""
    said = [a.partner for a in made.sides[index].log if isinstance(a, ev.RequirePartner) and a.bond == bond]
    return said[-1] if said else None


def test_nobody_heard_means_the_primary_is_free_and_the_other_lets_nobody_in() -> None:
    made = couple()
    assert required(made, 0) is None and required(made, 1) == NOBODY


def test_the_primary_goes_by_its_own_half_first() -> None:
    """The other node hears Y before the primary hears X: Y was there first and stays. When nobody hears Y any more X
    has the bond, and Y that comes back then waits."""
    made = couple()
    made.say(1, ev.PartnersChanged("bond", (Y,)))
    made.say(0, ev.PartnersChanged("bond", (X,)))
    assert [required(made, side) for side in (0, 1)] == [choice(Y), choice(Y)]
    made.say(1, ev.PartnersChanged("bond", ()))
    assert [required(made, side) for side in (0, 1)] == [choice(X), choice(X)]
    made.say(1, ev.PartnersChanged("bond", (Y,)))
    assert [required(made, side) for side in (0, 1)] == [choice(X), choice(X)]


def test_what_was_heard_before_the_session_counts() -> None:
    made = Couple(config(LOW), config(HIGH))
    made.say(0, ev.PartnersChanged("bond", (X,)))
    made.say(1, ev.PartnersChanged("bond", (Y,)))
    assert required(made, 0) is None and required(made, 1) is None
    made.connect()
    assert [required(made, side) for side in (0, 1)] == [choice(X), choice(X)]


def test_a_bond_that_the_primary_does_not_have_is_the_other_nodes_own() -> None:
    made = Couple(config(LOW), config(HIGH, bonds=(BondConfig("mine", 11, HIGH, 65535),)))
    made.connect()
    made.say(1, ev.PartnersChanged("mine", (Y,)))
    assert required(made, 1, "mine") == choice(Y)


def test_while_the_keepalive_is_asked_nothing_changes() -> None:
    """M6.1: the peer link is lost: the requirement stays until it is decided who goes on; after that LACP is free."""
    made = couple(keepalive=True)
    made.run(2)
    made.say(0, ev.PartnersChanged("bond", (X,)))
    made.keepalive_works = False
    made.crash(1)
    made.say(0, ev.PartnersChanged("bond", (Y,)))
    assert required(made, 0) == choice(X)
    made.run(2)
    assert any("dead" in notice for notice in made.sides[0].notices())
    assert required(made, 0) is None


def test_ends_that_both_hear_count_at_the_primary() -> None:
    made = couple()
    made.say(0, ev.PartnersChanged("bond", (X,)))
    made.say(1, ev.PartnersChanged("bond", (X,)))
    heard = [[a for a in side.log if isinstance(a, ev.HearPeer)][-1] for side in made.sides]
    assert heard == [ev.HearPeer((X,), False), ev.HearPeer((X,), True)]
    made.disconnect()
    heard = [[a for a in side.log if isinstance(a, ev.HearPeer)][-1] for side in made.sides]
    assert heard == [ev.HearPeer((), False), ev.HearPeer((), False)]


def test_a_peer_cannot_fill_our_memory() -> None:
    made = couple()
    many = tuple(PartnerEnd(n, X.system, 7, 1) for n in range(5000))
    made.say(0, ev.PeerSaid(PartnersHeard(10, many)))
    made.say(0, ev.PeerSaid(PartnersHeard(99, many)))
    assert len(made.sides[0].core.pair.partners.choices["bond"].peer) == MOST
