"""AF_PACKET's socket options, and its two ways of moving many frames at once: a ring in shared memory to receive, one
call of sendmmsg(2) to send.

Python names none of the options; the numbers are those of linux/if_packet.h. Neither way needs a frame to be looked at
in Python: what differs between frames is read and written for all of them together.
"""

import ctypes
import mmap
import os
import socket
import struct
import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import accumulate, islice, repeat

from pyiccp._node.retagged import Retagged
from pyiccp.transports._base import BATCH
from pyiccp.transports._vnet import HEADER, PLAIN, noted

SOL_PACKET = 263
ADD_MEMBERSHIP, RX_RING, STATISTICS, COPY_THRESHOLD, AUXDATA = 1, 5, 6, 7, 8
VERSION, VNET_HDR, IGNORE_OUTGOING = 10, 15, 23
VLAN_VALID, TPID_VALID = 0x10, 0x40
_VERSION_2 = 1
_COPIED, _BLANK, _TRAIN = 0x02, 0x08, 0x100
_SPECIAL = _COPIED | _BLANK | VLAN_VALID | _TRAIN
_ORDINARY = frozenset(status for status in range(512) if not status & _SPECIAL)
_TAGGED = frozenset(status | VLAN_VALID | TPID_VALID for status in _ORDINARY)

SLOT = 2048
"""Octets of a frame's place with its headers; a longer frame comes by the socket, in its turn."""
SLOTS = 4096
_BLOCK = 1 << 16
_WORDS, _HALVES = SLOT // 4, SLOT // 2
_PLACE = 76
"""Where the kernel puts a frame with a header of 14 octets: behind its own two and the one of what is left to do."""


