"""Losing the peer, being isolated, and waiting alone (M6, M7, M8.2, M8.3)."""

from pyiccp._mlag import events as ev
from pyiccp._mlag.events import Action, Mode, Notice
from pyiccp._mlag.identity import Identity
from pyiccp._mlag.pair import ALONE, ASK, BOTH_HELD, POLLING, RECOVERY, RELEASE, SILENCE, Pair
from pyiccp._mlag.policy import Decision, goes_first, must_isolate, session_lost
from pyiccp._mlag.store import next_epoch
from pyiccp._mlag.watch import SILENT
from pyiccp._sansio import Instant
from pyiccp.wire._keepalive import Kind, Role


def session_down(pair: Pair, event: ev.SessionWentDown, now: Instant) -> list[Action]:
    """M6.1: what to do is the policy's; how to stop safely is ours."""
    session = pair.session
    if session is None:
        return []
    actions: list[Action] = [Notice(f"ICCP session with {session.peer} lost: {event.why}")]
    if pair.config.heartbeat is not None:
        pair.timers.set(SILENCE, now + 3 * pair.config.heartbeat)
    if pair.mode is not Mode.NORMAL:
        pair.timers.set(ALONE, now + pair.config.init_delay)
        actions += [*pair.end_session(open_halves=False), *pair.present(pair.solo_identity)]  # M1.4
        return [*actions, *pair.release_tree()]
    # A session that ended before its election: this node carried alone, in the role that it had kept.
    primary = pair.store.primary if session.outcome is None else session.outcome.primary
    answered = pair.config.keepalive and pair.watch.lived_with(event.proven)
    decision = session_lost(pair.config.policy, primary, session.goodbye, answered)
    actions += pair.end_session(open_halves=decision is Decision.KEEP)
    _hold_tree(pair, decision, session.goodbye, event.heard, now)
    if decision is Decision.SOLO:
        actions += [*pair.present(pair.solo_identity), *pair.fences.open()]
    if RELEASE not in pair.timers:
        actions += pair.release_tree()
    if decision is Decision.ASK:
        pair.deciding = True
        pair.watch.ask()
        pair.timers.set(ASK, now + pair.config.ask_time)
        return actions + poll(pair, now)
    actions += pair.forget_mismatch()
    return [*actions, Notice(f"peer lost: {decision.value}")]


def _hold_tree(pair: Pair, decision: Decision, goodbye: bool, heard: Instant, now: Instant) -> None:
    """M6.2: a survivor under the pair identity opens no port until a peer that is alive has had time to isolate. One
    that gives the identity up, or whose peer has said goodbye, need not wait."""
    if decision is Decision.SOLO or goodbye:
        return
    ask = pair.config.ask_time if pair.config.keepalive else 0
    pair.timers.set(RELEASE, max(heard + 3 * pair.config.liveness + ask, now))


def release_due(pair: Pair, now: Instant) -> list[Action]:
    """M6.2: a peer that is alive is out by now."""
    return pair.release_tree()


def poll(pair: Pair, now: Instant) -> list[Action]:
    """Ask the peer how it is, and again one heartbeat later. A path that is silent beside a live session is told of,
    and no more (M6.4)."""
    pair.timers.set(POLLING, now + pair.config.liveness)
    actions: list[Action] = [ev.SendKeepalive(pair.watch.poll(pair.store.epoch, pair.role, pair.mode))]
    if pair.session is None:
        pair.watch.unanswered = 0
    elif pair.watch.miss():
        actions.append(Notice("the keepalive is silent: if the peer is lost now, that is as without one"))
    return actions


def keepalive(pair: Pair, event: ev.KeepaliveReceived, now: Instant) -> list[Action]:
    """The peer polls or answers. Without a session its words decide who carries the bonds."""
    peer = event.value
    if not pair.config.keepalive or not pair.watch.receive(peer, now):
        return []
    actions: list[Action] = []
    if peer.kind == Kind.ANSWER:
        if pair.watch.unanswered >= SILENT:
            actions.append(Notice("the keepalive is answered again"))
        pair.watch.unanswered = 0
    if peer.kind == Kind.POLL:
        actions.append(ev.SendKeepalive(pair.watch.answer(peer, pair.store.epoch, pair.role, pair.mode)))
    if pair.session is not None or (pair.deciding and not pair.watch.fresh(peer)):
        return actions
    return actions + (_compare(pair, now) if pair.mode is Mode.NORMAL else _wait(pair, now))


