"""What happens to the ICCP session with the peer, and what it wants done."""

from enum import IntEnum

import msgspec

from pyiccp._sansio import Instant
from pyiccp.wire.iccp._pdu import Message, TlvValue
from pyiccp.wire.iccp.mlacp import AggregatorConfig, AggregatorState, PortConfig, PortState, SystemConfig
from pyiccp.wire.iccp.stp import (
    StpCistRootTime,
    StpConfigurationDigest,
    StpInstancePriority,
    StpMstiRootTime,
    StpRegionName,
    StpRevisionLevel,
    StpSystemConfig,
)

__all__ = [
    "Event",
    "Action",
    "Application",
    "Stream",
    "Ldp",
    "CarrierEstablished",
    "CarrierLost",
    "MessageReceived",
    "MalformedReceived",
    "MlacpChanged",
    "StpConfiguration",
    "StpState",
    "StpChanged",
    "TopologyChanged",
    "TlvsQueued",
    "GroupSwitched",
    "ApplicationSwitched",
    "SendMessage",
    "ReportSession",
    "DeliverTlvs",
    "SetPortPriority",
    "ReportPeerMlacp",
    "PeerStp",
    "ReportPeerStp",
    "ReportPeerTopologyChange",
    "ResetCarrier",
]


class Application(IntEnum):
    """The applications of a redundancy group; the number is the type of their Connect TLV."""

    MLACP = 0x0030
    STP = 0x2000
    MLAG = 0x3000
    FDB = 0x3020


class Stream(IntEnum):
    """Which of the carrier's two streams: urgent never waits for bulk."""

    URGENT = 0
    BULK = 1


# --- events


class Ldp(msgspec.Struct, frozen=True, gc=False):
    """A carrier on which a whole LDP session has to be opened and kept alive (RFC 5036 2.5), that is TCP."""

    active: bool
    """This end has the larger transport address: it opened the connection and speaks first."""
    peer_lsr_id: int
    """The configured neighbour's."""
    keepalive: int = 15
    """Seconds, proposed; the smaller of both proposals counts."""


class CarrierEstablished(msgspec.Struct, frozen=True, gc=False):
    """Messages can be exchanged: the raw link knows its peer, or TCP is connected."""

    ldp: Ldp | None = None
    """None = the raw link, which looks after liveness itself and needs no more than the capability."""


class CarrierLost(msgspec.Struct, frozen=True, gc=False):
    why: str


class MessageReceived(msgspec.Struct, frozen=True, gc=False):
    """One LDP message from the peer."""

    message: Message
    lsr_id: int = 0
    """From the header of its PDU; 0 = not known."""


class MalformedReceived(msgspec.Struct, frozen=True, gc=False):
    """Octets that are no message; `status` is the LDP status code of RFC 5036 3.5.1.2 that fits."""

    status: int
    why: str


class MlacpChanged(msgspec.Struct, frozen=True, gc=False):
    """What this node's mLACP application is to tell from now on; the core finds out what is new (RFC 7275 7.2.2)."""

    system: SystemConfig
    aggregators: tuple[tuple[AggregatorConfig, AggregatorState], ...]
    ports: tuple[tuple[PortConfig, PortState], ...]


StpConfiguration = StpRegionName | StpRevisionLevel | StpConfigurationDigest | StpInstancePriority
StpState = StpCistRootTime | StpMstiRootTime


class StpChanged(msgspec.Struct, frozen=True, gc=False):
    """What this node's STP application is to tell from now on; the core finds out what is new (RFC 7727 3). An RSTP
    bridge tells the priority of instance 0 and the CIST root time. Nothing can be withdrawn: what is left out later
    stays known to the peer."""

    system: StpSystemConfig
    configuration: tuple[StpConfiguration, ...] = ()
    state: tuple[StpState, ...] = ()


class TopologyChanged(msgspec.Struct, frozen=True, gc=False):
    """The topology of these spanning-tree instances changed on this node; 0 = CIST, the only one of RSTP."""

    instances: tuple[int, ...] = (0,)


class TlvsQueued(msgspec.Struct, frozen=True, gc=False):
    """Application data of a vendor application for the peer; dropped when that application is not operational."""

    application: Application
    tlvs: tuple[TlvValue, ...]
    stream: Stream = Stream.URGENT


class GroupSwitched(msgspec.Struct, frozen=True, gc=False):
    """The operator took this node out of the redundancy group, or put it back."""

    member: bool


class ApplicationSwitched(msgspec.Struct, frozen=True, gc=False):
    """The operator switched one application off in the group (and why), or on."""

    application: Application
    on: bool
    cause: str = ""


Event = (
    CarrierEstablished
    | CarrierLost
    | MessageReceived
    | MalformedReceived
    | MlacpChanged
    | StpChanged
    | TopologyChanged
    | TlvsQueued
    | GroupSwitched
    | ApplicationSwitched
)

# --- actions


class SendMessage(msgspec.Struct, frozen=True, gc=False):
    stream: Stream
    message: Message


class ReportSession(msgspec.Struct, frozen=True, gc=False):
    """The session is up (every application that we need is operational), or down and why."""

    up: bool
    peer: str
    """The peer's ICC Sender Name; '' when down."""
    why: str = ""


class DeliverTlvs(msgspec.Struct, frozen=True, gc=False):
    """Application data of a vendor application, in order."""

    application: Application
    tlvs: tuple[TlvValue, ...]


class SetPortPriority(msgspec.Struct, frozen=True, gc=False):
    """The peer asks for another LACP priority of these ports of ours (RFC 7275 7.2.2.3, OpCode 1). Whoever follows
    tells the ports' new priority by `MlacpChanged`, and the peer hears of it; whoever does not, does nothing."""

    ports: tuple[int, ...]
    """LACP port numbers, node id and all."""
    priority: int


class ReportPeerMlacp(msgspec.Struct, frozen=True, gc=False):
    """What is known of the peer's bonds changed; read `IccpCore.peer_aggregators` and `peer_ports`."""


class PeerStp(msgspec.Struct, frozen=True, gc=False):
    """What the peer has told of its spanning tree, in the order in which it was told first."""

    system: StpSystemConfig
    configuration: tuple[StpConfiguration, ...]
    state: tuple[StpState, ...]


class ReportPeerStp(msgspec.Struct, frozen=True, gc=False):
    """What is known of the peer's spanning tree, or the virtual root, changed; read `IccpCore.peer_stp`,
    `virtual_root` and `stp_refusal`."""


class ReportPeerTopologyChange(msgspec.Struct, frozen=True, gc=False):
    """The topology of these instances changed at the peer: flush their hosts, and start a topology change on the
    designated ports (RFC 7727 4.2.4)."""

    instances: tuple[int, ...]


class ResetCarrier(msgspec.Struct, frozen=True, gc=False):
    """A fault fatal to the session: close the carrier and start again."""

    why: str
    pause: Instant = 0
    """Not before (TCP after a refused Initialization; the raw link pauses by itself)."""


Action = (
    SendMessage
    | ReportSession
    | DeliverTlvs
    | SetPortPriority
    | ReportPeerMlacp
    | ReportPeerStp
    | ReportPeerTopologyChange
    | ResetCarrier
)
