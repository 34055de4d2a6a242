"""The matrix's rows: on which network, which faults and repairs, and whose flows can have no path meanwhile."""

from collections.abc import Iterator

import msgspec


class Step(msgspec.Struct, frozen=True):
    """Events at one instant (`+10ms …`: so much later), then so many seconds to see what they cost."""

    events: tuple[str, ...]
    kind: str
    """A key of `bounds.BOUNDS`."""
    lasts: float = 3.0
    without: tuple[str, ...] = ()
    """Hosts (or flows, `h1>h2`) that have no path during the step, or had none before: listed, not counted."""
    changed: tuple[str, ...] = ()
    """Hosts whose flows need a change of the spanning tree."""
    half: int | None = None
    """The node whose half of the client's bond dies in silence."""


class Row(msgspec.Struct, frozen=True):
    """A course of events from the undisturbed network."""

    network: str
    """A file in scenarios/."""
    title: str
    steps: tuple[Step, ...]


PRIMARY = {1: "primary", 2: "secondary"}
ORPHAN = {1: "h2", 2: "h3"}
COUPLED = "one-way member, coupled client"
LAST_HALF = "peer link and the primary's member cut"
INDEPENDENT = "one-way member"
"""Of a client with the independent mux (`lacp-mux`): it stops sending at our C=0, not only when it hears nothing."""
RETURN = 5.0
"""Seconds until a half is back: session, LACP's two seconds of wait-while."""


class Names(msgspec.Struct, frozen=True):
    """How a network calls its ports."""

    member: str = "Peer{}:sfp-sfpplus2"
    peer_link: str = "Peer1:sfp-sfpplus1"


QUICK, THIRD = Names(), Names(member="Peer{}:sfp2", peer_link="Peer1:sfp1")


def rows() -> list[Row]:
    """All of them, in the order of the page."""
    return [
        *_quick(),
        *_alone(),
        *_coupled(),
        *_independent(),
        *_slow(),
        *_bonded(),
        *_staggered(),
        *_two_at_once(),
        *_third("third-root", "third-root-alone", way=1),
        *_third("third-pair", "third-pair-alone", way=2),
        *_client_root(),
        *_stp(),
    ]


def _planned(network: str, k: int, changed: tuple[str, ...] = (), rest: float = RETURN) -> Row:
    gone = (ORPHAN[k],)
    steps = (
        Step((f"stop Peer{k}",), "planned stop", 3.0, gone, changed),
        Step((f"start Peer{k}",), "return of a node", rest, gone, changed),
    )
    return Row(network, f"planned stop and return, {PRIMARY[k]}", steps)


def _member(network: str, names: Names, k: int) -> Row:
    member = names.member.format(k)
    steps = (
        Step((f"cut {member}",), "member cut", 1.0),
        Step((f"mend {member}",), "return of a link", RETURN),
    )
    return Row(network, f"member cut, {PRIMARY[k]}", steps)


def _crash(network: str, k: int, kind: str, fresh: bool = False, changed: tuple[str, ...] = ()) -> Row:
    gone = (ORPHAN[k],)
    words = "crash and fresh return" if fresh else "crash and return"
    back = "return of a node, survivor solo" if kind.startswith("crash of the primary, no") else "return of a node"
    steps = (
        Step((f"crash Peer{k}",), kind, 4.0, gone, changed),
        Step((f"start Peer{k}{' fresh' if fresh else ''}",), back, RETURN + 1, gone, changed),
    )
    return Row(network, f"{words}, {PRIMARY[k]}", steps)


def _silent_crash(network: str, k: int, changed: tuple[str, ...] = (), solo: bool = False) -> Row:
    """*solo*: of the primary, without a keepalive; the survivor changes its identity."""
    gone = (ORPHAN[k],)
    kind = "silent crash of the primary, no keepalive" if solo else "silent crash"
    back = "return of a node, survivor solo" if solo else "return of a node"
    steps = (
        Step((f"hang Peer{k}",), kind, 7.0 if changed or solo else 4.0, gone, changed, half=None if solo else k),
        Step((f"start Peer{k}",), back, RETURN + 1, gone, changed),
    )
    return Row(network, f"silent crash and return, {PRIMARY[k]}", steps)


def _silent(network: str, names: Names, k: int, verb: str, kind: str, lasts: float = 4.0, back: float = RETURN) -> Row:
    member = names.member.format(k)
    words = {"silence": "silent member", "silence-rx": "member deaf", "silence-tx": "member mute"}[verb]
    steps = (
        Step((f"{verb} {member}",), kind, lasts, half=k),
        Step((f"heal {member}",), "return of a link", back),
    )
    return Row(network, f"{words}, {PRIMARY[k]}", steps)


