"""A node with many bonds takes up the pair's identity a part in each call (M1.8); what waits for the last part."""

from collections.abc import Sequence
from typing import Any

from mlag.pairs import HIGH, LOW, config
from pyiccp._mlag import events as ev
from pyiccp._mlag.core import MlagCore
from pyiccp._mlag.events import BondConfig, Mode
from pyiccp._mlag.partners import NOBODY, PART
from pyiccp._mlag.store import Store
from pyiccp._sansio import milliseconds
from pyiccp.wire._mac import ZERO, mac_plus
from pyiccp.wire.iccp._mlag import Applied, BondNumber, BondNumbers, BondsEnd, BondUp, GateOpened, NodeInfo, PartnerEnd
from pyiccp.wire.iccp._pdu import TlvValue

BONDS = tuple(BondConfig(f"bond{n}", n, mac_plus(HIGH, n), 65535) for n in range(1, 2 * PART + 2))
"""Two parts, one bond, and the bridge."""
UPS = tuple(BondUp(bond.mlag_id, False) for bond in BONDS)
"""How the peer names them."""


class Secondary:
    """A node that has just been elected; what LACP on each bond has last been told."""

    def __init__(self, **over: object) -> None:
        self.core = MlagCore(config(HIGH, bonds=BONDS, **over), Store())
        self.spoken: dict[str, ev.SetIdentity] = {}
        self.see(self.core.start(0))
        self.see(self.core.pair.say_identity())
        self.do(ev.SessionCameUp("other"))
        self.do(ev.PeerSaid(NodeInfo(1, 0, LOW, 128, ZERO, 0, 0xFF, False, False, True, 0, 1)))

    def do(self, event: ev.Event) -> Sequence[Any]:
        return self.see(self.core.handle(event, 0))

    def part(self) -> Sequence[Any]:
        """The next call, which is due."""
        due = self.core.deadline
        assert due is not None
        assert due <= 0
        return self.see(self.core.advance(0))

    def rest(self) -> None:
        """Calls until nothing is due."""
        while self.core.deadline == 0:
            self.part()

    def see(self, actions: Sequence[Any]) -> Sequence[Any]:
        self.spoken.update({each.bond: each for each in actions if isinstance(each, ev.SetIdentity)})
        return actions

    @property
    def complete(self) -> bool:
        return self.spoken == {each.bond: each for each in self.core.pair.say_identity()}


def told(actions: Sequence[Any]) -> list[TlvValue]:
    return [action.value for action in actions if isinstance(action, ev.Tell)]


def test_each_call_presents_a_part_then_the_bridge_and_then_the_hosts_are_told() -> None:
    node = Secondary()
    assert node.core.connected
    assert not node.complete
    sizes = [sum(isinstance(each, ev.SetIdentity) for each in node.part()) for _ in range(3)]
    assert sizes == [PART, PART, 1]
    assert node.complete
    assert [type(each) for each in node.part()] == [ev.SetBridgeIdentity]
    assert node.part() == [ev.StartHosts(1)]
    assert node.core.deadline is not None
    assert node.core.deadline >= milliseconds(10)


def test_applied_is_said_after_the_last_part_whatever_the_peer_has_sent_by_then() -> None:
    """M3.1: both gates open on Applied; here hosts, tree and numbers are in before the second part."""
    node = Secondary()
    node.do(ev.PeerSaid(BondsEnd()))
    node.do(ev.HostsSynchronized())
    node.do(ev.TreeSynchronized())
    node.do(ev.PeerSaid(Applied()))
    early = node.do(ev.PeerSaid(BondNumbers(())))
    assert Applied() not in told(early)
    while node.core.pair.steps:
        assert not node.core.gate
        last = node.part()
    assert node.complete
    assert told(last) == [Applied(), GateOpened()]
    assert node.core.gate


def test_numbers_that_come_between_two_parts_reach_every_bond() -> None:
    """M1.5: a bond that has had its turn gets another one."""
    node = Secondary()
    node.part()
    theirs = (BondNumber(1, 100 - 1 << 6 | 17, 100, BONDS[0].mac),)
    node.do(ev.PeerSaid(BondNumbers(theirs)))
    while node.core.pair.steps:
        node.part()
    assert node.spoken["bond1"].key == theirs[0].key
    assert node.complete


