"""ICCP (RFC 7275) between two nodes, over whatever carries messages once and in order: the raw link, or TCP.

`ldp`, `connection` and `application` are the state machines as tables: of the LDP session, the RG connection and an
application's connection. `session` runs the first, `group` the other two, `core` joins them. `reading` takes messages
apart, `outbox` puts them together, `owners` says whose a TLV is. `mlacp` joins `mlacp_told` (what we say of our bonds)
and `mlacp_learned` (what we hear of the peer's); `stp` is RFC 7727; `synchronisation` is what the two share.
"""

from pyiccp.iccp import events
from pyiccp.iccp.core import IccpCore

__all__ = ["IccpCore", "events"]
