"""Captures, and perhaps configurations -> one report."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from msgspec.structs import replace

from pyiccp._explain import lanes
from pyiccp._explain.observe_iccp import Sessions
from pyiccp._explain.observe_lacp import Ports
from pyiccp._explain.observe_stp import Tree
from pyiccp._explain.reading import Captures, Seen, read_captures
from pyiccp._explain.rules_bonds import bond_findings
from pyiccp._explain.rules_frames import frame_findings
from pyiccp._explain.rules_iccp import iccp_findings
from pyiccp._explain.rules_lacp import link_findings
from pyiccp._explain.rules_stp import stp_findings
from pyiccp._explain.rules_tree import tree_findings
from pyiccp._mlag.identity import solo
from pyiccp._node.config import ConfigError
from pyiccp._report.findings import Finding, condensed, ranked
from pyiccp._report.timeline import Arrow, Lane, Report, Step
from pyiccp._routeros.config import Configuration, parse_config
from pyiccp._routeros.lint import lint
from pyiccp.capture._decoder import FAMILIES
from pyiccp.wire._mac import mac_text

ICCP = frozenset(("iccp", "sonic-iccp", "pyiccp-link"))


def explain(
    files: Iterable[tuple[str, BinaryIO]],
    configs: Sequence[tuple[str, str]] = (),
    events: Sequence[tuple[int, str]] = (),
) -> Report:
    """What the captures prove. *files*: (name, file), in any order; *configs*: (name, text) of the nodes; *events*:
    (nanoseconds, what) that was done to the network, for a lane of its own."""
    captures = read_captures(files)
    start = captures.seen[0].time if captures.seen else 0
    end = captures.seen[-1].time if captures.seen else 0
    ports = Ports(_of(captures, frozenset(("lacp",))), end)
    tree = Tree(_of(captures, FAMILIES["stp"]))
    sessions = Sessions(seen for seen in captures.seen if seen.protocol in ICCP)
    findings = [
        *frame_findings(captures.seen),
        *link_findings(ports, end),
        *bond_findings(ports),
        *stp_findings(tree, end, ports.left()),
        *tree_findings(tree),
        *iccp_findings(sessions, end),
        *_of_configs(configs, start),
    ]
    names = _names(configs)
    nodes, links = [], []
    for found, wires in (lanes.lacp_nodes(ports, end), lanes.stp_nodes(tree), lanes.iccp_nodes(sessions)):
        nodes += [replace(node, title=names.get(node.title, node.title)) for node in found]
        links += wires
    told = ranked(condensed(findings))
    new = [*lanes.lacp_arrows(ports), *lanes.stp_arrows(tree), *lanes.iccp_arrows(sessions)]
    arrows = sorted([*new, *_pointed_at(captures, told, new)], key=lambda arrow: arrow.time_ns)
    notes = list(captures.notes)
    if not captures.seen:
        notes.append("no LACP, spanning tree or ICCP in it")
    if len(arrows) > lanes.MOST_ARROWS:
        notes.append(f"{len(arrows)} frames say something new; the ladder shows the first {lanes.MOST_ARROWS}")
    return Report(
        title=", ".join(captures.names),
        captures=captures.names,
        start_ns=start,
        end_ns=end,
        frames=len(captures.seen),
        nodes=tuple(nodes),
        links=tuple(links),
        lanes=(
            *_of_events(events),
            *sorted(lanes.lacp_lanes(ports, end), key=_by_group),
            *sorted(lanes.stp_lanes(tree), key=_by_group),
            *sorted(lanes.iccp_lanes(sessions, end), key=_by_group),
        ),
        arrows=tuple(arrows[: lanes.MOST_ARROWS]),
        findings=told,
        notes=tuple(notes),
    )


def _pointed_at(captures: Captures, findings: Iterable[Finding], drawn: Iterable[Arrow]) -> Iterator[Arrow]:
    """Frames of findings that say nothing new: the last word before a silence, for one."""
    wanted = {frame for finding in findings for frame in finding.frames} - {arrow.frame for arrow in drawn}
    yield from (lanes.repeated(seen) for seen in captures.seen if seen.frame in wanted)


def _of_events(events: Sequence[tuple[int, str]]) -> Iterator[Lane]:
    if events:
        steps = tuple(Step(time, what, "ready", "seen") for time, what in events)
        yield Lane(key="events", title="what was done", group="", protocol="lab", steps=steps)


def _by_group(lane: Lane) -> tuple[str, str]:
    return lane.group, lane.title


def _of(captures: Captures, protocols: frozenset[str]) -> list[Seen]:
    return [seen for seen in captures.seen if seen.protocol in protocols and seen.value is not None]


def _names(configs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Addresses that configurations tell, with the name of the device: its bridge's, and its own when it is alone."""
    names = {}
    for file, text in configs:
        try:
            parsed = parse_config(text, file)
        except ConfigError:
            continue  # lint says so
        stem = Path(file).stem
        name = stem if parsed.identity == Configuration().identity else parsed.identity
        for bridge in parsed.bridges:
            if bridge.admin_mac is not None:
                for address in (bridge.admin_mac, solo(bridge.admin_mac)):
                    names[mac_text(address)] = f"{name} ({mac_text(address)})"
        for bond in parsed.bonds:
            if bond.lacp_system_id is not None:
                names[mac_text(bond.lacp_system_id)] = f"{name} ({mac_text(bond.lacp_system_id)})"
    return names


def _of_configs(configs: Sequence[tuple[str, str]], start: int) -> list[Finding]:
    """What `lint` holds against the configurations: what it says would be held down explains a bond that is."""
    if not configs:
        return []
    report = lint(configs[:2], configs[2] if len(configs) > 2 else None, keepalive=True)
    return [
        Finding(
            code=f"config-{one.code}",
            severity="error",
            time_ns=start,
            where=f"{one.file}:{one.line}",
            message=one.message,
            evidence=f"seen: {one.file}:{one.line}",
            clause="M12",
            fix=one.fix,
        )
        for one in report.findings
        if one.severity == "type-1"
    ]
