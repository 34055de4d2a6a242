"""Decoding one PDU per call, every field read."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bench import definitions
from bench.rounds import Table, best, optional, show, versions
from bench.trunk import lacpdu, rst_bpdu
from pyiccp.wire._bpdu import RstBpdu
from pyiccp.wire._lacpdu import Lacpdu

PDUS = 500
Touch = Callable[[Any], Any]


def read_lacp(pdu: Any) -> Any:
    """All 14 fields, the two states as their 16 bits: 28 reads, as a program would that wants them all."""
    actor, partner = pdu.actor, pdu.partner
    ours, theirs = actor.state, partner.state
    return (
        pdu.version, pdu.collector_max_delay, actor.system_priority, actor.system, actor.key, actor.port_priority,
        actor.port, ours.activity, ours.timeout, ours.aggregation, ours.synchronization, ours.collecting,
        ours.distributing, ours.defaulted, ours.expired, partner.system_priority, partner.system, partner.key,
        partner.port_priority, partner.port, theirs.activity, theirs.timeout, theirs.aggregation,
        theirs.synchronization, theirs.collecting, theirs.distributing, theirs.defaulted, theirs.expired,
    )  # fmt: skip


def read_rst(bpdu: Any) -> Any:
    root, bridge, flags = bpdu.root, bpdu.bridge, bpdu.flags
    return (
        bpdu.version, root.priority, root.mac, bpdu.root_path_cost, bridge.priority, bridge.mac, bpdu.port,
        bpdu.message_age, bpdu.max_age, bpdu.hello_time, bpdu.forward_delay, flags.topology_change, flags.proposal,
        flags.role, flags.learning, flags.forwarding, flags.agreement, flags.topology_change_ack,
    )  # fmt: skip


def read_os_ken_lacp(parsed: Any) -> Any:
    pdu = parsed[0]
    return (
        pdu.version, pdu.collector_max_delay, pdu.actor_system_priority, pdu.actor_system, pdu.actor_key,
        pdu.actor_port_priority, pdu.actor_port, pdu.actor_state_activity, pdu.actor_state_timeout,
        pdu.actor_state_aggregation, pdu.actor_state_synchronization, pdu.actor_state_collecting,
        pdu.actor_state_distributing, pdu.actor_state_defaulted, pdu.actor_state_expired,
        pdu.partner_system_priority, pdu.partner_system, pdu.partner_key, pdu.partner_port_priority,
        pdu.partner_port, pdu.partner_state_activity, pdu.partner_state_timeout, pdu.partner_state_aggregation,
        pdu.partner_state_synchronization, pdu.partner_state_collecting, pdu.partner_state_distributing,
        pdu.partner_state_defaulted, pdu.partner_state_expired,
    )  # fmt: skip


def read_dpkt_stp(bpdu: Any) -> Any:
    return (
        bpdu.proto_id, bpdu.v, bpdu.type, bpdu.flags, bpdu.root_id, bpdu.root_path, bpdu.bridge_id, bpdu.port_id,
        bpdu.age, bpdu.max_age, bpdu.hello, bpdu.fd,
    )  # fmt: skip


def over(pdus: Sequence[bytes], decode: Touch, read: Touch | None = None) -> Callable[[], None]:
    """All PDUs decoded, and all fields read."""

    def run() -> None:
        for octets in pdus:
            decode(octets)

    def run_reading() -> None:
        assert read is not None
        for octets in pdus:
            read(decode(octets))

    return run_reading if read else run


def main(arguments: list[str]) -> int:
    print(versions("construct", "msgspec", "scapy", "os-ken", "dpkt"))
    show(tables())
    return 0


def tables() -> Iterator[Table]:
    rng = random.Random(7275)
    yield from _lacp([lacpdu(rng).encode() for _ in range(PDUS)])
    yield from _rst([rst_bpdu(rng).encode() for _ in range(PDUS)])


def _lacp(pdus: list[bytes]) -> Iterator[Table]:
    read = read_lacp
    contenders = {
        "pyiccp, decoded": over(pdus, Lacpdu.FORMAT.decode),
        "pyiccp, every field read": over(pdus, Lacpdu.FORMAT.decode, read),
        "pyiccp, a PDU that repeats": over(pdus[:1] * PDUS, Lacpdu.decode),
        "struct.unpack to a tuple": over(pdus, definitions.LACPDU_UNPACK.unpack),
        "construct, state in bits, every field read": over(pdus, definitions.LACPDU.parse, read),
        "construct, state as octet": over(pdus, definitions.LACPDU_OCTET.parse),
        "construct compiled, state in bits, every field read": over(pdus, definitions.LACPDU.compile().parse, read),
        "construct compiled, state as octet": over(pdus, definitions.LACPDU_OCTET.compile().parse),
    }
    if slow := optional("os_ken.lib.packet.slow"):
        contenders["os-ken"] = over(pdus, slow.lacp.parser)
        contenders["os-ken, every field read"] = over(pdus, slow.lacp.parser, read_os_ken_lacp)
    if scapy := optional("scapy.contrib.lacp"):
        contenders["scapy, every field read"] = over(
            [octets[1:] for octets in pdus], scapy.LACP, _scapy_reader(scapy.LACP)
        )
    times = best(contenders)
    yield Table("LACPDU, one per call; ratios to: decoded", times, "pyiccp, decoded", PDUS, "PDU")
    yield Table("LACPDU, one per call; ratios to: every field read", times, "pyiccp, every field read", PDUS, "PDU")


def _rst(pdus: list[bytes]) -> Iterator[Table]:
    read = read_rst
    contenders = {
        "pyiccp, decoded": over(pdus, RstBpdu.FORMAT.decode),
        "pyiccp, every field read": over(pdus, RstBpdu.FORMAT.decode, read),
        "pyiccp, a PDU that repeats": over(pdus[:1] * PDUS, RstBpdu.decode),
        "struct.unpack to a tuple": over(pdus, definitions.RST_UNPACK.unpack),
        "construct, flags in bits, every field read": over(pdus, definitions.RST.parse, read),
        "construct compiled, flags in bits, every field read": over(pdus, definitions.RST.compile().parse, read),
        "construct compiled, flags as octet": over(pdus, definitions.RST_OCTET.compile().parse),
    }
    if dpkt := optional("dpkt"):
        contenders["dpkt"] = over(pdus, dpkt.stp.STP)
        contenders["dpkt, every field read"] = over(pdus, dpkt.stp.STP, read_dpkt_stp)
    if bpdu := optional("os_ken.lib.packet.bpdu"):
        contenders["os-ken"] = over(pdus, bpdu.bpdu.parser)
    if l2 := optional("scapy.layers.l2"):
        contenders["scapy, every field read"] = over(pdus, l2.STP, _scapy_reader(l2.STP))
    times = best(contenders)
    yield Table("RST BPDU, one per call; ratios to: decoded", times, "pyiccp, decoded", PDUS, "PDU")
    yield Table("RST BPDU, one per call; ratios to: every field read", times, "pyiccp, every field read", PDUS, "PDU")


def _scapy_reader(packet: Any) -> Touch:
    names = [field.name for field in packet.fields_desc]
    return lambda decoded: [getattr(decoded, name) for name in names]
