"""One spanning tree over two chassis: TLVs 0x3010 … 0x301a of the MLAG application (mlag.md M9).

What happens on a node is told as *changes*. The secondary sends its own to the primary; the primary puts all of them
in order and sends that order as *entries* of a log, which both nodes apply. Ports go by their RSTP port numbers.
"""

import msgspec
from construct import Bytes, Int8ub, Int16ub, Int32ub, Int64ub

from pyiccp.wire._codec import Format
from pyiccp.wire._layout import Layout
from pyiccp.wire._mac import Mac
from pyiccp.wire._tails import Array, Opaque, Tlvs
from pyiccp.wire.iccp._tlv import FLAGS, TlvValue, UnknownTlv

LONGEST_NAME = 255
LONGEST_BPDU = 1500
CHUNK = 3072
"""Octets of the snapshot in one TLV at most."""
MARKS = 200
"""Ports in one TLV at most."""


class TreePort(TlvValue, frozen=True, gc=False):
    """Type 0x3010: the sender has this port, or its half of this dual-homed one."""

    port: int
    priority: int
    path_cost: int
    """0 = by the speed of the link."""
    guard_recovery: int
    """How long BPDU guard keeps it disabled, in nanoseconds; 0 = until Tree Guard Cleared."""
    admin_edge: bool
    auto_edge: bool
    restricted_role: bool
    restricted_tcn: bool
    auto_isolate: bool
    bpdu_guard: bool
    point_to_point: bool
    shared: bool
    """Management says that the link is (or is not) point-to-point; neither = as the link says."""
    name: str


class TreeLinkUp(TlvValue, frozen=True, gc=False):
    """Type 0x3011: the sender's port, or its half, is up."""

    port: int
    speed: int
    """Mbit/s."""
    point_to_point: bool
    edge: bool = False
    """The sender knows that no bridge is there: the link was up before the session, and silent."""


class TreeLinkDown(TlvValue, frozen=True, gc=False):
    """Type 0x3012."""

    port: int


class TreeBpdu(TlvValue, frozen=True, gc=False):
    """Type 0x3013: a BPDU came in."""

    port: int
    octets: bytes
    """From the protocol identifier on."""


class TreeApplied(TlvValue, frozen=True, gc=False):
    """Type 0x3014: the sender's data plane has carried out every command to the port up to this one (M9.3)."""

    port: int
    number: int


class TreeIdentity(TlvValue, frozen=True, gc=False):
    """Type 0x3015: the bridge has this identifier from now on."""

    mac: Mac
    priority: int
    still_used: bool
    """Somebody else goes on under the former one."""


class TreeGuardCleared(TlvValue, frozen=True, gc=False):
    """Type 0x301a: an operator of the sender enables the port again that BPDU guard has disabled."""

    port: int


class TreeEntry(TlvValue, frozen=True, gc=False):
    """Type 0x3016: one entry of the log."""

    sequence: int
    """Counts from 1 after the snapshot; 32 bits."""
    time: int
    """Of the primary's clock, in nanoseconds."""
    node: int
    """Whose changes they are: 0 or 1."""
    changes: tuple[TlvValue, ...] = ()
    """None = time has passed: timers fire."""


class TreeMark(msgspec.Struct, frozen=True, gc=False):
    """What the log knows of one port beside the spanning tree itself."""

    port: int
    has_0: bool
    """Node 0 has it, or a half of it."""
    has_1: bool
    up_0: bool
    up_1: bool
    applied_0: int
    """See TreeApplied."""
    applied_1: int
    told: int
    """What the spanning tree was told of it: the smaller one of those that have it."""


class TreeBegin(TlvValue, frozen=True, gc=False):
    """Type 0x3017: the primary's copy follows: marks, then a document in pieces."""

    time: int
    """Of the primary's clock, in nanoseconds."""
    size: int
    """Octets of the document."""


class TreeMarks(TlvValue, frozen=True, gc=False):
    """Type 0x3018: ports of the snapshot."""

    marks: tuple[TreeMark, ...]


class TreeSnapshot(TlvValue, frozen=True, gc=False):
    """Type 0x3019: the next octets of the document: every variable of every port, as a JSON object of named fields."""

    octets: bytes


