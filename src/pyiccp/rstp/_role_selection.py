"""The Port Role Selection machine (802.1D-2004 17.28), one per bridge, and the roles themselves (17.21.25)."""

from pyiccp._sansio import UCT, Arrow, Machine, milliseconds
from pyiccp.rstp._count_up import drop_counted_up, watch_age
from pyiccp.rstp._variables import Bridge, InfoIs, Port, Role
from pyiccp.rstp._vectors import PriorityVector, add_cost, next_age, same_bridge

CLAIM_DELAY = milliseconds(5)
"""Enough for bad news and its answer to cross fifty bridges with links of 50 us."""


def INIT_BRIDGE(bridge: Bridge) -> None:
    updtRoleDisabledTree(bridge)


def ROLE_SELECTION(bridge: Bridge) -> None:
    clearReselectTree(bridge)
    updtRolesTree(bridge)
    setSelectedTree(bridge)


def reselect(bridge: Bridge) -> bool:
    """reselect of any port"""
    return any(port.reselect for port in bridge.ports.values())


def updtRoleDisabledTree(bridge: Bridge) -> None:
    """17.21.24"""
    for port in bridge.ports.values():
        port.selectedRole = Role.Disabled


def clearReselectTree(bridge: Bridge) -> None:
    """17.21.2"""
    for port in bridge.ports.values():
        port.reselect = False


def setSelectedTree(bridge: Bridge) -> None:
    """17.21.16"""
    if not reselect(bridge):
        for port in bridge.ports.values():
            port.selected = True


def updtRolesTree(bridge: Bridge) -> None:
    """17.21.25"""
    drop_counted_up(bridge)
    own = bridge.BridgeIdentifier
    root, best = None, bridge.BridgePriority
    for port in bridge.ports.values():
        path = root_path_priority(port)
        if path is not None and path < best:
            root, best = port, path
    hold_claim_back(bridge, root)
    if root is not None:
        watch_age(bridge, root)
    bridge.rootPriority = best
    if root is None:
        bridge.rootPort = None
        bridge.rootTimes = bridge.BridgeTimes
    else:
        bridge.rootPort = root.name
        bridge.rootTimes = root.portTimes._replace(MessageAge=next_age(root.portTimes.MessageAge))
    times = bridge.rootTimes._replace(HelloTime=bridge.BridgeTimes.HelloTime)
    for port in bridge.ports.values():
        port.designatedPriority = PriorityVector(best.RootID, best.RootPathCost, own, port.portId, port.portId)
        port.designatedTimes = times
        port.selectedRole, port.updtInfo = select_role(port, port is root)


def hold_claim_back(bridge: Bridge, root: Port | None) -> None:
    """Departs from 17.21.25: a bridge whose upstream has lost the root, and is not that root, tells those below at once
    but keeps its own claim from the upstream for a moment, as those below may know another way.

    Without, a ring of forty cut beside its root sees twenty bridges claim to be the root one after the other, and each
    claim that goes back upstream uses up the transmit limit that the answer needs.
    """
    if root is not None:
        for port in bridge.ports.values():
            port.claimWhile.stop()
        return
    old, lost = bridge.rootPriority, bridge.ports.get(bridge.rootPort or "")
    if (
        lost is not None
        and lost.infoIs is InfoIs.Received
        and old.RootID < bridge.BridgeIdentifier
        and not same_bridge(lost.portPriority.DesignatedBridgeID, old.RootID)
    ):
        lost.claimWhile.start(CLAIM_DELAY)


def root_path_priority(port: Port) -> PriorityVector | None:
    """What the root would be by way of *port*; None when it cannot be the root port (17.6), or its time is over."""
    vector = port.portPriority
    if (
        port.infoIs is not InfoIs.Received
        or port.rcvdInfoWhile.zero
        or port.config.restricted_role
        or same_bridge(vector.DesignatedBridgeID, port.bridge.BridgeIdentifier)
    ):
        return None
    return vector._replace(RootPathCost=add_cost(vector.RootPathCost, port.PortPathCost))


def select_role(port: Port, is_root_port: bool) -> tuple[Role, bool]:
    """(selectedRole, updtInfo) of *port*: the table at the end of 17.21.25."""
    if port.infoIs is InfoIs.Disabled:
        return Role.Disabled, False
    if port.infoIs is InfoIs.Aged:
        return Role.Designated, True
    if port.infoIs is InfoIs.Mine:
        old = (port.portPriority, port.portTimes)
        return Role.Designated, old != (port.designatedPriority, port.designatedTimes)
    if is_root_port:
        return Role.Root, False
    if port.designatedPriority < port.portPriority:
        return Role.Designated, True
    if same_bridge(port.portPriority.DesignatedBridgeID, port.bridge.BridgeIdentifier):
        return Role.Backup, False
    return Role.Alternate, False


ROLE_SELECTION_MACHINE: Machine[Bridge] = Machine(
    "PRS",
    INIT_BRIDGE,
    (
        Arrow(INIT_BRIDGE, UCT, ROLE_SELECTION),
        Arrow(ROLE_SELECTION, reselect, ROLE_SELECTION),
    ),
)
