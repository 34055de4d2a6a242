"""Link aggregation control: 802.1AX-2014 with Cor-1, version 1 PDUs, one core per system.

`LacpCore(aggregators, ports)` takes the events and returns the actions of `events`; `port(name)` and `aggregator(name)`
show its state to a person. The files are the clauses of the standard: receive (6.4.12), periodic (6.4.13), selection
(6.4.14), mux (6.4.15), transmit (6.4.16), churn (6.4.17), marker (6.5).
"""

from pyiccp.lacp import events
from pyiccp.lacp._config import AggregatorConfig, Defaulted, Policy, PortConfig
from pyiccp.lacp._conversations import Conversations
from pyiccp.lacp._core import LacpCore
from pyiccp.lacp._reasons import Reason
from pyiccp.lacp._views import AggregatorView, PortView

__all__ = [
    "AggregatorConfig",
    "AggregatorView",
    "Conversations",
    "Defaulted",
    "LacpCore",
    "Policy",
    "PortConfig",
    "PortView",
    "Reason",
    "events",
]
