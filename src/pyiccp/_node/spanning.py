"""Spanning tree: what the RSTP core is told of a bridge and its ports. Over a pair it is one bridge: see
`pair_tree`."""

from pyiccp._node.config import Bridge, BridgePort, ConfigError, NodeConfig
from pyiccp._node.wiring import bridge_mac
from pyiccp._sansio import seconds
from pyiccp.rstp._config import BridgeConfig, PortConfig
from pyiccp.rstp._core import RstpCore
from pyiccp.wire._bpdu import PRIORITY_BITS

NO_MSTP = "mstp is decoded but not run: use protocol-mode=rstp or stp"

RUNS = ("rstp", "stp")
SECOND = seconds(1)
_EDGE = {
    "auto": (False, True),
    "no-discover": (False, True),
    "no": (False, False),
    "yes": (True, False),
    "yes-discover": (True, True),
}
"""RouterOS' edge -> AdminEdgePort, AutoEdge (17.13)."""
_POINT_TO_POINT = {"auto": None, "yes": True, "no": False}


def on_pair(config: NodeConfig, bridge: Bridge) -> bool:
    """*bridge* is one half of a pair's."""
    return config.mlag is not None and config.mlag.bridge == bridge.name


def tree(config: NodeConfig, bridge: Bridge) -> RstpCore | None:
    """The spanning tree of *bridge*; None for a bridge that has none. ConfigError for what 17.14 forbids."""
    if on_pair(config, bridge) or bridge.protocol_mode == "none":
        return None
    if bridge.protocol_mode not in RUNS:
        raise refusal(bridge, f"protocol-mode={bridge.protocol_mode} on {bridge.name}: {NO_MSTP}", "protocol-mode")
    try:
        return RstpCore(
            bridge_settings(config, bridge),
            tuple(port_settings(port, number) for number, port in enumerate(bridge.ports, 1) if not port.disabled),
        )
    except ValueError as error:
        raise forbidden(bridge, error) from None


def bridge_settings(config: NodeConfig, bridge: Bridge) -> BridgeConfig:
    """*bridge* as the core wants it."""
    return BridgeConfig(
        mac=bridge_mac(config, bridge),
        priority=bridge.priority & PRIORITY_BITS,
        max_age=bridge.max_message_age,
        forward_delay=bridge.forward_delay,
        transmit_hold_count=bridge.transmit_hold_count,
        force_version=2 if bridge.protocol_mode == "rstp" else 0,
        short_costs=bridge.port_cost_mode == "short",
    )


def port_settings(port: BridgePort, number: int) -> PortConfig:
    """*port* as the core wants it."""
    admin_edge, auto_edge = _EDGE[port.edge]
    return PortConfig(
        name=port.interface,
        number=number,
        priority=port.priority,
        path_cost=port.path_cost,
        admin_edge=admin_edge,
        auto_edge=auto_edge,
        point_to_point=_POINT_TO_POINT[port.point_to_point],
        restricted_role=port.restricted_role,
        restricted_tcn=port.restricted_tcn,
        auto_isolate=port.auto_isolate,
        bpdu_guard=port.bpdu_guard,
        guard_recovery=port.bpdu_guard_disable_time or None,
    )


def forbidden(bridge: Bridge, error: ValueError) -> ConfigError:
    """The error of a bridge whose values 802.1D-2004 17.14 forbids; each alone is in its range (`routeros.menus`)."""
    most, least = 2 * (bridge.forward_delay - SECOND), bridge.max_message_age // 2 + SECOND
    if bridge.max_message_age <= most:
        return refusal(bridge, f"{bridge.name}: {error} (802.1D-2004 17.14)", "")
    message = f"{bridge.name}: max-message-age is above 2 x (forward-delay - 1s) (802.1D-2004 17.14)"
    fix = f"set forward-delay={least / SECOND:g}s or more, or max-message-age={most / SECOND:g}s or less"
    return refusal(bridge, message, "forward-delay", fix)


def refusal(bridge: Bridge, message: str, property: str, fix: str = "") -> ConfigError:
    """The error of a bridge that cannot be run."""
    where = bridge.source
    return ConfigError(message, file=where.file or None, line=where.line or None, property=property, fix=fix)
