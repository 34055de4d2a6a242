"""The data plane of a bond: which members take frames in, which one carries a frame out."""

from pyiccp._node.config import Bond
from pyiccp._node.hashing import HASHES, spread

FALLBACK_HASH = "layer-2"


class Trunk:
    """One bond. For 802.3ad the members' states come from LACP, for the other modes from their links."""

    def __init__(self, bond: Bond) -> None:
        self.bond = bond
        self.lacp = bond.mode == "802.3ad"
        self.running: tuple[str, ...] = ()
        """Members with carrier, in the order of `slaves`."""
        self.collecting: tuple[str, ...] = ()
        """Members that take data in."""
        self.distributing: tuple[str, ...] = ()
        """Members that carry data out."""
        self.heard: tuple[str, ...] | None = None
        """Of a peer port: members on which the peer is there, the others carry no data (M3.4); None = no session."""
        self._taking: tuple[str, ...] = ()
        self._carrying: tuple[str, ...] = ()
        """What LACP, or the links, would have collect and distribute."""

    def link(self, slave: str, up: bool) -> None:
        """Carrier of *slave* changed."""
        self.running = self._with(self.running, slave, up)
        if not self.lacp:
            serving = self.running[:1] if self.bond.mode == "active-backup" else self.running
            if len(self.running) < self.bond.min_links:
                serving = ()
            self._taking = self._carrying = serving
            self._settle()

    def collect(self, slave: str, on: bool) -> None:
        """LACP says whether *slave* takes frames in."""
        self._taking = self._with(self._taking, slave, on)
        self._settle()

    def distribute(self, slave: str, on: bool) -> None:
        """LACP says whether *slave* carries frames out."""
        self._carrying = self._with(self._carrying, slave, on)
        self._settle()

    def hear(self, members: tuple[str, ...] | None) -> None:
        """The link to the peer says on which members it is heard."""
        self.heard = members
        self._settle()

    def _settle(self) -> None:
        heard = self.bond.slaves if self.heard is None else self.heard
        self.collecting = tuple(each for each in self._taking if each in heard)
        self.distributing = tuple(each for each in self._carrying if each in heard)

    def choose(self, frame: bytes) -> str | None:
        """The member that carries *frame* out; None when there is none."""
        members = self.distributing
        return self.pick(frame, members) if len(members) > 1 else members[0] if members else None

    def pick(self, frame: bytes, members: tuple[str, ...]) -> str:
        """The one of *members*, at least one, that the hash gives *frame* to."""
        return members[spread(HASHES.get(self.bond.transmit_hash_policy, HASHES[FALLBACK_HASH])(frame), len(members))]

    def _with(self, members: tuple[str, ...], slave: str, on: bool) -> tuple[str, ...]:
        return tuple(each for each in self.bond.slaves if (on if each == slave else each in members))
