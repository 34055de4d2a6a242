"""The cores that only an MLAG node has."""

from collections.abc import Sequence
from typing import Any

from pyiccp._bridge.core import BridgeCore
from pyiccp._link.core import LinkCore
from pyiccp._link.seal import Sealing
from pyiccp._mlag import events as mlag
from pyiccp._mlag.core import MlagCore
from pyiccp._mlag.profile import Profile
from pyiccp._mlag.stp import TreeLog
from pyiccp._node.pair_tree import PairTree
from pyiccp._sansio import Instant
from pyiccp.iccp._core import IccpCore
from pyiccp.wire._link import FORMATS, parts
from pyiccp.wire.iccp._pdu import IccpPdu


class Pairing:
    """Link, session, pair, and the bridge they serve."""

    def __init__(
        self,
        core: MlagCore,
        link: LinkCore,
        iccp: IccpCore,
        bridge: BridgeCore,
        tree: PairTree | None,
        sealing: Sealing | None,
    ) -> None:
        for form in (IccpPdu.FORMAT, *FORMATS.values()):
            form.prepare()
        self.mlag = core
        self.link = link
        self.iccp = iccp
        self.bridge = bridge
        self.tree = tree
        """None where the bridge has no spanning tree."""
        self.profile: Profile | None = None
        """What the peer says it is like (M12)."""
        self.compared: tuple[Profile, Profile | None] | None = None
        """Ours and the peer's, as last checked beside each other."""
        self.heard = bytearray()
        """Of its profile, so far."""
        self.log = None if tree is None else TreeLog(tree, core.pair.store.node or 0)
        self.sealing = sealing
        """With a shared key."""

    def check_seal(self, octets: bytes, now: Instant) -> tuple[str, Sequence[Any]]:
        """With a shared key: why *octets* of the peer port are not to be read ('' = they are), and what follows."""
        if self.sealing is None:
            return "", ()
        why, start = self.sealing.refuse(*parts(octets)), self.sealing.peer_start
        known = start == self.mlag.pair.store.replay
        return why, () if known else self.mlag.handle(mlag.PeerStartHeard(start), now)
