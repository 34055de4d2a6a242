"""Tags put in, taken off and changed, for one frame or for many at once."""

from collections.abc import Iterator, Sequence
from typing import Any, overload


def new_tag(vid: int | None, frame: bytes, kind: int) -> tuple[bytes | None, int]:
    """What *frame* needs instead of its octets from 12 to the second value to leave with tag *vid* of EtherType
    *kind*, or untagged (None); (None, 0) when it is so already. Its priority bits are kept."""
    octets = kind.to_bytes(2, "big")
    had = frame[12:14] == octets
    if vid is None:
        return (b"", 16) if had else (None, 0)
    if not had:
        return octets + vid.to_bytes(2, "big"), 12
    control = frame[14] << 8 | frame[15]
    if control & 0xFFF == vid:
        return None, 0
    return octets + (control & 0xF000 | vid).to_bytes(2, "big"), 16


class Retagged(Sequence[bytes]):
    """*came*, each with *tag* instead of its octets from 12 to *rest*.

    A frame is copied when it is asked for, not before: a socket that gathers what it sends from pieces never asks.
    """

    __slots__ = ("came", "rest", "tag")

    def __init__(self, came: list[bytes], tag: bytes, rest: int) -> None:
        self.came, self.tag, self.rest = came, tag, rest

    @property
    def octets(self) -> int:
        """Of all frames together."""
        return sum(map(len, self.came)) + len(self.came) * (12 + len(self.tag) - self.rest)

    def __len__(self) -> int:
        return len(self.came)

    def __iter__(self) -> Iterator[bytes]:
        return (frame[:12] + self.tag + frame[self.rest :] for frame in self.came)

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(at, slice):
            return Retagged(self.came[at], self.tag, self.rest)
        frame = self.came[at]
        return frame[:12] + self.tag + frame[self.rest :]

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Retagged({list(self)})"


def octets_of(frames: Sequence[bytes]) -> int:
    """Of all *frames* together."""
    return frames.octets if isinstance(frames, Retagged) else sum(map(len, frames))
