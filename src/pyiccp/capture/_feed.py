"""Octets of a file, a pipe or a gzip stream, as many at a time as asked for."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

GZIP = b"\x1f\x8b"
_BLOCK = 1 << 18
_GZIP_FORMAT = 31
"""zlib's number for: a gzip header, the widest window."""


class Feed:
    """Reads in order and remembers how far it came; a compressed stream that breaks ends there and says why."""

    def __init__(self, file: BinaryIO) -> None:
        self.broken = ""
        """Why the octets end early, if the compression does not hold together."""
        self._block = b""
        self._at = 0
        self._before = 0
        """Octets of the blocks before this one."""
        self._blocks = _plain(file)
        if self.peek(2) == GZIP:
            self._blocks, self._block = self._inflated(self._block, self._blocks), b""

    @property
    def offset(self) -> int:
        """Octets read so far."""
        return self._before + self._at

    def peek(self, count: int) -> bytes:
        """The next *count* octets, fewer at the end; they stay to be read."""
        self._need(count)
        return self._block[self._at : self._at + count]

    def read(self, count: int) -> bytes:
        """The next *count* octets, fewer at the end."""
        start = self._at
        if start + count > len(self._block):
            self._need(count)
            start = self._at
        octets = self._block[start : start + count]
        self._at = start + len(octets)
        return octets

    def _need(self, count: int) -> None:
        """Put *count* octets into the block, or all there are."""
        parts = [self._block[self._at :]]
        have = len(parts[0])
        if have >= count:
            return
        for more in self._blocks:
            parts.append(more)
            have += len(more)
            if have >= count:
                break
        self._before += self._at
        self._block, self._at = b"".join(parts), 0

    def _inflated(self, first: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """The octets behind gzip, member after member."""
        member = zlib.decompressobj(_GZIP_FORMAT)
        packed = first
        try:
            while packed or (packed := next(blocks, b"")):
                if member.eof:
                    member = zlib.decompressobj(_GZIP_FORMAT)
                yield member.decompress(packed, _BLOCK)
                packed = member.unconsumed_tail or member.unused_data
        except zlib.error as error:
            self.broken = f"the compressed data are damaged ({error})"
            return
        if not member.eof:
            self.broken = "the compressed data end early"


def _plain(file: BinaryIO) -> Iterator[bytes]:
    read = getattr(file, "read1", file.read)  # a pipe gives what it has
    while block := read(_BLOCK):
        yield block
