"""ICCP: whole PDUs of a synchronisation, decoded and encoded."""

from collections.abc import Iterator

from bench import definitions
from bench.decode import over
from bench.rounds import Table, best, show, versions
from pyiccp.wire._mac import Mac
from pyiccp.wire._state import STATES
from pyiccp.wire.iccp._pdu import RG_APPLICATION_DATA, IccpPdu, Message
from pyiccp.wire.iccp.mlacp import AggregatorConfig, AggregatorState, PortConfig, PortState, SyncData, SystemConfig
from pyiccp.wire.iccp.rg import RgId

BONDS = 16


def main(arguments: list[str]) -> int:
    print(versions("construct", "msgspec"))
    show(tables())
    return 0


def tables() -> Iterator[Table]:
    values = [IccpPdu(0x0A000001, 0, (message,)) for message in synchronisation()]
    octets = [value.encode() for value in values]
    compiled = definitions.PDU.compile()
    parsed = [definitions.PDU.parse(one) for one in octets]
    assert [definitions.PDU.build(one) for one in parsed] == octets
    count, mean = len(octets), sum(map(len, octets)) / len(octets)
    decoders = {
        "pyiccp": over(octets, IccpPdu.FORMAT.decode),
        "construct": over(octets, definitions.PDU.parse),
        "construct compiled": over(octets, compiled.parse),
    }
    title = f"ICCP, one message a PDU, {mean:.0f} octets: decode"
    yield Table(title, best(decoders), "pyiccp", count, "message")
    encoders = {
        "pyiccp": over(values, IccpPdu.FORMAT.encode),
        "construct": over(parsed, definitions.PDU.build),
        "construct compiled": over(parsed, compiled.build),
    }
    yield Table("ICCP, the same PDUs: encode", best(encoders), "pyiccp", count, "message")


def synchronisation() -> list[Message]:
    """What one node tells of its bonds."""
    tlvs: list[object] = [SyncData(0, False), SystemConfig(_mac(0), 0x8000, 1)]
    for bond in range(BONDS):
        port = 0x9000 + bond
        tlvs += [
            AggregatorConfig(bond, bond, _mac(bond), 17, 0, 1, f"bond{bond}"),
            PortConfig(port, _mac(bond), 17, 255, 10_000, 1, f"sfp-sfpplus{bond}"),
            PortState(_mac(99), 65535, 1, 255, 9, STATES[0x3D], STATES[0x3D], port, 17, 0, 0, bond),
            AggregatorState(_mac(99), 65535, 9, bond, 17, 0),
        ]
    tlvs.append(SyncData(0, True))
    return [Message(RG_APPLICATION_DATA, number, (RgId(1), tlv)) for number, tlv in enumerate(tlvs, 1)]  # type: ignore[arg-type]


def _mac(number: int) -> Mac:
    return Mac(b"\x02\0\0\0\0" + bytes([number]))
