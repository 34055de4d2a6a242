"""The data plane of a bond: which members take frames in, which one carries a frame out."""

from pyiccp.node.config import Bond
from pyiccp.node.hashing import HASHES, spread

FALLBACK_HASH = "layer-2"


class Trunk:
    """One bond. For 802.3ad the members' states come from LACP, for the other modes from their links."""

    def __init__(self, bond: Bond) -> None:
        self.bond = bond
        self.lacp = bond.mode == "802.3ad"
        self.running: tuple[str, ...] = ()
        """Members with carrier, in the order of `slaves`."""
        self.collecting: tuple[str, ...] = ()
        self.distributing: tuple[str, ...] = ()

    def link(self, slave: str, up: bool) -> None:
        """Carrier of *slave* changed."""
        self.running = self._with(self.running, slave, up)
        if not self.lacp:
            serving = self.running[:1] if self.bond.mode == "active-backup" else self.running
            if len(self.running) < self.bond.min_links:
                serving = ()
            self.collecting = self.distributing = serving

    def collect(self, slave: str, on: bool) -> None:
        """LACP says whether *slave* takes frames in."""
        self.collecting = self._with(self.collecting, slave, on)

    def distribute(self, slave: str, on: bool) -> None:
        """LACP says whether *slave* carries frames out."""
        self.distributing = self._with(self.distributing, slave, on)

    def choose(self, frame: bytes) -> str | None:
        """The member that carries *frame* out; None when there is none."""
        members = self.distributing
        return self.pick(frame, members) if len(members) > 1 else members[0] if members else None

    def pick(self, frame: bytes, members: tuple[str, ...]) -> str:
        """The one of *members*, at least one, that the hash gives *frame* to."""
        return members[spread(HASHES.get(self.bond.transmit_hash_policy, HASHES[FALLBACK_HASH])(frame), len(members))]

    def _with(self, members: tuple[str, ...], slave: str, on: bool) -> tuple[str, ...]:
        return tuple(each for each in self.bond.slaves if (on if each == slave else each in members))
