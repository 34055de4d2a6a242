"""Prepare, Closed, Down (M4.1-M4.6), as conversations between two nodes over a queue that can lose."""

from itertools import pairwise

from pyiccp._mlag.events import (
    Action,
    BondConfig,
    DropCopies,
    HoldDistribution,
    KeepCopies,
    ReleaseCopies,
    SendFence,
    SetEnvelope,
    SetFilter,
    Tell,
)
from pyiccp._mlag.fences import Fences
from pyiccp._sansio import milliseconds
from pyiccp.wire._link import Fence, FenceKind
from pyiccp.wire._mac import mac
from pyiccp.wire.iccp._mlag import FenceAnswer

BOND = BondConfig("bond", 10, mac("74:4D:28:11:70:6C"), 65535)
MEMBER = ("sfp-sfpplus1",)


def fences() -> Fences:
    return Fences((BOND,))


def sent(actions: list[Action]) -> list[Fence]:
    return [action.fence for action in actions if isinstance(action, SendFence)]


def answers(actions: list[Action]) -> list[FenceAnswer]:
    return [a.value for a in actions if isinstance(a, Tell) and isinstance(a.value, FenceAnswer)]


def test_without_a_session_a_half_opens_when_lacp_lets_it() -> None:
    node = fences()
    assert node.ready_changed("bond", True, 0) == []
    assert node.open() == [HoldDistribution("bond", False)]


def test_a_half_that_is_down_says_so_when_the_session_begins() -> None:
    node = fences()
    actions = node.begin(0)
    assert SetFilter("bond", False) in actions
    assert HoldDistribution("bond", True) in actions
    assert SetEnvelope("bond", True) in actions
    assert sent(actions) == [Fence(FenceKind.DOWN, 10, 1)]


def test_opening_prepare_closed_copies_released_then_distributing() -> None:
    """M4.2, M4.6: the order is everything: copies leave before D=1, and D=1 only after Closed."""
    node = fences()
    node.begin(0)
    prepare = node.ready_changed("bond", True, 0)
    assert sent(prepare) == [Fence(FenceKind.PREPARE, 10, 2)]
    assert prepare[-1] == KeepCopies("bond", 2)
    closed = node.answered(FenceAnswer(FenceKind.PREPARE, 10, 2))
    assert closed == [ReleaseCopies("bond", 2), SetEnvelope("bond", False), HoldDistribution("bond", False)]
    assert node.distributing_changed("bond", True, 1) == []
    assert not node.outstanding


def test_a_slow_answer_opens_with_the_copies_made_since_the_prepare_that_it_names() -> None:
    """1. Prepare 2 is repeated as 3 after 10 ms. 2. The answer to 2 comes late, as from a peer on a busy machine: it
    has delivered nothing since 2. 3. Copies thrown away at the repetition would be lost frames."""
    node = fences()
    node.begin(0)
    assert node.ready_changed("bond", True, 0)[-1] == KeepCopies("bond", 2)
    repeated = node.advance(milliseconds(10))
    assert sent(repeated) == [Fence(FenceKind.PREPARE, 10, 3)]
    assert KeepCopies("bond", 3) in repeated
    opened = node.answered(FenceAnswer(FenceKind.PREPARE, 10, 2))
    assert opened[0] == ReleaseCopies("bond", 2)
    assert HoldDistribution("bond", False) in opened


def test_when_a_prepare_was_lost_only_later_copies_leave() -> None:
    """[V] of M4.4: what was copied before the Prepare that arrived, the peer has delivered itself."""
    node = fences()
    node.begin(0)
    node.ready_changed("bond", True, 0)
    node.advance(milliseconds(10))
    assert node.answered(FenceAnswer(FenceKind.PREPARE, 10, 3))[0] == ReleaseCopies("bond", 3)


def test_an_answer_to_a_prepare_before_the_last_down_opens_nothing() -> None:
    node = fences()
    node.begin(0)
    node.ready_changed("bond", True, 0)
    node.ready_changed("bond", False, 1)
    assert sent(node.ready_changed("bond", True, 2)) == [Fence(FenceKind.PREPARE, 10, 4)]
    assert node.answered(FenceAnswer(FenceKind.PREPARE, 10, 2)) == []


def test_a_lost_prepare_is_repeated_ever_more_slowly_and_never_given_up() -> None:
    node = fences()
    node.begin(0)
    node.ready_changed("bond", True, 0)
    times = []
    for _ in range(8):
        due = node.timers.next
        assert due is not None
        times.append(due)
        assert len(sent(node.advance(due))) == 1
    gaps = [b - a for a, b in pairwise(times)]
    assert gaps == [milliseconds(x) for x in (20, 40, 80, 160, 320, 320, 320)]


