"""A session's start is many short calls, however many bonds a node has (spec: no call longer than 5 ms).

Time is no test: what counts is what one call carries out. Many bonds are told of in few messages, take up the pair's
identity a part at a time, and nothing opens before the last of them has.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from pyiccp._bridge import events as bridge
from pyiccp._mlag import events as mlag
from pyiccp._mlag.partners import PART
from pyiccp._mlag.stp import Role
from pyiccp._mlag.stp_events import Held, Started
from pyiccp._node import node as nodes
from pyiccp._node.config import Bond, Bridge, BridgePort, Mlag, NodeConfig
from pyiccp._node.events import LinkCameUp, LinkWentDown, Transmit
from pyiccp._node.node import Node
from pyiccp._sansio import Instant, microseconds, seconds
from pyiccp.iccp import events as iccp
from pyiccp.wire._mac import mac
from pyiccp.wire.iccp import _mlag as words
from pyiccp.wire.iccp._tree import TreeBegin

PEER = "ether1"
DELAY = microseconds(50)
MANY = 200


def config(number: int, bonds: int) -> NodeConfig:
    """One node of a pair with *bonds* dual-homed bonds."""
    slaves = [f"ether{n}" for n in range(2, 2 + bonds)]
    named = [Bond(name=f"bond{n}", slaves=(slave,), mode="802.3ad", mlag_id=n) for n, slave in enumerate(slaves, 1)]
    ports = (PEER, *(bond.name for bond in named))
    mlag_bridge = Bridge(
        name="bridge1", protocol_mode="rstp", ports=tuple(BridgePort(interface=port) for port in ports)
    )
    return NodeConfig(
        name=f"node{number}",
        mac=mac(f"74:4D:28:11:7{number}:00"),
        ports=(PEER, *slaves),
        bonds=tuple(named),
        bridges=(mlag_bridge,),
        mlag=Mlag(bridge="bridge1", peer_port=PEER),
    )


class Start:
    """Two nodes and the peer link between them; what every call carried out, by the kind of action."""

    def __init__(self, bonds: int) -> None:
        self.nodes = [Node(config(number, bonds)) for number in (0, 1)]
        self.now: Instant = seconds(1)
        self.air: deque[tuple[Instant, int, bytes]] = deque()
        self.calls: list[tuple[int, list[Any]]] = []
        self.done: list[Any] = []
        for number, node in enumerate(self.nodes):
            self.call(number, node.start)

    def call(self, number: int, do: Callable[..., Sequence[Any]], *arguments: Any) -> None:
        self.done = []
        for action in do(*arguments, self.now):
            if isinstance(action, Transmit) and action.port == PEER:
                self.air.append((self.now + DELAY, 1 - number, bytes(action.frame)))
        self.calls.append((number, self.done))

    def link(self, event: type[LinkCameUp | LinkWentDown]) -> None:
        self.air.clear()
        for number, node in enumerate(self.nodes):
            self.call(number, node.handle, event(PEER))

    def step(self) -> None:
        """The next frame, or what is due."""
        due = min((node.deadline, number) for number, node in enumerate(self.nodes) if node.deadline is not None)
        if self.air and self.air[0][0] <= due[0]:
            self.now, receiver, frame = self.air.popleft()
            self.call(receiver, self.nodes[receiver].forward, PEER, (frame,))
        else:
            self.now = max(self.now, due[0])
            self.call(due[1], self.nodes[due[1]].advance)

    def run(self, until: Callable[[], bool]) -> None:
        end = self.now + seconds(20)
        while not until():
            assert self.now < end
            self.step()

    def whole(self) -> bool:
        return all(node.pairing.mlag.gate for node in self.nodes) and not self.air

    def carried_out(self, kind: type) -> Iterator[tuple[int, list[Any]]]:
        """(place among the calls, its actions of *kind*)."""
        for place, (_, done) in enumerate(self.calls):
            if found := [action for action in done if type(action) is kind]:
                yield place, found


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Start]:
    """A pair whose peer link is up and whose session is to come."""
    watched: list[Start] = []

    def noting(kind: type, route: Any) -> Any:
        def carry_out(node: Node, action: Any, now: Instant, out: Any) -> Any:
            for start in watched:
                start.done.append(action)
            return route(node, action, now, out)

        return carry_out

    monkeypatch.setattr(nodes, "ROUTES", {kind: noting(kind, route) for kind, route in nodes.ROUTES.items()})

    def describe(*arguments: Any) -> iccp.MlacpChanged:
        described = sound(*arguments)
        for start in watched:
            start.done.append(described)
        return described

    sound = nodes.describe
    monkeypatch.setattr(nodes, "describe", describe)

    def begin(bonds: int) -> Start:
        start = Start(bonds)
        watched.append(start)
        start.link(LinkCameUp)
        return start

    return begin


def test_bonds_take_the_pairs_identity_a_part_at_a_time(begun: Callable[[int], Start]) -> None:
    """Two hundred in one call took 8 ms, and all that a session begins with 26 ms."""
    start = begun(MANY)
    start.run(start.whole)
    parts = [[each.bond for each in said] for _, said in start.carried_out(mlag.SetIdentity)]
    assert max(map(len, parts)) == PART
    assert Counter(bond for part in parts for bond in part) >= Counter(
        {f"bond{n}": 2 for n in range(1, 1 + MANY)}
    )  # on both nodes


def test_many_bonds_are_told_of_in_few_messages(begun: Callable[[int], Start]) -> None:
    """Whom each half hears, and whom the primary has chosen, went out in a message for every bond: 36 of them in the
    call with 24 bonds, 600 with two hundred."""
    start = begun(MANY)
    start.run(start.whole)
    said = [each for _, sent in start.carried_out(iccp.SendMessage) for each in sent]
    for kind in (words.BondUp, words.PartnersHeard, words.PartnerChosen):
        telling = [each for each in said if any(isinstance(tlv, kind) for tlv in each.message.tlvs)]
        told = sum(isinstance(tlv, kind) for each in telling for tlv in each.message.tlvs)
        assert told >= MANY
        assert len(telling) < MANY / 10, kind


def test_what_only_describes_waits_for_a_call_of_its_own(begun: Callable[[int], Start]) -> None:
    """Roles are decided and the tree starts; in calls of their own, the bonds get their identity and the tree's picture
    is told; when that is over, mLACP describes the outcome, once, and hosts are told."""
    start = begun(24)
    start.run(start.whole)
    for _, done in start.calls:
        kinds = {type(each) for each in done}
        kinds |= {type(tlv) for each in done if isinstance(each, iccp.SendMessage) for tlv in each.message.tlvs}
        decides, presents = mlag.StartTree in kinds, bool(kinds & {TreeBegin, mlag.SetIdentity})
        assert decides + presents + (iccp.MlacpChanged in kinds) + (bridge.AnnounceEnd in kinds) <= 1
    described = [start.calls[place][0] for place, _ in start.carried_out(iccp.MlacpChanged)]
    assert sorted(described) == [0, 1]


def test_nothing_opens_before_every_bond_speaks_as_the_pair(begun: Callable[[int], Start]) -> None:
    """M3.1, M8.1: the gate, and then the bonds, wait for the last part as they wait for hosts and tree."""
    start = begun(MANY)
    start.run(start.whole)
    start.run(lambda: all(not node.pairing.mlag.pair.holds for node in start.nodes))
    for number in (0, 1):
        done = [action for whose, actions in start.calls for action in actions if whose == number]
        last = max(at for at, action in enumerate(done) if type(action) is mlag.SetIdentity)
        opened = [at for at, action in enumerate(done) if action == mlag.SetGate(True)]
        let_in = [at for at, action in enumerate(done) if type(action) is mlag.HoldOutOfSync and not action.held]
        assert opened
        assert let_in
        assert last < min(opened) < min(let_in)


@pytest.mark.parametrize("calls", range(4))
def test_a_session_lost_between_two_parts_leaves_no_bond_behind(begun: Callable[[int], Start], calls: int) -> None:
    """Some bonds speak as the pair already, some do not yet: now all speak as what the node has become, none is let in,
    and the next session begins as if this one had not been."""
    start = begun(MANY)
    pair = start.nodes[1].pairing.mlag.pair
    start.run(lambda: pair.steps)
    for _ in range(calls):
        start.call(1, start.nodes[1].advance)
    assert pair.steps
    start.link(LinkWentDown)
    start.run(lambda: not pair.steps)
    for number, node in enumerate(start.nodes):
        spoken = {
            each.bond: each
            for whose, done in start.calls
            if whose == number
            for each in done
            if type(each) is mlag.SetIdentity
        }
        wanted = {each.bond: each for each in node.pairing.mlag.pair.say_identity()}
        assert all(wanted[bond] == each for bond, each in spoken.items())
        assert len(node.pairing.mlag.pair.holds) == MANY
    start.link(LinkCameUp)
    start.run(start.whole)


def test_a_session_that_ends_in_the_call_that_began_it(begun: Callable[[int], Start]) -> None:
    """The primary's tree was to be the pair's and has not been told yet: it never is, and the node opens nothing until
    the loss is dealt with, as it would had it been (M6.2)."""
    log = begun(2).nodes[0].pairing.log
    assert log is not None
    now = seconds(2)
    log.handle(Started(primary=True, node=0), now)
    log.handle(Held(), now)
    assert not any(isinstance(each, mlag.Tell) for each in log.advance(now))
    assert log.role is Role.ALONE
    assert log.held


def test_a_session_that_comes_back_is_described_in_the_next_call(begun: Callable[[int], Start]) -> None:
    """Node numbers are known by then: fences for every bond and mLACP's words for every bond, in one call."""
    start = begun(MANY)
    start.run(start.whole)
    start.link(LinkWentDown)
    start.calls.clear()
    start.link(LinkCameUp)
    start.run(start.whole)
    fences = {place for place, said in start.carried_out(mlag.SendFence) if len(said) == MANY}
    described = {place for place, _ in start.carried_out(iccp.MlacpChanged)}
    assert fences
    assert described
    assert not fences & described
