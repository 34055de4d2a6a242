"""A VLAN-aware learning bridge (802.1Q-2018 clause 8) with RouterOS' configuration rules and MLAG's M3, M4 and M10."""

from pyiccp._bridge.config import BridgeConfig, FrameTypes, PortConfig, StaticHost, VlanConfig
from pyiccp._bridge.core import BridgeCore, HostView
from pyiccp._bridge.verdicts import DropReason, Output, Verdict

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
