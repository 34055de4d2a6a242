"""mLACP application (RFC 7275 7.2)."""

from enum import IntEnum

from construct import Bytes, Default, Int8ub, Int16ub, Int32ub, Int64ub

from pyiccp.wire._codec import Format
from pyiccp.wire._layout import Layout
from pyiccp.wire._mac import Mac
from pyiccp.wire._state import State
from pyiccp.wire._tails import Opaque
from pyiccp.wire.iccp._tlv import TlvValue

__all__ = [
    "SYNCHRONIZED",
    "PURGE",
    "PRIORITY_SET",
    "Selected",
    "Condition",
    "RequestType",
    "SystemConfig",
    "PortConfig",
    "PortPriority",
    "PortState",
    "AggregatorConfig",
    "AggregatorState",
    "SyncRequest",
    "SyncData",
]

SYNCHRONIZED = 0x01
"""Config flag: the last member port of this aggregator."""
PURGE = 0x02
"""Config flag: forget it."""
PRIORITY_SET = 0x04
"""Config flag: the priority field counts."""


class Selected(IntEnum):
    SELECTED = 0
    UNSELECTED = 1
    STANDBY = 2


class Condition(IntEnum):
    """Port State and Aggregator State."""

    UP = 0
    DOWN = 1
    ADMIN_DOWN = 2
    TEST = 3


class RequestType(IntEnum):
    SYSTEM = 0x0000
    AGGREGATOR = 0x0001
    PORT = 0x0002
    ALL = 0x3FFF


class SystemConfig(TlvValue, frozen=True, gc=False):
    """Type 0x0032."""

    system: Mac
    system_priority: int
    node_id: int
    """0 to 7."""


class PortConfig(TlvValue, frozen=True, gc=False):
    """Type 0x0033."""

    port: int
    """LACP port number, node-id encoded."""
    mac: Mac
    actor_key: int
    priority: int = 0
    """Counts only with PRIORITY_SET."""
    speed: int = 0
    """Mbit/s."""
    flags: int = 0
    name: str = ""
    """At most 20 octets of UTF-8."""


class PortPriority(TlvValue, frozen=True, gc=False):
    """Type 0x0034."""

    opcode: int
    """0 announces a local change, 1 asks the remote for one."""
    port: int
    """0 = all ports of the aggregator."""
    aggregator: int
    last_priority: int
    current_priority: int


class PortState(TlvValue, frozen=True, gc=False):
    """Type 0x0035; the partner's state octet comes first on the wire."""

    partner_system: Mac
    partner_system_priority: int
    partner_port: int
    partner_port_priority: int
    partner_key: int
    partner_state: State
    actor_state: State
    actor_port: int
    actor_key: int
    selected: int = Selected.UNSELECTED
    """See `Selected`."""
    condition: int = Condition.DOWN
    """See `Condition`."""
    aggregator: int = 0


class AggregatorConfig(TlvValue, frozen=True, gc=False):
    """Type 0x0036."""

    roid: int
    """Redundant object, the same number at every member of the group; not 0."""
    aggregator: int
    mac: Mac
    actor_key: int
    member_priority: int = 0
    """Counts only with PRIORITY_SET."""
    flags: int = 0
    name: str = ""
    """At most 20 octets of UTF-8."""


class AggregatorState(TlvValue, frozen=True, gc=False):
    """Type 0x0037."""

    partner_system: Mac
    partner_system_priority: int
    partner_key: int
    aggregator: int
    actor_key: int
    condition: int = Condition.DOWN


class SyncRequest(TlvValue, frozen=True, gc=False):
    """Type 0x0038."""

    number: int
    """1 to 65535."""
    configuration: bool = True
    """C bit."""
    state: bool = True
    """S bit."""
    request: int = RequestType.ALL
    """See `RequestType`."""
    selector: int = 0
    """Port number or aggregator ID by type; 0 = select by key."""
    actor_key: int = 0


