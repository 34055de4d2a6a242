"""Encoding one value per call."""

import random
from collections.abc import Iterator
from typing import Any

from bench import definitions
from bench.decode import PDUS, over
from bench.rounds import Table, best, optional, show, versions
from bench.trunk import lacpdu, rst_bpdu
from pyiccp.wire._bpdu import RstBpdu
from pyiccp.wire._lacpdu import Lacpdu

_LACP_PACK = definitions.LACPDU_UNPACK.pack
_RST_PACK = definitions.RST_UNPACK.pack


def main(arguments: list[str]) -> int:
    print(versions("construct", "msgspec", "scapy", "os-ken", "dpkt"))
    show(tables())
    return 0


def tables() -> Iterator[Table]:
    rng = random.Random(7275)
    yield _lacp([lacpdu(rng) for _ in range(PDUS)])
    yield _rst([rst_bpdu(rng) for _ in range(PDUS)])


def by_hand(value: Lacpdu) -> bytes:
    """What a person writes who has values and `struct`."""
    actor, partner = value.actor, value.partner
    return _LACP_PACK(
        1, value.version, 1, 20, actor.system_priority, actor.system, actor.key, actor.port_priority, actor.port,
        actor.state.octet, 2, 20, partner.system_priority, partner.system, partner.key, partner.port_priority,
        partner.port, partner.state.octet, 3, 16, value.collector_max_delay,
    )  # fmt: skip


def rst_by_hand(value: RstBpdu) -> bytes:
    root, bridge = value.root, value.bridge
    return _RST_PACK(
        0, value.version, 2, value.flags.octet, root.priority, root.mac, value.root_path_cost, bridge.priority,
        bridge.mac, value.port, value.message_age, value.max_age, value.hello_time, value.forward_delay, 0,
    )  # fmt: skip


def _lacp(values: list[Any]) -> Table:
    octets = [value.encode() for value in values]
    assert octets == [by_hand(value) for value in values]
    parsed = [definitions.LACPDU.parse(one) for one in octets]
    contenders = {
        "pyiccp": over(values, Lacpdu.encode),
        "hand-written struct.pack": over(values, by_hand),
        "construct, state in bits": over(parsed, definitions.LACPDU.build),
        "construct compiled, state in bits": over(parsed, definitions.LACPDU.compile().build),
    }
    if slow := optional("os_ken.lib.packet.slow"):
        packets = [slow.lacp.parser(one)[0] for one in octets]
        contenders["os-ken"] = over(packets, lambda packet: packet.serialize(b"", None))
    if scapy := optional("scapy.contrib.lacp"):
        fields = [dict(scapy.LACP(one[1:]).fields) for one in octets[:50]]
        contenders["scapy"] = over(fields * (PDUS // 50), lambda one: bytes(scapy.LACP(**one)))
    return Table("LACPDU, value to octets", best(contenders), "pyiccp", PDUS, "PDU")


def _rst(values: list[Any]) -> Table:
    octets = [value.encode() for value in values]
    assert octets == [rst_by_hand(value) for value in values]
    parsed = [definitions.RST.parse(one) for one in octets]
    contenders = {
        "pyiccp": over(values, RstBpdu.encode),
        "hand-written struct.pack": over(values, rst_by_hand),
        "construct, flags in bits": over(parsed, definitions.RST.build),
        "construct compiled, flags in bits": over(parsed, definitions.RST.compile().build),
    }
    if dpkt := optional("dpkt"):
        contenders["dpkt"] = over([dpkt.stp.STP(one) for one in octets], bytes)
    if l2 := optional("scapy.layers.l2"):
        fields = [dict(l2.STP(one).fields) for one in octets[:50]]
        contenders["scapy"] = over(fields * (PDUS // 50), lambda one: bytes(l2.STP(**one)))
    return Table("RST BPDU, value to octets", best(contenders), "pyiccp", PDUS, "PDU")
