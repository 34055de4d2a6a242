"""Frames that a kernel handed over unfinished: checksum left blank, or a train of TCP segments in one.

A kernel leaves both to the card, and veth has none: what comes in by such an interface is not yet what a wire carries.
Between two interfaces that both understand, the note of what is left to do goes along with the frame and nothing is
computed; everywhere else `finished` does what the card would have done.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Self

import msgspec

from pyiccp._node.retagged import Retagged

ETHERNET = 12
_IPV4, _IPV6 = b"\x08\x00", b"\x86\xdd"
_TAGS = (b"\x81\x00", b"\x88\xa8", b"\x91\x00")
_TCP, _UDP = 6, 17
_FIN, _PSH, _CWR = 0x01, 0x08, 0x80


class Train(IntEnum):
    """What a frame is to be cut into (virtio 5.1.6, `gso_type` without the ECN bit)."""

    NONE = 0
    TCP_OVER_IPV4 = 1
    TCP_OVER_IPV6 = 4
    UDP = 5


class Offload(msgspec.Struct, frozen=True, gc=False):
    """What is left to do on a frame: the fields of `struct virtio_net_hdr`."""

    start: int
    """Octet of the frame from which on the checksum counts: where TCP or UDP begins. 0 = it is right already, as in a
    train that a card has put together."""
    offset: int
    """Octets from there to the checksum, which holds the sum of the pseudo header."""
    train: int = Train.NONE
    size: int = 0
    """Payload octets of each frame of the train."""
    header: int = 0
    """Octets that a kernel wants in one piece; it only hints at where the payload begins."""
    ecn: bool = False
    """The first frame of the train alone carries CWR (RFC 3168 6.1.2)."""


class Offloaded(bytes):
    """An unfinished frame. Whatever slices it gets plain octets, so that nothing is left undone unseen."""

    offload: Offload

    def __new__(cls, octets: bytes, offload: Offload) -> Self:
        made = super().__new__(cls, octets)
        made.offload = offload
        return made


def reshaped(frame: bytes, octets: bytes) -> bytes:
    """*octets*, which are *frame* with another tag or none, with the same left to do."""
    if type(frame) is not Offloaded:
        return octets
    moved = len(octets) - len(frame)
    left = frame.offload
    start, header = (each and each + moved for each in (left.start, left.header))
    return Offloaded(octets, Offload(start, left.offset, left.train, left.size, header, left.ecn))


def finished(frame: bytes) -> Sequence[bytes]:
    """*frame* as a wire carries it: itself if nothing is left to do, else with its checksum, or cut into its train.

    () for what cannot be finished: a train of another protocol, or a note that points outside of the frame.
    """
    if type(frame) is not Offloaded:
        return (frame,)
    left = frame.offload
    if left.train != Train.NONE:
        return _cut(frame, left)
    at = left.start + left.offset
    if left.start < ETHERNET + 2 or at + 2 > len(frame):
        return ()
    return (frame[:at] + _checksum(frame[left.start :]) + frame[at + 2 :],)


def all_finished(frames: Sequence[bytes]) -> Sequence[bytes]:
    """Every frame of *frames* finished, in order; *frames* itself when there is nothing to do."""
    if isinstance(frames, Retagged) or Offloaded not in map(type, frames):
        return frames
    return [each for frame in frames for each in finished(frame)]


def _checksum(octets: bytes | bytearray, more: int = 0) -> bytes:
    """RFC 1071: the complement of the sum of all 16-bit words; 0 is sent as 0xFFFF, which means the same."""
    # 2^16 = 1 modulo 0xFFFF, so the number that the octets spell is congruent to the sum of its words.
    number = int.from_bytes(octets, "big") << (8 if len(octets) & 1 else 0)
    return (0xFFFF - (number + more) % 0xFFFF).to_bytes(2, "big")


def _cut(frame: bytes, left: Offload) -> Sequence[bytes]:
    """The train of *frame*: each with its own lengths, numbers, flags and checksums."""
    network = ETHERNET
    while frame[network : network + 2] in _TAGS:
        network += 4
    kind, network = frame[network : network + 2], network + 2
    start = left.start or network + (40 if kind == _IPV6 else (frame[network : network + 1] or b"\0")[0] % 16 * 4)
    udp = left.train == Train.UDP
    header = 8 if udp else frame[start + 12] >> 4 << 2 if len(frame) > start + 12 else 0
    if (
        left.train not in (Train.TCP_OVER_IPV4, Train.TCP_OVER_IPV6, Train.UDP)
        or left.size < 1
        or start < network + (20 if kind == _IPV4 else 40)
        or kind not in (_IPV4, _IPV6)
        or header < (8 if udp else 20)
        or len(frame) < start + header
    ):
        return ()
    payload = start + header
    cuts: list[bytes] = []
    for number, at in enumerate(range(payload, max(len(frame), payload + 1), left.size)):
        piece = frame[at : at + left.size]
        ip = _network(bytearray(frame[network:start]), kind, number, header + len(piece))
        upper = bytearray(frame[start:payload])
        if udp:
            upper[4:6] = (8 + len(piece)).to_bytes(2, "big")
        else:
            sequence = int.from_bytes(upper[4:8], "big") + at - payload & 0xFFFFFFFF
            upper[4:8] = sequence.to_bytes(4, "big")
            if at + left.size < len(frame):
                upper[13] &= ~(_FIN | _PSH) & 0xFF
            if number and left.ecn:
                upper[13] &= ~_CWR & 0xFF
        at = 6 if udp else 16
        upper[at : at + 2] = b"\0\0"
        addresses = ip[12:20] if kind == _IPV4 else ip[8:40]
        pseudo = int.from_bytes(addresses, "big") + len(upper) + len(piece) + (_UDP if udp else _TCP)
        upper[at : at + 2] = _checksum(upper + piece, pseudo)
        cuts.append(b"".join((frame[:network], ip, upper, piece)))
    return cuts


def _network(header: bytearray, kind: bytes, number: int, size: int) -> bytearray:
    """The IP header of the *number*-th frame, with *size* octets behind it."""
    if kind == _IPV6:
        header[4:6] = (len(header) - 40 + size).to_bytes(2, "big")
        return header
    header[2:4] = (len(header) + size).to_bytes(2, "big")
    header[4:6] = (int.from_bytes(header[4:6], "big") + number & 0xFFFF).to_bytes(2, "big")
    header[10:12] = b"\0\0"
    header[10:12] = _checksum(header)
    return header
