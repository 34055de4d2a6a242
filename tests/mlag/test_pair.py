"""One node of a pair, as stories of two cores: meeting, losing each other, waiting, stopping (M1, M2, M5-M8)."""

import pickle
from typing import Any

import msgspec
import pytest

from mlag.pairs import HIGH, LOW, Couple, config
from pyiccp._mlag import events as ev
from pyiccp._mlag.core import MlagCore
from pyiccp._mlag.events import Mode
from pyiccp._mlag.store import LAST_EPOCH, Store
from pyiccp._sansio import seconds
from pyiccp.wire._keepalive import Kind, Role
from pyiccp.wire._mac import ZERO, mac
from pyiccp.wire.iccp._mlag import BondNumber, BondNumbers, NodeInfo


def couple(**over: object) -> Couple:
    return Couple(config(LOW, **over), config(HIGH, **over))


def joined(**over: object) -> Couple:
    """Connected, and both halves of the bond distributing."""
    pair = couple(**over)
    pair.connect()
    pair.run(2.0)
    for index in (0, 1):
        pair.say(index, ev.HalfChanged("bond", True))
        pair.say(index, ev.DistributingChanged("bond", True))
    pair.run(1.0)
    return pair


def test_before_the_session_a_node_shows_its_solo_identity_and_holds_its_bonds() -> None:
    a = couple().sides[0].core
    assert a.status == "connecting"
    assert a.system_id is None
    assert a.primary is None
    assert a.pair.say_identity()[0].system == mac("FE:4D:28:11:70:6B")
    assert a.pair.say_identity()[0].system_priority == 65535
    assert a.pair.holds == ("bond",)


def test_two_fresh_nodes_become_a_pair() -> None:
    pair = couple()
    pair.connect()
    for side, primary in zip(pair.sides, (True, False), strict=True):
        assert side.core.status == "connected"
        assert side.core.system_id == LOW
        assert side.core.primary is primary
        assert side.gate
        assert not side.held
        assert side.identity is not None
        assert side.identity.system == LOW
    assert pair.sides[0].identity.port_base == 0x8000
    assert pair.sides[1].identity.port_base == 0x9000
    assert pair.sides[0].identity.key == pair.sides[1].identity.key


def test_the_gate_opens_before_the_bonds_and_only_when_both_have_applied_everything() -> None:
    """M3.1, M8.1: in the secondary's log the gate comes before the first bond is let go."""
    pair = couple()
    pair.connect()
    for side in pair.sides:
        kinds = [type(action) for action in side.log]
        released = next(i for i, a in enumerate(side.log) if a == ev.HoldOutOfSync("bond", False))
        assert kinds.index(ev.SetGate) < released
        assert kinds.index(ev.Remember) < kinds.index(ev.SetIdentity), "stored before it is shown (M1.6)"


def test_what_was_said_is_stored_before_it_counts() -> None:
    pair = couple()
    pair.connect()
    for side, node in zip(pair.sides, (0, 1), strict=True):
        assert side.store.system == LOW
        assert side.store.node == node
        assert side.store.numbers == pair.sides[0].store.numbers


def test_bond_mac_identity_is_the_primarys_bond_on_both_nodes() -> None:
    """M1.7: the document's printout shows the client's partner one above the system-id."""
    pair = couple(lacp_identity="bond-mac")
    pair.connect()
    assert [side.identity.system for side in pair.sides] == [mac("74:4D:28:11:70:6C")] * 2


def test_peer_link_lost_without_keepalive_the_secondary_gives_the_identity_up() -> None:
    """M6.1: it stops under the pair identity before it shows the solo one; the primary changes nothing."""
    pair = joined()
    pair.disconnect()
    first, second = pair.sides
    assert first.identity.system == LOW
    assert second.identity.system == mac("FE:4D:28:22:00:01")
    assert not first.gate
    assert not second.gate
    assert second.core.status == "connecting"
    log = second.log
    assert log.index(ev.SetGate(False)) < len(log) - 1 - log[::-1].index(second.identity)


def test_both_nodes_keep_nothing_they_could_both_show() -> None:
    """M13: never two session-less nodes in sync with one identity, whoever dies."""
    for index in (0, 1):
        pair = joined()
        pair.crash(index)
        survivor = pair.sides[1 - index].identity
        pair.restart(index)
        pair.run(40.0)
        assert pair.sides[index].core.pair.say_identity()[0].system != survivor.system


