"""What one node knows of its pair, and the few acts that several procedures share.

`mode` says what the dual-homed bonds may do; `session` how far this session has come; `identity` what the bonds
present. Everything durable is in `store`.
"""

from collections.abc import Iterable
from enum import Enum
from typing import Any

import msgspec
from msgspec.structs import replace

from pyiccp._mlag import events as ev
from pyiccp._mlag.election import Outcome
from pyiccp._mlag.events import Action, BondConfig, MlagConfig, Mode, Remember
from pyiccp._mlag.fences import Fences
from pyiccp._mlag.identity import SOLO_PRIORITY, Identity, assign, port_base, solo
from pyiccp._mlag.partners import PART, Partners
from pyiccp._mlag.partners import Role as Chooser
from pyiccp._mlag.store import Store, own
from pyiccp._mlag.watch import Watch
from pyiccp._sansio import Instant, Timers
from pyiccp.wire._keepalive import Role
from pyiccp.wire.iccp._mlag import BondNumber, NodeInfo

MAJOR, MINOR = 1, 0
"""Version of the layout `pyiccp-1` and of these rules."""

LEASE = "lease"
ALONE = "alone"
ASK = "ask"
BOTH_HELD = "both-held"
RECOVERY = "recovery"
SILENCE = "silence"
POLLING = "polling"
STOP = "stop"
MOVE = "move"
RELEASE = "release"
FOREIGN = "foreign"
FOREIGN_BRIDGE = "foreign bridge on peer port"


class Step(Enum):
    """What a session begins with and nobody waits for: each in a call of its own, all due at once."""

    BRIDGE = "bridge"
    """The last part of an identity: the bridge's."""
    HOSTS = "hosts"
    """The host table is told."""


class Session(msgspec.Struct):
    """How far this session has come."""

    peer: str
    sent: NodeInfo
    """What we said of ourselves; the election uses exactly this."""
    outcome: Outcome | None = None
    numbers: bool = False
    peer_bonds: tuple[int, ...] = ()
    """mlag-ids that the peer has named."""
    bonds_end: bool = False
    hosts_end: bool = False
    tree: bool = False
    applied: bool = False
    peer_applied: bool = False
    gate: bool = False
    peer_gate: bool = False
    whole: bool = False
    """Both gates are open, and what waited for that has been done."""
    goodbye: bool = False
    moving: bool = False
    """This node carries traffic under its solo identity and has yet to change to the pair's."""


