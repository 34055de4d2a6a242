"""Captures, and perhaps configurations -> one report."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from pyiccp.capture.decoder import FAMILIES
from pyiccp.explain import lanes
from pyiccp.explain.observe_iccp import Sessions
from pyiccp.explain.observe_lacp import Ports
from pyiccp.explain.observe_stp import Tree
from pyiccp.explain.reading import Captures, Seen, read_captures
from pyiccp.explain.rules_bonds import bond_findings
from pyiccp.explain.rules_frames import frame_findings
from pyiccp.explain.rules_iccp import iccp_findings
from pyiccp.explain.rules_lacp import link_findings
from pyiccp.explain.rules_stp import stp_findings
from pyiccp.report.findings import Finding, condensed, ranked
from pyiccp.report.timeline import Report
from pyiccp.routeros.lint import lint

ICCP = frozenset(("iccp", "sonic-iccp", "pyiccp-link"))


def explain(files: Iterable[tuple[str, BinaryIO]], configs: Sequence[tuple[str, str]] = ()) -> Report:
    """What the captures prove. *files*: (name, file), in any order; *configs*: (name, text) of the nodes."""
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
        *stp_findings(tree, end),
        *iccp_findings(sessions, end),
        *_of_configs(configs, start),
    ]
    nodes, links = [], []
    for found, wires in (lanes.lacp_nodes(ports), lanes.stp_nodes(tree), lanes.iccp_nodes(sessions)):
        nodes += found
        links += wires
    arrows = sorted(
        [*lanes.lacp_arrows(ports), *lanes.stp_arrows(tree), *lanes.iccp_arrows(sessions)],
        key=lambda arrow: arrow.time_ns,
    )
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
            *lanes.lacp_lanes(ports, end),
            *lanes.stp_lanes(tree),
            *lanes.iccp_lanes(sessions, end),
        ),
        arrows=tuple(arrows[: lanes.MOST_ARROWS]),
        findings=ranked(condensed(findings)),
        notes=tuple(notes),
    )


def _of(captures: Captures, protocols: frozenset[str]) -> list[Seen]:
    return [seen for seen in captures.seen if seen.protocol in protocols and seen.value is not None]


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