def test_dead_peer_with_keepalive_the_survivor_keeps_the_identity_after_asking() -> None:
    pair = joined(keepalive=True)
    pair.crash(0)
    survivor = pair.sides[1]
    assert survivor.core.pair.deciding
    pair.run(0.9)
    assert survivor.store.epoch == 1
    pair.run(0.2)
    assert not survivor.core.pair.deciding
    assert survivor.store.epoch == 2
    assert survivor.store.primary
    assert survivor.identity.system == LOW
    assert "peer is dead: keep the pair identity" in survivor.notices()


def test_a_peer_that_claims_the_last_epoch_leaves_its_survivor_able_to_speak() -> None:
    """Hostile, or 32 bits of an old disk: 1. A peer's epoch is the last that the wire has room for. 2. It dies. 3. The
    survivor's next one had 33 bits, and no poll could be written any more."""
    pair = joined(keepalive=True)
    for side in pair.sides:
        side.core.pair.store = msgspec.structs.replace(side.core.pair.store, epoch=LAST_EPOCH)
    pair.crash(0)
    pair.run(2.0)
    survivor = pair.sides[1]
    assert "peer is dead: keep the pair identity" in survivor.notices()
    assert survivor.store.epoch == LAST_EPOCH
    assert survivor.core.pair.watch.poll(survivor.store.epoch, Role.PRIMARY, Mode.NORMAL).encode()


@pytest.mark.parametrize("kind", [Kind.ANSWER, Kind.POLL])
def test_what_a_dead_peer_said_last_does_not_isolate_its_successor(kind: Kind) -> None:
    """M6.1: 1. The primary says that it is alive. 2. It crashes while that is on its way. 3. It arrives after the
    session is lost: the successor goes on asking, and takes over."""
    pair = joined(keepalive=True)
    primary, survivor = pair.sides
    watch = survivor.core.pair.watch
    last = primary.core.pair.watch.poll(0, primary.core.pair.role, primary.core.pair.mode)
    last = msgspec.structs.replace(last, kind=kind, number=watch.polls)
    pair.crash(0)
    pair.say(1, ev.KeepaliveReceived(last))
    assert survivor.core.pair.deciding
    pair.run(1.1)
    assert survivor.core.pair.mode is ev.Mode.NORMAL
    assert survivor.identity.system == LOW


@pytest.mark.parametrize("phase", [0.0, 0.1, 0.2, 0.29])
def test_a_silent_death_is_asked_about_whenever_it_falls_between_two_polls(phase: float) -> None:
    """1. The primary is killed, its ports keep their carrier; the last answer is up to a heartbeat older. 2. Its
    session ends three heartbeats later. 3. The keepalive worked until then: the survivor asks, and goes on."""
    pair = joined(keepalive=True)
    pair.run(phase)
    pair.alive[0] = False
    died = pair.now
    pair.run(0.9)
    pair.connected = False
    pair.say(1, ev.SessionWentDown("no heartbeat answered for three intervals", died, died))
    assert pair.sides[1].core.pair.deciding
    pair.run(1.1)
    assert pair.sides[1].identity.system == LOW
    assert pair.sides[1].store.epoch == 2


def test_while_it_asks_a_half_that_went_down_does_not_open_again() -> None:
    """M6.1: change nothing, open nothing."""
    pair = joined(keepalive=True)
    pair.crash(0)
    pair.say(1, ev.DistributingChanged("bond", False))
    assert pair.sides[1].distribution_held
    pair.run(1.1)
    assert not pair.sides[1].distribution_held


def test_alive_peer_without_a_session_the_secondary_isolates_the_primary_goes_on() -> None:
    pair = joined(keepalive=True)
    pair.disconnect()
    first, second = pair.sides
    assert second.core.pair.mode is Mode.ISOLATED
    assert second.held
    assert second.store.isolated
    assert first.core.pair.mode is Mode.NORMAL
    assert not first.held
    assert not first.core.pair.deciding


def test_two_that_took_each_other_for_dead_are_one_again_when_the_keepalive_answers() -> None:
    """M0.2, healed by M6.1. 1. Keepalive and peer link are lost at once. 2. Each node asks, hears nothing, and goes on
    as primary one epoch later: the epochs are equal, and neither is the one that is not primary. 3. The keepalive comes
    back: exactly one isolates."""
    pair = joined(keepalive=True)
    pair.keepalive_works = False
    pair.disconnect()
    pair.run(1.1)
    assert [(side.store.primary, side.store.epoch) for side in pair.sides] == [(True, 2), (True, 2)]
    pair.keepalive_works = True
    pair.run(1.0)
    assert [side.core.pair.mode for side in pair.sides] == [Mode.NORMAL, Mode.ISOLATED]


