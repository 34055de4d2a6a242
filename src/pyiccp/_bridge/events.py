"""What happens to a bridge, and what it wants done. Ports are named as in the configuration.

AnnounceHosts, AnnounceFlush and AnnounceEnd travel in one stream, in the order in which they come out: a removal that
overtook the learn before it would leave a ghost at the peer.
"""

import msgspec

from pyiccp.wire._mac import Mac
from pyiccp.wire.iccp._fdb import HostBatch, HostFlush

# --- events


class PortStateChanged(msgspec.Struct, frozen=True, gc=False):
    """*port* accepts data frames (`receiving`), sends them (`sending`): link state, or a bond's collecting and
    distributing."""

    port: str
    receiving: bool
    sending: bool


class SpanningTreeChanged(msgspec.Struct, frozen=True, gc=False):
    """Spanning tree lets *port* learn addresses, and forward data; a port that it never spoke of does both."""

    port: str
    learning: bool
    forwarding: bool


class GateChanged(msgspec.Struct, frozen=True, gc=False):
    """The peer port's gate (M3.1)."""

    open: bool


class FilterChanged(msgspec.Struct, frozen=True, gc=False):
    """Frames that entered by the peer port may (or may not) leave by the dual-homed bond *port* (M4.1)."""

    port: str
    open: bool


class EnvelopeChanged(msgspec.Struct, frozen=True, gc=False):
    """Frames that entered by the dual-homed bond *port* cross the peer port in an envelope, or bare (M4.5)."""

    port: str
    on: bool


class CopiesChanged(msgspec.Struct, frozen=True, gc=False):
    """Verdicts name (or no longer name) the dual-homed bond *port* under `copies` for frames that would leave by it
    were it sending (M4.6)."""

    port: str
    on: bool


class SessionStarted(msgspec.Struct, frozen=True, gc=False):
    """A session with the peer is up; this node is number *node* (0 or 1). The whole table is to be announced."""

    node: int


class SessionEnded(msgspec.Struct, frozen=True, gc=False):
    """The session is over (M10.4)."""


class HostsReceived(msgspec.Struct, frozen=True, gc=False):
    batch: HostBatch


class FlushReceived(msgspec.Struct, frozen=True, gc=False):
    flush: HostFlush


class FlushRequested(msgspec.Struct, frozen=True, gc=False):
    """Learned hosts are to be forgotten on both nodes: those at *port*, None = everywhere; in VLAN *vid*, 0 = in all
    (M10.3)."""

    port: str | None = None
    vid: int = 0


class SharedAddressChanged(msgspec.Struct, frozen=True, gc=False):
    """Both nodes answer to *address* (the pair's identity): an own address of the bridge interface that is never told
    to the peer (M10.5); None = no such address."""

    address: Mac | None


class HostsWanted(msgspec.Struct, frozen=True, gc=False):
    """The carrier can take up to *octets* octets of announcements from now on (not: that many more than it said
    before): bulk is pulled. Kept until used, also when it comes ahead of SessionStarted."""

    octets: int


Event = (
    PortStateChanged
    | SpanningTreeChanged
    | GateChanged
    | FilterChanged
    | EnvelopeChanged
    | CopiesChanged
    | SessionStarted
    | SessionEnded
    | HostsReceived
    | FlushReceived
    | FlushRequested
    | SharedAddressChanged
    | HostsWanted
)

# --- actions


class AnnounceHosts(msgspec.Struct, frozen=True, gc=False):
    """Tell the peer."""

    batches: tuple[HostBatch, ...]


class AnnounceFlush(msgspec.Struct, frozen=True, gc=False):
    flush: HostFlush


class AnnounceEnd(msgspec.Struct, frozen=True, gc=False):
    """The whole table has been announced."""


class Warn(msgspec.Struct, frozen=True, gc=False):
    """A person should know (a table is full, a host flaps); at most one per cause and minute."""

    text: str


Action = AnnounceHosts | AnnounceFlush | AnnounceEnd | Warn
