"""AF_PACKET: a port on an interface of the kernel, its frames whole with their tags in band."""

import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from errno import EAGAIN, EINTR, EINVAL, ENOBUFS, ENODEV
from types import TracebackType
from typing import Self

import trio

from pyiccp._node.offload import Offloaded
from pyiccp._node.retagged import Retagged
from pyiccp.transports._base import GONE, LONGEST, drain
from pyiccp.transports._interface import Interface
from pyiccp.transports._packet import (
    ADD_MEMBERSHIP,
    AUXDATA,
    IGNORE_OUTGOING,
    SOL_PACKET,
    STATISTICS,
    VLAN_VALID,
    VNET_HDR,
    Outbox,
    Ring,
    tag_octets,
)
from pyiccp.transports._vnet import HEADER, header_of, noted

RECEIVE_BUFFER = 8 << 20
"""Octets of frames too long for the ring."""
_PROMISCUOUS = 1
_ETH_P_ALL = 3
_SO_RCVBUFFORCE = 33
_AUX = struct.Struct("=IIIHHHH")
_MEMBERSHIP = struct.Struct("=iHH8s")
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
        self._missed = 0
        self._interface = Interface(name, self._bind)
        self._outbox = Outbox()
        self._socket: socket.socket
        self._ring: Ring

    @property
    def missed(self) -> int:
        """Received frames that the system dropped, because they were not read in time."""
        octets = self._socket.getsockopt(SOL_PACKET, STATISTICS, 8)  # which sets them to 0
        self._missed += struct.unpack("=II", octets)[1]
        return self._missed + self._ring.cut

    async def __aenter__(self) -> Self:
        try:
            index = socket.if_nametoindex(self.name)
        except OSError:
            raise OSError(ENODEV, f"there is no interface {self.name}") from None
        made = self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            made.setblocking(False)
            for option in (AUXDATA, IGNORE_OUTGOING, VNET_HDR):
                made.setsockopt(SOL_PACKET, option, 1)
            try:
                made.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER)
            except PermissionError:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            self._ring = Ring(made, self._read)
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
        self._ring.close()
        self._socket.close()

    async def link_change(self) -> bool:
        up = await self._interface.link_change()
        if not up:
            self.discard()
        return up

    async def receive_many(self) -> Sequence[bytes]:
        await trio.lowlevel.checkpoint()
        while True:
            frames = self._ring.take()
            if frames and self._interface.up:
                return frames
            if not frames:
                await trio.lowlevel.wait_readable(self._socket)
                # Said once by a socket whose interface went down; netlink tells when it is back.
                error = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if error and error not in GONE:
                    raise OSError(error, f"{self.name} cannot be read")

    async def send_many(self, frames: Sequence[bytes]) -> None:
        await trio.lowlevel.checkpoint()
        if isinstance(frames, Retagged) or Offloaded not in map(type, frames):
            await self._send_plain(frames)
            return
        for frame in frames:
            await self._send(frame)

    def discard(self) -> None:
        while self._ring.take():
            pass
        drain(self._read)

    def _bind(self, index: int) -> None:
        """Be on the interface with this *index*, and hear what is for others as well."""
        with suppress(OSError):  # gone again already: the next message of netlink says so
            self._socket.bind((self.name, _ETH_P_ALL))
            membership = _MEMBERSHIP.pack(index, _PROMISCUOUS, 0, bytes(8))
            self._socket.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, membership)

    async def _send_plain(self, frames: Sequence[bytes]) -> None:
        """Frames without carrier, and ones longer than the interface takes, are lost."""
        sent, all_of_them = 0, len(frames)
        while sent < all_of_them:
            if not self._interface.up:
                self.lost += all_of_them - sent
                return
            try:
                sent += self._outbox.send(self._socket.fileno(), frames[sent:] if sent else frames)
            except OSError as error:
                if error.errno in _FULL:
                    await self._room(error)
                elif error.errno != EINTR:
                    self.lost += 1
                    sent += 1

    async def _send(self, frame: bytes) -> None:
        header = header_of(frame)
        while self._interface.up:
            try:
                self._socket.sendmsg((header, frame))
                return
            except OSError as error:
                if error.errno not in _FULL:
                    break
                await self._room(error)
        self.lost += 1

    async def _room(self, error: OSError) -> None:
        """Until the socket takes more; of a full device nothing tells when that is."""
        if error.errno == EAGAIN:
            await trio.lowlevel.wait_writable(self._socket)
        else:
            await trio.sleep(RETRY)

    def _read(self) -> bytes | None:
        """One frame by the socket itself; a tag that the kernel took off is put back."""
        try:
            octets, ancillary, _, _ = self._socket.recvmsg(HEADER.size + LONGEST, 64)
        except OSError as error:
            if error.errno != EINVAL:
                raise
            self.lost += 1  # a train that the header has no name for
            return None
        header, frame = octets[: HEADER.size], octets[HEADER.size :]
        for level, kind, aux in ancillary:
            if level == SOL_PACKET and kind == AUXDATA and len(aux) >= _AUX.size:
                status, _, _, _, _, tci, tpid = _AUX.unpack_from(aux)
                if status & VLAN_VALID:
                    tag = tag_octets(status, tci, tpid)
                    return noted(header, frame[:12] + tag + frame[12:], len(tag))
        return noted(header, frame)
