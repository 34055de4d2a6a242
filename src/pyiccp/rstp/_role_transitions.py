"""The Port Role Transitions machine (802.1D-2004 17.29): figures 17-17 to 17-20.

The arrows out of a role's resting box also ask for `selected && !updtInfo`; `settled` is that.
"""

from pyiccp._sansio import ANYWHERE, UCT, Arrow, Machine
from pyiccp.rstp._procedures import agreementLost, allSynced, doubtAgreements, reRooted, setReRootTree, setSyncTree
from pyiccp.rstp._variables import Port, Role

# --- disabled ports (figure 17-17)


def INIT_PORT(port: Port) -> None:
    port.role = Role.Disabled
    port.learn = port.forward = port.synced = False
    port.sync = port.reRoot = True
    port.rrWhile.start(port.FwdDelay)
    port.fdWhile.start(port.MaxAge)
    port.rbWhile.stop()


def DISABLE_PORT(port: Port) -> None:
    port.role = port.selectedRole
    port.learn = port.forward = False
    count_down(port)


def DISABLED_PORT(port: Port) -> None:
    port.fdWhile.hold(port.MaxAge)
    port.synced = True
    port.rrWhile.stop()
    port.sync = port.reRoot = False


# --- the root port (figure 17-18)


def ROOT_PORT(port: Port) -> None:
    port.role = Role.Root
    count_down(port)
    port.rrWhile.hold(port.FwdDelay)


def ROOT_PROPOSED(port: Port) -> None:
    setSyncTree(port)
    port.proposed = False


def ROOT_AGREED(port: Port) -> None:
    port.proposed = port.sync = False
    port.agree = port.newInfo = True


def REROOT(port: Port) -> None:
    setReRootTree(port)


def ROOT_LEARN(port: Port) -> None:
    port.fdWhile.start(port.forwardDelay)
    port.learn = True


def ROOT_FORWARD(port: Port) -> None:
    port.fdWhile.stop()
    port.forward = True


def REROOTED(port: Port) -> None:
    port.reRoot = False


# --- designated ports (figure 17-19)


def DESIGNATED_PORT(port: Port) -> None:
    """Departs from figure 17-19: a former root port asks for an agreement before it forwards on, where it can have one.

    Its neighbour still counts on the agreement that the root port gave; if a better root came by another way, or is
    this bridge, a port that opens on the strength of that agreement elsewhere would close a loop.
    """
    if port.role is Role.Root and port.sendRSTP and port.operPointToPointMAC and not port.agreed:
        port.sync = True
        port.synced = False
    if port.role is not Role.Designated:
        port.offeredRoot = None
        doubtAgreements(port)
    port.role = Role.Designated
    count_down(port)


def DESIGNATED_PROPOSE(port: Port) -> None:
    port.proposing = True
    port.edgeDelayWhile.start(port.EdgeDelay)
    port.newInfo = True


def DESIGNATED_SYNCED(port: Port) -> None:
    port.rrWhile.stop()
    port.synced = True
    port.sync = False


def DESIGNATED_RETIRED(port: Port) -> None:
    port.reRoot = False


def DESIGNATED_DISCARD(port: Port) -> None:
    port.learn = port.forward = port.disputed = False
    port.fdWhile.start(port.forwardDelay)


def DESIGNATED_LEARN(port: Port) -> None:
    port.learn = True
    port.fdWhile.start(port.forwardDelay)


def DESIGNATED_FORWARD(port: Port) -> None:
    port.forward = True
    port.fdWhile.stop()
    port.agreed = port.sendRSTP


# --- alternate and backup ports (figure 17-20)


def BLOCK_PORT(port: Port) -> None:
    port.role = port.selectedRole
    port.learn = port.forward = False
    count_down(port)


def ALTERNATE_PORT(port: Port) -> None:
    """fdWhile = forwardDelay, as corrected in 802.1Q: against the FwdDelay of the printed text the exit below would
    hold for ever and no agreement would leave."""
    port.fdWhile.hold(port.forwardDelay)
    port.synced = True
    port.rrWhile.stop()
    port.sync = port.reRoot = False


def ALTERNATE_PROPOSED(port: Port) -> None:
    setSyncTree(port)
    port.proposed = False


def ALTERNATE_AGREED(port: Port) -> None:
    port.proposed = False
    port.agree = port.newInfo = True


def BACKUP_PORT(port: Port) -> None:
    port.rbWhile.hold(2 * port.HelloTime)


def count_down(port: Port) -> None:
    """The role has changed: timers that stood still in the old one count from here."""
    port.fdWhile.release()
    port.rbWhile.release()
    port.rrWhile.release()


