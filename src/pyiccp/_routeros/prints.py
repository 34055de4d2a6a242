"""`print` of the bridge's ports and VLANs: what is configured, with what is running."""

from pyiccp._node.config import Bridge, BridgePort, FrameTypes
from pyiccp._node.status import BridgeStatus
from pyiccp._routeros.layout import Record, table

_FLAGS = {"X": "DISABLED", "I": "INACTIVE", "D": "DYNAMIC"}


def port_print(bridge: Bridge, status: BridgeStatus) -> str:
    """`/interface/bridge/port/print`: inactive ports carry their reason as a comment."""
    titles = ("INTERFACE", "BRIDGE", "PVID", "PRIORITY", "HORIZON")
    records = []
    for port in bridge.ports:
        live = status.ports.get(port.interface)
        comment = (live.comment if live else None) or ""
        horizon = "none" if port.horizon is None else str(port.horizon)
        cells = (port.interface, bridge.name, str(port.pvid), f"{port.priority:#04x}", horizon)
        flag = "X" if port.disabled else "" if is_active(port, status) else "I"
        records.append(Record(flag, [[cell] for cell in cells], comment))
    return table(_FLAGS, titles, records, right=("PVID",))


def vlan_print(bridge: Bridge, status: BridgeStatus) -> str:
    """`/interface/bridge/vlan/print`: dynamic rows by pvid first, then the configured ones; members that run."""
    titles = ("BRIDGE", "VLAN-IDS", "CURRENT-TAGGED", "CURRENT-UNTAGGED")
    active = [port.interface for port in bridge.ports if is_active(port, status)]
    by_pvid: dict[int, list[str]] = {}
    if bridge.frame_types is not FrameTypes.ADMIT_ONLY_VLAN_TAGGED:
        by_pvid[bridge.pvid] = [bridge.name]
    for port in bridge.ports:
        if port.interface in active and port.frame_types is not FrameTypes.ADMIT_ONLY_VLAN_TAGGED:
            by_pvid.setdefault(port.pvid, []).append(port.interface)
    configured = {vid for vlan in bridge.vlans if not vlan.disabled for vid in vlan.vlan_ids}
    records = [
        Record("D", [[bridge.name], [str(vid)], [], by_pvid[vid]], "added by pvid")
        for vid in sorted(by_pvid)
        if vid not in configured
    ]
    for vlan in bridge.vlans:
        present = (bridge.name, *(() if vlan.disabled else active))
        tagged = [name for name in vlan.tagged if name in present]
        untagged = [name for name in vlan.untagged if name in present]
        if not vlan.disabled:
            native = (name for vid in vlan.vlan_ids for name in by_pvid.get(vid, ()))
            untagged += [name for name in native if name not in untagged and name not in tagged]
        cells = [[bridge.name], [str(vid) for vid in vlan.vlan_ids], tagged, untagged]
        records.append(Record("X" if vlan.disabled else "", cells))
    return table(_FLAGS, titles, records, right=("VLAN-IDS",))


def is_active(port: BridgePort, status: BridgeStatus) -> bool:
    """True for a port that is in the bridge right now."""
    live = status.ports.get(port.interface)
    return not port.disabled and live is not None and live.status == "in-bridge"
