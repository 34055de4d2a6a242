"""Frames written down in hexadecimal: dumps of any of the usual programs, one behind another."""

import re
from collections.abc import Iterator

from pyiccp.capture._packet import CaptureError, Interface, Packet, Stopped
from pyiccp.wire._hexdump import unhexdump

_FIRST = re.compile(r"\s*(?:0x)?0{4,8}(?::|\s|$)")
"""Offset 0: a new frame starts even without an empty line before it."""


class HexReader:
    """Frames of a text, parted by empty lines or by offset 0. There are no times."""

    def __init__(self, text: str) -> None:
        self._frames = [(number, unhex(lines, number)) for number, lines in _parted(text)]
        if not any(octets for _, octets in self._frames):
            raise CaptureError("no hexadecimal octets in this text")
        self.interfaces = [Interface()]
        self.stopped: Stopped | None = None

    def __iter__(self) -> Iterator[Packet]:
        for number, (_, octets) in enumerate(self._frames, 1):
            yield Packet(number, None, 0, octets, len(octets))


def unhex(lines: list[str], first: int) -> bytes:
    """The octets of the lines; CaptureError names the line of the file."""
    try:
        return unhexdump("\n".join(lines))
    except ValueError as error:
        said = re.sub(r"line (\d+)", lambda match: f"line {int(match[1]) + first - 1}", str(error))
        raise CaptureError(said) from None


def _parted(text: str) -> Iterator[tuple[int, list[str]]]:
    """First line and lines of each frame."""
    lines: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if lines and (not line.strip() or _FIRST.match(line)):
            yield number - len(lines), lines
            lines = []
        if line.strip() and not line.lstrip().startswith("#"):
            lines.append(line)
        elif lines:  # a comment keeps its place, for the numbers of lines
            lines.append("")
