"""From a session to a pair that carries traffic: election, numbers, gate, bonds (M1, M3.1, M8.1)."""

from pyiccp._mlag import events as ev
from pyiccp._mlag.election import elect
from pyiccp._mlag.events import Action, Mode, Notice, Tell
from pyiccp._mlag.identity import MOST_BONDS, Identity, adopt, solo
from pyiccp._mlag.pair import ALONE, ASK, BOTH_HELD, MAJOR, MINOR, MOVE, RECOVERY, RELEASE, SILENCE, Pair, Session, Step
from pyiccp._mlag.soundness import wrong_numbers
from pyiccp._sansio import Instant, seconds
from pyiccp.wire._mac import ZERO, is_group, mac_text
from pyiccp.wire.iccp._mlag import (
    NO_NODE,
    Applied,
    BondNumbers,
    BondsEnd,
    BondUp,
    FenceAnswer,
    GateOpened,
    Goodbye,
    NodeInfo,
    PartnerChosen,
    PartnersHeard,
)
from pyiccp.wire.iccp._pdu import TlvValue

MOVE_DELAY = seconds(3.25)
"""A client's link has waited for two seconds by then, and the echo guard is over (M1.8). Ports of the other node that
came up with it are known to be edges after three: another bridge identifier would have them begin anew."""


def session_up(pair: Pair, event: ev.SessionCameUp, now: Instant) -> list[Action]:
    """Say who we are and how our halves stand; every half counts as up until a fence says otherwise."""
    info = _info(pair)
    forgotten = pair.forget_mismatch()
    pair.session = Session(event.peer, info)
    pair.deciding = pair.silent = False
    pair.problem = ""
    for key in (ALONE, ASK, BOTH_HELD, RECOVERY, RELEASE, SILENCE):
        pair.timers.cancel(key)
    said: list[TlvValue] = [info]
    said += [BondUp(half.mlag_id, half.distributing) for half in pair.fences.halves.values()]
    if pair.maintenance and not pair.draining:
        said.append(Goodbye())
    return [*forgotten, ev.TellAll((*said, BondsEnd())), *pair.fences.begin(now)]


def peer_said(pair: Pair, event: ev.PeerSaid, now: Instant) -> list[Action]:
    """A TLV of the MLAG application."""
    session, value = pair.session, event.value
    if session is None:
        return []
    match value:
        case NodeInfo():
            return _elect(pair, session, value, now)
        case BondNumbers():
            return _adopt_numbers(pair, session, value, now)
        case FenceAnswer():
            return pair.fences.answered(value)
        case PartnersHeard() | PartnerChosen():
            pair.partners.told(value)
            return []
        case Goodbye():
            session.goodbye = True
            return [Notice(f"{session.peer} says goodbye")]
        case BondUp() if not session.bonds_end and len(session.peer_bonds) < MOST_BONDS:
            session.peer_bonds += (value.mlag_id,)
        case BondsEnd() if not session.bonds_end:
            session.bonds_end = True
            return [*pair.fences.known(session.peer_bonds), *_progress(pair, session, now)]
        case Applied():
            session.peer_applied = True
        case GateOpened():
            session.peer_gate = True
    return _progress(pair, session, now)


def hosts_synchronized(pair: Pair, event: ev.HostsSynchronized, now: Instant) -> list[Action]:
    """The peer's whole host table is in ours."""
    if pair.session is None:
        return []
    pair.session.hosts_end = True
    return _progress(pair, pair.session, now)


def tree_synchronized(pair: Pair, event: ev.TreeSynchronized, now: Instant) -> list[Action]:
    """One spanning tree, and our part of it is carried out."""
    if pair.session is None:
        return []
    pair.session.tree = True
    return _progress(pair, pair.session, now)


def _info(pair: Pair) -> NodeInfo:
    return NodeInfo(
        major=MAJOR,
        minor=MINOR,
        bridge_mac=pair.config.bridge_mac,
        priority=pair.config.priority,
        system=pair.store.system or ZERO,
        epoch=pair.store.epoch,
        node=NO_NODE if pair.store.node is None else pair.store.node,
        identity_kept=not pair.identity.solo and pair.mode is Mode.NORMAL,
        primary=pair.store.primary,
        fresh=pair.fresh,
        bonds_in_sync=sum(half.distributing for half in pair.fences.halves.values()),
        mode=pair.mode,
    )