def _quick() -> Iterator[Row]:
    for k in (1, 2):
        yield _planned("quick", k)
        yield _member("quick", QUICK, k)
        yield _crash("quick", k, "crash")
        yield _crash("quick", k, "crash", fresh=True)
        yield _silent_crash("quick", k)
        yield _silent("quick", QUICK, k, "silence", "silent member")
        yield _silent("quick", QUICK, k, "silence-rx", COUPLED, 7.0)
        yield _silent("quick", QUICK, k, "silence-tx", COUPLED, 7.0)
        yield _freeze(k)
    yield _peer_link("quick", QUICK, "peer link cut", without=("h3",))
    steps = (
        Step((f"silence {QUICK.peer_link}",), "peer link silent", 3.0, ("h3",)),
        Step((f"heal {QUICK.peer_link}",), "return of the peer link", RETURN, ("h3",)),
    )
    yield Row("quick", "peer link silent", steps)
    steps = (
        Step(("cut keepalive",), "loss of the keepalive", 2.0),
        Step(("mend keepalive",), "return of the keepalive", 2.0),
    )
    yield Row("quick", "keepalive lost", steps)


def _freeze(k: int) -> Row:
    gone = (ORPHAN[k],)
    steps = (
        Step((f"freeze Peer{k}",), "silent crash", 4.0, gone, half=k),
        Step((f"thaw Peer{k}",), "return of a node", RETURN, gone),
    )
    return Row("quick", f"freeze and thaw, {PRIMARY[k]}", steps)


def _peer_link(
    network: str, names: Names, kind: str, without: tuple[str, ...] = (), changed: tuple[str, ...] = ()
) -> Row:
    steps = (
        Step((f"cut {names.peer_link}",), kind, 3.0, without, changed),
        Step((f"mend {names.peer_link}",), "return of the peer link", RETURN, without, changed),
    )
    return Row(network, "peer link cut", steps)


def _alone() -> Iterator[Row]:
    for k in (1, 2):
        yield _planned("quick-alone", k)
        yield _member("quick-alone", QUICK, k)
        yield _crash("quick-alone", k, f"crash of the {PRIMARY[k]}, no keepalive")
        yield _silent_crash("quick-alone", k, solo=k == 1)
    yield _peer_link("quick-alone", QUICK, "peer link cut, no keepalive", without=("h3",))


def _coupled() -> Iterator[Row]:
    for k in (1, 2):
        yield _planned("quick-coupled", k, rest=7.0)
        yield _member("quick-coupled", QUICK, k)
        yield _silent("quick-coupled", QUICK, k, "silence-rx", COUPLED, 7.0)
        yield _silent("quick-coupled", QUICK, k, "silence-tx", COUPLED, 7.0)


def _independent() -> Iterator[Row]:
    for k in (1, 2):
        yield _planned("quick-independent", k)
        yield _member("quick-independent", QUICK, k)
        yield _crash("quick-independent", k, "crash")
        yield _silent("quick-independent", QUICK, k, "silence", "silent member")
        yield _silent("quick-independent", QUICK, k, "silence-rx", INDEPENDENT, 7.0)
        yield _silent("quick-independent", QUICK, k, "silence-tx", INDEPENDENT, 7.0)


def _slow() -> Iterator[Row]:
    yield _silent("quick-slow", QUICK, 1, "silence", "silent member, slow LACP", 91.0, 35.0)


def _bonded() -> Iterator[Row]:
    yield _planned("bonded", 1)
    yield _planned("bonded", 2)
    yield _crash("bonded", 1, "crash")
    for end in ("Peer1:sfp-sfpplus1", "Peer1:sfp-sfpplus3"):
        steps = (
            Step((f"cut {end}",), "peer-link member cut", 2.0),
            Step((f"mend {end}",), "return of a link", 4.0),
        )
        yield Row("bonded", f"peer-link member {end[-1]} cut", steps)
        steps = (
            Step((f"silence {end}",), "peer-link member silent", 3.0),
            Step((f"heal {end}",), "return of a link", 4.0),
        )
        yield Row("bonded", f"peer-link member {end[-1]} silent", steps)


