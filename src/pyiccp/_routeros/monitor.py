"""A node's status in the layouts of RouterOS. Nothing is printed that the status does not know."""

from collections.abc import Sequence
from textwrap import wrap

from pyiccp._node.status import BondStatus, BridgePortStatus, BridgeStatus, NodeStatus
from pyiccp._routeros.layout import labelled, side_by_side
from pyiccp.wire._mac import ZERO, Mac, mac_text

_FLAGS = {
    "X": "disabled",
    "I": "invalid",
    "D": "dynamic",
    "L": "local",
    "E": "external",
    "A": "aged",
    "a": "aged-peer",
}


def prompt(identity: str, command: str) -> str:
    """The line on which *command* was typed."""
    return f"[admin@{identity}] > {command}"


def mlag_monitor(status: NodeStatus) -> str:
    """`/interface/bridge/mlag/monitor`: system-id and role only once connected (M2.3)."""
    mlag = status.mlag
    rows = [("status", mlag.status if mlag else "disabled")]
    if mlag and mlag.status == "connected":
        rows.append(("system-id", _mac(mlag.system_id)))
        rows.append(("active-role", mlag.active_role or ""))
    return labelled(rows)


def bonding_monitor(bond: BondStatus) -> str:
    """`/interface bonding monitor bond1`."""
    return labelled((label, ",".join(lines)) for label, lines in _bond_rows(bond))


def bondings_monitor(bonds: Sequence[BondStatus]) -> str:
    """`/interface bonding monitor [find]`: a column per bond, lists going on below."""
    columns = [dict(_bond_rows(bond)) for bond in bonds]
    labels = dict.fromkeys(label for column in columns for label in column)
    return side_by_side((label, [column.get(label, []) for column in columns]) for label in labels)


def _bond_rows(bond: BondStatus) -> list[tuple[str, list[str]]]:
    rows = [
        ("mode", [bond.mode]),
        ("active-ports", list(bond.active_ports)),
        ("inactive-ports", list(bond.inactive_ports)),
    ]
    if bond.mode == "802.3ad":
        priority = "" if bond.lacp_system_priority is None else str(bond.lacp_system_priority)
        rows.append(("lacp-system-id", [_mac(bond.lacp_system_id)]))
        rows.append(("lacp-system-priority", [priority]))
        rows.append(("lacp-partner-system-id", [_mac(bond.lacp_partner_system_id)]))
    return rows


def monitor_slaves(bond: BondStatus, width: int | None = None) -> str:
    """`/interface bonding monitor-slaves bond1`; rows longer than *width* wrap and go on five columns in."""
    rows = []
    for name, port in bond.ports.items():
        flags = ("A" if name in bond.active_ports else " ") + (" " if port.partner_sys_id == ZERO else "P")
        row = (
            f" {flags} port={name} key={port.key} "
            f'flags="{port.flags}" partner-sys-id={mac_text(port.partner_sys_id)} '
            f"partner-sys-priority={port.partner_sys_priority} partner-key={port.partner_key} "
            f'partner-flags="{port.partner_flags}"'
        )
        rows.append("\n".join(wrap(row, width, subsequent_indent=" " * 5, break_on_hyphens=False)) if width else row)
    return "\n".join(["Flags: A - active; P - partner", "\n\n".join(rows)])


def bridge_monitor(bridge: BridgeStatus) -> str:
    """`/interface/bridge/monitor`, layout of 7.22; spanning tree says in its own line what it is (not) doing."""
    rows = [
        ("state", bridge.state),
        ("current-mac-address", mac_text(bridge.current_mac_address)),
        ("bridge-id", bridge.bridge_id),
    ]
    if bridge.root_bridge is None:
        rows += [("spanning-tree", bridge.spanning_tree), ("port-count", str(bridge.port_count))]
    else:
        rows += [
            ("root-bridge", "yes" if bridge.root_bridge else "no"),
            ("root-bridge-id", bridge.root_bridge_id or ""),
            ("root-path-cost", str(bridge.root_path_cost)),
            ("root-port", bridge.root_port or "none"),
            ("port-count", str(bridge.port_count)),
            ("designated-port-count", str(bridge.designated_port_count)),
        ]
    rows.append(("fast-forward", "yes" if bridge.fast_forward else "no"))
    if bridge.mlag_state is not None:
        rows.append(("mlag-state", bridge.mlag_state))
        if bridge.mlag_state == "connected" and bridge.mlag_active_role is not None:
            rows.append(("mlag-active-role", bridge.mlag_active_role))
    return labelled(rows)


def port_monitor(port: BridgePortStatus) -> str:
    """`/interface/bridge/port/monitor ether1`, layout of 7.22 for rstp and stp; and why it does not forward."""
    rows = [("interface", port.interface), ("status", port.status)]
    tree = port.tree
    if tree is not None:
        rows += [
            ("port-id", tree.port_id),
            ("role", port.role or ""),
            ("edge-port", _yes(tree.edge_port)),
            ("edge-port-discovery", _yes(tree.edge_port_discovery)),
            ("point-to-point-port", _yes(tree.point_to_point_port)),
            ("sending-rstp", _yes(tree.sending_rstp)),
        ]
    rows += [("learning", _yes(port.learning)), ("forwarding", _yes(port.forwarding))]
    why = port.comment or port.reason
    if why and not port.forwarding:
        rows.append(("not-forwarding-because", why))
    if tree is not None:
        changed = tree.last_topology_change
        rows += [
            ("actual-path-cost", str(tree.actual_path_cost)),
            ("root-path-cost", str(tree.root_path_cost)),
            ("designated-bridge-id", tree.designated_bridge_id),
            ("designated-cost", str(tree.designated_cost)),
            ("designated-port-id", tree.designated_port_id),
            ("designated-message-age", f"{tree.designated_message_age:g}"),
            ("designated-max-age", f"{tree.designated_max_age:g}"),
            ("tx-rx-bpdu", f"{tree.tx_bpdu}/{tree.rx_bpdu}"),
            ("discard-transitions", str(tree.discard_transitions)),
            ("forward-transitions", str(tree.forward_transitions)),
            ("tx-rx-tc", f"{tree.tx_tc}/{tree.rx_tc}"),
            ("topology-changes", str(tree.topology_changes)),
        ]
        if changed is not None:
            rows.append(("last-topology-change", duration(changed)))
    return labelled(rows)


def duration(seconds: float) -> str:
    """Whole seconds as RouterOS writes a time: `2m5s`, `1w2d3h`."""
    left, text = int(seconds), ""
    for letter, span in (("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, span)
        if count:
            text += f"{count}{letter}"
    return text or "0s"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def host_print(status: NodeStatus) -> str:
    """`/interface/bridge/host/print`."""
    lines = [
        "Flags: " + ", ".join(f"{letter} - {meaning}" for letter, meaning in _FLAGS.items()),
        " #       MAC-ADDRESS        VID ON-INTERFACE            BRIDGE",
    ]
    for number, host in enumerate(status.hosts):
        flags = "".join(letter for letter in _FLAGS if letter in host.flags)
        vid = "" if host.vid is None else str(host.vid)
        lines.append(
            f" {number:<4}{flags:<4}{mac_text(host.mac_address)} {vid:>4} {host.on_interface:<23} {host.bridge}"
        )
    return "\n".join(lines)


def _mac(address: Mac | None) -> str:
    return "" if address is None else mac_text(address)
