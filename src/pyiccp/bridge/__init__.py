"""A VLAN-aware learning bridge (802.1Q-2018 clause 8) with RouterOS' configuration rules and MLAG's M3, M4 and M10.

Internal: it changes without notice.
"""

from pyiccp.bridge.config import BridgeConfig, FrameTypes, PortConfig, StaticHost, VlanConfig
from pyiccp.bridge.core import BridgeCore, HostView
from pyiccp.bridge.verdicts import DropReason, Output, Verdict

__all__ = [
    "BridgeConfig",
    "BridgeCore",
    "DropReason",
    "FrameTypes",
    "HostView",
    "Output",
    "PortConfig",
    "StaticHost",
    "Verdict",
    "VlanConfig",
]
