"""What happens to one node of a pair, and what it wants done."""

from enum import IntEnum

import msgspec

from pyiccp._mlag.store import Store
from pyiccp._sansio import Instant, milliseconds, seconds
from pyiccp.wire._keepalive import Keepalive
from pyiccp.wire._link import Fence
from pyiccp.wire._mac import Mac
from pyiccp.wire.iccp._mlag import PartnerEnd
from pyiccp.wire.iccp._pdu import TlvValue


class Mode(IntEnum):
    """What a node does with its dual-homed bonds; the number goes into keepalives."""

    NORMAL = 0
    HOLD = 1
    """S=0 until M8 lets them come back."""
    ISOLATED = 2
    """S=0 because the other node carries on (M7)."""


class BondConfig(msgspec.Struct, frozen=True, gc=False):
    """One dual-homed bond, by its name on this node."""

    name: str
    mlag_id: int
    mac: Mac
    system_priority: int


class MlagConfig(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One node of a pair."""

    bridge_mac: Mac
    priority: int = 128
    members: tuple[str, ...]
    """Physical ports of the peer port."""
    bonds: tuple[BondConfig, ...]
    domain: int = 1
    heartbeat: Instant | None = seconds(5)
    """RouterOS' mlag-heartbeat: after three of them in silence a warning (M2.1)."""
    liveness: Instant = milliseconds(300)
    policy: str = "safe"
    ask_time: Instant = seconds(1)
    init_delay: Instant = seconds(30)
    auto_recovery: Instant | None = seconds(10)
    suspend_orphans: bool = False
    """An isolated node's orphan ports carry nothing (M7.1)."""
    lacp_identity: str = "system-id"
    system_id: Mac | None = None
    keepalive: bool = False
    blocked: str = ""
    """A configuration error that holds all of MLAG down (M12 type 1)."""
    held_bonds: tuple[str, ...] = ()
    """Bonds that a configuration error holds down (M12 type 1)."""


# --- events


class SessionCameUp(msgspec.Struct, frozen=True, gc=False):
    """Every application of the ICCP session with *peer* is operational."""

    peer: str


class SessionWentDown(msgspec.Struct, frozen=True, gc=False):
    why: str
    proven: Instant
    """When the peer is last known to have lived: the end of the session is found up to three heartbeats later."""
    heard: Instant
    """When the peer's last heartbeat came in."""


class PeerSaid(msgspec.Struct, frozen=True, gc=False):
    """A TLV of the MLAG application, in order."""

    value: TlvValue


class HostsSynchronized(msgspec.Struct, frozen=True, gc=False):
    """The end of the peer's whole host table was applied."""


class PairChecked(msgspec.Struct, frozen=True, gc=False):
    """What the two configurations beside each other hold down (M12 type 1): all of MLAG and why, or some bonds."""

    blocked: str
    bonds: tuple[str, ...]


class TreeSynchronized(msgspec.Struct, frozen=True, gc=False):
    """This node's copy of the spanning tree is the pair's, and what does not forward in it discards (M3.1)."""


class HalfChanged(msgspec.Struct, frozen=True, gc=False):
    """M4.2 (i) for this node's half of *bond*."""

    bond: str
    ready: bool


class DistributingChanged(msgspec.Struct, frozen=True, gc=False):
    """Some (or no) member of this node's half of *bond* distributes."""

    bond: str
    on: bool


class PartnersChanged(msgspec.Struct, frozen=True, gc=False):
    """Whom this node's half of *bond* hears, the one that it carries first (M11)."""

    bond: str
    partners: tuple[PartnerEnd, ...]


class DrainFinished(msgspec.Struct, frozen=True, gc=False):
    """The client no longer sends to this node's half of *bond* (M5.1)."""

    bond: str


class FenceReceived(msgspec.Struct, frozen=True, gc=False):
    member: str
    fence: Fence


class MembersChanged(msgspec.Struct, frozen=True, gc=False):
    """On these members of the peer port the peer is heard, and hears us (M3.4); () without a session."""

    members: tuple[str, ...]


class KeepaliveReceived(msgspec.Struct, frozen=True, gc=False):
    value: Keepalive


class PeerRefused(msgspec.Struct, frozen=True, gc=False):
    """Why there can be no session although something speaks on the peer port; '' = no longer (M2.3)."""

    why: str


class PeerStartHeard(msgspec.Struct, frozen=True, gc=False):
    """The peer, known by the shared key, has started for the *start*th time: what it said in an earlier life is void,
    also after a restart of this node (M1.6)."""

    start: int


class BridgeHeard(msgspec.Struct, frozen=True, gc=False):
    """A BPDU came in by the peer port (M3.2)."""


class StopRequested(msgspec.Struct, frozen=True, gc=False):
    """A planned stop (M5)."""


class MaintenanceRequested(msgspec.Struct, frozen=True, gc=False):
    """Take this node's halves out of service, or take them in again, without stopping (M5.3)."""

    on: bool


Event = (
    SessionCameUp
    | SessionWentDown
    | PeerSaid
    | HostsSynchronized
    | TreeSynchronized
    | PairChecked
    | HalfChanged
    | DistributingChanged
    | PartnersChanged
    | DrainFinished
    | FenceReceived
    | MembersChanged
    | KeepaliveReceived
    | PeerRefused
    | BridgeHeard
    | PeerStartHeard
    | StopRequested
    | MaintenanceRequested
)

# --- actions


class SetIdentity(msgspec.Struct, frozen=True, gc=False):
    """LACP on *bond* speaks as this system from now on (M1.8)."""

    bond: str
    system: Mac
    system_priority: int
    key: int
    port_base: int


class SetBridgeIdentity(msgspec.Struct, frozen=True, gc=False):
    """The bridge's own identifier is *mac* from now on: the pair's, or the solo one."""

    mac: Mac
    gives_way: bool
    """It has the worst priority: a node that waits, or is isolated, does not become the root of the network."""


class HoldOutOfSync(msgspec.Struct, frozen=True, gc=False):
    bond: str
    held: bool


class SuspendOrphans(msgspec.Struct, frozen=True, gc=False):
    """Ports that only this node has carry nothing, or do again (M7.1)."""

    on: bool


class HoldDistribution(msgspec.Struct, frozen=True, gc=False):
    bond: str
    held: bool


class Drain(msgspec.Struct, frozen=True, gc=False):
    """Take *bond* out of sync but keep collecting until the client has stopped (M5.1)."""

    bond: str


class RequirePartner(msgspec.Struct, frozen=True, gc=False):
    """Only links to *partner* may come into sync on *bond*; None = LACP chooses (M11)."""

    bond: str
    partner: PartnerEnd | None


class HearPeer(msgspec.Struct, frozen=True, gc=False):
    """The ends of links that the peer hears, all of them; with *gives_way* ours to the same ends stay out (M11)."""

    partners: tuple[PartnerEnd, ...]
    gives_way: bool


class SetGate(msgspec.Struct, frozen=True, gc=False):
    open: bool


class SetFilter(msgspec.Struct, frozen=True, gc=False):
    """Frames that entered by the peer port may leave by *bond* (M4.1)."""

    bond: str
    open: bool


class SetEnvelope(msgspec.Struct, frozen=True, gc=False):
    """Frames that entered by *bond* cross the peer port in an envelope (M4.5)."""

    bond: str
    on: bool


class KeepCopies(msgspec.Struct, frozen=True, gc=False):
    """From now on keep copies of frames for *bond*, filed under the *number* of the Prepare that they follow (M4.6)."""

    bond: str
    number: int


class ReleaseCopies(msgspec.Struct, frozen=True, gc=False):
    """Send the copies filed under *number* and later ones out of *bond*, and keep no more."""

    bond: str
    number: int


class DropCopies(msgspec.Struct, frozen=True, gc=False):
    """Throw the copies of *bond* away, and keep no more."""

    bond: str


class Tell(msgspec.Struct, frozen=True, gc=False):
    """Send *value* to the peer in the MLAG application, urgent."""

    value: TlvValue


class TellAll(msgspec.Struct, frozen=True, gc=False):
    """Send *values*, in this order and in as few messages as hold them: as many as there are bonds."""

    values: tuple[TlvValue, ...]


class SendFence(msgspec.Struct, frozen=True, gc=False):
    fence: Fence


class SendKeepalive(msgspec.Struct, frozen=True, gc=False):
    value: Keepalive


class StartHosts(msgspec.Struct, frozen=True, gc=False):
    """Announce the whole host table; this node is number *node*."""

    node: int


class EndHosts(msgspec.Struct, frozen=True, gc=False):
    """The session is over for the host table (M10.4)."""


class StartTree(msgspec.Struct, frozen=True, gc=False):
    """One spanning tree with the peer from now on: this node is number *node*, and its copy counts if it is primary
    (M9)."""

    primary: bool
    node: int


class HoldTree(msgspec.Struct, frozen=True, gc=False):
    """The session is over for the spanning tree: go on alone, open nothing (M6.2)."""


class ReleaseTree(msgspec.Struct, frozen=True, gc=False):
    """The peer's ports count no more, or are shut: ports that the spanning tree lets forward may open."""


class TreeReady(msgspec.Struct, frozen=True, gc=False):
    """Of the log: see TreeSynchronized."""


class TreeCarriedOut(msgspec.Struct, frozen=True, gc=False):
    """Of the log, behind what it wants done: every command to *port* up to *number* is done on this node (M9.3)."""

    port: int
    number: int


class DropPeerQueue(msgspec.Struct, frozen=True, gc=False):
    """Empty the data queues of the peer port in both directions (M3.1)."""


class DropEverything(msgspec.Struct, frozen=True, gc=False):
    """Discard every frame received but not handled (M2.4)."""


class EndSession(msgspec.Struct, frozen=True, gc=False):
    """Close the ICCP session from this side."""

    why: str


class Remember(msgspec.Struct, frozen=True, gc=False):
    store: Store


class Notice(msgspec.Struct, frozen=True, gc=False):
    what: str


class Stopped(msgspec.Struct, frozen=True, gc=False):
    """The planned stop is done."""


Action = (
    SetIdentity
    | SetBridgeIdentity
    | HoldOutOfSync
    | SuspendOrphans
    | HoldDistribution
    | Drain
    | RequirePartner
    | HearPeer
    | SetGate
    | SetFilter
    | SetEnvelope
    | KeepCopies
    | ReleaseCopies
    | DropCopies
    | Tell
    | TellAll
    | SendFence
    | SendKeepalive
    | StartHosts
    | EndHosts
    | StartTree
    | HoldTree
    | ReleaseTree
    | TreeReady
    | TreeCarriedOut
    | DropPeerQueue
    | DropEverything
    | EndSession
    | Remember
    | Notice
    | Stopped
)
