"""From what was observed to what is shown: lanes of states, arrows of frames, nodes and links."""

from collections.abc import Iterator

from pyiccp._explain.observe_iccp import Session, Sessions, reached, said_goodbye
from pyiccp._explain.observe_lacp import GRACE, Ports, Said
from pyiccp._explain.observe_stp import BridgePort, Told, Tree, bursts, seconds_of
from pyiccp._explain.reading import Seen
from pyiccp._explain.rules_bonds import bonds
from pyiccp._explain.rules_lacp import hears_nobody
from pyiccp._report.findings import Ref
from pyiccp._report.timeline import Arrow, Lane, Link, Node, Step
from pyiccp._sansio import Instant
from pyiccp.wire._bpdu import BridgeId
from pyiccp.wire._flags import PortRole
from pyiccp.wire._lacpdu import Lacpdu
from pyiccp.wire._mac import mac_text

MOST_ARROWS = 600
"""What says something new is drawn, up to this many frames; a page must stay readable."""


def lacp_lanes(ports: Ports, end_of_capture: Instant) -> Iterator[Lane]:
    """A lane for each end of each link."""
    for end in ports:
        steps = [_lacp_step(said) for said in end.runs]
        last = end.said[-1]
        if end_of_capture - last.time > 3 * end.period(last) + GRACE:
            steps.append(Step(last.time + end.period(last), "silent", "off", "inferred", None, "no LACPDU any more"))
        actor = last.pdu.actor
        group = f"{mac_text(actor.system)} key {actor.key}"
        yield Lane(key=end.key, title=end.title, group=group, protocol="lacp", steps=tuple(steps))


def _lacp_step(said: Said) -> Step:
    state = said.pdu.actor.state
    partner = "nobody" if hears_nobody(said.pdu) else mac_text(said.pdu.partner.system)
    detail = f"{state.text} → {said.pdu.partner.state.text}, partner {partner} key {said.pdu.partner.key}"
    if state.defaulted and not state.expired:
        name, level = "defaulted", "down"
    elif state.expired:
        name, level = ("looking for a partner", "wait") if hears_nobody(said.pdu) else ("expired", "down")
    elif not state.aggregation:
        name, level = "individual: it leaves the bond", "off"
    elif state.distributing:
        name, level = "distributing", "up"
    elif state.collecting:
        name, level = "collecting", "ready"
    elif state.synchronization:
        name, level = "in sync", "ready"
    else:
        name, level = "out of sync", "wait"
    return Step(said.time, name, level, "seen", said.frame, detail)


def _agrees(pdu: Lacpdu) -> bool:
    state = pdu.actor.state
    return state.synchronization and state.collecting and not (state.expired or state.defaulted)


def lacp_nodes(ports: Ports, end_of_capture: Instant) -> tuple[list[Node], list[Link]]:
    """Systems, with their bonds; and who is connected to whom."""
    nodes: dict[str, Node] = {}
    for (system, key), ends in bonds(ports).items():
        name = mac_text(system)
        members = ", ".join(end.title for end in ends)
        priority = ends[0].said[-1].pdu.actor.system_priority
        chassis = sorted({end.port >> 12 for end in ends})
        detail = [f"key {key}, priority {priority}: {members}"]
        if len(chassis) > 1 and all(number >= 8 for number in chassis):
            detail.append("an MLAG pair: its ports are numbered apart by node (inferred)")
        before = nodes.get(name)
        nodes[name] = Node(
            key=f"lacp {name}", title=name, kind="lacp", detail=(*(before.detail if before else ()), *detail)
        )
    links = []
    for one, other in ports.pairs():
        left, right = one.said[-1].pdu, other.said[-1].pdu
        alive = all(end_of_capture - end.said[-1].time <= 3 * end.period(end.said[-1]) + GRACE for end in (one, other))
        up = alive and all(_agrees(pdu) for pdu in (left, right))
        links.append(
            Link(
                f"lacp {mac_text(left.actor.system)}",
                f"lacp {mac_text(right.actor.system)}",
                f"{one.title} and {other.title}",
                "up" if up else "down",
            )
        )
    return list(nodes.values()), links


def lacp_arrows(ports: Ports) -> Iterator[Arrow]:
    """LACPDUs that say something new."""
    for end in ports:
        target = end.peer.title if end.peer is not None else ""
        for said in end.runs:
            step = _lacp_step(said)
            title = f"{said.pdu.actor.state.text} {step.state}"
            yield Arrow(said.time, said.frame, end.title, target, title, "lacp", step.level)


_ROLES = {
    PortRole.ROOT: "root",
    PortRole.DESIGNATED: "designated",
    PortRole.ALTERNATE_OR_BACKUP: "alternate or backup",
    PortRole.UNKNOWN: "unknown role",
}


def stp_lanes(tree: Tree) -> Iterator[Lane]:
    """A lane for each bridge port that sends; topology changes stand where they began."""
    begun = {(told.frame, port.key) for told, port in bursts(tree)}
    for port in tree:
        steps = []
        for told in port.runs:
            step = _stp_step(told)
            if (told.frame, port.key) in begun:
                detail = f"a topology change begins here; {step.detail}"
                step = Step(told.time, step.state, step.level, "seen", told.frame, detail)
            steps.append(step)
        group = f"bridge {mac_text(port.bridge or port.source)}"
        yield Lane(key=port.key, title=port.title, group=group, protocol="stp", steps=tuple(steps))