class Pair:
    """The state of MLAG on one node; plain attributes."""

    def __init__(self, config: MlagConfig, store: Store) -> None:
        self.config = config
        self.copied = store.owner if store.owner not in (None, config.bridge_mac) else None
        """Whose memory this node was given by mistake."""
        store = own(store, config.bridge_mac)
        self.store = replace(
            store,
            owner=config.bridge_mac,
            incarnation=store.incarnation + 1,
            numbers=assign(store.numbers, config.bonds),
            system=config.system_id or store.system,
        )
        self.fresh = store.node is None
        self.mode = Mode.ISOLATED if store.isolated else Mode.HOLD
        self.identity = self.solo_identity
        self.unsaid: tuple[str, ...] = ()
        """Bonds on which LACP does not speak as `identity` yet; they are held."""
        self.steps: tuple[Step, ...] = ()
        """What the calls to come do."""
        self.session: Session | None = None
        self.fences = Fences(config.bonds)
        self.partners = Partners(config.bonds)
        self.watch = Watch(config.domain, config.bridge_mac, config.liveness)
        self.members: tuple[str, ...] = ()
        self.timers: Timers[str] = Timers()
        self.seen: Instant = 0
        self.deciding = False
        """The peer is lost and the keepalive has been asked (M6.1): change nothing, open nothing."""
        self.stopping = False
        self.maintenance = False
        """This node's halves are out of service until an operator says otherwise (M5.3)."""
        self.draining: tuple[str, ...] = ()
        self.silent = False
        """Three of RouterOS' heartbeats were missed."""
        self.mismatch = ev.PairChecked("", ())
        """What the two configurations beside each other hold down."""
        self.problem = ""
        """Why there is no session although the peer speaks (M2.3)."""

    @property
    def solo_identity(self) -> Identity:
        """M1.3."""
        return Identity(solo(self.config.bridge_mac), solo=True)

    @property
    def spoken(self) -> Identity:
        """What LACP says. Bonds that are held go on saying what their clients know of the pair: one that follows its
        first link's partner, in sync or not (Open vSwitch), would leave the half that carries."""
        if self.mode is Mode.NORMAL or self.store.node is None or self.store.system is None:
            return self.identity
        return Identity(self.store.system, solo=False)

    @property
    def role(self) -> Role:
        """For keepalives: what this node is while it carries the pair identity."""
        if self.identity.solo:
            return Role.NONE
        return Role.PRIMARY if self.store.primary else Role.SECONDARY

    @property
    def chooser(self) -> Chooser | None:
        """Who chooses the partners of bonds now (M11); None while roles are not known, or the peer was just lost."""
        session = self.session
        if session is None:
            return None if self.deciding else Chooser(session=False, primary=True, foreign=None)
        if session.outcome is None:
            return None
        return Chooser(True, session.outcome.primary, session.peer_bonds if session.bonds_end else None)

    @property
    def holds(self) -> tuple[str, ...]:
        """Bonds that must stay out of sync now."""
        if self.config.blocked or self.mode is not Mode.NORMAL or self.stopping or self.maintenance:
            return tuple(bond.name for bond in self.config.bonds)
        return (*self.config.held_bonds, *self.mismatched)

    @property
    def mismatched(self) -> tuple[str, ...]:
        """Bonds that the two configurations beside each other hold down (M12): the secondary gives way, so that clients
        keep one half."""
        if self.store.primary:
            return ()
        return tuple(each.name for each in self.config.bonds) if self.mismatch.blocked else self.mismatch.bonds

    def _bond_identity(self, bond: BondConfig, number: BondNumber) -> ev.SetIdentity:
        """M1.3, M1.5, M1.7."""
        identity = self.spoken
        system, priority = identity.system, bond.system_priority
        if self.config.lacp_identity == "bond-mac":
            system = solo(number.mac) if identity.solo else number.mac
        if identity.solo:
            priority = SOLO_PRIORITY
        return ev.SetIdentity(bond.name, system, priority, number.key, port_base(self.store.node))

    def remember(self, **changes: Any) -> Remember:
        """Change what survives a crash."""
        self.store = replace(self.store, **changes)
        return Remember(self.store)

    def present(self, identity: Identity) -> list[Action]:
        """Change what the bonds and the bridge present (M1.8); nothing when it is so already."""
        if identity == self.identity:
            return []
        self.identity = identity
        self.unsaid, self.steps = (), tuple(step for step in self.steps if step is not Step.BRIDGE)
        return [*self.say_identity(), self.bridge_identity()]

    def present_by_and_by(self, identity: Identity) -> None:
        """As `present` of a node whose bonds are all held, some of them in each of the calls of `advance` to come."""
        if identity != self.identity:
            self.identity = identity
            self.say_by_and_by(bond.name for bond in self.config.bonds)

    def say_by_and_by(self, bonds: Iterable[str]) -> None:
        """LACP on *bonds*, all held, is told anew in the calls to come."""
        self.unsaid = tuple(dict.fromkeys((*self.unsaid, *bonds)))
        self.steps = (Step.BRIDGE, *(step for step in self.steps if step is not Step.BRIDGE))

    def next_step(self) -> list[Action]:
        """What one of the calls to come does: a part of the bonds, and when they are through the first of `steps`."""
        part, self.unsaid = self.unsaid[:PART], self.unsaid[PART:]
        if part:
            return [identity for identity in self.say_identity() if identity.bond in part]
        step, *rest = self.steps
        self.steps = tuple(rest)
        if step is Step.BRIDGE:
            return [self.bridge_identity()]
        return [] if self.store.node is None else [ev.StartHosts(self.store.node)]

    def present_rest(self) -> list[Action]:
        """All that is left to be told of the identity."""
        actions: list[Action] = []
        while Step.BRIDGE in self.steps:
            actions += self.next_step()
        return actions

    def bridge_identity(self) -> Action:
        """What the bridge presents now."""
        return ev.SetBridgeIdentity(self.identity.system, self.identity.solo and self.mode is not Mode.NORMAL)

    def say_identity(self) -> list[ev.SetIdentity]:
        """LACP on every bond speaks as `identity`."""
        numbers = {number.mlag_id: number for number in self.store.numbers}
        return [self._bond_identity(bond, numbers[bond.mlag_id]) for bond in self.config.bonds]

    def hold_bonds(self) -> list[Action]:
        """Every bond out of sync at once (HOLD, isolation)."""
        return [ev.HoldOutOfSync(bond.name, True) for bond in self.config.bonds]

    def suspend_orphans(self, on: bool) -> list[Action]:
        """M7.1, where it is configured; again and again does no harm."""
        return [ev.SuspendOrphans(on)] if self.config.suspend_orphans else []

    def hold_changed(self, before: tuple[str, ...]) -> list[Action]:
        """Tell LACP what differs from *before*."""
        after = self.holds
        return [
            ev.HoldOutOfSync(bond.name, bond.name in after)
            for bond in self.config.bonds
            if (bond.name in before) != (bond.name in after)
        ]

    def forget_mismatch(self) -> list[Action]:
        """The peer carries nothing any more."""
        before = self.holds
        self.mismatch = ev.PairChecked("", ())
        return self.hold_changed(before)

    def release_bonds(self, isolated: bool = False) -> list[Action]:
        """Out of HOLD or isolation: bonds may come into sync."""
        actions = self.present_rest()
        before = self.say_identity()
        self.mode = Mode.NORMAL
        actions += [] if self.store.isolated == isolated else [self.remember(isolated=isolated)]
        actions += self.suspend_orphans(False)
        actions += [identity for identity in self.say_identity() if identity not in before]
        if self.identity.solo:
            actions.append(self.bridge_identity())
        held = self.holds
        return actions + [ev.HoldOutOfSync(bond.name, False) for bond in self.config.bonds if bond.name not in held]

    def end_session(self, open_halves: bool) -> list[Action]:
        """The gate first, then the queues, then the halves (M3.1, M4.2)."""
        if self.session is None:
            return []
        self.session = None
        self.steps = tuple(step for step in self.steps if step is not Step.HOSTS)
        self.partners.session_ended()
        self.timers.cancel(MOVE)
        return [ev.SetGate(False), ev.DropPeerQueue(), ev.EndHosts(), ev.HoldTree(), *self.fences.end(open_halves)]

    def release_tree(self) -> list[Action]:
        """Nobody else's ports count any more (M9.7)."""
        self.timers.cancel(RELEASE)
        return [ev.ReleaseTree()]

    def fingerprint(self, now: Instant) -> tuple[Any, ...]:
        """See sansio.Core; the incarnation and poll counters are left out."""
        session = None if self.session is None else msgspec.structs.astuple(self.session)
        return (
            replace(self.store, incarnation=0, replay=0),
            self.mode,
            self.identity,
            session,
            self.fences.fingerprint(now),
            self.partners.fingerprint(),
            self.watch.fingerprint(now),
            self.members,
            self.timers.fingerprint(now),
            (
                self.unsaid,
                self.steps,
                self.mismatch,
                self.deciding,
                self.stopping,
                self.maintenance,
                self.draining,
                self.silent,
                self.problem,
            ),
        )
