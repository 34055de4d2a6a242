"""Why a port does not forward: a closed list, a sentence each."""

from enum import Enum

from pyiccp.rstp._variables import Port, Role


class Reason(Enum):
    """Why a port does not forward."""

    NO_LINK = "no link"
    PORT_DISABLED = "the bridge port is disabled"
    BPDU_GUARD = "BPDU guard has disabled the port"
    ALTERNATE = "alternate port: another port leads to the root"
    BACKUP = "backup port: another of our ports serves this segment"
    RESTRICTED_ROLE = "a better root is offered where restricted-role forbids the root port"
    ISOLATED = "auto-isolate: the neighbour is silent"
    SWITCHING_OFF = "the data plane has not confirmed yet that the port is shut"
    OLD_ROOT_PORT = "waiting until the former root port is shut"
    AWAITING_AGREEMENT = "waiting for the neighbour's agreement or the forward delay"
    FORWARD_DELAY = "learning until the forward delay is over"


def reason(port: Port) -> Reason | None:
    """Why *port* does not forward, or None when it does."""
    if port.forwarding and port.forward:
        return None
    if port.guarded:
        return Reason.BPDU_GUARD
    if not port.config.enabled:
        return Reason.PORT_DISABLED
    if not port.link:
        return Reason.NO_LINK
    if port.forwarding or (port.learning and not port.learn):
        return Reason.SWITCHING_OFF
    if port.role is Role.Alternate:
        better = port.config.restricted_role and port.portPriority.RootID < port.bridge.rootPriority.RootID
        return Reason.RESTRICTED_ROLE if better else Reason.ALTERNATE
    if port.role is Role.Backup:
        return Reason.BACKUP
    if port.isolate:
        return Reason.ISOLATED
    if port.role is Role.Root and not port.learning:
        return Reason.OLD_ROOT_PORT
    return Reason.FORWARD_DELAY if port.learning else Reason.AWAITING_AGREEMENT