def test_keepalive_lost_first_and_the_peer_link_later_counts_as_no_keepalive() -> None:
    """[V] of M6.1: else both would take the other for dead and keep the identity."""
    pair = joined(keepalive=True)
    pair.keepalive_works = False
    pair.run(2.0)
    pair.disconnect()
    first, second = pair.sides
    assert first.identity.system == LOW
    assert second.identity.system == mac("FE:4D:28:22:00:01")


def test_a_silent_keepalive_beside_a_live_session_is_told_once_and_changes_nothing() -> None:
    """M6.4. 1. Nobody heard of it: the pair was one cable away from an outage and showed nothing. 2. It is told once,
    and once again when it works."""
    pair = joined(keepalive=True)
    before = [side.identity for side in pair.sides]
    pair.run(5.0)
    assert not any("keepalive" in notice for side in pair.sides for notice in side.notices())
    pair.keepalive_works = False
    pair.run(20.0)
    pair.keepalive_works = True
    pair.run(5.0)
    for side in pair.sides:
        told = [notice for notice in side.notices() if "keepalive" in notice]
        assert told == [
            "the keepalive is silent: if the peer is lost now, that is as without one",
            "the keepalive is answered again",
        ]
        assert side.core.status == "connected"
    assert [side.identity for side in pair.sides] == before


def test_an_isolated_node_restarts_isolated_and_comes_back_through_a_session() -> None:
    pair = joined(keepalive=True)
    pair.disconnect()
    pair.crash(1)
    pair.restart(1)
    assert pair.sides[1].core.pair.mode is Mode.ISOLATED
    pair.run(0.5)
    pair.connect()
    assert pair.sides[1].core.pair.mode is Mode.NORMAL
    assert not pair.sides[1].store.isolated
    assert pair.sides[0].core.primary, "nothing preempts"


def test_a_fresh_node_alone_comes_up_solo_after_init_delay() -> None:
    """[V] of M1.4: it must not come up with the identity of a pair that it does not know."""
    pair = couple()
    pair.run(29.9)
    assert pair.sides[0].held
    pair.run(0.2)
    assert not pair.sides[0].held
    assert pair.sides[0].core.pair.say_identity()[0].system == mac("FE:4D:28:11:70:6B")


def test_while_the_keepalive_answers_a_waiting_node_is_not_alone() -> None:
    """[V] of M8.2."""
    pair = joined(keepalive=True)
    pair.crash(1)
    pair.run(5.0)
    pair.restart(1)
    pair.run(60.0)
    assert pair.sides[1].core.pair.mode is Mode.HOLD
    assert pair.sides[0].core.pair.mode is Mode.NORMAL


def test_both_in_hold_without_a_session_exactly_one_goes_first() -> None:
    """M8.3, [V] of M8.2: else a total outage."""
    pair = joined(keepalive=True)
    for index in (0, 1):
        pair.alive[index] = False
    pair.connected = False
    for index in (0, 1):
        pair.restart(index)
    pair.run(40.0)
    modes = [side.core.pair.mode for side in pair.sides]
    assert modes == [Mode.NORMAL, Mode.HOLD]
    assert pair.sides[0].core.pair.say_identity()[0].system == LOW
    assert pair.sides[0].store.epoch == 2


def test_a_frozen_primary_thaws_into_hold() -> None:
    """[V] of M2.4: thawed beside its successor it must not go on."""
    pair = joined()
    pair.alive[0] = False
    pair.run(5.0)
    thawed = pair.sides[0]
    actions = list(thawed.core.advance(pair.now))
    thawed.see(actions)
    assert thawed.core.pair.mode is Mode.HOLD
    assert thawed.held
    assert not thawed.gate
    assert thawed.identity.system == LOW, "out of sync, as its clients know it"
    assert thawed.core.pair.identity.solo
    assert actions[-1] == ev.DropEverything()
    assert ev.EndSession("frozen") in actions


def test_the_returning_node_joins_and_the_survivor_changes_nothing() -> None:
    pair = joined(keepalive=True)
    pair.crash(0)
    pair.run(5.0)
    before = len(pair.sides[1].log)
    pair.restart(0)
    pair.connect()
    pair.run(1.0)
    after = pair.sides[1].log[before:]
    assert not [a for a in after if isinstance(a, ev.SetIdentity)]
    assert ev.HoldOutOfSync("bond", True) not in after
    assert pair.sides[1].core.primary
    assert pair.sides[0].identity.system == LOW
    assert not pair.sides[0].held


