"""A scenario as TOML text: what `lab.scenario.parse` reads."""

import json
from collections.abc import Iterable

from pyiccp._node.config import Tuning
from pyiccp._sansio import Instant, seconds
from pyiccp.lab._faults import Fault
from pyiccp.lab._scenario import LinkEntry, Scenario
from pyiccp.wire._mac import mac_text

EVERY = "1ms"
DENSE = "20us"


def scenario_text(
    scenario: Scenario,
    *,
    comment: str,
    events: Iterable[tuple[Instant, Fault]],
    flows: tuple[Instant, Instant],
    dense: tuple[Instant, Instant],
) -> str:
    """The network of *scenario* with *events*, flows between all hosts in the span *flows* and dense ones in the span
    *dense*; configurations are named NODE.rsc."""
    lines = [f"# {line}" for line in comment.splitlines()]
    listed = ", ".join(json.dumps(f"{at}ns {fault}") for at, fault in events)
    until = flows[1] + seconds(1)
    lines += ["", "[lab]", f'until = "{until}ns"', f"seed = {scenario.seed}", f"events = [{listed}]"]
    for node in scenario.nodes:
        lines += ["", f"[node.{node.name}]", f'config = "{node.name}.rsc"', f'mac = "{mac_text(node.mac)}"']
        lines += _tuning(node.tuning)
    for host in scenario.hosts:
        lines += ["", f"[host.{host.name}]", f'mac = "{mac_text(host.mac)}"']
        lines += [f'on = "{host.on}"'] if host.on is not None else []
        lines += [f"vlan = {host.vlan}"] if host.vlan is not None else []
    for kind, entries in (("link", scenario.links), ("keepalive", scenario.keepalives)):
        for entry in entries:
            lines += ["", f"[[{kind}]]", *_link(entry)]
    names = [host.name for host in scenario.hosts]
    for source in names:
        for place, target in enumerate(name for name in names if name != source):
            for broadcast in (False, True)[: 2 - bool(place)]:
                for every, (start, stop) in ((EVERY, flows), (DENSE, dense)):
                    lines += ["", "[[flow]]", f'from = "{source}"', f'to = "{target}"', f'every = "{every}"']
                    lines += [f'start = "{start}ns"', f'stop = "{stop}ns"', "both = false"]
                    lines += ["broadcast = true"] if broadcast else []
    return "\n".join(lines) + "\n"


def _link(entry: LinkEntry) -> list[str]:
    lines = [f'ends = ["{entry.ends[0]}", "{entry.ends[1]}"]', f'delay = "{entry.delay}ns"']
    lines += [f"loss = {entry.loss}"] if entry.loss else []
    return [*lines, f'rate = "{entry.rate}"'] if entry.rate is not None else lines


def _tuning(tuning: Tuning) -> list[str]:
    """The keys that differ from their defaults."""
    default = Tuning()
    lines = []
    for key, value, usual in (
        ("policy", tuning.policy, default.policy),
        ("orphan-ports", tuning.orphan_ports, default.orphan_ports),
        ("lacp-mux", tuning.lacp_mux, default.lacp_mux),
        ("lacp-identity", tuning.lacp_identity, default.lacp_identity),
    ):
        lines += [f'{key} = "{value}"'] if value != usual else []
    for key, span, usual_span in (
        ("liveness", tuning.liveness, default.liveness),
        ("ask-time", tuning.ask_time, default.ask_time),
        ("init-delay", tuning.init_delay, default.init_delay),
        ("auto-recovery", tuning.auto_recovery, default.auto_recovery),
    ):
        if span != usual_span:
            lines.append(f'{key} = "none"' if span is None else f'{key} = "{span}ns"')
    return [*lines, f'system-id = "{mac_text(tuning.system_id)}"'] if tuning.system_id is not None else lines
