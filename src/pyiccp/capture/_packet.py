"""What a capture file holds: packets, the interfaces they were seen at, and where the file stops making sense."""

from typing import Self

import msgspec

ETHERNET = 1
LONGEST = 262144
"""Octets of a packet; a record that says more is no record (libpcap's own limit)."""
SECOND = 1_000_000_000


class CaptureError(ValueError):
    """Octets that no capture file starts with."""

    @classmethod
    def foreign(cls, form: str, start: bytes) -> Self:
        """What starts with *start* is no *form*."""
        return cls(f"no {form} starts with {start.hex()}" if start else "the file is empty")


class Interface(msgspec.Struct, frozen=True, gc=False):
    """Where packets were seen."""

    name: str = ""
    linktype: int = ETHERNET
    """What a packet starts with: 1 = Ethernet."""
    snaplen: int = 0
    """The most that was kept of a packet; 0 = no limit told."""


class Packet(msgspec.Struct, frozen=True, gc=False):
    """One packet of a capture."""

    number: int
    """Its place in the file, from 1."""
    time_ns: int | None
    """Since 1970; None where the file has no times."""
    interface: int
    """Index into the capture's interfaces."""
    octets: bytes
    length: int
    """On the wire; more than there are octets when the packet was cut."""
    comment: str | None = None
    outbound: bool | None = None
    """Sent rather than received, where the file says it."""


class Stopped(msgspec.Struct, frozen=True, gc=False):
    """Where a file stops being what it should be; what came before is good."""

    offset: int
    """Of the record or block that is broken, in the file as decompressed."""
    why: str

    def __str__(self) -> str:
        return f"the file breaks off at octet {self.offset}: {self.why}"
