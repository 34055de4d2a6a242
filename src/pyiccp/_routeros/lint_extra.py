"""What `lint` says besides M12: about the text itself, and about the client of the pair."""

from collections.abc import Iterator
from typing import NamedTuple

from pyiccp._node.config import Bond, Source
from pyiccp._node.wiring import mlag_bridge, with_mlag_id
from pyiccp._routeros.device import Device


class Remark(NamedTuple):
    """One finding, not yet with its file."""

    code: str
    severity: str
    source: Source
    message: str
    fix: tuple[str, ...] = ()


def remarks(device: Device) -> Iterator[Remark]:
    """About one node of the pair."""
    yield from left_out(device)
    bridge = mlag_bridge(device.config)
    if bridge is None:
        yield _no_mlag(device)
        return
    if device.old_dialect:
        yield Remark(
            "old-dialect",
            "advice",
            device.mlag_source,
            "/interface bridge mlag is the dialect of RouterOS 7.21 and older: from 7.22 on these are the bridge's own",
            (f"# pyiccp migrate {device.file}",),
        )
    entry = device.bridge_entry(bridge.name)
    assert entry is not None
    if not bridge.vlan_filtering:
        yield Remark(
            "vlan-filtering-off",
            "type-2",
            entry.where("vlan-filtering"),
            f"vlan-filtering=no on MLAG bridge {bridge.name}: untagged frames of the peer port are everybody's",
            (f"/interface bridge set {bridge.name} vlan-filtering=yes",),
        )
    if bridge.protocol_mode == "stp":
        yield Remark(
            "no-rstp",
            "advice",
            entry.where("protocol-mode"),
            f"protocol-mode=stp on MLAG bridge {bridge.name}: a change takes 30 s where rstp takes less than one",
            (f"/interface bridge set {bridge.name} protocol-mode=rstp",),
        )
    bonds = with_mlag_id(device.config)
    if not bonds:
        yield Remark(
            "no-dual-homed-bond",
            "advice",
            device.mlag_source,
            "no bond has an mlag-id: nothing is connected to both nodes",
            ("# /interface bonding set BOND mlag-id=N, the same number on both nodes",),
        )
    for bond in bonds:
        if bond.lacp_rate == "30secs":
            yield Remark(
                "slow-lacp",
                "advice",
                _bond_source(device, bond, "lacp-rate"),
                f"lacp-rate=30secs on {bond.name}: a silent link is noticed after 90 s, with 1sec after 3 s",
                (f"/interface bonding set {bond.name} lacp-rate=1sec",),
            )


def left_out(device: Device) -> Iterator[Remark]:
    """Notes of the parser: what the node accepts and does not carry out."""
    for note in device.configuration.notes:
        where, _, message = note.partition(": ")
        file, _, line = where.rpartition(":")
        if line.isdecimal() and file == device.file:
            yield Remark("left-out", "advice", Source(file, int(line)), message)


def _no_mlag(device: Device) -> Remark:
    bridge = next((bridge for bridge in device.config.bridges), None)
    name = bridge.name if bridge is not None else "bridge1"
    port = next((port.interface for port in bridge.ports), "sfp-sfpplus1") if bridge is not None else "sfp-sfpplus1"
    return Remark(
        "no-mlag",
        "type-1",
        device.mlag_source,
        "no bridge has an mlag-peer-port: this node is in no pair",
        (f"/interface bridge set {name} mlag-peer-port={port}",),
    )


def client_remarks(client: Device, peers: tuple[Device, ...]) -> Iterator[Remark]:
    """About the device whose bond goes to both nodes."""
    yield from left_out(client)
    bonds = [bond for bond in client.config.bonds if not bond.disabled]
    if not bonds:
        yield Remark(
            "client-bond",
            "type-1",
            Source(client.file, 1),
            "no bond: the pair's two links would be two ways into one bridge",
            ("/interface bonding add mode=802.3ad name=bond1 slaves=sfp-sfpplus1,sfp-sfpplus2",),
        )
    halves = [(peer, bond) for peer in peers for bond in with_mlag_id(peer.config)]
    for bond in bonds:
        if bond.mode != "802.3ad":
            if any(half.mode == "802.3ad" for _, half in halves):
                yield Remark(
                    "client-mode",
                    "type-1",
                    _bond_source(client, bond, "mode"),
                    f"mode={bond.mode} on {bond.name}: the pair speaks LACP and hears no answer",
                    (f"/interface bonding set {bond.name} mode=802.3ad",),
                )
            continue
        if len(bond.slaves) < len(peers):
            yield Remark(
                "client-links",
                "type-2",
                _bond_source(client, bond, "slaves"),
                f"{bond.name} has {len(bond.slaves)} link: one for each node of the pair is the least",
                (f"# /interface bonding set {bond.name} slaves={','.join(bond.slaves)},PORT",),
            )
        yield from _against_pair(client, bond, halves)


def _against_pair(client: Device, bond: Bond, halves: list[tuple[Device, Bond]]) -> Iterator[Remark]:
    speaking = [(peer, half) for peer, half in halves if half.mode == "802.3ad"]
    passive = [(peer, half) for peer, half in speaking if half.lacp_mode == "passive"]
    if bond.lacp_mode == "passive" and passive:
        peer, half = passive[0]
        yield Remark(
            "passive-passive",
            "type-1",
            _bond_source(client, bond, "lacp-mode"),
            f"lacp-mode=passive on {bond.name} and on {half.name} of {peer.name}: neither speaks first",
            (f"/interface bonding set {bond.name} lacp-mode=active",),
        )
    slower = [(peer, half) for peer, half in speaking if half.lacp_rate != bond.lacp_rate]
    if slower:
        peer, half = slower[0]
        yield Remark(
            "client-rate",
            "type-2",
            _bond_source(client, bond, "lacp-rate"),
            f"lacp-rate={bond.lacp_rate} on {bond.name} and {half.lacp_rate} on {half.name} of {peer.name}: "
            "one end notices a silent link 30 times later than the other",
            (f"/interface bonding set {bond.name} lacp-rate={half.lacp_rate}",),
        )


def _bond_source(device: Device, bond: Bond, property: str) -> Source:
    entry = device.bond_entry(bond.name)
    return Source(device.file, 1) if entry is None else entry.where(property)