def test_a_loss_between_two_parts_is_for_all_bonds() -> None:
    """M1.4: held bonds go back to the solo identity with their node, those that had not left it too."""
    node = Secondary()
    node.part()
    node.do(ev.SessionWentDown("no carrier", 0, 0))
    assert node.core.pair.identity.solo
    assert node.complete
    assert not node.core.pair.steps


def test_a_session_that_ends_with_maintenance_between_two_parts() -> None:
    """It says nothing of identities, and the bonds that had not had their turn still get it."""
    node = Secondary()
    node.part()
    node.do(ev.MaintenanceRequested(True))
    node.do(ev.MaintenanceRequested(False))
    assert node.core.pair.session is None
    while node.core.pair.steps:
        node.part()
    assert node.complete
    assert node.core.pair.mode is Mode.HOLD


def test_bonds_that_are_let_in_speak_as_their_node() -> None:
    """Whatever lets them in: what is left to say is said first."""
    node = Secondary()
    node.part()
    actions = node.see(node.core.pair.release_bonds())
    assert node.complete
    first = next(at for at, each in enumerate(actions) if isinstance(each, ev.HoldOutOfSync))
    assert not any(isinstance(each, (ev.SetIdentity, ev.SetBridgeIdentity)) for each in actions[first:])


def test_lacp_hears_whom_each_bond_may_have_a_part_at_a_time() -> None:
    """M11: hundreds of bonds of a secondary let nobody in until the primary has chosen. They are held anyway, and stay
    so until LACP has been told of all."""
    node = Secondary()
    required: dict[str, PartnerEnd | None] = {}
    applied = []
    for event in (*UPS, BondsEnd(), Applied(), BondNumbers(())):
        applied += told(node.do(ev.PeerSaid(event)))
    node.do(ev.HostsSynchronized())
    node.do(ev.TreeSynchronized())
    while node.core.deadline == 0:
        assert Applied() not in applied
        actions = node.part()
        told_now = {each.bond: each.partner for each in actions if isinstance(each, ev.RequirePartner)}
        assert len(told_now) <= PART
        required |= told_now
        applied += told(actions)
    assert required == dict.fromkeys((bond.name for bond in BONDS), NOBODY)
    assert Applied() in applied


def test_a_requirement_that_goes_before_lacp_heard_of_it_is_not_told() -> None:
    """The session is lost with two parts to go: those bonds never had a partner required, and need not be freed."""
    node = Secondary()
    first = [each.bond for each in node.part() if isinstance(each, ev.RequirePartner)]
    node.do(ev.SessionWentDown("no carrier", 0, 0))
    freed = []
    while node.core.deadline == 0:
        freed += [each for each in node.part() if isinstance(each, ev.RequirePartner)]
    assert [each.bond for each in freed] == first
    assert all(each.partner is None for each in freed)


def test_applied_waits_for_lacp_also_where_the_identity_stays() -> None:
    """A survivor that kept the pair's identity, and whose peer did so too and carries more, is the secondary of the
    next session: it has nothing to present, but partners to require."""
    node = Secondary(policy="keep")
    for value in (*UPS, BondsEnd(), BondNumbers(()), Applied(), GateOpened()):
        node.do(ev.PeerSaid(value))
    for event in (ev.HostsSynchronized(), ev.TreeSynchronized()):
        node.do(event)
    node.rest()
    assert node.core.pair.mode is Mode.NORMAL
    node.do(ev.SessionWentDown("no carrier", 0, 0))
    node.rest()
    assert not node.core.pair.identity.solo
    node.do(ev.SessionCameUp("other"))
    node.do(ev.PeerSaid(NodeInfo(1, 0, LOW, 128, LOW, 1, 0, True, True, False, 9, 0)))
    said = [*node.do(ev.HostsSynchronized()), *node.do(ev.TreeSynchronized())]
    for value in (*UPS, BondsEnd(), BondNumbers(())):
        said += node.do(ev.PeerSaid(value))
    assert node.core.primary is False
    assert not node.core.pair.unsaid
    while node.core.pair.partners.owed:
        assert Applied() not in told(said)
        said += node.part()
    assert Applied() in told(said)
