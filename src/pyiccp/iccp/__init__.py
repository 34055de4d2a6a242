"""ICCP (RFC 7275) between two nodes, over whatever carries messages once and in order.

`core` has the LDP part, `connection` and `application` the two machines as tables, `group` runs them; `reading` takes
messages apart, `outbox` puts them together; `mlacp` joins `mlacp_told` (what we say) and `mlacp_learned` (what we
hear).
"""

from pyiccp.iccp.core import IccpCore

__all__ = ["IccpCore"]