# --- conditions


def settled(port: Port) -> bool:
    """selected && !updtInfo"""
    return port.selected and not port.updtInfo


def to_disabled(port: Port) -> bool:
    """(selectedRole == DisabledPort) && (role != selectedRole) && selected && !updtInfo"""
    return port.role is not port.selectedRole and port.selectedRole is Role.Disabled and settled(port)


def to_root(port: Port) -> bool:
    """(selectedRole == RootPort) && (role != selectedRole) && selected && !updtInfo"""
    return port.role is not port.selectedRole and port.selectedRole is Role.Root and settled(port)


def to_designated(port: Port) -> bool:
    """(selectedRole == DesignatedPort) && (role != selectedRole) && selected && !updtInfo"""
    return port.role is not port.selectedRole and port.selectedRole is Role.Designated and settled(port)


def to_alternate_or_backup(port: Port) -> bool:
    """(selectedRole == AlternatePort || BackupPort) && (role != selectedRole) && selected && !updtInfo"""
    wanted = port.selectedRole
    return port.role is not wanted and (wanted is Role.Alternate or wanted is Role.Backup) and settled(port)


def shut(port: Port) -> bool:
    """!learning && !forwarding"""
    return not port.learning and not port.forwarding and settled(port)


def disabled_again(port: Port) -> bool:
    """(fdWhile != MaxAge) || sync || reRoot || !synced"""
    return (port.fdWhile.held != port.MaxAge or port.sync or port.reRoot or not port.synced) and settled(port)


def proposed(port: Port) -> bool:
    """proposed && !agree"""
    return port.proposed and not port.agree and settled(port)


def agreed_or_asked_again(port: Port) -> bool:
    """(allSynced && !agree) || (proposed && agree)"""
    return settled(port) and (port.proposed if port.agree else allSynced(port))


def not_forward_nor_reroot(port: Port) -> bool:
    """!forward && !reRoot"""
    return not port.forward and not port.reRoot and settled(port)


def recent_root_worn(port: Port) -> bool:
    """rrWhile != FwdDelay"""
    return port.rrWhile.held != port.FwdDelay and settled(port)


def reroot_and_forward(port: Port) -> bool:
    """reRoot && forward"""
    return port.reRoot and port.forward and settled(port)


def root_may_go_on(port: Port) -> bool:
    """(fdWhile == 0) || (reRooted && (rbWhile == 0) && rstpVersion)"""
    return port.fdWhile.zero or (port.rbWhile.zero and port.bridge.rstpVersion and reRooted(port))


def root_may_learn(port: Port) -> bool:
    """((fdWhile == 0) || (reRooted && (rbWhile == 0) && rstpVersion)) && !learn"""
    return not port.learn and settled(port) and root_may_go_on(port)


def root_may_forward(port: Port) -> bool:
    """((fdWhile == 0) || (reRooted && (rbWhile == 0) && rstpVersion)) && learn && !forward"""
    return port.learn and not port.forward and settled(port) and root_may_go_on(port)


def to_propose(port: Port) -> bool:
    """!forward && !agreed && !proposing && !operEdge"""
    return not port.forward and not port.agreed and not port.proposing and not port.operEdge and settled(port)


def in_step(port: Port) -> bool:
    """(!learning && !forwarding && !synced) || (agreed && !synced) || (operEdge && !synced) || (sync && synced)"""
    if port.synced:
        return port.sync and settled(port)
    return ((not port.learning and not port.forwarding) or port.agreed or port.operEdge) and settled(port)


def retired(port: Port) -> bool:
    """(rrWhile == 0) && reRoot"""
    return port.reRoot and port.rrWhile.zero and not agreementLost(port) and settled(port)


def must_discard(port: Port) -> bool:
    """((sync && !synced) || (reRoot && (rrWhile != 0)) || disputed || isolate) && !operEdge && (learn || forward)"""
    return (
        (port.learn or port.forward)
        and not port.operEdge
        and (
            (port.sync and not port.synced)
            or (port.reRoot and (not port.rrWhile.zero or agreementLost(port)))
            or port.disputed
            or port.isolate
        )
        and settled(port)
    )


def designated_may_go_on(port: Port) -> bool:
    """((fdWhile == 0) || agreed || operEdge) && ((rrWhile == 0) || !reRoot) && !sync && !isolate"""
    return (
        (port.fdWhile.zero or port.agreed or port.operEdge)
        and (port.rrWhile.zero or not port.reRoot)
        and not port.sync
        and not port.isolate
    )