TREE_PORT = TreePort.FORMAT = Format(
    "Tree Port",
    TreePort,
    Layout(
        "Tree Port",
        "port" / Int16ub,
        "priority" / Int8ub,
        "flags" / Int8ub,
        "path_cost" / Int32ub,
        "guard_recovery" / Int64ub,
    ),
    tail=Opaque("name", text=True, limit=LONGEST_NAME),
    bits={
        "flags": {
            "admin_edge": (0, 1),
            "auto_edge": (1, 1),
            "restricted_role": (2, 1),
            "restricted_tcn": (3, 1),
            "auto_isolate": (4, 1),
            "bpdu_guard": (5, 1),
            "point_to_point": (6, 1),
            "shared": (7, 1),
        }
    },
    codes=(0x3010,),
)
TREE_LINK_UP = TreeLinkUp.FORMAT = Format(
    "Tree Link Up",
    TreeLinkUp,
    Layout("Tree Link Up", "port" / Int16ub, "speed" / Int32ub, "flags" / Int8ub),
    bits={"flags": {"point_to_point": (0, 1), "edge": (1, 1)}},
    codes=(0x3011,),
)
TREE_LINK_DOWN = TreeLinkDown.FORMAT = Format(
    "Tree Link Down", TreeLinkDown, Layout("Tree Link Down", "port" / Int16ub), codes=(0x3012,)
)
TREE_BPDU = TreeBpdu.FORMAT = Format(
    "Tree BPDU",
    TreeBpdu,
    Layout("Tree BPDU", "port" / Int16ub),
    tail=Opaque("octets", limit=LONGEST_BPDU),
    codes=(0x3013,),
)
TREE_APPLIED = TreeApplied.FORMAT = Format(
    "Tree Applied", TreeApplied, Layout("Tree Applied", "port" / Int16ub, "number" / Int32ub), codes=(0x3014,)
)
TREE_IDENTITY = TreeIdentity.FORMAT = Format(
    "Tree Identity",
    TreeIdentity,
    Layout("Tree Identity", "mac" / Bytes(6), "priority" / Int16ub, "still_used" / Int8ub),
    codes=(0x3015,),
)
TREE_GUARD_CLEARED = TreeGuardCleared.FORMAT = Format(
    "Tree Guard Cleared", TreeGuardCleared, Layout("Tree Guard Cleared", "port" / Int16ub), codes=(0x301A,)
)
CHANGES = (TREE_PORT, TREE_LINK_UP, TREE_LINK_DOWN, TREE_BPDU, TREE_APPLIED, TREE_IDENTITY, TREE_GUARD_CLEARED)

TREE_ENTRY = TreeEntry.FORMAT = Format(
    "Tree Entry",
    TreeEntry,
    Layout("Tree Entry", "sequence" / Int32ub, "time" / Int64ub, "node" / Int8ub),
    tail=Tlvs("changes", CHANGES, UnknownTlv.FORMAT, flags=FLAGS),
    codes=(0x3016,),
)
MARK = Format(
    "mark",
    TreeMark,
    Layout(
        "mark",
        "port" / Int16ub,
        "flags" / Int8ub,
        "applied_0" / Int32ub,
        "applied_1" / Int32ub,
        "told" / Int32ub,
    ),
    bits={"flags": {"has_0": (0, 1), "has_1": (1, 1), "up_0": (2, 1), "up_1": (3, 1)}},
)
TREE_BEGIN = TreeBegin.FORMAT = Format(
    "Tree Begin", TreeBegin, Layout("Tree Begin", "time" / Int64ub, "size" / Int32ub), codes=(0x3017,)
)
TREE_MARKS = TreeMarks.FORMAT = Format("Tree Marks", TreeMarks, tail=Array("marks", MARK, most=MARKS), codes=(0x3018,))
TREE_SNAPSHOT = TreeSnapshot.FORMAT = Format(
    "Tree Snapshot", TreeSnapshot, tail=Opaque("octets", limit=CHUNK), codes=(0x3019,)
)

FORMATS = (*CHANGES, TREE_ENTRY, TREE_BEGIN, TREE_MARKS, TREE_SNAPSHOT)