def _compare(pair: Pair, now: Instant) -> list[Action]:
    """M6.1: the peer is alive without a session; compared again on everything it says during a split."""
    peer = pair.watch.peer
    if peer is None or pair.identity.solo or pair.config.policy != "safe":
        return []
    if must_isolate(pair.store.epoch, pair.store.primary, pair.store.node, peer):
        return _isolate(pair, now)
    out = peer.role == Role.NONE or peer.mode != Mode.NORMAL
    actions = pair.release_tree() if out and RELEASE in pair.timers else []
    if not pair.deciding or peer.kind == Kind.POLL:
        return actions
    pair.deciding = False
    pair.timers.cancel(ASK)
    return [*actions, *pair.fences.open(), Notice("peer is alive and gives way: keep the pair identity")]


def _wait(pair: Pair, now: Instant) -> list[Action]:
    """Held or isolated, and the keepalive speaks: not alone (M8.2). When both wait, one goes first after init-delay
    (M8.3); auto-recovery needs a silent keepalive (M7.3)."""
    peer = pair.watch.peer
    pair.timers.set(ALONE, now + pair.config.init_delay)
    if peer is None or peer.mode == Mode.NORMAL:
        pair.timers.cancel(BOTH_HELD)
    elif BOTH_HELD not in pair.timers:
        pair.timers.set(BOTH_HELD, now + pair.config.init_delay)
    if pair.mode is Mode.ISOLATED and pair.config.auto_recovery is not None:
        pair.timers.set(RECOVERY, now + pair.config.auto_recovery)
    return []


def _isolate(pair: Pair, now: Instant) -> list[Action]:
    """M7.1, M7.2: stop carrying dual-homed bonds; the other node goes on."""
    pair.deciding = False
    pair.mode = Mode.ISOLATED
    pair.timers.cancel(ASK)
    if pair.config.auto_recovery is not None:
        pair.timers.set(RECOVERY, now + pair.config.auto_recovery)
    return [
        *pair.hold_bonds(),
        *pair.suspend_orphans(True),
        pair.remember(isolated=True),
        *pair.present(pair.solo_identity),
        *pair.release_tree(),
        Notice("isolated: the peer is alive and carries the pair identity"),
    ]


def ask_due(pair: Pair, now: Instant) -> list[Action]:
    """M6.1: no answer for ask-time on a keepalive that worked: the peer is dead."""
    pair.deciding = False
    return [
        *pair.forget_mismatch(),
        pair.remember(epoch=next_epoch(pair.store), primary=True),
        *pair.fences.open(),
        Notice("peer is dead: keep the pair identity"),
    ]


def alone_due(pair: Pair, now: Instant) -> list[Action]:
    """M8.2: session and keepalive silent for all of init-delay: go on under the solo identity."""
    if pair.mode is not Mode.HOLD:
        return []
    pair.timers.cancel(BOTH_HELD)
    return [
        *pair.present(pair.solo_identity),
        *pair.release_bonds(),
        *pair.fences.open(),
        Notice("no peer found: go on alone under the solo identity"),
    ]


def both_held_due(pair: Pair, now: Instant) -> list[Action]:
    """M8.3: both wait for each other; exactly one of them goes first."""
    peer, system = pair.watch.peer, pair.store.system
    if pair.mode is Mode.NORMAL or peer is None or peer.mode == Mode.NORMAL or not pair.watch.alive(now):
        return []
    if system is None or not goes_first(pair.store.epoch, pair.store.node, peer):
        return []
    return [
        pair.remember(epoch=next_epoch(pair.store), primary=True),
        *pair.present(Identity(system, solo=False)),
        *pair.release_bonds(),
        *pair.fences.open(),
        Notice("both nodes wait without a session: go first, as primary"),
    ]


def recovery_due(pair: Pair, now: Instant) -> list[Action]:
    """M7.3: isolated, and the keepalive is lost as well: never the pair identity, but the solo one may serve."""
    if pair.mode is not Mode.ISOLATED:
        return []
    return [
        *pair.release_bonds(isolated=True),
        *pair.fences.open(),
        Notice("isolated and the keepalive is silent: bonds come up under the solo identity"),
    ]


def silence_due(pair: Pair, now: Instant) -> list[Action]:
    """M2.1: RouterOS' warning after three of its heartbeats."""
    pair.silent = True
    return [Notice("three heartbeats missed: possible communication problems with the peer")]
