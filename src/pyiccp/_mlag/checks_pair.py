"""Configuration checks that compare the two nodes of a pair (M12).

Of a peer whose profile is not complete only the node number, the solo identity and the mlag-ids are compared.
"""

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from pyiccp._mlag.profile import Fault, PortProfile, Profile

Find = Callable[[Profile, Profile], Iterator[Fault]]


def must_be_equal(field: str, what: str, fix: str) -> Find:
    """Type 1: *field* has to be the same on both nodes."""

    def find(own: Profile, peer: Profile) -> Iterator[Fault]:
        if peer.complete and getattr(own, field) != getattr(peer, field):
            ours, theirs = getattr(own, field), getattr(peer, field)
            yield Fault(what, f"{what} is {ours} here and {theirs} on {_the(peer)}", fix, "mlag")

    return find


def stp_mode(own: Profile, peer: Profile) -> Iterator[Fault]:
    """Only between modes that are supported: the others are a finding of their own."""
    supported = ("rstp", "stp")
    if own.protocol_mode in supported and peer.protocol_mode in supported:
        yield from must_be_equal("protocol_mode", "protocol-mode", "set protocol-mode alike on both nodes")(own, peer)


def same_numbers(own: Profile, peer: Profile) -> Iterator[Fault]:
    """Equal node numbers would give one client two equal port numbers (M1.5)."""
    if own.node_number is not None and own.node_number == peer.node_number:
        yield Fault(
            "node number",
            f"both nodes are number {own.node_number}: their LACP port numbers collide",
            "start one of them fresh",
            "mlag",
        )


def same_solo_identity(own: Profile, peer: Profile) -> Iterator[Fault]:
    """Two nodes alone must not be one system (M1.3)."""
    if own.solo_identity is not None and own.solo_identity == peer.solo_identity:
        yield Fault(
            "solo identity",
            f"both nodes would be {own.solo_identity.hex(':').upper()} alone: their bridge MACs differ in the first "
            "octet only",
            "set another admin-mac on one of them",
            "mlag",
        )


def unmatched(own: Profile, peer: Profile) -> Iterator[Fault]:
    """A bond that claims a half on the other node, which has none."""
    theirs = [port.mlag_id for port in peer.ports]
    for port in own.ports:
        if port.mlag_id is not None and port.mlag_id not in theirs:
            yield Fault(
                port.name,
                f"mlag-id={port.mlag_id} of {port.name} has no bond on {_the(peer)}: its client has one node only",
                f"on {_the(peer)}: /interface bonding set {port.name} mlag-id={port.mlag_id}",
            )


def bridge_differs(field: str, what: str) -> Find:
    """Type 2: the two bridges are set differently."""

    def find(own: Profile, peer: Profile) -> Iterator[Fault]:
        if peer.complete and getattr(own, field) != getattr(peer, field):
            ours, theirs = _shown(getattr(own, field), what), _shown(getattr(peer, field), what)
            yield Fault(what, f"{what} is {ours} here and {theirs} on {_the(peer)}", f"set {what} alike on both nodes")

    return find


def halves_differ(field: str, what: str) -> Find:
    """Type 2: the two halves of a bond are set differently."""

    def find(own: Profile, peer: Profile) -> Iterator[Fault]:
        for ours, theirs in _pairs(own, peer):
            here, there = getattr(ours, field), getattr(theirs, field)
            if here != there:
                yield Fault(
                    ours.name,
                    f"{what} of {ours.name} is {_shown(here, what)} here and {_shown(there, what)} on {_the(peer)}",
                    f"set {what} of {ours.name} alike on both nodes",
                )

    return find


def known_halves_differ(field: str, what: str) -> Find:
    """Type 2: the same, where both halves are known to be set at all: the bond is one port of one spanning tree, and
    has one setting, that of the node which was there first."""
    differ = halves_differ(field, what)

    def find(own: Profile, peer: Profile) -> Iterator[Fault]:
        return differ(_knowing(own, field), _knowing(peer, field))

    return find


def _knowing(profile: Profile, field: str) -> Profile:
    return replace(profile, ports=tuple(port for port in profile.ports if getattr(port, field) is not None))


def vlans_differ(own: Profile, peer: Profile) -> Iterator[Fault]:
    """VLAN lists without the pvid's, which has a finding of its own."""
    for ours, theirs in _pairs(own, peer):
        if ours.pvid is None or theirs.pvid is None:
            continue  # one of them is no port of the bridge: that is said once, as its pvid
        here, there = _vlans(ours), _vlans(theirs)
        for vlan in sorted(here ^ there):
            where = "here" if vlan in here else f"on {_the(peer)}"
            yield Fault(
                ours.name,
                f"VLAN {vlan} of {ours.name} is configured only {where}",
                f"/interface bridge vlan: list {ours.name} in vlan-ids={vlan} on both nodes, or on neither",
            )


def _pairs(own: Profile, peer: Profile) -> Iterator[tuple[PortProfile, PortProfile]]:
    """Both halves of every bond that both nodes have, as far as the peer's half is known."""
    halves: dict[int, list[PortProfile]] = {}
    for theirs in peer.ports if peer.complete else ():
        if theirs.mlag_id is not None:
            halves.setdefault(theirs.mlag_id, []).append(theirs)
    for ours in own.ports:
        if ours.mlag_id is not None:
            for theirs in halves.get(ours.mlag_id, ()):
                yield ours, theirs


def _vlans(port: PortProfile) -> set[int]:
    return {vlan for vlan in (*port.tagged, *port.untagged) if vlan != port.pvid}


def _the(peer: Profile) -> str:
    return peer.name or "the peer"


def _shown(value: object, what: str) -> str:
    """As RouterOS writes it."""
    if value is None:
        return "none" if what == "mlag-heartbeat" else "automatic" if what == "path-cost" else "unset"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if what in ("mlag-heartbeat", "bpdu-guard-disable-time") and isinstance(value, int):
        return f"{value / 10**9:g}s"
    return f"{value:#x}" if what == "priority" else str(value)
