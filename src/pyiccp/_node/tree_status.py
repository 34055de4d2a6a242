"""Spanning tree's view of a port in the names and formats of RouterOS."""

from pyiccp._node.status import PortTreeStatus
from pyiccp._sansio import Instant
from pyiccp.rstp._variables import Role
from pyiccp.rstp._views import PortView
from pyiccp.wire._bpdu import UNIT
from pyiccp.wire._mac import Mac, mac_text

_SECOND = 1_000_000_000
_NUMBER_BITS = 0xFFF


def port_tree(view: PortView, now: Instant) -> PortTreeStatus:
    """What *view* says at *now*."""
    changed = view.counters["last_topology_change"]
    own = view.role in (Role.Designated, Role.Disabled)

    def count(name: str) -> int:
        return view.counters[name] or 0

    return PortTreeStatus(
        port_id=port_id(view.port_id),
        edge_port=view.oper_edge,
        edge_port_discovery=view.auto_edge,
        point_to_point_port=view.point_to_point,
        sending_rstp=view.send_rstp,
        actual_path_cost=view.path_cost,
        root_path_cost=view.designated_cost + (0 if own else view.path_cost),
        designated_bridge_id=bridge_id(view.designated_bridge.priority, view.designated_bridge.mac),
        designated_cost=view.designated_cost,
        designated_port_id=port_id(view.designated_port),
        designated_message_age=view.times.MessageAge / UNIT,
        designated_max_age=view.times.MaxAge / UNIT,
        tx_bpdu=count("tx_bpdu"),
        rx_bpdu=count("rx_bpdu"),
        rx_bpdu_discarded=count("rx_discarded"),
        discard_transitions=count("discard_transitions"),
        forward_transitions=count("forward_transitions"),
        tx_tc=count("tx_tc"),
        rx_tc=count("rx_tc"),
        topology_changes=count("topology_changes"),
        last_topology_change=None if changed is None else (now - changed) / _SECOND,
    )


def bridge_id(priority: int, mac: Mac) -> str:
    """As RouterOS prints it; priority 0 is a bare 0."""
    return f"0x{priority:04x}.{mac_text(mac)}" if priority else f"0.{mac_text(mac)}"


def port_id(number: int) -> str:
    """Priority and number, `0x80.1`."""
    return f"0x{number >> 8 & 0xF0:02x}.{number & _NUMBER_BITS}"