def test_a_client_that_gives_up_before_closed_makes_the_half_say_down() -> None:
    """Else the peer keeps its filter shut for a half that never opens: orphan traffic black-holed (M4.2)."""
    node = fences()
    node.begin(0)
    node.ready_changed("bond", True, 0)
    gone = node.ready_changed("bond", False, 1)
    assert gone[0] == DropCopies("bond")
    assert sent(gone) == [Fence(FenceKind.DOWN, 10, 3)]
    assert node.answered(FenceAnswer(FenceKind.PREPARE, 10, 2)) == [], "a late Closed opens nothing"


def test_a_half_that_stops_says_down_and_is_held_until_the_next_closed() -> None:
    node = fences()
    node.begin(0)
    node.ready_changed("bond", True, 0)
    node.answered(FenceAnswer(FenceKind.PREPARE, 10, 2))
    node.distributing_changed("bond", True, 1)
    node.ready_changed("bond", False, 2)
    down = node.distributing_changed("bond", False, 2)
    assert down[:2] == [HoldDistribution("bond", True), SetEnvelope("bond", True)]
    assert sent(down) == [Fence(FenceKind.DOWN, 10, 3)]


def test_the_peers_prepare_closes_our_filter_and_its_down_opens_it() -> None:
    node = fences()
    node.begin(0)
    down = node.received("sfp-sfpplus1", Fence(FenceKind.DOWN, 10, 1), MEMBER)
    assert down[0] == SetFilter("bond", True)
    assert answers(down) == [FenceAnswer(FenceKind.DOWN, 10, 1)]
    prepare = node.received("sfp-sfpplus1", Fence(FenceKind.PREPARE, 10, 2), MEMBER)
    assert prepare[0] == SetFilter("bond", False), "shut before it is answered"
    assert answers(prepare) == [FenceAnswer(FenceKind.PREPARE, 10, 2)]


def test_an_overtaken_down_does_not_open_the_filter_again() -> None:
    """A Down that was repeated before the Prepare arrives after it: its number is lower (M4.4)."""
    node = fences()
    node.begin(0)
    node.received("sfp-sfpplus1", Fence(FenceKind.PREPARE, 10, 5), MEMBER)
    assert node.received("sfp-sfpplus1", Fence(FenceKind.DOWN, 10, 4), MEMBER) == []


def test_on_a_bonded_peer_port_down_must_arrive_on_every_member() -> None:
    members = ("sfp1", "sfp2")
    node = fences()
    node.begin(0)
    assert node.received("sfp1", Fence(FenceKind.DOWN, 10, 1), members) == []
    assert SetFilter("bond", True) in node.received("sfp2", Fence(FenceKind.DOWN, 10, 1), members)


def test_a_fence_for_a_bond_that_we_do_not_have_is_answered() -> None:
    """Else the peer's unmatched bond would never open."""
    node = fences()
    node.begin(0)
    assert node.received("sfp-sfpplus1", Fence(FenceKind.PREPARE, 99, 7), MEMBER) == [
        Tell(FenceAnswer(FenceKind.PREPARE, 99, 7))
    ]


def test_a_bond_that_the_peer_does_not_have_is_open_to_the_peer_port() -> None:
    """Its Down would never come: hosts of the peer's orphans could not reach the bond's client."""
    node = fences()
    node.begin(0)
    assert node.known((10,)) == []
    assert node.known((11,)) == [SetFilter("bond", True)]


def test_session_end_drops_copies_and_lets_halves_open() -> None:
    node = fences()
    node.begin(0)
    node.ready_changed("bond", True, 0)
    actions = node.end(open_halves=True)
    assert DropCopies("bond") in actions
    assert actions[-1] == HoldDistribution("bond", False)
    assert node.timers.next is None


def test_session_end_while_the_keepalive_is_asked_opens_nothing() -> None:
    """M6.1: change nothing and open nothing."""
    node = fences()
    node.begin(0)
    assert HoldDistribution("bond", False) not in node.end(open_halves=False)


def test_a_half_that_carried_through_a_session_start_is_not_interrupted() -> None:
    """The peer counts it as up from the first moment (M4.1): no Prepare is needed."""
    node = fences()
    node.ready_changed("bond", True, 0)
    node.distributing_changed("bond", True, 0)
    actions = node.begin(1)
    assert sent(actions) == []
    assert HoldDistribution("bond", True) not in actions
