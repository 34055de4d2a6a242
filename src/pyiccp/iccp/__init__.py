"""ICCP (RFC 7275) between two nodes, over whatever carries messages once and in order: the raw link, or TCP.

`_ldp`, `_connection` and `_application` are the state machines as tables: of the LDP session, the RG connection and an
application's connection. `_session` runs the first, `_group` the other two, `_core` joins them. `_reading` takes
messages apart, `_outbox` puts them together, `_owners` says whose a TLV is. `_mlacp` joins `_mlacp_told` (what we say
of our bonds) and `_mlacp_learned` (what we hear of the peer's); `_stp` is RFC 7727; `_synchronisation` is what the two
share.
"""

from pyiccp.iccp import events
from pyiccp.iccp._core import IccpCore

__all__ = ["IccpCore", "events"]