class Ring:
    """What a socket has received (PACKET_RX_RING, version 2: a frame is there at once, none waits for a block to fill).

    *read* takes from the socket a frame that was too long for its place; None or OSError when it could not.
    """

    def __init__(self, made: socket.socket, read: Callable[[], bytes | None]) -> None:
        self._read = read
        made.setsockopt(SOL_PACKET, VERSION, _VERSION_2)
        made.setsockopt(SOL_PACKET, COPY_THRESHOLD, 1)
        made.setsockopt(SOL_PACKET, RX_RING, struct.pack("=IIII", _BLOCK, SLOTS * SLOT // _BLOCK, SLOT, SLOTS))
        self._memory = mmap.mmap(made.fileno(), SLOTS * SLOT)
        self._words = memoryview(self._memory).cast("I")
        self._halves = memoryview(self._memory).cast("H")
        self._at = 0
        self.cut = 0
        """Frames that the system cut short because the socket had no room for the whole."""

    def close(self) -> None:
        self._words.release()
        self._halves.release()
        self._memory.close()

    def take(self) -> list[bytes]:
        """What is there, `BATCH` frames at most, in order of arrival."""
        first = self._at
        last = min(first + BATCH, SLOTS)
        states = self._words[first * _WORDS : last * _WORDS : _WORDS].tolist()
        count = states.index(0) if 0 in states else len(states)
        if not count:
            return []
        last = first + count
        words, halves = slice(first * _WORDS, last * _WORDS, _WORDS), first * _HALVES
        whole = self._words[words.start + 1 : words.stop : _WORDS].tolist()
        sizes = self._words[words.start + 2 : words.stop : _WORDS].tolist()
        places = self._halves[halves + 6 : last * _HALVES : _HALVES].tolist()
        memory = self._memory
        starts = [slot + place for slot, place in zip(range(first * SLOT, last * SLOT, SLOT), places, strict=True)]
        if sizes == whole and _ORDINARY.issuperset(states[:count]):
            frames = [memory[start : start + size] for start, size in zip(starts, sizes, strict=True)]
        elif sizes == whole and _TAGGED.issuperset(states[:count]) and places.count(_PLACE) == count:
            self._put_tags_back(first, last)
            frames = [memory[start - 4 : start + size] for start, size in zip(starts, sizes, strict=True)]
        else:
            frames = self._one_by_one(first, states[:count], whole, sizes, starts)
        self._words[words] = array("I", bytes(4 * count))  # the kernel's again
        self._at = last % SLOTS
        return frames

    def _put_tags_back(self, first: int, last: int) -> None:
        """Into the frames of these places, all at once: addresses move ahead, over the header that is of no use."""
        words, halves, stop = self._words, self._halves, last * _HALVES
        for at in range(first * _WORDS + _PLACE // 4, first * _WORDS + _PLACE // 4 + 3):
            words[at - 1 : last * _WORDS : _WORDS] = words[at : last * _WORDS : _WORDS]
        tag = first * _HALVES + _PLACE // 2 + 4
        for field, to in ((13, tag), (12, tag + 1)):
            octets = array("H", halves[first * _HALVES + field : stop : _HALVES].tolist())
            if sys.byteorder == "little":
                octets.byteswap()
            halves[to:stop:_HALVES] = octets

    def _one_by_one(
        self, first: int, states: list[int], whole: list[int], sizes: list[int], starts: list[int]
    ) -> list[bytes]:
        """Frames some of which have a tag taken off, something left to do, or came by the socket."""
        frames: list[bytes] = []
        for slot, (state, all_of_it, size, start) in enumerate(zip(states, whole, sizes, starts, strict=True), first):
            if state & _COPIED:
                with suppress(OSError):
                    if (long := self._read()) is not None:
                        frames.append(long)
                continue
            if size != all_of_it:
                self.cut += 1
                continue
            frame = self._memory[start : start + size]
            tag = b""
            if state & VLAN_VALID:
                tci, kind = self._halves[slot * _HALVES + 12 : slot * _HALVES + 14]
                tag = tag_octets(state, tci, kind)
                frame = frame[:12] + tag + frame[12:]
            if state & (_BLANK | _TRAIN):
                frame = noted(self._memory[start - HEADER.size : start], frame, len(tag))
            frames.append(frame)
        return frames


@lru_cache(4096)
def tag_octets(status: int, tci: int, tpid: int) -> bytes:
    """The tag that the kernel took off a frame."""
    return struct.pack("!HH", tpid if status & TPID_VALID else 0x8100, tci)


class _Header(ctypes.Structure):
    """struct msghdr"""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint),
        ("vector", ctypes.c_void_p),
        ("vector_length", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    """struct mmsghdr"""

    _fields_ = (("header", _Header), ("sent", ctypes.c_uint))


class Outbox:
    """Sends frames with nothing left to do, many in one call. Made once: only addresses and lengths change."""

    def __init__(self) -> None:
        self._call = ctypes.CDLL(None, use_errno=True).sendmmsg
        self._header = ctypes.create_string_buffer(PLAIN, len(PLAIN))
        self._whole, self._cut = _Vectors(self._header, 2), _Vectors(self._header, 4)
        self._cut.sizes(1, repeat(12, BATCH))
        self._tag: bytes | None = None
        """The tag that all of `_cut` point at."""

    def send(self, descriptor: int, frames: Sequence[bytes]) -> int:
        """Hand over the first of *frames*, `BATCH` at most; how many were taken. OSError when not even one was."""
        retagged = frames if isinstance(frames, Retagged) else None
        came = (frames if retagged is None else retagged.came)[:BATCH]
        joined = b"".join(came)
        sizes = array("L", map(len, came))
        start = _address(joined)
        if retagged is None:
            vectors = self._whole
            vectors.sizes(1, sizes)
        else:
            vectors, rest = self._cut, retagged.rest
            if retagged.tag is not self._tag:
                self._tag = retagged.tag
                vectors.starts(2, repeat(_address(self._tag), BATCH))
                vectors.sizes(2, repeat(len(self._tag), BATCH))
            vectors.starts(3, islice(accumulate(sizes, initial=start + rest), len(sizes)))
            vectors.sizes(3, [size - rest for size in sizes])
        vectors.starts(1, islice(accumulate(sizes, initial=start), len(sizes)))
        sent: int = self._call(descriptor, vectors.messages, len(sizes), 0)
        if sent < 0:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))
        return sent


class _Vectors:
    """Messages of *pieces* pieces each, the first of them always the same *header*."""

    def __init__(self, header: ctypes.Array[ctypes.c_char], pieces: int) -> None:
        self._step = 2 * pieces
        self._vectors = array("L", (ctypes.addressof(header), len(header), *(0, 0) * (pieces - 1)) * BATCH)
        self._view = memoryview(self._vectors)
        address, size = self._vectors.buffer_info()[0], self._step * self._vectors.itemsize
        self.messages = (_Message * BATCH)(
            *(_Message(_Header(vector=address + number * size, vector_length=pieces)) for number in range(BATCH))
        )

    def starts(self, piece: int, addresses: Iterable[int]) -> None:
        """Where the *piece*-th piece of the first messages begins."""
        self._set(2 * piece, addresses)

    def sizes(self, piece: int, octets: Iterable[int]) -> None:
        """How long it is."""
        self._set(2 * piece + 1, octets)

    def _set(self, place: int, values: Iterable[int]) -> None:
        column = array("L", values)
        self._view[place : self._step * len(column) : self._step] = column


def _address(octets: bytes) -> int:
    """Where *octets* are, as long as somebody holds them."""
    return ctypes.cast(ctypes.c_char_p(octets), ctypes.c_void_p).value or 0
