"""Reliable delivery between two nodes over raw Ethernet: opaque messages in, segments of layout `pyiccp-1` out.

`core` ties together `members` (who hears whom, M2.2), `incarnation` (which session a segment belongs to), `outbound`
and `inbound` (the two halves of a stream) and `refusal` (what must not speak on a peer port, M3.2); `seal`
(the shared key) works beside it, on octets.
"""

from pyiccp._link.core import LinkCore
from pyiccp._link.outbound import MAX_BODY, MAX_MESSAGE

__all__ = ["MAX_BODY", "MAX_MESSAGE", "LinkCore"]