def test_a_restarted_node_is_out_of_sync_under_the_name_that_its_clients_know() -> None:
    """Open vSwitch takes the partner of its first link for the bond's, in sync or not. 1. Peer2 restarts while Peer1
    carries. 2. Under its solo identity it would take such a client away from Peer1 until the session is up. 3. Only
    alone, after init-delay, does it come up solo."""
    pair = joined()
    pair.connected = False
    pair.restart(1)
    core = pair.sides[1].core
    assert core.pair.say_identity()[0].system == LOW
    assert core.pair.say_identity()[0].port_base == 0x9000
    assert pair.sides[1].held
    assert core.pair.identity.system == mac("FE:4D:28:22:00:01"), "the bridge's own identifier is another"
    pair.run(30.1)
    log = pair.sides[1].log
    said = next(i for i, a in enumerate(log) if isinstance(a, ev.SetIdentity))
    assert log[said].system == mac("FE:4D:28:22:00:01")
    assert said < log.index(ev.HoldOutOfSync("bond", False))


def test_an_isolated_node_is_out_of_sync_under_the_name_that_its_clients_know() -> None:
    """M7.1: no change of identity at a client whose other half carries."""
    pair = joined(keepalive=True)
    pair.disconnect()
    isolated = pair.sides[1]
    assert isolated.core.pair.mode is Mode.ISOLATED
    assert isolated.held
    assert isolated.core.pair.say_identity()[0].system == LOW


def test_a_solo_survivor_leaves_its_identity_only_when_the_other_half_can_take_over() -> None:
    """1. The primary dies, no keepalive: the secondary goes solo. 2. The primary returns and joins under the pair
    identity; the survivor wins and carries on solo. 3. 3.25 seconds later it changes, in one step. Changing at once
    would leave the client without any link for LACP's two seconds."""
    pair = joined()
    pair.crash(0)
    pair.say(1, ev.DistributingChanged("bond", True))
    pair.run(1.0)
    pair.restart(0)
    pair.connect()
    returned, survivor = pair.sides
    assert survivor.core.primary
    assert returned.identity.system == LOW
    assert not returned.held
    pair.run(3.2)
    assert survivor.identity.system == mac("FE:4D:28:22:00:01")
    pair.run(0.1)
    assert survivor.identity.system == LOW
    assert ev.HoldOutOfSync("bond", True) not in survivor.log[-10:]


def test_session_lost_before_the_solo_survivor_changed_back_leaves_two_different_solo_identities() -> None:
    pair = joined()
    pair.crash(0)
    pair.say(1, ev.DistributingChanged("bond", True))
    pair.restart(0)
    pair.connect()
    pair.run(1.0)
    pair.disconnect()
    pair.run(5.0)
    assert [side.identity.system for side in pair.sides] == [mac("FE:4D:28:11:70:6B"), mac("FE:4D:28:22:00:01")]


def test_goodbye_lets_the_peer_keep_the_identity_at_once() -> None:
    pair = joined(keepalive=True)
    pair.say(0, ev.StopRequested())
    assert ev.Drain("bond") in pair.sides[0].log
    pair.say(0, ev.DistributingChanged("bond", False))
    pair.say(0, ev.DrainFinished("bond"))
    pair.run(0.1)
    assert ev.Stopped() in pair.sides[0].log
    pair.crash(0)
    assert not pair.sides[1].core.pair.deciding
    assert pair.sides[1].identity.system == LOW


def test_another_major_is_refused_with_both_versions_in_the_status() -> None:
    """M2.5."""
    pair = couple()
    core = pair.sides[0].core
    core.handle(ev.SessionCameUp("other"), 0)
    other = NodeInfo(2, 0, HIGH, 128, mac("00:00:00:00:00:00"), 0, 255, False, False, True, 0, 1)
    actions = core.handle(ev.PeerSaid(other), 0)
    assert ev.EndSession("peer layout version 2, ours 1") in actions
    assert core.status == "peer layout version 2, ours 1"


def test_equal_solo_identities_are_refused() -> None:
    """M1.3: bridge MACs that differ in the first octet only."""
    pair = Couple(config(LOW), config(mac("76:4D:28:11:70:6B")))
    pair.connect()
    assert pair.sides[0].core.status == "both nodes have the solo identity FE:4D:28:11:70:6B: change one bridge MAC"


