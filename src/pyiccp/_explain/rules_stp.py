"""What BPDUs prove: who is root and for how long, who answers nobody, which link died, which tree cannot settle."""

from collections.abc import Iterator

import msgspec

from pyiccp._explain.finding import finding
from pyiccp._explain.observe_stp import HELLO, BridgePort, Told, Tree, bursts
from pyiccp._report.findings import Finding
from pyiccp._sansio import Instant, milliseconds, seconds
from pyiccp.wire._flags import PortRole

LOST = 3 * HELLO + milliseconds(500)
HEARD = milliseconds(50)
"""A BPDU is believed to have arrived after this."""
UNANSWERED = seconds(1.5)
LASTING = seconds(0.9)
"""A port that gives way does so before its next hello."""
START = seconds(5)
HOLD_COUNT, HOLD_WINDOW = 6, seconds(1)
HELD = (seconds(0.4), seconds(1.2))
"""What is held back leaves with the next tick of a second."""


Left = dict[tuple[int, int], list[Instant]]
"""Capture and interface -> when LACP on it announced that a port leaves."""


def stp_findings(tree: Tree, end_of_capture: Instant, left: Left | None = None) -> Iterator[Finding]:
    """Everything about spanning tree. Where a port has left in order, silence is no loss."""
    changes = [one.time for one, _ in bursts(tree)]
    told: set[tuple[bytes, int, int]] = set()
    for ports in tree.links():
        yield from _link_lost(ports, changes, left or {}, end_of_capture)
        yield from _own_segment(ports, told)
        yield from _legacy(ports)
        for port in ports:
            yield from _no_agreement(port, [other for other in ports if other.bridge != port.bridge])
            yield from _dispute(port, [other for other in ports if other is not port])
            yield from _edge(port, [other for other in ports if other.bridge != port.bridge], tree)
    for port in tree:
        yield from _hold_count(port)


def _link_lost(
    ports: list[BridgePort], changes: list[Instant], left: Left, end_of_capture: Instant
) -> Iterator[Finding]:
    """No BPDU from anybody for longer than a neighbour believes; a topology change right then tells when."""
    told = sorted(((one.time, port, one) for port in ports for one in port.told), key=lambda entry: entry[0])
    for index, (time, port, one) in enumerate(told):
        after = told[index + 1] if index + 1 < len(told) else None
        until = after[0] if after is not None else end_of_capture
        if until - time <= LOST or not _designated(ports, time):
            continue
        leaves = left.get((port.link.capture, port.link.interface), ())
        if any(time - HELLO <= leave <= time + LOST for leave in leaves):
            continue
        if one.kind == "config" and one.cost:
            continue  # 802.1D-1998: whoever is not root only passes on what the root sends
        noticed = next((change for change in changes if time < change <= time + LOST), None)
        lost = finding(
            "stp-link-lost",
            "warning",
            one,
            port,
            f"no BPDU on {port.link.name}"
            + (f" for {(until - time) / 1e9:.1f} s" if after is not None else " any more")
            + ": the link, or both its ports, were down or silent",
            "inferred: a designated port sent every 2 s until then"
            + (", and the tree changed at the time given" if noticed is not None else ""),
            "17.21.23",
            "carrier and filters of that link; a link that is silent but up becomes a loop when it is heard again",
            until=until if after is not None else None,
            more=(after[2].frame,) if after is not None else (),
        )
        yield lost if noticed is None else msgspec.structs.replace(lost, time_ns=noticed)


def _designated(ports: list[BridgePort], time: Instant) -> bool:
    return any((at := port.at(time)) is not None and at.role is PortRole.DESIGNATED for port in ports)


def _own_segment(ports: list[BridgePort], told: set[tuple[bytes, int, int]]) -> Iterator[Finding]:
    """Two ports of one bridge on one link, or a port that hears itself."""
    for index, one in enumerate(ports):
        for other in ports[index + 1 :]:
            which = (one.bridge, min(one.number, other.number), max(one.number, other.number))
            if one.bridge and one.bridge == other.bridge and which not in told:
                told.add(which)
                yield finding(
                    "own-bpdu",
                    "warning",
                    other.told[0],
                    other,
                    f"{one.title} and port {other.number & 0xFFF} of the same bridge are on one segment: "
                    "one of them is a backup port and carries nothing",
                    "seen: BPDUs of one bridge from two ports",
                    "17.3",
                    "a hub, or a cable from the bridge to itself: remove one of the two links",
                    more=(one.told[0].frame,),
                )


def _legacy(ports: list[BridgePort]) -> Iterator[Finding]:
    """A bridge that can do RSTP and talks 802.1D-1998 to a neighbour that cannot."""
    for port in ports:
        rapid = next((one for one in port.told if one.kind == "rst"), None)
        others = [other for other in ports if other.bridge != port.bridge and other.told[0].kind != "rst"]
        if rapid is None or not others:
            continue
        old = min((one for other in others for one in other.told if one.kind != "rst"), key=lambda one: one.time)
        fallen = next((one for one in port.told if one.kind != "rst" and one.time >= old.time), None)
        yield finding(
            "legacy-neighbour",
            "warning",
            fallen or old,
            port,
            f"{port.title} has a neighbour that speaks 802.1D-1998 only: 30 s until a port forwards, no proposals",
            "seen: Configuration BPDUs from the other end" + (", and answered in kind" if fallen is not None else ""),
            "17.24",
            "set the neighbour to RSTP; after that let the port check migration (mcheck)",
            more=(old.frame,),
        )


