"""Configuration checks that a node can make by itself (M12)."""

from collections.abc import Iterator

from pyiccp._mlag.profile import Fault, PortProfile, Profile
from pyiccp.wire._bpdu import PRIORITY_BITS
from pyiccp.wire._link import Envelope, Segment

ENVELOPE = 14 + len(Segment(domain=0, incarnation=0, peer_incarnation=0, body=Envelope(0, b"")).encode())
"""Octets that an enveloped frame needs on the peer port beyond its own (M4.5)."""

PRICE = (
    "after a crash of the primary clients wait for detection + 3 s and see one identity change, "
    "and a cut peer link takes the secondary's bonds down"
)
"""What having no keepalive costs (M14)."""


def l3_hw_offloading(own: Profile) -> Iterator[Fault]:
    """Routing in the switch chip bypasses the gate and the filter; the vendor rules it out as well."""
    if own.l3_hw_offloading:
        yield Fault(
            "l3-hw-offloading",
            "L3 hardware offloading is on: MLAG does not work with it",
            "/interface ethernet switch set 0 l3-hw-offloading=no",
            "mlag",
        )


def protocol_mode(own: Profile) -> Iterator[Fault]:
    """MSTP would need one tree per instance for the pair; without any STP a mistake in cabling is a loop."""
    if own.protocol_mode in ("none", "mstp"):
        yield Fault(
            own.bridge,
            f"protocol-mode={own.protocol_mode} on MLAG bridge {own.bridge}: supported are rstp and stp",
            f"/interface bridge set {own.bridge} protocol-mode=rstp",
            "mlag",
        )


def peer_port_mlag_id(own: Profile) -> Iterator[Fault]:
    """The link between the nodes cannot be a link to a client."""
    if own.peer_port_mlag_id is not None:
        yield Fault(
            own.peer_port,
            f"peer port {own.peer_port} has mlag-id={own.peer_port_mlag_id}: no client hangs on the peer port",
            f"/interface bonding set {own.peer_port} !mlag-id",
            "mlag",
        )


def other_mlag_bridge(own: Profile) -> Iterator[Fault]:
    """Each bridge would need a peer port, an election and a host table of its own."""
    for bridge in own.other_mlag_bridges:
        yield Fault(
            bridge,
            f"{bridge} is a second MLAG bridge beside {own.bridge}: a node has one",
            f"/interface bridge set {bridge} mlag-peer-port=none",
            "mlag",
        )


def missing_vlan(own: Profile) -> Iterator[Fault]:
    """A VLAN of a dual-homed bond ends at the peer port: the other half would be cut off from it."""
    for vlan, ports in _missing(own):
        bonds = [port.name for port in ports if port.mlag_id is not None]
        if bonds:
            yield _lacks(own, vlan, bonds)


def missing_orphan_vlan(own: Profile) -> Iterator[Fault]:
    """A VLAN that only single-homed ports have: their hosts do not reach the other node in it."""
    for vlan, ports in _missing(own):
        if all(port.mlag_id is None for port in ports):
            yield _lacks(own, vlan, [port.name for port in ports])


def _missing(own: Profile) -> list[tuple[int, list[PortProfile]]]:
    """VLANs that the peer port is no member of, with their ports."""
    users: dict[int, list[PortProfile]] = {}
    for port in own.ports if own.vlan_filtering else ():
        for vlan in dict.fromkeys((*port.tagged, *port.untagged)):
            users.setdefault(vlan, []).append(port)
    carried = (*own.peer_port_tagged, *own.peer_port_untagged)
    return [(vlan, users[vlan]) for vlan in sorted(users) if vlan not in carried]


def _lacks(own: Profile, vlan: int, names: list[str]) -> Fault:
    return Fault(
        f"vlan {vlan}",
        f"VLAN {vlan} of {_and(names)} is missing on peer port {own.peer_port}",
        f"/interface bridge vlan: add {own.peer_port} to tagged= of bridge={own.bridge} vlan-ids={vlan}",
        tuple(names),
    )


