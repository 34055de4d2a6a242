"""Messages of the link between two nodes, put together from its data segments."""

from collections.abc import Iterator

from pyiccp.capture._streams import Unit
from pyiccp.wire._link import Data, Segment
from pyiccp.wire._malformed import Malformed
from pyiccp.wire.iccp._pdu import IccpPdu

_LONGEST = 1 << 20
"""Octets of a message in parts; a longer one is given up."""


class Messages:
    """Segments of one sender and stream follow one another by number; a repeated one is not read again."""

    def __init__(self) -> None:
        self._streams: dict[tuple[bytes, int, int, int], tuple[int, bytes | None]] = {}
        """Sender, domain, incarnation, stream -> last number, octets so far; None = the message's start is missing."""

    def segment(self, source: bytes, segment: Segment) -> Iterator[Unit]:
        """The message that *segment* completes, if it is an LDP PDU."""
        data = segment.body
        if not isinstance(data, Data) or not data.sequence:
            return
        key = (source, segment.domain, segment.incarnation, data.stream)
        start = b"" if data.body.startswith(b"\0\1") else None  # the capture may begin inside a message
        last, begun = self._streams.get(key, (data.sequence - 1, start))
        if data.sequence <= last:
            return
        if data.sequence != last + 1:
            begun = None
        whole = begun + data.body if begun is not None and len(begun) < _LONGEST else None
        self._streams[key] = (data.sequence, whole if data.more else b"")
        if whole and not data.more:
            yield Unit("iccp", None, _pdu(whole), whole)


def _pdu(octets: bytes) -> IccpPdu | Malformed:
    try:
        return IccpPdu.decode(octets)
    except Malformed as malformed:
        return malformed
