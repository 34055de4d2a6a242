"""VLAN filtering: which VLAN a frame is in, who its members are (RouterOS' bridge VLAN table; 802.1Q 8.6.1, 8.6.2).

Membership is explicit, but for one rule: a port that admits untagged frames is by itself an untagged member of its
pvid. A port named `tagged` in a VLAN is tagged there whatever else is said. Without VLAN filtering there is one
VLAN, number 0, every port is in it, and tags pass through untouched.
"""

from collections.abc import Mapping

from pyiccp._bridge.config import BridgeConfig, FrameTypes, PortConfig
from pyiccp._bridge.verdicts import DropReason
from pyiccp.wire._ethernet import Header

SHARED = 0
"""The one VLAN of a bridge that does not filter; as a VID on the wire 0 means priority-tagged."""

NO_MEMBERS: Mapping[str, bool] = {}


class Vlans:
    """The VLAN table of one bridge."""

    def __init__(self, config: BridgeConfig) -> None:
        self.filtering = config.vlan_filtering
        ports = (config.own_port, *config.ports)
        self.everywhere = {port.name: False for port in ports}
        self.members_of: dict[int, dict[str, bool]] = {}
        """VID -> port -> whether it is tagged there."""
        for port in ports:
            if port.frame_types is not FrameTypes.ADMIT_ONLY_VLAN_TAGGED:
                self.members_of.setdefault(port.pvid, {})[port.name] = False
        for vlan in config.vlans:
            members = self.members_of.setdefault(vlan.vid, {})
            members.update(dict.fromkeys(vlan.untagged, False))
        for vlan in config.vlans:
            self.members_of[vlan.vid].update(dict.fromkeys(vlan.tagged, True))

    def classify(self, port: PortConfig, header: Header) -> tuple[int, DropReason | None]:
        """The VLAN of a frame that entered by *port*, or why it is not admitted."""
        if not self.filtering:
            return SHARED, None
        if header.vid:
            if port.frame_types is FrameTypes.ADMIT_ONLY_UNTAGGED:
                return SHARED, DropReason.FRAME_TYPE
            vid = header.vid
        else:
            if port.frame_types is FrameTypes.ADMIT_ONLY_VLAN_TAGGED:
                return SHARED, DropReason.FRAME_TYPE
            vid = port.pvid
        if vid == 4095 or (port.ingress_filtering and port.name not in self.members_of.get(vid, NO_MEMBERS)):
            return SHARED, DropReason.INGRESS_VLAN
        return vid, None

    def members(self, vid: int) -> Mapping[str, bool]:
        """The ports by which a frame of VLAN *vid* may leave, each with whether it is tagged there."""
        return self.members_of.get(vid, NO_MEMBERS) if self.filtering else self.everywhere

    def of_port(self, name: str) -> tuple[int, ...]:
        """The VLANs of which port *name* is a member, ascending."""
        if not self.filtering:
            return (SHARED,)
        return tuple(sorted(vid for vid, members in self.members_of.items() if name in members))
