"""The cores that only an MLAG node has."""

from pyiccp.bridge.core import BridgeCore
from pyiccp.iccp.core import IccpCore
from pyiccp.link.core import LinkCore
from pyiccp.mlag.core import MlagCore


class Pairing:
    """Link, session, pair, and the bridge they serve."""

    def __init__(self, mlag: MlagCore, link: LinkCore, iccp: IccpCore, bridge: BridgeCore) -> None:
        self.mlag = mlag
        self.link = link
        self.iccp = iccp
        self.bridge = bridge
