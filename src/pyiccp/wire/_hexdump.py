"""Octets as text and back: offsets, hexadecimal, ASCII."""

import re

_OFFSET = re.compile(r"(?:0x)?[0-9A-Fa-f]{4,8}(?::\s*|\s+(?=[0-9A-Fa-f]{2}(?:\s|$))|$)")
_PAIRS = re.compile(r"(?:[0-9A-Fa-f]{2})+(?:(?: {1,2}|[:-])(?:[0-9A-Fa-f]{2})+)*(?=\s|$)")


def hexdump(octets: bytes, start: int = 0) -> str:
    """Sixteen octets a line: offset, hexadecimal, what is printable."""
    lines = []
    for at in range(0, len(octets), 16):
        row = octets[at : at + 16]
        text = "".join(chr(octet) if 32 <= octet < 127 else "." for octet in row)
        halves = f"{row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}"
        lines.append(f"{start + at:08x}  {halves}  |{text}|")
    return "\n".join(lines)


def unhexdump(text: str) -> bytes:
    """The octets of a dump: ours, `hexdump -C`, `xxd`, `tcpdump -xx`, Wireshark's, or bare pairs of digits.

    What stands before a colon, or is longer than a pair while pairs follow, is an offset. ValueError names the line
    that has no octets.
    """
    octets = bytearray()
    for number, line in enumerate(text.splitlines(), 1):
        line = re.split(r"[#|]", line, maxsplit=1)[0].strip()
        if line:
            octets += _row(line, number)
    return bytes(octets)


def _row(line: str, number: int) -> bytes:
    offset = _OFFSET.match(line)
    if offset and (offset.end() < len(line) or len(line) == 8):
        line = line[offset.end() :]
    found = _PAIRS.match(line)
    if found:
        octets = bytes.fromhex(re.sub(r"[ :-]", "", found[0]))
        return octets[:16] if offset else octets
    if offset and not line:
        return b""
    raise ValueError(f"line {number} is no hexadecimal: {line[:40]!r}")
