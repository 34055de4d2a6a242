"""BPDUs as a port takes them in: which are accepted, and what they say (802.1D-2004 9.3.4)."""

from pyiccp.rstp._variables import Kind, Port
from pyiccp.rstp._vectors import PriorityVector, Times, bridge_number, same_bridge, same_port
from pyiccp.wire._bpdu import UNIT, Bpdu, ConfigBpdu, MstBpdu, TcnBpdu
from pyiccp.wire._flags import PortRole

_LEAST_RST_VERSION = 2


def take(port: Port, bpdu: Bpdu) -> bool:
    """Write *bpdu* into the message variables of *port*; False when it must be discarded."""
    if isinstance(bpdu, TcnBpdu):
        port.msgKind = Kind.TCN
        return True
    kind = Kind.CONFIG if isinstance(bpdu, ConfigBpdu) else Kind.RST
    rapid = kind is Kind.RST
    if rapid and (bpdu.version < _LEAST_RST_VERSION or not port.bridge.rstpVersion):
        return False
    role = bpdu.flags.role if rapid else PortRole.DESIGNATED
    if role is PortRole.UNKNOWN:
        # Taken for a Configuration BPDU in everything but the version of the sender (9.2.9).
        kind, role = Kind.CONFIG, PortRole.DESIGNATED
    # An RSTP bridge reads the Regional Root of an MST BPDU as designated bridge: regions look like bridges (Q 14.4).
    designated = bpdu.regional_root if isinstance(bpdu, MstBpdu) else bpdu.bridge
    bridge = bridge_number(designated.priority, designated.mac)
    echo = same_bridge(bridge, port.bridge.BridgeIdentifier) and same_port(bpdu.port, port.portId)
    if kind is Kind.CONFIG and (echo or bpdu.message_age >= bpdu.max_age):
        return False
    port.msgKind = kind
    port.msgRapid = rapid
    port.msgRole = role
    port.msgFlags = bpdu.flags
    port.msgEcho = echo
    root = bridge_number(bpdu.root.priority, bpdu.root.mac)
    port.msgPriority = PriorityVector(root, bpdu.root_path_cost, bridge, bpdu.port, port.portId)
    port.msgTimes = Times(bpdu.message_age, bpdu.max_age, bpdu.forward_delay, max(bpdu.hello_time, UNIT))
    return True