def test_a_type_1_error_holds_everything_down_whatever_the_peer_says() -> None:
    blocked = MlagCore(config(LOW, blocked="protocol-mode is none"), Store())
    blocked.start(0)
    assert blocked.handle(ev.SessionCameUp("peer"), 0) == []
    assert blocked.status == "protocol-mode is none"
    assert blocked.pair.holds == ("bond",)


@pytest.mark.parametrize("policy", ["keep", "routeros"])
def test_the_unsafe_policies_let_both_keep(policy: str) -> None:
    pair = joined(policy=policy)
    pair.disconnect()
    assert [side.identity.system for side in pair.sides] == [LOW, LOW]


def test_a_pickled_core_goes_on_the_same() -> None:
    pair = joined(keepalive=True)
    copy = pickle.loads(pickle.dumps(pair.sides[0].core))
    assert copy.fingerprint(pair.now) == pair.sides[0].core.fingerprint(pair.now)
    later = pair.now + seconds(0.3)
    assert copy.advance(later) == pair.sides[0].core.advance(later)


def test_three_missed_heartbeats_warn() -> None:
    """M2.1: RouterOS' own warning, beside the session's quicker liveness."""
    pair = joined()
    pair.disconnect()
    pair.run(14.0)
    assert not pair.sides[0].core.pair.silent
    pair.run(2.0)
    assert pair.sides[0].core.pair.silent


CLASHING = [
    (BondNumber(10, 17, 0, LOW),),
    (BondNumber(10, 17, 1025, LOW),),
    (BondNumber(10, 0, 1, LOW),),
    (BondNumber(10, 17, 1, LOW), BondNumber(20, 17, 2, LOW)),
    (BondNumber(10, 17, 1, mac("FF:FF:FF:FF:FF:FF")),),
    (BondNumber(10, 17, 1, LOW), BondNumber(10, 81, 2, LOW)),
    (BondNumber(10, 17, 1, LOW), BondNumber(20, 17, 1, LOW)),
    tuple(BondNumber(11 + i, i << 6 | 17, 1 + i, LOW) for i in range(1024)),
]


@pytest.mark.parametrize("numbers", CLASHING)
def test_numbers_that_no_pair_can_have_end_the_session_and_are_not_stored(numbers: tuple[BondNumber, ...]) -> None:
    """Hostile, or a disk that was edited: 1. The primary tells numbers of which two are one, or that no bond can have,
    or so many that none is left for the secondary's own bond. 2. The secondary stored them for ever, or its search for
    a free one ended in an exception."""
    pair = joined()
    kept = pair.sides[1].store
    pair.say(1, ev.PeerSaid(BondNumbers(numbers)))
    assert pair.sides[1].store == kept
    assert any(isinstance(action, ev.EndSession) for action in pair.sides[1].log)
    assert "bonds" in pair.sides[1].core.status


@pytest.mark.parametrize(
    "wrong",
    [
        {"bridge_mac": ZERO},
        {"bridge_mac": mac("01:80:C2:00:00:00")},
        {"system": mac("FF:FF:FF:FF:FF:FF"), "epoch": 9},
        {"system": ZERO, "identity_kept": True},
    ],
)
def test_an_identity_that_no_bridge_can_have_is_not_adopted(wrong: dict[str, Any]) -> None:
    """The pair's identity is stored: a peer's nonsense would have outlived it."""
    core = MlagCore(config(HIGH), Store())
    core.start(0)
    core.handle(ev.SessionCameUp("node"), 0)
    info = core.pair.session.sent
    theirs = msgspec.structs.replace(info, **{"bridge_mac": LOW, **wrong})
    actions = core.handle(ev.PeerSaid(theirs), 0)
    assert any(isinstance(action, ev.EndSession) for action in actions)
    assert core.pair.store.system is None
    assert "identity" in core.status


def test_who_waits_beside_a_refused_peer_comes_up_alone_once_that_is_gone() -> None:
    """1. A fresh node meets a peer that it refuses. 2. That is switched off. 3. The node waited for ever: the session
    had ended its wait for being alone, and the refusal did not begin it anew (M8.2)."""
    pair = Couple(config(LOW), config(mac("76:4D:28:11:70:6B")))
    pair.connect()
    core = pair.sides[0].core
    assert core.status.startswith("both nodes have the solo identity")
    pair.crash(1)
    pair.run(29.0)
    assert core.pair.mode is Mode.HOLD
    pair.run(2.0)
    assert core.pair.mode is Mode.NORMAL
    assert core.pair.identity.solo