def _no_agreement(port: BridgePort, others: list[BridgePort]) -> Iterator[Finding]:
    """A proposal that a neighbour who is known to be there never answers."""
    begun: Told | None = None
    for one in port.told:
        if one.flags is None or not (one.flags.proposal and one.role is PortRole.DESIGNATED):
            begun = None
            continue
        known = [other for other in others if other.told[0].time <= one.time and other.told[0].kind == "rst"]
        if begun is None:
            begun = one if known else None
        if begun is None or one.time - begun.time < UNANSWERED:
            continue
        answered = any(
            answer.flags is not None and answer.flags.agreement
            for other in known
            for answer in other.between(begun.time - HEARD, one.time + HEARD)
        )
        if known and not answered:
            yield finding(
                "agreement-never-sent",
                "warning",
                begun,
                port,
                f"{port.title} proposes and {known[0].title} never agrees: it waits for timers instead",
                "seen: proposals repeated, no agreement",
                "17.21.6",
                "known of implementations whose alternate ports stay mute; or its BPDUs are lost in one direction",
                more=(one.frame,),
            )
            return
        begun = one


def _dispute(port: BridgePort, others: list[BridgePort]) -> Iterator[Finding]:
    """It hears a better designated port and goes on as designated, learning: its partner's BPDUs do not arrive."""
    since: Told | None = None
    for one in port.told:
        better = _better(one, others)
        if better is None:
            since = None
        elif since is None:
            since = one
        elif one.time - since.time >= LASTING:
            other, heard = better
            yield finding(
                "dispute",
                "error",
                since,
                port,
                f"{port.title} claims to be designated and forwards although {other.title} is better and says so: "
                "it does not hear it, and both may forward at once",
                "seen: two designated ports on one link, the worse one learning",
                "17.21.10",
                "frames towards that port are lost: fibre strand, filter on 01:80:C2:00:00:00, or a link that was "
                "silent and came back",
                more=(heard.frame, one.frame),
            )
            return


def _better(one: Told, others: list[BridgePort]) -> tuple[BridgePort, Told] | None:
    """The designated port on the same link that *one* should have given way to."""
    if one.kind != "rst" or one.role is not PortRole.DESIGNATED or one.flags is None or not one.flags.learning:
        return None
    for other in others:
        heard = other.at(one.time - HEARD)
        if heard is None or one.time - heard.time > HELLO + seconds(1) or heard.kind != "rst":
            continue
        if heard.role is not PortRole.DESIGNATED or heard.vector is None or one.vector is None:
            continue
        if heard.vector < one.vector:
            return other, heard
    return None


def _edge(port: BridgePort, others: list[BridgePort], tree: Tree) -> Iterator[Finding]:
    """Forwarding from its first BPDU on, as only an edge port does, and then a bridge is heard there."""
    first = port.told[0]
    if first.kind != "rst" or first.flags is None or not first.flags.forwarding or first.flags.proposal:
        return
    if first.role is not PortRole.DESIGNATED:
        return
    siblings = [one for one in tree if one.bridge == port.bridge and one is not port]
    started = any(
        one.told[0].flags is not None
        and not one.told[0].flags.forwarding
        and abs(one.told[0].time - first.time) < START
        for one in siblings
    )
    met = any(
        one.flags is not None and one.flags.proposal and abs(one.time - first.time) <= HELLO
        for other in others
        for one in other.told[:1]
    )
    heard = [one for other in others for one in other.told if one.time >= first.time]
    if (started or met) and heard:
        yield finding(
            "bpdu-on-edge",
            "warning",
            min(heard, key=lambda one: one.time),
            port,
            f"{port.title} started as an edge port, and there is a bridge behind it",
            "inferred: it forwarded from its first BPDU on, without a proposal",
            "17.19.17",
            "edge=auto instead of yes on that port, or bpdu-guard=yes if no bridge belongs there",
            more=(first.frame,),
        )


def _hold_count(port: BridgePort) -> Iterator[Finding]:
    """More than the transmit hold count within a second: what it has to say next waits for a tick."""
    told = port.told
    for index in range(len(told) - HOLD_COUNT):
        first, last, held = told[index], told[index + HOLD_COUNT - 1], told[index + HOLD_COUNT]
        waited = HELD[0] <= held.time - last.time <= HELD[1] and _is_news(held, last)
        if last.time - first.time < HOLD_WINDOW and waited:
            yield finding(
                "hold-count",
                "warning",
                last,
                port,
                f"{port.title} sent {HOLD_COUNT} BPDUs within {(last.time - first.time) / 1e6:.0f} ms: "
                f"what it had to say next waited {(held.time - last.time) / 1e9:.2f} s for its transmit hold count",
                "seen: the BPDUs, and other news a tick later",
                "17.13.12",
                "the tree changes faster than it may be told; look for what makes it change",
                more=(first.frame, held.frame),
            )
            return


def _is_news(one: Told, before: Told) -> bool:
    return one.vector != before.vector or one.role is not before.role
