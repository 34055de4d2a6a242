"""What happens to a node, and what it wants done: octets in, octets out."""

from collections.abc import Sequence

import msgspec

from pyiccp._mlag.store import Store

__all__ = [
    "Event",
    "Action",
    "LinkCameUp",
    "LinkWentDown",
    "KeepaliveReceived",
    "StopRequested",
    "MaintenanceRequested",
    "FlushRequested",
    "GuardsCleared",
    "Transmit",
    "TransmitBatch",
    "DeliverLocally",
    "TransmitKeepalive",
    "DropQueued",
    "Remember",
    "Notice",
    "Stopped",
]

# --- events


class LinkCameUp(msgspec.Struct, frozen=True, gc=False):
    port: str


class LinkWentDown(msgspec.Struct, frozen=True, gc=False):
    port: str


class KeepaliveReceived(msgspec.Struct, frozen=True, gc=False):
    """A datagram of the keepalive path."""

    octets: bytes


class StopRequested(msgspec.Struct, frozen=True, gc=False):
    """A planned stop (M5); `Stopped` comes out when it is done."""


class MaintenanceRequested(msgspec.Struct, frozen=True, gc=False):
    """An operator takes this node's halves of bonds out of service, or in again (M5.3)."""

    on: bool


class FlushRequested(msgspec.Struct, frozen=True, gc=False):
    """An operator wants learned hosts forgotten: those at *interface*, None = all, on both nodes."""

    interface: str | None = None


class GuardsCleared(msgspec.Struct, frozen=True, gc=False):
    """An operator enables ports again that BPDU guard has disabled: *interface*, None = all."""

    interface: str | None = None


Event = (
    LinkCameUp
    | LinkWentDown
    | KeepaliveReceived
    | StopRequested
    | MaintenanceRequested
    | FlushRequested
    | GuardsCleared
)

# --- actions


class Transmit(msgspec.Struct, frozen=True, gc=False):
    """Send *frame* out of the physical *port*. `ordered` = in the data queue, else ahead of it."""

    port: str
    frame: bytes
    ordered: bool = True


class TransmitBatch(msgspec.Struct, frozen=True, gc=False):
    """Send data frames out of the physical *port*, in this order; as so many `Transmit`s would."""

    port: str
    frames: Sequence[bytes]


class DeliverLocally(msgspec.Struct, frozen=True, gc=False):
    """*frame* is for the device itself (or a host of the lab that lives there) at *interface*, untagged or as tagged
    as it would be on that interface."""

    interface: str
    frame: bytes


class TransmitKeepalive(msgspec.Struct, frozen=True, gc=False):
    octets: bytes


class DropQueued(msgspec.Struct, frozen=True, gc=False):
    """Throw away the data queued for *port* and the data received from it that has not been handled (M3.1)."""

    port: str


class Remember(msgspec.Struct, frozen=True, gc=False):
    """Store durably before the next action is carried out; comes back as a constructor argument."""

    store: Store


class Notice(msgspec.Struct, frozen=True, gc=False):
    """One line for a person's timeline."""

    what: str


class Stopped(msgspec.Struct, frozen=True, gc=False):
    """The planned stop is done: the process may exit, carrier may drop."""


Action = Transmit | TransmitBatch | DeliverLocally | TransmitKeepalive | DropQueued | Remember | Notice | Stopped