def peer_port_mtu(own: Profile) -> Iterator[Fault]:
    """Frames of a bond whose other half is down cross the peer port in an envelope (M4.5)."""
    if own.peer_port_mtu is None:
        return
    for port in own.ports:
        need = port.mtu + 18 + ENVELOPE
        if port.mlag_id is not None and need > own.peer_port_mtu:
            yield Fault(
                port.name,
                f"peer port {own.peer_port} carries {own.peer_port_mtu} octets; "
                f"a frame of {port.name} in an envelope has up to {need}",
                f"give {own.peer_port} an l2mtu of at least {need - 14}, or {port.name} a smaller mtu",
                (port.name,),
            )


def peer_port_pvid(own: Profile) -> Iterator[Fault]:
    """ICCP and stray untagged frames share the VLAN of every port that was left alone."""
    if own.vlan_filtering and own.peer_port_untagged_admitted and own.peer_port_pvid == 1:
        yield Fault(
            own.peer_port,
            f"peer port {own.peer_port} has pvid=1, the default of every port: its untagged VLAN is not its own",
            f"/interface bridge port set [ find interface={own.peer_port} ] pvid=99",
        )


def shared_untagged_vlan(own: Profile) -> Iterator[Fault]:
    """The peer port's untagged VLAN is user traffic's as well. pvid=1 left as it was is the finding above."""
    if not own.vlan_filtering:
        return
    for vlan in own.peer_port_untagged:
        names = [port.name for port in own.ports if vlan in port.untagged]
        if names and not (vlan == own.peer_port_pvid == 1):
            yield Fault(
                f"vlan {vlan}",
                f"untagged VLAN {vlan} of {_and(names)} is untagged on peer port {own.peer_port} too",
                f"carry VLAN {vlan} tagged on {own.peer_port}, and give it a pvid that no other port has",
            )


def no_keepalive(own: Profile) -> Iterator[Fault]:
    """Without one a crash of the peer and a cut peer link look alike (M6.1)."""
    if not own.keepalive:
        yield Fault(
            "keepalive", f"no keepalive path to the peer: {PRICE}", "configure a keepalive beside the peer port"
        )


def single_member(own: Profile) -> Iterator[Fault]:
    """The peer link is the one thing that the pair has only once."""
    if own.peer_port_members == 1:
        yield Fault(
            own.peer_port,
            f"peer port {own.peer_port} is a single link: one cable parts the pair",
            "make the peer port an 802.3ad bond of two links",
        )


def not_synchronised(own: Profile) -> Iterator[Fault]:
    """What one node learns by these the other does not hear of."""
    for on, setting, what in (
        (own.igmp_snooping, "igmp-snooping", "group memberships are not synchronised"),
        (own.mvrp, "mvrp", "VLANs registered on dual-homed bonds are not synchronised"),
    ):
        if on:
            yield Fault(
                setting,
                f"{setting}=yes on MLAG bridge {own.bridge}: {what}",
                f"/interface bridge set {own.bridge} {setting}=no",
            )
    for name in own.vxlan_ports:
        yield Fault(
            name,
            f"VXLAN interface {name} is a port of MLAG bridge {own.bridge}: MLAG does not support it",
            f"/interface bridge port remove [ find interface={name} ]",
        )


def priority_step(own: Profile) -> Iterator[Fault]:
    """A priority has four bits; what is written below them does not count."""
    counts = own.stp_priority & PRIORITY_BITS
    if counts != own.stp_priority:
        yield Fault(
            "priority",
            f"priority={own.stp_priority:#06x} on MLAG bridge {own.bridge} is no multiple of 0x1000: "
            f"it counts as {counts:#06x}",
            f"/interface bridge set {own.bridge} priority={counts:#06x}",
        )


def too_many_hosts(own: Profile) -> Iterator[Fault]:
    """Learned on neither, counted, warned (M10.5)."""
    if own.max_learned_entries is not None and own.hosts > own.max_learned_entries:
        yield Fault(
            "max-learned-entries",
            f"{own.hosts} hosts are more than max-learned-entries={own.max_learned_entries}: some are not synchronised",
            f"/interface bridge set {own.bridge} max-learned-entries=auto",
        )


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
