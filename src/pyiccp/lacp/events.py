"""What happens to a LACP system, and what it wants done."""

import msgspec

from pyiccp.sansio import Instant, milliseconds
from pyiccp.wire.lacpdu import Lacpdu
from pyiccp.wire.marker import Marker
from pyiccp.wire.mac import Mac


class AggregatorConfig(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One aggregator (a bond): its identity and how its ports behave."""

    name: str
    system: Mac
    system_priority: int = 0x8000
    key: int
    port_base: int = 0
    """Added to the number of each port: 0x8000 | node << 12 on a node of a pair (RFC 7275 7.2), else 0."""
    independent: bool = False
    """Independent control of collecting and distributing (figure 6-22); False is coupled control (6-23)."""
    collect_early: bool = False
    """Collect from ATTACHED on, as soon as S=1 is sent (M4.2)."""
    echo_guard: Instant = 0
    """After a change of identity or loss of carrier S stays 0 until this long after the first echo of it (M1.8)."""
    hold_out_of_sync: bool = False
    """Stay in WAITING with S=0, PDUs go on (M8.1)."""
    hold_distribution: bool = False
    """Stay in COLLECTING until released (M4.2)."""
    max_links: int = 0
    """How many ports may be SELECTED at once; 0 = no limit."""
    min_links: int = 0


class PortConfig(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One port of an aggregator."""

    name: str
    aggregator: str
    number: int
    """1 … 4095; the number on the wire is `port_base + number`."""
    priority: int = 0x80
    active: bool = True
    short_timeout: bool = False
    aggregatable: bool = True


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


Action = Transmit | SetCollecting | SetDistributing | ReportHalf | ReportPort | ReportDrained

DEFAULT_ECHO_GUARD = milliseconds(250)
