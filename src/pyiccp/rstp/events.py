"""What happens to a bridge's spanning tree, and what it wants done."""

from enum import Enum

import msgspec

from pyiccp._sansio import Instant
from pyiccp.rstp._config import BridgeConfig as BridgeConfig
from pyiccp.rstp._config import PortConfig as PortConfig
from pyiccp.wire._bpdu import Bpdu, ConfigBpdu, RstBpdu, TcnBpdu
from pyiccp.wire._mac import Mac

__all__ = [
    "Event",
    "Action",
    "LinkCameUp",
    "LinkWentDown",
    "BpduReceived",
    "BpduDiscarded",
    "PortAdded",
    "PortRemoved",
    "PortConfigured",
    "BridgeConfigured",
    "IdentityChanged",
    "PortStateApplied",
    "MigrationChecked",
    "GuardCleared",
    "Transmit",
    "SetLearning",
    "SetForwarding",
    "FlushHosts",
    "SetAgeing",
    "ReportPort",
    "ReportRoot",
    "ReportTopologyChange",
    "Incident",
    "ReportIncident",
]

# --- events: facts, in the past tense


class LinkCameUp(msgspec.Struct, frozen=True, gc=False):
    """The MAC of *port* is operational; said again when speed or duplex changed."""

    port: str
    speed: int = 10_000
    """Mbit/s."""
    point_to_point: bool = True
    """Full duplex, or an aggregate."""
    edge: bool = False
    """The link was up before, and it is known that no bridge is there: what AutoEdge would find out again."""


class LinkWentDown(msgspec.Struct, frozen=True, gc=False):
    port: str


class BpduReceived(msgspec.Struct, frozen=True, gc=False):
    """A BPDU came in by *port*; it also proves that the link is up (a late link event must not cost a hello)."""

    port: str
    bpdu: Bpdu


class BpduDiscarded(msgspec.Struct, frozen=True, gc=False):
    """What came in by *port* for the Bridge Group Address was no valid BPDU: counted, nothing else (9.3.4)."""

    port: str


class PortAdded(msgspec.Struct, frozen=True, gc=False):
    """A port joined the bridge; its link is down, its data plane neither learns nor forwards."""

    config: PortConfig


class PortRemoved(msgspec.Struct, frozen=True, gc=False):
    """A port left the bridge; until its data plane has said that it is shut, no agreement leaves."""

    port: str


class PortConfigured(msgspec.Struct, frozen=True, gc=False):
    """Management gave the port of that name another configuration, its number included."""

    config: PortConfig


class BridgeConfigured(msgspec.Struct, frozen=True, gc=False):
    """Management gave the bridge another configuration; no BEGIN, but for a change of `force_version` (17.13.4)."""

    config: BridgeConfig


class IdentityChanged(msgspec.Struct, frozen=True, gc=False):
    """The bridge has another identifier: roles are computed anew, no BEGIN."""

    mac: Mac
    priority: int
    still_used: bool = False
    """Another bridge goes on under the former identifier (the peer of a pair): what it says is no echo."""


class PortStateApplied(msgspec.Struct, frozen=True, gc=False):
    """The data plane of *port* has carried out command *number* and is now in this state.

    Without a number the state is beyond doubt, whatever was commanded: that of a switch that has died, say.
    """

    port: str
    learning: bool = False
    forwarding: bool = False
    number: int | None = None


class MigrationChecked(msgspec.Struct, frozen=True, gc=False):
    """Management set mcheck: try RST BPDUs again (17.19.13)."""

    port: str


class GuardCleared(msgspec.Struct, frozen=True, gc=False):
    """An operator enables the port again that BPDU guard has disabled."""

    port: str


Event = (
    LinkCameUp
    | LinkWentDown
    | BpduReceived
    | BpduDiscarded
    | PortAdded
    | PortRemoved
    | PortConfigured
    | BridgeConfigured
    | IdentityChanged
    | PortStateApplied
    | MigrationChecked
    | GuardCleared
)

# --- actions: commands


class Transmit(msgspec.Struct, frozen=True, gc=False):
    """Send *bpdu* out of *port* to the Bridge Group Address, source = the port's own MAC."""

    port: str
    bpdu: RstBpdu | ConfigBpdu | TcnBpdu


class SetLearning(msgspec.Struct, frozen=True, gc=False):
    """Learn (or no longer learn) addresses on *port*; every command is answered by `PortStateApplied`."""

    port: str
    on: bool
    number: int = 0
    """Counts the commands to the port; 0 where they are carried out at once."""


class SetForwarding(msgspec.Struct, frozen=True, gc=False):
    """Forward (or no longer forward) data frames through *port*; answered by `PortStateApplied`."""

    port: str
    on: bool
    number: int = 0


class FlushHosts(msgspec.Struct, frozen=True, gc=False):
    """Forget the dynamic hosts of *port* at once (17.19.7)."""

    port: str


class SetAgeing(msgspec.Struct, frozen=True, gc=False):
    """Age dynamic hosts after *span*; None = as configured (STP compatible mode, 17.19.7)."""

    span: Instant | None


class ReportPort(msgspec.Struct, frozen=True, gc=False):
    """Something a person or another switch may want to know of *port* changed: role, state, edge, version, guard."""

    port: str


class ReportRoot(msgspec.Struct, frozen=True, gc=False):
    """The root, its times, the cost to it or the root port changed."""


class ReportTopologyChange(msgspec.Struct, frozen=True, gc=False):
    """The bridge detected a change on *port* or was told of one by it."""

    port: str
    detected: bool


class Incident(Enum):
    """What somebody should look at."""

    BPDU_GUARD = "a BPDU came in by a guarded port: the port is disabled"
    DISPUTED = "an inferior designated port forwards: our BPDUs do not arrive there"
    ISOLATED = "the neighbour is silent: the port stays discarding"
    ECHO = "our own BPDU came back: the cable ends where it began"


class ReportIncident(msgspec.Struct, frozen=True, gc=False):
    """It began on *port*."""

    port: str
    incident: Incident


Action = (
    Transmit
    | SetLearning
    | SetForwarding
    | FlushHosts
    | SetAgeing
    | ReportPort
    | ReportRoot
    | ReportTopologyChange
    | ReportIncident
)