def designated_may_learn(port: Port) -> bool:
    """((fdWhile == 0) || agreed || operEdge) && ((rrWhile == 0) || !reRoot) && !sync && !learn

    and not isolate (802.1Q).
    """
    return not port.learn and settled(port) and designated_may_go_on(port)


def designated_may_forward(port: Port) -> bool:
    """((fdWhile == 0) || agreed || operEdge) && ((rrWhile == 0) || !reRoot) && !sync && learn && !forward

    and not isolate (802.1Q).
    """
    return port.learn and not port.forward and settled(port) and designated_may_go_on(port)


def alternate_again(port: Port) -> bool:
    """(fdWhile != forwardDelay) || sync || reRoot || !synced"""
    return (port.fdWhile.held != port.forwardDelay or port.sync or port.reRoot or not port.synced) and settled(port)


def backup_worn(port: Port) -> bool:
    """(rbWhile != 2 * HelloTime) && (role == BackupPort)"""
    return port.role is Role.Backup and port.rbWhile.held != 2 * port.HelloTime and settled(port)


ROLE_TRANSITIONS: Machine[Port] = Machine(
    "PRT",
    INIT_PORT,
    (
        Arrow(ANYWHERE, to_disabled, DISABLE_PORT),
        Arrow(ANYWHERE, to_root, ROOT_PORT),
        Arrow(ANYWHERE, to_designated, DESIGNATED_PORT),
        Arrow(ANYWHERE, to_alternate_or_backup, BLOCK_PORT),
        Arrow(INIT_PORT, UCT, DISABLE_PORT),
        Arrow(DISABLE_PORT, shut, DISABLED_PORT),
        Arrow(DISABLED_PORT, disabled_again, DISABLED_PORT),
        Arrow(ROOT_PORT, proposed, ROOT_PROPOSED),
        Arrow(ROOT_PORT, agreed_or_asked_again, ROOT_AGREED),
        Arrow(ROOT_PORT, not_forward_nor_reroot, REROOT),
        Arrow(ROOT_PORT, recent_root_worn, ROOT_PORT),
        Arrow(ROOT_PORT, reroot_and_forward, REROOTED),
        Arrow(ROOT_PORT, root_may_learn, ROOT_LEARN),
        Arrow(ROOT_PORT, root_may_forward, ROOT_FORWARD),
        Arrow(ROOT_PROPOSED, UCT, ROOT_PORT),
        Arrow(ROOT_AGREED, UCT, ROOT_PORT),
        Arrow(REROOT, UCT, ROOT_PORT),
        Arrow(ROOT_LEARN, UCT, ROOT_PORT),
        Arrow(ROOT_FORWARD, UCT, ROOT_PORT),
        Arrow(REROOTED, UCT, ROOT_PORT),
        Arrow(DESIGNATED_PORT, to_propose, DESIGNATED_PROPOSE),
        Arrow(DESIGNATED_PORT, in_step, DESIGNATED_SYNCED),
        Arrow(DESIGNATED_PORT, retired, DESIGNATED_RETIRED),
        Arrow(DESIGNATED_PORT, must_discard, DESIGNATED_DISCARD),
        Arrow(DESIGNATED_PORT, designated_may_learn, DESIGNATED_LEARN),
        Arrow(DESIGNATED_PORT, designated_may_forward, DESIGNATED_FORWARD),
        Arrow(DESIGNATED_PROPOSE, UCT, DESIGNATED_PORT),
        Arrow(DESIGNATED_SYNCED, UCT, DESIGNATED_PORT),
        Arrow(DESIGNATED_RETIRED, UCT, DESIGNATED_PORT),
        Arrow(DESIGNATED_DISCARD, UCT, DESIGNATED_PORT),
        Arrow(DESIGNATED_LEARN, UCT, DESIGNATED_PORT),
        Arrow(DESIGNATED_FORWARD, UCT, DESIGNATED_PORT),
        Arrow(BLOCK_PORT, shut, ALTERNATE_PORT),
        Arrow(ALTERNATE_PORT, proposed, ALTERNATE_PROPOSED),
        Arrow(ALTERNATE_PORT, agreed_or_asked_again, ALTERNATE_AGREED),
        Arrow(ALTERNATE_PORT, backup_worn, BACKUP_PORT),
        Arrow(ALTERNATE_PORT, alternate_again, ALTERNATE_PORT),
        Arrow(ALTERNATE_PROPOSED, UCT, ALTERNATE_PORT),
        Arrow(ALTERNATE_AGREED, UCT, ALTERNATE_PORT),
        Arrow(BACKUP_PORT, UCT, ALTERNATE_PORT),
    ),
)