def _staggered() -> Iterator[Row]:
    """Peer link first, members later, and the reverse; without the primary's half nobody carries h1."""
    for k, kind, without in ((1, LAST_HALF, ("h1", "h3")), (2, "peer link and member cut", ("h3",))):
        member, link = QUICK.member.format(k), QUICK.peer_link
        for later in ("10ms", "1s", "5s"):
            for first, second in ((link, member), (member, link)):
                lasts = 7.0 if later == "5s" else 3.0
                name = "peer link" if first is link else "member"
                steps = (
                    Step((f"cut {first}", f"+{later} cut {second}"), kind, lasts, without),
                    Step((f"mend {first}", f"+{later} mend {second}"), "return of the peer link", lasts + 3, without),
                )
                yield Row(
                    "quick", f"{name} of peer link and member ({PRIMARY[k]}) first, the other {later} later", steps
                )


def _two_at_once() -> Iterator[Row]:
    """Both orders at one instant; mended in both orders."""
    m1, m2, link = QUICK.member.format(1), QUICK.member.format(2), QUICK.peer_link
    couples = [
        ((f"cut {m1}", f"mend {m1}"), (f"cut {link}", f"mend {link}"), LAST_HALF, ("h1", "h3")),
        ((f"cut {m2}", f"mend {m2}"), (f"cut {link}", f"mend {link}"), "peer link and member cut", ("h3",)),
        ((f"cut {m1}", f"mend {m1}"), (f"cut {m2}", f"mend {m2}"), "both members cut", ("h1",)),
        (("crash Peer2", "start Peer2"), (f"cut {m1}", f"mend {m1}"), "crash and member cut", ("h1", "h3")),
        (("cut keepalive", "mend keepalive"), (f"cut {m2}", f"mend {m2}"), "keepalive lost and member cut", ()),
        (
            ("stop Peer1", "start Peer1"),
            ("cut keepalive", "mend keepalive"),
            "planned stop and keepalive lost",
            ("h2",),
        ),
        (("crash Peer1", "start Peer1"), ("cut keepalive", "mend keepalive"), "crash, then keepalive lost", ("h2",)),
    ]
    for one, other, kind, without in couples:
        for first, second in ((one, other), (other, one)):
            faulty = kind
            if kind == "crash, then keepalive lost" and first[0] == "cut keepalive":
                faulty = "keepalive lost, then crash of the primary"
            for repairs in ((first[1], second[1]), (second[1], first[1])):
                steps = (
                    Step((first[0], second[0]), faulty, 4.0, without),
                    Step(repairs, "return of a link", RETURN + 1, without),
                )
                yield Row("quick", f"{first[0]}, {second[0]}; {', '.join(repairs)}", steps)


def _third(network: str, alone: str, way: int) -> Iterator[Row]:
    """The link between the third switch and node *way* forwards, the other's is blocked: its loss changes nothing."""
    for k in (1, 2):
        changed = ("h4",) if k == way else ()
        yield _planned(network, k, changed)
        yield _member(network, THIRD, k)
        yield _crash(network, k, "crash", changed=changed)
        yield _silent_crash(network, k, changed)
        yield _crash(alone, k, f"crash of the {PRIMARY[k]}, no keepalive", changed=changed)
    yield _uplink(network, way)
    yield _peer_link(network, THIRD, "peer link cut", changed=("h3",))
    yield _peer_link(alone, THIRD, "peer link cut, no keepalive", changed=("h3",))


def _client_root() -> Iterator[Row]:
    """The third switch reaches the root through the pair, by either node."""
    for k in (1, 2):
        yield _planned("third-client", k, ("h4",))
        yield _member("third-client", THIRD, k)
        yield _crash("third-client", k, "crash", changed=("h4",))
        behind = ", the root behind the bond" if k == 1 else ""
        yield _crash("third-client-alone", k, f"crash of the {PRIMARY[k]}, no keepalive{behind}", changed=("h4",))
    yield _peer_link("third-client", THIRD, "peer link cut", changed=("h3",))


def _uplink(network: str, way: int) -> Row:
    steps = (
        Step((f"cut Peer{way}:ether2",), "uplink cut", 2.0, changed=("h4",)),
        Step((f"mend Peer{way}:ether2",), "return of a link", 4.0, changed=("h4",)),
    )
    return Row(network, "the third switch's way cut", steps)


def _stp() -> Iterator[Row]:
    """What 802.1D of 1998 needs for a change is its own: fifty seconds; here nothing has to change."""
    yield _planned("third-stp", 2)
    yield _member("third-stp", THIRD, 1)
