"""STP application (RFC 7727): the group poses as one root bridge."""

from construct import Bytes, Default, Int8ub, Int16ub, Int64ub

from pyiccp.wire._codec import Format
from pyiccp.wire._layout import Layout
from pyiccp.wire._mac import Mac
from pyiccp.wire._tails import Array, Opaque
from pyiccp.wire.iccp._tlv import TlvValue

__all__ = [
    "INSTANCE",
    "StpSystemConfig",
    "StpRegionName",
    "StpRevisionLevel",
    "StpInstancePriority",
    "StpConfigurationDigest",
    "StpTopologyChanged",
    "StpCistRootTime",
    "StpMstiRootTime",
    "StpSyncRequest",
    "StpSyncData",
]

INSTANCE = 0x0FFF
"""The bits of a word in a list of instances that count; the rest are reserved."""


class StpSystemConfig(TlvValue, frozen=True, gc=False):
    """Type 0x2002."""

    roid: int
    mac: Mac
    """The sender's bridge address."""


class StpRegionName(TlvValue, frozen=True, gc=False):
    """Type 0x2003."""

    name: str


class StpRevisionLevel(TlvValue, frozen=True, gc=False):
    """Type 0x2004."""

    revision: int


class StpInstancePriority(TlvValue, frozen=True, gc=False):
    """Type 0x2005."""

    priority: int
    """The four high bits of the priority: 0x8000 is 8."""
    instance: int = 0
    """0 = CIST."""


class StpConfigurationDigest(TlvValue, frozen=True, gc=False):
    """Type 0x2006."""

    digest: bytes


class StpTopologyChanged(TlvValue, frozen=True, gc=False):
    """Type 0x2007: Topology Changed Instances."""

    words: tuple[int, ...]
    """See `INSTANCE`."""


class StpCistRootTime(TlvValue, frozen=True, gc=False):
    """Type 0x2008; whole seconds."""

    max_age: int
    message_age: int
    forward_delay: int
    hello_time: int
    remaining_hops: int


class StpMstiRootTime(TlvValue, frozen=True, gc=False):
    """Type 0x2009."""

    priority: int
    instance: int
    remaining_hops: int


class StpSyncRequest(TlvValue, frozen=True, gc=False):
    """Type 0x200A."""

    number: int
    configuration: bool = True
    state: bool = True
    request: int = 0x3FFF
    """0x0000 the system, 0x0001 the instances listed, 0x3FFF everything."""
    words: tuple[int, ...] = ()
    """See `INSTANCE`."""


class StpSyncData(TlvValue, frozen=True, gc=False):
    """Type 0x200B."""

    number: int
    end: bool


SYSTEM_CONFIG = StpSystemConfig.FORMAT = Format(
    "STP System Config",
    StpSystemConfig,
    Layout("STP System Config", "roid" / Int64ub, "mac" / Bytes(6)),
    codes=(0x2002,),
)
REGION_NAME = StpRegionName.FORMAT = Format(
    "STP Region Name", StpRegionName, tail=Opaque("name", text=True), codes=(0x2003,)
)
REVISION_LEVEL = StpRevisionLevel.FORMAT = Format(
    "STP Revision Level", StpRevisionLevel, Layout("STP Revision Level", "revision" / Int16ub), codes=(0x2004,)
)
INSTANCE_PRIORITY = StpInstancePriority.FORMAT = Format(
    "STP Instance Priority",
    StpInstancePriority,
    Layout("STP Instance Priority", "word" / Int16ub),
    codes=(0x2005,),
    bits={"word": {"instance": (0, 12), "priority": (12, 4)}},
)
CONFIGURATION_DIGEST = StpConfigurationDigest.FORMAT = Format(
    "STP Configuration Digest",
    StpConfigurationDigest,
    Layout("STP Configuration Digest", "digest" / Bytes(16)),
    codes=(0x2006,),
)
TOPOLOGY_CHANGED = StpTopologyChanged.FORMAT = Format(
    "STP Topology Changed Instances", StpTopologyChanged, tail=Array("words", 2), codes=(0x2007,)
)
CIST_ROOT_TIME = StpCistRootTime.FORMAT = Format(
    "STP CIST Root Time",
    StpCistRootTime,
    Layout(
        "STP CIST Root Time",
        "max_age" / Int16ub,
        "message_age" / Int16ub,
        "forward_delay" / Int16ub,
        "hello_time" / Int16ub,
        "remaining_hops" / Int8ub,
    ),
    codes=(0x2008,),
)
MSTI_ROOT_TIME = StpMstiRootTime.FORMAT = Format(
    "STP MSTI Root Time",
    StpMstiRootTime,
    Layout("STP MSTI Root Time", "word" / Int16ub, "remaining_hops" / Int8ub),
    codes=(0x2009,),
    bits={"word": {"instance": (0, 12), "priority": (12, 4)}},
)
SYNC_REQUEST = StpSyncRequest.FORMAT = Format(
    "STP Synchronization Request",
    StpSyncRequest,
    Layout("STP Synchronization Request", "number" / Int16ub, "flags" / Int16ub),
    tail=Array("words", 2),
    codes=(0x200A,),
    bits={"flags": {"request": (0, 14), "state": (14, 1), "configuration": (15, 1)}},
)
SYNC_DATA = StpSyncData.FORMAT = Format(
    "STP Synchronization Data",
    StpSyncData,
    Layout("STP Synchronization Data", "number" / Int16ub, "flags" / Default(Int16ub, 0)),
    codes=(0x200B,),
    bits={"flags": {"end": (0, 1)}},
)

FORMATS = (
    SYSTEM_CONFIG,
    REGION_NAME,
    REVISION_LEVEL,
    INSTANCE_PRIORITY,
    CONFIGURATION_DIGEST,
    TOPOLOGY_CHANGED,
    CIST_ROOT_TIME,
    MSTI_ROOT_TIME,
    SYNC_REQUEST,
    SYNC_DATA,
)