def _elect(pair: Pair, session: Session, info: NodeInfo, now: Instant) -> list[Action]:
    """Both nodes know both values: the same election on both sides. The loser drops its bonds, adopts, and joins
    through M8; a solo identity is never adopted, the winner leaves it as well (M1.2): not before the other node's
    halves are ready to take over, so the client loses no more than the change itself."""
    if session.outcome is not None:
        return []
    if refusal := _refusal(pair, info):
        return _refuse(pair, refusal, now)
    outcome = session.outcome = elect(session.sent, info)
    session.numbers = outcome.primary
    role = "primary" if outcome.primary else "secondary"
    actions: list[Action] = [
        pair.remember(system=outcome.system, epoch=outcome.epoch, node=outcome.node, primary=outcome.primary),
        Notice(f"ICCP session with {session.peer} up, {role} ({outcome.why})"),
    ]
    if session.sent.node == info.node in (0, 1):
        said = f"both nodes remember the number {info.node}, so their LACP ports would be one: this one is now"
        actions.append(Notice(f"warning: {said} {outcome.node}"))
    if not outcome.primary and pair.mode is Mode.NORMAL:
        pair.mode = Mode.HOLD
        actions += pair.hold_bonds()
    # Before the identity: never two bridges under one identifier.
    actions.append(ev.StartTree(outcome.primary, outcome.node))
    session.moving = outcome.primary and pair.identity.solo and pair.mode is Mode.NORMAL
    if pair.mode is not Mode.NORMAL:
        pair.present_by_and_by(Identity(outcome.system, solo=False))
    elif not session.moving:
        actions += pair.present(Identity(outcome.system, solo=False))
    if outcome.primary:
        actions.append(Tell(BondNumbers(pair.store.numbers)))
    pair.steps += (Step.HOSTS,)
    return [*actions, *_progress(pair, session, now)]


def go_on(pair: Pair, now: Instant) -> list[Action]:
    """After another part of what the election has decided; nothing opens before the last."""
    return [] if pair.session is None else _progress(pair, pair.session, now)


def _refusal(pair: Pair, info: NodeInfo) -> str:
    """Why there can be no pair with this peer, or ''."""
    own = pair.config.bridge_mac
    if info.major != MAJOR:
        return f"peer layout version {info.major}, ours {MAJOR}"
    if info.bridge_mac == own:
        return f"peer has our bridge MAC {mac_text(own)}"
    if solo(info.bridge_mac) == solo(own):
        return f"both nodes have the solo identity {mac_text(solo(own))}: change one bridge MAC"
    if is_group(info.bridge_mac) or is_group(info.system) or info.bridge_mac == ZERO:
        return "peer has an identity that no bridge can have"
    if info.system == ZERO and info.identity_kept:
        return "peer carries the pair's identity and does not say which it is"
    return ""


def _refuse(pair: Pair, why: str, now: Instant) -> list[Action]:
    """No pair with this peer; nothing of what is wrong is stored. Whoever waits is alone from now (M8.2)."""
    pair.problem = why
    if pair.mode is not Mode.NORMAL:
        pair.timers.set(ALONE, now + pair.config.init_delay)
    return [*pair.end_session(open_halves=False), ev.EndSession(why)]


def _adopt_numbers(pair: Pair, session: Session, value: BondNumbers, now: Instant) -> list[Action]:
    """The secondary takes the primary's numbers (M1.5)."""
    if session.outcome is None:
        return []
    if session.outcome.primary:
        return _refuse(pair, "peer takes itself for the primary as well", now)
    if wrong := wrong_numbers(value.numbers, pair.config.bonds):
        return _refuse(pair, wrong, now)
    session.numbers = True
    before = pair.say_identity()
    remember = pair.remember(numbers=adopt(pair.store.numbers, value.numbers, pair.config.bonds))
    if changed := [new.bond for new, old in zip(pair.say_identity(), before, strict=True) if new != old]:
        pair.say_by_and_by(changed)
    return [remember, *_progress(pair, session, now)]


def _progress(pair: Pair, session: Session, now: Instant) -> list[Action]:
    """M3.1: both have applied everything, so the gate opens; M8.1: the peer's gate is open, so bonds may come."""
    actions: list[Action] = []
    if session.outcome is None:
        return actions
    unfinished = pair.steps or pair.partners.owed
    if _everything_applied(session) and not unfinished and not session.applied:
        session.applied = True
        actions.append(Tell(Applied()))
    if gate_may_open(session) and not session.gate:
        session.gate = True
        actions += [ev.SetGate(not pair.problem), Tell(GateOpened())]
    if bonds_may_come(session) and not session.whole:
        session.whole = True
        actions += pair.release_tree()
        if pair.mode is not Mode.NORMAL:
            actions += [] if pair.maintenance else pair.release_bonds()
        elif session.moving:
            pair.timers.set(MOVE, now + MOVE_DELAY)
    return actions


def _everything_applied(session: Session) -> bool:
    return session.numbers and session.bonds_end and session.hosts_end and session.tree


def gate_may_open(session: Session) -> bool:
    """M3.1: bond states, host table and spanning tree are applied here and there."""
    return session.applied and session.peer_applied


def bonds_may_come(session: Session) -> bool:
    """M8.1: both gates are open."""
    return session.gate and session.peer_gate


def move_due(pair: Pair, now: Instant) -> list[Action]:
    """The other node's halves have waited as long as LACP demands: leave the solo identity."""
    if pair.session is None or pair.session.outcome is None:
        return []
    pair.session.moving = False
    return pair.present(Identity(pair.session.outcome.system, solo=False))
