"""Which client a bond belongs to: the primary chooses for both nodes (M11).

Each half tells whom it hears. The primary's choice stays as long as either half hears that partner; after that it is
whom its own half hears, else the peer's. A secondary whose primary has not chosen lets nobody in: its halves wait two
seconds anyway, which is long enough to hear the choice. Without a session each node goes by its own LACP.
"""

import msgspec

from pyiccp._mlag.events import Action, BondConfig, HearPeer, RequirePartner, Tell, TellAll
from pyiccp.wire._mac import ZERO
from pyiccp.wire.iccp._mlag import PartnerChosen, PartnerEnd, PartnersHeard
from pyiccp.wire.iccp._pdu import TlvValue

NOBODY = PartnerEnd(0, ZERO, 0)
"""No partner has this system: requiring it keeps everybody out."""
PART = 32
"""Bonds of which LACP is told something in one call: a call is short however many there are."""
MOST = 256
"""Partners of one half that are taken from a peer."""


class Choice(msgspec.Struct):
    """One dual-homed bond."""

    bond: str
    mlag_id: int
    own: tuple[PartnerEnd, ...] = ()
    peer: tuple[PartnerEnd, ...] = ()
    chosen: PartnerEnd = NOBODY
    required: PartnerEnd | None = None
    """What LACP is to require; None = nobody in particular."""
    told: PartnerEnd | None = None
    """What it was told last."""


class Role(msgspec.Struct, frozen=True, gc=False):
    """Who chooses now."""

    session: bool
    primary: bool
    """Of the session, or of one that has just been lost."""
    foreign: tuple[int, ...] | None
    """mlag-ids that the peer has; None = not told yet."""

    def ours(self, mlag_id: int) -> bool:
        """This node chooses for the bond: as primary, or because the peer does not have it."""
        return self.primary or (self.foreign is not None and mlag_id not in self.foreign)


class Partners:
    """The choices of every dual-homed bond."""

    def __init__(self, bonds: tuple[BondConfig, ...]) -> None:
        self.choices = {bond.name: Choice(bond.name, bond.mlag_id) for bond in bonds}
        self._by_id = {choice.mlag_id: choice for choice in self.choices.values()}
        self.role: Role | None = None
        self._begun = False
        """What a session begins with was said in this one."""
        self._ends: tuple[PartnerEnd, ...] = ()
        self._gives_way = False
        self._dirty: dict[str, Choice] = {}
        """Those of which something was heard since they were settled."""
        self.owed: dict[str, Choice] = {}
        """Those whose requirement LACP has yet to be told."""

    def heard(self, bond: str, partners: tuple[PartnerEnd, ...], connected: bool) -> list[Action]:
        """This node's half hears *partners*, the one that it carries first; the peer is told when *connected*."""
        choice = self.choices[bond]
        choice.own = partners
        self._dirty[bond] = choice
        return [Tell(PartnersHeard(choice.mlag_id, partners))] if connected else []

    def told(self, value: PartnersHeard | PartnerChosen) -> None:
        """The peer says whom it hears, or as primary whom it has chosen."""
        choice = self._by_id.get(value.mlag_id)
        if choice is None:
            return
        if isinstance(value, PartnersHeard):
            choice.peer = value.partners[:MOST]
        elif self.role is None or not self.role.ours(choice.mlag_id):
            choice.chosen = PartnerEnd(value.system_priority, value.system, value.key)
        self._dirty[choice.bond] = choice

    def session_ended(self) -> None:
        """What the peer said counts no more; a next session begins anew, even one that comes before anything was
        decided about the loss of this one."""
        self._begun = False
        self._dirty.update(self.choices)
        for choice in self.choices.values():
            choice.peer = ()

    def settle(self, role: Role | None) -> list[Action]:
        """Choose anew after whatever happened, under *role*; None = the session is being made or mourned: change
        nothing. Says only what has changed."""
        if role is None or (role == self.role and not self._dirty):
            return []
        unsettled = self._dirty if role == self.role else self.choices
        self.role, self._dirty = role, {}
        begins, self._begun = role.session and not self._begun, role.session
        said: list[TlvValue] = []
        for choice in unsettled.values():
            if not role.session:
                choice.peer, choice.chosen = (), NOBODY
            elif begins:
                choice.chosen = NOBODY
                said.append(PartnersHeard(choice.mlag_id, choice.own))
            ours = role.session and role.ours(choice.mlag_id)
            if ours:
                said += self._choose(choice, begins)
            choice.required = None if not role.session or (ours and choice.chosen == NOBODY) else choice.chosen
            if choice.required != choice.told:
                self.owed[choice.bond] = choice
        told = [TellAll(tuple(said))] if said else []
        return [*told, *self._tell_lacp(role)]

    def require(self) -> list[Action]:
        """LACP is told, of so many bonds in one call."""
        actions: list[Action] = []
        for bond in [*self.owed][:PART]:
            choice = self.owed.pop(bond)
            if choice.required != choice.told:
                choice.told = choice.required
                actions.append(RequirePartner(bond, choice.required))
        return actions

    def _choose(self, choice: Choice, begins: bool) -> list[TlvValue]:
        chosen = _chosen(choice)
        if chosen == choice.chosen and not begins:
            return []
        choice.chosen = chosen
        return [PartnerChosen(choice.mlag_id, chosen.system_priority, chosen.system, chosen.key)]

    def _tell_lacp(self, role: Role) -> list[Action]:
        """The ends of links that the peer hears: of two that are one, the primary's counts."""
        ends = tuple(end for choice in self.choices.values() for end in choice.peer)
        gives_way = role.session and not role.primary
        if (ends, gives_way) == (self._ends, self._gives_way):
            return []
        self._ends, self._gives_way = ends, gives_way
        return [HearPeer(ends, gives_way)]

    def fingerprint(self) -> tuple[object, ...]:
        """See sansio.Core."""
        waiting = tuple(self._dirty), tuple(self.owed)
        return self.role, waiting, tuple(msgspec.structs.astuple(choice) for choice in self.choices.values())


def _chosen(choice: Choice) -> PartnerEnd:
    """The present one while somebody hears it, else the first that our half hears, else the peer's first."""
    heard = [PartnerEnd(end.system_priority, end.system, end.key) for end in (*choice.own, *choice.peer)]
    return choice.chosen if choice.chosen in heard else heard[0] if heard else NOBODY