def _stp_step(told: Told) -> Step:
    if told.kind == "tcn":
        return Step(told.time, "topology change notification", "wait", "seen", told.frame, "TCN BPDU")
    root = "" if told.root is None else f"root {_bridge(told.root)} cost {told.cost} age {seconds_of(told.age):.2f}"
    if told.kind == "config" or told.flags is None:
        return Step(told.time, "designated (802.1D-1998)", "ready", "seen", told.frame, root)
    role = _ROLES[told.flags.role]
    if told.flags.forwarding:
        name, level = f"{role}, forwarding", "up"
    elif told.flags.learning:
        name, level = f"{role}, learning", "ready"
    else:
        name, level = f"{role}, discarding", "wait"
    return Step(told.time, name, level, "seen", told.frame, f"{told.flags.text} {root}")


def _bridge(bridge: BridgeId) -> str:
    return f"{bridge.priority:#06x}.{mac_text(bridge.mac)}"


def stp_nodes(tree: Tree) -> tuple[list[Node], list[Link]]:
    """Bridges, and the links between them."""
    nodes = []
    for (mac, vlan), ports in tree.bridges().items():
        last = max((one for port in ports for one in port.told if one.root is not None), key=lambda one: one.time)
        assert last.root is not None
        assert last.bridge is not None
        role = "root of the tree" if last.root == last.bridge else f"root {_bridge(last.root)} at cost {last.cost}"
        detail = (f"{_bridge(last.bridge)}: {role}", *(() if vlan is None else (f"VLAN {vlan}",)))
        nodes.append(Node(key=f"bridge {mac_text(mac)}", title=mac_text(mac), kind="bridge", detail=detail))
    links = [
        Link(f"bridge {mac_text(one.bridge)}", f"bridge {mac_text(other.bridge)}", one.link.name, "up")
        for ports in tree.links()
        for index, one in enumerate(ports)
        for other in ports[index + 1 :]
        if one.bridge and other.bridge and one.bridge != other.bridge
    ]
    return nodes, links


def stp_arrows(tree: Tree) -> Iterator[Arrow]:
    """BPDUs that say something new."""
    others: dict[tuple[int, int, int | None], list[BridgePort]] = {}
    for port in tree:
        others.setdefault((port.link.capture, port.link.interface, port.vlan), []).append(port)
    for port in tree:
        there = [one for one in others[port.link.capture, port.link.interface, port.vlan] if one is not port]
        target = there[0].title if len(there) == 1 else ""
        for told in port.runs:
            step = _stp_step(told)
            flags = told.flags.text if told.flags is not None else told.kind.upper()
            yield Arrow(told.time, told.frame, port.title, target, f"{flags} {step.state}", "stp", step.level)


_LEVELS = {"synchronised": "up", "connected": "ready"}


def iccp_lanes(sessions: Sessions, end_of_capture: Instant) -> Iterator[Lane]:
    """A lane for each side of each session."""
    for session in sessions:
        if not session.is_iccp:
            continue
        for side in session.sides.values():
            steps = [Step(side.times[0][0], "speaks", "wait", "seen", side.times[0][1])]
            for time, frame, name in reached(side, session.kind):
                steps.append(Step(time, name, _LEVELS.get(name, "wait"), "seen", frame))
            goodbye = said_goodbye(side)
            if goodbye is not None:
                steps.append(Step(goodbye, "planned stop", "off", "seen", None, "Goodbye"))
            last = side.times[-1][0]
            if goodbye is None and end_of_capture - last > 3_000_000_000 and session.kind == "link":
                steps.append(Step(last, "silent", "off", "inferred", side.times[-1][1]))
            yield Lane(
                key=f"{session.key} {side.name}",
                title=side.name,
                group=f"ICCP on {session.where}",
                protocol="iccp",
                steps=tuple(steps),
            )


def iccp_nodes(sessions: Sessions) -> tuple[list[Node], list[Link]]:
    """Speakers and their sessions."""
    nodes: list[Node] = []
    links: list[Link] = []
    for session in sessions:
        if not session.is_iccp:
            continue
        for side in session.sides.values():
            groups = ", ".join(map(str, side.domains)) or "unknown"
            nodes.append(
                Node(key=f"iccp {side.name}", title=side.name, kind="iccp", detail=(f"redundancy group {groups}",))
            )
        pair = session.pair()
        if pair is not None:
            links.append(
                Link(f"iccp {pair[0].name}", f"iccp {pair[1].name}", session.where, "up" if _is_up(session) else "down")
            )
    return nodes, links


def _is_up(session: Session) -> bool:
    return all(any(name == "connected" for *_, name in reached(side, session.kind)) for side in session.sides.values())


def iccp_arrows(sessions: Sessions) -> Iterator[Arrow]:
    """The steps of sessions."""
    for session in sessions:
        if not session.is_iccp:
            continue
        for side in session.sides.values():
            target = next((name for name in session.sides if name != side.name), "")
            steps: dict[tuple[Instant, Ref], list[str]] = {}
            for time, frame, name in reached(side, session.kind):
                steps.setdefault((time, frame), []).append(name)
            for (time, frame), names in steps.items():
                level = _LEVELS.get(names[-1], "wait")
                yield Arrow(time, frame, side.name, target, ", ".join(names), "iccp", level)


def repeated(seen: Seen) -> Arrow:
    """A frame that says nothing new and that a finding points at."""
    if isinstance(seen.value, Lacpdu):
        source = f"{mac_text(seen.source)} port {seen.value.actor.port}"
        return Arrow(seen.time, seen.frame, source, "", f"{seen.value.actor.state.text} again", "lacp", "off")
    return Arrow(seen.time, seen.frame, mac_text(seen.source), "", seen.protocol, seen.protocol, "off")
