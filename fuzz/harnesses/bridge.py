"""Whatever the peer says of hosts and whatever frames arrive, the bridge neither raises nor learns beyond its limit."""

from functools import lru_cache
from typing import Any

from fuzz import pools
from fuzz.data import Data
from fuzz.drive import SPANS, Drive
from pyiccp._bridge import events as ev
from pyiccp._bridge.config import BridgeConfig, PortConfig, VlanConfig
from pyiccp._bridge.core import BridgeCore
from pyiccp._bridge.received import PEERS_STATIC
from pyiccp.wire._ethernet import peek
from pyiccp.wire._mac import Mac
from pyiccp.wire.iccp._fdb import HostBatch, HostFlush, HostKind

MOST = 40
PORTS = ("peer", "bond", "ether1")
_STEPS = 80


def made() -> BridgeCore:
    """A bridge with a peer port, a dual-homed bond and an orphan port."""
    ports = tuple(PortConfig(name=name, mlag_id=10 if name == "bond" else None) for name in PORTS)
    return BridgeCore(
        BridgeConfig(
            name="bridge1", ports=ports, peer_port="peer", vlan_filtering=True, max_learned_entries=MOST,
            vlans=(VlanConfig(vid=20, tagged=PORTS),),
        )
    )  # fmt: skip


@lru_cache(None)
def _said() -> tuple[HostBatch | HostFlush, ...]:
    tlvs = [tlv for pdu in pools.values("iccp") for message in pdu.messages for tlv in message.tlvs]
    return tuple(tlv for tlv in tlvs if isinstance(tlv, HostBatch | HostFlush))[:256]


def _batch(data: Data) -> HostBatch:
    """Hosts as a peer may have them, many at once if it likes."""
    kind, place = data.pick(tuple(HostKind)), data.pick((0, 11, 11, 99))
    first = data.number(2)
    addresses = b"".join(b"\2\0" + (first + n).to_bytes(4, "big") for n in range(data.number()))
    return HostBatch(
        kind, data.pick((1, 20, 4095)), place, data.number(4), data.pick((0, 1)), data.number() % 4, addresses
    )


def _frame(data: Data) -> bytes:
    tag = b"\x81\0\0\x14" if data.flag() else b""
    return (
        data.pick((b"\xff" * 6, b"\2\0\0\0\0\7", b"\1\0\x5e\0\0\1"))
        + b"\2\0\0\0"
        + data.octets(2)
        + tag
        + b"\x08\0"
        + bytes(46)
    )


def run(octets: bytes) -> None:
    """A list of operations."""
    data, drive = Data(octets), Drive(made())
    core: BridgeCore = drive.core
    for name in (*PORTS, "bridge1"):
        drive.do(ev.PortStateChanged(name, True, True))
    drive.do(ev.HostsWanted(1 << 16))
    drive.do(ev.SessionStarted(0))
    drive.do(ev.GateChanged(True))
    for _ in range(_STEPS):
        if not data.more:
            break
        port = data.pick(PORTS)
        match data.number() % 12:
            case 0 | 1 | 2 | 3:
                batch = _batch(data)
                drive.do(ev.HostsReceived(batch))
            case 4 | 5:
                said = pools.damaged(data.pick(_said()), data) if data.flag() else data.pick(_said())
                if isinstance(said, HostBatch):
                    drive.do(ev.HostsReceived(said))
                elif isinstance(said, HostFlush):
                    drive.do(ev.FlushReceived(said))
            case 6 | 7:
                frame = data.octets(data.number()) if data.flag() else _frame(data)
                header = peek(frame)
                if header is not None:
                    _, actions = core.forward(port, frame, header, drive.now)
                    drive.seen(actions)
            case 8:
                drive.wait(data.pick(SPANS))
            case 9:
                drive.do(ev.FlushRequested(data.pick((None, "bond", "ether1")), data.pick((0, 1, 20))))
            case 10:
                drive.do(data.pick((ev.SessionEnded(), ev.SessionStarted(data.number() % 2), ev.HostsWanted(1 << 20))))
            case _:
                drive.do(_state(port, data))
        _check(core)
    drive.end()


def _state(port: str, data: Data) -> Any:
    return data.pick(
        (
            ev.PortStateChanged(port, data.flag(), data.flag()),
            ev.SpanningTreeChanged(port, data.flag(), data.flag()),
            ev.GateChanged(data.flag()),
            ev.FilterChanged("bond", data.flag()),
            ev.EnvelopeChanged("bond", data.flag()),
            ev.SharedAddressChanged(data.pick((None, Mac(b"\2\0\0\0\0\7")))),
        )
    )


def _check(core: BridgeCore) -> None:
    fixed = [static for *_, static in core.shared_table()]
    assert fixed.count(False) <= MOST, f"{fixed.count(False)} hosts where {MOST} are the most"
    assert fixed.count(True) <= PEERS_STATIC + len(PORTS)


HARNESSES = (("core-bridge", pools.scripts, run, 600),)
