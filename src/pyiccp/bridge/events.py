"""What happens to a bridge, and what it wants done. Ports are named as in the configuration."""

import msgspec

from pyiccp.wire.iccp.fdb import HostBatch, HostFlush

# --- events


class PortStateChanged(msgspec.Struct, frozen=True, gc=False):
    """*port* accepts data frames (`receiving`), sends them (`sending`): link state, or a bond's collecting and
    distributing."""

    port: str
    receiving: bool
    sending: bool


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


class HostsWanted(msgspec.Struct, frozen=True, gc=False):
    """The carrier can take up to *octets* more octets of announcements: bulk is pulled."""

    octets: int


Event = (
    PortStateChanged
    | GateChanged
    | FilterChanged
    | EnvelopeChanged
    | CopiesChanged
    | SessionStarted
    | SessionEnded
    | HostsReceived
    | FlushReceived
    | HostsWanted
)

# --- actions


class AnnounceHosts(msgspec.Struct, frozen=True, gc=False):
    """Tell the peer. `snapshot` is True for a part of the whole table that a new session asks for."""

    batch: HostBatch
    snapshot: bool = False


class AnnounceFlush(msgspec.Struct, frozen=True, gc=False):
    flush: HostFlush


class AnnounceEnd(msgspec.Struct, frozen=True, gc=False):
    """The whole table has been announced."""


class Warn(msgspec.Struct, frozen=True, gc=False):
    """A person should know (a table is full, a host flaps); at most one per cause and minute."""

    text: str


Action = AnnounceHosts | AnnounceFlush | AnnounceEnd | Warn
