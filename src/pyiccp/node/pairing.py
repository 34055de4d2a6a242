"""The cores that only an MLAG node has."""

from pyiccp.bridge.core import BridgeCore
from pyiccp.iccp.core import IccpCore
from pyiccp.link.core import LinkCore
from pyiccp.link.seal import Sealing
from pyiccp.mlag.core import MlagCore
from pyiccp.mlag.stp import TreeLog
from pyiccp.node.pair_tree import PairTree


class Pairing:
    """Link, session, pair, and the bridge they serve."""

    def __init__(
        self,
        mlag: MlagCore,
        link: LinkCore,
        iccp: IccpCore,
        bridge: BridgeCore,
        tree: PairTree | None,
        sealing: Sealing | None,
    ) -> None:
        self.mlag = mlag
        self.link = link
        self.iccp = iccp
        self.bridge = bridge
        self.tree = tree
        """None where the bridge has no spanning tree."""
        self.log = None if tree is None else TreeLog(tree, mlag.pair.store.node or 0)
        self.sealing = sealing
        """With a shared key."""
