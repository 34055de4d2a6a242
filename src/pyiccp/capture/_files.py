"""Opening captures: pcap or pcapng, plain or gzip, file or pipe, told by their first octets."""

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from pyiccp.capture import _pcap as pcap
from pyiccp.capture import _pcapng as pcapng
from pyiccp.capture._feed import Feed
from pyiccp.capture._packet import CaptureError, Interface, Packet, Stopped


class Capture(Protocol):
    """Packets in the order of the file."""

    interfaces: list[Interface]
    """Known as far as the packets have been read."""
    stopped: Stopped | None
    """Where the file breaks off, once the packets have been read; None for a whole one."""

    def __iter__(self) -> Iterator[Packet]: ...


def read(file: BinaryIO) -> Capture:
    """The capture in *file*, which is only read forwards. Raises CaptureError when it is none."""
    return read_feed(Feed(file))


def read_feed(feed: Feed, form: str = "auto") -> Capture:
    """The capture that *feed* starts with, which must be one of *form*: pcap, pcapng, or auto for either."""
    start = feed.peek(4)
    if form == "pcapng" or (form == "auto" and start == pcapng.SECTION):
        return pcapng.PcapngReader(feed)
    if form == "pcap" or start in pcap.MAGICS:
        return pcap.PcapReader(feed)
    raise CaptureError(feed.broken) if feed.broken else CaptureError.foreign("capture", start)
