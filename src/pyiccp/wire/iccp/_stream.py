"""LDP PDUs, or SONiC's bare messages, out of a stream of octets: bounded, and equal however the octets arrive."""

from typing import Generic, TypeVar

from pyiccp.wire._malformed import Fault, Malformed
from pyiccp.wire.iccp._pdu import IccpPdu
from pyiccp.wire.iccp.sonic import SonicMessage

MOST = 4096
"""PDU Length before a session has agreed on another (RFC 5036 3.1)."""
LEAST = 14
_HEAD = 4
"""Octets up to and with the length, of either kind of unit."""

Unit = TypeVar("Unit", IccpPdu, SonicMessage)


class Stream(Generic[Unit]):
    """Octets in, units out. A malformed unit is given as its Malformed and skipped by its length; where no unit can
    start, the stream has lost its place: `lost` says why, and nothing comes out any more."""

    def __init__(self) -> None:
        self.offset = 0
        """Octets that have come out as units."""
        self.lost: Malformed | None = None
        self._waiting = bytearray()

    @property
    def waiting(self) -> bytes:
        """The start of a unit whose end has not arrived."""
        return bytes(self._waiting)

    def feed(self, octets: bytes) -> list[Unit | Malformed]:
        """What *octets* complete, in order."""
        if self.lost is not None:
            return []
        self._waiting += octets
        found: list[Unit | Malformed] = []
        at = 0
        while len(self._waiting) - at >= _HEAD:
            head = bytes(self._waiting[at : at + _HEAD])
            self.lost = self.refuse(head, int.from_bytes(head[2:], "big"))
            if self.lost is not None:
                found.append(self.lost)
                self._waiting.clear()
                self.offset += at
                return found
            end = at + _HEAD + int.from_bytes(head[2:], "big")
            if end > len(self._waiting):
                break
            try:
                found.append(self.unit(bytes(self._waiting[at:end])))
            except Malformed as malformed:
                found.append(malformed)
            at = end
        del self._waiting[:at]
        self.offset += at
        return found

    def refuse(self, head: bytes, length: int) -> Malformed | None:
        """Why no unit starts with *head*."""
        raise NotImplementedError

    def unit(self, octets: bytes) -> Unit:
        """The value of one unit."""
        raise NotImplementedError


class PduStream(Stream[IccpPdu]):
    """LDP PDUs."""

    def __init__(self, most: int = MOST) -> None:
        super().__init__()
        self.most = most
        """Largest PDU Length; a session may agree on another while the stream runs."""

    def refuse(self, head: bytes, length: int) -> Malformed | None:
        if head[:2] != b"\0\1":
            version = int.from_bytes(head[:2], "big")
            return Malformed("LDP PDU", Fault("version", 0, f"{version} where 1 belongs"))
        if length < LEAST:
            return Malformed("LDP PDU", Fault("pdu_length", 2, f"{length} where {LEAST} is the least"))
        if length > self.most:
            return Malformed("LDP PDU", Fault("pdu_length", 2, f"{length} where {self.most} is the most"))
        return None

    def unit(self, octets: bytes) -> IccpPdu:
        return IccpPdu.decode(octets)


class SonicStream(Stream[SonicMessage]):
    """Messages of SONiC's dialect."""

    def refuse(self, head: bytes, length: int) -> Malformed | None:
        return Malformed("SONiC message", Fault("length", 2, f"{length} where 4 is the least")) if length < 4 else None

    def unit(self, octets: bytes) -> SonicMessage:
        return SonicMessage.decode(octets)
