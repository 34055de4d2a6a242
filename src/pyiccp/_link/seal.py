"""A key that both nodes share: what they say to each other over raw Ethernet is sealed, so that nobody else on the wire
can say it, now or again (M1.6).

A seal stands behind a segment and is a counter and an HMAC-SHA-256 of both. The counter begins with the number of the
sender's start, which it stores before it speaks, so it never repeats. The receiver refuses what it has heard before:
within a life by a window, because members may reorder what they carry; across its own restarts by the peer's newest
start, which it stores, and because nothing that names an incarnation of an earlier life counts (`core`).

Heartbeats, messages and fences are sealed. Data frames in envelopes are not: bare data cross the peer port beside them,
so a seal would protect nobody.
"""

import hmac

from pyiccp.wire._link import Seal

UNSEALED = "peer's segments carry no seal of the shared key"
FORGED = "peer's segments are sealed with another shared key"
REPLAYED = "peer's segments repeat what was heard before, or the peer has lost its store"

_PURPOSE = b"pyiccp-1 seal"
_START = 40
"""The counter's low bits count segments, the rest starts."""
_STARTS = (1 << 24) - 1
_WINDOW = 1024
"""Counters behind the newest one of which it is known whether they were heard."""


class Sealing:
    """Both directions of one node's link."""

    def __init__(self, key: bytes, start: int, peer_start: int) -> None:
        """*start*: of this node, one more each time; *peer_start*: the newest that was heard of the peer."""
        self._key = key
        self._counter = (start & _STARTS) << _START
        self.peer_start = peer_start
        self._newest = 0
        self._heard = 0
        """Bit n: the counter `_newest` - n was heard."""

    def __repr__(self) -> str:
        return "<Sealing>"

    def seal(self, segment: bytes) -> bytes:
        """*segment* with its seal."""
        self._counter += 1
        return segment + Seal(self._counter, self._code(self._counter, segment)).encode()

    def refuse(self, segment: bytes, behind: bytes) -> str:
        """Why *segment*, with *behind* it the rest of its frame, must not be read; '' = it is the peer's, and new."""
        seal = Seal.find(behind)
        if seal is None:
            return UNSEALED
        if not hmac.compare_digest(seal.code, self._code(seal.counter, segment)):
            return FORGED
        if seal.counter >> _START < self.peer_start or not self._is_new(seal.counter):
            return REPLAYED
        self.peer_start = seal.counter >> _START
        return ""

    def _is_new(self, counter: int) -> bool:
        ahead = counter - self._newest
        if ahead > 0:
            self._heard = (self._heard << min(ahead, _WINDOW) | 1) & ((1 << _WINDOW) - 1)
            self._newest = counter
            return True
        bit = 1 << -ahead
        if -ahead >= _WINDOW or self._heard & bit:
            return False
        self._heard |= bit
        return True

    def _code(self, counter: int, segment: bytes) -> bytes:
        message = _PURPOSE + counter.to_bytes(8, "big") + segment
        return hmac.digest(self._key, message, "sha256")[: Seal.CODE]
