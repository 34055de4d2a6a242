"""Rapid spanning tree: 802.1D-2004 clause 17 with the corrections that 802.1Q made, one core per bridge.

`RstpCore(config, ports)` takes the events and returns the actions of `events`; `port(name)` and `view()` show its
state to a person. The files are the clauses: port_receive (17.23), port_migration (17.24), bridge_detection (17.25),
port_transmit (17.26), port_information (17.27), role_selection (17.28), role_transitions (17.29), state_transition
(17.30), topology_change (17.31), procedures (17.21). 17.22 has no file: a timer is a deadline.
"""

from pyiccp.rstp import events
from pyiccp.rstp._config import BridgeConfig, PortConfig
from pyiccp.rstp._core import RstpCore
from pyiccp.rstp._reasons import Reason
from pyiccp.rstp._variables import InfoIs, Role
from pyiccp.rstp._vectors import Times
from pyiccp.rstp._views import BridgeView, PortView

__all__ = [
    "BridgeConfig",
    "BridgeView",
    "InfoIs",
    "PortConfig",
    "PortView",
    "Reason",
    "Role",
    "RstpCore",
    "Times",
    "events",
]