class SyncData(TlvValue, frozen=True, gc=False):
    """Type 0x0039."""

    number: int
    """Of the request; 0 = unsolicited."""
    end: bool
    """False starts, True ends."""


SYSTEM_CONFIG = SystemConfig.FORMAT = Format(
    "mLACP System Config",
    SystemConfig,
    Layout("mLACP System Config", "system" / Bytes(6), "system_priority" / Int16ub, "node_id" / Int8ub),
    codes=(0x0032,),
)

PORT_CONFIG = PortConfig.FORMAT = Format(
    "mLACP Port Config",
    PortConfig,
    Layout(
        "mLACP Port Config",
        "port" / Int16ub,
        "mac" / Bytes(6),
        "actor_key" / Int16ub,
        "priority" / Int16ub,
        "speed" / Int32ub,
        "flags" / Int8ub,
        "name_length" / Int8ub,
    ),
    codes=(0x0033,),
    tail=Opaque("name", text=True, limit=20),
    count="name_length",
)

PORT_PRIORITY = PortPriority.FORMAT = Format(
    "mLACP Port Priority",
    PortPriority,
    Layout(
        "mLACP Port Priority",
        "opcode" / Int16ub,
        "port" / Int16ub,
        "aggregator" / Int16ub,
        "last_priority" / Int16ub,
        "current_priority" / Int16ub,
    ),
    codes=(0x0034,),
)

PORT_STATE = PortState.FORMAT = Format(
    "mLACP Port State",
    PortState,
    Layout(
        "mLACP Port State",
        "partner_system" / Bytes(6),
        "partner_system_priority" / Int16ub,
        "partner_port" / Int16ub,
        "partner_port_priority" / Int16ub,
        "partner_key" / Int16ub,
        "partner_state" / Int8ub,
        "actor_state" / Int8ub,
        "actor_port" / Int16ub,
        "actor_key" / Int16ub,
        "selected" / Int8ub,
        "condition" / Int8ub,
        "aggregator" / Int16ub,
    ),
    codes=(0x0035,),
)

AGGREGATOR_CONFIG = AggregatorConfig.FORMAT = Format(
    "mLACP Aggregator Config",
    AggregatorConfig,
    Layout(
        "mLACP Aggregator Config",
        "roid" / Int64ub,
        "aggregator" / Int16ub,
        "mac" / Bytes(6),
        "actor_key" / Int16ub,
        "member_priority" / Int16ub,
        "flags" / Int8ub,
        "name_length" / Int8ub,
    ),
    codes=(0x0036,),
    tail=Opaque("name", text=True, limit=20),
    count="name_length",
)

AGGREGATOR_STATE = AggregatorState.FORMAT = Format(
    "mLACP Aggregator State",
    AggregatorState,
    Layout(
        "mLACP Aggregator State",
        "partner_system" / Bytes(6),
        "partner_system_priority" / Int16ub,
        "partner_key" / Int16ub,
        "aggregator" / Int16ub,
        "actor_key" / Int16ub,
        "condition" / Int8ub,
    ),
    codes=(0x0037,),
)

SYNC_REQUEST = SyncRequest.FORMAT = Format(
    "mLACP Synchronization Request",
    SyncRequest,
    Layout(
        "mLACP Synchronization Request",
        "number" / Int16ub,
        "flags" / Int16ub,
        "selector" / Int16ub,
        "actor_key" / Int16ub,
    ),
    codes=(0x0038,),
    bits={"flags": {"request": (0, 14), "state": (14, 1), "configuration": (15, 1)}},
)

SYNC_DATA = SyncData.FORMAT = Format(
    "mLACP Synchronization Data",
    SyncData,
    Layout("mLACP Synchronization Data", "number" / Int16ub, "end" / Default(Int16ub, 0)),
    codes=(0x0039,),
)

FORMATS = (
    SYSTEM_CONFIG,
    PORT_CONFIG,
    PORT_PRIORITY,
    PORT_STATE,
    AGGREGATOR_CONFIG,
    AGGREGATOR_STATE,
    SYNC_REQUEST,
    SYNC_DATA,
)
