"""AF_PACKET: a port on an interface of the kernel, its frames whole with their tags in band.

Python names none of the socket options that this needs; the numbers are those of linux/if_packet.h.
"""

import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from errno import EAGAIN, EINVAL, ENOBUFS, ENODEV
from types import TracebackType
from typing import Self

import trio

from pyiccp.transports.base import GONE, LONGEST, drain, read_batch
from pyiccp.transports.interface import Interface
from pyiccp.transports.vnet import HEADER, header_of, noted

RECEIVE_BUFFER = 8 << 20
_SOL_PACKET = 263
_ADD_MEMBERSHIP, _STATISTICS, _AUXDATA, _VNET_HDR, _IGNORE_OUTGOING = 1, 6, 8, 15, 23
_PROMISCUOUS = 1
_ETH_P_ALL = 3
_SO_RCVBUFFORCE = 33
_AUX = struct.Struct("=IIIHHHH")
_MEMBERSHIP = struct.Struct("=iHH8s")
_VLAN_VALID, _TPID_VALID = 0x10, 0x40
_FULL = (EAGAIN, ENOBUFS)
RETRY = 0.001


class RawPort:
    """The interface *name*. Needs CAP_NET_RAW, and CAP_NET_ADMIN for the large receive buffer.

    The socket is made without a protocol and hears nothing until it is bound: a socket made with one would hear all
    interfaces. It is bound again when the interface comes back under its name.

    Frames come and go with a header that says what their sender's kernel left to its card (PACKET_VNET_HDR): without
    it TCP of a host behind a veth stalls, because nobody ever fills in its checksums.
    """

    offloads = True

    def __init__(self, name: str) -> None:
        self.name = name
        self.lost = 0
        self._interface = Interface(name, self._bind)
        self._socket: socket.socket

    async def __aenter__(self) -> Self:
        try:
            index = socket.if_nametoindex(self.name)
        except OSError:
            raise OSError(ENODEV, f"there is no interface {self.name}") from None
        made = self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            made.setblocking(False)
            made.setsockopt(_SOL_PACKET, _AUXDATA, 1)
            made.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, 1)
            made.setsockopt(_SOL_PACKET, _VNET_HDR, 1)
            try:
                made.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER)
            except PermissionError:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            self._bind(index)
            self._interface.index = index
            self._interface.open()
        except OSError:
            made.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._interface.close()
        self._socket.close()

    async def link_change(self) -> bool:
        up = await self._interface.link_change()
        if not up:
            self.discard()
        return up

    async def receive_many(self) -> Sequence[bytes]:
        while True:
            await trio.lowlevel.wait_readable(self._socket)
            try:
                frames = read_batch(self._read)
            except OSError as error:
                if error.errno not in GONE:
                    raise
                continue  # said once by a socket whose interface went down; netlink tells when it is back
            self._count_drops()
            if frames and self._interface.up:
                return frames

    async def send_many(self, frames: Sequence[bytes]) -> None:
        await trio.lowlevel.checkpoint()
        for frame in frames:
            await self._send(frame)

    def discard(self) -> None:
        drain(self._read)

    def _bind(self, index: int) -> None:
        """Be on the interface with this *index*, and hear what is for others as well."""
        with suppress(OSError):  # gone again already: the next message of netlink says so
            self._socket.bind((self.name, _ETH_P_ALL))
            membership = _MEMBERSHIP.pack(index, _PROMISCUOUS, 0, bytes(8))
            self._socket.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, membership)

    async def _send(self, frame: bytes) -> None:
        """Frames without carrier, and ones longer than the interface takes, are lost."""
        header = header_of(frame)
        while self._interface.up:
            try:
                self._socket.sendmsg((header, frame))
                return
            except OSError as error:
                if error.errno not in _FULL:
                    break
                if error.errno == EAGAIN:
                    await trio.lowlevel.wait_writable(self._socket)
                else:
                    await trio.sleep(RETRY)
        self.lost += 1

    def _read(self) -> bytes | None:
        """One frame; a tag that the kernel took off is put back."""
        try:
            octets, ancillary, _, _ = self._socket.recvmsg(HEADER.size + LONGEST, 64)
        except OSError as error:
            if error.errno != EINVAL:
                raise
            self.lost += 1  # a train that the header has no name for
            return None
        header, frame = octets[: HEADER.size], octets[HEADER.size :]
        for level, kind, aux in ancillary:
            if level == _SOL_PACKET and kind == _AUXDATA and len(aux) >= _AUX.size:
                status, _, _, _, _, tci, tpid = _AUX.unpack_from(aux)
                if status & _VLAN_VALID:
                    tag = struct.pack("!HH", tpid if status & _TPID_VALID else 0x8100, tci)
                    return noted(header, frame[:12] + tag + frame[12:], len(tag))
        return noted(header, frame)

    def _count_drops(self) -> None:
        """Reading the statistics resets them."""
        octets = self._socket.getsockopt(_SOL_PACKET, _STATISTICS, 8)
        self.lost += struct.unpack("=II", octets)[1]
