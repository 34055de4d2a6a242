"""What happens to a LACP system, and what it wants done."""

from enum import Enum

import msgspec

from pyiccp.lacp._config import AggregatorConfig as AggregatorConfig
from pyiccp.lacp._config import PortConfig as PortConfig
from pyiccp.wire._lacpdu import Lacpdu, Participant
from pyiccp.wire._mac import Mac
from pyiccp.wire._marker import Marker

__all__ = [
    "Event",
    "Action",
    "LinkCameUp",
    "LinkWentDown",
    "LacpduReceived",
    "MarkerReceived",
    "IllegalReceived",
    "UnknownReceived",
    "IdentityChanged",
    "OutOfSyncHeld",
    "DistributionHeld",
    "DrainRequested",
    "PortConfigured",
    "TransmitFailed",
    "PartnerRequired",
    "PeerHeard",
    "MarkerRequested",
    "Transmit",
    "SetCollecting",
    "SetDistributing",
    "ReportHalf",
    "ReportPort",
    "ReportDrained",
    "Incident",
    "ReportIncident",
    "ReportMarker",
]

# --- events: facts, in the past tense


class LinkCameUp(msgspec.Struct, frozen=True, gc=False):
    """The MAC of *port* became operational, full duplex, point to point."""

    port: str


class LinkWentDown(msgspec.Struct, frozen=True, gc=False):
    port: str


class LacpduReceived(msgspec.Struct, frozen=True, gc=False):
    port: str
    pdu: Lacpdu


class MarkerReceived(msgspec.Struct, frozen=True, gc=False):
    port: str
    marker: Marker


class IllegalReceived(msgspec.Struct, frozen=True, gc=False):
    """A slow-protocols frame with an illegal subtype or a badly formed PDU came in: counted, nothing else."""

    port: str


class UnknownReceived(msgspec.Struct, frozen=True, gc=False):
    """A slow-protocols frame of a subtype that is not ours came in: counted, nothing else."""

    port: str


class IdentityChanged(msgspec.Struct, frozen=True, gc=False):
    """Management gave *aggregator* another system, priority, key or port base: every port says so at once (M1.8)."""

    aggregator: str
    system: Mac
    system_priority: int
    key: int
    port_base: int


class OutOfSyncHeld(msgspec.Struct, frozen=True, gc=False):
    """`hold_out_of_sync` of *aggregator* was set or released."""

    aggregator: str
    held: bool


class DistributionHeld(msgspec.Struct, frozen=True, gc=False):
    """`hold_distribution` of *aggregator* was set or released."""

    aggregator: str
    held: bool


class DrainRequested(msgspec.Struct, frozen=True, gc=False):
    """Take *aggregator* out of service without losing what the client still sends (M5.1): D=0, then S=0 on the wire,
    but its ports keep collecting until `echo_guard` (250 ms where it is 0) after the partner's PDU echoes S=0 in its
    view of us, at most 3 s; then C=0 and `ReportDrained`. `OutOfSyncHeld(held=True)` is implied and ends it at once."""

    aggregator: str


class PortConfigured(msgspec.Struct, frozen=True, gc=False):
    """Management gave the port of that name another configuration; aggregator and number must be the ones it has."""

    config: PortConfig


class TransmitFailed(msgspec.Struct, frozen=True, gc=False):
    """The driver refused the last LACPDU of *port*: it is owed still, within the rate limit."""

    port: str


class PartnerRequired(msgspec.Struct, frozen=True, gc=False):
    """The pair's primary has chosen the partner of *aggregator* (M11): ports with another priority, system or key stay
    S=0. None lifts that."""

    aggregator: str
    partner: Participant | None


class PeerHeard(msgspec.Struct, frozen=True, gc=False):
    """These ends of links are heard by the other node of the pair (all of them, each time): when one of them speaks
    here too, `Incident.PARTNER_MOVED` says so. With *gives_way* our port to it stays S=0 (M11)."""

    partners: tuple[Participant, ...]
    gives_way: bool = False


class MarkerRequested(msgspec.Struct, frozen=True, gc=False):
    """Somebody wants to know when everything sent out of *port* so far has arrived: `ReportMarker` tells."""

    port: str


Event = (
    LinkCameUp
    | LinkWentDown
    | LacpduReceived
    | MarkerReceived
    | IllegalReceived
    | UnknownReceived
    | IdentityChanged
    | OutOfSyncHeld
    | DistributionHeld
    | DrainRequested
    | PortConfigured
    | TransmitFailed
    | PartnerRequired
    | PeerHeard
    | MarkerRequested
)

# --- actions: commands


class Transmit(msgspec.Struct, frozen=True, gc=False):
    """Send *pdu* out of *port*, source = the port's own MAC, destination = the slow-protocols group."""

    port: str
    pdu: Lacpdu | Marker


class SetCollecting(msgspec.Struct, frozen=True, gc=False):
    """Accept (or no longer accept) data frames from *port*."""

    port: str
    on: bool


class SetDistributing(msgspec.Struct, frozen=True, gc=False):
    """Send (or no longer send) data frames out of *port*."""

    port: str
    on: bool


class ReportHalf(msgspec.Struct, frozen=True, gc=False):
    """M4.2 (i) became true or false for *aggregator*: the newest PDU of a partner echoes our identity and our S=1 and
    has S=1 and C=1 on at least one port (this node's half of the bond)."""

    aggregator: str
    ready: bool


class ReportPort(msgspec.Struct, frozen=True, gc=False):
    """Something another switch or a person may want to know of *port* changed: partner, states, selection."""

    port: str


class ReportDrained(msgspec.Struct, frozen=True, gc=False):
    """No port of *aggregator* collects any more; comes at once when none did."""

    aggregator: str


class Incident(Enum):
    """What somebody should look at."""

    LOOPBACK = "our own system id came in: a cable connects two of our ports, or us and our peer"
    PORT_MOVED = "the partner's port is now heard on another port"
    PARTNER_MOVED = "the partner's port is heard by our peer as well"
    VERSION_FALLBACK = "the partner does not answer version 2: we speak version 1 again"
    ACTOR_CHURN = "we have been out of sync for a minute"
    PARTNER_CHURN = "the partner has been out of sync for a minute"


class ReportIncident(msgspec.Struct, frozen=True, gc=False):
    """It began on *port*."""

    port: str
    incident: Incident


class ReportMarker(msgspec.Struct, frozen=True, gc=False):
    """The Marker that was requested for *port* was answered, or was not."""

    port: str
    transaction_id: int
    answered: bool


Action = (
    Transmit | SetCollecting | SetDistributing | ReportHalf | ReportPort | ReportDrained | ReportIncident | ReportMarker
)
