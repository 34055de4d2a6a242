"""The result of a run for a person: monitors as RouterOS prints them, flows, warnings, timeline."""

from collections.abc import Iterator, Sequence

from pyiccp._node.status import BondStatus, BridgeStatus, NodeStatus
from pyiccp._routeros.monitor import bonding_monitor, bridge_monitor, mlag_monitor, prompt
from pyiccp.lab._result import FlowResult, NodeResult, Result
from pyiccp.wire._mac import Mac, mac_plus, mac_text

_FLOW_TITLES = ("from", "to", "sent", "received", "lost", "duplicated", "reflected", "reordered", "longest-gap")


def to_text(result: Result) -> str:
    """The whole report."""
    pairs = [node.mlag.system_id for node in result.nodes.values() if node.mlag and node.mlag.system_id]
    blocks = ["\n\n".join(_monitors(name, node, pairs)) for name, node in result.nodes.items()]
    if result.flows:
        blocks.append(_flows(result.flows))
    if result.loops:
        blocks.append(f"{result.loops} times a frame crossed a link again in the same direction: there is a loop")
    if result.warnings:
        blocks.append("\n".join(f"warning: {warning}" for warning in result.warnings))
    if result.timeline:
        blocks.append(_timeline(result))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _monitors(name: str, node: NodeResult, pairs: Sequence[Mac]) -> Iterator[str]:
    """The monitors of one device: an MLAG node's own, another's bonds, and its bridges where they are no pair's."""
    if node.state in ("off", "hung"):
        yield f"{name} is {node.state}"
        return
    if node.mlag is not None:
        command = prompt(name, "/interface/bridge/mlag/monitor")
        status = NodeStatus(
            name=name, mlag=node.mlag, bonds=node.bonds, bridges=node.bridges, hosts=node.hosts, warnings=()
        )
        yield "\n".join([command, mlag_monitor(status), *_why_not(node.bonds)])
    else:
        for bond_name, bond in node.bonds.items():
            lines = [prompt(name, f"/interface bonding monitor {bond_name}"), bonding_monitor(bond)]
            yield "\n".join([*lines, *_why_not({bond_name: bond}), *_note(bond, pairs)])
    if node.mlag is None or node.mlag.status == "disabled":
        for bridge_name, bridge in node.bridges.items():
            if bridge.spanning_tree != "none":
                command = prompt(name, f"/interface/bridge/monitor {bridge_name}")
                yield "\n".join([command, bridge_monitor(bridge), *_roles(bridge)])


def _why_not(bonds: dict[str, BondStatus]) -> Iterator[str]:
    for name, bond in bonds.items():
        for port_name, port in bond.ports.items():
            if port.reason is not None:
                yield f"  {name}, {port_name}: {port.state}: {port.reason}"


def _roles(bridge: BridgeStatus) -> Iterator[str]:
    for port_name, port in bridge.ports.items():
        state = "forwarding" if port.forwarding else "learning" if port.learning else "discarding"
        yield f"  {port_name}: {port.role or port.status}, {state}{f': {port.reason}' if port.reason else ''}"


def _note(bond: BondStatus, pairs: Sequence[Mac]) -> Iterator[str]:
    """The vendor's page prints the address above the system-id for such a partner (mlag.md M1.7)."""
    partner = bond.lacp_partner_system_id
    if partner is not None and partner in pairs:
        yield (
            f"note: the partner is the pair's system-id; the vendor's printout shows {mac_text(mac_plus(partner, 1))}"
            ' there, one above it, as with lacp-identity = "bond-mac"'
        )


def _flows(flows: Sequence[FlowResult]) -> str:
    rows: list[tuple[str, ...]] = [_FLOW_TITLES]
    for flow in flows:
        counts = (flow.sent, flow.received, flow.lost, flow.duplicated, flow.reflected, flow.reordered)
        rows.append((flow.source, flow.target, *map(str, counts), f"{flow.longest_gap:.6f} s"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(_FLOW_TITLES))]
    return "\n".join(
        "  ".join(
            f"{text:<{width}}" if column < 2 else f"{text:>{width}}"
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def _timeline(result: Result) -> str:
    width = max(len(moment.node) for moment in result.timeline)
    return "\n".join(f"{moment.at:8.3f} s  {moment.node:<{width}}  {moment.what}" for moment in result.timeline)
