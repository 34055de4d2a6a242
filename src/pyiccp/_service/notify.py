"""sd_notify(3): tell systemd, when it wants to know, that the service is ready or stops."""

import os
import socket
from contextlib import suppress


def notify(state: str) -> None:
    """Send *state*, e.g. `READY=1`, to $NOTIFY_SOCKET; without one nothing happens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        sender.sendto(state.encode(), address)
