"""What BPDUs prove about a whole tree: a root that goes round, roots that flap, who keeps changing the topology."""

from collections.abc import Iterator

from pyiccp._explain.finding import finding
from pyiccp._explain.observe_stp import BridgePort, Told, Tree, bursts, when
from pyiccp._explain.rules_stp import LASTING, START
from pyiccp._report.findings import Finding
from pyiccp._sansio import seconds
from pyiccp.wire._mac import mac_text

FLAPS, FLAP_WINDOW = 3, seconds(60)
STORM, STORM_WINDOW = 4, seconds(60)
STEPS, CLIMB = 3, seconds(10)
"""Rises of a cost that nobody stands behind, and how quickly they follow one another."""


def tree_findings(tree: Tree) -> Iterator[Finding]:
    """Everything about several bridges together."""
    yield from _counting(tree)
    yield from _root_flaps(tree)
    yield from _storms(tree)


def _counting(tree: Tree) -> Iterator[Finding]:
    """A root that nobody is any more, whose cost climbs from bridge to bridge (17.14, appendix on old information)."""
    claims: dict[tuple[int, bytes], list[tuple[Told, BridgePort]]] = {}
    for port in tree:
        for one in port.told:
            if one.root is not None:
                claims.setdefault((one.root.priority, one.root.mac), []).append((one, port))
    for (priority, mac), told in claims.items():
        told.sort(key=when)
        owned = max((one.time for one, port in told if port.bridge == mac and one.cost == 0), default=0)
        highest: dict[bytes, int] = {}
        climb: list[tuple[Told, BridgePort]] = []
        for one, port in told:
            if one.time > owned and port.bridge in highest and one.cost > highest[port.bridge]:
                climb = [step for step in climb if one.time - step[0].time <= CLIMB] + [(one, port)]
                if len(climb) >= STEPS:
                    break
            highest[port.bridge] = max(one.cost, highest.get(port.bridge, 0))
        if len(climb) < STEPS:
            continue
        first, port = climb[0]
        yield finding(
            "count-to-infinity",
            "error",
            first,
            port,
            f"the old root {priority:#06x}.{mac_text(mac)} goes round without its bridge: cost "
            f"{' → '.join(str(one.cost) for one, _ in climb)}",
            "seen: a rising cost for a root that no longer claims itself",
            "17.14",
            "it ends when its age reaches max-message-age; give the new root a better priority before taking the "
            "old one away, and fix the priorities of core bridges",
            more=tuple(one.frame for one, _ in climb[1:]),
        )


def _root_flaps(tree: Tree) -> Iterator[Finding]:
    for (bridge, _), ports in tree.bridges().items():
        changes = _changes(ports)
        for index in range(len(changes) - FLAPS + 1):
            window = changes[index : index + FLAPS]
            if window[-1][0].time - window[0][0].time <= FLAP_WINDOW:
                first, port = window[0]
                yield finding(
                    "root-flaps",
                    "error",
                    first,
                    port,
                    f"bridge {mac_text(bridge)} changed its root {FLAPS} times within "
                    f"{(window[-1][0].time - first.time) / 1e9:.0f} s",
                    "seen: the root identifiers of its BPDUs",
                    "17.6",
                    "a bridge that comes and goes, or a link to it that does: its BPDUs are lost now and then",
                    more=tuple(one.frame for one, _ in window[1:]),
                )
                break


def _changes(ports: list[BridgePort]) -> list[tuple[Told, BridgePort]]:
    """When the bridge took another root and kept it for a moment, once it had started."""
    told = sorted(((one, port) for port in ports for one in port.told if one.root is not None), key=when)
    held = [entry for index, entry in enumerate(told) if index == 0 or entry[0].root != told[index - 1][0].root]
    kept = [
        entry
        for index, entry in enumerate(held)
        if index + 1 == len(held) or held[index + 1][0].time - entry[0].time >= LASTING
    ]
    return [
        entry
        for index, entry in enumerate(kept)
        if index and entry[0].root != kept[index - 1][0].root and entry[0].time - told[0][0].time > START
    ]


def _storms(tree: Tree) -> Iterator[Finding]:
    by_port: dict[str, list[tuple[Told, BridgePort]]] = {}
    for one, port in bursts(tree):
        by_port.setdefault(port.bridge.hex() or port.key, []).append((one, port))
    for told in by_port.values():
        for index in range(len(told) - STORM + 1):
            window = told[index : index + STORM]
            if window[-1][0].time - window[0][0].time <= STORM_WINDOW:
                first, port = window[0]
                yield finding(
                    "topology-changes",
                    "warning",
                    first,
                    port,
                    f"{STORM} topology changes within {(window[-1][0].time - first.time) / 1e9:.0f} s, each begun by "
                    f"bridge {mac_text(port.bridge or port.source)}: host tables are flushed every time",
                    "seen: who set the topology change flag first",
                    "17.31",
                    "a port of that bridge comes and goes: set edge=yes where hosts are, restricted-tcn=yes where "
                    "others' changes do not matter",
                    more=tuple(one.frame for one, _ in window[1:]),
                )
                break
