"""The carrier of a network interface by its name, whatever happens to the interface."""

import socket
from collections.abc import Callable
from errno import ENOBUFS

import trio

from pyiccp.transports._netlink import Link, ask_all, links, open_netlink

_READ = 1 << 16


class Interface:
    """Follows the interface *name* by netlink: down, up, deleted, made again.

    *found* is called when the interface has another index than before: its sockets are to be bound again.
    """

    def __init__(self, name: str, found: Callable[[int], None]) -> None:
        self.name, self.index, self.up = name, 0, False
        self._found = found
        self._said = False
        self._socket: socket.socket

    def open(self) -> None:
        self._socket = open_netlink()

    def close(self) -> None:
        self._socket.close()

    async def link_change(self) -> bool:
        """See `Transport.link_change`."""
        while self.up == self._said:
            await trio.lowlevel.wait_readable(self._socket)
            try:
                octets = self._socket.recv(_READ)
            except BlockingIOError:
                continue
            except OSError as error:
                if error.errno != ENOBUFS:
                    raise
                ask_all(self._socket)
                continue
            for link in links(octets):
                self._take(link)
        self._said = self.up
        return self.up

    def _take(self, link: Link) -> None:
        if link.gone and link.index == self.index:
            self.index, self.up = 0, False
        elif link.name == self.name and not link.gone:
            if link.index != self.index:
                self.index = link.index
                self._found(link.index)
            self.up = link.up
