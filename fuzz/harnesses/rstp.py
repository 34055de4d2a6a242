"""Whatever BPDUs arrive, the RSTP core neither raises nor spins; what forwards has a link and learns."""

from fuzz import pools
from fuzz.data import Data
from fuzz.drive import SPANS, Drive
from pyiccp.rstp._config import BridgeConfig, PortConfig
from pyiccp.rstp._core import RstpCore
from pyiccp.rstp.events import (
    BpduDiscarded,
    BpduReceived,
    GuardCleared,
    IdentityChanged,
    LinkCameUp,
    LinkWentDown,
    MigrationChecked,
    PortAdded,
    PortConfigured,
    PortRemoved,
)
from pyiccp.wire._bpdu import BridgeId, ConfigBpdu, Flags, PortRole, RstBpdu
from pyiccp.wire._mac import Mac

PORTS = ("p1", "p2", "p3")
US = Mac(b"\2\0\0\0\0\x40")
NEIGHBOURS = tuple(BridgeId(0x1000 * n, Mac(b"\2\0\0\0\0" + bytes([n]))) for n in range(16))
_STEPS = 60


def config(name: str, **over: object) -> PortConfig:
    return PortConfig(name=name, number=PORTS.index(name) + 1, **over)  # type: ignore[arg-type]


def neighbour(data: Data) -> RstBpdu | ConfigBpdu:
    """What a sound bridge could say."""
    root, bridge = data.pick(NEIGHBOURS), data.pick(NEIGHBOURS)
    age = data.number() % 22 * 256
    if data.flag():
        return ConfigBpdu(Flags.of(topology_change=data.flag()), root, 20000, bridge, 0x8001, age)
    say = {name: data.flag() for name in ("learning", "forwarding", "agreement", "proposal", "topology_change")}
    return RstBpdu(Flags.of(data.pick(tuple(PortRole)), **say), root, 20000, bridge, 0x8001, age)


def run(octets: bytes) -> None:
    """A list of operations."""
    data = Data(octets)
    modes = BridgeConfig(mac=US), BridgeConfig(mac=US, force_version=0)
    drive = Drive(RstpCore(data.pick(modes), map(config, PORTS)))
    core: RstpCore = drive.core
    for _ in range(_STEPS):
        if not data.more:
            break
        port = data.pick(PORTS)
        kind = data.number() % 16
        if port not in core.bridge.ports:
            drive.do(PortAdded(config(port)))
        match kind:
            case 0 | 1:
                drive.do(LinkCameUp(port, 1000, data.flag()))
            case 2:
                drive.do(LinkWentDown(port))
            case 3 | 4 | 5:
                drive.do(BpduReceived(port, neighbour(data)))
            case 6 | 7:
                drive.wait(data.pick(SPANS[:-1]))
            case 8 | 9 | 10 | 11:
                if (bpdu := pools.one(data.pick(("rstp", "stp", "mstp")), data)) is not None:
                    drive.do(BpduReceived(port, bpdu))
            case 12:
                if (bpdu := pools.damaged(neighbour(data), data)) is not None:
                    drive.do(BpduReceived(port, bpdu))
            case 13:
                drive.do(data.pick((BpduDiscarded, MigrationChecked, GuardCleared, PortRemoved))(port))
            case 14:
                guards = {name: data.flag() for name in ("bpdu_guard", "restricted_role", "admin_edge", "bpdu_filter")}
                drive.do(PortConfigured(config(port, **guards)))
            case _:
                drive.do(IdentityChanged(data.pick(NEIGHBOURS).mac, 0x1000 * (data.number() % 16), data.flag()))
        _check(core)
    drive.wait(SPANS[6])
    _check(core)
    drive.end()


def _check(core: RstpCore) -> None:
    for name in core.bridge.ports:
        view = core.port(name)
        assert view.learning or not view.forwarding, f"{name} forwards and does not learn"
        assert view.enabled or not view.forwarding, f"{name} forwards without a link"


HARNESSES = (("core-rstp", pools.scripts, run, 300),)
